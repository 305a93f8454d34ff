// All shared memory of a plant: built as config says, or taken over from a predecessor and made whole.
//
//   catalog, instruments, counters, clock, text          one each
//   <ring>, image.<ring>, newest.<ring>, depth.<ring>    for each ring of ticks
//   gating.<ring>                                        likewise, private to the plant
//   sequencer, gating.sequencer, functions, derived_image, derived, derived.1, ..., alerts   where something is
//   computed
//
// Threads: made and closed by the set-up thread, beat() by housekeeping; the writers it hands out belong to their
// stages. Not here: the bytes (ringbuf/), who writes when (plant.cpp).
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "daemon/analytics_plan.hpp"
#include "daemon/found_alerts.hpp"
#include "daemon/ring_remains.hpp"
#include "daemon/sequence_leases.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/alert_ring.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/catalog.hpp"
#include "ringbuf/clock_page.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/derived_image_table.hpp"
#include "ringbuf/gating_layout.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/ring_repair.hpp"
#include "ringbuf/segment.hpp"
#include "ringbuf/sequencer.hpp"

namespace tickplant::daemon {

/// A ring of ticks with its tables.
struct TickRing {
  std::string name;
  std::uint64_t slot_count = 0;
  ringbuf::WritableSegment ring, image, newest, depth, gating;
  std::optional<ringbuf::RingRepair> repair;            // of an adopted ring
  std::optional<ringbuf::SequenceRange> skipped;        // of a new one: its first record tells
  std::vector<feedhandlers::TickPublisher> publishers;  // one for each thread that writes it

  [[nodiscard]] ringbuf::GatingPage<>& gating_page() {
    return ringbuf::object_at<ringbuf::GatingPage<>>(gating.payload(), 0);
  }
  /// To read back what a predecessor published, from `next` on.
  [[nodiscard]] ringbuf::TickReader reader(ringbuf::Sequence next) {
    return ringbuf::TickReader::over(std::as_bytes(ring.payload()), slot_count, next);
  }
};

/// What analytics writes, and behind what it goes on.
struct AnalyticsMemory {
  struct DerivedRing {
    std::string name;
    ringbuf::WritableSegment ring;
    ringbuf::Sequence last{};
    // How far the journal has come, for who writes the ring: both are of one process.
    std::unique_ptr<ringbuf::GatingLine<>> journal = std::make_unique<ringbuf::GatingLine<>>();
    std::unique_ptr<ringbuf::GatingLine<>> alerts = std::make_unique<ringbuf::GatingLine<>>();  // their stage
  };
  struct AlertRing {
    std::uint64_t slot_count = 0;
    ringbuf::WritableSegment ring;
    ringbuf::Sequence last{};
    std::optional<ringbuf::AlertPlaces> places;  // that a predecessor had looked through; none: nothing tells
    std::vector<FoundAlert> found;               // behind those, in rings that were replaced
    std::unique_ptr<ringbuf::GatingLine<>> journal = std::make_unique<ringbuf::GatingLine<>>();
  };
  std::uint64_t sequencer_slots = 0;
  std::uint64_t ring_slots = 0;
  ringbuf::WritableSegment sequencer, gating, functions, image;
  ringbuf::SequencerRemains order;
  std::vector<DerivedRing> rings = {};   // by shard
  std::optional<AlertRing> alerts = {};  // always there once it is made

  [[nodiscard]] ringbuf::GatingPage<>& gating_page() {
    return ringbuf::object_at<ringbuf::GatingPage<>>(gating.payload(), 0);
  }
  [[nodiscard]] std::span<const std::byte> order_bytes() { return sequencer.payload(); }
};

/// On which pages a ring lies.
struct RingPages {
  std::string ring;
  ringbuf::counter::MemoryOutcome outcome = ringbuf::counter::MemoryOutcome::not_wished;
  std::string reason;  // why not on huge ones, and what to do about it
};

/// By ring.
using WriterCounts = std::map<std::string, std::size_t>;

class PlantSegments {
 public:
  static constexpr std::uint32_t kCounterCapacity = 1024;

  /// In `folder`, which is locked by us. Throws SetupError: no room, no huge pages where they are required, a ring of a
  /// kind that no stage writes, an unknown group. What was newly built is removed again unless announce() is reached.
  /// `writer_counts`: how many threads write each ring, where it is not one.
  /// `leases`: behind which sequences new rings begin; without, behind those of the files they replace.
  /// `analytics`: what is computed; none: nothing.
  PlantSegments(const config::PlantConfig& config, const std::filesystem::path& folder, platform::UnixNanos now,
                const SequenceLeases* leases = nullptr, WriterCounts writer_counts = {},
                const AnalyticsPlan* analytics = nullptr);
  PlantSegments(const PlantSegments&) = delete;
  PlantSegments& operator=(const PlantSegments&) = delete;

