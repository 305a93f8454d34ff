// Takes datagrams by recvmmsg: up to 64 a system call from a socket that does not block. Works on every kernel; an idle
// round costs a system call for each socket.
//
// Threads and the rest: intake.hpp.
#pragma once

#include <memory>
#include <vector>

#include "feedhandlers/sources/intake.hpp"

namespace tickplant::feedhandlers::sources {

class RecvmmsgIntake final : public Intake {
 public:
  static constexpr std::size_t kMaxBatch = 64;

  /// `sockets` are not owned and do not block. One call fills the buffers of `room`, kMaxBatch at most.
  RecvmmsgIntake(std::span<const int> sockets, const IntakeRoom& room);
  ~RecvmmsgIntake() override;

  [[nodiscard]] const char* name() const noexcept override { return "recvmmsg"; }
  [[nodiscard]] std::size_t queue_capacity() const noexcept override { return batch_; }
  void refill(std::span<DatagramQueue> queues, bool is_first) noexcept override;
  void give_back(std::size_t, const platform::Datagram&) noexcept override {}  // the next batch overwrites it
  [[nodiscard]] std::span<const int> descriptors() const noexcept override { return sockets_; }
  [[nodiscard]] Troubles troubles(std::size_t socket) const noexcept override;

 private:
  struct Socket;  // what recvmmsg fills
  void receive(std::size_t number, DatagramQueue& queue) noexcept;

  std::size_t batch_;
  std::vector<int> sockets_;
  std::vector<std::unique_ptr<Socket>> state_;
};

}  // namespace tickplant::feedhandlers::sources
