// A ring with several writers at full speed, and several rings put in one order and followed by several shards.
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/sequenced_reader.hpp"
#include "ringbuf/sequencer.hpp"
#include "ringbuf/shared_broadcast_writer.hpp"
#include "tests/support/sample.hpp"
#include "tests/support/stress_size.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

/// The ring puts the sequence into the first word; the others are a sample that tells writer and number.
struct Tick {
  std::uint64_t sequence = 0;
  tests::Sample<kTickSlotBytes - 8> sample;

  Tick() = default;
  Tick(std::size_t writer, std::uint64_t n) : sample(std::uint64_t{writer} << 48 | n) {}
  [[nodiscard]] std::size_t writer() const { return sample.number >> 48; }
  [[nodiscard]] std::uint64_t n() const { return sample.number & 0xffff'ffff'ffffu; }
};

void several_writers(std::uint64_t slot_count, std::uint64_t records_per_writer, bool wait_for_reader) {
  constexpr std::size_t kWriters = 3;
  const std::uint64_t per_writer = records_per_writer / tests::kStressDivisor;
  PrivatePayload ring(sizeof(BroadcastControl<>) + kTickSlotBytes * slot_count);
  PrivatePayload gating(sizeof(GatingPage<>));
  auto& control = object_at<BroadcastControl<>>(ring.bytes(), 0);
  auto& page = object_at<GatingPage<>>(gating.bytes(), 0);
  SharedTickWriter::open(control, {0});
  TickReader in = TickReader::over(std::as_const(ring).bytes(), slot_count, {1});
  GatingReader position(page, 0, {1});
  std::vector<std::jthread> threads;
  for (std::size_t w = 0; w < kWriters; ++w) {
    threads.emplace_back([&, w] {
      SharedTickWriter out = SharedTickWriter::over(ring.bytes(), slot_count, gating.bytes(), w, kWriters);
      const Gate gate(page, slot_count);
      for (std::uint64_t n = 0; n < per_writer; ++n) {
        if (n % 8 == 0) {
          // Room for a batch of everybody.
          while (wait_for_reader && gate.room({control.claimed.load()}) < 8 * kWriters) std::this_thread::yield();
        }
        const Tick tick(w, n);
        out.publish(&tick);
        if (n % 8 == 7) out.complete_batch();
      }
      out.complete_batch();
    });
  }

  std::array<std::uint64_t, kWriters> next{};
  std::uint64_t lost = 0, complete = 0, records = 0, misplaced = 0, torn = 0, out_of_order = 0;
  while (in.next().value <= kWriters * per_writer) {
    const std::uint64_t said = in.image_complete_through().value;
    EXPECT_GE(said, complete);
    complete = said;
    const std::uint64_t due = in.next().value;
    Tick tick;
    switch (in.poll(&tick)) {
      case ReadStatus::record: {
        ++records;
        misplaced += tick.sequence == due ? 0 : 1;
        if (!tick.sample.is_whole() || tick.writer() >= kWriters) {
          ++torn;
          break;
        }
        out_of_order += tick.n() < next[tick.writer()] || (lost == 0 && tick.n() != next[tick.writer()]) ? 1 : 0;
        next[tick.writer()] = tick.n() + 1;
        position.advance(in.next());
        break;
      }
      case ReadStatus::overrun: lost += in.lost().count(); break;
      case ReadStatus::empty:
        EXPECT_GE(due, complete) << "what is said to be complete can be read";
        std::this_thread::yield();
        break;
    }
  }
  threads.clear();
  EXPECT_EQ(torn, 0u);
  EXPECT_EQ(misplaced, 0u);
  EXPECT_EQ(out_of_order, 0u) << "each writer's records in its own order, none twice";
  EXPECT_EQ(records + lost, kWriters * per_writer);
  EXPECT_EQ(control.image_complete_through.load(), kWriters * per_writer);
  EXPECT_EQ(control.published.load(), kWriters * per_writer);
  EXPECT_TRUE(!wait_for_reader || lost == 0) << lost;
}

