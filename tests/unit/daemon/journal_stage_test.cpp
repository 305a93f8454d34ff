#include "daemon/stages/journal_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <deque>
#include <map>
#include <set>

#include "daemon/journal/journal_opening.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/clock_page.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/sequencer_ring.hpp"
#include "ringbuf/shared_broadcast_writer.hpp"
#include "tests/support/journal_disk.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace counter = ringbuf::counter;
using counter::JournalState;
using ringbuf::BlockKind;
using ringbuf::LossReason;

constexpr std::uint64_t kSlots = 4096;
constexpr std::int64_t kMilli = 1'000'000;
constexpr std::uint32_t kTicks = 1, kOrder = 2, kDerived = 3;

/// What the journal says, as far as these tests ask.
struct Told {
  std::map<std::uint32_t, std::vector<std::uint64_t>> sequences;  // by ring, in the order of the journal
  std::vector<ringbuf::LossFact> losses;
  std::set<std::uint32_t> instruments;
  std::map<std::uint32_t, std::string> rings;
  std::size_t plants = 0;
  bool is_closed = false;
  bool is_causal = true;  // nothing comes before what it refers to
};

class JournalStageTest : public testing::Test {
 protected:
  JournalStageTest() { set_time(); }

  /// As a ring that is built anew where nobody knows how far its predecessor came.
  void begin_behind(std::uint64_t last) {
    control_.first_sequence = last + 1;
    ticks_ = ringbuf::TickWriter::over(tick_bytes_.bytes(), kSlots, {last});
  }
  void publish(int count, ringbuf::InstrumentId instrument = {1}) {
    for (int i = 0; i < count; ++i) {
      ringbuf::QuoteBody quote;
      quote.bid_price = {static_cast<std::int64_t>(ticks_.last().value) + 1};
      const ringbuf::Record record = ringbuf::make_record(instrument, {5}, {6}, quote);
      ticks_.publish(&record);
    }
    ticks_.complete_batch();
  }
  /// Gives places to the newest `count` ticks, and computes a record from them.
  void order(std::uint64_t count) {
    const std::uint64_t last = ticks_.last().value;
    (void)order_.append_records({kTicks}, {last - count + 1, last}, {7});
    order_.flush();
    ringbuf::DerivedRecord record;
    record.header.cause_seq = {order_.next().value - 1};
    derived_.publish(&record);
    derived_.flush();
  }
  ringbuf::InstrumentId define(std::string_view symbol) {
    ringbuf::InstrumentSpec spec;
    spec.symbol = symbol;
    spec.venue = "XNAS";
    spec.price_unit = 1;
    return directory_.find_or_add(spec).id;
  }

  /// `next`: behind what the journal has.
  JournalStage& start(std::optional<std::uint64_t> next = std::nullopt, const JournalStart* from = nullptr) {
    JournalStart begin;
    begin.chain = ringbuf::JournalChain(9, 1);
    std::vector<JournalInput> inputs;
    inputs.push_back({{"ticks", {kTicks}, BlockKind::ticks, kSlots}, tick_bytes_.bytes(), next, &page_.reader[1]});
    inputs.push_back({{"sequencer", {kOrder}, BlockKind::runs, kSlots}, order_bytes_.bytes()});
    inputs.push_back({{"derived", {kDerived}, BlockKind::derived, kSlots}, derived_bytes_.bytes()});
    stage_ = std::make_unique<JournalStage>(
        JournalStageSetup{config_,
                          "test",
                          from != nullptr ? *from : begin,
                          std::move(inputs),
                          {.build = "test", .instruments = directory_.reader()},
                          counters_.emplace_back(counter_bytes_.bytes(), 64),
                          PlantClock(ringbuf::ClockPageReader(std::as_const(clock_).bytes()))},
        memory_.bytes(), disk_, supply_);
    return *stage_;
  }
  void run(int turns) {
    for (int i = 0; i < turns; ++i) {
      (void)supply_.step();
      pass(kMilli);
      stage_->do_work();
    }
  }
  void pass(std::int64_t nanos) {
    now_ += nanos;
    set_time();
  }
  void set_time() {
    platform::ClockParameters line;
    line.source = platform::ClockSource::tsc;  // a line without slope: time stands
    line.unix_nanos_base = now_;
    ringbuf::ClockPageWriter(clock_.bytes()).publish(line);
  }
  [[nodiscard]] std::uint64_t count(std::string_view name) const {
    return ringbuf::CountersReader(std::as_const(counter_bytes_).bytes()).find(counter::kJournal, name).value_or(999);
  }
  [[nodiscard]] JournalState state() const { return static_cast<JournalState>(count(counter::kJournalState)); }
  [[nodiscard]] std::uint64_t durable() { return control_.durable.load(); }

