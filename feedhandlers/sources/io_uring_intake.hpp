// Takes datagrams by io_uring: one multishot receive for each socket, one ring for all of them. While datagrams come
// there is no system call for each of them, and an idle round makes none at all: the kernel raises a flag in shared
// memory when it has something to hand over (IORING_SETUP_TASKRUN_FLAG), and only then is it entered.
//
// Threads and the rest: intake.hpp. The first refill() makes its thread the owner of the ring.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "feedhandlers/sources/intake.hpp"
#include "platform/datagram_receiver.hpp"

namespace tickplant::feedhandlers::sources {

class IoUringIntake final : public Intake {
 public:
  /// `sockets` are not owned. `room` is what the kernel may fill ahead of us, a power of two of buffers. Throws
  /// SetupError where io_uring, or its multishot receive, is not to be had: that is tried out here.
  IoUringIntake(std::span<const int> sockets, const IntakeRoom& room);

  [[nodiscard]] const char* name() const noexcept override { return "io_uring multishot"; }
  [[nodiscard]] std::size_t queue_capacity() const noexcept override { return buffers_; }
  void refill(std::span<DatagramQueue> queues, bool is_first) noexcept override;
  void give_back(std::size_t socket, const platform::Datagram& datagram) noexcept override;
  [[nodiscard]] std::span<const int> descriptors() const noexcept override { return descriptors_; }
  [[nodiscard]] Troubles troubles(std::size_t socket) const noexcept override;

 private:
  void keep_armed() noexcept;

  std::size_t buffers_;
  platform::IoRing ring_;
  std::vector<std::unique_ptr<platform::DatagramReceiver>> receivers_;
  std::vector<std::uint64_t> errors_;
  std::vector<int> descriptors_;  // the sockets and the ring: deferred work wakes nobody who sleeps on the ring alone
};

}  // namespace tickplant::feedhandlers::sources
