// What io_ring.cpp and datagram_receiver.cpp share: the ring of liburing. Included by those two only, so that
// liburing.h stays out of everybody else's sight.
#pragma once

#include <liburing.h>

#include "platform/io_ring.hpp"

namespace tickplant::platform {

struct IoRing::Impl {
  io_uring ring{};
  bool is_deferred = false;
  bool is_enabled = false;       // starts disabled: the thread that enables it becomes its owner
  std::uint16_t next_group = 0;  // of provided buffers

  /// Makes the calling thread the owner, once.
  void enable() noexcept;
  /// Cancels submissions with `user_data` and waits for their end. No effect from a thread that is not the owner.
  void cancel_and_wait(std::uint64_t user_data) noexcept;
  void cancel_all_and_wait() noexcept;
  void cancel(std::uint64_t user_data, unsigned flags) noexcept;
};

}  // namespace tickplant::platform
