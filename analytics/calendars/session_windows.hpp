// Windows counted from a session's open, for bars like 09:30-10:30: the last one ends with the session.
//
// Threads: any; pure functions.
// Not here: windows counted from the epoch (windows/), what is in a window.
#pragma once

#include <cstdint>
#include <optional>

#include "analytics/calendars/calendar.hpp"

namespace tickplant::analytics {

struct SessionWindow {
  UnixNanos start{};
  UnixNanos end{};

  friend constexpr bool operator==(SessionWindow, SessionWindow) = default;
};

/// The window of `session` that holds `time`, which lies in the session. `size` > 0.
[[nodiscard]] constexpr SessionWindow session_window_of(const TradingSession& session, UnixNanos time,
                                                        std::int64_t size) noexcept {
  const std::int64_t since_open = time - session.open;
  const UnixNanos start = session.open + (since_open - since_open % size);
  return {start, session.close - start > size ? start + size : session.close};
}

/// nullopt: no session at that time, so no window.
[[nodiscard]] inline std::optional<SessionWindow> session_window_of(const Calendar& calendar, UnixNanos time,
                                                                    std::int64_t size) noexcept {
  const std::optional<TradingSession> session = calendar.session_at(time);
  if (!session) return std::nullopt;
  return session_window_of(*session, time, size);
}

/// The first instant after `time` at which a window ends or begins; nullopt: the calendar ends before.
[[nodiscard]] inline std::optional<UnixNanos> next_boundary_after(const Calendar& calendar, UnixNanos time,
                                                                  std::int64_t size) noexcept {
  if (const auto window = session_window_of(calendar, time, size)) return window->end;
  if (const auto session = calendar.next_session_after(time)) return session->open;
  return std::nullopt;
}

}  // namespace tickplant::analytics
