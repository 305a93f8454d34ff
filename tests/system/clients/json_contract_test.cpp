// What --json prints is what docs/json.md says, both ways: of each verb that can be run beside a plant or a journal
// made by the test. And every verb has its section there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "clients/cli/command_line.hpp"
#include "clients/cli/help/command_table.hpp"
#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/live/words.hpp"
#include "platform/tsc.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/status.hpp"
#include "ringbuf/records/trade.hpp"
#include "tests/support/computing_plant.hpp"
#include "tests/support/json_contract.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

const std::string kGoldenJournal = TICKPLANT_SOURCE_DIR "/tests/golden/journal/v1";
constexpr platform::UnixNanos kStart{1'700'000'040'000'000'000};

class JsonAnswers : public testing::Test {
 protected:
  JsonAnswers() : apple_(made_.define("AAPL", 0, "Apple Inc.")), microsoft_(made_.define("MSFT")) {
    made_.count("housekeeping", "ready_at", static_cast<std::uint64_t>(platform::system_now().value),
                ringbuf::CounterKind::level);
    made_.quote(apple_, 189.01, 189.03, 200, 300);
    made_.trade(apple_, 189.02, 50);
    made_.depth(apple_, {{dollars(189.01), {200}, 1}}, {{dollars(189.03), {300}, 2}});
  }
  std::string run(Command::Arguments arguments, int exit_code = 0) {
    made_.beat(platform::system_now());
    arguments.insert(arguments.end(), {"--plant", made_.folder(), "--json"});
    return run_alone(std::move(arguments), exit_code);
  }
  std::string run_alone(const Command::Arguments& arguments, int exit_code = 0) {
    const Answer answer = command_.run(arguments);
    EXPECT_EQ(answer.exit_code, exit_code) << answer.err;
    return answer.out;
  }
  void expect_object(const std::string& section, const std::string& out, const std::string& also = "") {
    EXPECT_EQ(contract_.check(section, Json::parse(out), also), "");
  }
  void expect_array(const std::string& section, const std::string& out, std::size_t least = 1) {
    const Json array = Json::parse(out);
    ASSERT_TRUE(array.is_array()) << section;
    EXPECT_GE(array.size(), least) << section;
    for (const Json& element : array) EXPECT_EQ(contract_.check(section, element), "") << element;
  }
  /// Each line's own keys are those of "section: type".
  void expect_typed(const std::string& section, const Json& line) {
    const std::string also = section + ": " + line.at("type").get<std::string>();
    EXPECT_EQ(contract_.check(section, line, also), "") << line;
  }
  void expect_lines(const std::string& section, const std::string& out, std::size_t least = 1) {
    std::istringstream in(out);
    std::size_t lines = 0;
    for (std::string line; std::getline(in, line); ++lines) expect_typed(section, Json::parse(line));
    EXPECT_GE(lines, least) << section;
  }

  const JsonContract contract_;
  PlantInFolder made_;
  ringbuf::InstrumentId apple_, microsoft_;
  Command command_;
  TempDirectory folder_;
};

/// Verbs without an answer of their own in JSON, and why.
const std::map<std::string, std::string> kWithoutJson{
    {"completion", "a shell's script; --json is refused"},
};

TEST(JsonPage, HasASectionOfEveryVerbThatPrintsData) {
  const JsonContract contract;
  const cli::CommandRow table = cli::command_table(cli::CommandLine().app());
  for (const cli::CommandRow* row : cli::all_commands(table)) {
    if (!row->parts.empty()) continue;  // only a way to its verbs
    const std::string name = row->full_name().substr(std::string("tickplant ").size());
    if (kWithoutJson.count(name) != 0) continue;
    EXPECT_FALSE(contract.prints(name).empty()) << "docs/json.md has no section '" << name << '\'';
  }
}

TEST(JsonPage, HasASectionOfEveryTypeOfRecord) {
  const JsonContract contract;
  for (const ringbuf::RecordType type : cli::record_types()) {
    EXPECT_TRUE(contract.has("tail: " + std::string(cli::word_of(type)))) << cli::word_of(type);
  }
  for (const ringbuf::DerivedType type : cli::derived_types()) {
    EXPECT_TRUE(contract.has("tail --derived: " + std::string(cli::word_of(type)))) << cli::word_of(type);
  }
}

