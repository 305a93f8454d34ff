// The trading day that a feed is in, and who knows it.
//
// Threads: plain values; TradingDays is asked on the feed's own thread.
// Not here: calendars and zones (platform/), which date a file is of (trading_date.hpp).
#pragma once

#include <cstdint>

#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers {

struct TradingDay {
  platform::UnixNanos midnight{};  // local midnight, in UTC: what times of day count from
  std::int32_t date = 0;           // 20190130, 0 = unknown
  std::int32_t utc_offset_seconds = 0;
};

/// Knows which trading day a moment belongs to. Asked when the venue starts a new session, so rarely.
class TradingDays {
 public:
  virtual ~TradingDays() = default;
  [[nodiscard]] virtual TradingDay day_of(platform::UnixNanos ts_recv) const noexcept = 0;
};

}  // namespace tickplant::feedhandlers
