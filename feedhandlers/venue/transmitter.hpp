// The exchange's one loop: asks the clock, lets the lines say what is due, hands packets to the kernel, serves those
// who ask, obeys signals.
//
// Waiting is one ppoll(2) with a timeout in nanoseconds, so that a request or a signal is served at once; below 100 us
// it spins instead, if told to.
//
// Threads: one.
// Not here: what is said when (simulated_lines.hpp), answers (rerequest_server.hpp, tcp_server.hpp), talk (program/).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "feedhandlers/venue/line_sender.hpp"
#include "feedhandlers/venue/rerequest_server.hpp"
#include "feedhandlers/venue/signals.hpp"
#include "feedhandlers/venue/simulated_lines.hpp"
#include "feedhandlers/venue/tcp_server.hpp"

namespace tickplant::feedhandlers::venue {

struct TransmitterOptions {
  std::int64_t status_nanos = 10'000'000'000;  // between calls of on_status
  bool spin = false;
};

/// What the loop has to tell, all of them to be there; called from it, so they should be quick.
struct TransmitterEvents {
  std::function<void()> on_truth_asked;
  std::function<void()> on_status;
  std::function<void(std::int64_t behind_nanos)> on_cannot_keep_up;
};

/// Who answers; null: nobody.
struct Servers {
  RerequestServer* rerequest = nullptr;  // of lines that keep a history
  TcpServer* soupbintcp = nullptr;
  TcpServer* glimpse = nullptr;
};

class Transmitter {
 public:
  /// All but the options and events outlive the transmitter. Its time begins now.
  Transmitter(const TransmitterOptions& options, SimulatedLines& lines, std::vector<LineSender>& senders,
              const Servers& servers, Signals& signals, TransmitterEvents events);

  /// Until the lines' session is over and nothing waits to leave. A signal stops the script, a second one the telling
  /// of the end.
  void run();

  /// Since the start.
  [[nodiscard]] SinceStart elapsed() const noexcept;
  /// A signal stopped a script before its end.
  [[nodiscard]] bool was_stopped() const noexcept { return was_stopped_; }
  /// A signal came, also after the script's end: no other session is wanted.
  [[nodiscard]] bool was_signalled() const noexcept { return was_signalled_; }
  /// How long the script has been running, or ran.
  [[nodiscard]] SinceStart duration() const noexcept { return std::min(lines_.said_at(), elapsed()); }

 private:
  void serve(SinceStart now);
  void wait_until(SinceStart wake);
  void obey_signals();

  TransmitterOptions options_;
  SimulatedLines& lines_;
  std::vector<LineSender>& senders_;
  Servers servers_;
  Signals& signals_;
  TransmitterEvents events_;
  std::int64_t start_nanos_;  // CLOCK_MONOTONIC
  SinceStart status_due_;
  SinceStart serve_due_ = kNever;
  bool was_stopped_ = false;
  bool was_signalled_ = false;
};

}  // namespace tickplant::feedhandlers::venue
