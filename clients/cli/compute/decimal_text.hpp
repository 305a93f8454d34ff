// A decimal number as written, exact: for prices in files.
//
// Threads: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tickplant::cli {

struct ExactDecimal {
  std::int64_t nano = 0;  // 1e-9
  int decimals = 0;       // digits behind the point that are not zeros at the end
};

/// "175.50", "-0.25", "100": digits with at most one point; up to nine decimals. nullopt: anything else, or too large.
[[nodiscard]] constexpr std::optional<ExactDecimal> parse_exact_decimal(std::string_view text) noexcept {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  ExactDecimal number;
  bool any_digit = false, is_behind_point = false;
  int decimals = 0;
  for (const char c : text) {
    if (c == '.') {
      if (is_behind_point) return std::nullopt;
      is_behind_point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any_digit = true;
    if (is_behind_point && ++decimals > 9) {
      if (c != '0') return std::nullopt;
      continue;
    }
    if (__builtin_mul_overflow(number.nano, 10, &number.nano) ||
        __builtin_add_overflow(number.nano, c - '0', &number.nano)) {
      return std::nullopt;
    }
    if (is_behind_point && c != '0') number.decimals = decimals;
  }
  if (!any_digit) return std::nullopt;
  for (int i = decimals; i < 9; ++i) {
    if (__builtin_mul_overflow(number.nano, 10, &number.nano)) return std::nullopt;
  }
  if (negative) number.nano = -number.nano;
  return number;
}

}  // namespace tickplant::cli
