// A TCP connection to a server, made again as often as wanted. Nothing here waits: each call does what can be done now.
//
//   TcpConnection connection{{.server = resolve_endpoint("10.1.2.3", 18000, "feed")}};   // set-up
//   connection.begin(now);                                     // each time
//   connection.progress(now);                                  // while connecting
//   connection.receive(), connection.send(bytes)               // while connected
//   poll(2) on connection.descriptor()
//
// The descriptor is an epoll instance and stays the same while sockets come and go, so that a thread can sleep on it:
// readable when bytes came, when the connection is there or has failed, and when output that waits can go on.
//
// An end is never thrown: state() becomes closed, error() and error_number() say why. Keepalive is off: a protocol with
// heartbeats knows sooner.
//
// Threads: built by the set-up thread; the rest belongs to one. Memory is taken at construction.
// Not here: names of hosts (tcp_endpoint.hpp), when to connect again (reconnect_backoff.hpp), what the bytes mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "feedhandlers/sources/tcp_endpoint.hpp"
#include "platform/unique_fd.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::sources {

struct TcpOptions {
  TcpEndpoint server{};
  std::int64_t connect_nanos = 5 * platform::kNanosPerSecond;  // without an answer; the kernel alone takes two minutes
  std::size_t read_bytes = 64 << 10;                           // that one receive() takes at most
  std::size_t output_bytes = 16 << 10;                         // that may wait while the peer does not read
  std::size_t receive_buffer_bytes = 0;                        // of the kernel; 0: it grows as the kernel thinks best
};

enum class TcpState : std::uint8_t { closed, connecting, connected };

enum class TcpError : std::uint8_t {
  none,
  no_socket,        /// this host gave none: descriptors or memory are used up
  refused,          /// nobody listens there
  unreachable,      /// no way to the host, or it is down
  connect_timeout,  /// no answer at all
  closed_by_peer,   /// in good order
  reset,            /// by the peer, or something between
  lost,             /// the kernel gave up sending
  output_full,      /// the peer does not read what is said to it
  other,            /// error_number() says
};

/// "nobody listens there"; for people.
[[nodiscard]] const char* as_text(TcpError error) noexcept;

struct TcpRead {
  std::span<const std::byte> bytes{};               // valid until the next receive()
  platform::UnixNanos ts_recv = platform::kNoTime;  // of the last segment in it, by the kernel; kNoTime: not stamped
};

struct TcpCounters {
  std::uint64_t attempts = 0;     // begin()
  std::uint64_t connections = 0;  // that came about
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;  // taken by the kernel
};

class TcpConnection {
 public:
  /// Throws SetupError when the kernel gives no descriptor.
  explicit TcpConnection(const TcpOptions& options);

  /// Drops the connection there is, and starts another. The state after it: connecting, as a rule.
  TcpState begin(platform::UnixNanos now) noexcept;
  /// While connecting: how that goes. One system call.
  TcpState progress(platform::UnixNanos now) noexcept;

  /// What has come, at most read_bytes. Empty: nothing, or the connection is gone. One system call.
  [[nodiscard]] TcpRead receive() noexcept;

  /// What the kernel does not take now waits for flush(). False: the connection is gone.
  bool send(std::span<const std::byte> bytes) noexcept;
  /// Tries again with what waits, if any does. False: the connection is gone.
  bool flush() noexcept;
  [[nodiscard]] bool has_output() const noexcept { return !output_.empty(); }

  /// error() becomes none.
  void close() noexcept;

  [[nodiscard]] TcpState state() const noexcept { return state_; }
  /// Why it is closed; none: nobody began, or we closed.
  [[nodiscard]] TcpError error() const noexcept { return error_; }
  /// errno of it; 0 where there is none, such as at an end in good order.
  [[nodiscard]] int error_number() const noexcept { return error_number_; }

  /// To be slept on; stays the same.
  [[nodiscard]] int descriptor() const noexcept { return events_.get(); }
  /// While connecting: when progress() gives up.
  [[nodiscard]] platform::UnixNanos connect_deadline() const noexcept { return connect_deadline_; }
  [[nodiscard]] const TcpOptions& options() const noexcept { return options_; }
  [[nodiscard]] const TcpCounters& counters() const noexcept { return counters_; }

 private:
  [[nodiscard]] bool open_socket() noexcept;
  [[nodiscard]] bool watch(int operation, std::uint32_t events) noexcept;
  TcpState become_connected() noexcept;
  /// How many bytes the kernel took; state() is closed where the connection is gone.
  std::size_t write_some(std::span<const std::byte> bytes) noexcept;
  TcpState fail(TcpError error, int error_number) noexcept;
  TcpState fail(int error_number) noexcept;
  void drop_socket() noexcept;

  TcpOptions options_;
  platform::UniqueFd events_;
  platform::UniqueFd socket_;
  TcpState state_ = TcpState::closed;
  TcpError error_ = TcpError::none;
  int error_number_ = 0;
  platform::UnixNanos connect_deadline_{};
  std::vector<std::byte> input_;
  std::vector<std::byte> output_;  // that the kernel did not take
  TcpCounters counters_;
};

}  // namespace tickplant::feedhandlers::sources
