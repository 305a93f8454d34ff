#include "clients/cli/doctor/findings.hpp"

#include <algorithm>

#include "clients/cli/number_text.hpp"
#include "clients/cli/terminal.hpp"
#include "config/segment_sizes.hpp"
#include "platform/cpu_topology.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {
namespace {

constexpr std::int64_t kDeepSleepMicros = 10;  // leaving a deeper state takes longer than most of a tick's whole way
constexpr std::uint64_t kFewDescriptors = 1'024;
constexpr std::uint64_t kLittleSharedMemory = std::uint64_t{512} << 20;  // what a plant of a few feeds takes

Finding ok(const std::string& check, std::string text) { return {check, Verdict::ok, std::move(text), ""}; }
Finding note(const std::string& check, std::string text, std::string remedy) {
  return {check, Verdict::note, std::move(text), std::move(remedy)};
}
Finding problem(const std::string& check, std::string text, std::string remedy) {
  return {check, Verdict::problem, std::move(text), std::move(remedy)};
}

Finding about_processors(const MachineFacts& machine) {
  if (machine.allowed.size() > 1) return ok("processors", machine.processors);
  return note("processors", machine.processors + ": nothing is pinned and nothing spins on a single one",
              "a second core for the plant, and one for each client that spins");
}

Finding about_isolation(const MachineFacts& machine) {
  if (!machine.isolated.empty()) return ok("isolated cores", platform::to_string(machine.isolated));
  if (machine.allowed.size() <= 2) return ok("isolated cores", "none, and none to spare");
  const std::string spare = platform::to_string({machine.allowed.begin() + 1, machine.allowed.end()});
  return note("isolated cores", "none: the scheduler may put others beside a thread that spins",
              "kernel command line: isolcpus=" + spare + " nohz_full=" + spare + ", or those of them that spin");
}

Finding about_governor(const MachineFacts& machine) {
  if (machine.governors.empty()) return ok("governor", "not shown: the host decides");
  const bool is_fast = machine.governors == std::vector<std::string>{"performance"};
  if (is_fast) return ok("governor", "performance");
  return note("governor", joined(machine.governors) + ": cores slow down between packets",
              "cpupower frequency-set -g performance");
}

Finding about_sleep(const MachineFacts& machine) {
  if (machine.sleep_latency_us < 0) return ok("C-states", "not shown: the host decides");
  const std::string text = "the deepest takes " + std::to_string(machine.sleep_latency_us) + " us to leave";
  if (machine.sleep_latency_us <= kDeepSleepMicros) return ok("C-states", text);
  return note("C-states", text, "cpupower idle-set -D " + std::to_string(kDeepSleepMicros));
}

Finding about_clock_source(const MachineFacts& machine) {
  if (machine.tsc.usable)
    return ok("clock source", "the time stamp counter (the kernel's: " + machine.clock_source + ')');
  return note("clock source", machine.tsc.reason + "; the plant asks the kernel (" + machine.clock_source + ") instead",
              "kernel command line: tsc=reliable, or let the hypervisor pass the counter on");
}

Finding about_synchronisation(const MachineFacts& machine) {
  if (!machine.is_synchronised) return ok("clock", "the kernel does not say whether it is synchronised");
  if (*machine.is_synchronised) return ok("clock", "synchronised");
  return note("clock", "not synchronised: receive times and a venue's differ by an unknown amount",
              "run chrony, or ptp4l and phc2sys where the card has a clock");
}

Finding about_huge_pages(const MachineFacts& machine) {
  std::uint64_t total = 0, free = 0;
  for (const platform::HugePagePool& pool : machine.huge_pools) {
    total += pool.total * pool.page_bytes;
    free += pool.free * pool.page_bytes;
  }
  if (total == 0) {
    return note("huge pages", "none reserved: rings lie on 4 KiB pages",
                "sysctl vm.nr_hugepages=512 (1 GiB), and memory.huge_pages: prefer");
  }
  const std::string text = bytes_text(total) + " reserved, " + bytes_text(free) + " free";
  if (!machine.huge_mounts.empty()) return ok("huge pages", text);
  return note("huge pages", text + ", but no hugetlbfs is mounted", "mount -t hugetlbfs none /dev/hugepages");
}

Finding about_transparent_pages(const MachineFacts& machine) {
  if (machine.transparent_pages != "always") {
    return ok("transparent pages", machine.transparent_pages.empty() ? "none" : machine.transparent_pages);
  }
  return note("transparent pages", "always: the kernel may stop a thread while it joins pages",
              "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
}

Finding about_numa(const MachineFacts& machine) {
  if (!machine.is_numa) return ok("NUMA", "one node");
  if (!machine.balances_numa) return ok("NUMA", "the kernel moves no pages between nodes");
  return note("NUMA", "the kernel moves pages between nodes by itself, and faults to find out",
              "sysctl kernel.numa_balancing=0");
}

std::string memlock_text(const MachineFacts& machine) {
  return machine.memlock_bytes ? bytes_text(*machine.memlock_bytes) : "no limit";
}

Finding about_memlock(const MachineFacts& machine) {
  if (!machine.memlock_bytes) return ok("locked memory", "no limit");
  return note("locked memory", memlock_text(machine) + " at most: memory.lock would be refused beyond that",
              "LimitMEMLOCK=infinity in the unit, or `ulimit -l unlimited` before the start");
}

Finding about_swap(const MachineFacts& machine) {
  if (!machine.has_swap) return ok("swap", "none");
  return note("swap", "in use: a page that was swapped out costs milliseconds", "swapoff -a, or memory.lock: true");
}

Finding about_descriptors(const MachineFacts& machine) {
  const std::string text = count_text(machine.descriptors, "descriptor");
  if (machine.descriptors >= kFewDescriptors) return ok("descriptors", text);
  return note("descriptors", text + ": sockets, segments and clients may need more",
              "LimitNOFILE=65536 in the unit, or `ulimit -n 65536`");
}

Finding about_shared_memory(const MachineFacts& machine) {
  if (!machine.shared_free_bytes) {
    return problem("shared memory", "/dev/shm cannot be read", "mount -t tmpfs tmpfs /dev/shm");
  }
  const std::string text = bytes_text(*machine.shared_free_bytes) + " free in /dev/shm";
  if (*machine.shared_free_bytes >= kLittleSharedMemory) return ok("shared memory", text);
  return note("shared memory", text, "mount -o remount,size=2G /dev/shm; `tickplant config size FILE` says how much");
}

Finding about_receive_buffer(const MachineFacts& machine) {
  constexpr std::uint64_t kWanted = 8u << 20;  // source.receive_buffer where the config says nothing
  if (machine.receive_buffer_bytes == 0) return ok("socket buffers", "their limit is not shown");
  const std::string text = bytes_text(machine.receive_buffer_bytes) + " at most";
  if (machine.receive_buffer_bytes >= kWanted) return ok("socket buffers", text);
  return note("socket buffers", text + ", less than source.receive_buffer: bursts are dropped by the kernel",
              "sysctl net.core.rmem_max=" + std::to_string(kWanted));
}

Finding about_card(const NetworkCard& card) {
  const std::string name = printable(card.name);
  switch (card.stamps) {
    case platform::CardStamps::every_one: return ok("network card", name + " stamps what it receives");
    case platform::CardStamps::off:
      return note("network card", name + " could stamp what it receives, and does not",
                  "hwstamp_ctl -i " + name + " -r 1");
    case platform::CardStamps::none: break;
  }
  return ok("network card", name + " has no time stamps of its own: receive times are the kernel's");
}

Finding about_unit(const MachineFacts& machine) {
  if (!machine.unit.empty()) return ok("systemd unit", machine.unit);
  return note("systemd unit", "none: a plant is started by hand, and not again after a reboot",
              "install the package's tickplant@.service, or write a unit for `tickplantd --config FILE`");
}

// --- a config ---

Finding about_shared_room(const ConfigNeeds& needs) {
  std::uint64_t wanted = 0;
  for (const config::SegmentSize& segment : config::segment_sizes(needs.plant)) {
    if (!segment.is_on_huge_pages) wanted += segment.bytes;
  }
  const std::string text = bytes_text(wanted) + " wanted in " + printable(needs.runtime_folder) + ", " +
                           (needs.runtime_free ? bytes_text(*needs.runtime_free) : "an unknown size") + " free";
  if (!needs.runtime_free || wanted <= *needs.runtime_free) return ok("config: shared memory", text);
  return problem("config: shared memory", text, "lower slots or capacities, or make room; `tickplant config size`");
}

Finding about_huge_room(const ConfigNeeds& needs, const MachineFacts& machine) {
  std::uint64_t wanted = 0, free = 0;
  for (const config::SegmentSize& segment : config::segment_sizes(needs.plant)) {
    if (segment.is_on_huge_pages) wanted += segment.bytes;
  }
  for (const platform::HugePagePool& pool : machine.huge_pools) free += pool.free * pool.page_bytes;
  if (wanted == 0) return ok("config: huge pages", "none asked for (memory.huge_pages: never)");
  const std::string text = bytes_text(wanted) + " wanted, " + bytes_text(free) + " free";
  if (wanted <= free) return ok("config: huge pages", text);
  const std::string remedy = "sysctl vm.nr_hugepages=" + std::to_string((wanted >> 21) + 1);
  return needs.plant.memory.huge_pages == config::HugePages::require ? problem("config: huge pages", text, remedy)
                                                                     : note("config: huge pages", text, remedy);
}

Finding about_lock(const ConfigNeeds& needs, const MachineFacts& machine) {
  if (!needs.plant.memory.lock) return ok("config: locked memory", "not asked for (memory.lock: false)");
  std::uint64_t wanted = 0;
  for (const config::SegmentSize& segment : config::segment_sizes(needs.plant)) wanted += segment.bytes;
  const std::string text = bytes_text(wanted) + " wanted, " + memlock_text(machine);
  if (!machine.memlock_bytes || wanted <= *machine.memlock_bytes) return ok("config: locked memory", text);
  return note("config: locked memory", text + ": the lock would be refused", "LimitMEMLOCK=infinity in the unit");
}

std::vector<Finding> about_threads(const ConfigNeeds& needs, const MachineFacts& machine) {
  std::vector<Finding> findings;
  for (const config::ThreadConfig& thread : needs.plant.threads) {
    const std::string check = "config: thread " + printable(thread.name);
    const bool spins = thread.idle == config::IdleStrategy::spin || thread.idle == config::IdleStrategy::pause;
    try {
      const auto cpu = platform::CpuTopology::of_this_machine().resolve(thread.core);
      if (!cpu) {
        findings.push_back(spins ? note(check, "spins without a core of its own", "give it a `core`")
                                 : ok(check, "not pinned"));
        continue;
      }
      const bool is_isolated =
          std::find(machine.isolated.begin(), machine.isolated.end(), *cpu) != machine.isolated.end();
      const std::string text = "cpu " + std::to_string(*cpu) + (is_isolated ? ", isolated" : ", not isolated");
      findings.push_back(is_isolated || !spins ? ok(check, text)
                                               : note(check, text + ": others may run there while it spins",
                                                      "kernel command line: isolcpus=" + std::to_string(*cpu)));
    } catch (const platform::SetupError& error) {
      findings.push_back(problem(check, error.problem(), error.remedy()));
    }
  }
  return findings;
}

Finding about_journal_disk(const ConfigNeeds& needs) {
  if (needs.journal_folder.empty()) return ok("config: journal", "none (journal.folder: none)");
  const std::uint64_t wanted = 2 * needs.plant.journal.segment_bytes;  // one is written, the next lies ready
  const std::string text = (needs.journal_free ? bytes_text(*needs.journal_free) : "an unknown size") + " free in " +
                           printable(needs.journal_folder);
  if (!needs.journal_free || *needs.journal_free >= wanted) return ok("config: journal", text);
  return problem("config: journal", text + ", two files need " + bytes_text(wanted) + ": what is published is lost",
                 "make room, lower journal.segment, or name another journal.folder");
}

Finding about_config_buffers(const ConfigNeeds& needs, const MachineFacts& machine) {
  std::uint64_t wanted = 0;
  for (const config::FeedConfig& feed : needs.plant.feeds) {
    if (feed.source.kind == config::SourceKind::udp_multicast) {
      wanted = std::max(wanted, feed.source.receive_buffer_bytes);
    }
  }
  if (wanted == 0) return ok("config: socket buffers", "no feed by UDP");
  const std::string text = bytes_text(wanted) + " wanted, " + bytes_text(machine.receive_buffer_bytes) + " allowed";
  if (machine.receive_buffer_bytes == 0 || wanted <= machine.receive_buffer_bytes) {
    return ok("config: socket buffers", text);
  }
  return note("config: socket buffers", text + ": bursts are dropped by the kernel",
              "sysctl net.core.rmem_max=" + std::to_string(wanted));
}

}  // namespace

std::string_view word_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::ok: return "ok";
    case Verdict::note: return "note";
    case Verdict::problem: return "problem";
  }
  return "unknown";
}

