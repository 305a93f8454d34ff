// The processors of a machine and how they hang together, read once through hwloc (the only door to it) into a plain
// value. Cores have names, so that a config file moves between machines:
//
//   package0/core3          the fourth core of the first package, its first hardware thread
//   package0/core3/thread1  its second one (the SMT sibling)
//   node1/core2             the third core of NUMA node 1
//   nic:eth0/core2          the third core of the NUMA node that network device eth0 hangs on
//   cpu5                    as the operating system counts
//   any                     no pinning
//
// Threads: a value; any may read it.
// Not here: moving a thread there (cpu_affinity.hpp), placing memory (numa_memory.hpp).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/cpu_affinity.hpp"

namespace tickplant::platform {

/// One hardware thread. Numbers start at 0; `package`, `node_core` and so on count in the order of the machine.
struct Cpu {
  int number = 0;        // the operating system's
  int package = 0;       // socket
  int package_core = 0;  // core within its package
  int node = 0;          // NUMA node, the operating system's number; 0 without NUMA
  int node_core = 0;     // core within its node
  int thread = 0;        // hardware thread within its core
  int l3_group = -1;     // cores with the same number share a last-level cache; -1 unknown
  bool allowed = true;   // this process may run here
};

class CpuTopology {
 public:
  /// Throws SetupError when the topology cannot be read. `root` replaces "/" for the look-up of network devices.
  [[nodiscard]] static CpuTopology of_this_machine(std::string root = "/");

  /// A machine that is only described, in hwloc's synthetic language: "package:2 [numa] l3:1 core:8 pu:2". All allowed,
  /// unless `allowed` names some.
  [[nodiscard]] static CpuTopology synthetic(const std::string& description,
                                             const std::optional<CpuList>& allowed = std::nullopt,
                                             std::string root = "/");

  /// All hardware threads, by number.
  [[nodiscard]] std::span<const Cpu> cpus() const noexcept { return cpus_; }
  [[nodiscard]] const Cpu* find(int cpu) const noexcept;

  [[nodiscard]] int package_count() const noexcept;
  [[nodiscard]] int core_count() const noexcept;
  [[nodiscard]] int node_count() const noexcept;
  [[nodiscard]] int allowed_count() const noexcept;

  /// The processor of that name; nothing for "any". Throws SetupError, listing what there is, when there is no such
  /// core or this process may not run on it.
  [[nodiscard]] std::optional<int> resolve(std::string_view name) const;

  /// The other hardware threads of the same core, empty without SMT. `cpu` must exist.
  [[nodiscard]] CpuList siblings_of(int cpu) const;

  /// The NUMA node a network device hangs on; nothing when it is virtual, unknown, or the machine does not say.
  [[nodiscard]] std::optional<int> node_of_network_device(const std::string& device) const;

  /// "2 packages, 16 cores, 32 cpus, 2 nodes; allowed cpu 0-31".
  [[nodiscard]] std::string summary() const;

 private:
  CpuTopology(std::vector<Cpu> cpus, std::string root);

  std::vector<Cpu> cpus_;
  std::string root_;
};

}  // namespace tickplant::platform
