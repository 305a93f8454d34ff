// Joining again and again while a feed writes: one mapping and real threads, so that TSan sees both sides.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "clients/cpp/ring_stream.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stress_size.hpp"

namespace tickplant::clients {
namespace {

using ringbuf::InstrumentId;
using ringbuf::PrivatePayload;

constexpr std::uint32_t kInstruments = 20;
constexpr std::uint64_t kSlots = 1024;
constexpr std::uint64_t kTradesMin = 400'000 / tests::kStressDivisor;
constexpr std::uint64_t kJoinsMin = 4;

/// Tables, ring and directory of a plant, in the memory of this process alone.
struct Memory {
  Memory() {
    ringbuf::InstrumentDirectoryWriter writer(directory.bytes(), kInstruments);
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      const std::string symbol = std::to_string(id);
      ringbuf::InstrumentSpec spec;
      spec.symbol = symbol;
      spec.venue = "X";
      (void)writer.find_or_add(spec);
    }
  }
  template <class Slot>
  static std::span<Slot> table(PrivatePayload& bytes) {
    return ringbuf::array_at<Slot>(bytes.bytes(), 0, kInstruments + 1);
  }

  PrivatePayload directory{ringbuf::InstrumentDirectoryWriter::payload_bytes(kInstruments)};
  PrivatePayload ring{ringbuf::broadcast_segment_bytes(ringbuf::kTickSlotBytes, kSlots) - ringbuf::kSegmentHeaderBytes};
  PrivatePayload image{sizeof(ringbuf::ImageSlot) * (kInstruments + 1)};
  PrivatePayload newest{sizeof(ringbuf::NewestSlot) * (kInstruments + 1)};
  PrivatePayload depth{sizeof(ringbuf::DepthSlot) * (kInstruments + 1)};
};

/// Each trade carries its number within its instrument. Writes until enough have joined; returns how many trades.
std::uint64_t write_trades(Memory& memory, const std::atomic<std::uint64_t>& joins) {
  feedhandlers::TickPublisher publisher(ringbuf::TickWriter::over(memory.ring.bytes(), kSlots),
                                        ringbuf::ImageWriter(Memory::table<ringbuf::ImageSlot>(memory.image)),
                                        ringbuf::NewestWriter(Memory::table<ringbuf::NewestSlot>(memory.newest)),
                                        ringbuf::DepthWriter(Memory::table<ringbuf::DepthSlot>(memory.depth)));
  tests::Random random(tests::test_seed());
  std::array<std::uint64_t, kInstruments + 1> count{};
  std::uint64_t trades = 0;
  for (; trades < kTradesMin || joins.load(std::memory_order_relaxed) < kJoinsMin; ++trades) {
    const InstrumentId id{1 + random.below(kInstruments)};
    ringbuf::TradeBody trade;
    trade.price = {1};
    trade.size = {1};
    trade.trade_id = ++count[id.value];
    publisher.publish(id, {1}, trade, ringbuf::RecordFlags::end_of_event);
    if (random.chance(1, 16)) publisher.end_batch();
    if (random.chance(1, 4'000)) std::this_thread::yield();
  }
  publisher.end_batch();
  return trades;
}

/// Knows the number of the next trade from the image, and from each trade.
struct Counting {
  void operator()(const ringbuf::Record& record) {
    const std::uint64_t number = record.as<ringbuf::TradeBody>().trade_id;
    std::uint64_t& known = count[record.header.instrument.value];
    wrong += number == known + 1 ? 0 : 1;
    known = number;
    ++records;
  }
  void on_image(InstrumentId id, const ringbuf::ImageEntry& image) {
    count[id.value] = image.trade_count;
    wrong += image.volume.value == image.trade_count ? 0 : 1;
    ++images;
  }
  std::array<std::uint64_t, kInstruments + 1> count{};
  std::uint64_t records = 0;
  std::uint64_t images = 0;
  std::uint64_t wrong = 0;
};

TEST(LateJoinStress, ImagesAndStreamNeverMissOrRepeatATrade) {
  Memory memory;
  std::atomic<bool> is_written = false;
  std::array<Counting, 2> readers;
  std::array<std::uint64_t, 2> total{};
  std::atomic<std::uint64_t> joins = 0;
  std::uint64_t trades = 0;
  {
    std::array<std::jthread, 2> threads;
    for (std::size_t i = 0; i < threads.size(); ++i) {
      threads[i] = std::jthread([&, i] {
        tests::Random random(tests::test_seed() + i);
        RecordFilter filter(ringbuf::InstrumentDirectoryReader(std::as_const(memory.directory).bytes()), {});
        for (bool is_last = false; !is_last;) {
          is_last = is_written.load();
          RingStream stream("ticks", ringbuf::TickReader::over(std::as_const(memory.ring).bytes(), kSlots, {1}),
                            kSlots);
          stream.start_with_images(ringbuf::ImageReader(Memory::table<ringbuf::ImageSlot>(memory.image)));
          readers[i].count = {};
          joins.fetch_add(1, std::memory_order_relaxed);
          for (std::uint32_t polls = 1 + random.below(500); polls > 0; --polls) {
            if (stream.poll(readers[i], filter, 1 + random.below(64)) == 0) std::this_thread::yield();
          }
        }
        for (const std::uint64_t count : readers[i].count) total[i] += count;
      });
    }
    trades = write_trades(memory, joins);
    is_written = true;
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    EXPECT_EQ(readers[i].wrong, 0u) << "seed " << tests::test_seed();
    EXPECT_EQ(total[i], trades) << "the last join came when all was written";
    EXPECT_GT(readers[i].images, 0u);
  }
}

}  // namespace
}  // namespace tickplant::clients
