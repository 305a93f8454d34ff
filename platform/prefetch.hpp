// Asks for a cache line before it is needed. A hint: any address is allowed, also one past the end.
//
// Threads: any.
#pragma once

namespace tickplant::platform {

/// The line will be read: bring it near, shared.
inline void prefetch_for_read(const void* address) noexcept { __builtin_prefetch(address, 0, 3); }

/// The line will be written: bring it near and take it from its readers now, so that the store does not wait.
/// Spelled out on x86, where compilers fall back to a read prefetch for old processors; those take it as a no-op.
inline void prefetch_for_write(const void* address) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*static_cast<const volatile char*>(address)));
#else
  __builtin_prefetch(address, 1, 3);
#endif
}

}  // namespace tickplant::platform
