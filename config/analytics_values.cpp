#include "config/analytics_values.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "config/quoting.hpp"
#include "config/text_kinds.hpp"
#include "platform/int128.hpp"

namespace tickplant::config {

namespace {

using platform::Int128;

constexpr std::size_t kMaxNameLength = 31;
constexpr std::size_t kMaxGlobLength = 63;
constexpr std::size_t kMaxParameters = 8;
constexpr int kDecimals = 9;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number_start(char c) { return is_digit(c) || c == '-' || c == '.'; }

bool is_name(std::string_view text, std::string_view others) {
  return !text.empty() && text.size() <= kMaxNameLength && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || is_digit(c) || others.find(c) != others.npos; });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == text.npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view take_digits(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

enum class Outcome : std::uint8_t { ok, no_number, too_many_decimals, out_of_range };

/// Nine decimals of `digits` x 10^exponent, exactly.
Outcome scaled(std::string_view digits, int exponent, Int128& nano) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  nano = 0;
  if (digits.empty()) return Outcome::ok;
  for (exponent += kDecimals; exponent < 0; ++exponent) {
    if (digits.empty() || digits.back() != '0') return Outcome::too_many_decimals;
    digits.remove_suffix(1);
  }
  constexpr std::size_t kMostDigits = 19;  // of INT64_MAX
  if (digits.size() + static_cast<std::size_t>(exponent) > kMostDigits) return Outcome::out_of_range;
  for (const char c : digits) nano = nano * 10 + (c - '0');
  for (; exponent > 0; --exponent) nano *= 10;
  return Outcome::ok;
}

/// -12.50e3: sign, digits with at most one point among them, exponent.
Outcome parse_decimal(std::string_view text, Decimal& value) {
  constexpr std::size_t kLongest = 64;
  if (text.size() > kLongest) return Outcome::no_number;
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  std::string digits(take_digits(text));
  int exponent = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::string_view decimals = take_digits(text);
    if (decimals.empty()) return Outcome::no_number;
    digits += decimals;
    exponent = -static_cast<int>(decimals.size());
  }
  if (digits.empty()) return Outcome::no_number;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') && text.size() > 1 && is_digit(text[1])) text.remove_prefix(1);
    int written = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), written);
    constexpr int kMostExponent = 99;
    if (end != text.data() + text.size() || error == std::errc::invalid_argument) return Outcome::no_number;
    if (error != std::errc{} || written < -kMostExponent || written > kMostExponent) return Outcome::out_of_range;
    exponent += written;
  } else if (!text.empty()) {
    return Outcome::no_number;
  }
  Int128 nano = 0;
  const Outcome outcome = scaled(digits, exponent, nano);
  if (outcome != Outcome::ok) return outcome;
  if (nano > INT64_MAX) return Outcome::out_of_range;
  value.nano = static_cast<std::int64_t>(is_negative ? -nano : nano);
  return Outcome::ok;
}

/// "12, 26, 9": what is wrong with it, continuing "is 'macd(12, 26, 9)', ".
std::optional<std::string> parse_parameters(std::string_view text, std::vector<Decimal>& parameters) {
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view parameter = trimmed(text.substr(0, comma));
    if (parameter.empty()) return "with a parameter left out";
    Decimal value;
    if (parse_decimal(parameter, value) != Outcome::ok) {
      return "whose parameter " + in_quotes(parameter) + " is no number of at most nine decimals";
    }
    if (parameters.size() == kMaxParameters) return "with more than " + std::to_string(kMaxParameters) + " parameters";
    parameters.push_back(value);
    if (comma == text.size()) return std::nullopt;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

Refusal DecimalNumber::parse(std::string_view text, Decimal& value) const {
  Decimal parsed;
  const std::string is = "is " + in_quotes(text) + ", ";
  switch (parse_decimal(text, parsed)) {
    case Outcome::ok: break;
    case Outcome::no_number: return ValueError{is + "not a number", "write " + expected() + ", for example 2.5"};
    case Outcome::too_many_decimals:
      return ValueError{is + "with more than nine decimals", "round it: numbers are kept exactly, in units of 1e-9"};
    case Outcome::out_of_range: return ValueError{is + "out of range", "set it to " + expected()};
  }
  if (parsed < min || parsed > max) return ValueError{is + "out of range", "set it to " + expected()};
  value = parsed;
  return std::nullopt;
}

std::string DecimalNumber::text(Decimal value) const {
  const bool is_negative = value.nano < 0;
  const std::uint64_t nano =
      is_negative ? std::uint64_t{0} - static_cast<std::uint64_t>(value.nano) : static_cast<std::uint64_t>(value.nano);
  std::string text = (is_negative ? "-" : "") + std::to_string(nano / kDecimalScale);
  if (nano % kDecimalScale == 0) return text;
  std::string decimals = std::to_string(nano % kDecimalScale);
  decimals.insert(0, static_cast<std::size_t>(kDecimals) - decimals.size(), '0');
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return text + '.' + decimals;
}

std::string DecimalNumber::expected() const {
  if (min.nano == INT64_MIN && max.nano == INT64_MAX) return "a number";
  return "a number from " + text(min) + " to " + text(max);
}

Refusal Call::parse(std::string_view text, FunctionCall& call) const {
  const std::string_view body = trimmed(text);
  const std::string is = "is " + in_quotes(text) + ", ";
  const std::string remedy = "write " + expected();
  FunctionCall parsed;
  if (!body.empty() && is_number_start(body.front())) {
    if (!takes_numbers) {
      return ValueError{is + "a number, not a function",
                        remedy + "; a call with commas needs quotes: \"macd(12, 26, 9)\""};
    }
    if (Refusal refusal = DecimalNumber{}.parse(body, parsed.parameters.emplace_back())) return refusal;
    call = std::move(parsed);
    return std::nullopt;
  }
  const std::size_t open = std::min(body.find('('), body.size());
  const std::string_view name = trimmed(body.substr(0, open));
  if (!is_entry_name(name)) {
    return ValueError{is + "not a function: its name is " + std::string(kEntryNameForm).substr(7), remedy};
  }
  parsed.name = name;
  if (open != body.size()) {
    if (body.back() != ')') {
      return ValueError{is + "a call without its closing )", "put a call with commas in quotes: \"macd(12, 26, 9)\""};
    }
    const std::string_view parameters = body.substr(open + 1, body.size() - open - 2);
    if (const auto problem = parse_parameters(parameters, parsed.parameters)) {
      return ValueError{is + "a call " + *problem, remedy};
    }
  }
  call = std::move(parsed);
  return std::nullopt;
}

std::string Call::text(const FunctionCall& call) const {
  if (call.is_number()) return DecimalNumber{}.text(call.parameters.at(0));
  std::string text;
  for (const Decimal parameter : call.parameters) text += (text.empty() ? "" : ", ") + DecimalNumber{}.text(parameter);
  return text.empty() ? call.name : call.name + '(' + text + ')';
}

std::string Call::expected() const {
  return takes_numbers ? "a function such as sma(20) or price, or a number" : "a function such as sma(20) or vwap";
}

bool is_identifier(std::string_view text) { return is_name(text, "_"); }
bool is_signal_name(std::string_view text) { return is_name(text, "_-.@"); }

bool is_symbol_glob(std::string_view text) {
  return !text.empty() && text.size() <= kMaxGlobLength && std::count(text.begin(), text.end(), '@') <= 1 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_calendar_name(std::string_view text) {
  return text == "us_equity" || text == "always" || (text.ends_with(".csv") && is_path(text));
}

}  // namespace tickplant::config
