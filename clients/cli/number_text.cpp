#include "clients/cli/number_text.hpp"

#include <array>
#include <cstdio>

namespace tickplant::cli {
namespace {

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

}  // namespace tickplant::cli
