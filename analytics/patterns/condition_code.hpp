// The instructions of a condition as its parser emits them, and how many values they have on the stack.
//
// Threads: set-up, one.
// Not here: what instructions do (condition.hpp), in which order they come (condition_compiler.cpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "analytics/patterns/condition.hpp"

namespace tickplant::analytics {

class ConditionCode {
 public:
  void push(Instruction instruction) {
    condition_.code.push_back(instruction);
    deepest_ = std::max(deepest_, ++depth_);
  }
  void push_constant(Fraction value) {
    push({.operation = Operation::constant, .operand = static_cast<std::uint16_t>(condition_.constants.size())});
    condition_.constants.push_back(value);
  }
  void one_value(Operation operation) { condition_.code.push_back({.operation = operation}); }
  void two_values(Operation operation, std::uint8_t orders = 0) {
    condition_.code.push_back({.operation = operation, .orders = orders});
    --depth_;
  }
  /// The operands begin at `left` and at `right`. A comparison of two loads of one kind needs no stack.
  void comparison(std::uint8_t orders, std::size_t left, std::size_t right) {
    std::vector<Instruction>& code = condition_.code;
    const auto is_load = [&](std::size_t at) {
      return code[at].operation == Operation::load_whole || code[at].operation == Operation::load_decimal;
    };
    if (right - left == 1 && code.size() - right == 1 && is_load(left) &&
        code[left].operation == code[right].operation) {
      code[left] = {.operation = Operation::compare_sources,
                    .orders = orders,
                    .operand = code[left].operand,
                    .right = code[right].operand};
      code.pop_back();
      --depth_;
      return;
    }
    two_values(Operation::compare, orders);
  }
  /// To be patched by land().
  std::size_t skip(Operation operation) {
    condition_.code.push_back({.operation = operation});
    return condition_.code.size() - 1;
  }
  void land(std::size_t skip) { condition_.code[skip].operand = static_cast<std::uint16_t>(condition_.code.size()); }

  [[nodiscard]] std::size_t size() const noexcept { return condition_.code.size(); }
  [[nodiscard]] std::size_t deepest() const noexcept { return deepest_; }
  [[nodiscard]] Condition take() noexcept { return std::move(condition_); }

 private:
  Condition condition_;
  std::size_t depth_ = 0, deepest_ = 0;
};

}  // namespace tickplant::analytics
