// One thread of the plant: runs its stages in turn until it is told to stop, idles as planned, counts its cycles.
//
// Threads: made, started and joined by the set-up thread; the counters belong to the thread it runs.
// Not here: who runs where (thread_plan.hpp), noticing that it stands still (housekeeping.hpp).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>
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

  // A stage that rests has no turns until it is to go on. One other thread may wish that; it is done between two turns.
  enum class Rest : std::uint8_t { runs, to_rest, rests, to_run, refused };  // refused: it was to run, and cannot
  /// While it is on its way from one to the other nothing new is wished. False: it runs no stage of that name.
  bool want_rest(std::string_view stage, bool rests) noexcept;
  /// nullopt: it runs no stage of that name.
  [[nodiscard]] std::optional<Rest> rest_of(std::string_view stage) const noexcept;

  [[nodiscard]] const ThreadPlan& plan() const noexcept { return plan_; }
  /// Duty cycles so far: grows while the thread is alive. Any thread.
  [[nodiscard]] std::uint64_t cycles() const noexcept { return cycles_.value(); }

 private:
  void run() noexcept;
  void idle() noexcept;
  std::size_t turn_resting(std::size_t index) noexcept;
  [[nodiscard]] std::size_t index_of(std::string_view stage) const noexcept;

  ThreadPlan plan_;
  std::vector<std::unique_ptr<Stage>> stages_;
  std::vector<std::atomic<Rest>> rests_;  // by stage
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
