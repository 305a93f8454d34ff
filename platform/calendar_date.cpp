#include "platform/calendar_date.hpp"

#include <array>
#include <cstdio>

namespace tickplant::platform {

std::string to_string(CalendarDate date) {
  std::array<char, 16> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", date.year, date.month, date.day);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<CalendarDate> parse_date(std::string_view text) noexcept {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() != kForm.size()) return std::nullopt;
  std::int32_t number = 0;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == '-') {
      if (text[i] != '-') return std::nullopt;
    } else {
      if (text[i] < '0' || text[i] > '9') return std::nullopt;
      number = number * 10 + (text[i] - '0');
    }
  }
  return from_yyyymmdd(number);
}

}  // namespace tickplant::platform
