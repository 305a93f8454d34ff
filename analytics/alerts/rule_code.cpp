#include "analytics/alerts/rule_code.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tickplant::analytics {

namespace {

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

/// Truths live on the stack as numbers: 1, 0, or none.
double as_number(bool truth) noexcept { return truth ? 1 : 0; }

double compared(double a, double b, std::uint8_t relation) noexcept {
  if (a != a || b != b) return kNotKnown;
  const std::uint8_t order = a < b ? kLess : a > b ? kGreater : kEqual;
  return as_number((relation & order) != 0);
}

double crossed(double a, double b, std::uint8_t relation, double hysteresis, std::uint64_t& word) noexcept {
  if (a != a || b != b) return kNotKnown;
  const Side before = static_cast<Side>(word), now = side_of(a, b, hysteresis, before);
  word = static_cast<std::uint64_t>(now);
  if (before == Side::unknown || now == before) return 0;
  return as_number((relation & (now == Side::above ? kAbove : kBelow)) != 0);
}

/// `words`: bars counted when the newest came, how many in a row before it, how many with it.
double held_for_bars(double truth, double serial, std::uint16_t wanted, std::uint64_t* words) noexcept {
  if (serial != serial) return kNotKnown;
  const auto bars = static_cast<std::uint64_t>(serial);
  if (words[0] != bars) {
    words[0] = bars;
    words[1] = words[2];
  }
  words[2] = truth == 1 ? words[1] + 1 : 0;
  return truth != truth ? truth : as_number(words[2] >= wanted);
}

}  // namespace

RuleAnswer RuleCode::run(const RuleContext& context) const noexcept {
  std::array<double, kMaxDepth> stack{};
  std::size_t top = 0;  // values on it
  RuleAnswer answer;
  for (const RuleInstruction& each : code) {
    double& a = stack[top >= 2 ? top - 2 : 0];
    double& b = stack[top >= 1 ? top - 1 : 0];
    switch (each.operation) {
      case RuleOperation::constant: stack[top++] = constants[each.operand]; break;
      case RuleOperation::load: stack[top++] = context.values[each.operand]; break;
      case RuleOperation::add: a += b, --top; break;
      case RuleOperation::subtract: a -= b, --top; break;
      case RuleOperation::multiply: a *= b, --top; break;
      case RuleOperation::divide: a = b == 0 ? kNotKnown : a / b, --top; break;
      case RuleOperation::minimum: a = a != a || b != b ? kNotKnown : std::min(a, b), --top; break;
      case RuleOperation::maximum: a = a != a || b != b ? kNotKnown : std::max(a, b), --top; break;
      case RuleOperation::negate: b = -b; break;
      case RuleOperation::absolute: b = std::abs(b); break;
      case RuleOperation::compare:
        a = compared(a, context.is_on ? eased(b, each.relation, hysteresis) : b, each.relation), --top;
        break;
      case RuleOperation::cross: a = crossed(a, b, each.relation, hysteresis, context.state[each.state]), --top; break;
      case RuleOperation::held_bars:
        b = held_for_bars(b, context.values[each.operand], each.count, context.state + each.state);
        break;
      case RuleOperation::held_time: {
        const auto wanted = static_cast<std::int64_t>(constants[each.operand]);
        std::uint64_t& since = context.state[each.state];  // 1 + the time; 0: it does not hold
        if (b != 1) {
          since = 0;
          break;
        }
        if (since == 0) since = static_cast<std::uint64_t>(context.now) + 1;
        const std::int64_t until = static_cast<std::int64_t>(since) - 1 + wanted;
        b = as_number(context.now >= until);
        if (context.now < until) answer.wake_at = std::min(answer.wake_at, until);
        break;
      }
      case RuleOperation::negation: b = 1 - b; break;
      case RuleOperation::conjunction: a = a == 0 || b == 0 ? 0 : a + b == 2 ? 1 : kNotKnown, --top; break;
      case RuleOperation::disjunction: a = a == 1 || b == 1 ? 1 : a + b == 0 ? 0 : kNotKnown, --top; break;
      case RuleOperation::quality_ok: stack[top++] = as_number(context.is_quality_ok); break;
      case RuleOperation::is_stale: stack[top++] = as_number(context.is_stale); break;
      case RuleOperation::signal:
        stack[top++] =
            as_number(context.signal == each.operand && (each.relation == 0 || each.relation == context.signal_value));
        break;
    }
  }
  answer.truth = stack[0] == 1 ? Truth::yes : stack[0] == 0 ? Truth::no : Truth::undefined;
  return answer;
}

}  // namespace tickplant::analytics
