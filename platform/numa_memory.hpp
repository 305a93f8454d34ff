// Where bytes live: on which NUMA node, in pages of which size, present before they are needed (the only door to
// libnuma). All are wishes, made once while a segment is built.
//
// Threads: any; each call is about the given range only.
// Not here: making the mapping (ringbuf/segment), hugetlbfs mounts (huge_pages.hpp), which node is right for a thread
// (cpu_topology.hpp).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

#include "platform/memory_wish.hpp"

namespace tickplant::platform {

/// How many NUMA nodes have memory; 1 where the kernel knows nothing of NUMA.
[[nodiscard]] int numa_node_count() noexcept;

/// The node that holds the page of `address`; nothing when it is not present yet or the kernel does not tell.
[[nodiscard]] std::optional<int> node_of_page(const void* address) noexcept;

/// Takes the pages of `range` from `node` alone, and moves those that are elsewhere. Refused when one cannot be moved.
[[nodiscard]] MemoryWish bind_to_node(MemoryRange range, int node);

/// shared_file: one without a name (memfd), on a mount of the kernel's own.
enum class MemoryKind { anonymous, shared_file };

/// Asks for 2 MiB pages without reserving them. The kernel accepts the advice even where its setting says never, so the
/// setting is read too. `root` replaces "/" in tests.
[[nodiscard]] MemoryWish use_transparent_huge_pages(MemoryRange range, MemoryKind kind, const std::string& root = "/");

/// The same for a file on a tmpfs, `device` by its number: there the mount's option huge= decides, and before that a
/// `force` or `deny` of the whole system. To be asked before the file has pages: those it has stay as they are.
[[nodiscard]] MemoryWish use_transparent_huge_pages_of_tmpfs(MemoryRange range, dev_t device,
                                                             const std::string& root = "/");

/// How much of a mapped file of a tmpfs the kernel has in 2 MiB pages, mapped as such: what came of the wish. Of the
/// whole mapping that `address` lies in.
[[nodiscard]] std::size_t transparent_huge_bytes(const void* address, const std::string& root = "/");

/// Keeps `range` in memory (mlock): never swapped, all pages present.
[[nodiscard]] MemoryWish lock_in_memory(MemoryRange range);

/// Makes all pages present and writable without changing them, so that no later store waits for the kernel. For a file,
/// allocate first (posix_fallocate): on a full tmpfs an old kernel without MADV_POPULATE_WRITE answers with SIGBUS.
[[nodiscard]] MemoryWish prefault(MemoryRange range);

/// What prefault() falls back to before Linux 5.14: writes each page's first byte over itself.
void prefault_by_touching(MemoryRange range) noexcept;

}  // namespace tickplant::platform
