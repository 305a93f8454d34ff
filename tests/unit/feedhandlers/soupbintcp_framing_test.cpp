#include "feedhandlers/soupbintcp/framing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "feedhandlers/soupbintcp/outbox.hpp"
#include "tests/support/random.hpp"
#include "tests/support/soupbintcp_writer.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::soupbintcp::kMaxPayloadBytes;
using feedhandlers::soupbintcp::Outbox;
using feedhandlers::soupbintcp::PacketReader;
using feedhandlers::soupbintcp::PacketType;
using feedhandlers::soupbintcp::Reading;
using feedhandlers::soupbintcp::ReadOutcome;

/// "Sabc": type and payload of each packet.
struct Heard {
  Reading operator()(PacketType type, std::span<const std::byte> payload) {
    packets.push_back(static_cast<char>(type) + to_bytes(payload));
    return static_cast<char>(type) == 'Z' ? Reading::stops : Reading::goes_on;
  }
  std::vector<Bytes> packets;
};

TEST(SoupBinTcpFraming, HandsOnThePacketsOfAStream) {
  PacketReader reader;
  Heard heard;
  const Bytes stream = soup_sequenced("abc") + soup_packet('H') + soup_sequenced("");
  EXPECT_EQ(reader.read(as_span(stream), heard), ReadOutcome::all_read);
  EXPECT_EQ(heard.packets, (std::vector<Bytes>{"Sabc", "H", "S"}));
  EXPECT_EQ(reader.held_bytes(), 0u);
  EXPECT_EQ(reader.read({}, heard), ReadOutcome::all_read) << "nothing";
  EXPECT_EQ(heard.packets.size(), 3u);
}

TEST(SoupBinTcpFraming, GivesTheSamePacketsHoweverTheStreamIsCut) {
  Random random{test_seed()};
  Bytes stream;
  for (int i = 0; i < 40; ++i)
    stream += soup_packet("SHU+"[random.below(4)], Bytes(random.below(3) * random.below(20), static_cast<char>(i)));
  Heard whole;
  PacketReader{}.read(as_span(stream), whole);
  ASSERT_EQ(whole.packets.size(), 40u);

  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    PacketReader reader;
    Heard heard;
    reader.read(as_span(stream).first(cut), heard);
    reader.read(as_span(stream).subspan(cut), heard);
    ASSERT_EQ(heard.packets, whole.packets) << "cut at " << cut;
  }
  for (std::uint32_t most = 1; most <= 9; ++most) {
    PacketReader reader;
    Heard heard;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random.below(most), stream.size() - at);
      reader.read(as_span(stream).subspan(at, size), heard);
      at += size;
    }
    ASSERT_EQ(heard.packets, whole.packets) << "pieces of up to " << most << ", TICKPLANT_TEST_SEED=" << test_seed();
  }
}

TEST(SoupBinTcpFraming, ReadsTheLongestPacketThatALengthCanSay) {
  PacketReader reader;
  Heard heard;
  const Bytes longest = soup_sequenced(Bytes(kMaxPayloadBytes, 'x'));
  reader.read(as_span(longest).first(40'000), heard);
  EXPECT_TRUE(heard.packets.empty());
  EXPECT_EQ(reader.read(as_span(longest).subspan(40'000), heard), ReadOutcome::all_read);
  ASSERT_EQ(heard.packets.size(), 1u);
  EXPECT_EQ(heard.packets[0].size(), 1 + kMaxPayloadBytes);
}

TEST(SoupBinTcpFraming, StopsForGoodAtALengthThatCannotBe) {
  for (const Bytes& wrong : {big(0, 2), big(1 + 11, 2)}) {
    for (const bool cut : {false, true}) {
      PacketReader reader{10};
      Heard heard;
      const Bytes stream = soup_sequenced("0123456789") + wrong + soup_sequenced("lost");
      const std::size_t first = cut ? 14 : stream.size();  // through the wrong length
      reader.read(as_span(stream).first(first), heard);
      EXPECT_EQ(reader.read(as_span(stream).subspan(first), heard), ReadOutcome::impossible_length);
      EXPECT_EQ(reader.read(as_span(soup_packet('H')), heard), ReadOutcome::impossible_length);
      EXPECT_EQ(heard.packets, std::vector<Bytes>{"S0123456789"});
      reader.reset();
      EXPECT_EQ(reader.read(as_span(soup_packet('H')), heard), ReadOutcome::all_read) << "another stream";
      EXPECT_EQ(heard.packets.size(), 2u);
    }
  }
}

TEST(SoupBinTcpFraming, StopsWhereItsReceiverWantsNoMore) {
  PacketReader reader;
  Heard heard;
  EXPECT_EQ(reader.read(as_span(soup_packet('Z') + soup_packet('H')), heard), ReadOutcome::stopped);
  EXPECT_EQ(reader.read(as_span(soup_packet('H')), heard), ReadOutcome::stopped);
  EXPECT_EQ(heard.packets, std::vector<Bytes>{"Z"});
}

TEST(SoupBinTcpFraming, ForgetsACutPacketWhenAnotherStreamBegins) {
  PacketReader reader;
  Heard heard;
  reader.read(as_span(soup_sequenced("abc")).first(4), heard);
  EXPECT_EQ(reader.held_bytes(), 4u);
  reader.reset();
  reader.read(as_span(soup_sequenced("new")), heard);
  EXPECT_EQ(heard.packets, std::vector<Bytes>{"Snew"});
}

TEST(SoupBinTcpOutbox, GivesWhatWasAddedInOrderAndOnce) {
  Outbox outbox{64};
  EXPECT_TRUE(outbox.empty());
  EXPECT_TRUE(outbox.add(PacketType::unsequenced, as_span("ab")));
  EXPECT_TRUE(outbox.add(PacketType::client_heartbeat));
  const auto taken = outbox.take();
  EXPECT_TRUE(outbox.add(PacketType::logout));
  EXPECT_EQ(to_bytes(taken), soup_packet('U', "ab") + soup_packet('R')) << "still there while the next is filled";
  EXPECT_EQ(to_bytes(outbox.take()), soup_packet('O'));
  EXPECT_TRUE(outbox.take().empty());
}

TEST(SoupBinTcpOutbox, RefusesWhatDoesNotFit) {
  Outbox outbox{3 + 4};
  EXPECT_FALSE(outbox.add(PacketType::unsequenced, as_span("12345")));
  EXPECT_TRUE(outbox.empty());
  EXPECT_TRUE(outbox.add(PacketType::unsequenced, as_span("1234")));
  EXPECT_FALSE(outbox.add(PacketType::client_heartbeat));
  EXPECT_EQ(to_bytes(outbox.take()), soup_packet('U', "1234"));
  Outbox large{100'000};
  EXPECT_FALSE(large.add(PacketType::unsequenced, as_span(Bytes(kMaxPayloadBytes + 1, 'x')))) << "no length says it";
  EXPECT_TRUE(large.add(PacketType::unsequenced, as_span(Bytes(kMaxPayloadBytes, 'x'))));
}

}  // namespace
}  // namespace tickplant::tests::this_file
