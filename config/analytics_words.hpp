// Words that all parts of an analytics file share: places, decimal numbers, calls of functions.
//
// Threads: values, copied freely.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tickplant::config {

/// Where in the file something was written, for errors found later. Lines and columns from 1; 0: a default.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  /// Always equal: what is written matters, not where.
  friend constexpr bool operator==(Place, Place) { return true; }
};

/// A decimal number as written, in 1e-9: thresholds are compared as integers.
struct Decimal {
  std::int64_t nano = 0;
  friend constexpr auto operator<=>(Decimal, Decimal) = default;
};
inline constexpr std::int64_t kDecimalScale = 1'000'000'000;
[[nodiscard]] constexpr Decimal whole(std::int64_t number) noexcept { return {number * kDecimalScale}; }

/// "sma(20)", "macd(12, 26, 9)", "price", "70": a name with parameters, or a number (then `name` is empty).
struct FunctionCall {
  std::string name = {};
  std::vector<Decimal> parameters = {};  // of a number: the number itself
  Place place = {};

  [[nodiscard]] bool is_number() const noexcept { return name.empty(); }

  friend bool operator==(const FunctionCall&, const FunctionCall&) = default;
};

}  // namespace tickplant::config
