// Sleeping on a word of shared memory, and waking who sleeps there: the system call itself, which works between
// processes and on a mapping that is read-only to the sleeper. (std::atomic::wait does neither.)
//
// Threads: any.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <ctime>

namespace tickplant::bench {

static_assert(sizeof(std::atomic<std::uint32_t>) == 4 && std::atomic<std::uint32_t>::is_always_lock_free);

/// Sleeps while `word` holds `expected`, for `milliseconds` at most.
inline void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, long milliseconds) noexcept {
  const timespec limit{milliseconds / 1'000, milliseconds % 1'000 * 1'000'000};
  ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, &limit, nullptr, 0);
}

/// Wakes one sleeper.
inline void futex_wake(std::atomic<std::uint32_t>& word) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

}  // namespace tickplant::bench
