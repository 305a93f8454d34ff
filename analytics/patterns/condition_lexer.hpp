// A condition's text as words: numbers, names, texts in quotes, signs. One word ahead.
//
// Threads: set-up, one.
// Not here: what words mean together (condition_compiler.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analytics/patterns/condition_text.hpp"
#include "analytics/patterns/fraction.hpp"

namespace tickplant::analytics {

enum class TokenKind : std::uint8_t { end, number, name, quoted, sign };

struct Token {
  TokenKind kind = TokenKind::end;
  std::size_t offset = 0;
  std::string_view text = {};   // as written; of a quoted text: what is between the quotes
  Fraction value = kUndefined;  // of a number

  /// A sign, or one of the words `and`, `or`, `not`, ...
  [[nodiscard]] bool is(std::string_view word) const noexcept {
    return (kind == TokenKind::sign || kind == TokenKind::name) && text == word;
  }
};

class ConditionLexer {
 public:
  static constexpr std::size_t kMaxWholeDigits = 18, kMaxDecimals = 9;  // of a number

  /// Keeps a reference to `source`. Throws SetupError, as next() does, for what is no word.
  explicit ConditionLexer(const ConditionText& source) : source_(source) { next(); }

  [[nodiscard]] const Token& token() const noexcept { return token_; }
  void next();

 private:
  [[nodiscard]] char letter_at(std::size_t offset) const noexcept;
  std::size_t read_number(std::size_t begin);
  std::size_t read_quoted(std::size_t begin);
  std::size_t read_sign(std::size_t begin);

  const ConditionText& source_;
  Token token_;
};

}  // namespace tickplant::analytics
