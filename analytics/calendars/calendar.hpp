// The sessions of a market: a table made at set-up, so that a look-up allocates nothing, asks no time zone, searches
// among the sessions of one day only, and is the same in every replay.
//
// Threads: read by any after construction.
// Not here: the rules that fill the table (us_equity.hpp, calendar_file.hpp), windows in sessions
// (session_windows.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analytics/calendars/trading_session.hpp"

namespace tickplant::analytics {

class Calendar {
 public:
  /// `sessions` in order of time, each with open < close, none before the close of the one before.
  Calendar(std::string name, std::vector<TradingSession> sessions);

  /// Open around the clock: each day of UTC is a session.
  [[nodiscard]] static Calendar always();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// nullopt: closed, or beyond the table.
  [[nodiscard]] std::optional<TradingSession> session_at(UnixNanos time) const noexcept;
  /// The first session that opens after `time`; nullopt: the table has none.
  [[nodiscard]] std::optional<TradingSession> next_session_after(UnixNanos time) const noexcept;

  /// Empty for always(), which has no table.
  [[nodiscard]] const std::vector<TradingSession>& sessions() const noexcept { return sessions_; }

 private:
  /// Of the first session that opens after `time`; the number of sessions where there is none.
  [[nodiscard]] std::size_t next_index(UnixNanos time) const noexcept;

  std::string name_;
  std::vector<TradingSession> sessions_;
  std::int64_t first_day_ = 0;         // since 1970, of the first open
  std::vector<std::uint32_t> of_day_;  // [day - first_day_]: index of the first session that opens on that day or later
  bool is_always_ = false;
};

}  // namespace tickplant::analytics
