// History out of a journal and a ring equals what was published, wherever one goes over into the other: nothing twice,
// nothing out of order, and what is told as lost is nowhere.
#include "clients/cpp/ring_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "clients/cpp/record_filter.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/random.hpp"
#include "tests/support/recording_handler.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::Record;
using tests::JournalInFolder;
using tests::Random;

constexpr std::uint64_t kSlots = 64;
constexpr std::uint32_t kRing = 3;

/// A ring, and a journal that follows it and loses what the ring overwrites before it comes.
class WrittenPlant final : public HistorySource {
 public:
  explicit WrittenPlant(std::uint64_t seed, std::uint64_t first = 1)
      : random_(seed), ring_(ringbuf::TickWriter::over(ring_bytes_.bytes(), kSlots, {first - 1})), first_(first) {
    ring_.complete_batch();
    ringbuf::InstrumentDirectoryWriter directory(directory_bytes_.bytes(), 4);
    ringbuf::InstrumentSpec spec;
    spec.symbol = "A", spec.venue = "X";
    (void)directory.find_or_add(spec);
    directory_.emplace(std::as_const(directory_bytes_).bytes());
    journaled_through_ = first - 1;
  }

  void publish(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      Record record = JournalInFolder::tick(ring_.last().value + 1);
      ring_.publish(&record);
      published_.push_back(record);
    }
    ring_.complete_batch();
  }
  /// The journal begins with what is published next: nothing before is ever in it.
  void begin_journal() {
    journal_.emplace(folder_.path());
    journaled_through_ = ring_.last().value;
    write_facts(true);
  }
  /// The journal has 1 to 10 of a ring whose memory is gone, and its successor began behind numbers of nobody.
  void begin_journal_behind_a_reboot() {
    begin_journal();
    journal_->append_ticks(kRing, 1, 10);
    ringbuf::FactsBuilder facts;
    facts.add(ringbuf::LossFact{kRing, ringbuf::LossReason::skipped, 11, first_ - 1, 0});
    journal_->append_facts(facts);
  }
  /// It takes up to so many records, and what it comes too late for it calls lost.
  void write_journal(std::uint64_t count) {
    const std::uint64_t last = ring_.last().value;
    const std::uint64_t kept = last + 1 - std::min(last, kSlots);
    if (journaled_through_ + 1 < kept) call_lost(kept - 1);
    while (count > 0 && journaled_through_ < last) {
      const std::uint64_t block = std::min({std::uint64_t{1} + random_.below(20), count, last - journaled_through_});
      const std::uint64_t begin = journaled_through_ + 1;
      if (random_.chance(1, 12)) new_segment();
      journal_->append_ticks(kRing, begin, static_cast<std::uint32_t>(block));
      for (std::uint64_t q = begin; q < begin + block; ++q) journaled_.insert(q);
      journaled_through_ += block;
      count -= block;
    }
  }
  /// Something flips a byte of a block that was written long ago; nothing of that block can be read any more.
  void damage() {
    if (damaged_ || journal_->chain().next_number() < 16) return;
    ringbuf::JournalScanner scanner(folder_.path());
    const std::uint64_t number = 4 + random_.below(static_cast<std::uint32_t>(journal_->chain().next_number() - 8));
    std::optional<ringbuf::JournalBlock> block;
    while ((block = scanner.next()) && block->header.number != number) continue;
    if (!block || block->header.kind != ringbuf::BlockKind::ticks) return;
    damaged_ = true;
    for (std::uint64_t i = 0; i < block->header.count; ++i) journaled_.erase(block->header.first + i);
    const auto path = journal_->path(block->place.segment);
    std::vector<char> bytes = tests::bytes_of_file(path);
    bytes[block->place.offset + sizeof(ringbuf::JournalBlockHeader) + 9] ^= 1;
    tests::write_file(path, bytes);
  }
  void stop() { is_live_ = false; }

  [[nodiscard]] RingHistory read(RingHistoryRange range) const {
    return {"ticks", journal_ ? folder_.path() : std::filesystem::path{}, range,
            ringbuf::TickReader::over(std::as_const(ring_bytes_).bytes(), kSlots, {1}), kSlots};
  }
  [[nodiscard]] RecordFilter filter() const { return {*directory_, Subscription{}}; }
  [[nodiscard]] const Record& published(std::uint64_t sequence) const { return published_.at(sequence - first_); }
  [[nodiscard]] std::uint64_t last() const { return ring_.last().value; }
  [[nodiscard]] bool is_in_journal(std::uint64_t sequence) const { return journaled_.count(sequence) != 0; }
  /// In the ring, so that a reader may count on it.
  [[nodiscard]] bool is_kept(std::uint64_t sequence) const {
    return sequence >= first_ && sequence <= last() && sequence + kSlots - kSlots / 8 > last();
  }
  [[nodiscard]] bool has_journal() const { return journal_.has_value(); }
  Random& random() { return random_; }

  [[nodiscard]] NamesOfNow names() const override { return {*directory_}; }
  [[nodiscard]] bool is_live() const override { return is_live_; }
  [[nodiscard]] bool journal_goes_on() const override { return is_live_ && journal_; }
  [[nodiscard]] std::int64_t now_nanos() const override { return now_ += 1'000'000'000; }

 private:
  void write_facts(bool is_first) {
    ringbuf::FactsBuilder facts;
    if (!is_first || random_.chance(1, 2)) facts.add(JournalInFolder::instrument(1, "A", "X"));
    facts.add(JournalInFolder::ring_fact(kRing, "ticks", ringbuf::BlockKind::ticks, journaled_through_ + 1));
    journal_->append_facts(facts);
  }
  void new_segment() {
    journal_->begin_segment();
    write_facts(false);
  }
  void call_lost(std::uint64_t last) {
    ringbuf::FactsBuilder facts;
    facts.add(ringbuf::LossFact{kRing, ringbuf::LossReason::overrun, journaled_through_ + 1, last, 0});
    journal_->append_facts(facts);
    journaled_through_ = last;
  }

  Random random_;
  tests::TempDirectory folder_{"/dev/shm"};
  ringbuf::PrivatePayload directory_bytes_{ringbuf::InstrumentDirectoryWriter::payload_bytes(4)};
  mutable ringbuf::PrivatePayload ring_bytes_{ringbuf::broadcast_segment_bytes(ringbuf::kTickSlotBytes, kSlots) -
                                              ringbuf::kSegmentHeaderBytes};
  ringbuf::TickWriter ring_;
  std::optional<ringbuf::InstrumentDirectoryReader> directory_;
  std::optional<JournalInFolder> journal_;
  std::vector<Record> published_;
  std::set<std::uint64_t> journaled_;
  std::uint64_t first_;
  std::uint64_t journaled_through_ = 0;
  bool damaged_ = false;
  bool is_live_ = true;
  mutable std::int64_t now_ = 1'000'000'000;
};

