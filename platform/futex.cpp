#include "platform/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>

#include "platform/unix_nanos.hpp"

namespace tickplant::platform {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "the kernel takes the word itself");

bool futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen, std::int64_t nanos) noexcept {
  nanos = std::max<std::int64_t>(nanos, 0);
  const timespec patience{nanos / kNanosPerSecond, nanos % kNanosPerSecond};
  const long outcome = ::syscall(SYS_futex, &word, FUTEX_WAIT, seen, &patience, nullptr, 0);
  return outcome == 0 || errno != ETIMEDOUT;
}

int futex_wake_all(const std::atomic<std::uint32_t>& word) noexcept {
  const long woken = ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
  return woken > 0 ? static_cast<int>(woken) : 0;
}

}  // namespace tickplant::platform