  [[nodiscard]] Told told() const {
    const tests::TempDirectory folder("/dev/shm");
    disk_.save(folder.path());
    return read(folder.path());
  }
  static Told read(const std::filesystem::path& folder) {
    Told told;
    std::uint64_t newest_place = 0;
    ringbuf::JournalScanner scanner(folder);
    while (const auto block = scanner.next()) {
      told.is_closed = false;
      for (std::uint32_t i = 0; i < block->header.count && block->header.ring != 0; ++i) {
        const auto bytes = block->payload.subspan(std::size_t{i} * block->header.record_bytes);
        told.sequences[block->header.ring].push_back(block->header.first + i);
        std::uint64_t stamp = 0;
        std::memcpy(&stamp, bytes.data(), sizeof stamp);
        EXPECT_EQ(stamp, block->header.first + i);
        look_at(block->header, bytes, newest_place, told);
      }
      if (block->header.kind == BlockKind::facts) take_facts(block->payload, told);
    }
    return told;
  }

 private:
  static void look_at(const ringbuf::JournalBlockHeader& header, std::span<const std::byte> bytes,
                      std::uint64_t& newest_place, Told& told) {
    const auto newest_tick = [&] { return told.sequences[kTicks].empty() ? 0 : told.sequences[kTicks].back(); };
    if (header.kind == BlockKind::ticks) {
      ringbuf::RecordHeader record;
      std::memcpy(&record, bytes.data(), sizeof record);
      EXPECT_EQ(header.first_recv, 6);
      EXPECT_EQ(header.last_event, 5);
      told.is_causal = told.is_causal && told.instruments.contains(record.instrument.value);
    } else if (header.kind == BlockKind::runs) {
      ringbuf::SequencerRun run;
      std::memcpy(static_cast<void*>(&run), bytes.data(), sizeof run);
      told.is_causal = told.is_causal && run.range().last <= newest_tick();
      newest_place = run.cause_seq.value + run.count() - 1;
    } else {
      ringbuf::DerivedRecord record;
      std::memcpy(static_cast<void*>(&record), bytes.data(), sizeof record);
      told.is_causal = told.is_causal && record.header.cause_seq.value <= newest_place;
    }
  }
  static void take_facts(std::span<const std::byte> payload, Told& told) {
    ringbuf::FactsReader reader(payload);
    while (const auto fact = reader.next()) {
      using ringbuf::FactKind;
      if (fact->kind == FactKind::plant) ++told.plants;
      if (fact->kind == FactKind::loss) told.losses.push_back(fact->as<ringbuf::LossFact>());
      if (fact->kind == FactKind::instrument) told.instruments.insert(fact->as<ringbuf::InstrumentEntry>().id.value);
      if (fact->kind == FactKind::ring) {
        const auto ring = fact->as<ringbuf::RingFact>();
        told.rings[ring.ring] = ringbuf::text_of(ring.name);
      }
      told.is_closed = fact->kind == FactKind::closed;
    }
  }

 protected:
  static constexpr std::uint64_t kRingBytes = sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kTickSlotBytes;

