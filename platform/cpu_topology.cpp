#include "platform/cpu_topology.hpp"

#include <hwloc.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::platform {
namespace {

struct DestroyTopology {
  void operator()(hwloc_topology_t topology) const noexcept { hwloc_topology_destroy(topology); }
};
using Topology = std::unique_ptr<hwloc_topology, DestroyTopology>;

// An empty description means this machine. Forbidden processors stay in, so that core numbers do not depend on who
// asks.
Topology load(const std::string& description) {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) throw SetupError{"hwloc_topology_init failed", "check the libhwloc15 package"};
  Topology topology{raw};
  if (!description.empty() && hwloc_topology_set_synthetic(raw, description.c_str()) != 0)
    throw SetupError{"'" + description + "' is not a topology", "write it as in \"package:2 [numa] core:8 pu:2\""};
  hwloc_topology_set_flags(raw, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
  if (hwloc_topology_load(raw) != 0)
    throw SetupError{with_errno("cannot read the processor topology", errno),
                     "check that /sys is mounted and readable"};
  return topology;
}

int logical_index_of(hwloc_topology_t topology, hwloc_obj_t cpu, hwloc_obj_type_t type, int otherwise) {
  const hwloc_obj_t above = hwloc_get_ancestor_obj_by_type(topology, type, cpu);
  return above == nullptr ? otherwise : static_cast<int>(above->logical_index);
}

int node_of(hwloc_obj_t cpu) {
  const int first = cpu->nodeset == nullptr ? -1 : hwloc_bitmap_first(cpu->nodeset);
  return std::max(first, 0);
}

// Number of `key` in the order of first appearance within `group`: turns machine-wide core numbers into local ones.
class LocalNumbers {
 public:
  int of(int group, int key) {
    auto& members = groups_[group];
    return members.try_emplace(key, static_cast<int>(members.size())).first->second;
  }

 private:
  std::map<int, std::map<int, int>> groups_;
};

std::vector<Cpu> cpus_of(hwloc_topology_t topology, const std::optional<CpuList>& allowed) {
  std::vector<Cpu> cpus;
  LocalNumbers in_package;
  LocalNumbers in_node;
  LocalNumbers in_core;
  for (hwloc_obj_t pu = nullptr; (pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu)) != nullptr;) {
    Cpu cpu;
    cpu.number = static_cast<int>(pu->os_index);
    cpu.package = logical_index_of(topology, pu, HWLOC_OBJ_PACKAGE, 0);
    cpu.node = node_of(pu);
    cpu.l3_group = logical_index_of(topology, pu, HWLOC_OBJ_L3CACHE, -1);
    const int core = logical_index_of(topology, pu, HWLOC_OBJ_CORE, cpu.number);
    cpu.package_core = in_package.of(cpu.package, core);
    cpu.node_core = in_node.of(cpu.node, core);
    cpu.thread = in_core.of(core, cpu.number);
    cpu.allowed = !allowed || std::find(allowed->begin(), allowed->end(), cpu.number) != allowed->end();
    cpus.push_back(cpu);
  }
  std::sort(cpus.begin(), cpus.end(), [](const Cpu& a, const Cpu& b) { return a.number < b.number; });
  return cpus;
}

// "core12" with word "core" gives 12.
std::optional<int> number_after(std::string_view word, std::string_view text) {
  if (!text.starts_with(word)) return std::nullopt;
  text.remove_prefix(word.size());
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || text.front() == '-' || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end; (end = text.find(separator)) != std::string_view::npos; text.remove_prefix(end + 1))
    parts.push_back(text.substr(0, end));
  parts.push_back(text);
  return parts;
}

// "package0/core3/thread1", taken apart.
struct CoreName {
  enum class Group { package, node, device } group = Group::package;
  int number = 0;           // of the package or node
  std::string_view device;  // of "nic:eth0"
  int core = 0;
  int thread = 0;
};

std::optional<CoreName> parse_core_name(std::string_view text) {
  constexpr std::string_view kDevice = "nic:";
  const auto parts = split(text, '/');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  CoreName name;
  if (const auto package = number_after("package", parts[0])) {
    name.number = *package;
  } else if (const auto node = number_after("node", parts[0])) {
    name.group = CoreName::Group::node;
    name.number = *node;
  } else if (parts[0].starts_with(kDevice) && parts[0].size() > kDevice.size()) {
    name.group = CoreName::Group::device;
    name.device = parts[0].substr(kDevice.size());
  } else {
    return std::nullopt;
  }
  const auto core = number_after("core", parts[1]);
  if (!core) return std::nullopt;
  name.core = *core;
  if (parts.size() == 3) {
    const auto thread = number_after("thread", parts[2]);
    if (!thread) return std::nullopt;
    name.thread = *thread;
  }
  return name;
}

