// What `tickplant doctor` sees of a machine: plain values out of /proc, /sys and a few system calls. What they mean for
// a plant is judged elsewhere (findings.hpp).
//
// Threads: values. Looks, changes nothing, needs no privilege: what may not be read is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/card_stamps.hpp"
#include "platform/cpu_affinity.hpp"
#include "platform/huge_pages.hpp"
#include "platform/tsc.hpp"

namespace tickplant::cli {

struct NetworkCard {
  std::string name;
  platform::CardStamps stamps = platform::CardStamps::none;
};

struct MachineFacts {
  std::string processors;              // "1 package, 8 cores, 16 cpus, 1 node; allowed cpu 0-15"
  platform::CpuList allowed;           // where this process may run
  platform::CpuList isolated;          // taken from the scheduler (isolcpus)
  std::vector<std::string> governors;  // each once; empty: the host does not show them
  std::int64_t sleep_latency_us = -1;  // of the deepest C-state that is allowed; -1: not shown
  bool is_numa = false;
  bool balances_numa = false;  // kernel.numa_balancing
  platform::TscVerdict tsc;
  std::string clock_source;             // the kernel's
  std::optional<bool> is_synchronised;  // its clock; nothing: it cannot be told
  std::vector<platform::HugePagePool> huge_pools;
  std::vector<platform::HugePageMount> huge_mounts;
  std::string transparent_pages;               // "always", "madvise", "never"; empty: none
  std::optional<std::uint64_t> memlock_bytes;  // nothing: no limit
  std::uint64_t descriptors = 0;               // RLIMIT_NOFILE
  bool has_swap = false;
  std::optional<std::uint64_t> shared_free_bytes;  // of /dev/shm
  std::uint64_t receive_buffer_bytes = 0;          // net.core.rmem_max; 0: not shown
  std::vector<NetworkCard> cards;                  // physical, and up
  std::string unit;                                // path of a systemd unit of ours; empty: none
};

/// `root` replaces "/" in tests; limits, clocks and cards are this machine's all the same.
[[nodiscard]] MachineFacts look_at_machine(const std::string& root = "/");

/// "0-3,8" as the kernel writes it; what cannot be read is left out.
[[nodiscard]] platform::CpuList parse_cpu_list(const std::string& text);

/// The word in brackets: "madvise" of "always [madvise] never".
[[nodiscard]] std::string chosen_word(const std::string& text);

}  // namespace tickplant::cli
