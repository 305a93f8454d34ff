// The exchange without network and clock: messages of a script, when they are due, become packets on lines with their
// faults; what was said is remembered for those who ask.
//
//   script --> packetiser --> burst loss --> faulty_line A, B     packets with times: line(i).queue()
//         \--> message_history                                    for re-requests and SoupBinTCP
//          \-> told_market                                        for GLIMPSE
//
//   SimulatedLines lines({.lines = {{}, {.loss_percent = 1}}, .history_bytes = 64 << 20}, session, script);
//   for (SinceStart now; !lines.is_over(); now = lines.next_due()) {
//     lines.advance(now);
//     ... lines.line(0).queue() ...
//   }
//
// A message waits for company in its packet at most `flush_nanos`, and not at all when the next is due later than that.
// When the script has said all, the end of session is told for `linger_nanos`; after that another session can begin.
//
// Threads: one. Takes memory only where a queue of delayed packets or the told market grows.
// Not here: sockets and waiting (transmitter.hpp), answers (rerequest_responder.hpp, server_connection.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "feedhandlers/venue/burst_loss.hpp"
#include "feedhandlers/venue/faulty_line.hpp"
#include "feedhandlers/venue/message_history.hpp"
#include "feedhandlers/venue/pacer.hpp"
#include "feedhandlers/venue/packetiser.hpp"
#include "feedhandlers/venue/script.hpp"
#include "feedhandlers/venue/told_market.hpp"

namespace tickplant::feedhandlers::venue {

struct SimulatedLinesOptions {
  std::vector<FaultOptions> lines{};             // one each
  BurstLossOptions burst_loss{};                 // on all of them
  std::size_t packet_bytes = 1400;               // the largest packet, header included
  std::size_t history_bytes = 0;                 // 0: no history is kept
  bool keeps_told = false;                       // what a GLIMPSE spin is made from
  std::int64_t flush_nanos = 200'000;            // how long a message waits for company
  std::int64_t heartbeat_nanos = 1'000'000'000;  // of silence until a heartbeat is sent
  std::int64_t linger_nanos = 500'000'000;       // how long the end of session is told
  bool has_schedule = true;                      // false: a message is due when its turn comes, none is late
};

struct SimulatedLinesCounters {
  std::uint64_t sessions = 1;
  std::uint64_t messages = 0;  // of all sessions, like the others
  std::uint64_t packets = 0;   // with messages, each of which set out on every line
  std::uint64_t heartbeats = 0;
};

class SimulatedLines {
 public:
  static constexpr int kMostMessagesPerRound = 256;  // then others have their turn
  static constexpr std::int64_t kEndOfSessionIntervalNanos = 50'000'000;

  /// `script` outlives its session.
  SimulatedLines(const SimulatedLinesOptions& options, const SessionName& session, Script& script);
  SimulatedLines(const SimulatedLines&) = delete;
  SimulatedLines& operator=(const SimulatedLines&) = delete;

  /// What is due at `now`, which never goes back: kMostMessagesPerRound messages at most.
  void advance(SinceStart now);
  /// When advance() has something to do; what lies in the lines' queues is apart. kNever: over.
  [[nodiscard]] SinceStart next_due() const noexcept;

  /// The script comes to its end from `now` on, or when the session has so many messages.
  void stop(SinceStart now) { script_->stop(now); }
  void stop_after(std::uint64_t session_messages) noexcept { most_messages_ = session_messages; }
  /// No more telling of the end.
  void cut_short() noexcept;

  /// All is said, and the end told for as long as it should.
  [[nodiscard]] bool is_over() const noexcept { return phase_ == Phase::over; }
  /// Only then: sequences begin at 1, nothing is remembered, the faults' dice roll on.
  void begin_session(const SessionName& session, Script& script, SinceStart now);

  [[nodiscard]] std::size_t line_count() const noexcept { return lines_.size(); }
  [[nodiscard]] FaultyLine& line(std::size_t index) noexcept { return lines_[index]; }
  [[nodiscard]] const FaultyLine& line(std::size_t index) const noexcept { return lines_[index]; }
  /// When the first packet is to leave any of the queues; kNever for none.
  [[nodiscard]] SinceStart next_departure() noexcept;

  [[nodiscard]] const SessionName& session() const noexcept { return packetiser_.session(); }
  /// Of the next message that will be handed to the lines.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return packetiser_.next_sequence(); }
  /// Null where none is kept.
  [[nodiscard]] const MessageHistory* history() const noexcept { return history_ ? &*history_ : nullptr; }
  [[nodiscard]] const ToldMarket* told() const noexcept { return told_ ? &*told_ : nullptr; }

  [[nodiscard]] const SimulatedLinesCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const BurstLossCounters& burst_loss() const noexcept { return burst_loss_.counters(); }
  [[nodiscard]] const Lateness& lateness() const noexcept { return lateness_; }
  [[nodiscard]] Lateness& lateness() noexcept { return lateness_; }
  /// When the newest session's script had said all; kNever before.
  [[nodiscard]] SinceStart said_at() const noexcept { return said_at_; }

 private:
  enum class Phase : std::uint8_t { saying, telling_end, over };

  void say_due(SinceStart now);
  void say(std::span<const std::byte> message, SinceStart now);
  void end_script(SinceStart now);
  void tell_end(SinceStart now);
  void send_open_packet(SinceStart now);
  void send_on_all_lines(std::span<const std::byte> packet, SinceStart now);

  SimulatedLinesOptions options_;
  Script* script_;
  Packetiser packetiser_;
  std::vector<FaultyLine> lines_;
  BurstLoss burst_loss_;
  std::optional<MessageHistory> history_;
  std::optional<ToldMarket> told_;
  SimulatedLinesCounters counters_;
  Lateness lateness_;
  Phase phase_ = Phase::saying;
  std::uint64_t most_messages_ = std::numeric_limits<std::uint64_t>::max();
  SinceStart now_;        // of the last advance()
  SinceStart flush_due_;  // of the open packet
  SinceStart heartbeat_due_;
  SinceStart said_at_ = kNever;
  SinceStart tell_due_;
  SinceStart over_at_;
};

}  // namespace tickplant::feedhandlers::venue
