// Any bytes as a series of MoldUDP64 datagrams (each behind a u16 length) into framing and sequence tracking: no
// message outside its datagram, none delivered twice, and the counters add up.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/sequencing/session_table.hpp"
#include "platform/check.hpp"

namespace {

using namespace tickplant::feedhandlers;
using sequencing::SequenceTracker;
using sequencing::SessionTable;

volatile unsigned sink;

void receive(SessionTable& sessions, std::span<const std::byte> bytes) {
  const auto datagram = moldudp64::parse(bytes);
  if (datagram.damage == moldudp64::Damage::short_header) return;
  TP_CHECK(datagram.blocks.size() + moldudp64::kHeaderBytes <= bytes.size());
  TP_CHECK(datagram.damage != moldudp64::Damage::none ||
           datagram.blocks.size() + moldudp64::kHeaderBytes == bytes.size());

  const auto arrival = sessions.on_packet(datagram.session, datagram.range);
  std::uint64_t last_end = 0;
  for (const auto& piece : arrival.unseen) {
    TP_CHECK(!piece.empty() && piece.begin >= last_end && piece.end <= datagram.range.end);
    last_end = piece.end;
    std::uint64_t next = piece.begin;
    moldudp64::for_each_message(datagram, piece, [&](std::uint64_t sequence, std::span<const std::byte> message) {
      TP_CHECK(sequence == next++);
      unsigned sum = 0;
      for (const std::byte byte : message) sum += std::to_integer<unsigned>(byte);
      sink = sum;
    });
    TP_CHECK(next == piece.end);
  }
}

void check_state(const SequenceTracker& tracker) {
  const auto& counted = tracker.counters();
  std::uint64_t open = 0;
  std::uint64_t previous_end = 0;
  for (const auto& gap : tracker.open_gaps()) {
    TP_CHECK(!gap.empty() && (previous_end == 0 || gap.begin > previous_end));
    TP_CHECK(gap.end <= tracker.next_expected());
    previous_end = gap.end;
    open += gap.count();
  }
  TP_CHECK(counted.missed_messages == counted.late_messages + counted.lost_messages + open);
  TP_CHECK(counted.messages == tracker.next_expected() - tracker.first() - counted.lost_messages - open);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SessionTable sessions;
  auto rest = std::as_bytes(std::span(data, size));
  std::uint64_t packets = 0;
  while (rest.size() >= 2) {
    const std::size_t length = std::min<std::size_t>(load_big<std::uint16_t>(rest.data()), rest.size() - 2);
    receive(sessions, rest.subspan(2, length));
    rest = rest.subspan(2 + length);
    ++packets;
  }
  TP_CHECK(sessions.totals().packets + sessions.unsequenced().packets <= packets);
  for (const auto& session : sessions.sessions()) check_state(session.tracker);
  return 0;
}
