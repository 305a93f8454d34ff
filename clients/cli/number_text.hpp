// Prices, sizes and times as people write them.
#pragma once

#include <cstdint>
#include <string>

#include "platform/unix_nanos.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::cli {

/// "321.20": exact, at least two decimals, no further zeros; "-" when absent.
[[nodiscard]] std::string price_text(ringbuf::Price price);

/// "321.088769": rounded half away from zero to `decimals` (0 to 9).
[[nodiscard]] std::string rounded_price_text(ringbuf::Price price, int decimals);

/// "1,234,567".
[[nodiscard]] std::string count_text(std::uint64_t count);

/// "1 packet", "1,234 packets".
[[nodiscard]] std::string count_text(std::uint64_t count, const std::string& thing);

/// "09:30:00.000245396": time of day with nanoseconds. `nanos` since midnight; may pass 24 hours.
[[nodiscard]] std::string time_of_day_text(std::int64_t nanos);

/// "1.2 GiB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

/// A size in units of 10^scale (instruments_layout.hpp), exact: "1,200" shares, "0.015" coins with scale -8.
[[nodiscard]] std::string size_text(ringbuf::Size size, int scale);

/// At most five characters: "950", "12.3k", "1.23M".
[[nodiscard]] std::string short_count_text(std::uint64_t count);

/// A length of time in three digits or so: "640 ns", "1.2 us", "37 ms", "4.1 s", "12 min", "3 h 20 min", "2 d 3 h".
[[nodiscard]] std::string duration_text(std::int64_t nanos);

/// Hundredths of a percent: "+1.25", "-0.50", "0.00".
[[nodiscard]] std::string percent_text(std::int64_t basis_points);

}  // namespace tickplant::cli
