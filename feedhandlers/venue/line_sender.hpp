// One multicast line: packets go through its faults (faulty_line.hpp) and those that are due go out, many a system
// call.
//
// Threads: one. Takes memory only where the queue of delayed packets grows.
// Not here: what is in a packet (packetiser.hpp), when to call (transmitter.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "feedhandlers/venue/faulty_line.hpp"
#include "feedhandlers/venue/multicast_socket.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::venue {

struct LineOptions {
  std::string name;  // "A"
  LineAddress address;
  int ttl = 1;
  std::size_t packet_bytes = 1400;  // the largest packet
  FaultOptions faults;
};

struct LineCounters {
  std::uint64_t packets = 0;  // handed to the kernel, duplicates among them
  std::uint64_t bytes = 0;    // their UDP payload
  std::uint64_t refused = 0;  // by the kernel: lost
  int last_error = 0;         // the errno of the last refusal
};

class LineSender {
 public:
  /// Opens the socket: throws what open_multicast_sender() throws.
  explicit LineSender(const LineOptions& options);

  /// `packet` sets out; a copy is kept until transmit() finds it due. `now` never goes back.
  void send(std::span<const std::byte> packet, SinceStart now) { line_.send(packet, now); }
  /// Packets held back to be overtaken set out as well.
  void release_held(SinceStart now) { line_.release_held(now); }

  /// Hands over to the kernel what is due at `now`.
  void transmit(SinceStart now) noexcept;
  /// When transmit() has work next; kNever when nothing waits.
  [[nodiscard]] SinceStart next_due() noexcept { return line_.queue().size() == 0 ? kNever : line_.queue().at(0).due; }

  [[nodiscard]] const LineOptions& options() const noexcept { return options_; }
  [[nodiscard]] const LineCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const FaultCounters& faults() const noexcept { return line_.counters(); }

 private:
  [[nodiscard]] std::size_t send_some(SinceStart now) noexcept;

  LineOptions options_;
  platform::UniqueFd socket_;
  FaultyLine line_;
  LineCounters counters_;
};

}  // namespace tickplant::feedhandlers::venue
