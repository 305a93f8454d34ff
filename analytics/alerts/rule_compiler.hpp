// Compiles the text of a rule (docs/alerts.md has the grammar with examples):
//
//   rule        = or-part                                  or-part     = and-part { "or" and-part }
//   and-part    = not-part { "and" not-part }              not-part    = "not" not-part | held
//   held        = comparison [ "for" (number "bars" | duration) ]
//   comparison  = sum [ relation sum ] | "quality" "ok" | "stale" | "signal" "(" name [ "," word ] ")"
//   relation    = "<" | "<=" | ">" | ">=" | "==" | "!=" | "crosses_above" | "crosses_below" | "crosses"
//   sum         = product { ("+"|"-") product }            product     = signed { ("*"|"/") signed }
//   signed      = "-" signed | value
//   value       = number [ "%" | "bps" ] | duration | term | "abs" "(" sum ")"
//               | ("min"|"max") "(" sum { "," sum } ")" | "(" rule ")"
//   term        = name [ "(" argument { "," argument } ")" ]
//
// Prices, sizes, ratios, lengths of time and plain numbers are different things and checked here.
//
// Threads: set-up, one.
// Not here: what terms there are (term_names.hpp), what instructions do (rule_code.hpp).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "analytics/alerts/rule_code.hpp"
#include "analytics/alerts/rule_term.hpp"
#include "analytics/patterns/condition_text.hpp"

namespace tickplant::analytics {

inline constexpr std::size_t kMaxRuleBytes = 1'000;

/// All that rules speak of, each once. Grows; places stay.
struct RuleNames {
  static constexpr std::size_t kMaxTerms = 4'096, kMaxSignals = 4'096;

  std::vector<Term> terms = {};
  std::vector<std::string> signals{""};  // by number; 0 is none

  /// The place of such a term, which is added where it is new; kMaxTerms: there is no room.
  [[nodiscard]] std::uint16_t term(const Term& term);
  [[nodiscard]] std::uint16_t signal(std::string_view name);
};

/// `known_signals`: of the plant's sets, for what is said of a name that is none; empty: any name is taken.
/// Throws platform::SetupError with the column of the mistake.
[[nodiscard]] RuleCode compile_rule(const ConditionText& source, double hysteresis, RuleNames& names,
                                    std::span<const std::string> known_signals);

}  // namespace tickplant::analytics
