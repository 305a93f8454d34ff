#include "platform/numa_memory.hpp"

#include <numa.h>
#include <numaif.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string_view>

#include "platform/cache_line.hpp"
#include "platform/setup_error.hpp"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14; Debian 12's glibc has it, older headers do not
#endif

namespace tickplant::platform {
namespace {

constexpr int kMaxNodes = 1024;  // the kernel's own limit (CONFIG_NODES_SHIFT)
constexpr std::size_t kBitsPerWord = sizeof(unsigned long) * 8;
using NodeMask = std::array<unsigned long, kMaxNodes / kBitsPerWord>;

MemoryWish granted(std::string what) { return {std::move(what), true, {}}; }
MemoryWish refused(std::string what, std::string reason, int error_number = 0) {
  return {std::move(what), false, std::move(reason), error_number};
}

// The setting in force is the one in brackets: "always within_size [advise] never".
std::string setting_in(const std::string& file) {
  std::ifstream in(file);
  for (std::string word; in >> word;)
    if (word.size() > 2 && word.front() == '[' && word.back() == ']') return word.substr(1, word.size() - 2);
  return {};
}

struct TmpfsMount {
  std::string folder;          // where it is mounted, if it is
  std::string huge = "never";  // what its files get
};

// "42 27 0:39 / /dev/shm rw,nosuid - tmpfs tmpfs rw,size=65536k,huge=advise"
TmpfsMount tmpfs_mount_of(dev_t device, const std::string& root) {
  const std::string wanted = std::to_string(major(device)) + ':' + std::to_string(minor(device));
  std::ifstream table(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields(line);
    std::string number, parent, numbers, inner, folder, word, type, source, options;
    fields >> number >> parent >> numbers >> inner >> folder;
    while (fields >> word && word != "-") continue;
    if (numbers != wanted || !(fields >> type >> source >> options)) continue;
    TmpfsMount mount{folder};
    std::istringstream list(options);
    constexpr std::string_view kHuge = "huge=";
    for (std::string option; std::getline(list, option, ',');)
      if (option.starts_with(kHuge)) mount.huge = option.substr(kHuge.size());
    return mount;
  }
  return {};
}

std::string memlock_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return "unknown";
  return limit.rlim_cur == RLIM_INFINITY ? "unlimited" : bytes_as_text(limit.rlim_cur);
}

}  // namespace

int numa_node_count() noexcept {
  if (::numa_available() < 0) return 1;
  const int count = ::numa_num_configured_nodes();
  return count < 1 ? 1 : count;
}

std::optional<int> node_of_page(const void* address) noexcept {
  if (::numa_available() < 0) return std::nullopt;
  // A query by MPOL_F_ADDR would bring an absent page in; this one only looks.
  void* page = const_cast<void*>(address);
  int status = -1;
  if (::move_pages(0, 1, &page, nullptr, &status, 0) != 0 || status < 0) return std::nullopt;
  return status;
}

MemoryWish bind_to_node(MemoryRange range, int node) {
  std::string what = "bind " + bytes_as_text(range.size()) + " to node " + std::to_string(node);
  if (::numa_available() < 0) return refused(std::move(what), "this kernel has no NUMA support");
  if (node < 0 || node >= kMaxNodes) return refused(std::move(what), "there is no such node", EINVAL);
  NodeMask mask{};
  const auto bit = static_cast<std::size_t>(node);
  mask[bit / kBitsPerWord] = 1UL << (bit % kBitsPerWord);
  if (::mbind(range.data(), range.size(), MPOL_BIND, mask.data(), kMaxNodes + 1, MPOL_MF_MOVE | MPOL_MF_STRICT) == 0)
    return granted(std::move(what));
  switch (errno) {
    case EINVAL:
      return refused(std::move(what), with_errno("mbind; is there such a node with memory?", EINVAL), EINVAL);
    case EPERM: return refused(std::move(what), with_errno("mbind; a container needs SYS_NICE for it", EPERM), EPERM);
    case EIO: return refused(std::move(what), with_errno("some pages could not be moved there", EIO), EIO);
    default: return refused(std::move(what), with_errno("mbind", errno), errno);
  }
}

