// Words at the places of their values: "" where there is none.
//
// Threads: any; pure functions.
// Not here: the words (words.cpp, derived_words.cpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace tickplant::cli {

/// "unknown" for a value without a word.
template <class Enum, std::size_t N>
[[nodiscard]] std::string_view word_at(Enum value, const std::array<std::string_view, N>& words) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N && !words[index].empty() ? words[index] : std::string_view("unknown");
}

/// The words at the places of the bits that are set.
template <class Enum, std::size_t N>
[[nodiscard]] std::vector<std::string_view> words_at(Enum bits, const std::array<std::string_view, N>& words) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < N; ++i) {
    if ((static_cast<std::uint32_t>(bits) >> i & 1u) != 0) out.push_back(words[i]);
  }
  return out;
}

/// All values from 1 on.
template <class Enum, std::size_t N>
[[nodiscard]] std::vector<Enum> values_of(const std::array<std::string_view, N>&) {
  std::vector<Enum> values;
  for (std::size_t i = 1; i < N; ++i) values.push_back(static_cast<Enum>(i));
  return values;
}

/// The value from 1 on that has this word.
template <class Enum, std::size_t N>
[[nodiscard]] std::optional<Enum> value_of(std::string_view word, const std::array<std::string_view, N>& words) {
  const auto found = std::find(words.begin() + 1, words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

}  // namespace tickplant::cli
