#include "clients/cli/journal/export_bound.hpp"

#include <charconv>
#include <string>

#include "clients/cli/failure.hpp"
#include "clients/cli/terminal.hpp"
#include "platform/calendar_date.hpp"

namespace tickplant::cli {
namespace {

/// Digits at the front of `text`, which it loses; nothing where there are none.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  int value = 0;
  if (text.size() < count) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, value);
  if (error != std::errc{} || end != text.data() + count || text.front() == '-') return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// ":SS" and ".fraction", both optional.
std::optional<std::int64_t> take_seconds(std::string_view& text) {
  if (!take_char(text, ":")) return 0;
  const auto seconds = take_digits(text, 2);
  if (!seconds || *seconds > 60) return std::nullopt;
  std::int64_t nanos = *seconds * platform::kNanosPerSecond;
  if (!take_char(text, ".")) return nanos;
  std::int64_t unit = platform::kNanosPerSecond;
  for (auto digit = take_digits(text, 1); digit; digit = take_digits(text, 1)) nanos += *digit * (unit /= 10);
  return nanos;
}

std::optional<platform::UnixNanos> parse_time(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take_char(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take_char(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  const auto date = platform::make_date(*year, *month, day.value_or(0));
  if (!date) return std::nullopt;
  std::int64_t nanos = days_since_epoch(*date) * platform::kNanosPerDay;
  if (take_char(text, "T ")) {
    const auto hours = take_digits(text, 2);
    if (!hours || *hours > 24 || !take_char(text, ":")) return std::nullopt;
    const auto minutes = take_digits(text, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    const auto seconds = take_seconds(text);
    if (!seconds) return std::nullopt;
    nanos += (std::int64_t{*hours} * 60 + *minutes) * 60 * platform::kNanosPerSecond + *seconds;
  }
  (void)take_char(text, "Z");
  if (!text.empty()) return std::nullopt;
  return platform::UnixNanos{nanos};
}

}  // namespace

ExportBound parse_bound(std::string_view option, std::string_view text) {
  if (text.empty()) return {};
  ExportBound out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.sequence);
  if (error == std::errc{} && end == text.data() + text.size() && out.sequence != 0) return out;
  out.sequence = 0;
  out.time = parse_time(text);
  if (out.time) return out;
  throw Failure(ExitCode::usage,
                std::string(option) + " '" + printable(std::string(text)) + "' is neither a sequence nor a time",
                "a sequence from 1, or a time in UTC: 2026-11-22T09:30:00");
}

}  // namespace tickplant::cli
