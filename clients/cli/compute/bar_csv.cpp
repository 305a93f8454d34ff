#include "clients/cli/compute/bar_csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "clients/cli/compute/csv_lines.hpp"
#include "clients/cli/compute/decimal_text.hpp"
#include "platform/calendar_date.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::cli {

namespace {

constexpr std::int64_t kNano = 1'000'000'000;

std::optional<int> two_digits(std::string_view text) noexcept {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.size() != 2 || error != std::errc{} || end != text.data() + 2 || value < 0) return std::nullopt;
  return value;
}

/// "13:30:00", "13:30:00.25": since midnight.
std::optional<std::int64_t> parse_time_of_day(std::string_view text) noexcept {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hours = two_digits(text.substr(0, 2)), minutes = two_digits(text.substr(3, 2)),
             seconds = two_digits(text.substr(6, 2));
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 60) return std::nullopt;
  std::int64_t nanos = ((*hours * 60LL + *minutes) * 60 + *seconds) * kNano;
  if (text.size() == 8) return nanos;
  const auto fraction = text[8] == '.' ? parse_exact_decimal(text.substr(8)) : std::nullopt;
  if (!fraction) return std::nullopt;
  return nanos + fraction->nano;
}

}  // namespace

std::optional<std::int64_t> parse_bar_time(std::string_view text) noexcept {
  std::int64_t nanos = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nanos);
  if (error == std::errc{} && end == text.data() + text.size()) return nanos;
  if (text.size() < 10) return std::nullopt;
  const auto date = platform::parse_date(text.substr(0, 10));
  if (!date || date->year < 1678 || date->year > 2261) return std::nullopt;  // what nanoseconds can say
  const std::int64_t midnight = platform::days_since_epoch(*date) * std::int64_t{86'400} * kNano;
  text.remove_prefix(10);
  if (text.empty()) return midnight;
  if (text.front() != 'T' && text.front() != ' ') return std::nullopt;
  text.remove_prefix(1);
  if (!text.empty() && text.back() == 'Z') text.remove_suffix(1);
  const auto time = parse_time_of_day(text);
  if (!time) return std::nullopt;
  return midnight + *time;
}

BarCsv::BarCsv(const std::string& path, std::int64_t window_ns) {
  CsvLines lines(path);
  std::string_view header;
  if (!lines.next(header) || header != kHeader) {
    lines.refuse("the header is '" + std::string(header) + "'", "write " + std::string(kHeader));
  }
  std::array<std::string_view, 7> fields;
  int decimals = 0;
  bool has_times = true;
  while (lines.next(fields, kHeader)) {
    Row& row = rows_.emplace_back();
    row.index = fields[0];
    row.time = fields[1];
    const auto time = parse_bar_time(fields[1]);
    has_times &= time.has_value();
    row.bar.start = {time.value_or(0)};
    constexpr std::array<std::int64_t analytics::Bar::*, 4> kPrices{&analytics::Bar::open, &analytics::Bar::high,
                                                                    &analytics::Bar::low, &analytics::Bar::close};
    constexpr std::array<std::string_view, 4> kNames{"open", "high", "low", "close"};
    for (std::size_t i = 0; i < kPrices.size(); ++i) {
      const auto price = parse_exact_decimal(fields[2 + i]);
      if (!price) {
        lines.refuse(std::string(kNames[i]) + " is '" + std::string(fields[2 + i]) + "', not a price",
                     "write a decimal number below 9.2e9 with at most nine decimals");
      }
      row.bar.*kPrices[i] = price->nano;
      decimals = std::max(decimals, price->decimals);
    }
    // Of a volume only the zeros behind the point are let pass.
    const std::string_view volume = fields[6].substr(0, fields[6].find('.'));
    if (fields[6].substr(volume.size()).find_first_not_of(".0") != std::string_view::npos) {
      lines.refuse("volume is '" + std::string(fields[6]) + "', not a whole number", "count in a smaller unit");
    }
    row.bar.volume = lines.integer<std::uint64_t>(volume, "volume", "count in a smaller unit, or in lots");
  }
  std::int64_t unit = kNano;  // the coarsest that all prices are multiples of
  for (int i = 0; i < decimals; ++i) unit /= 10;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    analytics::Bar& bar = rows_[i].bar;
    for (std::int64_t* price : {&bar.open, &bar.high, &bar.low, &bar.close}) *price /= unit;
    bar.price_unit = unit;
    bar.notional = platform::Int128{bar.close} * bar.volume;  // a file does not say what was paid within the bar
    if (!has_times) bar.start = {static_cast<std::int64_t>(i) * window_ns};
    bar.end = bar.start + window_ns;
  }
}

}  // namespace tickplant::cli