TEST(SharedRingStress, LosesNothingOfSeveralWritersThatWaitForTheirReader) { several_writers(256, 700'000, true); }

TEST(SharedRingStress, AccountsForEveryRecordOfSeveralWritersThatDoNotWait) { several_writers(64, 300'000, false); }

TEST(SharedRingStress, GoesAroundUnderWritersThatHoldEachOtherUp) { several_writers(4, 100'000, false); }

// --- sequencer and shards ---

/// What a computation makes of its input: depends on content, order and place of every record it took.
struct Computation {
  explicit Computation(Shard which) : shard(which) {}
  void on_record(CauseSequence place, RingId ring, const Record& record) {
    ++seen;
    if (!shard.takes(record.header.instrument)) return;
    std::uint64_t& hash = by_instrument[record.header.instrument.value];
    for (const std::uint64_t word : {place.value, std::uint64_t{ring.value}, record.header.stamp,
                                     static_cast<std::uint64_t>(record.header.ts_event.value)}) {
      hash = (hash ^ word) * 0x100000001b3u;
    }
  }
  void on_command(CauseSequence, const CommandBody&) {}
  void on_lost(CauseSequence, std::uint64_t count) { lost += count; }
  void on_pause(CauseSequence) {}
  void on_skipped(CauseSequence, RingId, SequenceRange) {}
  void on_order_lost(SequenceRange runs) { lost += runs.count(); }

  Shard shard;
  std::uint64_t seen = 0;
  std::uint64_t lost = 0;
  std::map<std::uint32_t, std::uint64_t> by_instrument;
};

TEST(SequencerStress, SeveralShardsTogetherMakeWhatOneMakesInTheSequencersThread) {
  constexpr std::uint64_t kSlots = 1024;
  constexpr std::uint32_t kShards = 3;
  const std::uint64_t per_ring = 200'000 / tests::kStressDivisor;
  struct Ring {
    PrivatePayload bytes{sizeof(BroadcastControl<>) + kTickSlotBytes * kSlots};
    PrivatePayload gating{sizeof(GatingPage<>)};
    GatingPage<>& page = object_at<GatingPage<>>(gating.bytes(), 0);
    TickReader reader() const { return TickReader::over(bytes.bytes(), kSlots, {1}); }
  };
  std::array<Ring, 2> ticks;
  Ring order;
  std::vector<SequencedReader> followers;
  for (std::uint32_t shard = 0; shard < kShards; ++shard) {
    std::vector<FollowedTicks> rings;
    for (std::uint32_t i = 0; i < 2; ++i) {
      rings.push_back({{i + 1}, ticks[i].reader(), GatingReader(ticks[i].page, 1 + shard, {1})});
    }
    followers.emplace_back(order.reader(), GatingReader(order.page, shard, {1}), std::move(rings));
  }
  std::vector<SequencedRing> inputs;
  for (std::uint32_t i = 0; i < 2; ++i) {
    inputs.push_back({{i + 1}, ticks[i].reader(), GatingReader(ticks[i].page, 0, {1})});
  }

  Computation alone({0, 1});
  std::vector<Computation> shards;
  for (std::uint32_t i = 0; i < kShards; ++i) shards.emplace_back(Shard{i, kShards});
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        TickWriter out = TickWriter::over(ticks[i].bytes.bytes(), kSlots);
        const Gate gate(ticks[i].page, kSlots);
        for (std::uint64_t n = 1; n <= per_ring; ++n) {
          if (n % 16 == 1) {
            while (gate.room(out.last()) < 16) std::this_thread::yield();
          }
          const auto id = static_cast<std::uint32_t>(n * (i + 7) % 40);  // some are about no instrument
          const Record record = make_record({id}, {static_cast<std::int64_t>(n)}, {1}, QuoteBody{});
          out.publish(&record);
        }
        out.flush();
      });
    }
    threads.emplace_back([&] {
      const Gate gate(order.page, kSlots);
      TickWriter runs = TickWriter::over(order.bytes.bytes(), kSlots);
      Sequencer sequencer(SequencerWriter(runs), std::move(inputs));
      std::uint64_t runs_at_most = 0;
      while (alone.seen < 2 * per_ring) {
        if (gate.room({runs_at_most}) < 2) {
          std::this_thread::yield();
          runs_at_most = order.reader().published().value;
          continue;
        }
        const std::size_t count = sequencer.turn(
            [](RingId, std::span<const Record> run) { return run.back().header.ts_event; },
            [&](CauseSequence place, RingId ring, const Record& record) { alone.on_record(place, ring, record); },
            [&](RingId, SequenceRange lost) { alone.lost += lost.count(); });
        if (count == 0) std::this_thread::yield();
        runs_at_most += 2;
      }
    });
    for (std::uint32_t i = 0; i < kShards; ++i) {
      threads.emplace_back([&, i] {
        while (shards[i].seen < 2 * per_ring) {
          if (followers[i].poll(shards[i]) == 0) std::this_thread::yield();
        }
      });
    }
  }
  EXPECT_EQ(alone.lost, 0u);
  std::map<std::uint32_t, std::uint64_t> together;
  for (const Computation& shard : shards) {
    EXPECT_EQ(shard.lost, 0u);
    for (const auto& [id, hash] : shard.by_instrument) {
      if (id == 0) {
        EXPECT_EQ(hash, alone.by_instrument[0]) << "what is about no instrument, each shard saw in full";
      } else {
        EXPECT_TRUE(together.emplace(id, hash).second);
      }
    }
  }
  alone.by_instrument.erase(0);
  EXPECT_EQ(together, alone.by_instrument);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
