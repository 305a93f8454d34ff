// Results from some time on, out of a journal and then out of the ring: with the ids of now, and without those of
// functions that are not computed any more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "clients/cpp/derived_subscriber.hpp"
#include "clients/cpp/history.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/computing_plant.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::DerivedRecord;
using ringbuf::DerivedType;
using ringbuf::FunctionId;
using testing::ElementsAre;
using tests::JournalInFolder;

struct Told {
  void operator()(const DerivedRecord& record) { records.push_back(record); }
  void on_lost(std::string_view, ringbuf::SequenceRange range) { lost.push_back(range); }
  [[nodiscard]] std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> all;
    for (const DerivedRecord& record : records) all.push_back(record.header.stamp);
    return all;
  }

  std::vector<DerivedRecord> records;
  std::vector<ringbuf::SequenceRange> lost;
};

/// A plant whose ring of results has 64 slots, and a journal in which its functions have other numbers.
class DerivedHistoryTest : public testing::Test {
 protected:
  static constexpr std::uint16_t kOffset = 100;

  DerivedHistoryTest() {
    made_.set_now({tests::kTestTime});
    ringbuf::FactsBuilder facts;
    facts.add(JournalInFolder::instrument(1, "A", "XNAS"));
    facts.add(JournalInFolder::ring_fact(7, "derived", ringbuf::BlockKind::derived));
    for (const char* const name : {"T60", "T60.sma(5)", "T60.rsi(14)", "gone"}) tell(facts, name);
    journal_.append_facts(facts);
  }
  void tell(ringbuf::FactsBuilder& facts, const std::string& name) {
    ringbuf::FunctionEntry entry;
    entry.id = then(name);
    ringbuf::set_text(entry.name, name);
    ringbuf::set_text(entry.set, "all");
    facts.add(entry);
  }
  [[nodiscard]] FunctionId then(const std::string& name) const {
    if (name == "gone") return {99};
    return {static_cast<std::uint16_t>(computed_.function(name).value + kOffset)};
  }
  [[nodiscard]] std::vector<DerivedRecord> in_ring() {
    Plant plant = Plant::in_folder(made_.folder());
    DerivedSubscriber all(plant, {.join = DerivedJoin::oldest});
    Told told;
    while (all.poll(told) != 0) continue;
    return told.records;
  }
  /// As the journal of then has it.
  static DerivedRecord renumbered(DerivedRecord record) {
    record.header.function.value = static_cast<std::uint16_t>(record.header.function.value + kOffset);
    if (record.header.type == DerivedType::correction) {
      auto body = record.as<ringbuf::CorrectionBody>();
      for (FunctionId& id : body.function)
        id.value = id.value == 0 ? id.value : static_cast<std::uint16_t>(id.value + kOffset);
      std::memcpy(record.body.data(), &body, sizeof body);
    }
    return record;
  }
  void journal(const std::vector<DerivedRecord>& records) {
    journal_.append(JournalInFolder::header_of(ringbuf::BlockKind::derived, 7, records.front().header.stamp, records),
                    std::as_bytes(std::span(records)));
  }
  static void read(DerivedHistory& history, Told& told) {
    while (history.poll(told) != 0) continue;
  }

  tests::TempDirectory folder_{"/dev/shm"};
  tests::PlantInFolder made_;
  tests::ComputingPlant computed_{made_};
  ringbuf::InstrumentId apple_ = made_.define("A");
  JournalInFolder journal_{folder_.path()};
};

TEST_F(DerivedHistoryTest, IsOutOfTheJournalWithTheIdsOfNowAndThenOutOfTheRing) {
  computed_.row(apple_, "T60", {tests::kTestTime}, {.close = 11});
  computed_.values(apple_, "T60.sma(5)", {tests::kTestTime}, {1.5, 50});
  ringbuf::CorrectionBody body;
  body.window_count = 1;
  body.function[0] = computed_.function("T60");
  ringbuf::DerivedHeader header;
  header.instrument = apple_;
  header.function = computed_.function("T60");
  computed_.publish(ringbuf::make_derived(header, body));
  const std::vector<DerivedRecord> first = in_ring();
  ASSERT_EQ(first.size(), 3u);
  std::vector<DerivedRecord> then_records;
  for (const DerivedRecord& record : first) then_records.push_back(renumbered(record));
  journal(then_records);
  for (int i = 0; i < 60; ++i) computed_.row(apple_, "T60", {tests::kTestTime + i}, {.close = 12});
  std::vector<DerivedRecord> more = in_ring();
  std::erase_if(more, [](const DerivedRecord& record) { return record.header.stamp < 4; });
  for (DerivedRecord& record : more) record = renumbered(record);
  // The ring is 64 slots long, and its oldest eighth may be written over any time: 4 to 7 are in neither.
  more.erase(more.begin(), more.begin() + static_cast<std::ptrdiff_t>(8 - more.front().header.stamp));
  ringbuf::LossFact loss;
  loss.ring = 7;
  loss.reason = ringbuf::LossReason::overrun;
  loss.first = 4;
  loss.last = 7;
  ringbuf::FactsBuilder facts;
  facts.add(loss);
  journal_.append_facts(facts);
  journal(more);

  Plant plant = Plant::in_folder(made_.folder());
  DerivedHistory history(plant, {.from = ringbuf::Sequence{1}, .journal = folder_.path()});
  Told told;
  read(history, told);
  EXPECT_TRUE(history.is_joined());
  ASSERT_EQ(told.records.size(), 3u + 56u);
  EXPECT_THAT(told.lost, ElementsAre(ringbuf::SequenceRange{4, 7}));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(std::memcmp(&told.records[i], &first[i], sizeof first[i]), 0) << "record " << i << " as it is called now";
  }
  EXPECT_EQ(history.unknown_count(), 0u);
  computed_.row(apple_, "T60", {tests::kTestTime + 100}, {.close = 13});
  read(history, told);
  EXPECT_EQ(told.records.back().header.stamp, 64u);

  Told values;
  DerivedHistory chosen(plant, {.from = ringbuf::Sequence{1},
                                .functions = {"sma*"},
                                .types = {DerivedType::indicator_values},
                                .journal = folder_.path()});
  read(chosen, values);
  EXPECT_THAT(values.sequences(), ElementsAre(2));
}

