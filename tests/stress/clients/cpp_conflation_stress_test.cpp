// Permanently overrun by a feed at full speed: told and merged are all records, trades and volume, once, and images and
// stream the full history. With the reader as a thread (TSan sees both sides) and as a process.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "ringbuf/records/order.hpp"
#include "tests/stress/clients/cpp_feed_memory.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stress_request.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::ImageEntry;
using ringbuf::InstrumentId;
using ringbuf::Record;
using ringbuf::RecordType;
using ringbuf::SequenceRange;

constexpr std::uint32_t kInstruments = 100;  // more than one group of Conflation
constexpr std::uint64_t kSlots = 256;

struct Sums {
  std::uint64_t updates = 0, trades = 0, volume = 0;
  friend bool operator==(const Sums&, const Sums&) = default;
};
using SumsByInstrument = std::array<Sums, kInstruments + 1>;

/// In memory that the child shares.
struct Shared {
  std::atomic<bool> is_reading{false};
  std::atomic<bool> is_written{false};
  std::atomic<std::uint64_t> times_merged{0};
  SumsByInstrument written{};
};

/// Which instruments a writer has: all, or every second one.
struct Share {
  std::uint32_t first = 1;
  std::uint32_t step = 1;
};

/// The n-th trade of an instrument has id n; between them come quotes and orders. Writes `records` at least, and until
/// the reader was overrun often enough.
void write(feedhandlers::TickPublisher publisher, Shared& shared, std::uint64_t records, std::uint64_t times,
           std::uint64_t seed, Share share = {}) {
  tests::Random random(seed);
  constexpr auto kFlags = ringbuf::RecordFlags::end_of_event;
  while (!shared.is_reading.load()) std::this_thread::yield();
  for (std::uint64_t n = 0; n < records || shared.times_merged.load(std::memory_order_relaxed) < times; ++n) {
    const std::uint32_t among = random.chance(1, 2) ? 3 : kInstruments / share.step;  // three of them are hot
    const InstrumentId id{share.first + share.step * random.below(among)};
    Sums& sums = shared.written[id.value];
    ++sums.updates;
    switch (random.below(3)) {
      case 0: publisher.publish(id, {1}, ringbuf::OrderBody{}, kFlags); break;
      case 1: publisher.publish(id, {1}, ringbuf::QuoteBody{}, kFlags); break;
      default: {
        ringbuf::TradeBody trade;
        trade.price = {1};
        trade.trade_id = ++sums.trades;
        trade.size = {1 + random.below(9)};
        sums.volume += trade.size.value;
        publisher.publish(id, {1}, trade, kFlags);
        break;
      }
    }
    if (random.chance(1, 16)) publisher.end_batch();
    if (random.chance(1, 2'000)) std::this_thread::yield();
  }
  publisher.end_batch();
}

/// A reader that is too slow. Knows the number of the next trade from image and stream.
class SlowReader {
 public:
  explicit SlowReader(Shared& shared) : shared_(&shared) {}

  void operator()(const Record& record) {
    const std::uint32_t id = record.header.instrument.value;
    ++sums_[id].updates;
    wrong_ += record.header.stamp > last_ ? 0 : 1;
    last_ = record.header.stamp;
    ++told_;
    if (record.header.type != RecordType::trade) return;
    const auto trade = record.as<ringbuf::TradeBody>();
    ++sums_[id].trades;
    sums_[id].volume += trade.size.value;
    volume_[id] += trade.size.value;
    wrong_ += trade.trade_id == sums_[id].trades ? 0 : 1;
  }
  void on_conflated(InstrumentId id, const ImageEntry& image, const Merged& merged) {
    Sums& sums = sums_[id.value];
    sums.updates += merged.updates, sums.trades += merged.trades, sums.volume += merged.volume.value;
    volume_[id.value] = image.volume.value;
    wrong_ += image.trade_count == sums.trades && image.volume.value == sums.volume ? 0 : 1;
    merged_ += merged.updates;
  }
  void on_merged(std::string_view, SequenceRange range) {
    wrong_ += range.first > merged_through_ ? 0 : 1;
    merged_through_ = range.last;
    shared_->times_merged.fetch_add(1, std::memory_order_relaxed);
  }
  void on_lost(std::string_view, SequenceRange) { ++wrong_; }

  /// 0 when all is as it should be.
  [[nodiscard]] std::uint64_t wrong() const {
    std::uint64_t wrong = wrong_ + (told_ == 0 ? 1 : 0) + (merged_ == 0 ? 1 : 0);
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      wrong += sums_[id] == shared_->written[id] && volume_[id] == shared_->written[id].volume ? 0 : 1;
    }
    return wrong;
  }

 private:
  Shared* shared_;
  SumsByInstrument sums_{};
  std::array<std::uint64_t, kInstruments + 1> volume_{};
  std::uint64_t last_ = 0, merged_through_ = 0;
  std::uint64_t told_ = 0, merged_ = 0, wrong_ = 0;
};

std::uint64_t read(const FeedMemory& memory, Shared& shared, std::uint64_t seed) {
  tests::Random random(seed);
  RecordFilter filter = memory.filter();
  RingStream stream = memory.stream(OnOverrun::conflate);
  stream.start_at_newest();
  stream.conflate_with(memory.images(), memory.newest(), 0, false);
  SlowReader reader(shared);
  while (!stream.is_following()) stream.poll(reader, filter, 0);
  shared.is_reading.store(true);
  for (bool is_last = false; !is_last;) {
    is_last = shared.is_written.load();
    for (std::uint32_t polls = 1 + random.below(20); polls > 0; --polls) {
      stream.poll(reader, filter, 1 + random.below(64));
      if (random.chance(1, 500)) stream.conflate();
    }
    for (std::uint32_t pauses = random.below(60); pauses > 0; --pauses) platform::cpu_pause();
    if (random.chance(1, 50)) std::this_thread::yield();
  }
  for (int quiet = 0; quiet < 3;) quiet = stream.poll(reader, filter, 64) == 0 && stream.lag() == 0 ? quiet + 1 : 0;
  return reader.wrong();
}

class ConflationStress : public testing::Test {
 protected:
  ConflationStress() : at_(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (at_ == MAP_FAILED) throw std::bad_alloc();
    shared_ = new (at_) Shared;
  }
  ~ConflationStress() override { ::munmap(at_, sizeof(Shared)); }

  void* at_;
  Shared* shared_;
  FeedMemory memory_{kInstruments, kSlots};
  std::uint64_t seed_ = tests::test_seed();
  std::uint64_t records_ = 5'000'000 / tests::kStressDivisor;
  std::uint64_t times_ = 2'000 / tests::kStressDivisor;
};

TEST_F(ConflationStress, ToldAndMergedAreEverythingOnceToAThreadThatIsAlwaysOverrun) {
  std::uint64_t wrong = 1;
  {
    std::jthread reader([&] { wrong = read(memory_, *shared_, seed_ + 1); });
    write(memory_.publisher(), *shared_, records_, times_, seed_);
    shared_->is_written.store(true);
  }
  EXPECT_EQ(wrong, 0u) << "seed " << seed_;
  EXPECT_GE(shared_->times_merged.load(), times_);
}

TEST_F(ConflationStress, ToldAndMergedAreEverythingOnceWhereARingHasTwoWriters) {
  memory_.open_to_several();
  std::uint64_t wrong = 1;
  {
    std::jthread reader([&] { wrong = read(memory_, *shared_, seed_ + 1); });
    std::jthread other([&] {
      write(memory_.publisher(1, 2), *shared_, records_ / 4, times_ / 4, seed_ + 2, {.first = 2, .step = 2});
    });
    write(memory_.publisher(0, 2), *shared_, records_ / 4, times_ / 4, seed_, {.first = 1, .step = 2});
    other.join();
    memory_.publisher(0, 2).end_batch();
    shared_->is_written.store(true);
  }
  EXPECT_EQ(wrong, 0u) << "seed " << seed_;
  EXPECT_GE(shared_->times_merged.load(), times_ / 4);
}

TEST_F(ConflationStress, ToldAndMergedAreEverythingOnceToAProcessThatIsAlwaysOverrun) {
  tests::ChildProcess reader([&] {
    if (read(memory_, *shared_, seed_ + 1) != 0) ::_exit(1);
  });
  write(memory_.publisher(), *shared_, records_, times_, seed_);
  shared_->is_written.store(true);
  EXPECT_EQ(reader.wait_for_exit_code(), 0) << "seed " << seed_;
  EXPECT_GE(shared_->times_merged.load(), times_);
}

}  // namespace
}  // namespace tickplant::clients::this_file
