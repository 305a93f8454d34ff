// A compiled condition, and what it gives for an event and the events bound before it: a flat program for a small stack
// machine. No allocation, no loop, every program ends.
//
// Conditions know three answers. One that needs a value that there is none of (a division by zero, an overflow, d[2] of
// a step that took two events) is undefined, and so is `not` of it; `and` and `or` are undefined only when the other
// side does not decide. Whoever asks takes undefined for no.
//
// Threads: immutable once compiled; evaluate() from any.
// Not here: the language (condition_compiler.hpp, docs/patterns.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "analytics/patterns/fraction.hpp"

namespace tickplant::analytics {

/// `step[index].field`, kept by each run from the moment that event is bound.
struct Capture {
  static constexpr std::uint32_t kLast = ~std::uint32_t{0};

  std::uint16_t step = 0;
  std::uint16_t field = 0;
  std::uint32_t index = 0;  // or kLast

  friend bool operator==(const Capture&, const Capture&) = default;
};

enum class Operation : std::uint8_t {
  constant,      // operand: index of the constant
  load_whole,    // operand: source
  load_decimal,  // operand: source
  count_of,      // operand: step
  negate,        // one value
  absolute,
  add,  // two values
  subtract,
  multiply,
  divide,
  minimum,
  maximum,
  compare,          // two values; order: which orders are true
  compare_sources,  // two sources of one kind, without the stack: most conditions are no more than this
  negation,         // `not`
  skip_if_false,    // operand: where to go on when the left side of `and` decides
  skip_if_true,     // likewise, of `or`
  conjunction,      // `and`
  disjunction,      // `or`
};

/// Where a load finds its value: a field of the event, or a capture.
inline constexpr std::uint16_t kCaptured = 0x8000;

struct Instruction {
  Operation operation = Operation::constant;
  std::uint8_t orders = 0;  // of a comparison: kLess | kEqual | kGreater
  std::uint16_t operand = 0;
  std::uint16_t right = 0;  // second source of compare_sources
};
inline constexpr std::uint8_t kLess = 1, kEqual = 2, kGreater = 4;

/// What a condition reads. Absent values are kAbsentField.
struct Bindings {
  const std::int64_t* fields = nullptr;    // of the event
  const std::int64_t* captures = nullptr;  // of the run
  const std::uint64_t* counts = nullptr;   // of the run: events per step
};

enum class Truth : std::uint8_t { no, yes, undefined };

struct Condition {
  static constexpr std::size_t kMaxDepth = 32;  // values on the stack

  std::vector<Instruction> code = {};
  std::vector<Fraction> constants = {};

  [[nodiscard]] Truth evaluate(const Bindings& bindings) const noexcept;
};

}  // namespace tickplant::analytics
