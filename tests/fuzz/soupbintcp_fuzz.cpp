// Any bytes at both ends of a SoupBinTCP connection, in pieces that the input chooses: no byte outside its piece is
// read, however the stream is cut the same happens, sequence numbers grow one by one, output stays bounded, and a dead
// end stays dead. What the client hears goes on into the reader of GLIMPSE spins.
//
// The first byte says how pieces and time go on: sizes from its low half, seconds from its high half.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/glimpse/snapshot_reader.hpp"
#include "feedhandlers/soupbintcp/client_session.hpp"
#include "feedhandlers/soupbintcp/server_session.hpp"
#include "platform/check.hpp"

namespace {

using namespace tickplant::feedhandlers;
using soupbintcp::ClientSession;
using soupbintcp::ClientState;
using soupbintcp::ServerSession;
using tickplant::platform::UnixNanos;

volatile unsigned sink;

/// Reads all of it, and remembers it in order.
class Digest {
 public:
  void add(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) add(std::to_integer<std::uint64_t>(byte));
    add(bytes.size());
  }
  void add(std::uint64_t value) { value_ = (value_ ^ value) * 0x100'0000'01b3; }
  friend bool operator==(const Digest&, const Digest&) = default;

 private:
  std::uint64_t value_ = 0xcbf2'9ce4'8422'2325;
};

struct ClientEnd {
  void on_login(const soupbintcp::SessionName& session, std::uint64_t first) {
    TP_CHECK(first != 0 && first < ClientSession::kMaxSequence);
    next = first;
    digest.add(std::as_bytes(std::span(session.chars)));
    reader.on_login(first);
  }
  void on_message(std::uint64_t sequence, std::span<const std::byte> message) {
    TP_CHECK(sequence == next++);
    TP_CHECK(message.size() <= soupbintcp::kMaxPayloadBytes);
    digest.add(message);
    const auto state = reader.on_message(message, [&](std::span<const std::byte> itch) { digest.add(itch); });
    TP_CHECK((state == glimpse::SpinState::complete) == (reader.live_from() != 0));
  }
  void on_unsequenced(std::span<const std::byte> message) { digest.add(message); }
  void on_end_of_session() { reader.on_end_of_session(); }

  std::uint64_t next = 0;
  glimpse::SnapshotReader reader{};
  Digest digest{};
};

struct Three final : soupbintcp::SequencedMessages {
  [[nodiscard]] sequencing::SequenceRange range() const noexcept override { return {1, 4}; }
  [[nodiscard]] std::span<const std::byte> message(std::uint64_t sequence) noexcept override {
    TP_CHECK(sequence >= 1 && sequence < 4);
    return std::as_bytes(std::span("message")).first(sequence);
  }
  [[nodiscard]] bool is_complete() const noexcept override { return false; }
};

struct ServerEnd {
  bool is_authorised(const soupbintcp::LoginRequest& request) { return request.username.text() != "NOBODY"; }
  void on_unsequenced(std::span<const std::byte> message) { digest.add(message); }
  Digest digest{};
};

/// Feeds a session its bytes; how many at a time, and how much time passes, follows from `habit`.
template <typename Session, typename Handler, typename Look>
void feed(Session& session, Handler& handler, std::span<const std::byte> bytes, unsigned habit, Look&& look) {
  UnixNanos now{0};
  session.on_connected(now);
  for (unsigned i = 0; !bytes.empty(); ++i) {
    const std::size_t size = habit == 0 ? bytes.size() : 1 + (i * 7 + (habit & 15)) % (1 + (habit & 15) * 3);
    const auto piece = bytes.first(std::min(size, bytes.size()));
    bytes = bytes.subspan(piece.size());
    session.on_bytes(piece, now, handler);
    look();
    now = now + static_cast<std::int64_t>(habit >> 4) * 100'000'000;
    session.on_time(now);
    TP_CHECK(session.next_deadline() > now);
    look();
  }
}

Digest client(std::span<const std::byte> bytes, unsigned habit) {
  ClientSession session{{.username = {"FUZZ"}, .max_payload_bytes = 4096}};
  ClientEnd end;
  bool was_dead = false;
  feed(session, end, bytes, habit, [&] {
    TP_CHECK(session.take_output().size() <= ClientSession::kOutputBytes);
    TP_CHECK(!was_dead || session.state() == ClientState::dead);
    was_dead = session.state() == ClientState::dead;
    TP_CHECK(was_dead == (session.error() != soupbintcp::LinkError::none));
  });
  TP_CHECK(end.next == 0 || end.next == session.next_sequence());
  end.digest.add(static_cast<std::uint64_t>(session.state()));
  end.digest.add(session.counters().messages);
  return end.digest;
}

Digest server(std::span<const std::byte> bytes, unsigned habit) {
  Three messages;
  ServerSession session{{.session = {"FUZZ"}, .output_bytes = 64, .max_payload_bytes = 4096}, messages};
  ServerEnd end;
  UnixNanos now{0};
  feed(session, end, bytes, habit, [&] {
    std::size_t pieces = 0;
    for (std::span<const std::byte> out; !(out = session.take_output(now)).empty(); ++pieces) {
      TP_CHECK(out.size() <= 64);
      sink = std::to_integer<unsigned>(out.back());
    }
    TP_CHECK(pieces <= 4 && session.next_sequence() <= 4);
  });
  end.digest.add(static_cast<std::uint64_t>(session.state()));
  return end.digest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
  // Without the passing of time only the order of bytes counts.
  TP_CHECK(client(bytes, 0) == client(bytes, 1 + (data[0] & 14u)));
  TP_CHECK(server(bytes, 0) == server(bytes, 1 + (data[0] & 14u)));
  (void)client(bytes, data[0]);
  (void)server(bytes, data[0]);
  return 0;
}
