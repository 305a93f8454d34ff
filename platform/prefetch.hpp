// Asks for a cache line before it is needed. A hint: any address is allowed, also one past the end.
//
// Threads: any.
#pragma once

namespace tickplant::platform {

// Spelled out on x86: a function of nothing but __builtin_prefetch() counts as one without effect, and g++ 12 leaves
// its calls out; and for a write, compilers fall back to a read prefetch for old processors, which take it as a no-op.

/// The line will be read, or written and nobody else has it: bring it near.
inline void prefetch_for_read(const void* address) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetcht0 %0" : : "m"(*static_cast<const volatile char*>(address)));
#else
  __builtin_prefetch(address, 0, 3);
#endif
}

/// The line will be written: bring it near and take it from its readers now, so that the store does not wait.
inline void prefetch_for_write(const void* address) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*static_cast<const volatile char*>(address)));
#else
  __builtin_prefetch(address, 1, 3);
#endif
}

}  // namespace tickplant::platform
