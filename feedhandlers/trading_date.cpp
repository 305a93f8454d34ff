#include "feedhandlers/trading_date.hpp"

#include <cstddef>

namespace tickplant::feedhandlers {
namespace {

using platform::CalendarDate;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// `digits` holds nothing else, at most 8.
int number(std::string_view digits) noexcept {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

std::optional<CalendarDate> plausible(int year, int month, int day) noexcept {
  return year >= 1990 && year <= 2099 ? platform::make_date(year, month, day) : std::nullopt;
}

/// From the start of `text` to the first character that is no digit.
std::string_view leading_digits(std::string_view text) noexcept {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return text.substr(0, count);
}

std::optional<CalendarDate> year_month_day(std::string_view digits) noexcept {
  // Alone, or followed by hhmm, hhmmss, and milli-, micro- or nanoseconds.
  switch (digits.size()) {
    case 8:
    case 12:
    case 14:
    case 17:
    case 20:
    case 23: return plausible(number(digits.substr(0, 4)), number(digits.substr(4, 2)), number(digits.substr(6, 2)));
    default: return std::nullopt;
  }
}

std::optional<CalendarDate> month_day_year(std::string_view digits) noexcept {
  if (digits.size() != 8) return std::nullopt;
  return plausible(number(digits.substr(4, 4)), number(digits.substr(0, 2)), number(digits.substr(2, 2)));
}

/// `text` starts with a run of digits: is it the year of YYYY-MM-DD?
std::optional<CalendarDate> iso(std::string_view text) noexcept {
  if (leading_digits(text).size() != 4 || text.size() < 10) return std::nullopt;
  const char separator = text[4];
  if ((separator != '-' && separator != '_' && separator != '.') || text[7] != separator) return std::nullopt;
  const auto month = leading_digits(text.substr(5));
  const auto day = leading_digits(text.substr(8));
  if (month.size() != 2 || day.size() != 2) return std::nullopt;
  return plausible(number(text.substr(0, 4)), number(month), number(day));
}

/// The first run of digits in `name` of which `rule`, given the text from there on, makes a date.
template <typename Rule>
std::optional<CalendarDate> first_run(std::string_view name, Rule&& rule) noexcept {
  for (std::size_t at = 0; at < name.size(); ++at) {
    const auto digits = leading_digits(name.substr(at));
    if (digits.empty()) continue;
    if (const auto date = rule(name.substr(at), digits)) return date;
    at += digits.size();
  }
  return std::nullopt;
}

std::optional<CalendarDate> nasdaq_sample(std::string_view name) noexcept {
  if (name.empty() || name[0] != 'S') return std::nullopt;
  const auto digits = leading_digits(name.substr(1));
  if (digits.size() != 6) return std::nullopt;
  const int year = number(digits.substr(4, 2));
  return plausible(year >= 90 ? 1900 + year : 2000 + year, number(digits.substr(0, 2)), number(digits.substr(2, 2)));
}

}  // namespace

std::optional<TradingDateGuess> guess_trading_date(std::string_view file_name) noexcept {
  const auto slash = file_name.rfind('/');
  const auto name = slash == std::string_view::npos ? file_name : file_name.substr(slash + 1);
  using Text = std::string_view;
  if (const auto date = first_run(name, [](Text, Text digits) { return year_month_day(digits); }))
    return TradingDateGuess{*date, DateRule::year_month_day};
  if (const auto date = first_run(name, [](Text text, Text) { return iso(text); }))
    return TradingDateGuess{*date, DateRule::iso};
  if (const auto date = first_run(name, [](Text, Text digits) { return month_day_year(digits); }))
    return TradingDateGuess{*date, DateRule::month_day_year};
  if (const auto date = nasdaq_sample(name)) return TradingDateGuess{*date, DateRule::nasdaq_sample};
  return std::nullopt;
}

const char* describe(DateRule rule) noexcept {
  switch (rule) {
    case DateRule::year_month_day: return "YYYYMMDD in the file name";
    case DateRule::iso: return "YYYY-MM-DD in the file name";
    case DateRule::month_day_year: return "MMDDYYYY in the file name";
    case DateRule::nasdaq_sample: return "SMMDDYY at the start of the file name";
  }
  return "";
}

}  // namespace tickplant::feedhandlers