TEST_F(JsonAnswers, OfAPlantsStateAreAsDocumented) {
  expect_array("status", run({"status"}));
  expect_object("health", run({"health"}));
  expect_object("feed status", run({"feed", "status"}));
  expect_array("rings", run({"rings"}));
  expect_array("counters", run({"counters"}));
  expect_array("instruments", run({"instruments"}), 2);
}

TEST_F(JsonAnswers, OfTheMarketAreAsDocumented) {
  expect_array("image", run({"image", "AAPL", "MSFT"}), 2);
  expect_array("movers", run({"movers"}));
  expect_object("book", run({"book", "AAPL"}));
  expect_object("latency", run({"latency", "--for", "20ms"}, 1));
  expect_lines("tail", run({"tail", "--from", "oldest", "--count", "2"}), 2);
  Json top = Json::parse(run({"top", "--once"}));
  for (const Json& row : top.at("market")) EXPECT_EQ(contract_.check("movers", row), "");
  EXPECT_EQ(contract_.check("status", top, "top"), "");
}

TEST_F(JsonAnswers, OfRecordsOfEveryKindAreAsDocumented) {
  using namespace ringbuf;
  made_.publish(apple_, OrderBody{});
  made_.publish(apple_, LevelBody{});
  made_.publish(apple_, BookClearBody{});
  made_.publish(apple_, StatusBody{});
  StatusBody quotation;
  quotation.kind = StatusKind::ipo_quotation;
  made_.publish(apple_, quotation);
  made_.publish(apple_, ImbalanceBody{});
  for (const AuctionPricesKind kind :
       {AuctionPricesKind::indicative, AuctionPricesKind::allowable, AuctionPricesKind::collar}) {
    AuctionPricesBody auction;
    auction.kind = kind;
    made_.publish(apple_, auction);
  }
  made_.publish(apple_, TradeCancelBody{});
  made_.publish(apple_, GapBody{});
  made_.publish(apple_, SourcePositionBody{});
  made_.publish(apple_, HeartbeatBody{});
  made_.publish(apple_, SessionBody{});
  made_.publish(apple_, DefinitionBody{});
  made_.publish(apple_, CommandBody{});
  const std::string types =
      "order,level,book_clear,status,imbalance,auction_prices,trade_cancel,gap,source_position,heartbeat,session,"
      "definition,command";
  expect_lines("tail", run({"tail", "--from", "oldest", "--type", types, "--for", "300ms"}), 16);
}

TEST_F(JsonAnswers, OfWhatIsComputedAreAsDocumented) {
  ComputingPlant computed(made_);
  computed.row(apple_, "T60", kStart, {.close = 11});
  computed.row(apple_, "T60", kStart + ComputingPlant::kMinute, {.close = 12});
  const auto expect_typed_array = [&](const std::string& out) {
    const Json array = Json::parse(out);
    EXPECT_FALSE(array.empty());
    for (const Json& element : array) expect_typed("tail --derived", element);
  };
  expect_typed_array(run({"bars", "AAPL"}));
  expect_array("image", run({"image", "AAPL"}));
  expect_lines("tail --derived", run({"tail", "--derived", "--from", "oldest", "--for", "300ms"}), 2);
}

TEST_F(JsonAnswers, OfConfigsAreAsDocumented) {
  const std::string demo = TICKPLANT_SOURCE_DIR "/config/demo.yaml";
  expect_object("config check", run_alone({"config", "check", demo, "--json"}));
  std::ofstream(folder_ / "bad.yaml") << "plnt:\n  name: x\n";
  const std::string bad = run_alone({"config", "check", folder_ / "bad.yaml", "--json"}, 2);
  expect_object("config check", bad);
  EXPECT_FALSE(Json::parse(bad)["violations"].empty());
  expect_array("config show", run_alone({"config", "show", demo, "--json"}));
  expect_object("config size", run_alone({"config", "size", demo, "--json"}));
}

