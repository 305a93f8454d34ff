// Every way in which one poll can fall into one publish, and several publishes into one poll.
#include <gtest/gtest.h>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/interrupted_atomic.hpp"
#include "tests/support/sample.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 4;
using Tick = tests::Sample<kTickSlotBytes>;
using Writer = BroadcastWriter<kTickSlotBytes, tests::InterruptedAtomic>;
using Reader = BroadcastReader<kTickSlotBytes, tests::InterruptedAtomic>;

struct Ring {
  PrivatePayload memory{sizeof(Writer::Control) + kTickSlotBytes * kSlots};
  Writer writer = Writer::over(memory.bytes(), kSlots);

  void publish(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const Tick tick(writer.last().value + 1);
      writer.publish(&tick);
    }
  }
  Reader reader(std::uint64_t next) { return Reader::over(memory.bytes(), kSlots, {next}); }
};

/// Reads all there is and checks that records and losses together are exactly `first`..`last`.
void expect_all_accounted_for(Reader& reader, std::uint64_t first, std::uint64_t last) {
  Tick out;
  std::uint64_t next = first;
  for (;;) {
    const ReadStatus status = reader.poll(&out);
    if (status == ReadStatus::empty) break;
    if (status == ReadStatus::record) {
      ASSERT_EQ(out.number, next);
      ASSERT_TRUE(out.is_whole());
      ++next;
    } else {
      ASSERT_EQ(reader.lost().first, next);
      next = reader.lost().last + 1;
    }
  }
  EXPECT_EQ(next, last + 1);
}

TEST(BroadcastInterleaving, APollInsideAPublishSeesTheOldLapWholeOrNotAtAll) {
  for (std::uint64_t next = 1; next <= kSlots + 1; ++next) {
    bool more = true;
    for (int step = 0; more; ++step) {
      Ring ring;
      ring.publish(kSlots);
      Reader reader = ring.reader(next);
      std::uint64_t accounted = next;
      const auto poll = [&] {
        Tick out;
        const ReadStatus status = reader.poll(&out);
        if (status == ReadStatus::record) {
          EXPECT_TRUE(out.is_whole()) << "torn at step " << step;
          EXPECT_EQ(out.number, next);
        }
        if (status == ReadStatus::overrun) {
          EXPECT_EQ(reader.lost().first, next);
        }
        accounted = reader.next().value;
      };
      more = tests::Interruption::run(step, poll, [&] { ring.publish(1); });
      expect_all_accounted_for(reader, accounted, kSlots + 1);
    }
  }
}

TEST(BroadcastInterleaving, PublishesInsideAPollNeverTearWhatItReturns) {
  for (std::uint64_t next = 1; next <= kSlots; ++next) {
    for (std::uint64_t burst = 1; burst <= 3 * kSlots; ++burst) {
      bool more = true;
      for (int step = 0; more; ++step) {
        Ring ring;
        ring.publish(kSlots);
        Reader reader = ring.reader(next);
        more = tests::Interruption::run(
            step, [&] { ring.publish(burst); },
            [&] {
              Tick out;
              const ReadStatus status = reader.poll(&out);
              ASSERT_NE(status, ReadStatus::empty);
              if (status == ReadStatus::record) {
                EXPECT_EQ(out.number, next);
                EXPECT_TRUE(out.is_whole()) << "torn at step " << step;
              } else {
                EXPECT_EQ(reader.lost().first, next);
                EXPECT_GE(burst, next) << "overrun, though the slot was never re-used";
              }
            });
        expect_all_accounted_for(reader, reader.next().value, ring.writer.last().value);
      }
    }
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
