// Sleeping until a word in shared memory changes, and waking whoever sleeps there, across processes.
//
// Both work on a read-only mapping: the kernel names the word by file and offset. (std::atomic::wait() does not wake
// other processes.) A wake with nobody asleep costs about 300 ns, so who publishes for a living does not call it.
//
// Threads: any. Not here: what the word means (ringbuf/segment_layout.hpp), when to wake (daemon/waker.hpp).
#pragma once

#include <atomic>
#include <cstdint>

namespace tickplant::platform {

/// Sleeps while the word is `seen`, for at most `nanos`. Comes back early now and then: look again, whatever it says.
/// False: the time is over.
bool futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen, std::int64_t nanos) noexcept;

/// Wakes everybody who sleeps on the word; change it before. How many there were.
int futex_wake_all(const std::atomic<std::uint32_t>& word) noexcept;

}  // namespace tickplant::platform