  [[nodiscard]] TickRing& ring(std::string_view name);
  [[nodiscard]] std::deque<TickRing>& rings() noexcept { return rings_; }
  /// nullptr: nothing is computed.
  [[nodiscard]] AnalyticsMemory* analytics() noexcept { return analytics_ ? &*analytics_ : nullptr; }
  /// As the catalog numbers it: enters it when it is not there.
  [[nodiscard]] ringbuf::RingId id_of(ringbuf::WritableSegment& ring);
  [[nodiscard]] ringbuf::RingId id_of(TickRing& ring) { return id_of(ring.ring); }
  [[nodiscard]] ringbuf::InstrumentDirectoryWriter& directory() noexcept { return *directory_; }
  [[nodiscard]] ringbuf::CountersWriter& counters() noexcept { return *counters_; }
  [[nodiscard]] std::span<const std::byte> counters_bytes() noexcept { return counters_segment_.payload(); }
  [[nodiscard]] ringbuf::ClockPageWriter& clock() noexcept { return *clock_; }
  /// Every feed that was put into the catalog.
  [[nodiscard]] std::vector<ringbuf::CatalogFeed> feeds();
  /// For stages that ask what time it is.
  [[nodiscard]] ringbuf::ClockPageReader clock_reader() { return ringbuf::ClockPageReader(clock_segment_.payload()); }

  /// Enters the feed into the catalog. Returns its number, which a successor gives it again.
  ringbuf::FeedId put_feed(const config::FeedConfig& feed, const std::string& time_zone);
  /// Enters the segments into the catalog and opens everything to readers.
  void announce();
  /// No more writes from us.
  void close() noexcept;
  void beat(platform::UnixNanos now) noexcept;

  [[nodiscard]] bool is_adopted() const noexcept { return catalog_segment_.is_adopted(); }
  [[nodiscard]] std::uint64_t epoch() noexcept { return catalog_segment_.header().epoch.load(); }
  [[nodiscard]] std::uint64_t total_bytes();
  /// How far the rings have come. Any thread of the daemon.
  [[nodiscard]] std::vector<SequenceLeases::Use> sequence_uses();
  [[nodiscard]] ringbuf::WritableSegment& catalog_segment() noexcept { return catalog_segment_; }
  /// What was repaired: for the log.
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }
  [[nodiscard]] const std::vector<RingPages>& pages() const noexcept { return pages_; }

 private:
  ringbuf::WritableSegment build(
      const std::string& name, ringbuf::SegmentKind kind, std::uint64_t schema, std::uint64_t payload_bytes,
      std::uint64_t slot_bytes, std::uint64_t slot_count,
      ringbuf::WritableSegment::Takeover takeover = ringbuf::WritableSegment::Takeover::when_equal);
  ringbuf::WritableSegment build(
      const std::filesystem::path& folder, const ringbuf::SegmentSpec& spec,
      ringbuf::WritableSegment::Takeover takeover = ringbuf::WritableSegment::Takeover::when_equal);
  /// A ring as it is to be.
  struct RingShape {
    std::string name;
    ringbuf::SegmentExpectation kind;
    std::uint64_t slot_bytes = 0;
    std::uint64_t slot_count = 0;
    bool may_be_adopted = true;
  };
  ringbuf::WritableSegment build_ring(const RingShape& shape, const RingRemains& remains);
  [[nodiscard]] RingRemains remains_of(const RingShape& shape) const;
  [[nodiscard]] SequenceLeases::Start start_of(const std::string& name,
                                               const std::optional<SequenceLeases::Remains>& left) const;
  void add_analytics(const AnalyticsPlan& plan);
  /// Before derived rings are built: what their predecessors still tell.
  [[nodiscard]] std::vector<RingRemains> derived_remains() const;
  /// Behind them. `derived`: of all shards that there may have been.
  void add_alerts(bool may_be_adopted, const std::vector<RingRemains>& derived);
  [[nodiscard]] static RingShape derived_shape(std::string name, std::uint64_t slot_count, bool may_be_adopted);
  [[nodiscard]] bool is_current(const std::string& ring, const ringbuf::ReadOnlySegment& file) const;
  ringbuf::WritableSegment build_functions(const AnalyticsPlan& plan);
  [[nodiscard]] std::filesystem::path huge_page_folder() const;
  void make_huge_page_folder() const;
  void add_ring(const config::RingConfig& ring);
  void note_repair(const std::string& ring, const ringbuf::RingRepair& repair);
  void add_publishers(TickRing& ring, ringbuf::Sequence last);
  void open_to_readers(const std::filesystem::path& path, mode_t mode) const;
  void put(ringbuf::WritableSegment& segment);
  template <class Action>
  void for_each(Action&& action);

  /// Files that nobody has been told of: taken away again when the start fails.
  struct NewFiles {
    std::vector<std::filesystem::path> paths;
    NewFiles() = default;
    NewFiles(const NewFiles&) = delete;
    NewFiles& operator=(const NewFiles&) = delete;
    ~NewFiles();
  };

  const config::PlantConfig& config_;
  std::filesystem::path folder_;
  platform::UnixNanos now_;
  const SequenceLeases* leases_;
  WriterCounts writer_counts_;
  std::vector<std::string> notes_;
  std::vector<RingPages> pages_;
  NewFiles new_files_;

  ringbuf::WritableSegment catalog_segment_, instruments_segment_, counters_segment_, clock_segment_, text_segment_;
  std::optional<ringbuf::CatalogWriter> catalog_;
  std::optional<ringbuf::InstrumentDirectoryWriter> directory_;
  std::optional<ringbuf::CountersWriter> counters_;
  std::optional<ringbuf::ClockPageWriter> clock_;
  std::optional<AnalyticsMemory> analytics_;
  std::deque<TickRing> rings_;  // publishers are handed out by reference: no entry ever moves
};

}  // namespace tickplant::daemon
