// Tells the processor that this thread is spinning: frees the other hardware thread of the core, saves power, and keeps
// an empty poll from pulling at the cache line that the writer needs.
//
// Threads: any.
#pragma once

#include <sched.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tickplant::platform {

/// About 40 to 140 cycles on x86, depending on the model.
inline void cpu_pause() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");  // `yield` is a no-op on most cores; isb waits about as long as x86's pause
#endif
}

/// Lets others run on this core: for who waits for a thread that has none. A system call.
inline void yield_cpu() noexcept { ::sched_yield(); }

}  // namespace tickplant::platform
