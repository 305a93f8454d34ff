#include "clients/cli/live/feed_facts.hpp"

#include "clients/cli/live/counter_owner.hpp"

namespace tickplant::cli {
namespace {

namespace counter = ringbuf::counter;
using counter::SourceState;

std::optional<TradingHours> hours_of(const CounterOwner& owner, const std::string& time_zone) {
  const auto open = owner.find(counter::kTradingOpens);
  const auto close = owner.find(counter::kTradingCloses);
  if (!open || !close) return std::nullopt;
  return TradingHours{std::chrono::minutes(*open), std::chrono::minutes(*close), time_zone};
}

std::optional<SnapshotFacts> snapshots_of(const CounterOwner& owner) {
  const auto in_doubt = owner.find(counter::kBooksInDoubt);
  if (!in_doubt) return std::nullopt;
  SnapshotFacts facts;
  facts.attempts = owner.value(counter::kSnapshotAttempts);
  facts.failures = owner.value(counter::kSnapshotFailures);
  facts.complete = owner.value(counter::kSnapshots);
  facts.rebuilt_books = owner.value(counter::kRebuiltBooks);
  facts.differing_books = owner.value(counter::kDifferingBooks);
  facts.in_doubt = static_cast<BooksInDoubt>(*in_doubt);
  return facts;
}

std::optional<ServerFacts> server_of(const CounterOwner& owner) {
  const auto state = owner.find(counter::kServerState);
  if (!state) return std::nullopt;
  return ServerFacts{
      static_cast<counter::ServerState>(*state),
      owner.time(counter::kServerSince),
      {static_cast<counter::ServerReason>(owner.value(counter::kServerReason)), owner.value(counter::kServerDetail)}};
}

std::optional<CaptureFacts> capture_of(const CounterOwner& owner) {
  const auto error = owner.find(counter::kErrorNumber);
  if (!error) return std::nullopt;
  CaptureFacts facts;
  facts.packets = owner.value(counter::kPackets);
  facts.bytes = owner.value(counter::kBytes);
  facts.files = owner.value(counter::kFiles);
  facts.not_captured = owner.value(counter::kNotCaptured);
  facts.errors = owner.value(counter::kErrors);
  facts.error = static_cast<int>(*error);
  return facts;
}

}  // namespace

FeedFacts feed_facts(const ringbuf::CatalogFeed& feed, const ringbuf::CountersReader& counters) {
  const CounterOwner owner(counters, std::string(counter::kFeedOwnerPrefix) + feed.name);
  FeedFacts facts;
  facts.name = feed.name;
  facts.protocol = feed.protocol;
  facts.venue = feed.venue;
  facts.ring = feed.ring;
  if (const auto state = owner.find(counter::kSourceState)) facts.source = static_cast<SourceState>(*state);
  facts.hours = hours_of(owner, feed.time_zone);
  facts.last_packet = owner.time(counter::kLastPacket);

  facts.packets = owner.value(counter::kPackets);
  facts.bytes = owner.value(counter::kBytes);
  facts.messages = owner.value(counter::kMessages);
  facts.records = owner.value(counter::kRecords);
  facts.venue_heartbeats = owner.value(counter::kVenueHeartbeats);
  facts.next_sequence = owner.value(counter::kNextSequence);

  facts.has_lines = owner.find(counter::kPacketsLineA).has_value();
  facts.packets_line_a = owner.value(counter::kPacketsLineA);
  facts.packets_line_b = owner.value(counter::kPacketsLineB);
  facts.packets_recovered = owner.value(counter::kPacketsRecovered);
  facts.kernel_drops = owner.value(counter::kKernelDrops);
  facts.card_stamps = owner.value(counter::kCardStamps);
  facts.compared_packets = owner.value(counter::kComparedPackets);
  facts.differing_packets = owner.value(counter::kDifferingPackets);
  facts.held_packets = owner.value(counter::kHeldPackets);
  facts.requests = owner.value(counter::kRequests);

  facts.duplicate_messages = owner.value(counter::kDuplicateMessages);
  facts.gaps = owner.value(counter::kGaps);
  facts.missed_messages = owner.value(counter::kMissedMessages);
  facts.damaged_packets = owner.value(counter::kDamagedPackets);
  facts.foreign_packets = owner.value(counter::kForeignPackets);
  facts.bad_messages = owner.value(counter::kBadMessages);
  facts.unknown_orders = owner.value(counter::kUnknownOrders);

  facts.reconnects = owner.find(counter::kReconnects);
  facts.snapshots = snapshots_of(owner);
  facts.server = server_of(owner);
  facts.capture = capture_of(CounterOwner(counters, std::string(counter::kCaptureOwnerPrefix) + feed.name));
  return facts;
}

FeedState state_of(const FeedFacts& feed, platform::UnixNanos now) {
  if (!feed.source) return FeedState::unknown;
  const bool is_closed = feed.hours && !open_since(*feed.hours, now);
  switch (*feed.source) {
    case SourceState::waiting: return is_closed ? FeedState::closed : FeedState::waiting;
    case SourceState::live: return FeedState::live;
    case SourceState::silent: return !feed.hours ? FeedState::silent : is_closed ? FeedState::closed : FeedState::stale;
    case SourceState::ended: return FeedState::ended;
    case SourceState::failed: return FeedState::failed;
    case SourceState::stopped: return FeedState::stopped;
  }
  return FeedState::unknown;
}

std::string_view name_of(FeedState state) noexcept {
  switch (state) {
    case FeedState::unknown: return "unknown";
    case FeedState::waiting: return "waiting";
    case FeedState::live: return "live";
    case FeedState::silent: return "silent";
    case FeedState::stale: return "stale";
    case FeedState::closed: return "closed";
    case FeedState::ended: return "ended";
    case FeedState::failed: return "failed";
    case FeedState::stopped: return "stopped";
  }
  return "unknown";
}

std::string_view name_of(BooksInDoubt books) noexcept {
  switch (books) {
    case BooksInDoubt::none: return "none";
    case BooksInDoubt::single: return "single";
    case BooksInDoubt::all: return "all";
  }
  return "unknown";
}

std::string_view name_of(counter::ServerState state) noexcept {
  switch (state) {
    case counter::ServerState::idle: return "idle";
    case counter::ServerState::up: return "up";
    case counter::ServerState::down: return "down";
    case counter::ServerState::ended: return "ended";
  }
  return "unknown";
}

}  // namespace tickplant::cli
