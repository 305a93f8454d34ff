// Who is at the other end of a connection, and what it has of us. Server objects share it: a call that is under way
// may outlive its connection.
//
// Threads: the control thread. Not here: the connection itself (connection.hpp).
#pragma once

#include <kj/async.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "daemon/control/peer.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::daemon {

/// Where a client reads, as it says.
struct ReportedPosition {
  std::uint64_t next = 0;  // sequence
  std::uint64_t latency_ns_p50 = 0, latency_ns_max = 0;
};

struct Caller {
  Caller(std::uint64_t number, Peer who, Role may) : id(number), peer(std::move(who)), role(may) {}

  const std::uint64_t id;  // of the connection, never used again
  const Peer peer;
  const Role role;
  std::string name = {};      // as it calls itself
  bool is_connected = false;  // it has said who it is

  std::map<std::string, ReportedPosition> positions = {};  // by ring
  platform::UnixNanos reported_at{};
  unsigned streams = 0;  // that it holds

  /// How many bytes wait to be read by it; and closes it. Empty: it is gone.
  std::function<std::size_t()> waiting_bytes = {};
  std::function<void()> close = {};

  /// For the log: "my-tool (admin, uid 1000, pid 4711)".
  [[nodiscard]] std::string who() const {
    return name + " (" + std::string(name_of(role)) + ", " + text_of(peer) + ')';
  }
};

}  // namespace tickplant::daemon