template <class Key>
int distinct(std::span<const Cpu> cpus, Key key) {
  std::set<decltype(key(cpus[0]))> keys;
  for (const Cpu& cpu : cpus) keys.insert(key(cpu));
  return static_cast<int>(keys.size());
}

constexpr const char* kNameForms =
    "write it as package0/core3, package0/core3/thread1, node1/core2, nic:eth0/core2, cpu5 or any; `lstopo` draws the "
    "machine";

}  // namespace

CpuTopology::CpuTopology(std::vector<Cpu> cpus, std::string root) : cpus_(std::move(cpus)), root_(std::move(root)) {}

CpuTopology CpuTopology::of_this_machine(std::string root) {
  return {cpus_of(load("").get(), allowed_cpus()), std::move(root)};
}

CpuTopology CpuTopology::synthetic(const std::string& description, const std::optional<CpuList>& allowed,
                                   std::string root) {
  if (description.empty()) throw SetupError{"the topology is empty", "write it as in \"package:2 core:8 pu:2\""};
  return {cpus_of(load(description).get(), allowed), std::move(root)};
}

const Cpu* CpuTopology::find(int cpu) const noexcept {
  const auto at = std::find_if(cpus_.begin(), cpus_.end(), [&](const Cpu& one) { return one.number == cpu; });
  return at == cpus_.end() ? nullptr : &*at;
}

int CpuTopology::package_count() const noexcept {
  return distinct(cpus_, [](const Cpu& cpu) { return cpu.package; });
}
int CpuTopology::core_count() const noexcept {
  return distinct(cpus_, [](const Cpu& cpu) { return std::pair{cpu.package, cpu.package_core}; });
}
int CpuTopology::node_count() const noexcept {
  return distinct(cpus_, [](const Cpu& cpu) { return cpu.node; });
}
int CpuTopology::allowed_count() const noexcept {
  return static_cast<int>(std::count_if(cpus_.begin(), cpus_.end(), [](const Cpu& cpu) { return cpu.allowed; }));
}

std::optional<int> CpuTopology::resolve(std::string_view name) const {
  if (name == "any") return std::nullopt;
  const std::string quoted = "core '" + std::string(name) + "'";
  const Cpu* found = nullptr;
  if (const auto number = number_after("cpu", name)) {
    found = find(*number);
  } else if (const auto core = parse_core_name(name)) {
    int group = core->number;
    if (core->group == CoreName::Group::device) {
      const std::string device{core->device};
      const auto node = node_of_network_device(device);
      if (!node && node_count() > 1)
        throw SetupError{quoted + ": the NUMA node of network device '" + device + "' is not known",
                         "name the node instead, as in node0/core2; `ip link` lists the devices"};
      group = node.value_or(cpus_.front().node);
    }
    const auto at = std::find_if(cpus_.begin(), cpus_.end(), [&](const Cpu& cpu) {
      const bool is_by_package = core->group == CoreName::Group::package;
      return (is_by_package ? cpu.package : cpu.node) == group &&
             (is_by_package ? cpu.package_core : cpu.node_core) == core->core && cpu.thread == core->thread;
    });
    if (at != cpus_.end()) found = &*at;
  } else {
    throw SetupError{quoted + " is not the name of a core", kNameForms};
  }

  if (found == nullptr) throw SetupError{quoted + " does not exist here: " + summary(), kNameForms};
  if (!found->allowed)
    throw SetupError{quoted + " is cpu " + std::to_string(found->number) + ", where this process may not run",
                     "there is " + summary() + "; choose among the allowed, or widen AllowedCPUs= of the unit"};
  return found->number;
}

CpuList CpuTopology::siblings_of(int cpu) const {
  const Cpu* self = find(cpu);
  TP_CHECK(self != nullptr);
  CpuList siblings;
  for (const Cpu& other : cpus_)
    if (other.package == self->package && other.package_core == self->package_core && other.number != cpu)
      siblings.push_back(other.number);
  return siblings;
}

std::optional<int> CpuTopology::node_of_network_device(const std::string& device) const {
  if (device.empty() || device.find('/') != std::string::npos) return std::nullopt;
  std::ifstream file(root_ + "/sys/class/net/" + device + "/device/numa_node");
  int node = -1;
  if (!(file >> node) || node < 0) return std::nullopt;
  return node;
}

std::string CpuTopology::summary() const {
  const auto counted = [](int count, const char* what) {
    return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
  };
  CpuList allowed;
  for (const Cpu& cpu : cpus_)
    if (cpu.allowed) allowed.push_back(cpu.number);
  return counted(package_count(), "package") + ", " + counted(core_count(), "core") + ", " +
         counted(static_cast<int>(cpus_.size()), "cpu") + ", " + counted(node_count(), "node") + "; allowed cpu " +
         to_string(allowed);
}

}  // namespace tickplant::platform
