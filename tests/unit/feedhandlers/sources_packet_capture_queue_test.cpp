#include "feedhandlers/sources/packet_capture_queue.hpp"

#include <gtest/gtest.h>

#include "tests/support/packet_capture.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Line;
using feedhandlers::sources::capture_record_bytes;
using feedhandlers::sources::CapturedPacket;
using feedhandlers::sources::CapturedPackets;
using feedhandlers::sources::kMaxCapturedPayloadBytes;
using feedhandlers::sources::OfferResult;
using feedhandlers::sources::PacketCapture;

constexpr std::uint64_t kRingBytes = 1024;

/// Payload bytes of a record that takes `share` of the ring.
constexpr std::size_t payload_of(std::size_t share) {
  return kRingBytes / share - sizeof(feedhandlers::sources::CaptureRecordHeader);
}

TEST(PacketCaptureQueue, HandsOverAllThatItWasOffered) {
  CaptureQueueInMemory queue(kRingBytes);
  PacketCapture capture = queue.capture();
  CapturedPackets packets = queue.packets();
  CapturedPacket out;
  EXPECT_FALSE(packets.next(out)) << "nothing yet";
  feedhandlers::Packet packet = packet_of("payload", 123, Line::recovery);
  ASSERT_EQ(capture.offer(packet), OfferResult::captured);
  packet.payload = {};
  ASSERT_EQ(capture.offer(packet), OfferResult::captured);
  ASSERT_TRUE(packets.next(out));
  EXPECT_EQ(kept(out.packet), kept(packet_of("payload", 123)));
  EXPECT_EQ(out.packet.line, Line::recovery);
  ASSERT_TRUE(packets.next(out));
  EXPECT_TRUE(out.packet.payload.empty());
  EXPECT_FALSE(packets.next(out));
}

TEST(PacketCaptureQueue, IsFullAtTheByteAndCountsEachPacketItRefuses) {
  CaptureQueueInMemory queue(kRingBytes);
  PacketCapture capture = queue.capture();
  CapturedPackets packets = queue.packets();
  const Bytes quarter(payload_of(4), 'q');
  for (int i = 0; i < 4; ++i) ASSERT_EQ(capture.offer(packet_of(quarter)), OfferResult::captured);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(capture.offer(packet_of("")), OfferResult::full);
  EXPECT_EQ(capture.not_captured(), 3u);
  EXPECT_EQ(packets.not_captured(), 3u);

  CapturedPacket out;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(packets.next(out));
    EXPECT_EQ(out.not_captured, 0u) << "what was lost came behind it";
  }
  EXPECT_EQ(capture.offer(packet_of("")), OfferResult::full) << "looked at is not released";
  packets.release(out.end);
  ASSERT_EQ(capture.offer(packet_of("after")), OfferResult::captured);
  ASSERT_TRUE(packets.next(out));
  EXPECT_EQ(out.not_captured, 4u);
  EXPECT_EQ(to_bytes(out.packet.payload), "after");
}

TEST(PacketCaptureQueue, RefusesWhatIpv4CouldNotHaveCarriedAndCountsIt) {
  CaptureQueueInMemory queue(1 << 17);
  PacketCapture capture = queue.capture();
  CapturedPackets packets = queue.packets();
  const Bytes payload(kMaxCapturedPayloadBytes + 1, 'p');
  EXPECT_EQ(capture.offer(packet_of(payload)), OfferResult::too_long);
  EXPECT_EQ(capture.offer(packet_of(std::string_view(payload).substr(1))), OfferResult::captured);
  CapturedPacket out;
  ASSERT_TRUE(packets.next(out));
  EXPECT_EQ(out.packet.payload.size(), kMaxCapturedPayloadBytes);
  EXPECT_EQ(out.not_captured, 1u);
}

TEST(PacketCaptureQueue, TakesAPacketLargerThanItsRingInOnePiece) {
  // The last record of a lap runs on into the slack, so the size of the ring limits the number, not the length.
  CaptureQueueInMemory queue(kRingBytes);
  PacketCapture capture = queue.capture();
  CapturedPackets packets = queue.packets();
  CapturedPacket out;
  for (int lap = 0; lap < 3; ++lap) {
    const Bytes large(kMaxCapturedPayloadBytes, static_cast<char>('a' + lap));
    ASSERT_EQ(capture.offer(packet_of("first")), OfferResult::captured);
    ASSERT_EQ(capture.offer(packet_of(large)), OfferResult::captured);
    EXPECT_EQ(capture.offer(packet_of("")), OfferResult::full);
    ASSERT_TRUE(packets.next(out));
    ASSERT_TRUE(packets.next(out));
    EXPECT_EQ(to_bytes(out.packet.payload), large);
    packets.release(out.end);
  }
}

TEST(PacketCaptureQueue, DoesNotWriteOverALongRecordUntilItIsReleased) {
  CaptureQueueInMemory queue(kRingBytes);
  PacketCapture capture = queue.capture();
  CapturedPackets packets = queue.packets();
  const Bytes half(payload_of(2), 'h');
  const Bytes large(5000, 'l');
  ASSERT_EQ(capture.offer(packet_of(half)), OfferResult::captured);
  ASSERT_EQ(capture.offer(packet_of(large)), OfferResult::captured);
  CapturedPacket out;
  ASSERT_TRUE(packets.next(out));
  packets.release(out.end);
  ASSERT_EQ(capture.offer(packet_of(half)), OfferResult::captured) << "in the next lap, before the long one";
  EXPECT_EQ(capture.offer(packet_of(large)), OfferResult::full) << "its place ends in the same slack";
  ASSERT_TRUE(packets.next(out));
  EXPECT_EQ(to_bytes(out.packet.payload), large);
}

TEST(PacketCaptureQueue, GivesAgainWhatWasNotReleased) {
  CaptureQueueInMemory queue(kRingBytes);
  PacketCapture capture = queue.capture();
  CapturedPackets packets = queue.packets();
  for (const char* payload : {"one", "two", "three"})
    ASSERT_EQ(capture.offer(packet_of(payload)), OfferResult::captured);
  CapturedPacket first;
  CapturedPacket out;
  ASSERT_TRUE(packets.next(first) && packets.next(out) && packets.next(out));
  packets.rewind();
  ASSERT_TRUE(packets.next(out));
  EXPECT_EQ(to_bytes(out.packet.payload), "one");
  ASSERT_TRUE(packets.next(out) && packets.next(out));
  packets.release(first.end);
  ASSERT_TRUE(packets.next(out));
  EXPECT_EQ(to_bytes(out.packet.payload), "two");
}

TEST(PacketCaptureQueue, GoesOnUnderASuccessorOfEitherSide) {
  CaptureQueueInMemory queue(kRingBytes);
  for (std::uint64_t i = 0; i < 300; ++i) {
    PacketCapture capture = queue.capture();
    const Bytes payload = std::to_string(i);
    ASSERT_EQ(capture.offer(packet_of(payload)), OfferResult::captured);
    ASSERT_EQ(capture.offer(packet_of(Bytes(kMaxCapturedPayloadBytes + 1, 'x'))), OfferResult::too_long);
    CapturedPackets packets = queue.packets();
    CapturedPacket out;
    ASSERT_TRUE(packets.next(out));
    EXPECT_EQ(to_bytes(out.packet.payload), payload);
    EXPECT_EQ(out.not_captured, i);
    packets.release(out.end);
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
