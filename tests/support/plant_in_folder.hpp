// A whole plant in a folder of its own, without a daemon: real segments, written by the test in its own process.
//
//   PlantInFolder made{{.rings = {"ticks"}}};
//   const auto apple = made.define("AAPL");
//   made.quote(apple, 189.01, 189.03);
//   clients::Plant plant = clients::Plant::in_folder(made.folder());
//
// A dollar is a double here: prices of tests are short. Time starts now and goes on with each record; beats come only
// from beat(). Records come one a batch; who wants it finer takes publisher().
//
// Threads: one. Gone with its files when it ends.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feedhandlers/tick_publisher.hpp"
#include "platform/clock.hpp"
#include "ringbuf/catalog.hpp"
#include "ringbuf/clock_page.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/ring_repair.hpp"
#include "ringbuf/segment.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests {

/// What the plant looks like. Ring `i` belongs to feed "feed-<ring>", number i + 1, at venue XNAS, X1, X2, ...
struct PlantShape {
  std::string name = "demo";
  std::vector<std::string> rings = {"ticks"};
  std::uint64_t ring_slots = 1024;
  std::uint32_t instruments = 64;
  std::uint32_t counters = 256;

  [[nodiscard]] static std::string venue(std::size_t ring) { return ring == 0 ? "XNAS" : "X" + std::to_string(ring); }
};

