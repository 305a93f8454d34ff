// What a signal says, as the columns of the golden files have it.
//
// Threads: pure.
#pragma once

#include <functional>
#include <string>

#include "config/analytics_config.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

/// Twelve digits; "" for no number.
[[nodiscard]] std::string short_number(double number);

/// "golden", "death", "up:edge", "down" (over bars), "-1.06418729696" (percent within a window), "z+robust" (which
/// tests of the volume).
[[nodiscard]] std::string value_text(const ringbuf::SignalBody& signal);

/// volume,z,z_fired,robust_z,robust_fired,robust_kind
inline constexpr const char* kVolumeColumns = "volume,z,z_fired,robust_z,robust_fired,robust_kind";
[[nodiscard]] std::string volume_text(const ringbuf::SignalBody& signal);

/// "d=12;d=13;r=15": which events each step took, as far as the record has them; ";..." behind them: there were more.
[[nodiscard]] std::string binding_text(const config::PatternConfig& pattern, const ringbuf::SignalBody& match,
                                       const std::function<std::string(std::uint64_t)>& event_text);

}  // namespace tickplant::cli
