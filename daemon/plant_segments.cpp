#include "daemon/plant_segments.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>

#include "config/segment_sizes.hpp"
#include "daemon/group_id.hpp"
#include "platform/check.hpp"
#include "platform/crc32c.hpp"
#include "platform/huge_pages.hpp"
#include "platform/memory_wish.hpp"
#include "platform/numa_memory.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/plant_folder.hpp"
#include "ringbuf/text_segment.hpp"

namespace tickplant::daemon {
namespace {

using platform::SetupError;
using platform::with_errno;
using ringbuf::SegmentKind;
using ringbuf::WritableSegment;
using ringbuf::counter::MemoryOutcome;

constexpr std::uint64_t kHugePageBytes = 2u << 20;  // a smaller ring gains nothing

std::uint64_t entries_of(const config::PlantConfig& config) { return config.instruments.capacity + 1; }

/// A ring on the plant's own tmpfs, which wished for huge pages. `why_no_reserved`: those were refused before.
RingPages pages_of(WritableSegment& ring, const std::string& why_no_reserved) {
  const std::string name = ring.path().stem().string();
  const std::size_t huge = platform::transparent_huge_bytes(ring.payload().data());
  if (huge >= ring.payload().size() / 2) return {name, MemoryOutcome::transparent_pages, {}};
  struct stat status {};
  const bool is_there = ::stat(ring.path().c_str(), &status) == 0;
  const platform::MemoryWish wish =
      platform::use_transparent_huge_pages_of_tmpfs({}, is_there ? status.st_dev : dev_t{0});
  const std::string none_free = "the kernel had none free when the ring was made";
  return {name, wish.granted ? MemoryOutcome::none_free : MemoryOutcome::not_mounted_huge,
          "reserved ones: " + why_no_reserved + "; transparent ones: " + (wish.granted ? none_free : wish.reason)};
}

/// -1: leave the group as it is.
constexpr const char* kCauseLease = "sequencer.cause";

bool says_the_same(const ringbuf::FunctionsReader& before, const AnalyticsPlan& plan) {
  if (before.head() != plan.head || before.count() != plan.functions.size()) return false;
  for (std::size_t i = 0; i < plan.functions.size(); ++i) {
    if (before.name_of({static_cast<std::uint16_t>(i + 1)}) != plan.functions[i].name) return false;
  }
  return true;
}

/// How far the order has come, in runs and in places, and the results: where a new ring begins says so before its
/// writer is made.
void add_uses(AnalyticsMemory& memory, std::vector<SequenceLeases::Use>& uses) {
  const std::int64_t made_at = memory.sequencer.header().created_at;
  auto order = ringbuf::SequencerReader::over(memory.order_bytes(), memory.sequencer_slots, {1});
  const ringbuf::Sequence last = order.published();
  std::uint64_t cause = memory.order.next.value - 1;
  ringbuf::SequencerRun run;
  if (last > memory.order.last) {
    order.seek(last);
    if (order.poll(&run) == ringbuf::ReadStatus::record) cause = run.cause_seq.value + run.count() - 1;
  }
  uses.push_back({"sequencer", made_at, std::max(last, memory.order.last)});
  uses.push_back({kCauseLease, made_at, {cause}});
  for (AnalyticsMemory::DerivedRing& ring : memory.rings) {
    const auto& control = ringbuf::object_at<ringbuf::BroadcastControl<>>(ring.ring.payload(), 0);
    const ringbuf::Sequence published{control.published.load(std::memory_order_acquire)};
    uses.push_back({ring.name, ring.ring.header().created_at, std::max(published, ring.last)});
  }
  const auto& control = ringbuf::object_at<ringbuf::BroadcastControl<>>(memory.alerts->ring.payload(), 0);
  const ringbuf::Sequence published{control.published.load(std::memory_order_acquire)};
  uses.push_back(
      {ringbuf::kAlertsSegmentName, memory.alerts->ring.header().created_at, std::max(published, memory.alerts->last)});
}

}  // namespace

PlantSegments::PlantSegments(const config::PlantConfig& config, const std::filesystem::path& folder,
                             platform::UnixNanos now, const SequenceLeases* leases, WriterCounts writer_counts,
                             const AnalyticsPlan* analytics)
    : config_(config),
      folder_(folder),
      now_(now),
      leases_(leases),
      writer_counts_(std::move(writer_counts)),
      catalog_segment_(build(ringbuf::kCatalogSegmentName, SegmentKind::catalog, ringbuf::kCatalogSchema,
                             ringbuf::CatalogWriter::payload_bytes(), ringbuf::kCatalogEntryBytes,
                             ringbuf::kCatalogFeedCapacity)),
      instruments_segment_(
          build("instruments", SegmentKind::instruments, ringbuf::kInstrumentsSchema,
                ringbuf::instruments_payload_bytes(static_cast<std::uint32_t>(config.instruments.capacity)),
                ringbuf::kInstrumentEntryBytes, config.instruments.capacity)),
      counters_segment_(build("counters", SegmentKind::counters, ringbuf::kCountersSchema,
                              ringbuf::CountersWriter::payload_bytes(kCounterCapacity),
                              ringbuf::kCounterDescriptorBytes, kCounterCapacity)),
      clock_segment_(build("clock", SegmentKind::clock, ringbuf::kClockSchema,
                           ringbuf::ClockPageWriter::payload_bytes(), sizeof(ringbuf::ClockSlot), 1)),
      text_segment_(build("text", SegmentKind::text, ringbuf::kTextSchema,
                          ringbuf::TextWriter::payload_bytes(config.text.size_bytes), 0, 0)) {
  catalog_.emplace(catalog_segment_.payload());
  directory_.emplace(instruments_segment_.payload(), static_cast<std::uint32_t>(config.instruments.capacity));
  counters_.emplace(counters_segment_.payload(), kCounterCapacity);
  clock_.emplace(clock_segment_.payload());
  const auto generation = static_cast<std::uint32_t>(now.value >> 30) | 1;  // seconds: never one of an earlier life
  (void)ringbuf::TextWriter(text_segment_.payload(), config.text.size_bytes, generation);
  for (const config::RingConfig& ring : config.rings) add_ring(ring);
  if (analytics != nullptr) add_analytics(*analytics);
}

PlantSegments::NewFiles::~NewFiles() {
  std::error_code ignored;
  for (const std::filesystem::path& path : paths) std::filesystem::remove(path, ignored);
}

WritableSegment PlantSegments::build(const std::string& name, SegmentKind kind, std::uint64_t schema,
                                     std::uint64_t payload_bytes, std::uint64_t slot_bytes, std::uint64_t slot_count,
                                     WritableSegment::Takeover takeover) {
  return build(
      folder_,
      {kind, schema, ringbuf::kSegmentHeaderBytes + payload_bytes, slot_bytes, slot_count, config_.plant.name, name},
      takeover);
}

WritableSegment PlantSegments::build(const std::filesystem::path& folder, const ringbuf::SegmentSpec& spec,
                                     WritableSegment::Takeover takeover) {
  constexpr bool kAllowDisk = false;
  WritableSegment made = WritableSegment::adopt_or_create(folder, spec, now_, kAllowDisk, takeover);
  if (!made.is_adopted()) new_files_.paths.push_back(made.path());
  return made;
}

/// Of this plant alone: another one of the same name, in another runtime folder, has its own.
std::filesystem::path PlantSegments::huge_page_folder() const {
  const std::string runtime = std::filesystem::weakly_canonical(folder_).string();
  char digits[1 + 8 + 1];
  std::snprintf(digits, sizeof digits, "-%08x", platform::crc32c(std::as_bytes(std::span(runtime))));
  return std::filesystem::path(config_.memory.hugetlbfs_path) / ("tickplant-" + std::to_string(::geteuid())) /
         (config_.plant.name + digits);
}

/// Makes the folder. Throws SetupError when it would not lie on huge pages.
void PlantSegments::make_huge_page_folder() const {
  if (!platform::is_on_huge_pages(config_.memory.hugetlbfs_path)) {
    throw SetupError(
        "memory.hugetlbfs_path: '" + config_.memory.hugetlbfs_path + "' is not a hugetlbfs mount",
        "mount -t hugetlbfs none " + config_.memory.hugetlbfs_path + ", and reserve pages (vm.nr_hugepages)");
  }
  ringbuf::make_owned_folder(huge_page_folder());
}

RingRemains PlantSegments::remains_of(const RingShape& shape) const {
  return RingRemains(
      {ringbuf::segment_path(folder_, shape.name), ringbuf::segment_path(huge_page_folder(), shape.name)}, shape.kind,
      shape.slot_bytes);
}

SequenceLeases::Start PlantSegments::start_of(const std::string& name,
                                              const std::optional<SequenceLeases::Remains>& left) const {
  if (leases_ != nullptr) return leases_->start_of(name, left);
  return {left ? left->last : ringbuf::Sequence{0}, std::nullopt};
}

WritableSegment PlantSegments::build_ring(const RingShape& ring, const RingRemains& remains) {
  ringbuf::SegmentSpec spec{
      ring.kind.kind,  ring.kind.schema_hash, ringbuf::broadcast_segment_bytes(ring.slot_bytes, ring.slot_count),
      ring.slot_bytes, ring.slot_count,       config_.plant.name,
      ring.name};
  const auto takeover_in = [&](const std::filesystem::path& folder) {
    // A file whose numbers went on in another one since, on other pages or in another folder, would use them again.
    const auto made_at = remains.made_at(ringbuf::segment_path(folder, ring.name));
    const bool may = leases_ == nullptr || !made_at || leases_->may_take_over(ring.name, *made_at);
    // Its records name instruments of the directory that was there.
    return may && ring.may_be_adopted && instruments_segment_.is_adopted() ? WritableSegment::Takeover::when_equal
                                                                           : WritableSegment::Takeover::never;
  };
  const bool is_required = config_.memory.huge_pages == config::HugePages::require;
  spec.wants_huge_pages =
      is_required || (config_.memory.huge_pages == config::HugePages::prefer && spec.segment_bytes >= kHugePageBytes);
  std::string why_not;
  if (spec.wants_huge_pages) {
    const std::filesystem::path folder = huge_page_folder();
    try {
      make_huge_page_folder();
      WritableSegment made = build(folder, spec, takeover_in(folder));
      open_to_readers(folder, 0710);
      pages_.push_back({ring.name, MemoryOutcome::reserved_pages, {}});
      return made;
    } catch (const SetupError& error) {
      std::error_code ignored;  // folders that nothing came into
      std::filesystem::remove(folder, ignored);
      std::filesystem::remove(folder.parent_path(), ignored);
      if (is_required) throw SetupError("memory.huge_pages is require: " + error.problem(), error.remedy());
      why_not = error.problem() + " (" + error.remedy() + ")";
    }
  }
  WritableSegment made = build(folder_, spec, takeover_in(folder_));
  pages_.push_back(spec.wants_huge_pages ? pages_of(made, why_not)
                                         : RingPages{ring.name, MemoryOutcome::not_wished, {}});
  return made;
}

void PlantSegments::add_ring(const config::RingConfig& config) {
  if (config.kind != config::SlotKind::tick) {
    throw SetupError("rings." + config.name + " is not of kind tick, and no stage of this version writes such a ring",
                     "remove it from the config");
  }
  TP_CHECK(config.slot_count > ringbuf::TickWriter::kPublishEvery);  // a successor has to find its end
  const RingShape shape{
      config.name, {SegmentKind::broadcast, ringbuf::kBroadcastSchema}, ringbuf::kTickSlotBytes, config.slot_count};
  const RingRemains remains = remains_of(shape);
  WritableSegment ring = build_ring(shape, remains);
  // What is in the tables of another ring cannot be made whole with this one.
  const std::uint64_t entries = entries_of(config_);
  const auto takeover = ring.is_adopted() ? WritableSegment::Takeover::when_equal : WritableSegment::Takeover::never;
  const auto table = [&](const char* prefix, SegmentKind kind, std::uint64_t schema, std::uint64_t entry_bytes) {
    return build(prefix + config.name, kind, schema, entries * entry_bytes, entry_bytes, entries, takeover);
  };
  WritableSegment image = table("image.", SegmentKind::image, ringbuf::kImageSchema, ringbuf::kImageEntryBytes);
  WritableSegment newest = table("newest.", SegmentKind::newest, ringbuf::kNewestSchema, ringbuf::kNewestEntryBytes);
  WritableSegment depth = table("depth.", SegmentKind::depth, ringbuf::kDepthSchema, ringbuf::kDepthEntryBytes);
  WritableSegment gating = build("gating." + config.name, SegmentKind::gating, ringbuf::kGatingSchema,
                                 sizeof(ringbuf::GatingPage<>), 0, 0, takeover);
  std::filesystem::permissions(gating.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  const auto image_slots = ringbuf::array_at<ringbuf::ImageSlot>(image.payload(), 0, entries);
  const auto newest_slots = ringbuf::array_at<ringbuf::NewestSlot>(newest.payload(), 0, entries);
  auto& page = ringbuf::object_at<ringbuf::GatingPage<>>(gating.payload(), 0);
  std::optional<ringbuf::RingRepair> repair;
  SequenceLeases::Start start;
  if (ring.is_adopted()) {
    repair = ringbuf::repair_ring(
        {ring.payload(), config.slot_count, image_slots, newest_slots, &page, &directory_->reader()});
    start.last = repair->last;
    note_repair(config.name, *repair);
  } else {
    start = start_of(config.name, remains.newest());
  }
  rings_.push_back({config.name,
                    config.slot_count,
                    std::move(ring),
                    std::move(image),
                    std::move(newest),
                    std::move(depth),
                    std::move(gating),
                    repair,
                    start.skipped,
                    {}});
  add_publishers(rings_.back(), start.last);
  rings_.back().publishers.front().end_batch();  // joiners of a new ring begin behind what was skipped
}

void PlantSegments::add_analytics(const AnalyticsPlan& plan) {
  const std::uint64_t entries = entries_of(config_);
  const config::AnalyticsSection& wanted = config_.analytics;
  const RingShape order{"sequencer",
                        {SegmentKind::sequencer, ringbuf::kSequencerSchema},
                        ringbuf::kTickSlotBytes,
                        wanted.sequencer_slots,
                        catalog_segment_.is_adopted()};  // its runs name rings by their places there
  const RingRemains order_remains = remains_of(order);
  WritableSegment sequencer = build_ring(order, order_remains);
  WritableSegment gating = build("gating.sequencer", SegmentKind::gating, ringbuf::kGatingSchema,
                                 sizeof(ringbuf::GatingPage<>), 0, 0, WritableSegment::Takeover::never);
  std::filesystem::permissions(gating.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  WritableSegment functions = build_functions(plan);
  const bool same = functions.is_adopted() && instruments_segment_.is_adopted();
  WritableSegment image =
      build(ringbuf::kDerivedImageSegmentName, SegmentKind::derived_image, ringbuf::kDerivedImageSchema,
            entries * ringbuf::kDerivedImageEntryBytes, ringbuf::kDerivedImageEntryBytes, entries,
            same ? WritableSegment::Takeover::when_equal : WritableSegment::Takeover::never);
  analytics_.emplace(AnalyticsMemory{wanted.sequencer_slots,
                                     wanted.ring_slots,
                                     std::move(sequencer),
                                     std::move(gating),
                                     std::move(functions),
                                     std::move(image),
                                     {}});
  AnalyticsMemory& memory = *analytics_;
  if (memory.image.is_adopted()) {
    (void)ringbuf::forget_half_written(
        ringbuf::array_at<ringbuf::DerivedImageSlot>(memory.image.payload(), 0, entries));
  }

  if (memory.sequencer.is_adopted()) {
    memory.order = ringbuf::find_sequencer_remains(memory.order_bytes(), memory.sequencer_slots);
  }
  // A ring without a run does not say where it would have begun.
  if (memory.order.last.value == 0) {
    memory.order.last = start_of("sequencer", order_remains.newest()).last;
    memory.order.next = {start_of(kCauseLease, order_remains.newest_cause()).last.value + 1};
  }
  const std::vector<RingRemains> left_by_shard = derived_remains();
  for (std::size_t shard = 0; shard < wanted.shards; ++shard) {
    const RingRemains& remains = left_by_shard[shard];
    const RingShape shape = derived_shape(config::derived_ring_name(shard), wanted.ring_slots, same);
    WritableSegment ring = build_ring(shape, remains);
    const auto left = remains.newest();
    const ringbuf::Sequence last = ring.is_adopted() && left ? left->last : start_of(shape.name, left).last;
    memory.rings.push_back({shape.name, std::move(ring), last});
  }
  add_alerts(same, left_by_shard);
  if (memory.sequencer.is_adopted()) {
    notes_.push_back("the order of records is taken over at " + std::to_string(memory.order.next.value - 1));
  }
}

/// Of 256-byte records, which name functions and instruments.
PlantSegments::RingShape PlantSegments::derived_shape(std::string name, std::uint64_t slot_count, bool may_be_adopted) {
  return {std::move(name),
          {SegmentKind::broadcast, ringbuf::kBroadcastSchema},
          ringbuf::kDerivedSlotBytes,
          slot_count,
          may_be_adopted};
}

std::vector<RingRemains> PlantSegments::derived_remains() const {
  static_assert(config::kMaxShards == ringbuf::AlertBody::kMaxShards);
  std::vector<RingRemains> remains;
  for (std::size_t shard = 0; shard < config::kMaxShards; ++shard) {
    remains.push_back(remains_of(derived_shape(config::derived_ring_name(shard), 0, false)));
  }
  return remains;
}

/// Is it the file in which its numbers went on last?
bool PlantSegments::is_current(const std::string& ring, const ringbuf::ReadOnlySegment& file) const {
  return leases_ == nullptr || leases_->may_take_over(ring, file.header().created_at);
}

void PlantSegments::add_alerts(bool may_be_adopted, const std::vector<RingRemains>& derived) {
  AnalyticsMemory& memory = *analytics_;
  const RingShape shape = derived_shape(ringbuf::kAlertsSegmentName, config_.analytics.alert_slots, may_be_adopted);
  const RingRemains remains = remains_of(shape);
  const auto left = remains.newest();
  AnalyticsMemory::AlertRing made{shape.slot_count, build_ring(shape, remains), {}, {}, {}};
  made.last = made.ring.is_adopted() && left ? left->last : start_of(shape.name, left).last;
  if (const auto* const ring = remains.newest_ring(); ring != nullptr && is_current(shape.name, *ring)) {
    made.places = ringbuf::find_alert_remains(ring->payload(), ring->header().slot_count, left->last);
  }
  // What a derived ring that is replaced had, and nobody had looked through: its instruments are ours.
  for (std::size_t shard = 0; made.places && shard < derived.size(); ++shard) {
    const bool is_read_on = shard < memory.rings.size() && memory.rings[shard].ring.is_adopted();
    const std::string name = config::derived_ring_name(shard);
    if (is_read_on || !instruments_segment_.is_adopted()) continue;
    const ringbuf::ReadOnlySegment* const ring = derived[shard].newest_ring();
    if (ring == nullptr || !is_current(name, *ring)) continue;
    const ringbuf::Sequence last = derived[shard].newest()->last;
    std::uint64_t& place = (*made.places)[shard];
    if (last.value <= place) continue;
    AlertsInRing found = find_alerts_in_ring(ring->payload(), ring->header().slot_count, shard, place, last);
    std::ranges::move(found.found, std::back_inserter(made.found));
    place = last.value;
    if (found.lost == 0) continue;
    notes_.push_back(std::to_string(found.lost) + " results in ring " + name +
                     " were overwritten before they were looked through: alerts among them are not in the ring of "
                     "alerts");
  }
  memory.alerts.emplace(std::move(made));
}

/// Taken over when it says the same: ids of derived records keep their meaning.
WritableSegment PlantSegments::build_functions(const AnalyticsPlan& plan) {
  constexpr std::uint32_t kCapacityMin = 255;
  // A reload may declare all of them otherwise.
  const auto capacity =
      std::clamp(2 * static_cast<std::uint32_t>(plan.functions.size()), kCapacityMin, ringbuf::kFunctionsMax);
  const std::filesystem::path path = ringbuf::segment_path(folder_, ringbuf::kFunctionsSegmentName);
  auto takeover = WritableSegment::Takeover::never;
  try {
    if (std::filesystem::exists(path)) {
      const auto before = ringbuf::ReadOnlySegment::attach(path, {SegmentKind::functions, ringbuf::kFunctionsSchema});
      if (says_the_same(ringbuf::FunctionsReader(before.payload()), plan)) {
        takeover = WritableSegment::Takeover::when_equal;
      }
    }
  } catch (const SetupError&) {
    takeover = WritableSegment::Takeover::never;  // half built, or of another version
  }
  WritableSegment made =
      build(ringbuf::kFunctionsSegmentName, SegmentKind::functions, ringbuf::kFunctionsSchema,
            ringbuf::FunctionsWriter::payload_bytes(capacity), ringbuf::kFunctionEntryBytes, capacity, takeover);
  if (made.is_adopted()) return made;
  ringbuf::FunctionsWriter writer(made.payload(), capacity, plan.head);
  for (const ringbuf::FunctionSpec& function : plan.functions) writer.add(function);
  return made;
}

void PlantSegments::note_repair(const std::string& ring, const ringbuf::RingRepair& repair) {
  notes_.push_back("ring " + ring + " taken over at sequence " + std::to_string(repair.last.value) + ", " +
                   std::to_string(repair.re_entered) + " records entered into tables again, " +
                   std::to_string(repair.half_written) + " half-written entries made whole" +
                   (repair.padded == 0 ? "" : ", " + std::to_string(repair.padded) + " sequences padded"));
}

void PlantSegments::add_publishers(TickRing& ring, ringbuf::Sequence last) {
  const auto found = writer_counts_.find(ring.name);
  const std::size_t count = found == writer_counts_.end() ? 1 : found->second;
  const std::uint64_t entries = entries_of(config_);
  const auto image = ringbuf::array_at<ringbuf::ImageSlot>(ring.image.payload(), 0, entries);
  const auto newest = ringbuf::array_at<ringbuf::NewestSlot>(ring.newest.payload(), 0, entries);
  const auto depth = ringbuf::array_at<ringbuf::DepthSlot>(ring.depth.payload(), 0, entries);
  if (count > ringbuf::kGatingWriters) {
    throw SetupError(std::to_string(count) + " threads write ring " + ring.name + ", at most " +
                         std::to_string(ringbuf::kGatingWriters) + " can",
                     "fuse some of them in one thread under `threads`, or give feeds rings of their own");
  }
  if (count > 1) {
    ringbuf::SharedTickWriter::open(ringbuf::object_at<ringbuf::BroadcastControl<>>(ring.ring.payload(), 0), last);
  }
  for (std::size_t writer = 0; writer < count; ++writer) {
    using Ring = feedhandlers::TickPublisher::Ring;
    const auto out = count == 1 ? Ring(ringbuf::TickWriter::over(ring.ring.payload(), ring.slot_count, last))
                                : Ring(ringbuf::SharedTickWriter::over(ring.ring.payload(), ring.slot_count,
                                                                       ring.gating.payload(), writer, count));
    ring.publishers.emplace_back(out, ringbuf::ImageWriter(image), ringbuf::NewestWriter(newest),
                                 ringbuf::DepthWriter(depth),
                                 ringbuf::TableUndo(ring.gating_page().undo[writer], image, newest));
  }
}

TickRing& PlantSegments::ring(std::string_view name) {
  for (TickRing& ring : rings_) {
    if (ring.name == name) return ring;
  }
  constexpr bool kValidatedConfigNamesTheRing = false;
  TP_CHECK(kValidatedConfigNamesTheRing);
  return rings_.front();
}

ringbuf::RingId PlantSegments::id_of(WritableSegment& ring) {
  const auto find = [&]() -> std::uint32_t {
    const auto segments = ringbuf::CatalogReader(std::as_bytes(catalog_segment_.payload())).segments();
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (segments[i].name == ringbuf::text_of(ring.header().segment_name)) return static_cast<std::uint32_t>(i + 1);
    }
    return 0;
  };
  if (find() == 0) put(ring);
  return {find()};
}

std::vector<ringbuf::CatalogFeed> PlantSegments::feeds() {
  return ringbuf::CatalogReader(std::as_bytes(catalog_segment_.payload())).feeds();
}

ringbuf::FeedId PlantSegments::put_feed(const config::FeedConfig& feed, const std::string& time_zone) {
  ringbuf::CatalogFeed entry;
  entry.name = feed.name;
  entry.protocol = config::choice_words(feed.protocol)[static_cast<std::size_t>(feed.protocol)];
  entry.venue = feed.venue;
  entry.ring = feed.ring;
  entry.time_zone = time_zone;
  return catalog_->put(entry);
}

void PlantSegments::announce() {
  for_each([this](WritableSegment& segment) {
    if (segment.header().kind != SegmentKind::gating) {
      open_to_readers(segment.path(), static_cast<mode_t>(config_.plant.file_mode));
      put(segment);
    }
    segment.announce();  // the catalog is the last one
  });
  // Who may read the files may search the folders above them.
  const auto mode = static_cast<mode_t>(config_.plant.file_mode);
  const auto search = static_cast<mode_t>(0700 | ((mode & 0044) >> 2) | (mode & 0044));
  open_to_readers(folder_, search);
  struct stat parent {};
  if (::stat(folder_.parent_path().c_str(), &parent) == 0 && parent.st_uid == ::geteuid() &&
      folder_.parent_path().filename().string().starts_with("tickplant")) {
    open_to_readers(folder_.parent_path(), search);
  }
  new_files_.paths.clear();
}

void PlantSegments::open_to_readers(const std::filesystem::path& path, mode_t mode) const {
  const auto group = group_id(config_.plant.readers_group, "plant.readers_group");
  if (group && ::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0) {
    throw SetupError(with_errno("cannot give '" + path.string() + "' to group " + config_.plant.readers_group, errno),
                     "make the daemon's user a member of it, or set another plant.readers_group");
  }
  if (::chmod(path.c_str(), mode) != 0) {
    throw SetupError(with_errno("cannot set the mode of '" + path.string() + "'", errno), "check who owns it");
  }
}

void PlantSegments::put(WritableSegment& segment) {
  if (&segment == &catalog_segment_) return;
  const ringbuf::SegmentHeader& header = segment.header();
  const bool is_beside_catalog = segment.path().parent_path() == folder_;
  ringbuf::CatalogSegment entry;
  entry.name = segment.path().stem().string();
  entry.kind = header.kind;
  entry.file = is_beside_catalog ? segment.path().filename().string() : segment.path().string();
  entry.slot_bytes = header.slot_bytes;
  entry.slot_count = header.slot_count;
  entry.epoch = header.epoch.load(std::memory_order_relaxed);
  catalog_->put(entry);
}

void PlantSegments::close() noexcept {
  for_each([](WritableSegment& segment) { segment.close(); });
}

void PlantSegments::beat(platform::UnixNanos now) noexcept {
  for_each([now](WritableSegment& segment) { segment.beat(now); });
}

std::uint64_t PlantSegments::total_bytes() {
  std::uint64_t sum = 0;
  for_each([&](WritableSegment& segment) { sum += segment.header().segment_bytes; });
  return sum;
}

std::vector<SequenceLeases::Use> PlantSegments::sequence_uses() {
  std::vector<SequenceLeases::Use> uses;
  for (TickRing& ring : rings_) {
    uses.push_back({ring.name, ring.ring.header().created_at, ring.reader({1}).published()});
  }
  if (analytics_) add_uses(*analytics_, uses);
  return uses;
}

template <class Action>
void PlantSegments::for_each(Action&& action) {
  for (TickRing& ring : rings_) {
    for (WritableSegment* segment : {&ring.ring, &ring.image, &ring.newest, &ring.depth, &ring.gating})
      action(*segment);
  }
  if (analytics_) {
    for (AnalyticsMemory::DerivedRing& ring : analytics_->rings) action(ring.ring);
    if (analytics_->alerts) action(analytics_->alerts->ring);
    for (WritableSegment* segment :
         {&analytics_->sequencer, &analytics_->gating, &analytics_->functions, &analytics_->image})
      action(*segment);
  }
  for (WritableSegment* segment :
       {&instruments_segment_, &counters_segment_, &clock_segment_, &text_segment_, &catalog_segment_}) {
    action(*segment);
  }
}

}  // namespace tickplant::daemon
