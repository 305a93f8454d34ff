// A feed at one instant, as plain values: what it received, what it lost, how it mended that, and what it is doing.
//
// Threads: values.
// Not here: judging them (health.hpp), printing them (feed_status.hpp, status_table.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "clients/cli/live/trading_hours.hpp"
#include "feedhandlers/sources/server_reason.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/catalog.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::cli {

/// Receive to publish, of the newest records in a ring: ns.
struct DelayFacts {
  std::uint64_t count = 0;  // records looked at; 0: the rest means nothing
  std::int64_t p50 = 0;
  std::int64_t p99 = 0;
  std::int64_t p999 = 0;
};

/// The value of counter::kBooksInDoubt.
enum class BooksInDoubt : std::uint64_t { none = 0, single = 1, all = 2 };

/// Of whole books that a venue's snapshot server sends.
struct SnapshotFacts {
  std::uint64_t attempts = 0;
  std::uint64_t failures = 0;
  std::uint64_t complete = 0;  // told, or compared with
  std::uint64_t rebuilt_books = 0;
  std::uint64_t differing_books = 0;
  BooksInDoubt in_doubt = BooksInDoubt::none;
};

/// Of the server that the feed logs in to, or that its snapshots come from.
struct ServerFacts {
  ringbuf::counter::ServerState state = ringbuf::counter::ServerState::idle;
  std::optional<platform::UnixNanos> since;      // none: it was never asked
  feedhandlers::sources::ServerFailure failure;  // the newest; it may be over
};

/// Of the copy of all packets on disk.
struct CaptureFacts {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;  // finished ones
  std::uint64_t not_captured = 0;
  std::uint64_t errors = 0;
  int error = 0;  // errno of the disk, 0 = it takes them
};

struct FeedFacts {
  std::string name;
  std::string protocol;
  std::string venue;
  std::string ring;
  std::optional<ringbuf::counter::SourceState> source;  // none: the daemon does not say
  std::optional<TradingHours> hours;                    // none: the daemon does not say
  std::optional<platform::UnixNanos> last_packet;

  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;
  std::uint64_t records = 0;
  std::uint64_t venue_heartbeats = 0;
  std::uint64_t next_sequence = 0;

  bool has_lines = false;  // A and B; the others stay 0 without
  std::uint64_t packets_line_a = 0;
  std::uint64_t packets_line_b = 0;
  std::uint64_t packets_recovered = 0;
  std::uint64_t kernel_drops = 0;
  std::uint64_t card_stamps = 0;
  std::uint64_t compared_packets = 0;
  std::uint64_t differing_packets = 0;
  std::uint64_t held_packets = 0;
  std::uint64_t requests = 0;

  std::uint64_t duplicate_messages = 0;
  std::uint64_t gaps = 0;
  std::uint64_t missed_messages = 0;
  std::uint64_t damaged_packets = 0;
  std::uint64_t foreign_packets = 0;
  std::uint64_t bad_messages = 0;
  std::uint64_t unknown_orders = 0;

  std::optional<std::uint64_t> reconnects;  // none: no connection
  std::optional<SnapshotFacts> snapshots;   // none: nobody to fetch them from
  std::optional<ServerFacts> server;        // none: neither
  std::optional<CaptureFacts> capture;      // none: packets are not captured
  DelayFacts delay;
};

/// What the counters say; `delay` is left empty.
[[nodiscard]] FeedFacts feed_facts(const ringbuf::CatalogFeed& feed, const ringbuf::CountersReader& counters);

/// What a feed is doing, its venue's hours considered.
enum class FeedState : std::uint8_t {
  unknown,
  waiting,  // nothing has come yet
  live,
  silent,  // and whether it should be nobody knows
  stale,   // silent inside its trading hours
  closed,  // nothing comes, outside its trading hours
  ended,
  failed,
  stopped,
};

[[nodiscard]] FeedState state_of(const FeedFacts& feed, platform::UnixNanos now);
[[nodiscard]] std::string_view name_of(FeedState state) noexcept;
[[nodiscard]] std::string_view name_of(BooksInDoubt books) noexcept;
[[nodiscard]] std::string_view name_of(ringbuf::counter::ServerState state) noexcept;

}  // namespace tickplant::cli
