// What is offered to a recorder is what its files give back: packets of every length, in order, with their lines, and
// the number of those that had no room.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests/support/packet_capture.hpp"
#include "tests/support/pcapng_blocks.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Line;
using feedhandlers::sources::kMaxCapturedPayloadBytes;
using feedhandlers::sources::OfferResult;
using feedhandlers::sources::PacketCapture;
using feedhandlers::sources::PacketCaptureFile;
using feedhandlers::sources::SourceStatus;

/// Mostly what feeds send; sometimes nothing, the most, or the most and one or two less.
std::size_t random_length(Random& random) {
  switch (random.below(10)) {
    case 0: return 0;
    case 1: return kMaxCapturedPayloadBytes - random.below(3);
    case 2: return random.below(kMaxCapturedPayloadBytes + 1);
    default: return random.below(1500);
  }
}

struct RandomPacket {
  Bytes payload;
  feedhandlers::Packet packet;
};

RandomPacket random_packet(Random& random) {
  RandomPacket result;
  result.payload.resize(random_length(random));
  for (char& byte : result.payload) byte = static_cast<char>(random.next());
  result.packet = {.payload = as_span(result.payload),
                   .ts_recv = {static_cast<std::int64_t>(random.next() >> 1)},
                   .source_address = static_cast<std::uint32_t>(random.next()),
                   .destination_address = static_cast<std::uint32_t>(random.next()),
                   .source_port = static_cast<std::uint16_t>(random.next()),
                   .destination_port = static_cast<std::uint16_t>(random.next()),
                   .line = static_cast<Line>(random.below(feedhandlers::kLineCount))};
  if (random.chance(1, 20)) result.packet.ts_recv = platform::kNoTime;
  return result;
}

/// Line of each packet block, and what is told as lost before it; what is told behind the last, too.
void expect_lines_and_losses(const Bytes& file, std::vector<Line>& lines, std::vector<std::uint64_t>& lost_before) {
  std::size_t i = 0;
  std::uint64_t lost = 0;
  for (const PcapngBlock& block : pcapng_blocks(file)) {
    if (block.type == kPacketBlock) {
      ASSERT_LT(i, lines.size());
      EXPECT_EQ(little(block.fixed, 0, 4), static_cast<std::uint64_t>(lines[i]));
      EXPECT_EQ(block.number(4).value_or(0), lost_before[i]);
      lost += lost_before[i++];
    } else if (block.type == kStatisticsBlock) {
      EXPECT_EQ(block.number(8), i);
      EXPECT_GE(*block.number(5), lost);
    }
  }
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i));
  lost_before.erase(lost_before.begin(), lost_before.begin() + static_cast<std::ptrdiff_t>(i));
}

/// One recording: offers and turns by chance, with `ring_bytes` and `rotate_bytes`.
void record_and_compare(Random& random, std::uint64_t ring_bytes, std::uint64_t rotate_bytes) {
  const TempDirectory folder;
  CaptureQueueInMemory queue(ring_bytes);
  PacketCapture capture = queue.capture();
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = rotate_bytes;
  PacketCaptureFile file(settings, queue.packets());
  std::vector<KeptPacket> expected;
  std::vector<Line> lines;
  std::vector<std::uint64_t> lost_before;
  std::uint64_t lost = 0, lost_in_all = 0;
  for (int i = 0; i < 150; ++i) {
    const RandomPacket each = random_packet(random);
    if (capture.offer(each.packet) == OfferResult::captured) {
      expected.push_back(kept(each.packet));
      lines.push_back(each.packet.line);
      lost_before.push_back(lost);
      lost = 0;
    } else {
      ++lost;
      ++lost_in_all;
    }
    if (random.chance(1, 4)) (void)file.turn({i});
  }
  ASSERT_TRUE(file.finish({200}));
  EXPECT_EQ(file.counters().packets, expected.size());
  EXPECT_EQ(file.counters().not_captured, lost_in_all);
  EXPECT_EQ(capture.not_captured(), lost_in_all);

  std::vector<KeptPacket> found;
  std::map<std::string, std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    files[entry.path().filename().string()] = entry.path();
  EXPECT_EQ(files.size(), file.counters().files);
  for (const auto& [name, path] : files) {
    ReadCapture read = read_capture(path);
    EXPECT_EQ(read.status, SourceStatus::end);
    EXPECT_EQ(read.counters.frames, read.counters.packets);
    found.insert(found.end(), read.packets.begin(), read.packets.end());
    expect_lines_and_losses(content_of(path), lines, lost_before);
  }
  EXPECT_TRUE(lines.empty());
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_TRUE(found[i] == expected[i]) << "packet " << i;
}

TEST(PacketCapture, GivesBackWhatItWasOffered) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("TICKPLANT_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 20 && !testing::Test::HasFatalFailure(); ++round) {
    const std::uint64_t ring_bytes = std::uint64_t{1} << (10 + random.below(12));
    const std::uint64_t rotate_bytes = random.chance(1, 2) ? 0 : 1 + random.below(1'000'000);
    SCOPED_TRACE("ring " + std::to_string(ring_bytes) + ", rotate " + std::to_string(rotate_bytes));
    record_and_compare(random, ring_bytes, rotate_bytes);
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
