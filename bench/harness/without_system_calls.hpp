// Runs a piece of work in a process that the kernel ends at its first system call.
//
// Threads: one.
#pragma once

#include <functional>

namespace tickplant::bench {

enum class SystemCalls {
  none,
  some,
  unknown,  // this kernel or container refuses seccomp filters
};

/// What `work` made, in a forked child of its own.
[[nodiscard]] SystemCalls system_calls_of(const std::function<void()>& work);

}  // namespace tickplant::bench