std::vector<Finding> findings_about(const MachineFacts& machine) {
  std::vector<Finding> findings{about_processors(machine),    about_isolation(machine),
                                about_governor(machine),      about_sleep(machine),
                                about_clock_source(machine),  about_synchronisation(machine),
                                about_huge_pages(machine),    about_transparent_pages(machine),
                                about_numa(machine),          about_memlock(machine),
                                about_swap(machine),          about_descriptors(machine),
                                about_shared_memory(machine), about_receive_buffer(machine)};
  for (const NetworkCard& card : machine.cards) findings.push_back(about_card(card));
  findings.push_back(about_unit(machine));
  return findings;
}

std::vector<Finding> findings_about(const ConfigNeeds& needs, const MachineFacts& machine) {
  std::vector<Finding> findings{about_shared_room(needs), about_huge_room(needs, machine), about_lock(needs, machine),
                                about_config_buffers(needs, machine), about_journal_disk(needs)};
  for (Finding& finding : about_threads(needs, machine)) findings.push_back(std::move(finding));
  return findings;
}

std::vector<Finding> findings_about(const PlantFacts& plant) {
  const std::string check = "plant " + printable(plant.name);
  if (plant.state != clients::PlantState::live) {
    return {note(check, "is not live: " + std::string(clients::name_of(plant.state)),
                 "tickplant health --plant " + printable(plant.name))};
  }
  std::vector<Finding> findings;
  std::string pinned, loose;
  for (const ThreadFacts& thread : plant.threads) {
    const std::string name = printable(thread.name);
    if (thread.core) pinned += (pinned.empty() ? "" : ", ") + name + " on " + std::to_string(*thread.core);
    const bool spins = thread.idle == "spin" || thread.idle == "pause";
    if (!thread.core && spins) loose += (loose.empty() ? "" : ", ") + name;
  }
  findings.push_back(loose.empty() ? ok(check, pinned.empty() ? "no thread is pinned" : "pinned: " + pinned)
                                   : note(check, "spin without a core of their own: " + loose,
                                          "give them a `core` under `threads`, or let them park"));
  for (const MemoryWishFacts& wish : plant.memory_wishes) {
    if (!wish.is_refused()) continue;
    findings.push_back(note(check,
                            wish.wish + (wish.ring.empty() ? "" : " of " + printable(wish.ring)) +
                                " was refused: " + std::string(reason_of(wish.outcome)),
                            std::string(remedy_for(wish.outcome))));
  }
  return findings;
}

}  // namespace tickplant::cli
