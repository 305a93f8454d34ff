// Sleeping on a read-only mapping of a plant that another process writes: it can be done at all, and no wake is lost.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "clients/cpp/subscriber.hpp"
#include "platform/futex.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stress_request.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::Record;
using tests::ChildProcess;
using tests::PlantInFolder;

/// What the daemon's housekeeping does, in its order: the words of ring and catalog change, then sleepers are woken.
void wake(PlantInFolder& made) {
  for (ringbuf::WritableSegment& segment : made.segments().segments()) {
    const auto kind = segment.header().kind;
    if (kind != ringbuf::SegmentKind::broadcast && kind != ringbuf::SegmentKind::catalog) continue;
    segment.header().wake_word.fetch_add(1, std::memory_order_release);
    (void)platform::futex_wake_all(segment.header().wake_word);
  }
}

/// How far the reader is: in memory of both, for the writer's turn.
class Turn {
 public:
  Turn() : at_(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (at_ == MAP_FAILED) throw std::bad_alloc();
    word_ = new (at_) std::atomic<std::uint32_t>(0);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { ::munmap(at_, 4096); }
  void await(std::uint32_t turn) const {
    for (std::uint32_t now; (now = word_->load()) < turn;) (void)platform::futex_wait(*word_, now, 60'000'000'000);
  }
  void pass() {
    word_->fetch_add(1);
    (void)platform::futex_wake_all(*word_);
  }

 private:
  void* at_;
  std::atomic<std::uint32_t>* word_;
};

class SleepStress : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(SleepStress, NoWakeIsLostInAHundredThousandTurnsBetweenTwoProcesses) {
  // A lost wake would cost this long, and be counted.
  constexpr std::chrono::seconds kSleep{60};
  const auto turns = static_cast<std::uint32_t>(tests::stress_count("TICKPLANT_STRESS_WAKES", 100'000));
  PlantInFolder made{{.rings = GetParam()}};
  const auto apple = made.define("AAPL");
  Turn turn;
  ChildProcess reader([&] {
    Plant plant = Plant::in_folder(made.folder());  // mapped read-only
    Subscriber ticks{plant, {}};
    Idle idle{IdleStrategy::sleep, kSleep};
    std::uint32_t heard = 0;
    turn.pass();  // the first is awaited
    while (heard < turns) {
      ticks.poll_or_idle(
          [&](const Record&) {
            ++heard;
            turn.pass();
          },
          idle);
    }
    if (idle.timed_out_count() != 0) ::_exit(1);
    if (idle.slept_count() < turns / 10) ::_exit(2);  // it has slept at all
    if (ticks.lost_count() != 0) ::_exit(3);
  });
  tests::Random random(tests::test_seed());
  for (std::uint32_t i = 1; i <= turns; ++i) {
    turn.await(i);
    // News comes at any moment of a reader that is about to sleep.
    for (std::uint32_t pauses = random.below(100); pauses > 0; --pauses) platform::cpu_pause();
    made.quote(apple, 1, 2);
    wake(made);
  }
  EXPECT_EQ(reader.wait_for_exit_code(), 0) << "1: a wake was lost; 2: it did not sleep; 3: it lost records";
}

INSTANTIATE_TEST_SUITE_P(OfOneRingAndOfSeveral, SleepStress,
                         testing::Values(std::vector<std::string>{"ticks"}, std::vector<std::string>{"ticks", "more"}),
                         [](const auto& rings) { return "Rings" + std::to_string(rings.param.size()); });

}  // namespace
}  // namespace tickplant::clients::this_file
