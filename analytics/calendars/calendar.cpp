#include "analytics/calendars/calendar.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "platform/check.hpp"

namespace tickplant::analytics {

namespace {

using platform::kNanosPerDay;

constexpr UnixNanos kBeginOfTime{std::numeric_limits<std::int64_t>::min()};
constexpr UnixNanos kEndOfTime{std::numeric_limits<std::int64_t>::max()};

/// Whole days that fit between the ends of time.
constexpr std::int64_t kFirstDay = kBeginOfTime.value / kNanosPerDay;
constexpr std::int64_t kLastDay = kEndOfTime.value / kNanosPerDay - 1;

std::int64_t day_of(UnixNanos time) noexcept {
  const std::int64_t day = time.value / kNanosPerDay;
  return time.value % kNanosPerDay < 0 ? day - 1 : day;
}

TradingSession day_session(std::int64_t day) noexcept {
  return {platform::date_of_days(static_cast<std::int32_t>(day)), {day * kNanosPerDay}, {(day + 1) * kNanosPerDay}};
}

}  // namespace

Calendar::Calendar(std::string name, std::vector<TradingSession> sessions)
    : name_(std::move(name)), sessions_(std::move(sessions)) {
  if (sessions_.empty()) return;
  TP_CHECK(sessions_.size() < std::numeric_limits<std::uint32_t>::max());
  first_day_ = day_of(sessions_.front().open);
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    TP_CHECK(sessions_[i].open < sessions_[i].close);
    TP_CHECK(i == 0 || sessions_[i - 1].close <= sessions_[i].open);
    const auto day = static_cast<std::size_t>(day_of(sessions_[i].open) - first_day_);
    while (of_day_.size() <= day) of_day_.push_back(static_cast<std::uint32_t>(i));
  }
  of_day_.push_back(static_cast<std::uint32_t>(sessions_.size()));
}

Calendar Calendar::always() {
  Calendar calendar("always", {});
  calendar.is_always_ = true;
  return calendar;
}

std::size_t Calendar::next_index(UnixNanos time) const noexcept {
  const std::int64_t day = day_of(time) - first_day_;
  if (sessions_.empty() || day < 0) return 0;
  if (day + 1 >= static_cast<std::int64_t>(of_day_.size())) return sessions_.size();
  std::uint32_t begin = of_day_[static_cast<std::size_t>(day)], end = of_day_[static_cast<std::size_t>(day) + 1];
  while (begin < end) {
    const std::uint32_t middle = begin + (end - begin) / 2;
    if (sessions_[middle].open <= time) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

std::optional<TradingSession> Calendar::session_at(UnixNanos time) const noexcept {
  if (is_always_) {
    const std::int64_t day = day_of(time);
    return day < kFirstDay || day > kLastDay ? std::nullopt : std::optional(day_session(day));
  }
  const std::size_t next = next_index(time);
  return next == 0 || sessions_[next - 1].close <= time ? std::nullopt : std::optional(sessions_[next - 1]);
}

std::optional<TradingSession> Calendar::next_session_after(UnixNanos time) const noexcept {
  if (is_always_) {
    const std::int64_t day = std::max(day_of(time) + 1, kFirstDay);
    return day > kLastDay ? std::nullopt : std::optional(day_session(day));
  }
  const std::size_t next = next_index(time);
  return next == sessions_.size() ? std::nullopt : std::optional(sessions_[next]);
}

}  // namespace tickplant::analytics