TEST_F(JsonAnswers, OfJournalsAreAsDocumented) {
  expect_object("journal list", run_alone({"journal", "list", kGoldenJournal, "--json"}));
  expect_object("journal list", run_alone({"journal", "verify", kGoldenJournal, "--json"}), "journal verify");
  const std::string copy = folder_ / "copy";
  std::filesystem::copy(kGoldenJournal, copy);
  expect_object("journal repair", run_alone({"journal", "repair", copy, "--out", folder_ / "new", "--json"}));
  expect_object("journal compress", run_alone({"journal", "compress", copy, "--json"}));
  expect_object("journal index", run_alone({"journal", "index", copy, "--json"}));
  expect_object("journal restore", run_alone({"journal", "restore", kGoldenJournal, folder_ / "back", "--json"}));
  const Json audit = Json::parse(command_.run({"journal", "audit", kGoldenJournal, "--json"}).out);
  EXPECT_EQ(contract_.check("journal audit", audit), "");
  expect_lines("tail", run_alone({"journal", "export", kGoldenJournal, "--from", "31", "--json"}));
  expect_lines("tail --derived", run_alone({"journal", "export", kGoldenJournal, "--ring", "derived", "--json"}));
  expect_lines("tail", command_.run({"replay", kGoldenJournal, "--speed", "max", "--json"}).out);
}

TEST_F(JsonAnswers, OfADamagedJournalAreAsDocumented) {
  const std::string copy = folder_ / "copy";
  std::filesystem::copy(kGoldenJournal, copy);
  for (const auto& file : std::filesystem::directory_iterator(copy)) {
    if (file.path().extension() != ".journal") continue;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(4'096 + 900);
    bytes.write("damage", 6);
    break;
  }
  expect_object("journal list", run_alone({"journal", "verify", copy, "--json"}, 1), "journal verify");
}

TEST_F(JsonAnswers, OfTheMachineAreAsDocumented) {
  const Answer doctor = command_.run({"doctor", "--json", "--plant", made_.folder()});
  expect_object("doctor", doctor.out);
  if (!platform::tsc_verdict().usable) GTEST_SKIP() << "no usable time stamp counter";
  expect_object("bench", run_alone({"bench", "--rounds", "1", "--records", "200", "--json"}));
}

TEST_F(JsonAnswers, OfAPlantThatIsStoppedAreAsDocumented) {
  made_.close();
  expect_object("stop", run_alone({"stop", "--plant", made_.folder(), "--json"}));
}

TEST(JsonContract, TellsEachWayInWhichAnAnswerIsNotAsDocumented) {
  const TempDirectory folder;
  std::ofstream(folder / "page.md") << "## a verb\n\nPrints an object.\n\n| `a`, `b.c` | integer | | |\n"
                                       "| `d` | text or null, optional | | |\n| `e[].f` | price | | |\n"
                                       "| `g` | as a shape, or null | | |\n\n## a shape\n\n| `h` | map of text | | |\n";
  const JsonContract contract(folder / "page.md");
  const auto check = [&](const char* json) { return contract.check("a verb", Json::parse(json)); };
  EXPECT_EQ(check(R"({"a":1,"b":{"c":2},"e":[{"f":"1.5"}],"g":{"h":{"x":"y"}}})"), "");
  EXPECT_EQ(check(R"({"a":1,"b":{"c":2},"d":null,"e":[],"g":null})"), "");
  EXPECT_THAT(check(R"({"b":{"c":2},"e":[],"g":null})"), HasSubstr("a is documented and not printed"));
  EXPECT_THAT(check(R"({"a":1,"b":{},"e":[],"g":null})"), HasSubstr("b.c is documented and not printed"));
  EXPECT_THAT(check(R"({"a":1,"b":{"c":2},"e":[],"g":null,"z":1})"), HasSubstr("z is printed and not documented"));
  EXPECT_THAT(check(R"({"a":1.5,"b":{"c":2},"e":[],"g":null})"), HasSubstr("a is no integer"));
  EXPECT_THAT(check(R"({"a":null,"b":{"c":2},"e":[],"g":null})"), HasSubstr("a is null"));
  EXPECT_THAT(check(R"({"a":1,"b":{"c":2},"e":[{"f":1}],"g":null})"), HasSubstr("e[].f is no price"));
  EXPECT_THAT(check(R"({"a":1,"b":{"c":2},"e":[],"g":{"h":{"x":1}}})"), HasSubstr("h.x is no text"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
