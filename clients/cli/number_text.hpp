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

}  // namespace tickplant::cli
