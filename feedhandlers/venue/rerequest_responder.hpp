// Answers MoldUDP64 requests: a receiver that missed messages on both lines asks and gets as many of those it wants as
// fit into one packet. It asks again for the rest. Bytes and time in, a packet and its time out.
//
// What cannot be answered is counted and left alone, as the protocol has no word for "no".
//
// On request answers are late, or spoilt, so that a receiver can be tested against a bad server: by a seed, one roll a
// request that can be answered. A spoilt answer never gives a message another content than it had.
//
// Threads: one. Memory is taken at construction.
// Not here: sockets (rerequest_server.hpp), the request's bytes (moldudp64/request.hpp), which messages there are
// (message_history.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/moldudp64/request.hpp"
#include "feedhandlers/venue/message_history.hpp"
#include "feedhandlers/venue/packetiser.hpp"
#include "feedhandlers/venue/random.hpp"
#include "feedhandlers/venue/since_start.hpp"

namespace tickplant::feedhandlers::venue {

enum class RerequestFault : std::uint8_t {
  none,
  silent,         // no answer
  wrong_session,  // the right messages under another session's name
  wrong_range,    // messages of the session, but not those from where they were asked for
  bad_framing,    // a packet that is cut, or whose counts and lengths lie; what is intact in it is right
};

struct RerequestFaultOptions {
  RerequestFault fault = RerequestFault::none;
  double percent = 100;  // of answers
  std::uint64_t seed = 1;
  std::int64_t delay_nanos = 0;  // of every answer
};

struct RerequestCounters {
  std::uint64_t answered = 0;         // requests, rightly or not
  std::uint64_t messages = 0;         // in the answers
  std::uint64_t unknown_session = 0;  // requests for another session
  std::uint64_t out_of_history = 0;   // requests for messages no longer or not yet there
  std::uint64_t malformed = 0;        // not requests
  std::uint64_t silenced = 0;         // not answered on purpose
  std::uint64_t spoilt = 0;           // answered wrongly on purpose
  std::uint64_t refused = 0;          // answers that the kernel refused, or that were too many to wait for their time
};

class RerequestResponder {
 public:
  /// `packet_bytes`: the largest answer.
  RerequestResponder(const SessionName& session, std::size_t packet_bytes, const RerequestFaultOptions& faults = {});

  /// Empty for none; valid until the next call.
  struct Answer {
    std::span<const std::byte> packet;
    SinceStart due;
  };
  [[nodiscard]] Answer answer(std::span<const std::byte> request, const MessageHistory& history,
                              SinceStart now) noexcept;

  /// Requests for the session before are of another session from now on.
  void begin_session(const SessionName& session) noexcept { session_ = session; }

  [[nodiscard]] const RerequestCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] RerequestCounters& counters() noexcept { return counters_; }

 private:
  [[nodiscard]] std::size_t write_answer(const SessionName& session, sequencing::SequenceRange wanted,
                                         const MessageHistory& history) noexcept;
  [[nodiscard]] std::size_t write_spoilt(sequencing::SequenceRange wanted, const MessageHistory& history) noexcept;
  [[nodiscard]] std::uint64_t another_start(std::uint64_t wanted, sequencing::SequenceRange there) noexcept;
  [[nodiscard]] std::size_t break_framing(std::size_t bytes) noexcept;

  SessionName session_;
  RerequestFaultOptions faults_;
  Random random_;
  std::vector<std::byte> packet_;
  RerequestCounters counters_;
};

}  // namespace tickplant::feedhandlers::venue
