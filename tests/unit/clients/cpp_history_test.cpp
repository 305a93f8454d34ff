#include "clients/cpp/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "clients/cpp/journal_folder.hpp"
#include "clients/cpp/subscriber.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/support/recording_handler.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::Record;
using ringbuf::RecordType;
using testing::ElementsAre;
using tests::JournalInFolder;
using tests::PlantInFolder;
using tests::RecordingHandler;

/// A plant, and a journal that a test fills with what it published.
class HistoryTest : public testing::Test {
 protected:
  HistoryTest() { made_.set_now({tests::kTestTime}); }

  void write_facts(JournalInFolder& journal, std::uint64_t next) const {
    ringbuf::FactsBuilder facts;
    facts.add(JournalInFolder::instrument(1, "A", "XNAS"));
    facts.add(JournalInFolder::instrument(2, "B", "XNAS"));
    facts.add(JournalInFolder::ring_fact(1, "ticks", ringbuf::BlockKind::ticks, next));
    journal.append_facts(facts);
  }
  /// What the ring holds of [first, last], as a block.
  void journal_ring(JournalInFolder& journal, std::uint64_t first, std::uint64_t last) {
    Plant plant = Plant::in_folder(made_.folder());
    Subscriber all(plant, {.types =
                               [] {
                                 RecordTypes types = RecordTypes::all();
                                 types.add(RecordType::padding);
                                 return types;
                               }(),
                           .join = Join::oldest});
    std::vector<Record> records;
    while (all.poll([&](const Record& record) {
      if (record.header.stamp >= first && record.header.stamp <= last) records.push_back(record);
    }) != 0) {
      continue;
    }
    journal.append(JournalInFolder::header_of(ringbuf::BlockKind::ticks, 1, first, records),
                   std::as_bytes(std::span(records)));
  }
  static std::size_t read(History& history, RecordingHandler& told) {
    std::size_t count = 0;
    for (std::size_t more = 1; more != 0; count += more) more = history.poll(told);
    return count;
  }

  tests::TempDirectory folder_{"/dev/shm"};
  PlantInFolder made_{{.ring_slots = 64}};
};

TEST_F(HistoryTest, OfAPlantWithoutAJournalIsWhatTheRingKeeps) {
  const auto apple = made_.define("A");
  for (int i = 0; i < 200; ++i) made_.trade(apple, 10, 1);
  Plant plant = Plant::in_folder(made_.folder());
  History history(plant, {.from = ringbuf::Sequence{1}});
  RecordingHandler told;
  read(history, told);
  EXPECT_TRUE(history.is_joined());
  ASSERT_EQ(told.lost.size(), 1u);
  EXPECT_EQ(told.lost[0].second, (ringbuf::SequenceRange{1, 201 - 56}));
  EXPECT_EQ(told.records.size(), 56u);
  made_.trade(apple, 11, 1);
  read(history, told);
  EXPECT_EQ(told.records.back().header.stamp, 202u);
}

TEST_F(HistoryTest, ChoosesSymbolsTypesAndRecordsAboutNoInstrument) {
  const auto apple = made_.define("A");
  const auto banana = made_.define("B");
  JournalInFolder journal(folder_.path());
  write_facts(journal, 1);
  made_.trade(apple, 10, 1);                                      // 3
  made_.quote(apple, 9, 11);                                      // 4
  made_.trade(banana, 20, 1);                                     // 5
  made_.publish(ringbuf::kNoInstrument, ringbuf::SessionBody{});  // 6
  journal_ring(journal, 1, 6);
  for (int i = 0; i < 100; ++i) made_.trade(banana, 21, 1);
  made_.trade(apple, 12, 1);  // 107
  journal_ring(journal, 70, 107);
  Plant plant = Plant::in_folder(made_.folder());
  RecordingHandler told;
  History history(plant, {.from = ringbuf::Sequence{1},
                          .symbols = {"A"},
                          .types = {RecordType::trade, RecordType::session},
                          .journal = folder_.path()});
  read(history, told);
  EXPECT_THAT(told.sequences(), ElementsAre(3, 6, 107));
  ASSERT_EQ(told.lost.size(), 1u) << "neither written nor kept";
  EXPECT_EQ(told.lost[0].second, (ringbuf::SequenceRange{7, 107 - 56}));

  RecordingHandler without;
  History other(plant,
                {.from = ringbuf::Sequence{1}, .symbols = {"A"}, .market_wide = false, .journal = folder_.path()});
  read(other, without);
  EXPECT_THAT(without.sequences(), ElementsAre(1, 3, 4, 107));
}

