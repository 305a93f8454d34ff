#include "analytics/alerts/rule_lexer.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "config/quoting.hpp"

namespace tickplant::analytics {

namespace {

bool is_digit_of_rule(char letter) noexcept { return letter >= '0' && letter <= '9'; }
bool begins_word(char letter) noexcept {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}
bool is_blank(char letter) noexcept { return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r'; }

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
constexpr std::array<Unit, 7> kUnits{{{"ns", 1},
                                      {"us", 1'000},
                                      {"ms", 1'000'000},
                                      {"s", 1'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"h", 3'600'000'000'000},
                                      {"d", 86'400'000'000'000}}};

struct Instead {
  std::string_view sign, write;
};
constexpr std::array<Instead, 5> kForeignSigns{
    {{"&&", "'and'"}, {"||", "'or'"}, {"<>", "'!='"}, {"!", "'not'"}, {"=", "'=='"}}};
constexpr std::array<std::string_view, 13> kRuleSigns{"<=", ">=", "==", "!=", "<", ">", "+",
                                                      "-",  "*",  "/",  "(",  ")", ","};

}  // namespace

char RuleLexer::letter_at(std::size_t offset) const noexcept {
  return offset < source_.text.size() ? source_.text[offset] : '\0';
}

std::size_t RuleLexer::name_end(std::size_t begin) const noexcept {
  std::size_t end = begin;
  while (begins_word(letter_at(end)) || is_digit_of_rule(letter_at(end))) ++end;
  return end;
}

void RuleLexer::next() {
  std::size_t begin = token_.end();
  while (begin < source_.text.size() && is_blank(source_.text[begin])) ++begin;
  token_ = {.offset = begin};
  if (begin == source_.text.size()) return;
  const char first = source_.text[begin];
  std::size_t end;
  if (is_digit_of_rule(first) || (first == '.' && is_digit_of_rule(letter_at(begin + 1)))) {
    end = read_number(begin);
  } else if (begins_word(first)) {
    token_.kind = RuleTokenKind::name;
    end = name_end(begin);
  } else if (first == '"' || first == '\'') {
    token_.kind = RuleTokenKind::quoted;
    const std::size_t closing = source_.text.find(first, begin + 1);
    if (closing == std::string_view::npos) {
      source_.fail(begin, "this text has no closing quote", std::string("end it with ") + first);
    }
    end = closing + 1;
  } else {
    end = read_sign(begin);
  }
  token_.text = source_.text.substr(begin, end - begin);
}

/// 150.25, 1e6, 2%, 5 bps, 5m.
std::size_t RuleLexer::read_number(std::size_t begin) {
  const char* const first = source_.text.data() + begin;
  const char* const last = source_.text.data() + source_.text.size();
  const auto [stop, error] = std::from_chars(first, last, token_.value);
  if (error != std::errc{} || !std::isfinite(token_.value)) {
    source_.fail(begin, "this is no number that fits", "write 150.25 or 1e6");
  }
  std::size_t end = begin + static_cast<std::size_t>(stop - first);
  token_.kind = RuleTokenKind::number;
  if (letter_at(end) == '%') {
    token_.kind = RuleTokenKind::percent;
    token_.value /= 100;
    return end + 1;
  }
  std::size_t unit = end;
  while (is_blank(letter_at(unit))) ++unit;
  if (source_.text.substr(unit).starts_with("bps") && name_end(unit) == unit + 3) {
    token_.kind = RuleTokenKind::percent;
    token_.value /= 10'000;
    return unit + 3;
  }
  if (!begins_word(letter_at(end))) return end;
  const std::size_t word_end = name_end(end);
  const std::string_view word = source_.text.substr(end, word_end - end);
  for (const Unit& each : kUnits) {
    if (word != each.name) continue;
    const double nanos = token_.value * static_cast<double>(each.nanos);
    if (nanos > 9e18) source_.fail(begin, "this length of time is too long", "write less than 7d");
    token_.kind = RuleTokenKind::duration;
    token_.nanos = std::llround(nanos);
    token_.value = static_cast<double>(token_.nanos);
    return word_end;
  }
  source_.fail(end, config::in_quotes(word) + " is no unit", "units are % and bps, and ns us ms s m h d for time");
}

std::size_t RuleLexer::read_sign(std::size_t begin) {
  token_.kind = RuleTokenKind::sign;
  const std::string_view rest = source_.text.substr(begin);
  for (const std::string_view sign : kRuleSigns) {
    if (rest.starts_with(sign) && !rest.starts_with("<>")) return begin + sign.size();
  }
  for (const Instead& each : kForeignSigns) {
    if (!rest.starts_with(each.sign)) continue;
    source_.fail(begin, "'" + std::string(each.sign) + "' is no sign of this language",
                 "write " + std::string(each.write));
  }
  source_.fail(begin, config::in_quotes(rest.substr(0, 1)) + " is no sign of this language",
               "signs are + - * / < <= > >= == != ( ) ,");
}

}  // namespace tickplant::analytics