  std::int64_t now_ = platform::kNanosPerSecond;
  config::JournalSection config_{.folder = "auto"};
  ringbuf::PrivatePayload tick_bytes_{kRingBytes}, order_bytes_{kRingBytes};
  ringbuf::PrivatePayload derived_bytes_{sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kDerivedSlotBytes};
  ringbuf::PrivatePayload gating_{sizeof(ringbuf::GatingPage<>)};
  ringbuf::PrivatePayload clock_{ringbuf::ClockPageWriter::payload_bytes()};
  ringbuf::PrivatePayload counter_bytes_{ringbuf::CountersWriter::payload_bytes(64)};
  ringbuf::PrivatePayload directory_bytes_{ringbuf::InstrumentDirectoryWriter::payload_bytes(64)};
  ringbuf::PrivatePayload memory_{JournalStage::kMemoryBytes};
  std::deque<ringbuf::CountersWriter> counters_;  // each daemon has one
  ringbuf::GatingPage<>& page_ = ringbuf::object_at<ringbuf::GatingPage<>>(gating_.bytes(), 0);
  ringbuf::BroadcastControl<>& control_ = ringbuf::object_at<ringbuf::BroadcastControl<>>(tick_bytes_.bytes(), 0);
  ringbuf::Gate gate_{page_, kSlots};
  ringbuf::TickWriter ticks_ = ringbuf::TickWriter::over(tick_bytes_.bytes(), kSlots);
  ringbuf::SequencerWriter order_{ringbuf::TickWriter::over(order_bytes_.bytes(), kSlots)};
  ringbuf::DerivedWriter derived_ = ringbuf::DerivedWriter::over(derived_bytes_.bytes(), kSlots);
  ringbuf::InstrumentDirectoryWriter directory_{directory_bytes_.bytes(), 64};
  ringbuf::InstrumentId first_instrument_ = define("AAPL");
  tests::JournalDisk disk_{memory_.bytes()};
  SegmentSupply supply_{disk_, 8 * ringbuf::kJournalUnitBytes};
  std::unique_ptr<JournalStage> stage_;
};

std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = first; i <= last; ++i) all.push_back(i);
  return all;
}

