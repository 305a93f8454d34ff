// Sessions, or pieces of them counted from the open, as slices of event time: what windows by session are made of.
//
// Threads: read by any after construction.
// Not here: sessions (calendar.hpp), panes and windows (windows/).
#pragma once

#include <memory>
#include <optional>

#include "analytics/calendars/calendar.hpp"
#include "analytics/windows/window_plan.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

class SessionSlices final : public SliceSource {
 public:
  /// `size` 0: a slice is a whole session.
  SessionSlices(std::shared_ptr<const Calendar> calendar, Time size);

  [[nodiscard]] std::optional<Slice> slice_of(Time time) const noexcept override;
  [[nodiscard]] Time next_end_after(Time time) const noexcept override;

 private:
  std::shared_ptr<const Calendar> calendar_;
  Time size_;
};

/// The slices of a window by session or counted from the open; null for other windows. Throws SetupError: the calendar
/// cannot be made.
[[nodiscard]] std::shared_ptr<const SliceSource> slices_of(const config::WindowConfig& window);

}  // namespace tickplant::analytics
