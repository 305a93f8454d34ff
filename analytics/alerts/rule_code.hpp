// A compiled rule, and what it gives for the values of an instrument: a flat program for a small stack machine. No
// allocation, no loop, every program ends.
//
// Values are doubles; one that there is none of is not a number. Conditions know three answers: one that needs such a
// value is undefined, and so is `not` of it; `and` and `or` are undefined only when the other side does not decide.
//
// Threads: immutable once compiled; run() from any.
// Not here: the language (rule_compiler.hpp, docs/alerts.md), when a rule is looked at (alert_book.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analytics/patterns/condition.hpp"

namespace tickplant::analytics {

enum class RuleOperation : std::uint8_t {
  constant,  // operand: its index
  load,      // operand: term
  add,       // two values
  subtract,
  multiply,
  divide,
  minimum,
  maximum,
  negate,  // one value
  absolute,
  compare,      // two values; relation: which orders are true
  cross,        // two values, now and before; relation: kAbove, kBelow; a state word
  held_bars,    // a condition; operand: term that counts bars; count: bars; three state words
  held_time,    // a condition; operand: constant, ns; a state word
  negation,     // `not`
  conjunction,  // `and`
  disjunction,  // `or`
  quality_ok,
  is_stale,
  signal,  // operand: its number; relation: 1 + SignalValue, 0: any
};
inline constexpr std::uint8_t kAbove = kGreater, kBelow = kLess;

struct RuleInstruction {
  RuleOperation operation = RuleOperation::constant;
  std::uint8_t relation = 0;
  std::uint16_t operand = 0;
  std::uint16_t state = 0;  // first word
  std::uint16_t count = 0;

  friend bool operator==(const RuleInstruction&, const RuleInstruction&) = default;
};

/// What a rule is looked at with.
struct RuleContext {
  const double* values = nullptr;  // of the instrument, by term
  std::uint64_t* state = nullptr;  // of this rule and the instrument
  std::int64_t now = 0;            // receive time
  std::uint16_t signal = 0;        // that is being told; 0: none
  std::uint8_t signal_value = 0;   // ringbuf::SignalValue
  bool is_on = false;              // it was true last time: thresholds give way by the hysteresis
  bool is_quality_ok = true;
  bool is_stale = false;
};

inline constexpr std::int64_t kNoWake = INT64_MAX;

struct RuleAnswer {
  Truth truth = Truth::undefined;
  std::int64_t wake_at = kNoWake;  // look again then, at the latest
};

struct RuleCode {
  static constexpr std::size_t kMaxDepth = 32;  // values on the stack

  std::vector<RuleInstruction> code = {};
  std::vector<double> constants = {};
  std::vector<std::uint16_t> terms = {};    // that it speaks of, in the order of its text
  std::vector<std::uint16_t> serials = {};  // that count bars for it
  std::vector<std::uint16_t> signals = {};  // likewise
  std::uint32_t state_words = 0;
  std::uint8_t triggers = 0;            // of rule_term.hpp
  std::int64_t silent_after = kNoWake;  // ns: the least silence that it asks for
  double hysteresis = 0;                // of the threshold's size
  bool asks_quality = false;

  [[nodiscard]] RuleAnswer run(const RuleContext& context) const noexcept;
};

/// `threshold` moved back by the hysteresis, for a condition that is true and looks for orders `relation`.
[[nodiscard]] inline double eased(double threshold, std::uint8_t relation, double hysteresis) noexcept {
  const double by = (threshold < 0 ? -threshold : threshold) * hysteresis;
  if ((relation & kGreater) != 0 && (relation & kLess) == 0) return threshold - by;
  if ((relation & kLess) != 0 && (relation & kGreater) == 0) return threshold + by;
  return threshold;
}

/// Sides of a cross, as its state word has them.
enum class Side : std::uint64_t { unknown = 0, below = 1, above = 2 };

/// The side that `value` is on now; between the two thresholds where it was.
[[nodiscard]] inline Side side_of(double value, double threshold, double hysteresis, Side before) noexcept {
  const double by = (threshold < 0 ? -threshold : threshold) * hysteresis;
  if (value > threshold + by) return Side::above;
  if (value < threshold - by) return Side::below;
  return before;
}

}  // namespace tickplant::analytics
