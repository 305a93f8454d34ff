// The live verbs as scripts and people meet them: the real `tickplant` beside a plant made by the test.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ringbuf/counter_names.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(Json::parse(line));
  return out;
}

class LiveVerbs : public testing::Test {
 protected:
  LiveVerbs() {
    apple_ = made_.define("AAPL", 0, "Apple Inc.");
    microsoft_ = made_.define("MSFT");
    made_.count("housekeeping", "ready_at", static_cast<std::uint64_t>(platform::system_now().value),
                ringbuf::CounterKind::level);
    made_.quote(apple_, 189.01, 189.03, 200, 300);
    made_.trade(apple_, 189.02, 50);
    made_.trade(apple_, 191.02, 50);
    made_.trade(microsoft_, 402.5, 1'000);
  }
  Answer run(Command::Arguments arguments) {
    beat();
    arguments.push_back("--plant");
    arguments.push_back(made_.folder());
    return command_.run(arguments);
  }
  /// In a child: the command, its stdout to `out`, what it says to nobody.
  void become(Command::Arguments arguments, int out) const {
    arguments.insert(arguments.begin(), "tickplant");
    arguments.insert(arguments.end(), {"--plant", made_.folder()});
    std::vector<char*> argv;
    for (std::string& word : arguments) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    ::execv(TICKPLANT_BINARY_DIR "/bin/tickplant", argv.data());
    ::_exit(127);
  }
  void beat() { made_.beat(platform::system_now()); }

  PlantInFolder made_;
  ringbuf::InstrumentId apple_, microsoft_;
  Command command_;
};

/// A plant of this process whose lock a child holds, as a daemon would.
class HeldByChild {
 public:
  explicit HeldByChild(PlantInFolder& made) : child_([&] { hold(made.folder() / "plant.lock"); }) {
    const auto pid = static_cast<std::uint32_t>(child_.pid());
    made.pretend_writer(pid, ringbuf::process_start_time(pid));
    while (!std::filesystem::exists(made.folder() / "plant.lock.held")) ::usleep(1'000);
    std::filesystem::remove(made.folder() / "plant.lock.held");
  }
  ChildProcess& child() noexcept { return child_; }

 private:
  static void hold(const std::filesystem::path& file) {
    std::signal(SIGTERM, [](int) { ::_exit(0); });
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (::flock(fd, LOCK_EX) != 0) ::_exit(1);
    const auto pid = static_cast<std::uint32_t>(::getpid());
    const std::string text = std::to_string(pid) + ' ' + std::to_string(ringbuf::process_start_time(pid)) + '\n';
    if (::write(fd, text.data(), text.size()) < 0) ::_exit(1);
    ::close(::open((file.string() + ".held").c_str(), O_RDWR | O_CREAT, 0640));
    for (;;) ::pause();
  }
  ChildProcess child_;
};

// --- finding a plant ------------------------------------------------------------------------------------------------

TEST_F(LiveVerbs, SayHowToStartAPlantWhenThereIsNone) {
  const TempDirectory nothing;
  for (const char* verb :
       {"stop", "status", "health", "top", "tail", "movers", "instruments", "rings", "counters", "latency"}) {
    const Answer answer = command_.run({verb}, {{"TICKPLANT_RUNTIME", nothing.path()}});
    EXPECT_EQ(answer.exit_code, 3) << verb;
    EXPECT_THAT(answer.out, IsEmpty()) << verb;
    EXPECT_THAT(answer.err, AllOf(StartsWith("tickplant: "), HasSubstr("remedy: "))) << verb;
  }
}

TEST_F(LiveVerbs, TakeThePlantFromTheEnvironment) {
  beat();
  const Answer answer = command_.run({"status", "--json"}, {{"TICKPLANT_PLANT", made_.folder()}});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_EQ(Json::parse(answer.out).at(0).at("plant"), "demo");
}

TEST_F(LiveVerbs, HelpWithExamples) {
  for (const char* verb : {"start", "stop", "status", "health", "feed", "top", "tail", "image", "book", "movers",
                           "instruments", "rings", "counters", "latency"}) {
    const Answer answer = command_.run({verb, "--help"});
    EXPECT_EQ(answer.exit_code, 0) << verb;
    EXPECT_THAT(answer.out, HasSubstr(std::string("\n  tickplant ") + verb)) << verb;
  }
}

// --- status, health -------------------------------------------------------------------------------------------------

TEST_F(LiveVerbs, StatusShowsFeedsAndRings) {
  made_.count("feed.feed-ticks", "messages", 12'345);
  const Answer answer = run({"status"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.out, AllOf(StartsWith("plant          demo, live\n"), HasSubstr("12,345"), HasSubstr("\nticks ")));
  const Json json = Json::parse(run({"status", "--json"}).out);
  EXPECT_EQ(json.at(0).at("feeds").at(0).at("messages"), 12'345);
  EXPECT_EQ(json.at(0).at("instruments"), 2);
}

TEST_F(LiveVerbs, StatusShowsADeadPlantAndSaysSo) {
  made_.close();
  const Answer answer = run({"status"});
  EXPECT_EQ(answer.exit_code, 3);
  EXPECT_THAT(answer.out, StartsWith("plant          demo, closed\n"));
}

TEST_F(LiveVerbs, HealthAnswersWithItsExitCode) {
  made_.count("feed.feed-ticks", "gaps", 0);
  Answer answer = run({"health"});
  EXPECT_EQ(answer.exit_code, 0) << answer.out;
  EXPECT_EQ(answer.out, "ok\n");
  made_.count("feed.feed-ticks", "gaps", 1);
  answer = run({"health"});
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_THAT(answer.out, StartsWith("gaps: feed feed-ticks: 1 gap"));
  EXPECT_EQ(Json::parse(run({"health", "--json"}).out).at("reasons").at(0).at("reason"), "gaps");
  EXPECT_EQ(run({"health", "--ignore", "gaps"}).exit_code, 0);
  made_.close();
  EXPECT_EQ(run({"health", "--ignore", "gaps"}).exit_code, 3);
}

TEST_F(LiveVerbs, FeedStatusGoesDownTheLadder) {
  made_.count("feed.feed-ticks", "packets_line_a", 20);
  made_.count("feed.feed-ticks", "source_state", 1, ringbuf::CounterKind::level);
  made_.count("feed.feed-ticks", "gaps", 1);
  made_.count("feed.feed-ticks", "missed_messages", 8);
  const Answer answer = run({"feed", "status"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.out, AllOf(StartsWith("feed-ticks  itch50 of XNAS into ring ticks\nsource         live, "),
                                HasSubstr("lines          A 20 packets, B none\n"),
                                HasSubstr("gaps           1, 8 messages missed\n"), Not(HasSubstr("capture"))));
  const Json json = Json::parse(run({"feed", "status", "feed-ticks", "--json"}).out);
  EXPECT_EQ(json.at("plant"), "demo");
  EXPECT_EQ(json.at("feeds").at(0).at("lines").at("packets_a"), 20);
  EXPECT_EQ(json.at("feeds").at(0).at("capture"), nullptr);
  const Answer stranger = run({"feed", "status", "feed-tiks"});
  EXPECT_EQ(stranger.exit_code, 2);
  EXPECT_THAT(stranger.err, AllOf(HasSubstr("has no feed 'feed-tiks'"), HasSubstr("did you mean 'feed-ticks'?")));
  made_.close();
  EXPECT_EQ(run({"feed", "status"}).exit_code, 3);
}

TEST_F(LiveVerbs, HealthDoesNotMindAClosedVenue) {
  made_.count("feed.feed-ticks", "source_state", 2, ringbuf::CounterKind::level);
  made_.count("feed.feed-ticks", "trading_opens", 0, ringbuf::CounterKind::level);
  made_.count("feed.feed-ticks", "trading_closes", 24 * 60, ringbuf::CounterKind::level);
  ::usleep(2'000);
  EXPECT_THAT(run({"health", "--silent", "1ms"}).out, StartsWith("feed_silent: feed feed-ticks: stale: no packet"));
  made_.count("feed.feed-ticks", "trading_closes", 0, ringbuf::CounterKind::level);
  EXPECT_EQ(run({"health", "--silent", "1ms"}).out, "ok\n");
  EXPECT_THAT(run({"feed", "status"}).out,
              HasSubstr("source         closed, no packet yet, trading hours 00:00-00:00"));
}

// --- the market -----------------------------------------------------------------------------------------------------

TEST_F(LiveVerbs, TailPrintsWhatTheRingHolds) {
  const Answer answer = run({"tail", "--from", "oldest", "--type", "trade", "--count", "3"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.out, AllOf(HasSubstr("AAPL@XNAS      trade           189.02 x 50  execution  #1\n"),
                                HasSubstr("MSFT@XNAS      trade           402.50 x 1,000  execution  #3\n")));
}

TEST_F(LiveVerbs, TailJoinsWithTheImageAndGoesOn) {
  const Answer answer = run({"tail", "AAPL", "--from", "image", "--json", "--for", "50ms"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  const std::vector<Json> lines = json_lines(answer.out);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("type"), "image");
  EXPECT_EQ(lines[0].at("last_price"), "191.02");
  EXPECT_EQ(lines[0].at("volume"), 100);
}

TEST_F(LiveVerbs, TailOfJsonReadsBackWithExactPrices) {
  const Answer answer = run({"tail", "--from", "oldest", "--json", "--for", "50ms"});
  const std::vector<Json> lines = json_lines(answer.out);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[0].at("type"), "definition");
  EXPECT_EQ(lines[2].at("bid_price"), "189.01");
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i].at("sequence"), i + 1);
}

TEST_F(LiveVerbs, TailOfADeadPlantEndsWithWhatThereIs) {
  made_.close();
  const Answer answer = run({"tail", "--from", "oldest", "--type", "quote"});
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.out, HasSubstr("189.01 x 200 | 189.03 x 300\n"));
  EXPECT_THAT(answer.err, HasSubstr("plant 'demo' is stopped"));
  EXPECT_EQ(run({"tail"}).exit_code, 3) << "nothing will come";
}

TEST_F(LiveVerbs, TailDoubtsWhatNobodyKnows) {
  const Answer answer = run({"tail", "APPL", "--for", "10ms"});
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.err, HasSubstr("did you mean AAPL@XNAS?"));
  const Answer type = run({"tail", "--type", "trades"});
  EXPECT_EQ(type.exit_code, 2);
  EXPECT_THAT(type.err, HasSubstr("did you mean 'trade'?"));
}

TEST_F(LiveVerbs, TailTellsARangeThatWasOverwritten) {
  // More than a full pipe and the ring's 1,024 slots hold together, while the command waits for its reader: us.
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  for (int i = 0; i < 1'000; ++i) made_.quote(apple_, 1, 2);
  ChildProcess command([&] { become({"tail", "--from", "oldest", "--type", "quote", "--count", "1500"}, ends[1]); });
  ::close(ends[1]);
  char first = 0;
  ASSERT_EQ(::read(ends[0], &first, 1), 1);  // it has joined
  for (int i = 0; i < 3'000; ++i) made_.quote(apple_, 1, 2);
  std::string rest(1 << 16, '\0');
  while (::read(ends[0], rest.data(), rest.size()) > 0) {
    beat();
    for (int i = 0; i < 200; ++i) made_.quote(apple_, 1, 2);
  }
  ::close(ends[0]);
  EXPECT_EQ(command.wait_for_exit_code(), 4);
}

TEST_F(LiveVerbs, ImageShowsWhereAnInstrumentIs) {
  const Answer answer = run({"image", "AAPL"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.out, AllOf(HasSubstr("bid            189.01 x 200\n"), HasSubstr("191.02 x 50  +1.06 %"),
                                HasSubstr("100 in 2 trades, vwap 190.020000")));
  const Json json = Json::parse(run({"image", "AAPL", "MSFT", "--json"}).out);
  EXPECT_EQ(json.at(0).at("image").at("ask_price"), "189.03");
  EXPECT_EQ(json.at(1).at("symbol"), "MSFT@XNAS");
  EXPECT_EQ(json.at(1).at("image").at("bid_price"), nullptr);
  EXPECT_THAT(run({"image", "--all"}).out, AllOf(HasSubstr("\nAAPL@XNAS "), HasSubstr("\nMSFT@XNAS ")));
  EXPECT_EQ(run({"image"}).exit_code, 2) << "of what?";
}

TEST_F(LiveVerbs, BookDrawsTheLadder) {
  made_.depth(apple_, {{dollars(189.01), {200}, 2, 0}}, {{dollars(189.03), {300}, 1, 0}});
  const Answer answer = run({"book", "AAPL"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.out, AllOf(StartsWith("AAPL@XNAS\n"), HasSubstr("spread 0.02\n")));
  const Json json = Json::parse(run({"book", "AAPL", "--json"}).out);
  EXPECT_EQ(json.at("bids").at(0).at("price"), "189.01");
  EXPECT_EQ(Json::parse(run({"book", "MSFT", "--json"}).out).at("asks"), Json::array());
}

TEST_F(LiveVerbs, SuggestWhatAnUnknownSymbolMayMean) {
  for (const char* verb : {"image", "book"}) {
    const Answer answer = run({verb, "APPL"});
    EXPECT_EQ(answer.exit_code, 2) << verb;
    EXPECT_THAT(answer.err, HasSubstr("did you mean AAPL@XNAS?")) << verb;
  }
}

TEST_F(LiveVerbs, MoversAreSortedAsAsked) {
  const auto symbols = [&](const char* by) {
    std::string text;
    for (const Json& row : Json::parse(run({"movers", "--by", by, "--json"}).out))
      text += row.at("symbol").get<std::string>() + ' ';
    return text;
  };
  EXPECT_EQ(symbols("change"), "AAPL@XNAS MSFT@XNAS ");
  EXPECT_EQ(symbols("volume"), "MSFT@XNAS AAPL@XNAS ");
  EXPECT_EQ(symbols("trades"), "AAPL@XNAS MSFT@XNAS ");
  EXPECT_EQ(Json::parse(run({"movers", "--count", "1", "--json"}).out).size(), 1u);
  EXPECT_EQ(run({"movers", "--by", "colour"}).exit_code, 2);
}

TEST_F(LiveVerbs, InstrumentsAreThoseOfThePrefixAndVenue) {
  EXPECT_THAT(run({"instruments", "AA"}).out, AllOf(HasSubstr("Apple Inc."), Not(HasSubstr("MSFT"))));
  EXPECT_EQ(Json::parse(run({"instruments", "--json"}).out).size(), 2u);
  EXPECT_EQ(Json::parse(run({"instruments", "--venue", "XNYS", "--json"}).out), Json::array());
}

TEST_F(LiveVerbs, TopPrintsOneFrameWhereThereIsNoTerminal) {
  const Answer answer = run({"top", "--interval", "20ms"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_EQ(std::count(answer.out.begin(), answer.out.end(), '\n'), 24);
  EXPECT_THAT(answer.out, AllOf(StartsWith(" demo  live"), HasSubstr("\n MSFT "), Not(HasSubstr("\x1b"))));
  const Json json = Json::parse(run({"top", "--json", "--interval", "20ms"}).out);
  EXPECT_EQ(json.at("market").size(), 2u);
}

// --- parts and figures ----------------------------------------------------------------------------------------------

TEST_F(LiveVerbs, RingsAndCountersAreListed) {
  EXPECT_EQ(Json::parse(run({"rings", "--json"}).out).at(0).at("published"), 6);
  made_.count("feed.feed-ticks", "gaps", 0);
  const Json all = Json::parse(run({"counters", "feed.", "--json"}).out);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.at(0).at("owner"), "feed.feed-ticks");
  EXPECT_EQ(Json::parse(run({"counters", "feed.", "--nonzero", "--json"}).out), Json::array());
  EXPECT_THAT(run({"counters", "ready"}).out, HasSubstr("ready_at"));
}

TEST_F(LiveVerbs, LatencyIsNoProofWithoutMarketData) {
  const Answer answer = run({"latency", "--for", "20ms", "--json"});
  EXPECT_EQ(answer.exit_code, 1);
  const Json json = Json::parse(answer.out);
  EXPECT_EQ(json.at("market_records"), 0);
  EXPECT_EQ(json.at("seen"), nullptr);
  EXPECT_THAT(run({"latency", "--for", "20ms"}).out, HasSubstr("no trade, quote or order came"));
}

TEST_F(LiveVerbs, LatencyCountsWhatReachesAnotherProcess) {
  const TempDirectory files;
  const int out = ::open((files / "out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ChildProcess client([&] { become({"latency", "--for", "60s", "--symbol", "AAPL", "--json"}, out); });
  ::close(out);
  for (int i = 0; i < 400; ++i) {
    beat();
    made_.set_now(platform::system_now());
    made_.quote(apple_, 1 + i * 0.01, 2 + i * 0.01);
    made_.quote(microsoft_, 1, 2);
    ::usleep(1'000);
  }
  ::kill(client.pid(), SIGINT);  // enough: it ends in order
  EXPECT_EQ(client.wait_for_exit_code(), 0);
  std::ifstream answer(files / "out");
  const Json json = Json::parse(answer);
  EXPECT_GT(json.at("market_records"), 0);
  EXPECT_EQ(json.at("instruments"), 1);
  EXPECT_GT(json.at("seen").at("max_ns"), 0);
}

// --- start, stop ----------------------------------------------------------------------------------------------------

TEST_F(LiveVerbs, StopEndsTheHolderOfTheLockAndClearsUp) {
  HeldByChild daemon(made_);
  const Answer answer = run({"stop"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.out, StartsWith("plant 'demo' stopped (process "));
  EXPECT_TRUE(daemon.child().wait()) << "it ended by itself, with 0";
  EXPECT_FALSE(std::filesystem::exists(made_.folder() / "catalog.seg"));
  EXPECT_EQ(run({"status"}).exit_code, 3);
}

TEST_F(LiveVerbs, StopKeepsTheFilesWhenAsked) {
  HeldByChild daemon(made_);
  const Answer answer = run({"stop", "--keep", "--json"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_EQ(Json::parse(answer.out).at("removed_files"), 0);
  EXPECT_TRUE(std::filesystem::exists(made_.folder() / "catalog.seg"));
}

TEST_F(LiveVerbs, StopNeverEndsAProcessThatDoesNotHoldTheLock) {
  const Answer answer = run({"stop"});  // the segments name this very process
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_THAT(answer.err, HasSubstr("does not hold its lock"));
  EXPECT_TRUE(std::filesystem::exists(made_.folder() / "catalog.seg"));
}

TEST_F(LiveVerbs, StopClearsUpBehindADeadDaemon) {
  made_.close();
  const Answer answer = run({"stop"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.out, StartsWith("plant 'demo' was not running, "));
  EXPECT_FALSE(std::filesystem::exists(made_.folder() / "catalog.seg"));
}

TEST_F(LiveVerbs, StartRefusesAPlantThatRuns) {
  HeldByChild daemon(made_);
  const TempDirectory files;
  const std::string config =
      files.write("plant.yaml", "plant: {name: demo, runtime_folder: " + made_.folder().string() +
                                    "}\nfeeds:\n  nasdaq:\n    protocol: itch50\n    venue: XNAS\n"
                                    "    source: {kind: pcap, path: a.pcap}\n");
  const Answer answer = command_.run({"start", "--config", config});
  EXPECT_EQ(answer.exit_code, 1);
  EXPECT_THAT(answer.err, HasSubstr("runs already, as process " + std::to_string(daemon.child().pid())));
}

TEST_F(LiveVerbs, StartRefusesABrokenConfig) {
  const TempDirectory files;
  const Answer answer =
      command_.run({"start", "--config", files.write("plant.yaml", "plant: {name: demo}\nfeds: {}\n")});
  EXPECT_EQ(answer.exit_code, 2);
  EXPECT_THAT(answer.err, HasSubstr("did you mean 'feeds'?"));
  EXPECT_EQ(command_.run({"start"}).exit_code, 2) << "neither a config nor --demo";
}

}  // namespace
}  // namespace tickplant::tests::this_file