TEST_F(JournalStageTest, JournalsEveryRecordOfEveryRing) {
  start();
  EXPECT_EQ(state(), JournalState::preparing);
  for (int i = 0; i < 60; ++i) {
    publish(100);
    order(100);
    run(1);
  }
  run(30);
  const Told all = told();
  EXPECT_EQ(all.sequences.at(kTicks), from_to(1, 6'000));
  EXPECT_EQ(all.sequences.at(kOrder), from_to(1, 60));
  EXPECT_EQ(all.sequences.at(kDerived), from_to(1, 60));
  EXPECT_TRUE(all.is_causal);
  EXPECT_EQ(all.rings.at(kDerived), "derived");
  EXPECT_EQ(all.plants, 1u);
  EXPECT_EQ(count(counter::kRecords), 6'120u);
  EXPECT_EQ(count(counter::kLostRecords), 0u);
  EXPECT_EQ(state(), JournalState::writing);
  EXPECT_EQ(durable(), 6'000u);
  EXPECT_EQ(count(counter::kDurableBlock), count(counter::kNewestBlock));
  EXPECT_EQ(count(counter::kBehind), 0u);
}

TEST_F(JournalStageTest, TellsOfAnInstrumentBeforeItsFirstRecord) {
  start();
  run(2);
  for (int i = 0; i < 20; ++i) {
    publish(50, define("S" + std::to_string(i)));
    run(3);
  }
  run(30);
  const Told all = told();
  EXPECT_TRUE(all.is_causal);
  EXPECT_EQ(all.instruments.size(), 21u);
  EXPECT_EQ(all.sequences.at(kTicks).size(), 1'000u);
}

TEST_F(JournalStageTest, HoldsUpAWriterThatWaitsUntilItHasTakenTheRecords) {
  start();
  publish(4'000);
  EXPECT_EQ(gate_.room(ticks_.last()), kSlots - 4'000);
  run(20);
  EXPECT_EQ(gate_.room(ticks_.last()), kSlots);
}

TEST_F(JournalStageTest, CallsARecordDurableWhenItIs) {
  start();
  run(2);
  publish(10);
  disk_.hold(true);
  run(40);
  EXPECT_EQ(durable(), 0u);
  EXPECT_GT(count(counter::kBehind), 0u);
  disk_.hold(false);
  run(5);
  EXPECT_EQ(durable(), 10u);
}

TEST_F(JournalStageTest, LetsNothingBeOverwrittenThatWouldBeGoneWithIt) {
  for (const auto sync : {config::JournalSync::interval, config::JournalSync::none}) {
    config_.sync = sync;
    (void)start(ticks_.last().value + 1);
    run(30);
    disk_.hold(true);
    publish(1'000);
    run(30);
    EXPECT_EQ(gate_.room(ticks_.last()), kSlots - 1'000) << "read, and in no file";
    disk_.hold(false);
    run(5);
    EXPECT_EQ(gate_.room(ticks_.last()), kSlots);
    stage_->on_stop();
  }
}

TEST_F(JournalStageTest, CallsNothingDurableWhereNothingIsSynced) {
  config_.sync = config::JournalSync::none;
  start();
  publish(10);
  run(40);
  EXPECT_EQ(durable(), 0u);
  EXPECT_EQ(told().sequences.at(kTicks), from_to(1, 10));
}

TEST_F(JournalStageTest, HoldsUpNobodyWhileTheDiskFailsAndTellsExactlyWhatItLost) {
  start();
  publish(100);
  run(30);
  disk_.fail_at(1, EIO);
  publish(10);
  run(30);
  EXPECT_EQ(state(), JournalState::degraded);
  EXPECT_EQ(count(counter::kErrorNumber), static_cast<std::uint64_t>(EIO));
  // More than memory and the ring hold together.
  for (int i = 0; i < 60; ++i) {
    publish(2'000);
    EXPECT_EQ(gate_.room(ticks_.last()), kSlots);
    run(1);
  }
  EXPECT_LE(durable(), 110u);
  disk_.heal();
  pass(JournalWriter::kRetryNanos);
  run(60);
  EXPECT_EQ(state(), JournalState::writing);
  EXPECT_EQ(count(counter::kErrorNumber), 0u);
  publish(10);
  run(30);
  const Told all = told();
  ASSERT_EQ(all.losses.size(), 1u);
  EXPECT_EQ(all.losses[0].reason, LossReason::disk);
  EXPECT_EQ(all.losses[0].ring, kTicks);
  std::vector<std::uint64_t> expected = from_to(1, all.losses[0].first - 1);
  for (const std::uint64_t sequence : from_to(all.losses[0].last + 1, 120'120)) expected.push_back(sequence);
  EXPECT_EQ(all.sequences.at(kTicks), expected);
  EXPECT_EQ(count(counter::kLostRecords), all.losses[0].last - all.losses[0].first + 1);
  EXPECT_EQ(count(counter::kGaps), 1u);
  EXPECT_EQ(durable(), 120'120u);
  // Whoever waits waits for it again.
  publish(4'000);
  EXPECT_LT(gate_.room(ticks_.last()), kSlots);
}

TEST_F(JournalStageTest, HoldsUpNobodyWhileTheDiskIsFullAndGoesOnByItself) {
  disk_.set_free_bytes(8 * ringbuf::kJournalUnitBytes);  // one segment
  start();
  for (int i = 0; i < 30; ++i) {
    publish(2'000);
    run(1);
  }
  run(5);
  EXPECT_EQ(state(), JournalState::degraded);
  EXPECT_EQ(count(counter::kErrorNumber), static_cast<std::uint64_t>(ENOSPC));
  EXPECT_EQ(gate_.room(ticks_.last()), kSlots);
  disk_.set_free_bytes(1u << 30);
  pass(JournalWriter::kRetryNanos);
  run(60);
  EXPECT_EQ(state(), JournalState::writing);
  const Told all = told();
  std::uint64_t lost = 0;
  for (const ringbuf::LossFact& loss : all.losses) lost += loss.last - loss.first + 1;
  EXPECT_EQ(all.sequences.at(kTicks).size() + lost, 60'000u);
  EXPECT_EQ(all.sequences.at(kTicks).back(), 60'000u);
}

TEST_F(JournalStageTest, DrainsAndClosesInOrder) {
  start();
  publish(3'000);
  order(3'000);
  (void)supply_.step();
  stage_->on_stop();
  const Told all = told();
  EXPECT_EQ(all.sequences.at(kTicks), from_to(1, 3'000));
  EXPECT_EQ(all.sequences.at(kDerived), from_to(1, 1));
  EXPECT_TRUE(all.is_closed);
  EXPECT_EQ(state(), JournalState::closed);
  EXPECT_EQ(durable(), 3'000u);
  publish(4'000);
  EXPECT_EQ(gate_.room(ticks_.last()), kSlots);
}

TEST_F(JournalStageTest, GoesOnBehindWhatTheJournalHas) {
  publish(100);
  start(51);
  EXPECT_EQ(durable(), 50u) << "whoever opened the journal has synced it";
  run(30);
  EXPECT_EQ(told().sequences.at(kTicks), from_to(51, 100));
  EXPECT_TRUE(told().losses.empty());
}

TEST_F(JournalStageTest, TellsWhatTheRingHasNoMore) {
  publish(10'000);
  start(51);
  run(40);
  const Told all = told();
  ASSERT_GE(all.losses.size(), 1u);
  EXPECT_EQ(all.losses[0].first, 51u);
  EXPECT_EQ(all.losses[0].reason, LossReason::restart);
  EXPECT_EQ(all.sequences.at(kTicks).front(), all.losses.back().last + 1);
  EXPECT_EQ(all.sequences.at(kTicks).back(), 10'000u);
}

TEST_F(JournalStageTest, LosesNothingWhereARingBeginsBehindNumbersThatNobodyHad) {
  begin_behind(1'000);
  publish(100);
  start(51);
  run(40);
  const Told all = told();
  ASSERT_EQ(all.losses.size(), 1u);
  EXPECT_EQ(all.losses[0].reason, LossReason::skipped);
  EXPECT_EQ(all.losses[0].first, 51u);
  EXPECT_EQ(all.losses[0].last, 1'000u);
  EXPECT_EQ(all.sequences.at(kTicks), from_to(1'001, 1'100));
  EXPECT_EQ(count(counter::kLostRecords), 0u);
}

TEST_F(JournalStageTest, TellsThoseApartFromRecordsThatAreOverwritten) {
  begin_behind(1'000);
  publish(10'000);
  start(51);
  run(40);
  const Told all = told();
  ASSERT_EQ(all.losses.size(), 2u);
  EXPECT_EQ(all.losses[0].reason, LossReason::skipped);
  EXPECT_EQ(all.losses[1].reason, LossReason::restart);
  EXPECT_EQ(all.losses[1].first, 1'001u);
  EXPECT_EQ(all.sequences.at(kTicks).front(), all.losses[1].last + 1);
  EXPECT_EQ(count(counter::kLostRecords), all.losses[1].last - 1'000);
}

TEST_F(JournalStageTest, TellsWhatARingHasNoMoreThatTheJournalHadNothingOf) {
  publish(10'000);
  JournalStart behind_a_predecessor;
  behind_a_predecessor.chain = ringbuf::JournalChain(9, 1);
  behind_a_predecessor.segment = 1;
  start(std::nullopt, &behind_a_predecessor);
  run(40);
  const Told all = told();
  ASSERT_EQ(all.losses.size(), 1u);
  EXPECT_EQ(all.losses[0].ring, kTicks);
  EXPECT_EQ(all.losses[0].first, 1u);
  EXPECT_EQ(all.losses[0].reason, LossReason::restart);
  EXPECT_EQ(all.sequences.at(kTicks), from_to(all.losses[0].last + 1, 10'000));
}

TEST_F(JournalStageTest, CallsNothingLostThatWasThereBeforeAnyJournal) {
  publish(10'000);
  start();
  run(40);
  EXPECT_TRUE(told().losses.empty());
  EXPECT_EQ(told().sequences.at(kTicks).back(), 10'000u);
}

TEST_F(JournalStageTest, HasARunAheadOfItsResultsWhoeverFlushesFirst) {
  (void)start();
  publish(200);
  for (std::uint64_t q = 1; q <= 10; ++q) {
    (void)order_.append_records({kTicks}, {q, q}, {7});  // each told, none flushed
    ringbuf::DerivedRecord record;
    record.header.cause_seq = {order_.next().value - 1};
    derived_.publish(&record);
  }
  derived_.flush();
  run(30);
  const Told found = told();
  EXPECT_EQ(found.sequences.at(kDerived).size(), 10u);
  EXPECT_TRUE(found.is_causal);
}

TEST_F(JournalStageTest, HasTheTicksAheadOfARunWhereAnotherWriterOfTheirRingIsHeldUp) {
  using Shared = ringbuf::SharedBroadcastWriter<ringbuf::kTickSlotBytes>;
  Shared::open(control_, {0});
  Shared held = Shared::over(tick_bytes_.bytes(), kSlots, gating_.bytes(), 0, 2);
  Shared other = Shared::over(tick_bytes_.bytes(), kSlots, gating_.bytes(), 1, 2);
  (void)define("A");
  (void)start();
  const ringbuf::Record record = ringbuf::make_record({1}, {5}, {6}, ringbuf::QuoteBody{});
  held.publish(&record);  // and its batch does not end
  for (int i = 0; i < 199; ++i) other.publish(&record);
  other.complete_batch();
  (void)order_.append_records({kTicks}, {1, 200}, {7});
  order_.flush();
  run(30);
  const Told found = told();
  ASSERT_EQ(found.sequences.at(kOrder).size(), 1u);
  EXPECT_EQ(found.sequences.at(kTicks), from_to(1, 200));
  EXPECT_TRUE(found.is_causal);
}

TEST_F(JournalStageTest, SaysWhenItWroteWhatAPredecessorLeft) {
  publish(100);
  (void)start();
  (void)supply_.step();
  ASSERT_TRUE(stage_->catch_up());
  const tests::TempDirectory folder("/dev/shm");
  disk_.save(folder.path());
  ASSERT_EQ(ringbuf::list_segments(folder.path()).size(), 1u);
  EXPECT_EQ(ringbuf::list_segments(folder.path())[0].page.created_at, now_);
  ringbuf::JournalScanner scanner(folder.path());
  while (const auto block = scanner.next()) EXPECT_EQ(block->header.written_at, now_);
}

TEST_F(JournalStageTest, BeginsWithTheRingWhereTheJournalIsNew) {
  publish(10'000);
  start();
  run(40);
  const Told all = told();
  EXPECT_TRUE(all.losses.empty());
  EXPECT_EQ(all.sequences.at(kTicks), from_to(10'000 - kSlots + 1, 10'000));
}

TEST_F(JournalStageTest, TakesNumbersThatBeganAnewFromTheirBeginning) {
  publish(10);
  start(1'000'000);
  run(30);
  EXPECT_EQ(told().sequences.at(kTicks), from_to(1, 10));
  EXPECT_TRUE(told().losses.empty());
}

}  // namespace
}  // namespace tickplant::daemon::this_file
