// The exchange's one loop: takes messages from the script when they are due, makes packets of them, sends each on all
// lines, keeps the history, answers re-requests between packets, beats when idle, and ends the session.
//
// A message waits for company in its packet at most `flush_nanos`, and not at all when the next is due later than that.
// Waiting is one ppoll(2) with a timeout in nanoseconds, so that a request or a signal is served at once; below 100 us
// it spins instead, if told to.
//
// Threads: one. Sending takes no memory but where a queue of delayed packets grows.
// Not here: what is said (script.hpp), faults (faulty_line.hpp), talk (program/).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "feedhandlers/venue/line_sender.hpp"
#include "feedhandlers/venue/message_history.hpp"
#include "feedhandlers/venue/pacer.hpp"
#include "feedhandlers/venue/packetiser.hpp"
#include "feedhandlers/venue/rerequest_server.hpp"
#include "feedhandlers/venue/script.hpp"
#include "feedhandlers/venue/signals.hpp"

namespace tickplant::feedhandlers::venue {

struct TransmitterOptions {
  std::int64_t flush_nanos = 200'000;
  std::int64_t heartbeat_nanos = 1'000'000'000;  // of silence until a heartbeat is sent
  std::int64_t linger_nanos = 500'000'000;       // how long the end of session is told, and requests are answered
  std::int64_t status_nanos = 10'000'000'000;    // between calls of on_status
  bool spin = false;
  bool has_schedule = true;  // false: a message is due when its turn comes, none is late
};

struct TransmitterCounters {
  std::uint64_t messages = 0;
  std::uint64_t packets = 0;  // with messages, each of which set out on every line
  std::uint64_t heartbeats = 0;
};

class Transmitter;

/// What the loop has to tell, all of them to be there; called from it, so they should be quick.
struct TransmitterEvents {
  std::function<void()> on_truth_asked;
  std::function<void(const Transmitter& transmitter)> on_status;
  std::function<void(std::int64_t behind_nanos)> on_cannot_keep_up;
};

class Transmitter {
 public:
  /// `lines`, `history`, `server` and `signals` outlive the transmitter. Without a server, null, no history is kept.
  Transmitter(const TransmitterOptions& options, Packetiser packetiser, std::vector<LineSender>& lines,
              MessageHistory* history, RerequestServer* server, Signals& signals, TransmitterEvents events);

  /// Until all of the script is sent and the end of session told. A signal stops the script, a second one the telling.
  /// True when a signal did.
  bool run(Script& script);

  [[nodiscard]] const TransmitterCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const Lateness& lateness() const noexcept { return lateness_; }
  /// How long the script has been running, or ran.
  [[nodiscard]] SinceStart duration() const noexcept { return std::min(said_at_, elapsed()); }

 private:
  [[nodiscard]] SinceStart elapsed() const noexcept;
  void send_due(Script& script);
  void send_open_packet(SinceStart now);
  void send_on_all_lines(std::span<const std::byte> packet, SinceStart now);
  void end_session();
  [[nodiscard]] SinceStart next_departure() const noexcept;
  void pump(SinceStart wake);
  void wait_until(SinceStart wake);
  void obey_signals();

  TransmitterOptions options_;
  Packetiser packetiser_;
  std::vector<LineSender>& lines_;
  MessageHistory* history_;
  RerequestServer* server_;
  Signals& signals_;
  TransmitterEvents events_;
  TransmitterCounters counters_;
  Lateness lateness_;
  std::int64_t start_nanos_ = 0;  // CLOCK_MONOTONIC
  SinceStart said_at_ = kNever;   // all of the script
  SinceStart flush_due_;          // of the open packet
  SinceStart heartbeat_due_;
  SinceStart status_due_;
  int stops_asked_ = 0;
};

}  // namespace tickplant::feedhandlers::venue
