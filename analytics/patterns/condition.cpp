#include "analytics/patterns/condition.hpp"

#include <array>

#include "analytics/patterns/event_schema.hpp"
#include "platform/check.hpp"

namespace tickplant::analytics {

namespace {

constexpr Fraction kTrue{1, 1}, kFalse{0, 1};

std::int64_t value_at(const Bindings& bindings, std::uint16_t source) noexcept {
  return (source & kCaptured) != 0 ? bindings.captures[source & ~kCaptured] : bindings.fields[source];
}

Fraction loaded(std::int64_t value, Int128 denominator) noexcept {
  return value == kAbsentField ? kUndefined : Fraction{value, denominator};
}

Fraction truth_of(std::uint8_t orders, int order) noexcept { return (orders >> (order + 1) & 1) != 0 ? kTrue : kFalse; }

Fraction compared(std::uint8_t orders, Fraction a, Fraction b) noexcept {
  if (!a.is_defined() || !b.is_defined()) return kUndefined;
  return truth_of(orders, compare(a, b));
}

Fraction compared_sources(std::uint8_t orders, std::int64_t a, std::int64_t b) noexcept {
  if (a == kAbsentField || b == kAbsentField) return kUndefined;
  return truth_of(orders, (a > b) - (a < b));
}

/// `decisive` on one side decides: false for `and`, true for `or`.
Fraction joined(Fraction a, Fraction b, Fraction decisive) noexcept {
  if (b.is_defined() && b.numerator == decisive.numerator) return b;
  return a.is_defined() ? b : a;
}

Fraction smaller(Fraction a, Fraction b) noexcept {
  if (!a.is_defined() || !b.is_defined()) return kUndefined;
  return compare(b, a) < 0 ? b : a;
}

Fraction larger(Fraction a, Fraction b) noexcept {
  if (!a.is_defined() || !b.is_defined()) return kUndefined;
  return compare(b, a) > 0 ? b : a;
}

bool is_true(Fraction value) noexcept { return value.is_defined() && value.numerator != 0; }
bool is_false(Fraction value) noexcept { return value.is_defined() && value.numerator == 0; }
Fraction opposite(Fraction value) noexcept {
  if (!value.is_defined()) return kUndefined;
  return value.numerator == 0 ? kTrue : kFalse;
}

Fraction of_two(Instruction instruction, Fraction a, Fraction b) noexcept {
  switch (instruction.operation) {
    case Operation::add: return a + b;
    case Operation::subtract: return a - b;
    case Operation::multiply: return a * b;
    case Operation::divide: return a / b;
    case Operation::minimum: return smaller(a, b);
    case Operation::maximum: return larger(a, b);
    case Operation::compare: return compared(instruction.orders, a, b);
    case Operation::conjunction: return joined(a, b, kFalse);
    case Operation::disjunction: return joined(a, b, kTrue);
    default: return kUndefined;  // takes one value or none
  }
}

}  // namespace

Truth Condition::evaluate(const Bindings& bindings) const noexcept {
  std::array<Fraction, kMaxDepth> stack;  // not initialised
  Fraction* end = stack.data();           // behind the newest value; the compiler has counted how many there can be
  const auto push = [&end](Fraction value) { *end++ = value; };
  const auto pop = [&end] { return *--end; };

  for (std::size_t i = 0; i < code.size(); ++i) {
    const Instruction instruction = code[i];
    switch (instruction.operation) {
      case Operation::constant: push(constants[instruction.operand]); break;
      case Operation::load_whole: push(loaded(value_at(bindings, instruction.operand), 1)); break;
      case Operation::load_decimal: push(loaded(value_at(bindings, instruction.operand), kNanosPerUnit)); break;
      case Operation::count_of:
        push(whole_number(static_cast<std::int64_t>(bindings.counts[instruction.operand])));
        break;
      case Operation::compare_sources:
        push(compared_sources(instruction.orders, value_at(bindings, instruction.operand),
                              value_at(bindings, instruction.right)));
        break;
      case Operation::negate: end[-1] = -end[-1]; break;
      case Operation::absolute: end[-1] = end[-1].numerator < 0 ? -end[-1] : end[-1]; break;
      case Operation::negation: end[-1] = opposite(end[-1]); break;
      case Operation::skip_if_false:
        if (is_false(end[-1])) i = instruction.operand - std::size_t{1};
        break;
      case Operation::skip_if_true:
        if (is_true(end[-1])) i = instruction.operand - std::size_t{1};
        break;
      default: {
        const Fraction right = pop();
        end[-1] = of_two(instruction, end[-1], right);
      }
    }
  }
  TP_DCHECK(end == stack.data() + 1);
  if (!end[-1].is_defined()) return Truth::undefined;
  return is_true(end[-1]) ? Truth::yes : Truth::no;
}

}  // namespace tickplant::analytics
