// Who wants bars and means of windows as soon as they are out, before they are final: the rules of alerts.
//
// Threads: called by the shard's, within a step. Neither throws nor waits.
#pragma once

#include <cstdint>

#include "analytics/bar_functions.hpp"

namespace tickplant::analytics {

class BarWatcher {
 public:
  static constexpr std::uint32_t kNobody = 0xffffffff;

  /// `watch`: whose bars they are, as the watcher numbers it. `set`, `spec`: of which window.
  [[nodiscard]] virtual bool wants_bar(std::uint16_t set, std::uint16_t spec) const noexcept = 0;
  [[nodiscard]] virtual bool wants_mean(std::uint16_t set, std::uint16_t spec) const noexcept = 0;
  /// It has fired, been revised, or is final and was not told before: the watcher knows by its start.
  virtual void on_bar(std::uint32_t watch, std::uint16_t set, std::uint16_t spec, const WatchedBar& bar) noexcept = 0;
  virtual void on_mean(std::uint32_t watch, std::uint16_t set, std::uint16_t spec, const Step& step, Time end,
                       double mean, ringbuf::Quality quality) noexcept = 0;

 protected:
  ~BarWatcher() = default;
};

}  // namespace tickplant::analytics
