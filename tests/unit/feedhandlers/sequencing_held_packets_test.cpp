#include "feedhandlers/sequencing/held_packets.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/support/capture_writer.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sequencing::HeldPackets;

bool hold(HeldPackets& held, std::uint64_t first, const Bytes& payload, std::uint64_t count = 1) {
  return held.hold({.payload = as_span(payload)}, {first, first + count});
}

Bytes front_of(const HeldPackets& held) {
  const auto payload = held.front().packet.payload;
  return {reinterpret_cast<const char*>(payload.data()), payload.size()};
}

TEST(HeldPackets, KeepsCopiesInTheOrderOfTheirNumbers) {
  HeldPackets held(1024, 8);
  {
    Bytes gone = "third";
    ASSERT_TRUE(hold(held, 30, gone));
    gone.assign(gone.size(), 'x');
  }
  ASSERT_TRUE(hold(held, 10, "first"));
  ASSERT_TRUE(hold(held, 20, ""));
  ASSERT_TRUE(hold(held, 10, "behind its equal"));
  EXPECT_EQ(held.size(), 4u);
  for (const char* expected : {"first", "behind its equal", "", "third"}) {
    EXPECT_EQ(front_of(held), expected);
    held.pop_front();
  }
  EXPECT_TRUE(held.empty());
}

TEST(HeldPackets, KnowsAPacketByItsPlaceAndItsBytes) {
  HeldPackets held(1024, 8);
  ASSERT_TRUE(hold(held, 10, "a"));
  ASSERT_TRUE(hold(held, 10, "b"));
  EXPECT_TRUE(held.has({.payload = as_span("b")}, {10, 11}));
  EXPECT_FALSE(held.has({.payload = as_span("c")}, {10, 11}));
  EXPECT_FALSE(held.has({.payload = as_span("b")}, {11, 12}));
  EXPECT_FALSE(HeldPackets(64, 1).has({.payload = as_span("b")}, {10, 11}));
}

TEST(HeldPackets, FillsItsRoomToTheLastByteAndUsesItAgain) {
  HeldPackets held(3 * 16, 8);  // 8 bytes of payload and 8 of its own each
  for (int round = 0; round < 5; ++round) {
    for (std::uint64_t i = 0; i < 3; ++i) ASSERT_TRUE(hold(held, i, "12345678")) << round;
    EXPECT_FALSE(hold(held, 9, ""));
    held.pop_front();
    ASSERT_TRUE(hold(held, 9, "abcdefgh"));
    EXPECT_FALSE(hold(held, 9, ""));
    while (!held.empty()) held.pop_front();
    ASSERT_TRUE(hold(held, 1, Bytes(40, 'x'))) << "one as large as all of it";
    EXPECT_FALSE(hold(held, 2, ""));
    held.pop_front();
    EXPECT_FALSE(hold(held, 1, Bytes(41, 'x')));
  }
}

TEST(HeldPackets, HoldsNoMorePacketsThanAllowed) {
  HeldPackets held(4096, 2);
  for (std::uint64_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(hold(held, 2 * i, "a"));
    ASSERT_TRUE(hold(held, 2 * i + 1, "b"));
    EXPECT_FALSE(hold(held, 99, "c"));
    EXPECT_EQ(front_of(held), "a");
    held.pop_front();
    EXPECT_EQ(front_of(held), "b");
    held.pop_front();
  }
}

TEST(HeldPackets, NeverMixesTheBytesOfTwo) {
  Random random{test_seed()};
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed() << ", round " << round);
    HeldPackets held(64 + random.below(400), 1 + random.below(8));
    std::multimap<std::uint64_t, Bytes> model;
    std::uint64_t next = 0;
    for (int step = 0; step < 200; ++step) {
      if (random.chance(1, 2)) {
        const Bytes payload(random.below(60), static_cast<char>('a' + step % 26));
        const std::uint64_t first = next++ + random.below(6);
        if (hold(held, first, payload)) model.emplace(first, payload);
        ASSERT_FALSE(held.empty() && payload.size() <= 56) << "an empty one has room";
      } else if (!model.empty()) {
        ASSERT_EQ(held.front().range.begin, model.begin()->first);
        ASSERT_EQ(front_of(held), model.begin()->second);
        held.pop_front();
        model.erase(model.begin());
      }
      ASSERT_EQ(held.size(), model.size());
    }
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
