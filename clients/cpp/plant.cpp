#include "clients/cpp/plant.hpp"

#include <utility>

#include "clients/cpp/expected_segments.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "platform/tsc.hpp"
#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/resolve_symbol.hpp"

namespace tickplant::clients {
namespace {

using platform::SetupError;
using platform::UnixNanos;
using ringbuf::CatalogReader;
using ringbuf::CatalogSegment;
using ringbuf::SegmentExpectation;
using ringbuf::SegmentHeader;
using ringbuf::SegmentKind;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

AttachedSegment open_segment(const std::filesystem::path& folder, const std::string& plant,
                             const CatalogReader& catalog, const std::string& name, SegmentExpectation expectation) {
  if (const auto segment = catalog.find_segment(name)) {
    return AttachedSegment::attach(folder / segment->file, expectation);  // an absolute file replaces the folder
  }
  std::vector<std::string> names;
  for (const CatalogSegment& segment : catalog.segments()) names.push_back(segment.name);
  throw SetupError("plant '" + plant + "' has no segment '" + name + "'",
                   names.empty() ? "wait for the plant to become ready" : "it has: " + joined(names));
}

[[noreturn]] void throw_no_such_plant(std::string_view name, const std::filesystem::path& folder,
                                      const std::vector<std::string>& known) {
  throw SetupError("there is no plant '" + std::string(name) + "' in '" + folder.string() + "'",
                   known.empty() ? "start it: tickplant start" : "start it, or name one of: " + joined(known));
}

}  // namespace

std::string_view name_of(PlantState state) noexcept {
  switch (state) {
    case PlantState::live: return "live";
    case PlantState::stalled: return "stalled";
    case PlantState::dead: return "dead";
    case PlantState::closed: return "closed";
  }
  return "unknown";
}

/// The files every client needs, attached together.
struct Plant::Attachment {
  static std::unique_ptr<Attachment> attach(std::filesystem::path folder) {
    AttachedSegment catalog = AttachedSegment::attach(ringbuf::segment_path(folder, ringbuf::kCatalogSegmentName),
                                                      {SegmentKind::catalog, ringbuf::kCatalogSchema});
    return std::unique_ptr<Attachment>(new Attachment(std::move(folder), std::move(catalog)));
  }

  const std::filesystem::path folder;
  const AttachedSegment catalog_segment;
  const std::string name;
  const CatalogReader catalog;
  const AttachedSegment instruments_segment;
  const AttachedSegment counters_segment;
  const AttachedSegment clock_segment;
  const ringbuf::InstrumentDirectoryReader instruments;
  const ringbuf::CountersReader counters;
  const ringbuf::ClockPageReader clock;
  mutable std::uint64_t seen_start_time = 0;  // of the newest daemon that we found in /proc

  [[nodiscard]] const SegmentHeader& header() const noexcept { return catalog_segment->header(); }
  [[nodiscard]] AttachedSegment open(const std::string& segment, SegmentExpectation expectation) const {
    return open_segment(folder, name, catalog, segment, expectation);
  }
  [[nodiscard]] bool is_replaced() const noexcept {
    return catalog_segment.is_replaced() || instruments_segment.is_replaced() || counters_segment.is_replaced() ||
           clock_segment.is_replaced();
  }
  [[nodiscard]] bool has_same_files(const Attachment& other) const noexcept {
    return catalog_segment.is_same_file(other.catalog_segment) &&
           instruments_segment.is_same_file(other.instruments_segment) &&
           counters_segment.is_same_file(other.counters_segment) && clock_segment.is_same_file(other.clock_segment);
  }

