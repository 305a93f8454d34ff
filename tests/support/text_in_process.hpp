// A text in the memory of a process that waits, ours or one that is traced: what a system call was given. The kernel
// reads it, so that nobody has to know why its writer is done.
//
// Threads: any.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace tickplant::tests {

/// As much of it as can be read.
[[nodiscard]] inline std::string text_in_process(pid_t process, std::uint64_t address) {
  std::string text;
  for (std::array<char, 64> part{}; text.size() < 4096;) {
    // No further than the page that it is in: the next one need not be there.
    const std::size_t bytes = std::min<std::size_t>(part.size(), 4096 - address % 4096);
    iovec here{part.data(), bytes};
    iovec there{reinterpret_cast<void*>(address), bytes};  // NOLINT(performance-no-int-to-ptr)
    if (::process_vm_readv(process, &here, 1, &there, 1, 0) != static_cast<ssize_t>(bytes)) break;
    const auto last = part.begin() + static_cast<std::ptrdiff_t>(bytes);
    const auto end = std::find(part.begin(), last, '\0');
    text.append(part.begin(), end);
    if (end != last) break;
    address += bytes;
  }
  return text;
}

}  // namespace tickplant::tests
