// The names of terms, what arguments they take, and what is said of those that are none.
//
// Threads: set-up, one.
// Not here: the grammar around them (rule_compiler.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/alerts/rule_lexer.hpp"
#include "analytics/alerts/rule_term.hpp"

namespace tickplant::analytics {

/// One argument of a call as it was written: a number, a length of time or a name.
struct TermArgument {
  RuleToken token;
};

/// The term `name` with these arguments; `has_arguments`: parentheses were written. Throws SetupError at the word that
/// is wrong.
[[nodiscard]] Term term_of(const ConditionText& source, const RuleToken& name, bool has_arguments,
                           const std::vector<TermArgument>& arguments);

/// "0" to "7" as words of a trading status: "halted"; nullopt: no such word.
[[nodiscard]] std::optional<double> status_of(std::string_view word);
[[nodiscard]] std::vector<std::string> status_words();

/// All names, for "did you mean".
[[nodiscard]] std::vector<std::string> term_names();

}  // namespace tickplant::analytics
