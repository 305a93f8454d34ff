// The kinds of value that only files of analytics have: exact decimals, calls of functions, names.
//
// Threads: any; values without state.
// Not here: which functions there are and how many parameters they take (analytics/indicators/indicator_factory.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/analytics_config.hpp"
#include "config/value_types.hpp"
#include "config/yaml_section.hpp"

namespace tickplant::config {

/// A decimal number, taken exactly: 3.5, 1e6, -0.25. At most nine decimals.
struct DecimalNumber {
  Decimal min{INT64_MIN}, max{INT64_MAX};

  [[nodiscard]] Refusal parse(std::string_view text, Decimal& value) const;
  [[nodiscard]] std::string text(Decimal value) const;
  [[nodiscard]] std::string expected() const;
};
template <>
inline constexpr bool takes_quotes<DecimalNumber> = false;

/// sma(20), macd(12, 26, 9), price, or a number. The place is left to the caller, who knows it.
struct Call {
  bool takes_numbers = false;

  [[nodiscard]] Refusal parse(std::string_view text, FunctionCall& call) const;
  [[nodiscard]] std::string text(const FunctionCall& call) const;
  [[nodiscard]] std::string expected() const;
};

/// Letters, digits, '_', a letter first: windows, and steps, which expressions speak of.
[[nodiscard]] bool is_identifier(std::string_view text);
/// The same with '@', '-' and '.' inside: signals and patterns, which rows are called after.
[[nodiscard]] bool is_signal_name(std::string_view text);
/// `*` and `?` stand for any characters and for one.
[[nodiscard]] bool is_symbol_glob(std::string_view text);
[[nodiscard]] bool is_calendar_name(std::string_view text);

inline constexpr Text kIdentifier{"a name of 1 to 31 letters, digits or _ that starts with a letter", is_identifier};
inline constexpr Text kSignalName{"a name of 1 to 31 letters, digits, _ - . or @ that starts with a letter",
                                  is_signal_name};
inline constexpr Text kSymbolGlob{
    "a symbol, SYMBOL@VENUE, or a pattern of these with * and ?, of 1 to 63 characters without spaces", is_symbol_glob};
inline constexpr Text kCalendar{"us_equity, always, or the path of a .csv file", is_calendar_name};

/// Lengths of time up to a week, in all units.
[[nodiscard]] constexpr Duration time_from(std::int64_t min_ns, std::int64_t max_ns) {
  return {.min_ns = min_ns, .max_ns = max_ns, .has_hours = true};
}

}  // namespace tickplant::config
