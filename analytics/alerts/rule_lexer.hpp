// A rule's text as words: numbers with their units, names, signs. One word ahead.
//
// Threads: set-up, one.
// Not here: what words mean together (rule_compiler.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analytics/patterns/condition_text.hpp"

namespace tickplant::analytics {

enum class RuleTokenKind : std::uint8_t { end, number, percent, duration, name, quoted, sign };

struct RuleToken {
  RuleTokenKind kind = RuleTokenKind::end;
  std::size_t offset = 0;
  std::string_view text = {};  // as written, a quoted text with its quotes
  double value = 0;            // of a number; percent and bps: the ratio, 0.02 for 2 %; a duration: ns
  std::int64_t nanos = 0;      // a duration, exactly

  /// A sign, or one of the words `and`, `or`, `crosses_above`, ...
  [[nodiscard]] bool is(std::string_view word) const noexcept {
    return (kind == RuleTokenKind::sign || kind == RuleTokenKind::name) && text == word;
  }
  /// A name, or what is between quotes.
  [[nodiscard]] std::string_view word() const noexcept {
    return kind == RuleTokenKind::quoted ? text.substr(1, text.size() - 2) : text;
  }
  [[nodiscard]] std::size_t end() const noexcept { return offset + text.size(); }
};

class RuleLexer {
 public:
  /// Keeps a reference to `source`. Throws SetupError, as next() does, for what is no word.
  explicit RuleLexer(const ConditionText& source) : source_(source) { next(); }

  [[nodiscard]] const RuleToken& token() const noexcept { return token_; }
  void next();

 private:
  [[nodiscard]] char letter_at(std::size_t offset) const noexcept;
  [[nodiscard]] std::size_t name_end(std::size_t begin) const noexcept;
  std::size_t read_number(std::size_t begin);
  std::size_t read_sign(std::size_t begin);

  const ConditionText& source_;
  RuleToken token_;
};

}  // namespace tickplant::analytics
