// One session of a market: from open to close, on one trading date.
//
// Threads: plain values.
// Not here: which sessions there are (calendar.hpp).
#pragma once

#include <type_traits>

#include "platform/calendar_date.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::analytics {

using platform::CalendarDate;
using platform::UnixNanos;

/// [open, close): a trade stamped with the close belongs to no session, one with the open does.
struct TradingSession {
  CalendarDate date{};
  UnixNanos open{};
  UnixNanos close{};
  bool early = false;  // closes earlier than usual

  friend bool operator==(const TradingSession&, const TradingSession&) = default;
};
static_assert(std::is_trivially_copyable_v<TradingSession>);

}  // namespace tickplant::analytics
