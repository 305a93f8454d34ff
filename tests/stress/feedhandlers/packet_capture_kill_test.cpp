// Death of a feed at every single instruction of offering packets to the recorder.
#include <gtest/gtest.h>

#include "feedhandlers/sources/packet_capture_queue.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/stepped_child.hpp"
#include "tests/support/stress_request.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Packet;
using feedhandlers::sources::capture_queue_bytes;
using feedhandlers::sources::CapturedPacket;
using feedhandlers::sources::CapturedPackets;
using feedhandlers::sources::OfferResult;
using feedhandlers::sources::PacketCapture;

constexpr std::uint64_t kRing = 1024;
constexpr std::uint64_t kOffers = 12;

/// Beside the queue: how far the feed knows it has come.
struct Diary {
  std::atomic<std::uint64_t> begun, offered;
};

/// Of packet `number`: its length and each of its bytes say so.
MemoryBytes payload_of(std::uint64_t number) { return MemoryBytes(20 + 11 * number, static_cast<std::byte>(number)); }
Packet packet_of(const MemoryBytes& payload) {
  return {.payload = payload, .ts_recv = {1}, .source_address = 0, .destination_address = 0};
}
bool is_packet(const Packet& packet, std::uint64_t number) {
  const MemoryBytes expected = payload_of(number);
  return std::equal(expected.begin(), expected.end(), packet.payload.begin(), packet.payload.end());
}

/// What a writer finds: packets 0, 1, ... whole and without a hole that is not counted; and the queue is still of use.
void examine(const MemoryBytes& left, std::size_t diary_at) {
  ringbuf::PrivatePayload memory(left.size());
  std::memcpy(memory.bytes().data(), left.data(), left.size());
  const Diary& diary = *reinterpret_cast<const Diary*>(memory.bytes().data() + diary_at);
  const auto queue = memory.bytes().first(diary_at);
  CapturedPackets packets = CapturedPackets::over(queue, kRing);
  CapturedPacket out;
  std::uint64_t count = 0;
  for (; packets.next(out); ++count) ASSERT_TRUE(is_packet(out.packet, count + out.not_captured));
  const std::uint64_t accounted = count + packets.not_captured();
  EXPECT_GE(accounted, diary.offered.load());
  EXPECT_LE(accounted, diary.begun.load());
  if (count != 0) packets.release(out.end);
  PacketCapture successor = PacketCapture::over(queue, kRing);
  ASSERT_EQ(successor.offer(packet_of(payload_of(100))), OfferResult::captured);
  ASSERT_TRUE(packets.next(out));
  EXPECT_TRUE(is_packet(out.packet, 100));
  EXPECT_EQ(out.not_captured, packets.not_captured());
}

TEST(KillCaptureEachInstruction, LeavesWholePacketsAndAnExactCount) {
  const std::size_t diary_at = capture_queue_bytes(kRing);
  const MemoryFile shared(diary_at + sizeof(Diary));
  const auto mapping = shared.map_writable();
  std::vector<MemoryBytes> payloads;
  for (std::uint64_t i = 0; i < kOffers; ++i) payloads.push_back(payload_of(i));
  std::uint64_t states = 0;
  const std::uint64_t steps = at_each_change(
      mapping.bytes(),
      [&] {
        PacketCapture capture = PacketCapture::over(mapping.bytes().first(diary_at), kRing);
        Diary& diary = *reinterpret_cast<Diary*>(mapping.bytes().data() + diary_at);
        for (std::uint64_t i = 0; i < kOffers; ++i) {
          diary.begun = i + 1;
          (void)capture.offer(packet_of(payloads[i]));
          diary.offered = i + 1;
        }
      },
      [&](const MemoryBytes& left) {
        ++states;
        if (!HasFailure()) examine(left, diary_at);
      });
  if (steps == 0) GTEST_SKIP() << kNoSteps;
  EXPECT_GT(states, 2 * kOffers);
  const PacketCapture after = PacketCapture::over(mapping.bytes().first(diary_at), kRing);
  EXPECT_GT(after.not_captured(), 0u) << "full in the end, so a refusal was led through, too";
  record_count("instructions", steps);
  record_count("states", states);
}

}  // namespace
}  // namespace tickplant::tests::this_file
