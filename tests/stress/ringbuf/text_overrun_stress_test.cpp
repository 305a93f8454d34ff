// A writer that never stops laps readers all the time. Contents are a function of the offset, so a torn text is
// recognised; each reader stays with a text until it is gone, so the very moment of overwriting is met each time.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "ringbuf/private_payload.hpp"
#include "ringbuf/text_segment.hpp"
#include "tests/support/stress_size.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kCapacity = 4096;
constexpr int kTextsToFollow = static_cast<int>(300 / tests::kStressDivisor);
constexpr int kReaders = 2;

std::uint64_t mix(std::uint64_t value) noexcept { return (value ^ value >> 29) * 0x9e3779b97f4a7c15u >> 17; }

std::uint32_t bytes_at(std::uint64_t offset) noexcept { return static_cast<std::uint32_t>(1 + mix(offset) % 700); }

void fill(std::string& text, std::uint64_t offset) {
  text.resize(bytes_at(offset));
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(mix(offset + i / 8) >> 8 * (i % 8));
}

TEST(TextOverrunStress, NoTextIsEverTorn) {
  PrivatePayload memory(TextWriter::payload_bytes(kCapacity));
  TextWriter writer(memory.bytes(), kCapacity, 1);
  std::string text;
  fill(text, 0);
  std::atomic<std::uint64_t> newest{writer.append(text).offset};
  std::atomic<int> readers_done{0};
  std::atomic<std::uint64_t> torn{0};
  std::atomic<std::uint64_t> read{0};

  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      const TextReader reader(std::as_const(memory).bytes());
      std::string out;
      std::string expected;
      std::uint64_t torn_here = 0;
      std::uint64_t read_here = 0;
      for (int followed = 0; followed < kTextsToFollow; ++followed) {
        const std::uint64_t offset = newest.load(std::memory_order_acquire);
        fill(expected, offset);
        TextRead outcome;
        while ((outcome = reader.read({offset, bytes_at(offset), 1}, out)) == TextRead::value) {
          ++read_here;
          if (out != expected) ++torn_here;
        }
        if (outcome != TextRead::overwritten) ++torn_here;
      }
      torn += torn_here;
      read += read_here;
      ++readers_done;
    });
  }
  std::uint64_t next = (newest + bytes_at(0) + 7) / 8 * 8;
  while (readers_done.load() < kReaders) {
    fill(text, next);
    const TextReference reference = writer.append(text);
    ASSERT_EQ(reference.offset, next);
    newest.store(next, std::memory_order_release);
    next = (next + reference.bytes + 7) / 8 * 8;
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn, 0u);
  EXPECT_GT(read, 0u);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
