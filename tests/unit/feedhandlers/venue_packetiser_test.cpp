#include "feedhandlers/venue/packetiser.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "platform/calendar_date.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

using tests::as_span;
using tests::Bytes;
using tests::to_bytes;

constexpr std::size_t kHeader = moldudp64::kHeaderBytes;

SessionName name(std::string_view text) { return make_session_name(text).value(); }

TEST(Packetiser, PutsMessagesBehindAHeaderWithTheFirstSequenceAndTheCount) {
  Packetiser packetiser(name("S1"), 100);
  packetiser.add(as_span("one"));
  packetiser.add(as_span("three"));
  EXPECT_EQ(to_bytes(packetiser.take()), tests::mold_packet("S1", 1, {"one", "three"}));
  packetiser.add(as_span("x"));
  EXPECT_EQ(to_bytes(packetiser.take()), tests::mold_packet("S1", 3, {"x"}));
}

TEST(Packetiser, FillsAPacketToTheLastByteAndNotBeyond) {
  Packetiser packetiser(name("S"), kHeader + 2 + 4 + 2 + 3);
  packetiser.add(as_span("four"));
  EXPECT_TRUE(packetiser.has_room(3));
  EXPECT_FALSE(packetiser.has_room(4));
  packetiser.add(as_span("333"));
  EXPECT_FALSE(packetiser.has_room(0));
  EXPECT_EQ(packetiser.take().size(), kHeader + 11);
  EXPECT_TRUE(packetiser.has_room(9)) << "the next packet is empty";
  EXPECT_FALSE(packetiser.has_room(10)) << "and this fits into none";
}

TEST(Packetiser, CountsAMessageOfNoBytes) {
  Packetiser packetiser(name("S"), 100);
  packetiser.add({});
  EXPECT_EQ(to_bytes(packetiser.take()), tests::mold_packet("S", 1, {""}));
  EXPECT_EQ(packetiser.next_sequence(), 2U);
}

TEST(Packetiser, NamesTheNextSequenceInHeartbeatAndEndOfSession) {
  Packetiser packetiser(name("S"), 100);
  EXPECT_EQ(to_bytes(packetiser.heartbeat()), tests::mold_heartbeat("S", 1));
  packetiser.add(as_span("a"));
  packetiser.add(as_span("b"));
  EXPECT_EQ(packetiser.next_sequence(), 3U) << "those in the open packet count";
  (void)packetiser.take();
  EXPECT_EQ(to_bytes(packetiser.heartbeat()), tests::mold_heartbeat("S", 3));
  EXPECT_EQ(to_bytes(packetiser.end_of_session()), tests::mold_end_of_session("S", 3));
}

TEST(PacketiserDeathTest, StopsWhereAMessageHasNoRoom) {
  Packetiser packetiser(name("S"), kHeader + 2);
  EXPECT_DEATH(packetiser.add(as_span("x")), "has_room");
  EXPECT_DEATH((void)packetiser.take(), "count_ > 0");
}

TEST(SessionName, IsUpToTenPrintableCharacters) {
  EXPECT_EQ(to_string(name("0123456789")), "0123456789");
  EXPECT_EQ(to_string(name("x")), "x");
  EXPECT_FALSE(make_session_name(""));
  EXPECT_FALSE(make_session_name("0123456789a"));
  EXPECT_FALSE(make_session_name("a b"));
  EXPECT_FALSE(make_session_name("\xc3\xa9"));
}

TEST(SessionName, IsAnotherTenMillisecondsLater) {
  const platform::UnixNanos day{platform::days_since_epoch({2026, 2, 1}) * platform::kNanosPerDay};
  EXPECT_EQ(to_string(session_name_at(day)), "0320000000");
  EXPECT_EQ(to_string(session_name_at(day + 10'000'000)), "0320000001");
  EXPECT_EQ(to_string(session_name_at(day + (platform::kNanosPerDay - 1))), "0328639999");
  EXPECT_EQ(to_string(session_name_at(day + platform::kNanosPerDay)), "0330000000");
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
