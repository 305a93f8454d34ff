// Sleeping readers are woken for news within the interval, by a thread that does nothing else; who publishes makes no
// system call for them.
#include "daemon/waker.hpp"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstddef>

#include "daemon/plant_segments.hpp"
#include "daemon/stage_thread.hpp"
#include "platform/futex.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/plant_folder.hpp"
#include "ringbuf/records/quote.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/program.hpp"
#include "tests/support/sanitizers.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace counter = ringbuf::counter;
using platform::kNanosPerSecond;
using ringbuf::ReadOnlySegment;
using ringbuf::SegmentKind;

constexpr platform::UnixNanos kNow{1'700'000'000'000'000'000};
constexpr std::int64_t kInterval = 100'000;

void publish(TickRing& ring, platform::UnixNanos time) {
  ring.publishers.front().begin_packet(time, 0);
  ring.publishers.front().publish({1}, time, ringbuf::QuoteBody{}, ringbuf::RecordFlags::end_of_event);
  ring.publishers.front().end_batch();
}

class WakerTest : public testing::Test {
 protected:
  WakerTest() {
    config_.plant.name = "demo";
    config_.instruments.capacity = 16;
    config_.text.size_bytes = 65'536;
    config_.rings[0].slot_count = 64;
    segments_.emplace(config_, folder_.path(), kNow);
    segments_->announce();
  }
  void make_waker(std::int64_t interval) {
    waker_.emplace(std::vector<ringbuf::WritableSegment*>{&ring().ring}, segments_->catalog_segment(), catalog_file(),
                   interval, segments_->counters());
  }
  [[nodiscard]] std::filesystem::path catalog_file() const { return folder_ / "catalog.seg"; }
  [[nodiscard]] TickRing& ring() { return segments_->ring("ticks"); }
  [[nodiscard]] std::uint32_t word_of_ring() { return ring().ring.header().wake_word.load(); }
  [[nodiscard]] std::uint32_t word_of_catalog() { return segments_->catalog_segment().header().wake_word.load(); }
  [[nodiscard]] std::uint64_t wakes() {
    return ringbuf::CountersReader(segments_->counters_bytes()).find(counter::kWaker, counter::kWakes).value();
  }
  [[nodiscard]] bool is_awake() {
    return ringbuf::CountersReader(segments_->counters_bytes()).find(counter::kWaker, counter::kIsAwake).value() != 0;
  }
  [[nodiscard]] ReadOnlySegment attach_ring() const {
    return ReadOnlySegment::attach(folder_ / "ticks.seg", {SegmentKind::broadcast, ringbuf::kBroadcastSchema});
  }
  [[nodiscard]] ReadOnlySegment attach_catalog() const {
    return ReadOnlySegment::attach(folder_ / "catalog.seg", {SegmentKind::catalog, ringbuf::kCatalogSchema});
  }

  tests::TempDirectory folder_{"/dev/shm"};
  config::PlantConfig config_;
  std::optional<PlantSegments> segments_;
  std::optional<Waker> waker_;
};

/// Sleeps on the segment until its word moves. Exits 0 when that was a wake, 1 when it slept for `patience`.
void sleep_once(const ReadOnlySegment& segment, std::int64_t patience) {
  const std::atomic<std::uint32_t>& word = segment.header().wake_word;
  const std::uint32_t before = word.load(std::memory_order_acquire);
  while (word.load(std::memory_order_acquire) == before) {
    if (!platform::futex_wait(word, before, patience)) ::_exit(1);
  }
  ::_exit(0);
}

TEST_F(WakerTest, WakesAProcessThatSleepsOnARing) {
  // News until it has heard of them: it may not be asleep yet when the first record comes.
  std::atomic<bool> has_ended{false};
  int code = -1;
  tests::ChildProcess reader([&] {
    const ringbuf::SleeperSign sign(catalog_file());
    sleep_once(attach_ring(), 60 * kNanosPerSecond);
  });
  make_waker(kInterval);
  waker_->start({});
  std::thread waits([&] {
    code = reader.wait_for_exit_code();
    has_ended = true;
  });
  while (!has_ended) {
    publish(ring(), kNow);
    std::this_thread::yield();
  }
  waits.join();
  EXPECT_EQ(code, 0);
}

TEST_F(WakerTest, WakesWhoSleepsOnTheCatalogForAnyRing) {
  const ReadOnlySegment catalog = attach_catalog();
  make_waker(kInterval);
  const std::uint32_t before = catalog.header().wake_word.load();
  publish(ring(), kNow);
  EXPECT_EQ(waker_->look(), 1u);
  EXPECT_EQ(catalog.header().wake_word.load(), before + 1);
}

TEST_F(WakerTest, LetsEverybodySleepWhereTheIntervalIsZero) {
  const std::uint32_t before = word_of_ring();
  tests::ChildProcess reader([&] { sleep_once(attach_ring(), kNanosPerSecond / 20); });
  make_waker(0);
  waker_->start({});
  publish(ring(), kNow);
  EXPECT_EQ(reader.wait_for_exit_code(), 1) << "it was woken";
  EXPECT_EQ(word_of_ring(), before);
}

