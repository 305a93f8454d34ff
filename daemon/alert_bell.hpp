// Wakes the stage of alerts when it sleeps: who has published an alert rings, and who has to wait for it.
//
// A ring is a store and a load while the stage is awake, or never sleeps: a thread that spins has no bell at all. It is
// one system call when the stage sleeps: an alert is rare, and worth a microsecond of the shard's thread where config
// gave the two no thread together and none that spins.
//
//   shard   publishes; B1 rung_ := true;       B2 is_asleep_?  then writes the eventfd
//   stage   found nothing; B3 is_asleep_ := true;  B4 rung_?   then looks again, else sleeps on the eventfd
//
// B1, B2, B3, B4 are all sequentially consistent: of two that come at the same time at least one sees the other;
// otherwise the shard would see a stage that is awake, and the stage nothing new, and it would sleep through an alert.
//
// Threads: ring(): any shard's; the others: the stage's.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::daemon {

class AlertBell {
 public:
  /// Throws SetupError: no descriptors left.
  AlertBell() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_) {
      throw platform::SetupError(platform::with_errno("no bell for the stage of alerts", errno),
                                 "raise the limit of open files (LimitNOFILE=)");
    }
  }

  /// Alerts were published, or there is no room for more results.
  void ring() noexcept {
    rung_.store(true, std::memory_order_seq_cst);                        // B1 -> B4
    if (!is_asleep_.exchange(false, std::memory_order_seq_cst)) return;  // B2 <- B3
    const std::uint64_t one = 1;
    (void)!::write(event_.get(), &one, sizeof one);
  }

  /// The stage looks from here on: whatever was rung for before, it will see.
  void wake() noexcept {
    if (!has_slept_) return;
    has_slept_ = false;
    if (!is_asleep_.exchange(false, std::memory_order_seq_cst)) {  // somebody rang
      std::uint64_t count = 0;
      (void)!::read(event_.get(), &count, sizeof count);
    }
  }
  /// It found nothing and would sleep. False: somebody rang since it last asked, it has to look again.
  [[nodiscard]] bool may_sleep() noexcept {
    has_slept_ = true;
    is_asleep_.store(true, std::memory_order_seq_cst);                   // B3 -> B2
    if (!rung_.exchange(false, std::memory_order_seq_cst)) return true;  // B4 <- B1
    wake();
    return false;
  }
  /// Readable when somebody rang while it slept.
  [[nodiscard]] const int& descriptor() const noexcept { return fd_; }

 private:
  platform::UniqueFd event_;
  int fd_ = event_.get();
  std::atomic<bool> rung_{false}, is_asleep_{false};
  bool has_slept_ = false;  // the stage's: it said so, and has not looked since
};

}  // namespace tickplant::daemon
