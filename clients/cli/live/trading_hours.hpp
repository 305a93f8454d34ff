// Is a venue open, and since when? By its hours and its zone alone: of weekends and holidays nothing is known.
//
// Threads: values.
// Not here: whether a silent feed is stale (feed_facts.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/unix_nanos.hpp"

namespace tickplant::cli {

struct TradingHours {
  std::chrono::minutes open{0};
  std::chrono::minutes close{0};
  std::string time_zone;

  /// "04:00-20:00 America/New_York".
  [[nodiscard]] std::string text() const;
};

/// When the hours began that `now` is in; none: outside them. In a zone that this machine does not know they never end.
[[nodiscard]] std::optional<platform::UnixNanos> open_since(const TradingHours& hours, platform::UnixNanos now);

}  // namespace tickplant::cli
