#include "daemon/idle_strategy.hpp"

#include <poll.h>
#include <sched.h>

#include <algorithm>
#include <ctime>

#include "platform/cpu_pause.hpp"

namespace tickplant::daemon {

Idle::Idle(config::IdleStrategy strategy, const std::vector<int>& descriptors) : strategy_(strategy) {
  for (const int fd : descriptors) polled_.push_back({fd, POLLIN, 0});
}
Idle::Idle(Idle&&) noexcept = default;
Idle& Idle::operator=(Idle&&) noexcept = default;
Idle::~Idle() = default;

bool Idle::wait(std::int64_t nanos) noexcept {
  constexpr int kPauses = 8;
  switch (strategy_) {
    case config::IdleStrategy::spin: return false;
    case config::IdleStrategy::pause:
      for (int i = 0; i < kPauses; ++i) platform::cpu_pause();
      return false;
    case config::IdleStrategy::yield: ::sched_yield(); return false;
    case config::IdleStrategy::park: break;
  }
  const timespec time{0, static_cast<long>(std::clamp<std::int64_t>(nanos, 0, kParkNanosMax))};
  (void)::ppoll(polled_.data(), polled_.size(), &time, nullptr);
  return true;
}

}  // namespace tickplant::daemon
