// One thread of the plant: runs its stages in turn until it is told to stop, idles as planned, counts its cycles.
//
// Threads: made, started and joined by the set-up thread; the counters belong to the thread it runs.
// Not here: who runs where (thread_plan.hpp), noticing that it stands still (housekeeping.hpp).
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "daemon/idle_strategy.hpp"
#include "daemon/plant_clock.hpp"
#include "daemon/stage.hpp"
#include "daemon/thread_plan.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

class StageThread {
 public:
  /// `stages`: what plan.stages names, in that order. Throws SetupError when the counters are full.
  StageThread(ThreadPlan plan, std::vector<std::unique_ptr<Stage>> stages, ringbuf::CountersWriter& counters,
              PlantClock clock);
  StageThread(const StageThread&) = delete;
  StageThread& operator=(const StageThread&) = delete;
  /// Stops and joins.
  ~StageThread();

  /// From here on the stages run. Throws SetupError when the core is refused.
  void start();
  /// The stages finish what they have begun. Returns at once.
  void request_stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
  void join() noexcept;

  [[nodiscard]] const ThreadPlan& plan() const noexcept { return plan_; }
  /// Duty cycles so far: grows while the thread is alive. Any thread.
  [[nodiscard]] std::uint64_t cycles() const noexcept { return cycles_.value(); }

 private:
  void run() noexcept;
  void idle() noexcept;

  ThreadPlan plan_;
  std::vector<std::unique_ptr<Stage>> stages_;
  PlantClock clock_;
  Idle idle_;
  ringbuf::Counter cycles_;
  ringbuf::Counter busy_cycles_;
  ringbuf::Counter busy_time_;
  ringbuf::Counter parks_;
  ringbuf::Counter longest_cycle_;
  ringbuf::Counter core_;
  ringbuf::Counter idle_strategy_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace tickplant::daemon
