// The processor's time-stamp counter: the cheapest clock there is, in ticks of its own.
//
// Threads: any. On a machine where tsc_verdict() is good, all cores read the same counter.
// Not here: ticks to UTC (clock_parameters.hpp), measuring their rate (clock_calibrator.hpp).
#pragma once

#include <cstdint>
#include <string>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace tickplant::platform {

/// Ticks now. The processor may move the read by some tens of instructions: right for stamping records.
[[nodiscard]] inline std::uint64_t read_tsc() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#elif defined(__aarch64__)
  std::uint64_t ticks;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
#error "no cycle counter known for this processor"
#endif
}

/// Ticks now: not before everything ahead of it has executed, and before anything that follows. For brackets and
/// benchmarks; about twice the price of read_tsc().
[[nodiscard]] inline std::uint64_t read_tsc_ordered() noexcept {
#if defined(__x86_64__)
  unsigned core;
  const std::uint64_t ticks = __rdtscp(&core);
  _mm_lfence();
  return ticks;
#else
  asm volatile("isb" ::: "memory");
  const std::uint64_t ticks = read_tsc();
  asm volatile("isb" ::: "memory");
  return ticks;
#endif
}

/// True when the processor promises one constant rate through frequency changes and sleep states (CPUID 0x80000007,
/// EDX bit 8; always so on aarch64). A hypervisor may hide the bit.
[[nodiscard]] bool invariant_tsc() noexcept;

/// Whether the counter can serve as a clock, and if not, why (one line, for the log and `doctor`).
struct TscVerdict {
  bool usable = false;
  std::string reason;
};

/// Joins the processor's promise with the kernel's experience: a counter that drifted between sockets is struck off
/// `available_clocksource`. `root` replaces "/" in tests.
[[nodiscard]] TscVerdict tsc_verdict(const std::string& root = "/");
[[nodiscard]] TscVerdict tsc_verdict(bool is_invariant, const std::string& root);

}  // namespace tickplant::platform