TEST_F(HistoryTest, TellsWhatWasWrittenBeforeThePlantWasBuiltAnewByTheIdsOfNow) {
  const auto banana = made_.define("B");  // 1 now; in the journal A was
  const auto apple = made_.define("A");
  JournalInFolder journal(folder_.path());
  write_facts(journal, 1);
  std::vector<Record> records;
  for (const std::uint32_t id : {1u, 2u, 3u}) {
    Record record = JournalInFolder::tick(records.size() + 1);
    record.header.instrument = {id};
    records.push_back(record);
  }
  ringbuf::FactsBuilder facts;
  facts.add(JournalInFolder::instrument(3, "GONE", "XNAS"));
  journal.append_facts(facts);
  journal.append(JournalInFolder::header_of(ringbuf::BlockKind::ticks, 1, 1, records),
                 std::as_bytes(std::span(records)));
  for (int i = 0; i < 100; ++i) made_.trade(apple, 10, 1);
  Plant plant = Plant::in_folder(made_.folder());
  History history(plant, {.from = ringbuf::Sequence{1}, .journal = folder_.path()});
  RecordingHandler told;
  read(history, told);
  ASSERT_GE(told.records.size(), 2u);
  EXPECT_EQ(told.records[0].header.instrument, apple);
  EXPECT_EQ(told.records[1].header.instrument, banana);
  EXPECT_EQ(history.unknown_count(), 1u);
}

TEST_F(HistoryTest, GoesOnInARingThatWasBuiltAnewAndTellsWhatIsMissingBetween) {
  const auto apple = made_.define("A");
  for (int i = 0; i < 10; ++i) made_.trade(apple, 10, 1);
  Plant plant = Plant::in_folder(made_.folder());
  History history(plant, {.from = ringbuf::Sequence{1}});
  RecordingHandler told;
  read(history, told);
  made_.trade(apple, 11, 1);  // 12
  made_.remove();
  made_.succeed();
  made_.trade(made_.define("A"), 12, 1);
  for (int i = 0; i < 5'000 && told.records.back().header.stamp < 1'000; ++i) {
    read(history, told);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(told.attached.size(), 1u);
  ASSERT_EQ(told.lost.size(), 1u);
  EXPECT_EQ(told.lost[0].second, (ringbuf::SequenceRange{13, 12 + PlantInFolder::kSequencesLeftOut}));
  EXPECT_EQ(told.records.back().header.stamp, 14 + PlantInFolder::kSequencesLeftOut);
}

TEST_F(HistoryTest, IsDoneBehindTheTimeAskedFor) {
  const auto apple = made_.define("A");
  for (int i = 0; i < 10; ++i) made_.trade(apple, 10, 1);
  Plant plant = Plant::in_folder(made_.folder());
  RecordingHandler told;
  const platform::UnixNanos begin{tests::kTestTime};
  History history(plant,
                  {.from = begin + 3 * PlantInFolder::kStepNanos, .until = begin + 6 * PlantInFolder::kStepNanos});
  read(history, told);
  EXPECT_TRUE(history.is_done());
  EXPECT_THAT(told.sequences(), ElementsAre(3, 4, 5));
  History later(plant, {.from = begin, .until = begin + 60 * PlantInFolder::kStepNanos});
  read(later, told);
  EXPECT_TRUE(later.is_done()) << "long past, and no record reaches it";
  History open(plant, {.from = begin, .until = plant.now() + 3'600'000'000'000});
  read(open, told);
  EXPECT_FALSE(open.is_done());
}

TEST_F(HistoryTest, RefusesAJournalThatIsNotThere) {
  Plant plant = Plant::in_folder(made_.folder());
  EXPECT_THROW(History(plant, {.journal = folder_.path()}), platform::SetupError);
  EXPECT_THROW(History(plant, {.rings = {"none"}}), platform::SetupError);
}

TEST_F(HistoryTest, FindsTheJournalOfAPlantByItsNameOnly) {
  const auto state = folder_.path() / ".local/state/tickplant/test/journal";
  std::filesystem::create_directories(state);
  JournalEnvironment environment{.home = folder_.path().string(), .root = folder_.path()};
  EXPECT_EQ(find_journal_of("test", environment), std::nullopt) << "empty";
  JournalInFolder journal(state);
  EXPECT_EQ(find_journal_of("test", environment), state);
  EXPECT_EQ(find_journal_of("other", environment), std::nullopt);
  environment.journal_folder = state.string();
  EXPECT_EQ(find_journal_of("other", environment), std::nullopt) << "that of another plant";
}

}  // namespace
}  // namespace tickplant::clients::this_file
