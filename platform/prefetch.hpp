// Asks for a cache line before it is needed. A hint: wrong addresses cost time, never correctness.
#pragma once

namespace tickplant::platform {

/// To be read soon.
inline void prefetch_for_read(const void* address) noexcept { __builtin_prefetch(address, 0, 3); }

/// To be written soon: asks for ownership. g++ turns a write hint into a read hint below x86-64-v3, which would fetch
/// the line shared and pay a second transfer at the store; PREFETCHW is a no-op on the few 64-bit machines that lack
/// it.
inline void prefetch_for_write(void* address) noexcept {
#if defined(__x86_64__)
  __asm__ volatile("prefetchw %0" : : "m"(*static_cast<char*>(address)));
#else
  __builtin_prefetch(address, 1, 3);
#endif
}

}  // namespace tickplant::platform
