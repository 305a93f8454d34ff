// The shipped templates over Relacy: an atomic that asks its scheduler what to read next, plain memory that notices a
// data race, and checks that end the schedule instead of the process.
//
// Threads: Relacy's, which are fibers of one thread: plain variables of a model are seen in the order of execution.
// Not here: the search itself and its report (search.hpp).
#pragma once

// Before Relacy, whose header turns `new`, `assert` and the memory orders into macros.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
//
#include <relacy/relacy.hpp>

#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef assert
#undef errno
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst

#include "platform/check.hpp"

namespace tickplant::model {

inline rl::memory_order relacy_order(std::memory_order order) noexcept {
  switch (order) {
    case std::memory_order_relaxed: return rl::mo_relaxed;
    case std::memory_order_consume: return rl::mo_consume;
    case std::memory_order_acquire: return rl::mo_acquire;
    case std::memory_order_release: return rl::mo_release;
    case std::memory_order_acq_rel: return rl::mo_acq_rel;
    case std::memory_order_seq_cst: return rl::mo_seq_cst;
  }
  return rl::mo_seq_cst;
}

/// Ends this schedule as failed, and does not return.
[[noreturn]] inline void fail(const char* what, const char* function = __builtin_FUNCTION(),
                              const char* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
  rl::ctx().fail_test(what, rl::test_result_user_assert_failed, {function, file, static_cast<unsigned>(line)});
  __builtin_trap();  // the fiber that failed is never resumed
}

inline void require(bool holds, const char* what, const char* function = __builtin_FUNCTION(),
                    const char* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
  if (!holds) fail(what, function, file, line);
}

/// A choice that the search tries in all its values: 0 to `count` - 1.
inline unsigned choose(unsigned count) { return rl::rand(count); }

/// As std::atomic<T>, zero at first, like fresh shared memory.
template <class T>
class RelacyAtomic {
 public:
  RelacyAtomic() { value_.store(T{}, rl::mo_relaxed, {}); }

  T load(std::memory_order order, const char* function = __builtin_FUNCTION(), const char* file = __builtin_FILE(),
         int line = __builtin_LINE()) const noexcept {
    return value_.load(relacy_order(order), {function, file, static_cast<unsigned>(line)});
  }
  void store(T value, std::memory_order order, const char* function = __builtin_FUNCTION(),
             const char* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
    value_.store(value, relacy_order(order), {function, file, static_cast<unsigned>(line)});
  }
  T fetch_add(T value, std::memory_order order, const char* function = __builtin_FUNCTION(),
              const char* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
    return value_.fetch_add(value, relacy_order(order), {function, file, static_cast<unsigned>(line)});
  }
  /// May fail for no reason, once: Relacy's own would do so for ever in a full search.
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order,
                             const char* function = __builtin_FUNCTION(), const char* file = __builtin_FILE(),
                             int line = __builtin_LINE()) noexcept {
    const rl::debug_info where{function, file, static_cast<unsigned>(line)};
    if (!has_failed_ && choose(2) == 0) {
      has_failed_ = true;
      expected = value_.load(relacy_order(of_failure(order)), where);
      return false;
    }
    return value_.compare_exchange_strong(expected, desired, relacy_order(order), where);
  }

 private:
  static constexpr std::memory_order of_failure(std::memory_order order) noexcept {
    if (order == std::memory_order_release) return std::memory_order_relaxed;
    return order == std::memory_order_acq_rel ? std::memory_order_acquire : order;
  }

  rl::atomic<T> value_;
  bool has_failed_ = false;
};

/// A plain word that two threads must not touch without an order between them.
class PlainWord {
 public:
  PlainWord() = default;
  PlainWord(const PlainWord& other) : value_(other.get()) {}
  PlainWord& operator=(const PlainWord& other) {
    set(other.get());
    return *this;
  }
  void set(std::uint64_t value) { value_(rl::debug_info("set", __FILE__, __LINE__)).store(value); }
  [[nodiscard]] std::uint64_t get() const { return value_(rl::debug_info("get", __FILE__, __LINE__)).load(); }

 private:
  rl::var<std::uint64_t> value_;
};

}  // namespace tickplant::model

/// A broken TP_CHECK is a finding of the model.
inline void tickplant::platform::check_failed(const char* expression, const char* file, int line) noexcept {
  model::fail(expression, "TP_CHECK", file, line);
}
