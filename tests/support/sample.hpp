// Values whose every byte follows from their number, so that a mixture of two is recognised.
//
// Threads: plain values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tickplant::tests {

/// The first word is the number, as in a ring's slot; word i is a hash of number and i.
template <std::size_t Bytes>
struct Sample {
  std::uint64_t number = 0;
  std::array<std::uint64_t, Bytes / 8 - 1> word{};

  Sample() = default;
  explicit Sample(std::uint64_t number_of_it) : number(number_of_it) {
    for (std::size_t i = 0; i < word.size(); ++i) word[i] = word_of(i);
  }

  [[nodiscard]] bool is_whole() const noexcept {
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (word[i] != word_of(i)) return false;
    }
    return true;
  }

 private:
  [[nodiscard]] std::uint64_t word_of(std::size_t i) const noexcept {
    const std::uint64_t mixed = (number + 8 * i) * 0x9e3779b97f4a7c15u;
    return mixed ^ mixed >> 29;
  }
};

}  // namespace tickplant::tests