TEST_F(WakerTest, DoesNothingUntilSomebodySaysThatItMaySleepAndAfterTheLastOneHasGone) {
  const auto looks_until = [&](bool is_awake) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (this->is_awake() != is_awake && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return this->is_awake() == is_awake;
  };
  make_waker(kInterval);
  waker_->start({});
  const std::uint32_t before = word_of_ring();
  publish(ring(), kNow);
  std::this_thread::sleep_for(std::chrono::nanoseconds(20 * kInterval));
  EXPECT_EQ(word_of_ring(), before);
  EXPECT_FALSE(is_awake());
  {
    const ringbuf::SleeperSign sign(catalog_file());
    EXPECT_TRUE(looks_until(true));
    while (word_of_ring() == before) std::this_thread::yield();  // what it slept through is told at once
  }
  EXPECT_TRUE(looks_until(false));
  const std::uint32_t after = word_of_ring();
  publish(ring(), kNow);
  std::this_thread::sleep_for(std::chrono::nanoseconds(20 * kInterval));
  EXPECT_EQ(word_of_ring(), after);
}

TEST_F(WakerTest, KnowsWhoSleptUnderItsPredecessor) {
  const ringbuf::SleeperSign sign(catalog_file());
  make_waker(kInterval);
  const std::uint32_t before = word_of_ring();
  publish(ring(), kNow);
  waker_->start({});
  while (word_of_ring() == before) std::this_thread::yield();
  SUCCEED();
}

TEST_F(WakerTest, CallsNobodyWhileNothingMoves) {
  publish(ring(), kNow);  // before it begins: no news
  make_waker(kInterval);
  const std::uint32_t ring_before = word_of_ring(), catalog_before = word_of_catalog();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(waker_->look(), 0u);
  EXPECT_EQ(word_of_ring(), ring_before);
  EXPECT_EQ(word_of_catalog(), catalog_before);
  EXPECT_EQ(wakes(), 0u);
}

TEST_F(WakerTest, CallsOnceForAllThatMovedSinceTheLastLook) {
  make_waker(kInterval);
  const std::uint32_t before = word_of_ring();
  for (int i = 0; i < 100; ++i) publish(ring(), kNow);
  EXPECT_EQ(waker_->look(), 1u);
  EXPECT_EQ(waker_->look(), 0u);
  EXPECT_EQ(word_of_ring(), before + 1);
  EXPECT_EQ(wakes(), 1u);
}

TEST_F(WakerTest, AChangeOfStateWakesToo) {
  const ReadOnlySegment mapped = attach_ring();
  const std::uint32_t before = mapped.header().wake_word.load();
  segments_->close();
  EXPECT_EQ(mapped.header().wake_word.load(), before + 1);
}

TEST_F(WakerTest, StopsWhileItSleepsAndTwice) {
  make_waker(kNanosPerSecond);
  waker_->start({});
  waker_->stop();
  waker_->stop();
}

// --- the thread that publishes ---

// The thread sanitizer's own locks are futexes.
constexpr bool kOwnFutexCallsOnly = !tests::kUnderTsan;

/// From here on a futex call of this thread ends the process.
bool forbid_futex_calls() noexcept {
  sock_filter code[] = {
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_futex},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS},
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  sock_fprog filter{4, code};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// Publishes a record a turn, parks in between, and may not call futex.
class PublishingStage final : public Stage {
 public:
  PublishingStage(TickRing& ring, bool wakes_by_itself) : ring_(ring), wakes_by_itself_(wakes_by_itself) {}
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  void on_start() noexcept override {
    if (!forbid_futex_calls()) ::_exit(77);
  }
  std::size_t do_work() noexcept override {
    is_turn_ = !is_turn_;
    if (!is_turn_) return 0;
    publish(ring_, kNow);
    if (wakes_by_itself_) ring_.ring.wake();
    return 1;
  }
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return {}; }

 private:
  std::string name_ = "feed.test";
  TickRing& ring_;
  bool wakes_by_itself_;
  bool is_turn_ = false;
};

class PublishingThreadTest : public WakerTest {
 protected:
  void SetUp() override {
    if (!kOwnFutexCallsOnly) GTEST_SKIP() << "the thread sanitizer makes futex calls of its own";
  }
  /// A plant of its own in a process of its own: publishes until a sleeper has been woken a few times. Its exit code.
  int run(bool wakes_by_itself) {
    tests::ChildProcess plant([&] {
      make_waker(kInterval);
      waker_->start({});
      segments_->clock().publish(platform::ClockParameters{});
      std::vector<std::unique_ptr<Stage>> stages;
      stages.push_back(std::make_unique<PublishingStage>(ring(), wakes_by_itself));
      StageThread thread({"hot", {"feed.test"}, {}, config::IdleStrategy::park}, std::move(stages),
                         segments_->counters(), PlantClock(segments_->clock_reader()));
      thread.start();
      const ringbuf::SleeperSign sign(catalog_file());
      const ReadOnlySegment mapped = attach_ring();
      const std::atomic<std::uint32_t>& word = mapped.header().wake_word;
      for (int wakes = 0; wakes < 20; ++wakes) {
        const std::uint32_t seen = word.load(std::memory_order_acquire);
        while (word.load(std::memory_order_acquire) == seen) {
          if (!platform::futex_wait(word, seen, 60 * kNanosPerSecond)) ::_exit(1);
        }
      }
      ::_exit(0);  // at once: only the data path is asked here, not the end of a thread
    });
    return plant.wait_for_exit_code();
  }
};

TEST_F(PublishingThreadTest, MakesNoFutexCallForReadersThatSleep) {
  const int code = run(false);
  if (code == 77) GTEST_SKIP() << "seccomp is refused here";
  EXPECT_EQ(code, 0);
}

TEST_F(PublishingThreadTest, WouldBeCaughtIfItDid) {
  const int code = run(true);
  if (code == 77) GTEST_SKIP() << "seccomp is refused here";
  EXPECT_EQ(code, -1);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
