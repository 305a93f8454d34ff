// One multicast line's way out: those of its packets (faulty_line.hpp) that are due go to the kernel, many a system
// call.
//
// Threads: one.
// Not here: what is in a packet (packetiser.hpp), when to call (transmitter.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "feedhandlers/venue/faulty_line.hpp"
#include "feedhandlers/venue/multicast_socket.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::venue {

struct LineOptions {
  std::string name;  // "A"
  LineAddress address;
  int ttl = 1;
  FaultOptions faults;  // of the FaultyLine
};

struct LineCounters {
  std::uint64_t packets = 0;  // handed to the kernel, duplicates among them
  std::uint64_t bytes = 0;    // their UDP payload
  std::uint64_t refused = 0;  // by the kernel: lost
  int last_error = 0;         // the errno of the last refusal
};

class LineSender {
 public:
  /// Opens the socket: throws what open_multicast_sender() throws. `line` outlives the sender.
  LineSender(const LineOptions& options, FaultyLine& line);

  /// Hands over to the kernel what is due at `now`.
  void transmit(SinceStart now) noexcept;

  [[nodiscard]] const LineOptions& options() const noexcept { return options_; }
  [[nodiscard]] const LineCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const FaultCounters& faults() const noexcept { return line_->counters(); }

 private:
  [[nodiscard]] std::size_t send_some(SinceStart now) noexcept;

  LineOptions options_;
  platform::UniqueFd socket_;
  FaultyLine* line_;
  LineCounters counters_;
};

}  // namespace tickplant::feedhandlers::venue
