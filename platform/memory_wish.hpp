// What was asked of the operating system about memory, and what came of it. A refused wish is data, not an error: the
// plant runs on plain pages of any node, only slower, and says so in its log, `doctor` and health.
//
// Threads: a value.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace tickplant::platform {

/// A mapped range, starting at a page.
using MemoryRange = std::span<std::byte>;

struct MemoryWish {
  std::string what;      // "bind 64 MiB to node 1"
  bool granted = false;  // as far as the kernel tells
  std::string reason;    // why not, and what to do about it; empty when granted
  int error_number = 0;  // errno of what was refused; 0: no call was refused
};

/// "64 MiB", "4 KiB", "100 bytes".
[[nodiscard]] std::string bytes_as_text(std::size_t bytes);

}  // namespace tickplant::platform
