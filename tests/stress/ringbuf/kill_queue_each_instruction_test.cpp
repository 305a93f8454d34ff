// Death at every single instruction of pushing to and popping from the queues, and of the MPMC queue's repair.
#include <gtest/gtest.h>

#include "ringbuf/mpmc_queue.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/spsc_queue.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/sample.hpp"
#include "tests/support/stepped_child.hpp"
#include "tests/support/stress_request.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using tests::MemoryBytes;
using Value = tests::Sample<64>;
using Mpmc = MpmcQueue<Value>;

constexpr std::uint64_t kSlots = 4;
constexpr std::uint64_t kElements = tests::kStressDivisor == 1 ? 30 : 8;  // sanitized code has many more instructions
constexpr std::size_t kDiaryAt = 4 * platform::kPageBytes;
constexpr std::size_t kBytes = kDiaryAt + platform::kPageBytes;
static_assert(kDiaryAt >= sizeof(QueueControl<>) + kSlots * sizeof(Mpmc::Cell));

/// Beside the queue: how far its user knows it has come. Element n lies at position n.
struct Diary {
  std::atomic<std::uint64_t> push_begun, pushed, pop_begun, popped;
  std::atomic<std::uint64_t> handed_over_count;
  std::array<std::atomic<std::uint64_t>, 16> handed_over;  // by repair()
};

Diary& diary_of(std::span<std::byte> bytes) { return *reinterpret_cast<Diary*>(bytes.data() + kDiaryAt); }

/// Pushes and pops by turns, `burst` at a time, and keeps the diary.
template <class Push, class Pop>
void work(Diary& diary, Push&& push, Pop&& pop) {
  for (std::uint64_t burst = 1; diary.pushed < kElements; burst = burst % kSlots + 1) {
    const std::uint64_t first = diary.pushed;
    diary.push_begun = first + burst;
    push(first, burst);
    diary.pushed = first + burst;
    diary.pop_begun = first + burst;
    pop(burst);
    diary.popped = first + burst;
  }
}

/// The bytes that were left, in memory of our own.
class Left {
 public:
  explicit Left(const MemoryBytes& left) { std::memcpy(memory_.bytes().data(), left.data(), left.size()); }
  [[nodiscard]] std::span<std::byte> queue() noexcept { return memory_.bytes().first(kDiaryAt); }
  [[nodiscard]] Diary& diary() noexcept { return diary_of(memory_.bytes()); }

 private:
  PrivatePayload memory_{kBytes};
};

/// `found`: what the successor got, oldest first. Each element once, whole; what had been popped does not come back and
/// what had been pushed comes.
void expect_rest(const std::vector<Value>& found, const Diary& diary) {
  // Nothing left: the pop of all that was pushed may have come to its end and not been noted.
  std::uint64_t due = found.empty() ? diary.pushed.load() : found.front().number;
  EXPECT_GE(due, diary.popped.load());
  EXPECT_LE(due, diary.pop_begun.load());
  for (const Value& value : found) {
    EXPECT_EQ(value.number, due++);
    EXPECT_TRUE(value.is_whole());
  }
  EXPECT_GE(due, diary.pushed.load());
  EXPECT_LE(due, diary.push_begun.load());
}

void examine_spsc(const MemoryBytes& bytes) {
  Left left(bytes);
  SpscProducer<Value> out = SpscProducer<Value>::over(left.queue(), kSlots);
  SpscConsumer<Value> in = SpscConsumer<Value>::over(left.queue(), kSlots);
  std::vector<Value> found;
  for (Value value; in.try_pop(value) == PopResult::ok;) found.push_back(value);
  expect_rest(found, left.diary());
  ASSERT_EQ(out.try_push(Value(1000)), PushResult::ok);
  Value value;
  ASSERT_EQ(in.try_pop(value), PopResult::ok);
  EXPECT_TRUE(value.number == 1000 && value.is_whole());
}

TEST(KillQueueEachInstruction, OfAnSpscQueueLosesAndRepeatsNothing) {
  const tests::MemoryFile file(kBytes);
  const auto mapping = file.map_writable();
  std::uint64_t states = 0;
  const std::uint64_t steps = tests::at_each_change(
      mapping.bytes(),
      [&] {
        SpscProducer<Value> out = SpscProducer<Value>::over(mapping.bytes().first(kDiaryAt), kSlots);
        SpscConsumer<Value> in = SpscConsumer<Value>::over(mapping.bytes().first(kDiaryAt), kSlots);
        work(
            diary_of(mapping.bytes()),
            [&](std::uint64_t first, std::uint64_t burst) {
              std::array<Value, kSlots> values;
              for (std::uint64_t i = 0; i < burst; ++i) values[i] = Value(first + i);
              if (out.try_push(std::span<const Value>(values).first(burst)) != burst) ::_exit(1);
            },
            [&](std::uint64_t burst) {
              std::array<Value, kSlots> values;
              if (in.try_pop(std::span(values).first(burst)) != burst) ::_exit(1);
            });
      },
      [&](const MemoryBytes& left) {
        ++states;
        if (!HasFailure()) examine_spsc(left);
      });
  if (steps == 0) GTEST_SKIP() << tests::kNoSteps;
  EXPECT_GT(states, kElements);
  tests::record_count("instructions", steps);
  tests::record_count("states", states);
}

