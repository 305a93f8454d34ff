// A reorder buffer and what it delivered: messages by number, with what a feed would see of them.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "feedhandlers/sequencing/reorder_buffer.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::tests {

/// The text of message `sequence`: one that is out of place is recognised.
inline Bytes numbered_message(std::uint64_t sequence) { return "m" + std::to_string(sequence); }

inline Bytes numbered_packet(std::string_view session, std::uint64_t first, std::uint64_t count) {
  std::vector<Bytes> messages;
  for (std::uint64_t i = 0; i < count; ++i) messages.push_back(numbered_message(first + i));
  return mold_packet(session, first, messages);
}

inline feedhandlers::sequencing::SessionId session_named(std::string_view text) {
  const Bytes header = mold_header(text, 0, 0);
  return feedhandlers::sequencing::SessionId::from_bytes(as_span(header).first<10>());
}

class ReorderHarness {
 public:
  using Line = feedhandlers::Line;
  using PacketKind = feedhandlers::moldudp64::PacketKind;

  struct Delivered {
    PacketKind kind;
    std::uint64_t first;
    std::uint64_t count;
    std::int64_t ts_recv;
    Line line;
    std::string session;
  };

  explicit ReorderHarness(const feedhandlers::sequencing::ReorderOptions& options = {}) : buffer(options) {}

  void receive(const Bytes& datagram, Line line = Line::a) {
    buffer.on_packet({.payload = as_span(datagram), .ts_recv = {now}, .line = line},
                     [this](const auto&... what) { note(what...); });
  }
  void receive(std::uint64_t first, std::uint64_t count = 1, Line line = Line::a) {
    receive(numbered_packet("S", first, count), line);
  }
  void pass(std::int64_t nanos) {
    now += nanos;
    buffer.on_time({now}, [this](const auto&... what) { note(what...); });
  }
  void flush() {
    buffer.flush([this](const auto&... what) { note(what...); });
  }

  /// What was delivered since the last call: "1-3 4 hb5 end6", another session than S before a colon.
  std::string taken() {
    std::string text;
    for (; shown_ < delivered.size(); ++shown_) {
      const Delivered& one = delivered[shown_];
      if (!text.empty()) text += ' ';
      if (one.session != "S") text += one.session + ':';
      if (one.kind == PacketKind::heartbeat) text += "hb";
      if (one.kind == PacketKind::end_of_session) text += "end";
      text += std::to_string(one.first);
      if (one.count > 1) text += '-' + std::to_string(one.first + one.count - 1);
    }
    return text;
  }

  /// "4+2", or "-" when there is nothing to ask for now.
  std::string request() {
    const auto request = buffer.take_request({now});
    return request ? std::to_string(request->first) + '+' + std::to_string(request->count) : "-";
  }

  static constexpr std::int64_t kMilli = 1'000'000;
  std::int64_t now = 1'548'858'600'000'000'000;
  feedhandlers::sequencing::ReorderBuffer buffer;
  std::vector<Delivered> delivered;

 private:
  void note(const feedhandlers::Packet& packet, const feedhandlers::moldudp64::Datagram& datagram) {
    feedhandlers::moldudp64::for_each_message(datagram, [](std::uint64_t sequence, std::span<const std::byte> bytes) {
      if (sequence == 0) return;
      EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), numbered_message(sequence));
    });
    delivered.push_back({datagram.kind, datagram.range.begin, datagram.range.count(), packet.ts_recv.value, packet.line,
                         datagram.session.text()});
  }

  std::size_t shown_ = 0;
};

}  // namespace tickplant::tests
