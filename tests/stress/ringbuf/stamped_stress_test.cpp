// Table entries read while they are overwritten, between threads and between processes.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "ringbuf/stamped_entry.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/sample.hpp"
#include "tests/support/stress_size.hpp"

namespace tickplant::ringbuf {
namespace {

constexpr std::size_t kBytes = 256;
constexpr std::size_t kEntries = 4;
using Value = tests::Sample<kBytes>;
using Entry = StampedEntry<kBytes>;

struct Account {
  std::uint64_t values = 0;
  std::uint64_t torn = 0;
  std::uint64_t backwards = 0;
};

void write_until(std::span<Entry> entries, std::uint64_t last) {
  for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
    Entry& entry = entries[sequence % kEntries];
    const Value value(sequence);
    entry.begin({sequence});
    entry.store(8, value.word.data(), sizeof value.word);
    entry.end({sequence});
  }
}

Account read_until(std::span<const Entry> entries, std::uint64_t last) {
  Account account;
  std::uint64_t seen[kEntries] = {};
  while (seen[last % kEntries] != last) {
    for (std::size_t i = 0; i < kEntries; ++i) {
      Value value;
      if (entries[i].read(&value) != TableRead::value) continue;
      ++account.values;
      account.torn += value.is_whole() && value.number % kEntries == i ? 0 : 1;
      account.backwards += value.number < seen[i] ? 1 : 0;
      seen[i] = value.number;
    }
  }
  return account;
}

void expect_sound(const Account& account) {
  EXPECT_EQ(account.torn, 0u);
  EXPECT_EQ(account.backwards, 0u);
  EXPECT_GT(account.values, 0u);
}

TEST(StampedStress, NoValueIsTornOrOlderThanOneSeenBefore) {
  constexpr std::uint64_t kLast = 3'000'000 / tests::kStressDivisor;
  std::vector<Entry> entries(kEntries);
  Account accounts[2];
  {
    std::jthread readers[2];
    for (int i = 0; i < 2; ++i) readers[i] = std::jthread([&, i] { accounts[i] = read_until(entries, kLast); });
    write_until(entries, kLast);
  }
  for (const Account& account : accounts) expect_sound(account);
}

TEST(StampedStress, NeitherInAnotherProcessWithAReadOnlyMapping) {
  constexpr std::uint64_t kLast = 2'000'000 / tests::kStressDivisor;
  const tests::MemoryFile file(kEntries * kBytes);
  tests::ChildProcess writer([&] {
    const auto mapping = file.map_writable();
    write_until({reinterpret_cast<Entry*>(mapping.bytes().data()), kEntries}, kLast);
  });
  const auto mapping = file.map_read_only();
  expect_sound(read_until({reinterpret_cast<const Entry*>(mapping.bytes().data()), kEntries}, kLast));
  EXPECT_TRUE(writer.wait());
}

}  // namespace
}  // namespace tickplant::ringbuf
