#include <gtest/gtest.h>

#include <vector>

#include "feedhandlers/moldudp64/framing.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::moldudp64::Damage;
using feedhandlers::moldudp64::Datagram;
using feedhandlers::moldudp64::for_each_message;
using feedhandlers::moldudp64::PacketKind;
using feedhandlers::moldudp64::parse;
using feedhandlers::sequencing::SequenceRange;

using Messages = std::vector<std::pair<std::uint64_t, Bytes>>;

Messages messages_of(const Datagram& datagram, SequenceRange wanted) {
  Messages messages;
  for_each_message(datagram, wanted, [&](std::uint64_t sequence, std::span<const std::byte> message) {
    messages.emplace_back(sequence, to_bytes(message));
  });
  return messages;
}
Messages messages_of(const Datagram& datagram) { return messages_of(datagram, datagram.range); }

TEST(MoldFraming, NumbersTheMessagesOfAPacket) {
  const auto packet = mold_packet("000010059B", 14'757'701, {"one", "", "three"});
  const auto datagram = parse(as_span(packet));
  EXPECT_EQ(datagram.damage, Damage::none);
  EXPECT_EQ(datagram.kind, PacketKind::messages);
  EXPECT_EQ(datagram.session.text(), "000010059B");
  EXPECT_EQ(messages_of(datagram), (Messages{{14'757'701, "one"}, {14'757'702, ""}, {14'757'703, "three"}}))
      << "a message of no bytes uses up a number";
}

TEST(MoldFraming, GivesTheLargestMessageAndTheLargestCount) {
  const Bytes largest(65'535, 'm');
  EXPECT_EQ(messages_of(parse(as_span(mold_packet("S", 1, {largest})))), (Messages{{1, largest}}));
  const auto packet = mold_header("S", 1, 0xfffe) + Bytes(2 * 0xfffe, '\0');
  const auto datagram = parse(as_span(packet));
  EXPECT_EQ(datagram.damage, Damage::none);
  EXPECT_EQ(datagram.range, (SequenceRange{1, 0xffff}));
}

TEST(MoldFraming, KnowsHeartbeatAndEndOfSession) {
  const Bytes heartbeat_packet = mold_heartbeat("S", 7);
  const auto heartbeat = parse(as_span(heartbeat_packet));
  EXPECT_EQ(heartbeat.kind, PacketKind::heartbeat);
  EXPECT_EQ(heartbeat.damage, Damage::none);
  EXPECT_EQ(heartbeat.range, (SequenceRange{7, 7}));
  const Bytes end_packet = mold_end_of_session("S", 9);
  const auto end = parse(as_span(end_packet));
  EXPECT_EQ(end.kind, PacketKind::end_of_session);
  EXPECT_EQ(end.damage, Damage::none);
  EXPECT_EQ(end.range, (SequenceRange{9, 9}));
  EXPECT_TRUE(messages_of(end).empty());
}

TEST(MoldFraming, RefusesAnythingShorterThanAHeader) {
  const auto packet = mold_heartbeat("SESSION", 7);
  for (std::size_t kept = 0; kept < packet.size(); ++kept) {
    const auto datagram = parse(as_span(packet).first(kept));
    EXPECT_EQ(datagram.damage, Damage::short_header);
    EXPECT_TRUE(messages_of(datagram).empty());
  }
}

TEST(MoldFraming, DeliversWhatIsWholeBeforeACut) {
  const auto packet = mold_packet("S", 10, {"one", "two"});
  const std::size_t after_first = 20 + 5;
  for (std::size_t kept = 20; kept < packet.size(); ++kept) {
    const auto datagram = parse(as_span(packet).first(kept));
    const bool between_blocks = kept == 20 || kept == after_first;
    EXPECT_EQ(datagram.damage, between_blocks ? Damage::missing_blocks : Damage::block_overrun) << kept;
    EXPECT_EQ(messages_of(datagram), kept < after_first ? Messages{} : (Messages{{10, "one"}})) << kept;
  }
}

TEST(MoldFraming, ReportsBytesAfterTheLastBlock) {
  const Bytes datagram_packet = mold_packet("S", 10, {"one"}) + "x";
  const auto datagram = parse(as_span(datagram_packet));
  EXPECT_EQ(datagram.damage, Damage::trailing_bytes);
  EXPECT_EQ(messages_of(datagram), (Messages{{10, "one"}}));
  EXPECT_EQ(parse(as_span(mold_heartbeat("S", 1) + "x")).damage, Damage::trailing_bytes);
  EXPECT_EQ(parse(as_span(mold_end_of_session("S", 1) + "x")).damage, Damage::trailing_bytes);
}

TEST(MoldFraming, RefusesSequencesThatWouldWrap) {
  const auto last = UINT64_MAX;
  EXPECT_EQ(parse(as_span(mold_packet("S", last - 1, {"one"}))).damage, Damage::none);
  const Bytes datagram_packet = mold_packet("S", last, {"one", "two"});
  const auto datagram = parse(as_span(datagram_packet));
  EXPECT_EQ(datagram.damage, Damage::sequence_wrap);
  EXPECT_TRUE(messages_of(datagram).empty());
}

TEST(MoldFraming, HandsOutOnlyTheMessagesWanted) {
  const auto packet = mold_packet("S", 10, {"ten", "eleven", "twelve"});
  const auto datagram = parse(as_span(packet));
  EXPECT_EQ(messages_of(datagram, {11, 12}), (Messages{{11, "eleven"}}));
  EXPECT_EQ(messages_of(datagram, {0, 11}), (Messages{{10, "ten"}}));
  EXPECT_EQ(messages_of(datagram, {12, 99}), (Messages{{12, "twelve"}}));
  EXPECT_TRUE(messages_of(datagram, {13, 99}).empty());
  EXPECT_TRUE(messages_of(datagram, {11, 11}).empty());
}

TEST(MoldFraming, TakesTheSessionAsItCame) {
  EXPECT_EQ(parse(as_span(mold_heartbeat("AB", 1))).session.text(), "AB");
  EXPECT_EQ(parse(as_span(mold_heartbeat(Bytes(10, '\0'), 1))).session.text(), "");
  EXPECT_EQ(parse(as_span(mold_heartbeat("", 1))).session.text(), "");
  EXPECT_FALSE(parse(as_span(mold_heartbeat("A", 1))).session == parse(as_span(mold_heartbeat("B", 1))).session);
}

}  // namespace
}  // namespace tickplant::tests::this_file
