// Which reserved huge pages this machine has, per size and NUMA node, and where a file can be made of them.
//
// Threads: any; each call reads /proc and /sys anew. `root` replaces "/" in tests.
// Not here: reserving them (systemd/tickplant-hugepages.service), transparent ones (numa_memory.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/memory_wish.hpp"

namespace tickplant::platform {

struct HugePagePool {
  std::size_t page_bytes = 0;
  int node = 0;
  std::uint64_t total = 0;  // pages
  std::uint64_t free = 0;   // pages
};

struct HugePageMount {
  std::string path;
  std::size_t page_bytes = 0;
};

/// By node, then by page size. A kernel without NUMA has one node, 0.
[[nodiscard]] std::vector<HugePagePool> huge_page_pools(const std::string& root = "/");

/// hugetlbfs mounts of this process, smallest pages first.
[[nodiscard]] std::vector<HugePageMount> huge_page_mounts(const std::string& root = "/");

/// Would a file in `folder` lie on reserved huge pages?
[[nodiscard]] bool is_on_huge_pages(const std::string& folder) noexcept;

struct HugePageOffer {
  MemoryWish wish;
  HugePageMount mount;      // where to make the file, when granted
  std::uint64_t pages = 0;  // how many of them
};

/// Looks for a mount whose pages `bytes` would fit, free on `node` now. Nothing is reserved: another process may be
/// quicker, and posix_fallocate then says so.
[[nodiscard]] HugePageOffer find_huge_pages(std::size_t bytes, int node, const std::string& root = "/");

}  // namespace tickplant::platform
