// The packet recorder between threads, and with its process killed.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "tests/support/child_process.hpp"
#include "tests/support/packet_capture.hpp"
#include "tests/support/pcapng_blocks.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sources::OfferResult;
using feedhandlers::sources::PacketCapture;
using feedhandlers::sources::PacketCaptureFile;
using feedhandlers::sources::SourceStatus;

/// Payload of packet `number`: its number, then bytes that only it has.
std::string_view payload_of(std::uint64_t number, std::string& memory) {
  memory.resize(8 + number * 37 % 400);
  for (std::size_t i = 0; i < 8; ++i) memory[i] = static_cast<char>(number >> (8 * i));
  for (std::size_t i = 8; i < memory.size(); ++i) memory[i] = static_cast<char>(number * 31 + i);
  return memory;
}

/// Its number, or nothing when it is not whole.
std::optional<std::uint64_t> number_of(std::string_view payload) {
  if (payload.size() < 8) return std::nullopt;
  const std::uint64_t number = little(payload, 0, 8);
  std::string memory;
  return payload == payload_of(number, memory) ? std::optional(number) : std::nullopt;
}

TEST(PacketCaptureStress, AccountsForEveryPacketBetweenTwoThreads) {
  const std::uint64_t offered = stress_count("TICKPLANT_CAPTURE_PACKETS", 300'000);
  constexpr std::uint64_t kRing = 1 << 14;
  CaptureQueueInMemory queue(kRing);
  const TempDirectory folder;
  auto settings = capture_settings(folder.path());
  settings.rotate_bytes = 4 << 20;
  PacketCaptureFile file(settings, queue.packets());
  std::atomic<bool> is_over = false;
  std::uint64_t captured = 0;
  std::jthread feed([&] {
    PacketCapture capture = queue.capture();
    std::string memory;
    for (std::uint64_t number = 0; number < offered; ++number) {
      if (capture.offer(packet_of(payload_of(number, memory), 1)) == OfferResult::captured) ++captured;
      if (number % 64 == 0) std::this_thread::yield();
    }
    is_over.store(true, std::memory_order_release);
  });
  while (!is_over.load(std::memory_order_acquire))
    if (file.turn({1}) == 0) std::this_thread::yield();
  feed.join();
  ASSERT_TRUE(file.finish({1}));
  EXPECT_EQ(file.counters().packets, captured);
  EXPECT_EQ(file.counters().packets + file.counters().not_captured, offered);

  // In the files: each packet is whole, and missing are just those that the block behind them tells of.
  std::uint64_t next = 0, wrong = 0, blocks = 0;
  for (std::uint64_t n = 1; n <= file.counters().files; ++n) {
    const std::string number = std::to_string(n);
    const auto name = "test." + std::string(6 - number.size(), '0') + number + ".pcapng";
    for (const PcapngBlock& block : pcapng_blocks(content_of(folder / name))) {
      if (block.type == kStatisticsBlock && n == file.counters().files)
        next += block.option(1) ? std::stoull(*block.option(1)) : 0;
      if (block.type != kPacketBlock) continue;
      next += block.number(4).value_or(0);
      wrong += number_of(std::string_view(block.frame).substr(28)) == next ? 0 : 1;
      ++next;
      ++blocks;
    }
  }
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(blocks, captured);
  EXPECT_EQ(next, offered);
  record_count("captured", captured);
  record_count("not_captured", file.counters().not_captured);
}

TEST(PacketCaptureStress, AProcessThatIsKilledLeavesAReadableFile) {
  Random random(test_seed());
  const std::uint64_t rounds = stress_count("TICKPLANT_CAPTURE_KILLS", 40);
  std::uint64_t packets = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const TempDirectory folder;
    ChildProcess child([&] {
      CaptureQueueInMemory queue(1 << 16);
      PacketCapture capture = queue.capture();
      PacketCaptureFile file(capture_settings(folder.path()), queue.packets());
      std::string memory;
      for (std::uint64_t number = 0;; ++number) {
        if (capture.offer(packet_of(payload_of(number, memory), 1)) != OfferResult::captured) ::_exit(1);
        if (number % 32 == 0) (void)file.turn({1});
      }
    });
    const auto path = folder / "test.000001.pcapng.part";
    std::error_code none;
    // Not before it did something: on a busy machine the child may be late.
    while (!std::filesystem::exists(path) || std::filesystem::file_size(path, none) < 1000) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(2000)));
    child.kill();
    const ReadCapture found = read_capture(path);
    EXPECT_NE(found.status, SourceStatus::corrupt);
    for (std::uint64_t i = 0; i < found.packets.size(); ++i) ASSERT_EQ(number_of(found.packets[i].payload), i);
    packets += found.packets.size();
  }
  EXPECT_GT(packets, 0u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
