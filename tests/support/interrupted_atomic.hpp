// An atomic that lets a test act between any two atomic steps of the code under test, on one thread and at will:
// every interleaving with one interruption, deterministically. It says nothing about weak memory (stress and model do).
//
// Threads: one.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace tickplant::tests {

class Interruption {
 public:
  /// Runs `action`, with `interruption` inside it before its atomic step number `step` (0 = the first). False when
  /// `action` has fewer steps, so that the interruption did not happen.
  template <class Action>
  static bool run(int step, std::function<void()> interruption, Action&& action) {
    steps_left_ = step;
    interruption_ = std::move(interruption);
    action();
    const bool happened = interruption_ == nullptr;
    interruption_ = nullptr;
    return happened;
  }

  static void before_step() {
    if (interruption_ == nullptr || steps_left_-- != 0) return;
    const auto now = std::exchange(interruption_, nullptr);
    now();
  }

 private:
  inline static int steps_left_ = 0;
  inline static std::function<void()> interruption_;
};

template <class T>
class InterruptedAtomic {
 public:
  T load(std::memory_order order) const {
    Interruption::before_step();
    return value_.load(order);
  }
  void store(T value, std::memory_order order) {
    Interruption::before_step();
    value_.store(value, order);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order) {
    Interruption::before_step();
    return value_.compare_exchange_strong(expected, desired, order);
  }

 private:
  std::atomic<T> value_{};
};

}  // namespace tickplant::tests
