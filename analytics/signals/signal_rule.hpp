// One signal, compiled: its function with thresholds in integers, its operands found, and where it keeps its state.
//
// Threads: values.
// Not here: how it comes about and what may be wrong with it (compile_signal.hpp), evaluating it (signal_program.hpp).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <variant>

#include "analytics/bar.hpp"
#include "analytics/signals/cross.hpp"
#include "analytics/signals/price_change.hpp"
#include "analytics/signals/swing.hpp"
#include "analytics/signals/volume_anomaly.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

/// The indicators of one instrument at one bar.
template <class T>
concept SignalValues = requires(const T& values, std::size_t index) {
  { values.ready(index) } -> std::convertible_to<bool>;
  { values.value(index) } -> std::convertible_to<double>;
  { values.average() } -> std::convertible_to<double>;  // ma_5min; not a number: none
};

/// One side of a cross.
struct Operand {
  enum class Kind : std::uint8_t { number, price, average, indicator };
  Kind kind = Kind::number;
  std::uint32_t indicator = 0;  // index of its output
  double number = 0;

  /// Not a number: no value yet.
  template <SignalValues Values>
  [[nodiscard]] double of(const Bar& bar, const Values& values) const noexcept {
    switch (kind) {
      case Kind::number: return number;
      case Kind::price: return to_double(bar.close, bar.price_unit);
      case Kind::average: return values.average();
      case Kind::indicator:
        if (values.ready(indicator)) return values.value(indicator);
        break;
    }
    return std::numeric_limits<double>::quiet_NaN();
  }
};

struct SignalRule {
  std::uint32_t signal = 0;  // its index among the signals the program was made from
  config::Basis basis = config::Basis::final;
  bool edges_only = false;
  Operand a{}, b{};  // of a cross
  std::size_t state_offset = 0;
  std::variant<CrossRule, PriceChangeRule, VolumeRule, SwingRule> function{};
};

}  // namespace tickplant::analytics
