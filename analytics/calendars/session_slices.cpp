#include "analytics/calendars/session_slices.hpp"

#include <limits>
#include <utility>

#include "analytics/calendars/calendar_factory.hpp"
#include "analytics/calendars/session_windows.hpp"

namespace tickplant::analytics {

SessionSlices::SessionSlices(std::shared_ptr<const Calendar> calendar, Time size)
    : calendar_(std::move(calendar)), size_(size == 0 ? std::numeric_limits<Time>::max() : size) {}

std::optional<Slice> SessionSlices::slice_of(Time time) const noexcept {
  const auto window = session_window_of(*calendar_, UnixNanos{time}, size_);
  if (!window) return std::nullopt;
  return Slice{window->start.value, window->end.value};
}

Time SessionSlices::next_end_after(Time time) const noexcept {
  if (const auto slice = slice_of(time)) return slice->end;
  const auto next = calendar_->next_session_after(UnixNanos{time});
  return next ? session_window_of(*next, next->open, size_).end.value : kAfterAll;
}

std::shared_ptr<const SliceSource> slices_of(const config::WindowConfig& window) {
  if (window.kind != config::WindowKind::session && !window.align_to_session) return nullptr;
  const Time size = window.kind == config::WindowKind::session ? 0 : window.size_ns;
  return std::make_shared<SessionSlices>(std::make_shared<const Calendar>(make_calendar(window.calendar)), size);
}

}  // namespace tickplant::analytics
