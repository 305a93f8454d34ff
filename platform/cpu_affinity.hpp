// Which processors a thread may run on, and tying it to one.
//
// Threads: each call is about the calling thread, or the process where it says so.
// Not here: which processor is a good choice (cpu_topology.hpp).
#pragma once

#include <string>
#include <vector>

namespace tickplant::platform {

/// Numbers of processors as the operating system counts them, ascending. At most 1,024 are seen.
using CpuList = std::vector<int>;

/// Where the calling thread may run now.
[[nodiscard]] CpuList affinity_of_this_thread();

/// Where this process may run: the affinity of its first thread, which container and cpuset limits have already cut.
[[nodiscard]] CpuList allowed_cpus();

/// Runs the calling thread on `cpu` alone from now on. Throws SetupError, naming the allowed ones, when refused.
void pin_this_thread(int cpu);

/// The opposite: lets the calling thread run on any of `cpus`. Throws SetupError when refused.
void set_affinity_of_this_thread(const CpuList& cpus);

/// "0-3,8" for 0, 1, 2, 3, 8; "none" for none.
[[nodiscard]] std::string to_string(const CpuList& cpus);

}  // namespace tickplant::platform
