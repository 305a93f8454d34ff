#include "config/value_types.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <vector>

#include "config/nearest.hpp"
#include "config/quoting.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::config {

namespace {

struct Unit {
  std::string_view word;
  std::uint64_t size;
};
constexpr std::array<Unit, 4> kByteUnits{{{"GiB", 1u << 30}, {"MiB", 1u << 20}, {"KiB", 1u << 10}, {"B", 1}}};
constexpr std::array<Unit, 6> kLongTimeUnits{{{"h", 3'600'000'000'000},
                                              {"m", 60'000'000'000},
                                              {"s", 1'000'000'000},
                                              {"ms", 1'000'000},
                                              {"us", 1'000},
                                              {"ns", 1}}};
constexpr std::span<const Unit> kTimeUnits = std::span(kLongTimeUnits).subspan(2);

constexpr std::array<Unit, 4> kAgeUnits{
    {{"d", 86'400'000'000'000}, {"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}}};

constexpr std::span<const Unit> units_of(const Duration& duration) {
  return duration.has_hours ? std::span<const Unit>(kLongTimeUnits) : kTimeUnits;
}

/// Digits and nothing else. nullopt: not a number; UINT64_MAX stands for everything too large.
std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc::result_out_of_range ? UINT64_MAX : value;
}

/// The largest unit that divides the value: 1 MiB, not 1024 KiB.
std::string with_unit(std::uint64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value % unit.size == 0 && (value != 0 || unit.size == 1)) {
      return std::to_string(value / unit.size) + std::string(unit.word);
    }
  }
  return {};  // not reached: every list ends with size 1
}

struct Measured {
  std::optional<std::uint64_t> value;  // nullopt: `error` says why
  ValueError error;
};

Measured measure(std::string_view text, std::span<const Unit> units, std::string_view what, std::string_view example) {
  const std::size_t number_end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = digits(text.substr(0, number_end));
  const std::string_view unit_word = text.substr(number_end);
  std::string words;
  for (const Unit& unit : units) {
    if (number && unit.word == unit_word) {
      const bool fits = *number <= UINT64_MAX / unit.size;
      return {fits ? *number * unit.size : UINT64_MAX, {}};
    }
    words = std::string(unit.word) + (words.empty() ? "" : ", " + words);
  }
  const std::string is = "is " + in_quotes(text) + ", ";
  const std::string remedy = "write a whole number and one of " + words + ", for example " + std::string(example);
  if (number && unit_word.empty()) return {std::nullopt, {is + "without a unit", remedy}};
  if (number) return {std::nullopt, {is + "with an unknown unit", remedy}};
  return {std::nullopt, {is + "not " + std::string(what), remedy}};
}

Refusal outside(std::string_view found, const std::string& expected) {
  constexpr std::size_t kMaxShown = 24;
  return ValueError{"is " + std::string(found.substr(0, kMaxShown)) + ", out of range", "set it to " + expected};
}

std::optional<int> two_digits(std::string_view text) {
  if (text.size() != 2) return std::nullopt;
  const auto value = digits(text);
  return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

std::optional<std::chrono::minutes> clock_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = two_digits(text.substr(0, 2));
  const auto minutes = two_digits(text.substr(3));
  if (!hours || !minutes || *minutes > 59 || *hours * 60 + *minutes > 24 * 60) return std::nullopt;
  return std::chrono::minutes{*hours * 60 + *minutes};
}

std::string in_two_digits(std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

std::string clock_text(std::chrono::minutes time) {
  return in_two_digits(time.count() / 60) + ':' + in_two_digits(time.count() % 60);
}

}  // namespace

Refusal Count::parse(std::string_view text, std::uint64_t& value) const {
  const auto number = digits(text);
  if (!number) {
    return ValueError{"is " + in_quotes(text) + ", not a whole number", "write " + expected() + ", in digits only"};
  }
  if (*number < min || *number > max) return outside(text, expected());
  if (power_of_two && !std::has_single_bit(*number)) {
    const std::uint64_t below = std::bit_floor(*number);
    return ValueError{"is " + std::to_string(*number) + ", not a power of two",
                      "use " + std::to_string(below) + " or " + std::to_string(below * 2)};
  }
  value = *number;
  return std::nullopt;
}

Refusal Count::parse(std::string_view text, std::uint16_t& value) const {
  std::uint64_t wide = 0;
  Refusal refusal = parse(text, wide);
  if (!refusal) value = static_cast<std::uint16_t>(wide);
  return refusal;
}

Refusal Count::parse(std::string_view text, std::uint32_t& value) const {
  std::uint64_t wide = 0;
  Refusal refusal = parse(text, wide);
  if (!refusal) value = static_cast<std::uint32_t>(wide);
  return refusal;
}

std::string Count::expected() const {
  return std::string(power_of_two ? "a power of two" : "a whole number") + " from " + std::to_string(min) + " to " +
         std::to_string(max);
}

Refusal ByteSize::parse(std::string_view text, std::uint64_t& bytes) const {
  const Measured measured = measure(text, kByteUnits, "a size", this->text(std::max<std::uint64_t>(min_bytes, 1024)));
  if (!measured.value) return measured.error;
  if (*measured.value < min_bytes || *measured.value > max_bytes) return outside(text, expected());
  if (power_of_two && !std::has_single_bit(*measured.value)) {
    const std::uint64_t below = std::bit_floor(*measured.value);
    return ValueError{"is " + std::string(text) + ", not a power of two",
                      "use " + this->text(below) + " or " + this->text(below * 2)};
  }
  bytes = *measured.value;
  return std::nullopt;
}

std::string ByteSize::text(std::uint64_t bytes) const { return with_unit(bytes, kByteUnits); }

std::string ByteSize::expected() const {
  return std::string(power_of_two ? "a power of two" : "a size") + " from " + text(min_bytes) + " to " +
         text(max_bytes);
}

Refusal Duration::parse(std::string_view text, std::int64_t& nanos) const {
  const std::int64_t example = min_ns > 0 ? min_ns : std::min(platform::kNanosPerSecond, max_ns);
  const Measured measured = measure(text, units_of(*this), "a length of time", this->text(example));
  if (!measured.value) return measured.error;
  if (*measured.value > INT64_MAX || static_cast<std::int64_t>(*measured.value) < min_ns ||
      static_cast<std::int64_t>(*measured.value) > max_ns) {
    return outside(text, expected());
  }
  nanos = static_cast<std::int64_t>(*measured.value);
  return std::nullopt;
}

std::string Duration::text(std::int64_t nanos) const {
  return with_unit(static_cast<std::uint64_t>(nanos), units_of(*this));
}

std::string Duration::expected() const { return "a length of time from " + text(min_ns) + " to " + text(max_ns); }

Refusal Age::parse(std::string_view text, std::int64_t& nanos) const {
  if (text == "none") {
    nanos = 0;
    return std::nullopt;
  }
  const Measured measured = measure(text, kAgeUnits, "an age or none", "7d");
  if (!measured.value) return measured.error;
  if (*measured.value == 0 || *measured.value > static_cast<std::uint64_t>(max_ns)) return outside(text, expected());
  nanos = static_cast<std::int64_t>(*measured.value);
  return std::nullopt;
}

std::string Age::text(std::int64_t nanos) const {
  return nanos == 0 ? "none" : with_unit(static_cast<std::uint64_t>(nanos), kAgeUnits);
}

std::string Age::expected() const { return "an age from 1s to " + text(max_ns) + ", or none"; }

Refusal Flag::parse(std::string_view text, bool& value) const {
  if (text != "true" && text != "false") {
    return ValueError{"is " + in_quotes(text) + ", not true or false", "write true or false"};
  }
  value = text == "true";
  return std::nullopt;
}

Refusal Text::parse(std::string_view text, std::string& value) const {
  if (!accepts(text)) {
    return ValueError{"is " + in_quotes(text) + ", not " + std::string(allowed), "write " + std::string(allowed)};
  }
  value = text;
  return std::nullopt;
}

Refusal parse_choice(std::string_view text, std::span<const std::string_view> words, std::size_t& index) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) {
      index = i;
      return std::nullopt;
    }
  }
  const std::string near = nearest(text, std::vector<std::string>(words.begin(), words.end()));
  return ValueError{"is " + in_quotes(text) + ", not " + any_of(words),
                    near.empty() ? "write " + any_of(words) : "did you mean '" + near + "'?"};
}

std::string any_of(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

Refusal FileMode::parse(std::string_view text, std::uint32_t& mode) const {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (error != std::errc{} || end != text.data() + text.size() || text.size() < 3 || text.size() > 4 || value > 0777) {
    return ValueError{"is " + in_quotes(text) + ", not an octal file mode", "write 0640: owner writes, group reads"};
  }
  if ((value & 0700u) != 0600u || (value & 0133u) != 0) {
    return ValueError{
        "is " + std::string(text) + ", which lets others write, lets somebody execute or locks the owner out",
        "write 0640, or 0600, 0644, 0604: only the owner may write"};
  }
  mode = value;
  return std::nullopt;
}

std::string FileMode::text(std::uint32_t mode) const {
  std::string text = "0";
  for (const unsigned shift : {6u, 3u, 0u}) text += static_cast<char>('0' + (mode >> shift & 7u));
  return text;
}

Refusal Date::parse(std::string_view text, std::optional<platform::CalendarDate>& date) const {
  const auto parsed = platform::parse_date(text);
  if (!parsed && text != "auto") {
    return ValueError{"is " + in_quotes(text) + ", not a date", "write " + expected() + ", for example 2019-12-30"};
  }
  date = parsed;
  return std::nullopt;
}

Refusal Hours::parse(std::string_view text, TradingHours& hours) const {
  const auto open = clock_time(text.substr(0, 5));
  const auto close = text.size() == 11 && text[5] == '-' ? clock_time(text.substr(6)) : std::nullopt;
  if (!open || !close || *open >= *close) {
    return ValueError{"is " + in_quotes(text) + ", not trading hours",
                      "write " + expected() + ", for example 04:00-20:00"};
  }
  hours = {*open, *close};
  return std::nullopt;
}

std::string Hours::text(const TradingHours& hours) const {
  return clock_text(hours.open) + '-' + clock_text(hours.close);
}

}  // namespace tickplant::config
