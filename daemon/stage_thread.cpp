#include "daemon/stage_thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <future>

#include "platform/cpu_affinity.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::CounterKind;

std::vector<int> descriptors_of(const std::vector<std::unique_ptr<Stage>>& stages) {
  std::vector<int> all;
  for (const auto& stage : stages) {
    const std::span<const int> some = stage->descriptors();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::string owner(const ThreadPlan& plan) { return std::string(counter::kThreadOwnerPrefix) + plan.name; }

}  // namespace

StageThread::StageThread(ThreadPlan plan, std::vector<std::unique_ptr<Stage>> stages, ringbuf::CountersWriter& counters,
                         PlantClock clock)
    : plan_(std::move(plan)),
      stages_(std::move(stages)),
      rests_(stages_.size()),
      clock_(clock),
      idle_(plan_.idle, descriptors_of(stages_)),
      cycles_(counters.add(owner(plan_), {counter::kCycles, "turns of this thread's stages", "cycles"})),
      busy_cycles_(counters.add(owner(plan_), {counter::kBusyCycles, "turns that found work", "cycles"})),
      busy_time_(counters.add(owner(plan_), {counter::kBusyTime, "time in turns that found work", "ns"})),
      parks_(counters.add(owner(plan_), {counter::kParks, "times it slept for want of work", "sleeps"})),
      longest_cycle_(counters.add(owner(plan_), {counter::kLongestCycle, "longest turn that found work, since start",
                                                 "ns", CounterKind::level})),
      core_(counters.add(owner(plan_), {counter::kCore, "number of the cpu it is pinned to, plus 1; 0: not pinned",
                                        "cpu + 1", CounterKind::level})),
      idle_strategy_(
          counters.add(owner(plan_), {counter::kIdle, "what it does without work: 0 spin, 1 pause, 2 yield, 3 park",
                                      "strategy", CounterKind::level})) {
  longest_cycle_.set(0);
  core_.set(plan_.cpu ? static_cast<std::uint64_t>(*plan_.cpu) + 1 : 0);
  idle_strategy_.set(static_cast<std::uint64_t>(plan_.idle));
}

StageThread::~StageThread() {
  request_stop();
  join();
}

void StageThread::start() {
  std::promise<void> pinned;
  std::future<void> is_pinned = pinned.get_future();
  thread_ = std::thread([this, &pinned] {
    ::pthread_setname_np(::pthread_self(), ("tp-" + plan_.name).substr(0, 15).c_str());
    try {
      if (plan_.cpu) platform::pin_this_thread(*plan_.cpu);
    } catch (...) {
      pinned.set_exception(std::current_exception());
      return;
    }
    pinned.set_value();
    run();
  });
  try {
    is_pinned.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

void StageThread::join() noexcept {
  if (thread_.joinable()) thread_.join();
}

void StageThread::run() noexcept {
  for (const auto& stage : stages_) stage->on_start();
  platform::UnixNanos begin = clock_.now();
  while (!stop_.load(std::memory_order_relaxed)) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      // Acquire, release: what a stage did before it rested is seen by who sees it rest.
      const bool is_running = rests_[i].load(std::memory_order_acquire) == Rest::runs;
      done += is_running ? stages_[i]->do_work() : turn_resting(i);
    }
    cycles_.add(1);
    if (done == 0) {
      idle();
      begin = clock_.now();
      continue;
    }
    const platform::UnixNanos end = clock_.now();
    busy_cycles_.add(1);
    busy_time_.add(static_cast<std::uint64_t>(end - begin));
    longest_cycle_.raise_to(static_cast<std::uint64_t>(end - begin));
    begin = end;
  }
  for (const auto& stage : stages_) stage->on_stop();
}

std::size_t StageThread::turn_resting(std::size_t index) noexcept {
  switch (rests_[index].load(std::memory_order_acquire)) {
    case Rest::to_rest:
      stages_[index]->pause();
      rests_[index].store(Rest::rests, std::memory_order_release);
      return 1;
    case Rest::to_run:
      rests_[index].store(stages_[index]->resume() ? Rest::runs : Rest::refused, std::memory_order_release);
      return 1;
    case Rest::runs:
    case Rest::rests:
    case Rest::refused: break;
  }
  return 0;
}

std::size_t StageThread::index_of(std::string_view stage) const noexcept {
  std::size_t index = 0;
  while (index < stages_.size() && stages_[index]->name() != stage) ++index;
  return index;
}

/// Its own thread changes what is on its way (to_rest, to_run), whoever wishes the rest: no two write at a time.
bool StageThread::want_rest(std::string_view stage, bool rests) noexcept {
  const std::size_t index = index_of(stage);
  if (index == stages_.size()) return false;
  const Rest now = rests_[index].load(std::memory_order_acquire);
  if (rests && now == Rest::runs) rests_[index].store(Rest::to_rest, std::memory_order_release);
  if (rests && now == Rest::refused) rests_[index].store(Rest::rests, std::memory_order_release);
  const bool is_resting = now == Rest::rests || now == Rest::refused;
  if (!rests && is_resting) rests_[index].store(Rest::to_run, std::memory_order_release);
  return true;
}

std::optional<StageThread::Rest> StageThread::rest_of(std::string_view stage) const noexcept {
  const std::size_t index = index_of(stage);
  if (index == stages_.size()) return std::nullopt;
  return rests_[index].load(std::memory_order_acquire);
}

void StageThread::idle() noexcept {
  platform::UnixNanos next = clock_.now() + Idle::kParkNanosMax;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (rests_[i].load(std::memory_order_relaxed) == Rest::runs) next = std::min(next, stages_[i]->next_turn());
  }
  if (idle_.wait(next - clock_.now())) parks_.add(1);
}

}  // namespace tickplant::daemon
