// A thread and its stages: in turn, counted, told to stop.
#include "daemon/stage_thread.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "platform/cpu_affinity.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace counter = ringbuf::counter;

struct Log {
  std::atomic<int> turns{0};
  std::atomic<bool> started{false}, stopped{false};
  std::atomic<int> last{0};  // number of the stage that had the last turn
  std::atomic<int> out_of_turn{0};
};

class NumberedStage final : public Stage {
 public:
  NumberedStage(int number, int count, Log& log) : number_(number), count_(count), log_(log) {}
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  std::size_t do_work() noexcept override {
    if (log_.turns.load() > 0 && log_.last.load() % count_ + 1 != number_) ++log_.out_of_turn;
    log_.last = number_;
    return ++log_.turns % 3 == 0 ? 1 : 0;
  }
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return {}; }
  void on_start() noexcept override { log_.started = true; }
  void on_stop() noexcept override { log_.stopped = true; }

 private:
  std::string name_ = "feed.test";
  int number_, count_;
  Log& log_;
};

class StageThreadTest : public testing::Test {
 protected:
  StageThreadTest() {
    platform::ClockParameters line;  // source system: good enough for a test
    page_.publish(line);
  }
  std::unique_ptr<StageThread> make(ThreadPlan plan, int stage_count) {
    std::vector<std::unique_ptr<Stage>> stages;
    for (int i = 1; i <= stage_count; ++i) stages.push_back(std::make_unique<NumberedStage>(i, stage_count, log_));
    return std::make_unique<StageThread>(std::move(plan), std::move(stages), counters_,
                                         PlantClock(ringbuf::ClockPageReader(clock_bytes_.bytes())));
  }
  std::uint64_t counted(std::string_view name) {
    return ringbuf::CountersReader(counter_bytes_.bytes()).find("thread.hot", name).value();
  }
  void wait_for_turns(int turns) {
    while (log_.turns.load() < turns) std::this_thread::yield();
  }

  Log log_;
  ringbuf::PrivatePayload counter_bytes_{ringbuf::CountersWriter::payload_bytes(64)};
  ringbuf::PrivatePayload clock_bytes_{ringbuf::ClockPageWriter::payload_bytes()};
  ringbuf::CountersWriter counters_{counter_bytes_.bytes(), 64};
  ringbuf::ClockPageWriter page_{clock_bytes_.bytes()};
};

TEST_F(StageThreadTest, GivesItsStagesTurnsInOrderUntilItIsStopped) {
  const auto thread = make({"hot", {"a", "b", "c"}, std::nullopt, config::IdleStrategy::yield}, 3);
  EXPECT_EQ(log_.turns.load(), 0);
  thread->start();
  wait_for_turns(300);
  EXPECT_TRUE(log_.started.load());
  EXPECT_FALSE(log_.stopped.load());
  thread->request_stop();
  thread->join();
  EXPECT_TRUE(log_.stopped.load());
  EXPECT_EQ(log_.out_of_turn.load(), 0);
  EXPECT_EQ(thread->cycles() * 3, static_cast<std::uint64_t>(log_.turns.load()));
}

TEST_F(StageThreadTest, CountsTurnsAndThoseThatFoundWork) {
  const auto thread = make({"hot", {"a"}, std::nullopt, config::IdleStrategy::park}, 1);
  thread->start();
  wait_for_turns(30);
  thread->request_stop();
  thread->join();
  const auto turns = static_cast<std::uint64_t>(log_.turns.load());
  EXPECT_EQ(counted(counter::kCycles), turns);
  EXPECT_EQ(counted(counter::kBusyCycles), turns / 3);
  EXPECT_EQ(counted(counter::kParks), turns - turns / 3);
  EXPECT_EQ(counted(counter::kCore), 0u);
  EXPECT_EQ(counted(counter::kIdle), static_cast<std::uint64_t>(config::IdleStrategy::park));
}

TEST_F(StageThreadTest, RunsOnTheCoreOfItsPlan) {
  const int cpu = platform::allowed_cpus().back();
  const auto thread = make({"hot", {"a"}, cpu, config::IdleStrategy::yield}, 1);
  thread->start();
  wait_for_turns(10);
  EXPECT_EQ(counted(counter::kCore), static_cast<std::uint64_t>(cpu) + 1);
}

TEST_F(StageThreadTest, RefusesToStartOnACoreItMayNotUse) {
  const auto thread = make({"hot", {"a"}, 1'000, config::IdleStrategy::yield}, 1);
  EXPECT_THROW(thread->start(), platform::SetupError);
  EXPECT_EQ(log_.turns.load(), 0);
}

/// Rests and goes on when it is told to, unless it cannot.
class RestingStage final : public Stage {
 public:
  RestingStage(std::string name, bool can_resume) : name_(std::move(name)), can_resume_(can_resume) {}
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  std::size_t do_work() noexcept override {
    turns_at_rest += is_resting ? 1 : 0;
    ++turns;
    return 0;
  }
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return {}; }
  void pause() noexcept override { is_resting = true; }
  bool resume() noexcept override {
    is_resting = !can_resume_;
    return can_resume_;
  }

  std::atomic<int> turns{0}, turns_at_rest{0};
  std::atomic<bool> is_resting{false};

 private:
  std::string name_;
  bool can_resume_;
};

TEST_F(StageThreadTest, AStageThatRestsHasNoTurnsUntilItGoesOn) {
  using Rest = StageThread::Rest;
  auto one = std::make_unique<RestingStage>("one", true), two = std::make_unique<RestingStage>("two", false);
  RestingStage &first = *one, &second = *two;
  std::vector<std::unique_ptr<Stage>> stages;
  stages.push_back(std::move(one));
  stages.push_back(std::move(two));
  StageThread thread({"hot", {"one", "two"}, std::nullopt, config::IdleStrategy::yield}, std::move(stages), counters_,
                     PlantClock(ringbuf::ClockPageReader(clock_bytes_.bytes())));
  thread.start();
  const auto wait_for = [&](const char* stage, Rest rest) {
    while (thread.rest_of(stage) != rest) std::this_thread::yield();
  };
  EXPECT_EQ(thread.rest_of("three"), std::nullopt);
  EXPECT_FALSE(thread.want_rest("three", true));
  for (int round = 0; round < 100; ++round) {
    EXPECT_TRUE(thread.want_rest("one", true));
    EXPECT_TRUE(thread.want_rest("one", true)) << "the same thing twice";
    wait_for("one", Rest::rests);
    const int turns = second.turns;
    while (second.turns < turns + 3) std::this_thread::yield();  // the other goes on
    EXPECT_TRUE(thread.want_rest("one", false));
    wait_for("one", Rest::runs);
  }
  EXPECT_EQ(first.turns_at_rest, 0);
  EXPECT_TRUE(thread.want_rest("two", true));
  wait_for("two", Rest::rests);
  EXPECT_TRUE(thread.want_rest("two", false));
  wait_for("two", Rest::refused);
  EXPECT_TRUE(thread.want_rest("two", true));
  EXPECT_EQ(thread.rest_of("two"), Rest::rests);
  EXPECT_EQ(second.turns_at_rest, 0);
}

TEST_F(StageThreadTest, StopsWhenItIsDestroyed) {
  make({"hot", {"a"}, std::nullopt, config::IdleStrategy::spin}, 1)->start();
  EXPECT_TRUE(log_.stopped.load());
}

}  // namespace
}  // namespace tickplant::daemon::this_file
