// `inspect` over captures that lost, repeated or delayed packets.
#include "tests/unit/clients/inspect_files.hpp"

namespace tickplant::cli::this_file {
namespace {

using tests::Bytes;
using tests::itch::Session;

class InspectionOfLines : public tests::InspectFiles {
 protected:
  InspectionOfLines() : file_(tests::day_file(day_, 1000)), packets_(tests::mold_packets(tests::messages_of(file_))) {}

  /// Open orders and trades as if nothing had happened to the packets.
  void expect_whole(const Facts& facts) {
    EXPECT_EQ(facts.messages, day_.written());
    EXPECT_EQ(facts.messages_by_type, tests::by_name(day_.truth().messages()));
    EXPECT_EQ(facts.open_orders, day_.truth().open_orders());
  }

  Session day_{{.seed = tests::test_seed(), .symbols = 3, .live_orders = 100}};
  Bytes file_;
  std::vector<Bytes> packets_;  // 7 messages each
};

TEST_F(InspectionOfLines, CountsEachMessageOnceWhenBothLinesAreInTheCapture) {
  std::vector<Bytes> both;
  for (const Bytes& packet : packets_) both.insert(both.end(), {packet, packet});
  const Facts facts = inspect(tests::pcap_file(both));
  expect_whole(facts);
  EXPECT_EQ(facts.packets, both.size());
  ASSERT_EQ(facts.sessions.size(), 1u);
  EXPECT_EQ(facts.sessions[0].packets, both.size());
  EXPECT_EQ(facts.sessions[0].messages, day_.written());
  EXPECT_EQ(facts.sessions[0].duplicate_messages, day_.written());
  EXPECT_EQ(facts.sessions[0].next_sequence, day_.written() + 1);
  EXPECT_TRUE(facts.gaps.empty());
  EXPECT_FALSE(facts.instruments[0].maybe_bad_book);
}

TEST_F(InspectionOfLines, SaysExactlyWhatIsMissing) {
  packets_.erase(packets_.begin() + 20, packets_.begin() + 22);
  const Facts facts = inspect(tests::pcap_file(packets_));
  ASSERT_EQ(facts.gaps.size(), 1u);
  EXPECT_EQ(facts.gaps[0].session, "000010059B");
  EXPECT_EQ(facts.gaps[0].first, 20u * 7 + 1);
  EXPECT_EQ(facts.gaps[0].last, 22u * 7);
  EXPECT_EQ(facts.messages, day_.written() - 14);
  EXPECT_EQ(facts.sessions[0].missed_messages, 14u);
  EXPECT_EQ(facts.sessions[0].late_messages, 0u);
  for (const InstrumentFacts& one : facts.instruments) EXPECT_TRUE(one.maybe_bad_book) << one.symbol;
}

TEST_F(InspectionOfLines, PutsPacketsInOrderThatOvertookEachOther) {
  std::swap(packets_[20], packets_[21]);
  const Facts facts = inspect(tests::pcap_file(packets_));
  expect_whole(facts);
  EXPECT_EQ(facts.reordered_packets, 1u);
  EXPECT_TRUE(facts.gaps.empty());
  EXPECT_EQ(facts.sessions[0].missed_messages, 0u);
  EXPECT_EQ(facts.sessions[0].packets, packets_.size());
  EXPECT_FALSE(facts.instruments[0].maybe_bad_book);
}

TEST_F(InspectionOfLines, LeavesOutWhatCameTooLateForTheOrder) {
  const Bytes late = packets_[20];
  packets_.erase(packets_.begin() + 20);
  packets_.insert(packets_.begin() + 23, late);
  const tests::PcapWriter writer{.nanos = true};
  Bytes capture = writer.header();
  std::uint32_t nanos = 0;
  for (const Bytes& packet : packets_)
    capture += writer.record(tests::udp_frame(packet), tests::kCaptureSeconds, nanos += 700'000);
  const Facts facts = inspect(capture);
  ASSERT_EQ(facts.gaps.size(), 1u);
  EXPECT_EQ(facts.gaps[0].first, 20u * 7 + 1);
  EXPECT_EQ(facts.gaps[0].last, 21u * 7);
  EXPECT_EQ(facts.messages, day_.written() - 7);
  EXPECT_EQ(facts.sessions[0].missed_messages, 7u);
  EXPECT_EQ(facts.sessions[0].late_messages, 7u);
  EXPECT_EQ(facts.sessions[0].packets, packets_.size());
  EXPECT_EQ(facts.reordered_packets, 3u);
}

TEST_F(InspectionOfLines, LeavesOutPacketsOfASessionThatAnotherOneFollowed) {
  const auto old = tests::mold_packets({tests::messages_of(file_).front(), tests::messages_of(file_).front()}, 1, "A");
  packets_.insert(packets_.begin(), old[0]);
  packets_.insert(packets_.begin() + 5, old[1]);
  const Facts facts = inspect(tests::pcap_file(packets_));
  EXPECT_EQ(facts.left_out_packets, 1u);
  EXPECT_EQ(facts.messages, day_.written() + 1);
  EXPECT_TRUE(facts.gaps.empty());
}

TEST_F(InspectionOfLines, SeesAtAHeartbeatThatTheLastPacketIsMissing) {
  packets_.back() = tests::mold_heartbeat("000010059B", day_.written() + 1);
  const Facts facts = inspect(tests::pcap_file(packets_));
  EXPECT_EQ(facts.heartbeats, 1u);
  ASSERT_EQ(facts.gaps.size(), 1u);
  EXPECT_EQ(facts.gaps[0].last, day_.written());
}

TEST_F(InspectionOfLines, JoinsInMidStreamWithoutAGap) {
  packets_.erase(packets_.begin(), packets_.begin() + 30);
  const Facts facts = inspect(tests::pcap_file(packets_));
  EXPECT_TRUE(facts.gaps.empty());
  EXPECT_EQ(facts.sessions[0].first_sequence, 30u * 7 + 1);
  EXPECT_EQ(facts.sessions[0].missed_messages, 0u);
  EXPECT_FALSE(facts.unknown_references_by_type.empty());
}

TEST_F(InspectionOfLines, KeepsSessionsApartInTheOrderOfTheirNames) {
  const auto other = tests::mold_packets({tests::messages_of(file_).front()}, 7, "A");
  packets_.insert(packets_.begin(), other[0]);
  const Facts facts = inspect(tests::pcap_file(packets_));
  ASSERT_EQ(facts.sessions.size(), 2u);
  EXPECT_EQ(facts.sessions[0].session, "000010059B");
  EXPECT_EQ(facts.sessions[1].session, "A");
  EXPECT_EQ(facts.sessions[1].messages, 1u);
  EXPECT_TRUE(facts.gaps.empty());
}

TEST_F(InspectionOfLines, CountsWhatIsNoItch) {
  const tests::PcapWriter writer{.nanos = true};
  Bytes capture = tests::pcap_file(packets_);
  capture += writer.record(tests::ethernet("arp", 0x0806), tests::kCaptureSeconds);
  capture += writer.record(tests::udp_frame("short"), tests::kCaptureSeconds);
  const Facts facts = inspect(capture);
  expect_whole(facts);
  EXPECT_EQ(facts.skipped_frames, 1u);
  EXPECT_EQ(facts.damaged_packets, 1u);
  EXPECT_EQ(facts.problem, "");
}

TEST_F(InspectionOfLines, ReadsPacketsWithoutSequenceNumbers) {
  std::vector<Bytes> blank;
  for (const Bytes& packet : packets_) blank.push_back(Bytes(18, '\0') + packet.substr(18));
  const Facts facts = inspect(tests::pcap_file(blank));
  expect_whole(facts);
  EXPECT_EQ(facts.unsequenced_packets, blank.size());
  EXPECT_TRUE(facts.sessions.empty());
}

TEST_F(InspectionOfLines, SaysOfACaptureWithoutPacketsThatItHasNone) {
  const Facts facts = inspect(tests::PcapWriter{}.header());
  EXPECT_EQ(facts.format, "itch50/moldudp64/pcap");
  EXPECT_EQ(facts.packets, 0u);
  EXPECT_EQ(facts.messages, 0u);
  EXPECT_EQ(facts.first_time, std::nullopt);
}

TEST_F(InspectionOfLines, RefusesACaptureOfAnotherProtocol) {
  const std::string text = refusal(tests::pcap_of({tests::udp_frame(Bytes(200, 'x')), tests::udp_frame("y")}));
  EXPECT_NE(text.find("2 UDP packets, but none of them is of a protocol known here"), std::string::npos) << text;
}

}  // namespace
}  // namespace tickplant::cli::this_file
