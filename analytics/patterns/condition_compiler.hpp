// Compiles the text of a condition: fields, earlier events, exact arithmetic, comparisons, and/or/not.
//
//   condition   = and-part { "or" and-part }            and-part = not-part { "and" not-part }
//   not-part    = "not" not-part | comparison           comparison = sum [ ("<"|"<="|">"|">="|"=="|"!=") sum ]
//   sum         = product { ("+"|"-") product }         product = signed { ("*"|"/") signed }
//   signed      = "-" signed | value
//   value       = number | "text" | field | step "[" (index | "last") "]" "." field | "count" "(" step ")"
//               | "abs" "(" sum ")" | ("min"|"max") "(" sum { "," sum } ")" | "(" condition ")"
//
// Numbers, conditions and names are different things and checked here: evaluation meets no surprise.
//
// Threads: set-up, one.
// Not here: what names stand for (condition_names.hpp), what a step is (pattern_program.hpp).
#pragma once

#include <cstddef>

#include "analytics/patterns/condition.hpp"
#include "analytics/patterns/condition_names.hpp"
#include "analytics/patterns/condition_text.hpp"

namespace tickplant::analytics {

inline constexpr std::size_t kMaxConditionBytes = 4096;

/// Throws platform::SetupError with the column of the mistake.
[[nodiscard]] Condition compile_condition(const ConditionText& source, const ConditionScope& scope);

}  // namespace tickplant::analytics
