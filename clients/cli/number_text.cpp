#include "clients/cli/number_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tickplant::cli {
namespace {

/// Not more than 19 decimals.
std::string decimal(std::uint64_t magnitude, bool negative, int decimals, int least_decimals) {
  std::array<char, 48> text;
  std::uint64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  const int length = std::snprintf(text.data(), text.size(), "%s%llu.%0*llu", negative ? "-" : "",
                                   static_cast<unsigned long long>(magnitude / unit), decimals,
                                   static_cast<unsigned long long>(magnitude % unit));
  std::string out(text.data(), static_cast<std::size_t>(length));
  if (decimals == 0) return out.substr(0, out.find('.'));
  const std::size_t least = out.find('.') + 1 + static_cast<std::size_t>(least_decimals);
  while (out.size() > least && out.back() == '0') out.pop_back();
  return out;
}

/// `value` with three significant digits, at most two decimals.
std::string three_digits(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.*f", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value);
  return text.data();
}

std::uint64_t magnitude_of(ringbuf::Price price) {
  const auto bits = static_cast<std::uint64_t>(price.value);
  return price.value < 0 ? ~bits + 1 : bits;
}

}  // namespace

std::string price_text(ringbuf::Price price) {
  if (!ringbuf::is_present(price)) return "-";
  return decimal(magnitude_of(price), price.value < 0, 9, 2);
}

std::string rounded_price_text(ringbuf::Price price, int decimals) {
  if (!ringbuf::is_present(price)) return "-";
  std::uint64_t unit = 1;
  for (int i = decimals; i < 9; ++i) unit *= 10;
  const std::uint64_t rounded = (magnitude_of(price) + unit / 2) / unit;
  return decimal(rounded, price.value < 0 && rounded > 0, decimals, decimals);
}

std::string count_text(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string count_text(std::uint64_t count, const std::string& thing) {
  return count_text(count) + ' ' + thing + (count == 1 ? "" : "s");
}

std::string time_of_day_text(std::int64_t nanos) {
  const bool negative = nanos < 0;
  const std::uint64_t all = negative ? 0 - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
  const std::uint64_t seconds = all / 1'000'000'000;
  std::array<char, 48> text;
  std::snprintf(text.data(), text.size(), "%s%02llu:%02llu:%02llu.%09llu", negative ? "-" : "",
                static_cast<unsigned long long>(seconds / 3600), static_cast<unsigned long long>(seconds / 60 % 60),
                static_cast<unsigned long long>(seconds % 60), static_cast<unsigned long long>(all % 1'000'000'000));
  return text.data();
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) value /= 1024, ++unit;
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text.data();
}

std::string size_text(ringbuf::Size size, int scale) {
  if (scale >= 0)
    return count_text(size.value) + std::string(size.value == 0 ? 0 : static_cast<std::size_t>(scale), '0');
  const int decimals = std::min(-scale, 18);
  std::string text = decimal(size.value, false, decimals, 0);
  return text.back() == '.' ? text.substr(0, text.size() - 1) : text;
}

std::string short_count_text(std::uint64_t count) {
  if (count < 1000) return std::to_string(count);
  static constexpr std::array<char, 4> kUnits{'k', 'M', 'G', 'T'};
  double value = static_cast<double>(count) / 1000;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) value /= 1000, ++unit;
  return three_digits(value) + kUnits[unit];
}

std::string duration_text(std::int64_t nanos) {
  if (nanos < 0) return '-' + duration_text(nanos == INT64_MIN ? INT64_MAX : -nanos);
  struct Unit {
    double nanos;
    const char* name;
  };
  static constexpr std::array<Unit, 4> kShort{{{1, " ns"}, {1e3, " us"}, {1e6, " ms"}, {1e9, " s"}}};
  const auto value = static_cast<double>(nanos);
  for (const Unit& unit : kShort) {
    const double count = value / unit.nanos;
    if (count >= (unit.nanos < 1e9 ? 999.5 : 119.5)) continue;
    return (unit.nanos == 1 ? std::to_string(nanos) : three_digits(count)) + unit.name;
  }
  const std::int64_t minutes = nanos / 60'000'000'000;
  if (minutes < 60) return std::to_string(minutes) + " min";
  if (minutes < 1440) return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
  return std::to_string(minutes / 1440) + " d " + std::to_string(minutes / 60 % 24) + " h";
}

std::string percent_text(std::int64_t basis_points) {
  const bool negative = basis_points < 0;
  const auto magnitude =
      negative ? ~static_cast<std::uint64_t>(basis_points) + 1 : static_cast<std::uint64_t>(basis_points);
  const std::string text = decimal(magnitude, false, 2, 2);
  return basis_points == 0 ? text : (negative ? '-' : '+') + text;
}

}  // namespace tickplant::cli