/// What a reader was told, checked as it comes.
class Told {
 public:
  explicit Told(const WrittenPlant& plant) : plant_(&plant) {}

  void operator()(const Record& record) {
    if (first_ == 0) first_ = next_ = record.header.stamp;
    EXPECT_EQ(record.header.stamp, next_);
    next_ = record.header.stamp + 1;
    ++records_;
    EXPECT_EQ(std::memcmp(&record, &plant_->published(record.header.stamp), sizeof record), 0);
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange range) {
    EXPECT_EQ(ring, "ticks");
    if (first_ == 0) first_ = next_ = range.first;
    EXPECT_EQ(range.first, next_);
    EXPECT_LE(range.first, range.last);
    next_ = range.last + 1;
    lost_ += range.count();
    for (std::uint64_t q = range.first; q <= range.last; ++q) {
      if (plant_->has_journal()) {
        EXPECT_FALSE(plant_->is_kept(q)) << q;
      }
      if (plant_->is_live()) {
        EXPECT_FALSE(plant_->is_in_journal(q)) << q;
      }
    }
  }

  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t next() const { return next_; }
  [[nodiscard]] std::uint64_t records() const { return records_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  const WrittenPlant* plant_;
  std::uint64_t first_ = 0, next_ = 0, records_ = 0, lost_ = 0;
};

/// Some time of a plant's life: pieces of any size, so that the journal is behind by nothing or by more than a ring.
void live_on(WrittenPlant& plant, int steps, const std::function<void()>& poll) {
  Random& random = plant.random();
  for (int i = 0; i < steps; ++i) {
    plant.publish(random.chance(1, 10) ? random.below(2 * kSlots) : random.below(20));
    if (plant.has_journal() && random.chance(3, 4)) plant.write_journal(random.below(60));
    if (plant.has_journal() && random.chance(1, 20)) plant.damage();
    if (random.chance(1, 2)) poll();
  }
}

void read_to_the_end(WrittenPlant& plant, RingHistory& history, RecordFilter& filter, Told& told) {
  if (plant.has_journal()) plant.write_journal(1'000);
  plant.stop();
  int idle = 0;
  for (int i = 0; i < 10'000 && idle < 5; ++i) idle = history.poll(told, filter, plant, 50) == 0 ? idle + 1 : 0;
}

TEST(RingHistory, FromASequenceEqualsWhatWasPublishedWithoutGapOrDuplicate) {
  Random seeds(tests::test_seed());
  std::uint64_t records = 0, lost = 0, lapped = 0;
  for (int run = 0; run < 150; ++run) {
    WrittenPlant plant(seeds.below(1u << 30), 1 + seeds.below(3));
    SCOPED_TRACE("run " + std::to_string(run));
    if (seeds.chance(1, 3)) plant.publish(seeds.below(3 * kSlots));
    plant.begin_journal();
    live_on(plant, static_cast<int>(seeds.below(40)), [] {});
    const std::uint64_t from = 1 + seeds.below(static_cast<std::uint32_t>(plant.last() + 10));
    RingHistory history = plant.read({.sequence = from});
    RecordFilter filter = plant.filter();
    Told told(plant);
    live_on(plant, static_cast<int>(seeds.below(60)),
            [&] { (void)history.poll(told, filter, plant, 1 + plant.random().below(40)); });
    read_to_the_end(plant, history, filter, told);
    if (plant.last() >= from) {
      EXPECT_EQ(told.first(), from);
      EXPECT_EQ(told.next(), plant.last() + 1);
    }
    EXPECT_EQ(told.lost(), history.lost_count());
    if (testing::Test::HasFailure()) break;
    records += told.records(), lost += told.lost(), lapped += history.lapped_count();
  }
  EXPECT_GT(records, 10'000u);
  EXPECT_GT(lost, 100u);
  EXPECT_GT(lapped, 50u);
}

TEST(RingHistory, FromATimeBeginsWithTheFirstRecordOfItThatIsKeptAnywhere) {
  Random seeds(tests::test_seed());
  for (int run = 0; run < 150; ++run) {
    WrittenPlant plant(seeds.below(1u << 30));
    SCOPED_TRACE("run " + std::to_string(run));
    if (seeds.chance(1, 3)) plant.publish(seeds.below(3 * kSlots));
    if (seeds.chance(4, 5)) plant.begin_journal();
    live_on(plant, static_cast<int>(1 + seeds.below(40)), [] {});
    plant.publish(1);
    const bool is_oldest = seeds.chance(1, 4);
    const std::uint64_t at = 1 + seeds.below(static_cast<std::uint32_t>(plant.last()));
    const platform::UnixNanos from = JournalInFolder::tick(at).header.ts_recv + (seeds.chance(1, 2) ? -7 : 0);
    std::uint64_t expected = is_oldest ? 1 : at;
    while (!plant.is_in_journal(expected) && !plant.is_kept(expected)) ++expected;
    RingHistory history = plant.read({.from_recv = is_oldest ? platform::kNoTime : from});
    RecordFilter filter = plant.filter();
    Told told(plant);
    for (int i = 0; i < 5; ++i) (void)history.poll(told, filter, plant, 50);
    live_on(plant, static_cast<int>(seeds.below(30)),
            [&] { (void)history.poll(told, filter, plant, 1 + plant.random().below(40)); });
    read_to_the_end(plant, history, filter, told);
    EXPECT_LE(told.first(), expected);
    if (told.first() < expected) {  // a loss that reaches up to it, part of which may be older
      EXPECT_GE(told.lost(), expected - told.first());
    }
    EXPECT_EQ(told.next(), plant.last() + 1);
    if (testing::Test::HasFailure()) break;
  }
}

TEST(RingHistory, GoesOverNumbersThatNobodyHadAndLosesNothing) {
  for (const std::uint64_t from : {std::uint64_t{1}, std::uint64_t{10}, std::uint64_t{500}}) {
    WrittenPlant plant(tests::test_seed(), 1'001);
    plant.begin_journal_behind_a_reboot();
    for (int i = 0; i < 8; ++i) {
      plant.publish(20);
      plant.write_journal(20);
    }
    RingHistory history = plant.read({.sequence = from});
    RecordFilter filter = plant.filter();
    tests::RecordingHandler told;
    for (int i = 0; i < 100; ++i) (void)history.poll(told, filter, plant, 50);
    std::vector<std::uint64_t> expected;
    for (std::uint64_t q = from; q <= 10; ++q) expected.push_back(q);
    for (std::uint64_t q = 1'001; q <= plant.last(); ++q) expected.push_back(q);
    EXPECT_EQ(told.sequences(), expected) << "from " << from;
    EXPECT_TRUE(told.lost.empty());
    EXPECT_EQ(history.lost_count(), 0u);
  }
}

TEST(RingHistory, EndsBeforeTheTimeAskedFor) {
  WrittenPlant plant(tests::test_seed());
  plant.begin_journal();
  for (int i = 0; i < 60; ++i) {
    plant.publish(7);
    plant.write_journal(7);
  }
  const std::uint64_t until = plant.last() / 2;
  RingHistory history = plant.read({.sequence = 1, .until_recv = JournalInFolder::tick(until).header.ts_recv});
  RecordFilter filter = plant.filter();
  Told told(plant);
  while (!history.is_done()) ASSERT_NE(history.poll(told, filter, plant, 50), 0u);
  EXPECT_EQ(told.next(), until);
  EXPECT_EQ(history.poll(told, filter, plant, 50), 0u);
}

}  // namespace
}  // namespace tickplant::clients::this_file