TEST_F(DerivedHistoryTest, LeavesOutWhatIsNotComputedAnyMoreOrIsToldOtherwiseNow) {
  const auto record_of = [&](std::uint64_t stamp, FunctionId function, DerivedType type, std::uint16_t count) {
    DerivedRecord record;
    record.header.stamp = stamp;
    record.header.instrument = apple_;
    record.header.function = function;
    record.header.type = type;
    record.header.ts_recv = {tests::kTestTime};
    if (type == DerivedType::indicator_values) {
      ringbuf::IndicatorValuesBody body;
      body.count = count;
      std::memcpy(record.body.data(), &body, sizeof body);
    }
    return record;
  };
  journal({record_of(1, then("T60"), DerivedType::window_row, 0),
           record_of(2, then("gone"), DerivedType::window_row, 0),
           record_of(3, then("T60.sma(5)"), DerivedType::indicator_values, 2),
           record_of(4, then("T60.sma(5)"), DerivedType::indicator_values, 3)});
  for (int i = 0; i < 100; ++i) computed_.row(apple_, "T60", {tests::kTestTime + i});
  Plant plant = Plant::in_folder(made_.folder());
  DerivedHistory history(plant, {.from = ringbuf::Sequence{1}, .journal = folder_.path()});
  Told told;
  read(history, told);
  ASSERT_GE(told.records.size(), 2u);
  EXPECT_EQ(told.records[0].header.stamp, 1u);
  EXPECT_EQ(told.records[1].header.stamp, 3u);
  EXPECT_GT(told.records[2].header.stamp, 4u) << "the third value has no neighbour of that name now";
  EXPECT_EQ(history.unknown_count(), 2u);
}

TEST(AlertHistory, GoesOnBehindAnyNumberOutOfTheJournalAndThenOutOfTheRing) {
  const tests::TempDirectory folder("/dev/shm");
  tests::PlantInFolder made;
  tests::ComputingPlant computed(made, {.has_alerts = true});
  const ringbuf::InstrumentId apple = made.define("A");
  Plant plant = Plant::in_folder(made.folder());
  DerivedSubscriber live(plant, {.rings = {"alerts"}});
  std::vector<DerivedRecord> alerts;
  for (int i = 0; i < 100; ++i) {
    alerts.push_back(computed.alert(apple, {tests::kTestTime + i}));
    computed.row(apple, "T60", {tests::kTestTime + i});
  }
  JournalInFolder journal(folder.path());
  ringbuf::FactsBuilder facts;
  facts.add(JournalInFolder::instrument(1, "A", "XNAS"));
  facts.add(JournalInFolder::ring_fact(7, "alerts", ringbuf::BlockKind::alerts));
  journal.append_facts(facts);
  alerts.resize(60);
  journal.append(JournalInFolder::header_of(ringbuf::BlockKind::alerts, 7, 1, alerts),
                 std::as_bytes(std::span(alerts)));

  // The ring has 64 slots: 10 to 36 are only in the journal.
  DerivedHistory history(plant, {.from = ringbuf::Sequence{10}, .rings = {"alerts"}, .journal = folder.path()});
  Told told;
  while (history.poll(told) != 0) continue;
  EXPECT_TRUE(told.lost.empty());
  ASSERT_EQ(told.records.size(), 91u);
  for (std::size_t i = 0; i < told.records.size(); ++i) {
    EXPECT_EQ(told.records[i].header.stamp, 10 + i);
    EXPECT_EQ(told.records[i].header.type, DerivedType::alert);
  }
  (void)computed.alert(apple, {tests::kTestTime + 100});
  while (history.poll(told) != 0) continue;
  EXPECT_EQ(told.records.back().header.stamp, 101u);

  Told lapped;
  while (live.poll(lapped) != 0) continue;
  ASSERT_EQ(lapped.lost.size(), 1u);
  EXPECT_EQ(lapped.lost[0].count() + lapped.records.size(), 101u) << "exactly what is gone is told";
  EXPECT_EQ(lapped.records.back().header.stamp, 101u);
}

TEST_F(DerivedHistoryTest, IsRefusedWhereNothingIsComputedOrARingIsOfTicks) {
  Plant plant = Plant::in_folder(made_.folder());
  EXPECT_THROW(DerivedHistory(plant, {.rings = {"ticks"}}), platform::SetupError);
  EXPECT_THROW(History(plant, {.rings = {"derived"}}), platform::SetupError);
  tests::PlantInFolder bare;
  Plant other = Plant::in_folder(bare.folder());
  EXPECT_THROW(DerivedHistory(other, {}), platform::SetupError);
}

}  // namespace
}  // namespace tickplant::clients::this_file