[[nodiscard]] inline ringbuf::Price dollars(double amount) { return {std::llround(amount * 1e4) * 100'000}; }

/// The segments of one daemon's life, and who writes them. What the predecessor left and has the right shape is taken
/// over in place; rings made anew begin behind `rings_after`.
class PlantSegments {
 public:
  PlantSegments(std::filesystem::path folder, const PlantShape& shape, ringbuf::Sequence rings_after)
      : folder_(std::move(folder)),
        shape_(shape),
        now_(platform::system_now()),
        catalog_(make("catalog", ringbuf::SegmentKind::catalog, ringbuf::kCatalogSchema,
                      ringbuf::CatalogWriter::payload_bytes())
                     .payload()),
        instruments_(make("instruments", ringbuf::SegmentKind::instruments, ringbuf::kInstrumentsSchema,
                          ringbuf::InstrumentDirectoryWriter::payload_bytes(shape.instruments))
                         .payload(),
                     shape.instruments),
        counters_(make("counters", ringbuf::SegmentKind::counters, ringbuf::kCountersSchema,
                       ringbuf::CountersWriter::payload_bytes(shape.counters))
                      .payload(),
                  shape.counters),
        clock_(
            make("clock", ringbuf::SegmentKind::clock, ringbuf::kClockSchema, ringbuf::ClockPageWriter::payload_bytes())
                .payload()) {
    for (std::size_t i = 1; i < segments_.size(); ++i) name_in_catalog(segments_[i], {});
    for (std::size_t i = 0; i < shape.rings.size(); ++i) add_ring(shape.rings[i], shape.venue(i), rings_after);
    announce();
  }

  /// A ring more, announced at once.
  void add_ring(const std::string& name, const std::string& venue, ringbuf::Sequence after = {0}) {
    using ringbuf::SegmentKind;
    const auto feed =
        catalog_.put(ringbuf::CatalogFeed{{}, "feed-" + name, "itch50", venue, name, "", "America/New_York"});
    auto& ring = make(name, SegmentKind::broadcast, ringbuf::kBroadcastSchema,
                      sizeof(ringbuf::BroadcastControl<>) + ringbuf::kTickSlotBytes * shape_.ring_slots,
                      ringbuf::kTickSlotBytes, shape_.ring_slots);
    const bool is_adopted = ring.is_adopted();
    const auto bytes = ring.payload();
    name_in_catalog(ring, feed);
    const auto images = table<ringbuf::ImageSlot>("image." + name, SegmentKind::image, ringbuf::kImageSchema, feed);
    const auto newest = table<ringbuf::NewestSlot>("newest." + name, SegmentKind::newest, ringbuf::kNewestSchema, feed);
    const auto depths = table<ringbuf::DepthSlot>("depth." + name, SegmentKind::depth, ringbuf::kDepthSchema, feed);
    const auto last = is_adopted ? ringbuf::repair_ring({bytes, shape_.ring_slots, images, newest}).last : after;
    publishers_.emplace_back(ringbuf::TickWriter::over(bytes, shape_.ring_slots, last), ringbuf::ImageWriter(images),
                             ringbuf::NewestWriter(newest), ringbuf::DepthWriter(depths));
    publishers_.back().end_batch();
  }
  void announce() {
    for (ringbuf::WritableSegment& segment : segments_) segment.announce();
  }

  [[nodiscard]] std::deque<ringbuf::WritableSegment>& segments() noexcept { return segments_; }
  [[nodiscard]] ringbuf::InstrumentDirectoryWriter& instruments() noexcept { return instruments_; }
  [[nodiscard]] ringbuf::CountersWriter& counters() noexcept { return counters_; }
  [[nodiscard]] ringbuf::ClockPageWriter& clock() noexcept { return clock_; }
  [[nodiscard]] std::deque<feedhandlers::TickPublisher>& publishers() noexcept { return publishers_; }

 private:
  ringbuf::WritableSegment& make(const std::string& name, ringbuf::SegmentKind kind, std::uint64_t schema,
                                 std::uint64_t payload_bytes, std::uint64_t slot_bytes = 0,
                                 std::uint64_t slot_count = 0) {
    const ringbuf::SegmentSpec spec{
        kind, schema, ringbuf::kSegmentHeaderBytes + payload_bytes, slot_bytes, slot_count, shape_.name, name};
    segments_.push_back(ringbuf::WritableSegment::adopt_or_create(folder_, spec, now_));
    return segments_.back();
  }
  template <class Slot>
  std::span<Slot> table(const std::string& name, ringbuf::SegmentKind kind, std::uint64_t schema,
                        ringbuf::FeedId feed) {
    const std::uint64_t entries = std::uint64_t{shape_.instruments} + 1;
    auto& segment = make(name, kind, schema, sizeof(Slot) * entries, sizeof(Slot), entries);
    name_in_catalog(segment, feed);
    return ringbuf::array_at<Slot>(segment.payload(), 0, entries);
  }
  void name_in_catalog(ringbuf::WritableSegment& segment, ringbuf::FeedId feed) {
    const ringbuf::SegmentHeader& header = segment.header();
    catalog_.put(ringbuf::CatalogSegment{std::string(ringbuf::text_of(header.segment_name)), header.kind, feed,
                                         segment.path().filename().string(), header.slot_bytes, header.slot_count,
                                         header.epoch.load(std::memory_order_relaxed)});
  }

  std::filesystem::path folder_;
  PlantShape shape_;
  platform::UnixNanos now_;
  std::deque<ringbuf::WritableSegment> segments_;
  ringbuf::CatalogWriter catalog_;
  ringbuf::InstrumentDirectoryWriter instruments_;
  ringbuf::CountersWriter counters_;
  ringbuf::ClockPageWriter clock_;
  std::deque<feedhandlers::TickPublisher> publishers_;
};

class PlantInFolder {
 public:
  static constexpr std::int64_t kStepNanos = 1'000;
  static constexpr std::uint64_t kSequencesLeftOut = 1'000;  // before a ring that is made anew by a successor

  /// `folder`: in which to build; else one of its own under /dev/shm. The first heartbeat is now.
  explicit PlantInFolder(PlantShape shape = {}, std::optional<std::filesystem::path> folder = std::nullopt)
      : folder_(folder ? *folder : directory_.path()), shape_(std::move(shape)) {
    life_.emplace(folder_, shape_, ringbuf::Sequence{0});
  }

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] const PlantShape& shape() const noexcept { return shape_; }

  // --- what a daemon does ---

  ringbuf::InstrumentId define(std::string_view symbol, std::size_t ring = 0, std::string_view name = "") {
    const std::string venue = shape_.venue(ring);
    ringbuf::InstrumentSpec spec;
    spec.symbol = symbol;
    spec.venue = venue;
    spec.feed = {static_cast<std::uint16_t>(ring + 1)};
    spec.price_unit = 100'000;
    spec.lot = 100;
    spec.currency = "USD";
    spec.name = name;
    const ringbuf::AddResult added = life_->instruments().find_or_add(spec);
    if (added.id == ringbuf::kNoInstrument) throw std::runtime_error("instrument refused");
    ringbuf::DefinitionBody definition;
    definition.directory_stamp = added.stamp;
    definition.feed = spec.feed;
    publish(added.id, definition, ring);
    return added.id;
  }
  ringbuf::Sequence quote(ringbuf::InstrumentId id, double bid, double ask, std::uint64_t bid_size = 100,
                          std::uint64_t ask_size = 100, std::size_t ring = 0) {
    return publish(id, ringbuf::QuoteBody{dollars(bid), dollars(ask), {bid_size}, {ask_size}}, ring);
  }
  ringbuf::Sequence trade(ringbuf::InstrumentId id, double price, std::uint64_t size, std::size_t ring = 0) {
    ringbuf::TradeBody body;
    body.price = dollars(price);
    body.size = {size};
    body.trade_id = ++trade_id_;
    body.kind = ringbuf::TradeKind::execution;
    return publish(id, body, ring);
  }
  /// One record, and the end of its batch.
  template <ringbuf::RecordBody Body>
  ringbuf::Sequence publish(ringbuf::InstrumentId id, const Body& body, std::size_t ring = 0,
                            ringbuf::RecordFlags flags = ringbuf::RecordFlags::end_of_event) {
    feedhandlers::TickPublisher& to = publisher(ring);
    now_ = now_ + kStepNanos;
    to.begin_packet(now_, kStepNanos / 2);
    const ringbuf::Sequence sequence = to.publish(id, now_, body, flags);
    to.end_batch();
    return sequence;
  }
  /// Both sides of the ten-level table, best first. Levels of these instruments are written by this call alone.
  void depth(ringbuf::InstrumentId id, const std::vector<ringbuf::DepthLevel>& bids,
             const std::vector<ringbuf::DepthLevel>& asks, std::size_t ring = 0) {
    using ringbuf::Side;
    for (const Side side : {Side::bid, Side::ask}) {
      const auto& levels = side == Side::bid ? bids : asks;
      publisher(ring).depth().update(
          id, {++depth_stamp_}, now_, false, {side, 0, ringbuf::kDepthLevels}, levels.size(),
          [&](std::size_t i) { return i < levels.size() ? levels[i] : ringbuf::DepthLevel{}; });
    }
  }
  [[nodiscard]] feedhandlers::TickPublisher& publisher(std::size_t ring = 0) { return life_->publishers().at(ring); }
  [[nodiscard]] PlantSegments& segments() noexcept { return *life_; }
  /// Time of the last record; the next one has it plus kStepNanos.
  [[nodiscard]] platform::UnixNanos now() const noexcept { return now_; }
  void set_now(platform::UnixNanos now) noexcept { now_ = now; }

  /// Sets a counter, and adds it when it is new.
  void count(const std::string& owner, const std::string& name, std::uint64_t value,
             ringbuf::CounterKind kind = ringbuf::CounterKind::total) {
    auto known = counters_.find(owner + " " + name);
    if (known == counters_.end()) {
      const ringbuf::CounterSpec spec{name, "of a test", "1", kind};
      known = counters_.emplace(owner + " " + name, life_->counters().add(owner, spec)).first;
    }
    known->second.set(value);
  }
  /// A ring more in the running plant.
  void add_ring(const std::string& name) {
    life_->add_ring(name, shape_.venue(shape_.rings.size()));
    life_->announce();
    shape_.rings.push_back(name);
  }

  void beat(platform::UnixNanos now) {
    for (ringbuf::WritableSegment& segment : life_->segments()) segment.beat(now);
  }
  /// As if another process had made it; pid 0 is none that runs.
  void pretend_writer(std::uint32_t pid, std::uint64_t start_time) {
    for (ringbuf::WritableSegment& segment : life_->segments()) {
      segment.header().writer_pid.store(pid, std::memory_order_relaxed);
      segment.header().writer_start_time.store(start_time, std::memory_order_relaxed);
    }
  }

  // --- what becomes of a plant ---

  /// An orderly stop: the files stay.
  void close() {
    for (ringbuf::WritableSegment& segment : life_->segments()) segment.close();
  }
  /// All its files go; succeed() builds them anew.
  void remove() {
    for (ringbuf::WritableSegment& segment : life_->segments()) segment.remove();
  }
  /// A successor takes over in place what has the shape it wants, and builds the rest anew.
  void succeed() { succeed(shape_); }
  /// `rings_after`: where numbering goes on in rings that are built anew; else as after a death, with some left out.
  void succeed(PlantShape shape, std::optional<ringbuf::Sequence> rings_after = std::nullopt) {
    std::uint64_t last = 0;
    for (const auto& before : life_->publishers()) last = std::max(last, before.last().value);
    const ringbuf::Sequence after = rings_after.value_or(ringbuf::Sequence{last + kSequencesLeftOut});
    life_.reset();
    counters_.clear();
    shape_ = std::move(shape);
    life_.emplace(folder_, shape_, after);
  }

 private:
  TempDirectory directory_{"/dev/shm"};
  std::filesystem::path folder_;
  PlantShape shape_;
  std::optional<PlantSegments> life_;
  std::map<std::string, ringbuf::Counter> counters_;
  platform::UnixNanos now_ = platform::system_now();
  std::uint64_t trade_id_ = 0;
  std::uint64_t depth_stamp_ = 0;
};

}  // namespace tickplant::tests