/// Pushes and pops one by one, so that the diary is never more than one behind.
void use_mpmc(std::span<std::byte> bytes) {
  Mpmc queue = Mpmc::over(bytes.first(kDiaryAt), kSlots);
  Diary& diary = diary_of(bytes);
  for (std::uint64_t burst = 1; diary.pushed < kElements; burst = burst % kSlots + 1) {
    for (std::uint64_t i = 0; i < burst; ++i) {
      diary.push_begun.fetch_add(1);
      if (queue.try_push(Value(diary.pushed)) != PushResult::ok) ::_exit(1);
      diary.pushed.fetch_add(1);
    }
    for (std::uint64_t i = 0; i < burst; ++i) {
      diary.pop_begun.fetch_add(1);
      Value value;
      if (queue.try_pop(value) != PopResult::ok || value.number != diary.popped) ::_exit(1);
      diary.popped.fetch_add(1);
    }
  }
}

/// A successor repairs and takes the rest; what a predecessor's repair had handed over counts, too, and may come twice.
void examine_mpmc(const MemoryBytes& bytes) {
  Left left(bytes);
  Mpmc queue = Mpmc::over(left.queue(), kSlots);
  std::vector<Value> found;
  for (std::uint64_t i = 0; i < left.diary().handed_over_count; ++i) found.emplace_back(left.diary().handed_over[i]);
  const QueueRepair repair = queue.repair([&](const Value& value) {
    EXPECT_TRUE(value.is_whole());
    if (found.empty() || found.back().number != value.number) found.push_back(value);
  });
  EXPECT_LE(repair.never_delivered + repair.never_pushed, 1u) << "one thread, one death";
  for (Value value; queue.try_pop(value) == PopResult::ok;) found.push_back(value);
  expect_rest(found, left.diary());
  for (std::uint64_t n = 0; n < 2 * kSlots; ++n) {  // every cell is of use again
    ASSERT_EQ(queue.try_push(Value(n)), PushResult::ok);
    Value value;
    ASSERT_EQ(queue.try_pop(value), PopResult::ok);
    EXPECT_TRUE(value.number == n && value.is_whole());
  }
}

TEST(KillQueueEachInstruction, OfAnMpmcQueueLosesAndRepeatsNothing) {
  const tests::MemoryFile file(kBytes);
  const auto mapping = file.map_writable();
  std::uint64_t states = 0;
  const std::uint64_t steps = tests::at_each_change(
      mapping.bytes(), [&] { use_mpmc(mapping.bytes()); },
      [&](const MemoryBytes& left) {
        ++states;
        if (!HasFailure()) examine_mpmc(left);
      });
  if (steps == 0) GTEST_SKIP() << tests::kNoSteps;
  EXPECT_GT(states, kElements);
  tests::record_count("instructions", steps);
  tests::record_count("states", states);
}

TEST(KillQueueEachInstruction, OfAnMpmcQueuesRepairLosesNothing) {
  const tests::MemoryFile file(kBytes);
  const auto mapping = file.map_writable();
  std::vector<MemoryBytes> broken;  // deaths between claim and commit
  const std::uint64_t user_steps = tests::at_each_change(
      mapping.bytes(), [&] { use_mpmc(mapping.bytes()); },
      [&](const MemoryBytes& bytes) {
        Left left(bytes);
        const QueueRepair found = Mpmc::over(left.queue(), kSlots).repair([](const Value&) {});
        if (found != QueueRepair{}) broken.push_back(bytes);
      });
  if (user_steps == 0) GTEST_SKIP() << tests::kNoSteps;
  ASSERT_FALSE(broken.empty());
  std::uint64_t steps = 0, states = 0;
  for (std::size_t i = 0; i < broken.size(); i += 5) {
    std::memcpy(mapping.bytes().data(), broken[i].data(), kBytes);
    steps += tests::at_each_change(
        mapping.bytes(),
        [&] {
          Diary& diary = diary_of(mapping.bytes());
          Mpmc::over(mapping.bytes().first(kDiaryAt), kSlots).repair([&](const Value& value) {
            diary.handed_over[diary.handed_over_count] = value.number;
            diary.handed_over_count.fetch_add(1);
          });
        },
        [&](const MemoryBytes& left) {
          ++states;
          if (!HasFailure()) examine_mpmc(left);
        });
  }
  tests::record_count("instructions", steps);
  tests::record_count("states", states);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
