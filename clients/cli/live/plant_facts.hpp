// A plant at one instant, as plain values: what status, health and top say about it.
//
// Threads: values. PlantProbe belongs to one thread, as its Plant.
// Not here: its feeds (feed_facts.hpp), judging them (health.hpp), printing them (status_table.hpp), instruments
// (market_scan.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/live/feed_facts.hpp"
#include "clients/cli/live/memory_wishes.hpp"
#include "clients/cpp/plant.hpp"
#include "platform/latency_histogram.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::cli {

struct ThreadFacts {
  std::string name;
  std::optional<std::uint32_t> core;  // none: not pinned
  std::string idle;                   // "park"
  std::uint64_t cycles = 0;
  std::uint64_t busy_ns = 0;  // in turns that found work
  std::int64_t longest_cycle_ns = 0;
};

struct RingFacts {
  std::string name;
  std::uint64_t slot_bytes = 0;
  std::uint64_t slots = 0;
  std::uint64_t first = 0;      // sequence its life began with
  std::uint64_t published = 0;  // newest sequence
  DelayFacts delay;
};

/// Of the copy on disk.
struct RecorderFacts {
  std::uint64_t records = 0;
  std::uint64_t lost_records = 0;  // overwritten before they were copied; told in the copy
  int error = 0;                   // errno of the disk, 0 = it takes them
};

/// Of the journal.
struct JournalFacts {
  ringbuf::counter::JournalState state = ringbuf::counter::JournalState::preparing;
  int error = 0;                   // errno of the disk, 0 = it takes everything
  std::uint64_t records = 0;       // journalled
  std::uint64_t lost_records = 0;  // overwritten before that; told in the journal
  std::uint64_t bytes = 0;         // of blocks
  std::uint64_t segment = 0;       // number of the file that is written
  std::uint64_t newest_block = 0;
  std::uint64_t durable_block = 0;  // on disk for certain
  std::int64_t behind_ns = 0;       // that the oldest block that is not on disk has waited
};

/// Of all shards together.
struct AnalyticsFacts {
  std::string file;               // where it was declared
  std::vector<std::string> sets;  // of instruments
  std::vector<std::string> windows;
  std::uint64_t functions = 0;
  std::uint64_t shards = 0;
  std::uint64_t instruments = 0;  // with results
  std::uint64_t records = 0;      // taken
  std::uint64_t derived_records = 0;
  std::uint64_t rows = 0;
  std::uint64_t signals = 0;
  std::uint64_t late_trades = 0;
  std::uint64_t dropped_late = 0;  // (trade, window)
  std::uint64_t quarantined = 0;
  std::uint64_t lost_records = 0;  // overwritten before they were taken
  std::uint64_t state_hash = 0;
  std::uint64_t config_hash = 0;
  std::uint64_t lag = 0;              // records published and not yet taken
  bool is_sweeping = false;           // windows have ended that are yet to be written
  std::uint64_t alerts = 0;           // in their ring
  std::uint64_t lost_for_alerts = 0;  // results overwritten before alerts among them were repeated
  std::optional<platform::UnixNanos> newest_event;
};

struct PlantFacts {
  std::string name;
  std::string folder;
  clients::PlantState state = clients::PlantState::closed;
  std::uint32_t pid = 0;
  std::uint64_t epoch = 0;
  platform::UnixNanos created_at{};
  platform::UnixNanos heartbeat{};
  platform::UnixNanos now{};
  std::optional<platform::UnixNanos> ready_at;  // of this daemon; none: not yet
  std::optional<std::int64_t> clock_error_ns;
  std::uint64_t stalled_threads = 0;
  std::uint64_t own_uid_clients = 0;  // processes of the daemon's own user that map the plant
  bool numbers_at_risk = false;       // a reboot now could use sequences twice
  std::vector<MemoryWishFacts> memory_wishes;
  std::optional<RecorderFacts> recorder;    // none: nothing is recorded
  std::optional<JournalFacts> journal;      // none: nothing is kept
  std::optional<AnalyticsFacts> analytics;  // none: nothing is computed
  std::uint64_t memory_bytes = 0;
  std::uint64_t segments = 0;
  std::uint64_t instruments = 0;
  std::uint64_t instrument_capacity = 0;
  std::uint64_t instruments_refused = 0;
  std::vector<FeedFacts> feeds;
  std::vector<ThreadFacts> threads;
  std::vector<RingFacts> rings;
};

/// Of a plant that is not live: when it last was.
[[nodiscard]] FeedState state_of(const PlantFacts& facts, const FeedFacts& feed);

/// Sums over the feeds.
[[nodiscard]] std::uint64_t messages_of(const PlantFacts& facts) noexcept;
[[nodiscard]] std::uint64_t records_of(const PlantFacts& facts) noexcept;  // published, of all rings of ticks

/// What grew per second between two looks; 0 when the plant was rebuilt in between or no time has passed.
[[nodiscard]] double per_second(std::uint64_t before, std::uint64_t after, std::int64_t nanos) noexcept;
/// The ring of that name in an earlier look; nullptr when it was not there.
[[nodiscard]] const RingFacts* ring_in(const PlantFacts& facts, const std::string& name) noexcept;

class PlantProbe {
 public:
  /// `plant` outlives the probe.
  explicit PlantProbe(clients::Plant& plant) : plant_(&plant) {}

  [[nodiscard]] PlantFacts look();

 private:
  /// How many of the newest records tell the delay.
  static constexpr std::uint64_t kDelaySample = 4096;

  const clients::AttachedSegment* attached(const ringbuf::CatalogSegment& segment);
  RingFacts look_at(const ringbuf::CatalogSegment& segment);
  DelayFacts delay_in(const clients::AttachedSegment& ring);

  clients::Plant* plant_;
  std::map<std::string, clients::AttachedSegment> rings_;
  platform::LatencyHistogram delays_;
};

}  // namespace tickplant::cli
