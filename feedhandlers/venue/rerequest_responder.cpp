#include "feedhandlers/venue/rerequest_responder.hpp"

#include <algorithm>

namespace tickplant::feedhandlers::venue {

RerequestResponder::RerequestResponder(const SessionName& session, std::size_t packet_bytes,
                                       const RerequestFaultOptions& faults)
    : session_(session), faults_(faults), random_(faults.seed), packet_(packet_bytes) {}

RerequestResponder::Answer RerequestResponder::answer(std::span<const std::byte> bytes, const MessageHistory& history,
                                                      SinceStart now) noexcept {
  const auto request = moldudp64::parse_request(bytes);
  if (!request) {
    ++counters_.malformed;
    return {};
  }
  if (request->session != session_id(session_)) {
    ++counters_.unknown_session;
    return {};
  }
  const sequencing::SequenceRange there = history.range();
  if (request->first < there.begin || request->first >= there.end) {
    ++counters_.out_of_history;
    return {};
  }
  const sequencing::SequenceRange wanted{request->first, request->first + request->count};
  const bool is_hit = random_.fraction() * 100 < faults_.percent && faults_.fault != RerequestFault::none;
  if (is_hit && faults_.fault == RerequestFault::silent) {
    ++counters_.silenced;
    return {};
  }
  counters_.spoilt += is_hit ? 1 : 0;
  const std::size_t length = is_hit ? write_spoilt(wanted, history) : write_answer(session_, wanted, history);
  ++counters_.answered;
  return {std::span<const std::byte>(packet_).first(length), now + faults_.delay_nanos};
}

/// Into packet_: how long it is.
std::size_t RerequestResponder::write_answer(const SessionName& session, sequencing::SequenceRange wanted,
                                             const MessageHistory& history) noexcept {
  const auto copied = history.copy(wanted, std::span(packet_).subspan(moldudp64::kHeaderBytes));
  store_header(session, wanted.begin, copied.messages, packet_);
  counters_.messages += copied.messages;
  return moldudp64::kHeaderBytes + copied.bytes;
}

std::size_t RerequestResponder::write_spoilt(sequencing::SequenceRange wanted, const MessageHistory& history) noexcept {
  if (faults_.fault == RerequestFault::wrong_session) {
    SessionName other = session_;
    other[0] = other[0] == '!' ? '?' : '!';
    return write_answer(other, wanted, history);
  }
  if (faults_.fault == RerequestFault::wrong_range) {
    const std::uint64_t first = another_start(wanted.begin, history.range());
    return write_answer(session_, {first, first + wanted.count()}, history);
  }
  return break_framing(write_answer(session_, wanted, history));
}

/// Up to 64 messages before or behind; where there is no other message, the wanted one.
std::uint64_t RerequestResponder::another_start(std::uint64_t wanted, sequencing::SequenceRange there) noexcept {
  const std::uint64_t away = 1 + random_.below(64);
  const bool goes_back = random_.chance(1, 2);
  const std::uint64_t before = wanted - std::min(away, wanted - there.begin);
  const std::uint64_t behind = std::min(wanted + away, there.end - 1);
  if (goes_back) return before != wanted ? before : behind;
  return behind != wanted ? behind : before;
}

/// Of the answer in packet_: how long it is now. Every way leaves what stands before the damage as it was.
std::size_t RerequestResponder::break_framing(std::size_t bytes) noexcept {
  constexpr std::size_t kCountAt = 18;
  switch (random_.below(4)) {
    case 0: return 1 + random_.below(moldudp64::kHeaderBytes - 1);  // not even a header
    case 1:                                                         // cut in the last message or before it
      return moldudp64::kHeaderBytes + random_.below(static_cast<std::uint32_t>(bytes - moldudp64::kHeaderBytes));
    case 2:  // counts far more messages than follow, but is no end of session
      packet_[kCountAt] = std::byte{0xfe};
      return bytes;
    default:  // the first message claims to be longer than all
      packet_[moldudp64::kHeaderBytes] = packet_[moldudp64::kHeaderBytes + 1] = std::byte{0xff};
      return bytes;
  }
}

}  // namespace tickplant::feedhandlers::venue
