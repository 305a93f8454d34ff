#include "platform/tsc.hpp"

#include <fstream>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tickplant::platform {

bool invariant_tsc() noexcept {
#if defined(__x86_64__)
  constexpr unsigned kPowerManagementLeaf = 0x80000007;
  constexpr unsigned kInvariantTscBit = 1U << 8;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(kPowerManagementLeaf, &eax, &ebx, &ecx, &edx) != 0 && (edx & kInvariantTscBit) != 0;
#else
  return true;
#endif
}

TscVerdict tsc_verdict(const std::string& root) { return tsc_verdict(invariant_tsc(), root); }

TscVerdict tsc_verdict(bool is_invariant, const std::string& root) {
  if (!is_invariant) return {false, "the processor does not promise an invariant TSC (CPUID 0x80000007 EDX bit 8)"};
#if defined(__x86_64__)
  std::ifstream clock_sources(root + "/sys/devices/system/clocksource/clocksource0/available_clocksource");
  if (!clock_sources) return {true, "invariant TSC; the kernel's opinion is not readable"};
  for (std::string name; clock_sources >> name;)
    if (name == "tsc") return {true, "invariant TSC, and the kernel accepts it as a clock source"};
  return {false, "the kernel found the TSC unstable: it is missing from available_clocksource"};
#else
  (void)root;
  return {true, "the generic timer has one constant rate"};
#endif
}

}  // namespace tickplant::platform
