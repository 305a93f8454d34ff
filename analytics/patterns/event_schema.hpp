// What the events of a pattern are: the names and kinds of their fields, known when the pattern is compiled, and an
// event itself, a row of integers in that order. Bars, ticks and signals have one schema each; whoever brings another
// kind of event writes another schema.
//
// Threads: plain values.
// Not here: where events come from, how conditions read them (condition.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/bar.hpp"

namespace tickplant::analytics {

enum class FieldKind : std::uint8_t {
  whole,    // a whole number: sizes, counts, nanoseconds
  decimal,  // in 1e-9: prices, values of signals
  name,     // the index of a text in EventSchema::names
};

/// A field without a value: undefined in conditions.
inline constexpr std::int64_t kAbsentField = std::numeric_limits<std::int64_t>::max();

struct EventField {
  std::string name;
  FieldKind kind = FieldKind::whole;
};

struct EventSchema {
  std::string events;                   // what they are, for messages: "bars"
  std::vector<EventField> fields = {};  // at most kMaxFields, in the order of PatternEvent::values
  std::vector<std::string> names = {};  // which texts a field of kind `name` can have
  bool counts_bars = false;             // `within: 10 bars` makes sense

  static constexpr std::size_t kMaxFields = 64;
};

struct PatternEvent {
  std::uint64_t index = 0;  // of the instrument's events: grows by at least 1
  UnixNanos ts{};
  std::span<const std::int64_t> values;  // as many as the schema has fields
};

/// open, high, low, close, vwap in the currency; volume in the instrument's size scale, count, ts (start of the
/// window).
[[nodiscard]] EventSchema bar_events();
inline constexpr std::size_t kBarFields = 8;
/// vwap is rounded to 1e-9, half up; absent without volume. What does not fit is absent.
[[nodiscard]] std::array<std::int64_t, kBarFields> bar_values(const Bar& bar) noexcept;

/// price in the currency, size, ts.
[[nodiscard]] EventSchema tick_events();
inline constexpr std::size_t kTickFields = 3;
[[nodiscard]] std::array<std::int64_t, kTickFields> tick_values(std::int64_t price, std::int64_t price_unit,
                                                                std::uint64_t size, UnixNanos ts) noexcept;

/// name (one of `names`), value, ts.
[[nodiscard]] EventSchema signal_events(std::vector<std::string> names);
inline constexpr std::size_t kSignalFields = 3;
[[nodiscard]] std::array<std::int64_t, kSignalFields> signal_values(std::uint32_t name_index, std::int64_t value_nano,
                                                                    UnixNanos ts) noexcept;

}  // namespace tickplant::analytics
