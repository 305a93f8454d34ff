// A feed as a stage sees it, whatever its protocol: packets or batches in, records out, and the totals that operators
// look at.
//
// Threads: made by the set-up thread, then the feed's own alone. Nothing here waits or allocates once it is made.
// Not here: which protocol a config names (make_packet_feed.hpp), where bytes come from (sources/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/feed_records.hpp"
#include "feedhandlers/moldudp64/request.hpp"
#include "feedhandlers/packet.hpp"
#include "feedhandlers/published_forms.hpp"
#include "feedhandlers/sequencing/session_id.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "feedhandlers/trading_day.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::feedhandlers {

/// What a feed is made of; the references outlive it.
struct FeedParts {
  TickPublisher& publisher;
  ringbuf::InstrumentDirectoryWriter& directory;
  std::string_view venue;  // MIC
  ringbuf::FeedId id;
  PublishedForms forms;
};

/// What a protocol cannot know by itself. Asked on the feed's thread.
class FeedHost : public TradingDays {
 public:
  /// How long ago that was, in ns; 0 in replay.
  [[nodiscard]] virtual std::int64_t publish_delay(platform::UnixNanos ts_recv) noexcept = 0;
};

struct FeedTotals {
  std::uint64_t messages = 0;            // understood, each once
  std::uint64_t bad_messages = 0;        // of unknown type or wrong length
  std::uint64_t damaged_packets = 0;     // broken framing
  std::uint64_t foreign_packets = 0;     // not of this feed
  std::uint64_t duplicate_messages = 0;  // that had come before, on the other line mostly
  std::uint64_t gaps = 0;                // that were told
  std::uint64_t missed_messages = 0;     // in those gaps; of protocols that number packets: packets
  std::uint64_t unknown_orders = 0;      // messages about an order that we never saw
  std::uint64_t venue_heartbeats = 0;    // packets without messages
  std::uint64_t held_packets = 0;        // came too early
  std::uint64_t requests = 0;            // for messages that no line brought
  std::uint64_t compared_packets = 0;    // with their copy on another line
  std::uint64_t differing_packets = 0;   // from it
  std::uint64_t next_sequence = 0;       // what the source sends next; 0: not known
  bool has_ended = false;                // the venue said so
};

class Feed {
 public:
  virtual ~Feed() = default;

  /// A trading day begins: books and day values start anew. `received`: when that became known; by default as it began.
  virtual void begin_day(const TradingDay& day, const sequencing::SessionId& session,
                         platform::UnixNanos received) noexcept = 0;
  /// Time passes: tells readers so.
  virtual void publish_heartbeat(const HeartbeatTime& time) noexcept = 0;
  [[nodiscard]] virtual FeedTotals totals() const noexcept = 0;
};

/// Books from a snapshot of the venue while live data goes on. Whoever fetches it calls this on the feed's thread.
class SnapshotRecovery {
 public:
  enum class Wish : std::uint8_t {
    nothing,
    repair,   // single books are in doubt
    rebuild,  // all books are in doubt
  };
  enum class Progress : std::uint8_t {
    idle,      // no attempt is under way
    fetching,  // waits for the snapshot
    working,   // has all of it: call step()
  };

  virtual ~SnapshotRecovery() = default;
  [[nodiscard]] virtual Wish wish() const noexcept = 0;
  /// Live messages are kept from here on; an attempt under way is void. `compare_all`: with a second copy, also books
  /// that nothing speaks against.
  virtual void begin(bool compare_all) noexcept = 0;
  /// The server names the session of the snapshot to come. False: the lines are in another one, and it is of no use.
  [[nodiscard]] virtual bool on_snapshot_session(const sequencing::SessionId& session) noexcept = 0;
  virtual void on_snapshot_message(std::span<const std::byte> message, platform::UnixNanos now) noexcept = 0;
  /// The snapshot is whole: live messages from `live_from` on are news to it.
  virtual void on_snapshot_end(std::uint64_t live_from) noexcept = 0;
  /// A bounded piece of work. Returns whether another call has something to do already.
  virtual bool step(platform::UnixNanos now) noexcept = 0;
  [[nodiscard]] virtual Progress progress() const noexcept = 0;
  /// Attempts that put all books right; those that were void although the snapshot was whole, and of them those that
  /// were of another session; books told as a whole; books that a comparison found wrong.
  struct Totals {
    std::uint64_t complete = 0;
    std::uint64_t void_attempts = 0;
    std::uint64_t other_sessions = 0;
    std::uint64_t told_books = 0;
    std::uint64_t differing_books = 0;
  };
  [[nodiscard]] virtual Totals totals() const noexcept = 0;
};

/// A feed of packets on one or two lines, in whatever order they come.
class PacketFeed : public Feed {
 public:
  /// A predecessor's records are in the ring up to `reached`: the day goes on, and what the venue sent meanwhile is
  /// missing. True: books are as `told` says, and nothing is published. False: they are empty and doubted, and readers
  /// are told so; `told` knows not all, or this protocol's records are not enough to go on with. Call at set-up.
  virtual bool resume(const TradingDay& day, const ringbuf::SourcePositionBody& reached, const ToldHistory& told,
                      platform::UnixNanos now) = 0;

  /// The first one begins the day. One without a receive time counts as received with the one before.
  virtual void on_packet(const Packet& packet) noexcept = 0;
  /// There was no packet: gives up what is overdue.
  virtual void on_time(platform::UnixNanos now) noexcept = 0;
  /// The input has ended: what is held back is let go.
  virtual void flush() noexcept = 0;

  /// What to ask the re-request server for now. Call until it gives nothing.
  [[nodiscard]] virtual std::optional<moldudp64::Request> take_request(platform::UnixNanos) noexcept {
    return std::nullopt;
  }
  /// From here on packets are compared with their copies on other lines (sequencing/copy_comparison.hpp). Call at
  /// set-up.
  virtual void compare_copies() = 0;
  /// nullptr: this feed has none.
  [[nodiscard]] virtual SnapshotRecovery* snapshot_recovery() noexcept { return nullptr; }
  /// When on_time() or take_request() has something to do next.
  [[nodiscard]] virtual std::optional<platform::UnixNanos> next_deadline() const noexcept = 0;
};

}  // namespace tickplant::feedhandlers
