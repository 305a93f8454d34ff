#include "platform/cpu_affinity.hpp"

#include <sched.h>
#include <unistd.h>

#include <cerrno>

#include "platform/setup_error.hpp"

namespace tickplant::platform {
namespace {

constexpr pid_t kCallingThread = 0;

CpuList affinity_of(pid_t thread) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(thread, sizeof set, &set) != 0)
    throw SetupError{with_errno("sched_getaffinity", errno), "allow the call in the seccomp filter of this process"};
  CpuList cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
  return cpus;
}

}  // namespace

CpuList affinity_of_this_thread() { return affinity_of(kCallingThread); }

CpuList allowed_cpus() { return affinity_of(::getpid()); }

void pin_this_thread(int cpu) { set_affinity_of_this_thread({cpu}); }

void set_affinity_of_this_thread(const CpuList& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus)
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (::sched_setaffinity(kCallingThread, sizeof set, &set) != 0)
    throw SetupError{with_errno("cannot run on cpu " + to_string(cpus), errno),
                     "choose among cpu " + to_string(allowed_cpus()) +
                         ", or widen the cpuset of this process (AllowedCPUs= in its unit)"};
}

std::string to_string(const CpuList& cpus) {
  if (cpus.empty()) return "none";
  std::string text;
  for (std::size_t first = 0, last = 0; first < cpus.size(); first = last + 1) {
    last = first;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(cpus[first]);
    if (last > first) text += '-' + std::to_string(cpus[last]);
  }
  return text;
}

}  // namespace tickplant::platform
