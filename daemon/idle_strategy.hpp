// What a thread does when its stages found nothing to do.
//
//   spin     nothing: the lowest latency, a whole core at 100 %
//   pause    a few PAUSE instructions: nearly as quick, gentler to the sibling thread and the line that is polled
//   yield    sched_yield: others may run, then we are back
//   park     sleeps until a descriptor is readable or the next turn is due: no CPU, a kernel wake-up of latency
//
// Threads: one each. Not here: which strategy a thread has (config), whether it may have it (thread_plan.hpp).
#pragma once

#include <vector>

#include "config/plant_config.hpp"
#include "platform/unix_nanos.hpp"

struct pollfd;

namespace tickplant::daemon {

class Idle {
 public:
  /// A parked thread looks up at least this often, to see whether it was told to stop.
  static constexpr std::int64_t kParkNanosMax = 10'000'000;

  Idle(config::IdleStrategy strategy, const std::vector<int>& descriptors);
  Idle(Idle&&) noexcept;
  Idle& operator=(Idle&&) noexcept;
  ~Idle();

  /// Once, as the strategy says. `nanos`: until the next turn is due; park sleeps no longer. True when it slept.
  bool wait(std::int64_t nanos) noexcept;

 private:
  config::IdleStrategy strategy_;
  std::vector<pollfd> polled_;
};

}  // namespace tickplant::daemon
