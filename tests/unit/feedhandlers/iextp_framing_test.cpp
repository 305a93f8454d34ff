#include "feedhandlers/iextp/framing.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/iex_encoder.hpp"

namespace tickplant::feedhandlers::iextp::this_file {
namespace {

using sequencing::SequenceRange;
using tests::as_span;
using tests::Bytes;
using tests::iex::block;
using tests::iex::encode_header;
using tests::iex::segment;
using tests::iex::SegmentHeader;

using Numbered = std::vector<std::pair<std::uint64_t, Bytes>>;

Numbered messages_of(const Datagram& datagram, SequenceRange wanted) {
  Numbered found;
  for_each_message(datagram, wanted, [&](std::uint64_t sequence, std::span<const std::byte> message) {
    found.emplace_back(sequence, tests::to_bytes(message));
  });
  return found;
}
Numbered messages_of(const Datagram& datagram) { return messages_of(datagram, datagram.range); }

TEST(IexTpFraming, ReadsEveryFieldOfTheHeader) {
  const Bytes bytes = segment({.protocol = 0x8003,
                               .channel = 1,
                               .session = 1'140'588'544,
                               .stream_offset = 1'418,
                               .first_sequence = 67,
                               .send_time = 1'503'746'516'522'914'181},
                              {"one", "", "three"});
  const Datagram datagram = parse(as_span(bytes));
  EXPECT_EQ(datagram.damage, Damage::none);
  EXPECT_EQ(datagram.kind, PacketKind::messages);
  EXPECT_EQ(datagram.protocol, MessageProtocol::tops);
  EXPECT_EQ(datagram.channel, 1u);
  EXPECT_EQ(datagram.session_number, 1'140'588'544u);
  EXPECT_EQ(datagram.session.text(), "43fc000001");
  EXPECT_EQ(datagram.range, (SequenceRange{67, 70}));
  EXPECT_EQ(datagram.stream_offset, 1'418u);
  EXPECT_EQ(datagram.next_stream_offset(), 1'418u + 6 + 8);
  EXPECT_EQ(datagram.send_time.value, 1'503'746'516'522'914'181);
  EXPECT_EQ(messages_of(datagram), (Numbered{{67, "one"}, {68, ""}, {69, "three"}}));
  EXPECT_EQ(messages_of(datagram, {68, 69}), (Numbered{{68, ""}})) << "a part of them";
  EXPECT_EQ(messages_of(datagram, {60, 67}), Numbered{});
}

TEST(IexTpFraming, TellsAHeartbeatByItsCount) {
  const Datagram datagram = parse(as_span(segment({.first_sequence = 12, .send_time = 1}, {})));
  EXPECT_EQ(datagram.damage, Damage::none);
  EXPECT_EQ(datagram.kind, PacketKind::heartbeat);
  EXPECT_EQ(datagram.range, (SequenceRange{12, 12}));
  EXPECT_TRUE(datagram.blocks.empty());
}

TEST(IexTpFraming, NamesASessionAfterItsNumberAndChannel) {
  EXPECT_EQ(session_id(0x43fc0000, 1).text(), "43fc000001");
  EXPECT_EQ(session_id(0, 0).text(), "0000000000");
  EXPECT_EQ(session_id(0xffffffff, 0xff).text(), "ffffffffff");
  EXPECT_NE(session_id(1, 1), session_id(1, 2));
  EXPECT_NE(session_id(1, 1), session_id(2, 1));
  EXPECT_NE(session_id(1, 1), session_id(1, 0x101)) << "channels beyond one byte stay apart";
  EXPECT_NE(session_id(1, 1), session_id(1, 0x01000001));
}

TEST(IexTpFraming, FillsNothingInWithoutAWholeHeader) {
  const Bytes whole = segment({.first_sequence = 5}, {"a"});
  for (std::size_t bytes = 0; bytes < kHeaderBytes; ++bytes) {
    const Datagram datagram = parse(as_span(whole).first(bytes));
    EXPECT_EQ(datagram.damage, Damage::short_header) << bytes;
    EXPECT_TRUE(datagram.range.empty());
    EXPECT_EQ(datagram.protocol, MessageProtocol::none);
  }
}

TEST(IexTpFraming, DoesNotGuessAtOtherVersions) {
  for (const std::uint8_t version : {std::uint8_t{0}, std::uint8_t{2}, std::uint8_t{255}}) {
    const Datagram datagram = parse(as_span(segment({.version = version, .first_sequence = 5}, {"a"})));
    EXPECT_EQ(datagram.damage, Damage::unknown_version);
    EXPECT_TRUE(datagram.range.empty());
  }
}

TEST(IexTpFraming, GivesAllWholeMessagesOfADatagramThatWasCut) {
  const Bytes whole = segment({.first_sequence = 5}, {"one", "two"});
  for (std::size_t cut = kHeaderBytes; cut < whole.size(); ++cut) {
    const Datagram datagram = parse(as_span(whole).first(cut));
    EXPECT_EQ(datagram.damage, Damage::cut_payload) << cut;
    EXPECT_EQ(messages_of(datagram), cut < kHeaderBytes + 5 ? Numbered{} : (Numbered{{5, "one"}})) << cut;
  }
}

TEST(IexTpFraming, GivesAllMessagesBeforeACountThatIsTooLarge) {
  const Bytes payload = block("one");
  const Bytes bytes = encode_header({.payload_bytes = 5, .message_count = 3, .first_sequence = 9}) + payload;
  const Datagram datagram = parse(as_span(bytes));
  EXPECT_EQ(datagram.damage, Damage::missing_blocks);
  EXPECT_EQ(messages_of(datagram), (Numbered{{9, "one"}}));
}

TEST(IexTpFraming, GivesAllMessagesBeforeALengthThatIsTooLarge) {
  for (const Bytes& broken : {Bytes("\x09\x00twotwo", 8), Bytes("\x01", 1)}) {
    const Bytes payload = block("one") + broken;
    const SegmentHeader header{
        .payload_bytes = static_cast<std::uint16_t>(payload.size()), .message_count = 2, .first_sequence = 9};
    const Bytes bytes = encode_header(header) + payload;
    const Datagram datagram = parse(as_span(bytes));
    EXPECT_EQ(datagram.damage, Damage::block_overrun);
    EXPECT_EQ(messages_of(datagram), (Numbered{{9, "one"}}));
    EXPECT_EQ(datagram.next_stream_offset(), 5u) << "of what is intact";
  }
}

TEST(IexTpFraming, ReportsBytesBehindTheMessages) {
  const Bytes whole = segment({.first_sequence = 5}, {"one"});
  EXPECT_EQ(parse(as_span(whole + "x")).damage, Damage::trailing_bytes) << "behind the payload";
  const Bytes payload = block("one") + block("two");
  const Bytes bytes = encode_header({.payload_bytes = 10, .message_count = 1, .first_sequence = 5}) + payload;
  const Datagram uncounted = parse(as_span(bytes));
  EXPECT_EQ(uncounted.damage, Damage::trailing_bytes) << "behind the last block counted";
  EXPECT_EQ(messages_of(uncounted), (Numbered{{5, "one"}}));
}

TEST(IexTpFraming, DoesNotReadBlocksBeyondThePayload) {
  const Bytes payload = block("one") + block("two");
  const Bytes bytes = encode_header({.payload_bytes = 5, .message_count = 2, .first_sequence = 5}) + payload;
  const Datagram datagram = parse(as_span(bytes));
  EXPECT_EQ(datagram.damage, Damage::missing_blocks);
  EXPECT_EQ(messages_of(datagram), (Numbered{{5, "one"}}));
}

TEST(IexTpFraming, DeliversNothingWhereSequencesWouldWrap) {
  constexpr std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(parse(as_span(segment({.first_sequence = last}, {"a", "b"}))).damage, Damage::sequence_wrap);
  EXPECT_TRUE(parse(as_span(segment({.first_sequence = last}, {"a", "b"}))).range.empty());
  EXPECT_EQ(parse(as_span(segment({.first_sequence = last - 1}, {"a"}))).damage, Damage::none);
  EXPECT_EQ(parse(as_span(segment({.first_sequence = last}, {}))).damage, Damage::none) << "a heartbeat has none";
}

}  // namespace
}  // namespace tickplant::feedhandlers::iextp::this_file
