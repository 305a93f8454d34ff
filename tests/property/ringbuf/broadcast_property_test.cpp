// Random turns of one writer and several readers, against the obvious model: everything published, in order.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/sample.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using Tick = tests::Sample<kTickSlotBytes>;

/// A reader and what it should see.
struct Follower {
  TickReader reader;
  std::uint64_t due;  // every sequence below was read or reported lost, from its start on

  void poll(std::uint64_t newest, std::uint64_t slot_count, std::uint64_t first_sequence) {
    Tick out;
    const bool in_ring = due >= first_sequence && newest < due + slot_count;
    switch (reader.poll(&out)) {
      case ReadStatus::record:
        ASSERT_EQ(out.number, due);
        ASSERT_TRUE(out.is_whole());
        ASSERT_TRUE(in_ring && due <= newest);
        ++due;
        break;
      case ReadStatus::overrun:
        ASSERT_FALSE(in_ring) << "nothing was lost";
        ASSERT_EQ(reader.lost().first, due);
        ASSERT_GE(reader.lost().last, due);
        due = reader.lost().last + 1;
        ASSERT_LE(due, newest + 1);
        ASSERT_GE(due, first_sequence);
        // In a ring of less than two publishing intervals the newest record may be too far ahead of what is known.
        if (slot_count > 2 * TickWriter::kPublishEvery) {
          ASSERT_LT(newest, due + slot_count) << "resumed at what is gone already";
        }
        break;
      case ReadStatus::empty: ASSERT_EQ(due, newest + 1); break;
    }
    ASSERT_EQ(reader.next().value, due);
  }
};

TEST(BroadcastProperty, EverySequenceIsReadOrReportedLostExactlyOnce) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::uint64_t slot_count = std::uint64_t{2} << random() % 8;
    const std::uint64_t last_before = random() % 2 == 0 ? 0 : random() % 10'000;
    PrivatePayload memory(sizeof(TickWriter::Control) + kTickSlotBytes * slot_count);
    TickWriter writer = TickWriter::over(memory.bytes(), slot_count, {last_before});
    std::vector<Follower> followers;
    for (int i = 0; i < 4; ++i) {
      const std::uint64_t start = 1 + random() % (last_before + 1);
      followers.push_back({TickReader::over(memory.bytes(), slot_count, {start}), start});
    }
    for (int turn = 0; turn < 200; ++turn) {
      const std::uint64_t burst = random() % 3 == 0 ? random() % (3 * slot_count) : random() % 4;
      for (std::uint64_t i = 0; i < burst; ++i) {
        const Tick tick(writer.last().value + 1);
        writer.publish(&tick);
      }
      if (random() % 2 == 0) writer.flush();
      Follower& follower = followers[random() % followers.size()];
      for (std::uint64_t polls = random() % (2 * slot_count); polls > 0; --polls) {
        follower.poll(writer.last().value, slot_count, last_before + 1);
        if (HasFatalFailure()) return;
      }
    }
    for (Follower& follower : followers) {
      while (follower.due <= writer.last().value) {
        follower.poll(writer.last().value, slot_count, last_before + 1);
        if (HasFatalFailure()) return;
      }
    }
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