MemoryWish use_transparent_huge_pages(MemoryRange range, MemoryKind kind, const std::string& root) {
  std::string what = "transparent huge pages for " + bytes_as_text(range.size());
  const std::string file = std::string("/sys/kernel/mm/transparent_hugepage/") +
                           (kind == MemoryKind::anonymous ? "enabled" : "shmem_enabled");
  const std::string setting = setting_in(root + file);
  if (setting.empty()) return refused(std::move(what), file + " is not there: this kernel has none");
  if (setting == "never" || setting == "deny")
    return refused(std::move(what), file + " says " + setting + "; to allow them: echo " +
                                        (kind == MemoryKind::anonymous ? "madvise" : "advise") + " > " + file);
  if (::madvise(range.data(), range.size(), MADV_HUGEPAGE) != 0)
    return refused(std::move(what), with_errno("madvise(MADV_HUGEPAGE)", errno));
  return granted(std::move(what));
}

MemoryWish use_transparent_huge_pages_of_tmpfs(MemoryRange range, dev_t device, const std::string& root) {
  std::string what = "transparent huge pages for " + bytes_as_text(range.size());
  const std::string system = setting_in(root + "/sys/kernel/mm/transparent_hugepage/shmem_enabled");
  if (system.empty()) return refused(std::move(what), "this kernel has none");
  if (system == "deny") return refused(std::move(what), "/sys/kernel/mm/transparent_hugepage/shmem_enabled says deny");
  const TmpfsMount mount = tmpfs_mount_of(device, root);
  if (system != "force" && mount.huge == "never") {
    const std::string folder = mount.folder.empty() ? "its tmpfs" : mount.folder;
    return refused(std::move(what), folder + " is mounted without huge=; to allow them: mount -o remount,huge=advise " +
                                        (mount.folder.empty() ? "FOLDER" : mount.folder));
  }
  if (::madvise(range.data(), range.size(), MADV_HUGEPAGE) != 0)
    return refused(std::move(what), with_errno("madvise(MADV_HUGEPAGE)", errno), errno);
  return granted(std::move(what));
}

std::size_t transparent_huge_bytes(const void* address, const std::string& root) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream smaps(root + "/proc/self/smaps");
  bool is_inside = false;
  for (std::string line; std::getline(smaps, line);) {
    std::uintptr_t begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      is_inside = begin <= wanted && wanted < end;
      continue;
    }
    std::size_t kilobytes = 0;
    if (is_inside && std::sscanf(line.c_str(), "ShmemPmdMapped: %zu kB", &kilobytes) == 1) return kilobytes * 1024;
  }
  return 0;
}

MemoryWish lock_in_memory(MemoryRange range) {
  std::string what = "lock " + bytes_as_text(range.size()) + " in memory";
  if (::mlock(range.data(), range.size()) == 0) return granted(std::move(what));
  return refused(std::move(what), with_errno("mlock", errno) + "; the limit is " + memlock_limit() +
                                      ", raise LimitMEMLOCK= of the unit or `ulimit -l`");
}

MemoryWish prefault(MemoryRange range) {
  std::string what = "prefault " + bytes_as_text(range.size());
  int outcome;
  do outcome = ::madvise(range.data(), range.size(), MADV_POPULATE_WRITE);
  while (outcome != 0 && (errno == EINTR || errno == EAGAIN));
  if (outcome == 0) return granted(std::move(what));
  if (errno != EINVAL) return refused(std::move(what), with_errno("madvise(MADV_POPULATE_WRITE)", errno));
  prefault_by_touching(range);
  return granted(std::move(what));
}

void prefault_by_touching(MemoryRange range) noexcept {
  // Puts back what is there, by compare-exchange: a write that changes nothing, also when somebody else writes the same
  // byte. (An atomic "or 0" would do, but clang drops it, and a load alone brings in the shared page of zeroes.)
  for (std::size_t offset = 0; offset < range.size(); offset += kPageBytes) {
    auto* const byte = reinterpret_cast<unsigned char*>(range.data() + offset);
    unsigned char value = __atomic_load_n(byte, __ATOMIC_RELAXED);
    __atomic_compare_exchange_n(byte, &value, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  }
}

}  // namespace tickplant::platform
