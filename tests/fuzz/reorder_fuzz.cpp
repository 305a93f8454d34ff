// Any bytes as datagrams of three lines in any order and at any time, into a reorder buffer with little room: messages
// come out in order, none twice, each number is delivered or given up, and it always comes to an end.
//
// Each datagram: line and time step (a byte each), length (u16), bytes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/sequencing/reorder_buffer.hpp"
#include "platform/check.hpp"

namespace {

using namespace tickplant::feedhandlers;
using sequencing::ReorderBuffer;
using tickplant::platform::UnixNanos;

constexpr std::int64_t kTick = 1'000'000;

/// What came out.
class Checker {
 public:
  void operator()(const Packet& packet, const moldudp64::Datagram& datagram) {
    if (datagram.range.begin == 0) return;
    if (!is_started_ || !(datagram.session == session_)) {
      // Of a session that comes behind another one the beginning can be missed; of one that was left before it is not.
      if (is_started_) beginnings_missed_ += datagram.range.begin - 1;
      is_started_ = true;
      session_ = datagram.session;
      next_ = datagram.range.begin;
    }
    TP_CHECK(datagram.range.begin >= next_ && datagram.range.begin <= datagram.range.end);
    jumped_ += datagram.range.begin - next_;
    next_ = datagram.range.end;
    std::uint64_t messages = 0;
    unsigned sum = 0;
    moldudp64::for_each_message(datagram, [&](std::uint64_t, std::span<const std::byte> message) {
      TP_CHECK(message.data() >= packet.payload.data() &&
               message.data() + message.size() <= packet.payload.data() + packet.payload.size());
      for (const std::byte byte : message) sum += std::to_integer<unsigned>(byte);
      ++messages;
    });
    sink_ = sum;
    TP_CHECK(messages == datagram.range.count());
  }

  [[nodiscard]] std::uint64_t jumped() const { return jumped_; }
  [[nodiscard]] std::uint64_t beginnings_missed() const { return beginnings_missed_; }

 private:
  bool is_started_ = false;
  sequencing::SessionId session_;
  std::uint64_t next_ = 0;
  std::uint64_t jumped_ = 0;
  std::uint64_t beginnings_missed_ = 0;
  volatile unsigned sink_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = std::as_bytes(std::span(data, size));
  const bool can_request = size > 0 && (data[0] & 1) != 0;
  ReorderBuffer buffer{{.can_request = can_request, .held_bytes_max = 512, .held_packets_max = 6}};
  Checker checker;
  std::int64_t now = 1'000'000'000'000;
  while (rest.size() >= 4) {
    const auto line = static_cast<Line>(std::to_integer<unsigned>(rest[0]) % kLineCount);
    now += (std::to_integer<int>(rest[1]) - 16) * kTick;  // sometimes backwards
    const std::size_t length = std::min<std::size_t>(load_big<std::uint16_t>(rest.data() + 2), rest.size() - 4);
    buffer.on_packet({.payload = rest.subspan(4, length), .ts_recv = {now}, .line = line}, checker);
    rest = rest.subspan(4 + length);

    int requests = 0;
    while (const auto request = buffer.take_request(UnixNanos{now})) {
      TP_CHECK(can_request && request->count > 0 && ++requests <= static_cast<int>(sequencing::Holes::kMax));
    }
    TP_CHECK((buffer.missing_messages() == 0) == !buffer.next_deadline());
    if (line == Line::b) buffer.on_time(UnixNanos{now}, checker);
  }
  buffer.flush(checker);
  const auto& counters = buffer.counters();
  TP_CHECK(buffer.held_packets() == 0 && buffer.missing_messages() == 0);
  // Both count modulo 2^64: wild numbers can jump further than that, all in all.
  TP_CHECK(counters.given_up_messages - checker.jumped() <= checker.beginnings_missed());
  TP_CHECK(counters.released_packets <= counters.held_packets);
  return 0;
}
