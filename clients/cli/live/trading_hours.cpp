#include "clients/cli/live/trading_hours.hpp"

#include <array>
#include <cstdio>

#include "platform/setup_error.hpp"
#include "platform/time_zone.hpp"

namespace tickplant::cli {
namespace {

std::string clock_text(std::chrono::minutes time) {
  std::array<char, 24> text;
  std::snprintf(text.data(), text.size(), "%02ld:%02ld", static_cast<long>(time.count() / 60),
                static_cast<long>(time.count() % 60));
  return text.data();
}

std::int64_t nanos_of(std::chrono::minutes time) noexcept { return std::chrono::nanoseconds(time).count(); }

}  // namespace

std::string TradingHours::text() const { return clock_text(open) + '-' + clock_text(close) + ' ' + time_zone; }

std::optional<platform::UnixNanos> open_since(const TradingHours& hours, platform::UnixNanos now) {
  try {
    const std::int64_t time_of_day = platform::TimeZone(hours.time_zone).local_time_of_day(now);
    if (time_of_day < nanos_of(hours.open) || time_of_day >= nanos_of(hours.close)) return std::nullopt;
    return now + (nanos_of(hours.open) - time_of_day);
  } catch (const platform::SetupError&) {
    return platform::UnixNanos{0};
  }
}

}  // namespace tickplant::cli
