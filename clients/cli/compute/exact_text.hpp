// Prices, and sums of prices, as the result files have them: in 1e-4 of the currency, exact. Whole numbers wherever
// prices are whole ten-thousandths; else with as many decimals as there are.
//
// Threads: pure.
#pragma once

#include <cstdint>
#include <numeric>
#include <string>

#include "platform/int128.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::cli {

[[nodiscard]] std::string integer_text(platform::Int128 number);

/// From counts of one price unit (in 1e-9) to ten-thousandths.
class PxScale {
 public:
  static constexpr std::int64_t kPx = 100'000;  // 1e-4 in 1e-9

  explicit constexpr PxScale(std::int64_t price_unit) noexcept
      : factor_(price_unit / std::gcd(price_unit, kPx)), divisor_(kPx / std::gcd(price_unit, kPx)) {}

  /// A sum of prices, or of prices times sizes.
  [[nodiscard]] std::string sum(platform::Int128 counts) const { return text(counts * factor_, divisor_); }
  /// A sum of squares of prices.
  [[nodiscard]] std::string squares(platform::Int128 counts) const {
    return text(counts * factor_ * factor_, divisor_ * divisor_);
  }

 private:
  static std::string text(platform::Int128 number, std::int64_t divisor);

  std::int64_t factor_, divisor_;  // divisor_ divides 1e5: decimals end
};

/// "" for no price.
[[nodiscard]] inline std::string px_text(ringbuf::Price price) {
  return is_present(price) ? PxScale(1).sum(price.value) : std::string();
}

}  // namespace tickplant::cli
