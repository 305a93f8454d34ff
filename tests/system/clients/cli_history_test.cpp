// tail --from WHEN as scripts and people meet it: the real `tickplant` beside a plant and a journal made by the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "clients/cpp/subscriber.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using ringbuf::Record;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

/// Sixty trades a minute apart, the oldest of which only the journal has.
class HistoryVerbs : public testing::Test {
 protected:
  static constexpr std::int64_t kMinute = 60'000'000'000;
  static constexpr platform::UnixNanos kBegin{kTestTime};  // 2023-11-14T22:13:20

  HistoryVerbs() : journal_(journal_folder_.path()) {
    ringbuf::FactsBuilder facts;
    facts.add(JournalInFolder::instrument(1, "AAPL", "XNAS"));
    facts.add(JournalInFolder::ring_fact(1, "ticks"));
    journal_.append_facts(facts);
    made_.set_now(kBegin);
    const auto apple = made_.define("AAPL");
    std::vector<Record> records;
    clients::Plant plant = clients::Plant::in_folder(made_.folder());
    clients::Subscriber all(plant, {.join = clients::Join::oldest});
    for (int i = 1; i <= 60; ++i) {
      made_.set_now(kBegin + i * kMinute);
      made_.trade(apple, 100 + i, 10);
      while (all.poll([&](const Record& record) { records.push_back(record); }) != 0) continue;
    }
    made_.beat(platform::system_now());
    journal_.append(JournalInFolder::header_of(ringbuf::BlockKind::ticks, 1, 1, records),
                    std::as_bytes(std::span(records)));
  }
  Answer run(Command::Arguments arguments) {
    made_.beat(platform::system_now());
    arguments.insert(arguments.end(), {"--plant", made_.folder(), "--journal", journal_folder_.path()});
    return command_.run(arguments);
  }
  static std::vector<std::uint64_t> sequences(const Answer& answer) {
    std::vector<std::uint64_t> out;
    std::istringstream in(answer.out);
    for (std::string line; std::getline(in, line);) out.push_back(Json::parse(line).at("sequence"));
    return out;
  }

  TempDirectory journal_folder_{"/dev/shm"};
  JournalInFolder journal_;
  PlantInFolder made_{{.ring_slots = 16}};
  Command command_;
};

TEST_F(HistoryVerbs, TailFromATimeUntilAnotherReadsTheJournalAndTheRing) {
  const Answer early = run({"tail", "--json", "--from", "2023-11-14T22:20", "--until", "2023-11-14T22:23"});
  EXPECT_EQ(early.exit_code, 0) << early.err;
  EXPECT_THAT(sequences(early), ElementsAre(8, 9, 10)) << early.out;
  const Answer late = run({"tail", "--json", "--from", "2023-11-14T23:10:00", "--until", "2023-11-14T23:12", "AAPL"});
  EXPECT_EQ(late.exit_code, 0) << late.err;
  EXPECT_THAT(sequences(late), ElementsAre(58, 59)) << late.out;
}

TEST_F(HistoryVerbs, TailFromASequenceIsEveryRecordOnce) {
  const Answer all = run({"tail", "--json", "--from", "1", "--until", "2023-11-15"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(sequences(all).size(), 61u);
  EXPECT_THAT(all.err, IsEmpty());
  const Answer two = run({"tail", "--from", "3", "--count", "2"});
  EXPECT_EQ(two.exit_code, 0) << two.err;
  EXPECT_THAT(two.out, HasSubstr("AAPL@XNAS      trade           102.00 x 10"));
  const Answer now = run({"tail", "--from", "-10min", "--for", "100ms"});
  EXPECT_EQ(now.exit_code, 0) << now.err;
  EXPECT_THAT(now.out, IsEmpty());
}

TEST_F(HistoryVerbs, TailSaysWhatIsNotKept) {
  made_.beat(platform::system_now());
  const Answer answer =
      command_.run({"tail", "--json", "--from", "1", "--until", "2023-11-15", "--plant", made_.folder()},
                   {{"XDG_STATE_HOME", "/nowhere"}, {"HOME", "/nowhere"}});
  EXPECT_EQ(answer.exit_code, 4) << answer.err;
  EXPECT_EQ(sequences(answer).size(), 14u);
  EXPECT_THAT(answer.err, HasSubstr("no journal of plant 'demo' was found"));
  EXPECT_THAT(answer.err, HasSubstr("sequences 1 to 47"));
}

TEST_F(HistoryVerbs, TailRefusesWhatItCannotFollow) {
  EXPECT_EQ(run({"tail", "--from", "yesterday"}).exit_code, 2);
  EXPECT_EQ(run({"tail", "--from", "-10parsecs"}).exit_code, 2);
  EXPECT_EQ(run({"tail", "--until", "2023-11-15"}).exit_code, 2);
  EXPECT_EQ(run({"tail", "--from", "1", "--until", "17"}).exit_code, 2);
}

}  // namespace
}  // namespace tickplant::tests::this_file
