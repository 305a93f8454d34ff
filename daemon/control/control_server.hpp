// Answers clients at the control socket: what the plant is, and, to those who may, a change of it. Cap'n Proto RPC; the
// capabilities that a client is given are what its user may do.
//
//   client --connect()--> role, Reader, Admin
//   Reader: from shared memory, as any other process would read it     Admin: to the plant's thread and back
//
// It never touches a data stage. What a client can cost is bounded: its messages, what waits to be sent to it, its time
// until it says who it is, how many there are.
//
// Threads: one of its own, started and stopped by set-up. Counters are its own.
// Not here: the contract (clients/protocol/control.capnp), who may what (peer.hpp), the plant's side of requests
// (plant_requests.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "daemon/control/control_socket.hpp"
#include "daemon/control/peer.hpp"
#include "daemon/control/plant_requests.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

struct ControlServerSetup {
  std::filesystem::path folder;  // the plant's
  RolePolicy roles;
  std::size_t clients_max = 5'000;
  std::uint64_t client_bytes_max = 262'144;  // of a message from it, and of what waits for it
  std::int64_t handshake_ns = 5'000'000'000;
  std::function<void()> wake_plant;  // any time: there is a request
};

class ControlServer {
 public:
  /// `socket` outlives it. Throws SetupError: no descriptors left, no room for its counters.
  ControlServer(const ControlSocket& socket, ControlServerSetup setup, ringbuf::CountersWriter& counters);
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  ~ControlServer();

  /// The plant is announced: from here on clients are answered.
  void start();
  /// Every connection is closed; its thread is gone when it returns.
  void stop() noexcept;

  /// The plant's thread takes them from here.
  [[nodiscard]] PlantRequests& requests() noexcept;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace tickplant::daemon
