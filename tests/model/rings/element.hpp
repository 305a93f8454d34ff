// What goes through a queue in a model: plain memory that must not be raced for, whose content shows where it came
// from.
//
// Threads: whoever holds it. Not here: the queues (spsc_model.hpp, mpmc_model.hpp).
#pragma once

#include "tests/model/rings/relacy_atomic.hpp"

namespace tickplant::model {

/// Two plain words, functions of the element's number, from 1.
struct Element {
  std::array<PlainWord, 2> word;

  Element() = default;
  explicit Element(std::uint64_t number) {
    word[0].set(number * 10 + 1);
    word[1].set(number * 10 + 2);
  }
  [[nodiscard]] std::uint64_t number() const { return word[0].get() / 10; }
  [[nodiscard]] bool is_whole() const { return word[0].get() % 10 == 1 && word[1].get() == word[0].get() + 1; }
};

}  // namespace tickplant::model
