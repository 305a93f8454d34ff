#include "analytics/patterns/condition_lexer.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "config/quoting.hpp"

namespace tickplant::analytics {

namespace {

bool is_digit(char letter) noexcept { return letter >= '0' && letter <= '9'; }
bool begins_name(char letter) noexcept {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}
bool is_space(char letter) noexcept { return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r'; }

struct Habit {
  std::string_view sign, instead;
};
constexpr std::array<Habit, 6> kOtherLanguages{
    {{"&&", "'and'"}, {"||", "'or'"}, {"<>", "'!='"}, {"!", "'not'"}, {"=", "'=='"}, {"%", "0.02 for 2 percent"}}};
constexpr std::array<std::string_view, 16> kSigns{"<=", ">=", "==", "!=", "<", ">", "+", "-",
                                                  "*",  "/",  "(",  ")",  "[", "]", ".", ","};

}  // namespace

char ConditionLexer::letter_at(std::size_t offset) const noexcept {
  return offset < source_.text.size() ? source_.text[offset] : '\0';
}

void ConditionLexer::next() {
  std::size_t begin = token_.offset + (token_.kind == TokenKind::quoted ? token_.text.size() + 2 : token_.text.size());
  while (begin < source_.text.size() && is_space(source_.text[begin])) ++begin;
  token_ = {.offset = begin};
  if (begin == source_.text.size()) return;

  const char first = source_.text[begin];
  std::size_t end = begin;
  if (is_digit(first) || (first == '.' && is_digit(letter_at(begin + 1)))) {
    end = read_number(begin);
  } else if (begins_name(first)) {
    token_.kind = TokenKind::name;
    while (begins_name(letter_at(end)) || is_digit(letter_at(end))) ++end;
  } else if (first == '"' || first == '\'') {
    end = read_quoted(begin);
    token_.text = source_.text.substr(begin + 1, end - begin - 2);
    return;
  } else {
    end = read_sign(begin);
  }
  token_.text = source_.text.substr(begin, end - begin);
}

std::size_t ConditionLexer::read_number(std::size_t begin) {
  token_.kind = TokenKind::number;
  std::string digits;  // without zeros in front, then without zeros behind
  std::ptrdiff_t decimals = 0;
  bool point_seen = false;
  std::size_t end = begin;
  for (;; ++end) {
    const char letter = letter_at(end);
    if (letter == '.' && !point_seen && is_digit(letter_at(end + 1))) {
      point_seen = true;
    } else if (is_digit(letter)) {
      if (letter != '0' || !digits.empty()) digits += letter;
      decimals += point_seen ? 1 : 0;
    } else {
      break;
    }
  }
  if (letter_at(end) == 'e' || letter_at(end) == 'E') {
    const bool is_negative = letter_at(end + 1) == '-';
    std::size_t from = end + 1 + (is_negative || letter_at(end + 1) == '+' ? 1u : 0u);
    std::ptrdiff_t exponent = 0;
    for (end = from; is_digit(letter_at(end)); ++end) {
      exponent = std::min<std::ptrdiff_t>(exponent * 10 + (letter_at(end) - '0'), 1'000'000);
    }
    if (end == from) source_.fail(begin, "this number has an 'e' without an exponent", "write 1e6 or 1000000");
    decimals += is_negative ? exponent : -exponent;
  }
  if (begins_name(letter_at(end))) {
    source_.fail(end, "a number runs into a word", "numbers have no units: write 10000 or 1e4, and 0.02 for 2 percent");
  }
  while (!digits.empty() && digits.back() == '0') digits.pop_back(), --decimals;
  if (digits.empty()) decimals = 0;
  if (decimals > static_cast<std::ptrdiff_t>(kMaxDecimals)) {
    source_.fail(begin, "this number has more than 9 decimals", "prices have at most 9; divide by a power of ten");
  }
  if (static_cast<std::ptrdiff_t>(digits.size()) - decimals > static_cast<std::ptrdiff_t>(kMaxWholeDigits)) {
    source_.fail(begin, "this number has more than 18 digits before the point", "use a smaller one");
  }
  Int128 value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  const std::ptrdiff_t scale = decimals > 0 ? static_cast<std::ptrdiff_t>(kMaxDecimals) : 0;
  for (; decimals < scale; ++decimals) value *= 10;
  token_.value = {value, scale == 0 ? 1 : kNanosPerUnit};
  return end;
}

std::size_t ConditionLexer::read_quoted(std::size_t begin) {
  token_.kind = TokenKind::quoted;
  const std::size_t closing = source_.text.find(source_.text[begin], begin + 1);
  if (closing == std::string_view::npos) {
    source_.fail(begin, "this text has no closing quote", std::string("end it with ") + source_.text[begin]);
  }
  return closing + 1;
}

std::size_t ConditionLexer::read_sign(std::size_t begin) {
  token_.kind = TokenKind::sign;
  const std::string_view rest = source_.text.substr(begin);
  for (const std::string_view sign : kSigns) {
    if (rest.starts_with(sign) && !rest.starts_with("<>")) return begin + sign.size();
  }
  for (const Habit& habit : kOtherLanguages) {
    if (rest.starts_with(habit.sign)) {
      source_.fail(begin, "'" + std::string(habit.sign) + "' is no sign of this language",
                   "write " + std::string(habit.instead));
    }
  }
  source_.fail(begin, config::in_quotes(rest.substr(0, 1)) + " is no sign of this language",
               "signs are + - * / < <= > >= == != ( ) [ ] . ,");
}

}  // namespace tickplant::analytics
