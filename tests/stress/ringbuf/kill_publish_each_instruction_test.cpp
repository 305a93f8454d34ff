// Death at every single instruction of publishing, and of the repair behind it: the writer is led through its work step
// by step, and after each step that changed the shared bytes a copy of them is examined as if it had been killed there.
#include <gtest/gtest.h>

#include "tests/support/memory_file.hpp"
#include "tests/support/stepped_child.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/support/tick_autopsy.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace history = tests::tick_history;
using tests::MemoryBytes;
using tests::TickAutopsy;
using tests::TickMemory;

/// Sanitized code has fifty times as many instructions; the first day begins with record 8.
constexpr std::uint64_t kRecords = tests::kStressDivisor == 1 ? 60 : 9;

TEST(KillPublishEachInstruction, OfPublishingLeavesWhatASuccessorMakesWhole) {
  const tests::MemoryFile file(TickAutopsy::kBytes);
  const auto mapping = file.map_writable();
  const TickMemory memory(mapping.bytes(), TickAutopsy::kSlots);
  TickAutopsy autopsy(kRecords);
  std::uint64_t last = 0, states = 0;
  const std::uint64_t steps = tests::at_each_change(
      mapping.bytes(),
      [&] {
        auto publisher = memory.publisher({0});
        while (publisher.last().value < kRecords) history::publish_next(publisher);
      },
      [&](const MemoryBytes& left) {
        if (HasFailure()) return;
        SCOPED_TRACE("state " + std::to_string(++states));
        last = autopsy.examine(left, last);
      });
  if (steps == 0) GTEST_SKIP() << tests::kNoSteps;
  EXPECT_EQ(last, kRecords);
  EXPECT_GT(states, kRecords);
  tests::record_count("instructions", steps);
  tests::record_count("states", states);
}

TEST(KillPublishEachInstruction, OfTheRepairLeavesWhatASecondSuccessorMakesWhole) {
  if (tests::kStressDivisor != 1) GTEST_SKIP() << "code that is not optimised takes too many steps: the release is led";
  const std::uint64_t deaths = tests::stress_count("TICKPLANT_STRESS_REPAIR_DEATHS", 20);
  const tests::MemoryFile file(TickAutopsy::kBytes);
  const auto mapping = file.map_writable();
  const TickMemory memory(mapping.bytes(), TickAutopsy::kSlots);
  std::vector<MemoryBytes> left_by_writers;
  const std::uint64_t writer_steps = tests::at_each_change(
      mapping.bytes(),
      [&] {
        auto publisher = memory.publisher({0});
        while (publisher.last().value < kRecords) history::publish_next(publisher);
      },
      [&](const MemoryBytes& left) { left_by_writers.push_back(left); });
  if (writer_steps == 0) GTEST_SKIP() << tests::kNoSteps;
  ASSERT_FALSE(left_by_writers.empty());

  TickAutopsy autopsy(kRecords);
  std::uint64_t steps = 0, states = 0;
  // Each repair is led step by step, too: of the deaths of writers some, all over the day.
  const std::size_t stride = std::max<std::size_t>(left_by_writers.size() / deaths, 1);
  for (std::size_t i = stride / 2; i < left_by_writers.size(); i += stride) {
    const MemoryBytes& before = left_by_writers[i];
    PrivatePayload copy(before.size());
    std::memcpy(copy.bytes().data(), before.data(), before.size());
    const std::uint64_t last = TickMemory(copy.bytes(), TickAutopsy::kSlots).repair().last.value;
    std::memcpy(mapping.bytes().data(), before.data(), before.size());
    steps += tests::at_each_change(
        mapping.bytes(), [&] { memory.repair(); },
        [&](const MemoryBytes& left) {
          if (HasFailure()) return;
          ++states;
          EXPECT_EQ(autopsy.examine_half_repaired(left, last), last);
        });
    ASSERT_FALSE(HasFailure()) << "behind record " << last;
  }
  tests::record_count("deaths_of_writers", left_by_writers.size() / stride);
  tests::record_count("instructions", steps);
  tests::record_count("states", states);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
