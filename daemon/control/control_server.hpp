// Answers clients at the control socket: what the plant is, streams of ticks and results, and, to those who may, a
// change of it. Cap'n Proto RPC; the capabilities that a client is given are what its user may do.
//
//   client --connect()--> role, Reader, Trader, Admin
//   Reader: from shared memory, as any other process would read it     Admin: to the plant's thread and back
//   Trader: lists in the state folder
//
// It never touches a data stage. What a client can cost is bounded: its messages, what waits to be sent to it, its time
// until it says who it is, its streams, how many there are.
//
// Threads: one of its own and a helper for what waits for the disk, started and stopped by set-up. Counters are its
// own. Not here: the contract (clients/protocol/control.capnp), who may what (peer.hpp), what connections share
// (control_state.hpp), the plant's side of requests (plant_requests.hpp).
#pragma once

#include <memory>

#include "daemon/control/control_setup.hpp"
#include "daemon/control/control_socket.hpp"
#include "daemon/control/plant_requests.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

class WishedSymbols;

class ControlServer {
 public:
  /// `socket` outlives it. Throws SetupError: no descriptors left, no room for its counters, watchlists that cannot be
  /// read.
  ControlServer(const ControlSocket& socket, ControlServerSetup setup, ringbuf::CountersWriter& counters);
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  ~ControlServer();

  /// The plant is announced: from here on clients are answered.
  void start();
  /// Every connection is closed; its threads are gone when it returns.
  void stop() noexcept;

  /// The plant's thread takes them from here.
  [[nodiscard]] PlantRequests& requests() noexcept;
  /// What clients want of each feed, for those that subscribe upstream. Any thread.
  [[nodiscard]] const WishedSymbols& wished_symbols() const noexcept;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace tickplant::daemon
