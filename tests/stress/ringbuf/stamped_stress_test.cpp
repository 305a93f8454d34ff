// Table entries read while they are overwritten, between threads and between processes. TICKPLANT_STRESS_RECORDS sets
// how often they are.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "ringbuf/stamped_entry.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/sample.hpp"
#include "tests/support/stress_request.hpp"

namespace tickplant::ringbuf::this_file {
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

void note(std::uint64_t last, std::span<const Account> accounts) {
  Account sum;
  for (const Account& account : accounts) {
    sum.values += account.values;
    sum.torn += account.torn + account.backwards;
  }
  tests::record_count("records", last);
  tests::record_count("readers", accounts.size());
  tests::record_count("values_read", sum.values);
  tests::record_count("torn", sum.torn);
}

std::uint64_t writes(std::uint64_t ordinary) { return tests::stress_count("TICKPLANT_STRESS_RECORDS", ordinary); }

TEST(StampedStress, NoValueIsTornOrOlderThanOneSeenBefore) {
  const std::uint64_t last = writes(10'000'000);
  std::vector<Entry> entries(kEntries);
  Account accounts[2];
  {
    std::jthread readers[2];
    for (int i = 0; i < 2; ++i) readers[i] = std::jthread([&, i] { accounts[i] = read_until(entries, last); });
    write_until(entries, last);
  }
  for (const Account& account : accounts) expect_sound(account);
  note(last, accounts);
}

TEST(StampedStress, NeitherInAnotherProcessWithAReadOnlyMapping) {
  const std::uint64_t last = writes(2'000'000);
  const tests::MemoryFile file(kEntries * kBytes);
  tests::ChildProcess writer([&] {
    const auto mapping = file.map_writable();
    write_until({reinterpret_cast<Entry*>(mapping.bytes().data()), kEntries}, last);
  });
  const auto mapping = file.map_read_only();
  const Account account = read_until({reinterpret_cast<const Entry*>(mapping.bytes().data()), kEntries}, last);
  expect_sound(account);
  note(last, {&account, 1});
  EXPECT_TRUE(writer.wait());
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
