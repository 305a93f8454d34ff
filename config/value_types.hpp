// The kinds of value a key can have: how each is written in YAML and the environment, which values are allowed, and
// what to say when one is not.
//
// A kind is a small struct with `parse(text, value)` (nothing: parsed; else what is wrong and `value` untouched),
// `text(value)` (parse(text(x)) == x) and `expected()` (which values are allowed, for people). Integers of any width
// fit Count. A new kind is a struct here and is used in schema.cpp.
//
// Threads: any; values without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/plant_config.hpp"

namespace tickplant::config {

/// `problem` continues the key's path: "is 1000, not a power of two".
struct ValueError {
  std::string problem;
  std::string remedy;
};
using Refusal = std::optional<ValueError>;

/// A whole number, written in digits.
struct Count {
  std::uint64_t min = 0, max = UINT64_MAX;
  bool power_of_two = false;

  [[nodiscard]] Refusal parse(std::string_view text, std::uint64_t& value) const;
  [[nodiscard]] Refusal parse(std::string_view text, std::uint16_t& value) const;  // max <= 65535
  [[nodiscard]] Refusal parse(std::string_view text, std::uint32_t& value) const;  // max < 2^32
  [[nodiscard]] std::string text(std::uint64_t value) const { return std::to_string(value); }
  [[nodiscard]] std::string expected() const;
};

/// Bytes, written with a unit: 512B, 64KiB, 256MiB, 2GiB.
struct ByteSize {
  std::uint64_t min_bytes = 0, max_bytes = UINT64_MAX;
  bool power_of_two = false;

  [[nodiscard]] Refusal parse(std::string_view text, std::uint64_t& bytes) const;
  [[nodiscard]] std::string text(std::uint64_t bytes) const;
  [[nodiscard]] std::string expected() const;
};

/// A length of time, written with a unit: 250ns, 100us, 10ms, 5s.
struct Duration {
  std::int64_t min_ns = 0, max_ns = INT64_MAX;
  bool has_hours = false;  // 5m and 1h, too

  [[nodiscard]] Refusal parse(std::string_view text, std::int64_t& nanos) const;
  [[nodiscard]] std::string text(std::int64_t nanos) const;
  [[nodiscard]] std::string expected() const;
};

/// How old something may become, in days, hours, minutes or seconds: 7d, 36h; none: 0, as old as it likes.
struct Age {
  std::int64_t max_ns = INT64_MAX;

  [[nodiscard]] Refusal parse(std::string_view text, std::int64_t& nanos) const;
  [[nodiscard]] std::string text(std::int64_t nanos) const;
  [[nodiscard]] std::string expected() const;
};

/// true or false, nothing else.
struct Flag {
  [[nodiscard]] Refusal parse(std::string_view text, bool& value) const;
  [[nodiscard]] std::string text(bool value) const { return value ? "true" : "false"; }
  [[nodiscard]] std::string expected() const { return "true or false"; }
};

/// Characters as written, if `accepts` likes them.
struct Text {
  std::string_view allowed;  // continues "is 'x', not ": "a folder's absolute path or auto"
  bool (*accepts)(std::string_view text);

  [[nodiscard]] Refusal parse(std::string_view text, std::string& value) const;
  [[nodiscard]] std::string text(const std::string& value) const { return value; }
  [[nodiscard]] std::string expected() const { return std::string(allowed); }
};

/// One word of a closed list: the words of enum E (`choice_words`).
[[nodiscard]] Refusal parse_choice(std::string_view text, std::span<const std::string_view> words, std::size_t& index);
[[nodiscard]] std::string any_of(std::span<const std::string_view> words);

template <class E>
struct Choice {
  [[nodiscard]] Refusal parse(std::string_view text, E& value) const {
    constexpr auto words = choice_words(E{});
    std::size_t index = 0;
    Refusal refusal = parse_choice(text, words, index);
    if (!refusal) value = static_cast<E>(index);
    return refusal;
  }
  [[nodiscard]] std::string text(E value) const {
    return std::string(choice_words(E{}).at(static_cast<std::size_t>(value)));
  }
  [[nodiscard]] std::string expected() const {
    constexpr auto words = choice_words(E{});
    return any_of(words);
  }
};

/// Permission bits in octal, 0640. Only the owner may write, nobody may execute.
struct FileMode {
  [[nodiscard]] Refusal parse(std::string_view text, std::uint32_t& mode) const;
  [[nodiscard]] std::string text(std::uint32_t mode) const;
  [[nodiscard]] std::string expected() const { return "an octal mode with 06 for the owner and no write for others"; }
};

/// 2019-12-30, or auto (no date).
struct Date {
  [[nodiscard]] Refusal parse(std::string_view text, std::optional<platform::CalendarDate>& date) const;
  [[nodiscard]] std::string text(const std::optional<platform::CalendarDate>& date) const {
    return date ? to_string(*date) : "auto";
  }
  [[nodiscard]] std::string expected() const { return "a date YYYY-MM-DD or auto"; }
};

/// 04:00-20:00.
struct Hours {
  [[nodiscard]] Refusal parse(std::string_view text, TradingHours& hours) const;
  [[nodiscard]] std::string text(const TradingHours& hours) const;
  [[nodiscard]] std::string expected() const { return "HH:MM-HH:MM with open before close, up to 24:00"; }
};

}  // namespace tickplant::config