 private:
  Attachment(std::filesystem::path plant_folder, AttachedSegment catalog_file)
      : folder(std::move(plant_folder)),
        catalog_segment(std::move(catalog_file)),
        name(ringbuf::text_of(header().plant_name)),
        catalog(catalog_segment->payload()),
        instruments_segment(open("instruments", kInstrumentsSegment)),
        counters_segment(open("counters", {SegmentKind::counters, ringbuf::kCountersSchema})),
        clock_segment(open("clock", {SegmentKind::clock, ringbuf::kClockSchema})),
        instruments(instruments_segment->payload()),
        counters(counters_segment->payload()),
        clock(clock_segment->payload()) {}
};

Plant::Plant(std::string_view name, const ringbuf::RuntimeEnvironment& environment) {
  std::filesystem::path folder = ringbuf::plant_folder(name, environment);
  std::error_code error;
  const bool exists = std::filesystem::exists(ringbuf::segment_path(folder, ringbuf::kCatalogSegmentName), error);
  if (!exists && !error) throw_no_such_plant(name, folder, known_plants(environment));
  attachment_ = Attachment::attach(std::move(folder));  // says what stands in the way when we may not even look
  if (attachment_->name != name) {                      // $TICKPLANT_RUNTIME is a folder, whatever the plant's name
    throw SetupError("'" + attachment_->folder.string() + "' holds plant '" + attachment_->name + "', not '" +
                         std::string(name) + "'",
                     "name that one, or set TICKPLANT_RUNTIME to the other's folder");
  }
}

Plant Plant::in_folder(std::filesystem::path folder) { return Plant(Attachment::attach(std::move(folder))); }

Plant::Plant(std::unique_ptr<Attachment> attachment) noexcept : attachment_(std::move(attachment)) {}
Plant::Plant(Plant&&) noexcept = default;
Plant& Plant::operator=(Plant&&) noexcept = default;
Plant::~Plant() = default;

const std::string& Plant::name() const noexcept { return attachment_->name; }
const std::filesystem::path& Plant::folder() const noexcept { return attachment_->folder; }

PlantState Plant::state() const noexcept {
  const SegmentHeader& header = attachment_->header();
  if (attachment_->catalog_segment->state() == ringbuf::SegmentState::closed) return PlantState::closed;
  const std::int64_t silent_nanos = platform::system_now() - heartbeat();
  const std::uint64_t start_time = header.writer_start_time.load(std::memory_order_relaxed);
  if (ringbuf::writer_is_alive(header)) {
    attachment_->seen_start_time = start_time;
    return silent_nanos < kStalledNanos ? PlantState::live : PlantState::stalled;
  }
  const bool was_seen = attachment_->seen_start_time == start_time;
  return !was_seen && silent_nanos < kUnseenNanos ? PlantState::live : PlantState::dead;
}

// Relaxed: owner's page fields for people, nothing is read through them.
std::uint32_t Plant::daemon_pid() const noexcept {
  return attachment_->header().writer_pid.load(std::memory_order_relaxed);
}
std::uint64_t Plant::epoch() const noexcept { return attachment_->header().epoch.load(std::memory_order_relaxed); }
UnixNanos Plant::created_at() const noexcept { return {attachment_->header().created_at}; }
UnixNanos Plant::heartbeat() const noexcept {
  return {attachment_->header().heartbeat.load(std::memory_order_relaxed)};
}

const std::atomic<std::uint32_t>& Plant::wake_word() const noexcept { return attachment_->header().wake_word; }

std::vector<ringbuf::CatalogFeed> Plant::feeds() const { return attachment_->catalog.feeds(); }
std::vector<CatalogSegment> Plant::segments() const { return attachment_->catalog.segments(); }
std::uint64_t Plant::catalog_version() const noexcept { return attachment_->catalog.version(); }

std::vector<std::string> Plant::tick_rings() const {
  std::vector<std::string> names;
  for (CatalogSegment& segment : segments()) {
    if (segment.kind == SegmentKind::broadcast && segment.slot_bytes == ringbuf::kTickSlotBytes) {
      names.push_back(std::move(segment.name));
    }
  }
  return names;
}

const ringbuf::InstrumentDirectoryReader& Plant::instruments() const noexcept { return attachment_->instruments; }
const ringbuf::CountersReader& Plant::counters() const noexcept { return attachment_->counters; }
const ringbuf::ClockPageReader& Plant::clock() const noexcept { return attachment_->clock; }

UnixNanos Plant::now() const noexcept {
  const auto by_tsc = clock().to_unix_nanos(platform::read_tsc());
  return by_tsc ? *by_tsc : platform::system_now();
}

ringbuf::InstrumentId Plant::instrument(std::string_view symbol) const {
  return ringbuf::resolve_symbol(instruments(), symbol);
}

std::string Plant::symbol_of(ringbuf::InstrumentId id) const { return instruments().symbol_of(id); }

std::string Plant::ring_of(ringbuf::InstrumentId id) const {
  ringbuf::InstrumentEntry entry;
  if (instruments().read(id, entry) != ringbuf::TableRead::value) return {};
  const auto feed = attachment_->catalog.find_feed(entry.feed);
  return feed ? feed->ring : std::string();
}

AttachedSegment Plant::open(const std::string& segment_name, SegmentExpectation expectation) const {
  return attachment_->open(segment_name, expectation);
}

bool Plant::is_superseded() const noexcept { return attachment_->is_replaced(); }

bool Plant::reattach() {
  problem_.clear();
  try {
    auto attachment = Attachment::attach(attachment_->folder);
    // A successor at work replaces file after file: half of its plant and half of the old one would not fit together.
    if (attachment->is_replaced() || attachment->has_same_files(*attachment_)) return false;
    attachment_ = std::move(attachment);
  } catch (const SetupError& error) {
    problem_ = error.what();
    return false;
  }
  ++generation_;
  return true;
}

std::uint64_t Plant::generation() const noexcept { return generation_; }
const std::string& Plant::problem() const noexcept { return problem_; }

}  // namespace tickplant::clients
