#include "analytics/patterns/event_schema.hpp"

#include <utility>

namespace tickplant::analytics {

namespace {

std::int64_t size_or_absent(std::uint64_t size) noexcept {
  return size < static_cast<std::uint64_t>(kAbsentField) ? static_cast<std::int64_t>(size) : kAbsentField;
}

std::int64_t price_or_absent(std::int64_t price, std::int64_t price_unit) noexcept {
  std::int64_t nanos;
  return __builtin_mul_overflow(price, price_unit, &nanos) ? kAbsentField : nanos;
}

std::int64_t vwap_or_absent(const Bar& bar) noexcept {
  // notional < 2^127 / price_unit for real bars: 1e29 x 1e5.
  const Int128 volume = bar.volume, largest = kAbsentField - 1;
  const Int128 limit = static_cast<Int128>(~Uint128{0} >> 2) / (bar.price_unit > 0 ? bar.price_unit : 1);
  if (volume == 0 || bar.notional > limit || bar.notional < -limit) return kAbsentField;
  const Int128 value = bar.notional * bar.price_unit;
  Int128 quotient = value / volume, rest = value % volume;
  if (rest < 0) rest += volume, --quotient;
  if (rest >= volume - rest) ++quotient;
  return quotient > largest || quotient < -largest ? kAbsentField : static_cast<std::int64_t>(quotient);
}

}  // namespace

EventSchema bar_events() {
  using enum FieldKind;
  return {.events = "bars",
          .fields = {{"open", decimal},
                     {"high", decimal},
                     {"low", decimal},
                     {"close", decimal},
                     {"volume", whole},
                     {"count", whole},
                     {"vwap", decimal},
                     {"ts", whole}},
          .counts_bars = true};
}

std::array<std::int64_t, kBarFields> bar_values(const Bar& bar) noexcept {
  return {price_or_absent(bar.open, bar.price_unit),
          price_or_absent(bar.high, bar.price_unit),
          price_or_absent(bar.low, bar.price_unit),
          price_or_absent(bar.close, bar.price_unit),
          size_or_absent(bar.volume),
          size_or_absent(bar.count),
          vwap_or_absent(bar),
          bar.start.value};
}

EventSchema tick_events() {
  using enum FieldKind;
  return {.events = "ticks", .fields = {{"price", decimal}, {"size", whole}, {"ts", whole}}};
}

std::array<std::int64_t, kTickFields> tick_values(std::int64_t price, std::int64_t price_unit, std::uint64_t size,
                                                  UnixNanos ts) noexcept {
  return {price_or_absent(price, price_unit), size_or_absent(size), ts.value};
}

EventSchema signal_events(std::vector<std::string> names) {
  using enum FieldKind;
  return {
      .events = "signals", .fields = {{"name", name}, {"value", decimal}, {"ts", whole}}, .names = std::move(names)};
}

std::array<std::int64_t, kSignalFields> signal_values(std::uint32_t name_index, std::int64_t value_nano,
                                                      UnixNanos ts) noexcept {
  return {name_index, value_nano, ts.value};
}

}  // namespace tickplant::analytics
