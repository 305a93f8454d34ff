#include "clients/cli/doctor/machine_facts.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/segment_sizes.hpp"
#include "platform/cpu_topology.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::cli {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
  std::string line;
  std::getline(std::ifstream(file), line);
  return line;
}

/// -1: there is none.
std::int64_t number_in(const fs::path& file) {
  const std::string line = first_line(file);
  std::int64_t value = -1;
  std::from_chars(line.data(), line.data() + line.size(), value);
  return value;
}

std::vector<fs::path> entries_of(const fs::path& folder, const std::string& prefix) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().starts_with(prefix)) entries.push_back(entry.path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

void look_at_processors(const fs::path& root, MachineFacts& facts) {
  const fs::path cpus = root / "sys/devices/system/cpu";
  facts.isolated = parse_cpu_list(first_line(cpus / "isolated"));
  for (const fs::path& cpu : entries_of(cpus, "cpu")) {
    const std::string governor = first_line(cpu / "cpufreq/scaling_governor");
    const bool is_new = std::find(facts.governors.begin(), facts.governors.end(), governor) == facts.governors.end();
    if (!governor.empty() && is_new) facts.governors.push_back(governor);
  }
  for (const fs::path& state : entries_of(cpus / "cpu0/cpuidle", "state")) {
    if (number_in(state / "disable") > 0) continue;
    facts.sleep_latency_us = std::max(facts.sleep_latency_us, number_in(state / "latency"));
  }
  facts.balances_numa = number_in(root / "proc/sys/kernel/numa_balancing") > 0;
  facts.allowed = platform::allowed_cpus();
  try {
    const platform::CpuTopology topology = platform::CpuTopology::of_this_machine();
    facts.processors = topology.summary();
    facts.is_numa = topology.node_count() > 1;
  } catch (const platform::SetupError& error) {
    facts.processors = "unknown: " + error.problem();
  }
}

void look_at_clock(const std::string& root, MachineFacts& facts) {
  facts.tsc = platform::tsc_verdict(root);
  facts.clock_source = first_line(fs::path(root) / "sys/devices/system/clocksource/clocksource0/current_clocksource");
  timex state{};
  const int answer = ::adjtimex(&state);
  if (answer >= 0) facts.is_synchronised = answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

void look_at_memory(const fs::path& root, MachineFacts& facts) {
  facts.huge_pools = platform::huge_page_pools(root);
  facts.huge_mounts = platform::huge_page_mounts(root);
  facts.transparent_pages = chosen_word(first_line(root / "sys/kernel/mm/transparent_hugepage/enabled"));
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) facts.memlock_bytes = limit.rlim_cur;
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) facts.descriptors = limit.rlim_cur;
  std::ifstream swaps(root / "proc/swaps");
  std::string line;
  std::getline(swaps, line);  // its title
  facts.has_swap = static_cast<bool>(std::getline(swaps, line));
  facts.shared_free_bytes = config::free_bytes(root / "dev/shm");
}

void look_at_network(const fs::path& root, MachineFacts& facts) {
  facts.receive_buffer_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_in(root / "proc/sys/net/core/rmem_max")));
  const platform::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  for (const fs::path& card : entries_of(root / "sys/class/net", "")) {
    std::error_code ignored;
    if (!fs::exists(card / "device", ignored) || first_line(card / "operstate") == "down") continue;
    const std::string name = card.filename();
    facts.cards.push_back({name, platform::card_stamps(socket.get(), name)});
  }
}

std::string unit_of_ours(const fs::path& root) {
  for (const char* folder : {"etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system",
                             "usr/lib/systemd/system", "lib/systemd/system"}) {
    for (const fs::path& unit : entries_of(root / folder, "tickplant")) {
      if (unit.extension() == ".service" && unit.filename() != "tickplant-hugepages.service") return unit;
    }
  }
  return "";
}

}  // namespace

platform::CpuList parse_cpu_list(const std::string& text) {
  platform::CpuList cpus;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    int first = -1, last = -1;
    const char* const end = part.data() + part.size();
    const auto [behind, error] = std::from_chars(part.data(), end, first);
    if (error != std::errc{}) continue;
    last = first;
    if (behind != end && *behind == '-') std::from_chars(behind + 1, end, last);
    constexpr int kMostCpus = 8'192;
    for (int cpu = first; cpu <= last && cpu < kMostCpus; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::string chosen_word(const std::string& text) {
  const std::size_t begin = text.find('['), end = text.find(']');
  return begin == std::string::npos || end == std::string::npos || end < begin
             ? ""
             : text.substr(begin + 1, end - begin - 1);
}

MachineFacts look_at_machine(const std::string& root) {
  MachineFacts facts;
  look_at_processors(root, facts);
  look_at_clock(root, facts);
  look_at_memory(root, facts);
  look_at_network(root, facts);
  facts.unit = unit_of_ours(root);
  return facts;
}

}  // namespace tickplant::cli
