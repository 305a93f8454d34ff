#include "clients/cli/live/plant_facts.hpp"

#include <algorithm>

#include "clients/cli/live/analytics_facts.hpp"
#include "clients/cli/live/counter_owner.hpp"
#include "clients/cli/live/journal_facts.hpp"
#include "config/plant_config.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::cli {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::CatalogSegment;
using ringbuf::CountersReader;
using ringbuf::SegmentKind;

std::string idle_name(std::uint64_t value) {
  constexpr auto kWords = config::choice_words(config::IdleStrategy{});
  return value < kWords.size() ? std::string(kWords[value]) : "?";
}

ThreadFacts thread_facts(const std::string& name, const CountersReader& counters) {
  const CounterOwner owner(counters, std::string(counter::kThreadOwnerPrefix) + name);
  ThreadFacts facts;
  facts.name = name;
  if (const std::uint64_t core = owner.value(counter::kCore); core != 0) {
    facts.core = static_cast<std::uint32_t>(core - 1);
  }
  facts.idle = idle_name(owner.value(counter::kIdle));
  facts.cycles = owner.value(counter::kCycles);
  facts.busy_ns = owner.value(counter::kBusyTime);
  facts.longest_cycle_ns = static_cast<std::int64_t>(owner.value(counter::kLongestCycle));
  return facts;
}

/// In the order they registered.
std::vector<std::string> thread_names(const CountersReader& counters) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const std::string_view owner = counters.read(i).owner;
    if (!owner.starts_with(counter::kThreadOwnerPrefix)) continue;
    std::string name(owner.substr(counter::kThreadOwnerPrefix.size()));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

std::uint64_t file_bytes(const std::filesystem::path& folder, const std::string& file) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(folder / file, error);
  return error ? 0 : bytes;
}

const ringbuf::BroadcastControl<>& control_of(const clients::AttachedSegment& segment) {
  return ringbuf::object_at<ringbuf::BroadcastControl<>>(segment->payload(), 0);
}

}  // namespace

FeedState state_of(const PlantFacts& facts, const FeedFacts& feed) {
  return state_of(feed, facts.state == clients::PlantState::live ? facts.now : facts.heartbeat);
}

std::uint64_t messages_of(const PlantFacts& facts) noexcept {
  std::uint64_t sum = 0;
  for (const FeedFacts& feed : facts.feeds) sum += feed.messages;
  return sum;
}

std::uint64_t records_of(const PlantFacts& facts) noexcept {
  std::uint64_t sum = 0;
  for (const RingFacts& ring : facts.rings) sum += ring.slot_bytes == ringbuf::kTickSlotBytes ? ring.published : 0;
  return sum;
}

double per_second(std::uint64_t before, std::uint64_t after, std::int64_t nanos) noexcept {
  if (after <= before || nanos <= 0) return 0;
  return static_cast<double>(after - before) * 1e9 / static_cast<double>(nanos);
}

const RingFacts* ring_in(const PlantFacts& facts, const std::string& name) noexcept {
  const auto found =
      std::find_if(facts.rings.begin(), facts.rings.end(), [&](const RingFacts& ring) { return ring.name == name; });
  return found == facts.rings.end() ? nullptr : &*found;
}

PlantFacts PlantProbe::look() {
  const CountersReader& counters = plant_->counters();
  const CounterOwner housekeeping(counters, std::string(counter::kHousekeeping));
  PlantFacts facts;
  facts.name = plant_->name();
  facts.folder = plant_->folder();
  facts.state = plant_->state();
  facts.pid = plant_->daemon_pid();
  facts.epoch = plant_->epoch();
  facts.created_at = plant_->created_at();
  facts.heartbeat = plant_->heartbeat();
  facts.now = plant_->now();
  facts.ready_at = housekeeping.time(counter::kReadyAt);
  if (const auto error = housekeeping.find(counter::kClockError)) {
    facts.clock_error_ns = static_cast<std::int64_t>(*error);
  }
  facts.stalled_threads = housekeeping.value(counter::kStalledThreads);
  facts.own_uid_clients = housekeeping.value(counter::kOwnUidClients);
  facts.numbers_at_risk = housekeeping.value(counter::kNumbersAtRisk) != 0;
  facts.memory_wishes = memory_wishes(counters);
  const CounterOwner recorder(counters, std::string(counter::kRecorder));
  if (const auto error = recorder.find(counter::kErrorNumber)) {
    facts.recorder = RecorderFacts{recorder.value(counter::kRecords), recorder.value(counter::kLostRecords),
                                   static_cast<int>(*error)};
  }
  facts.journal = journal_facts(counters);
  facts.analytics = analytics_facts(*plant_);
  facts.instruments = plant_->instruments().count();
  facts.instrument_capacity = plant_->instruments().capacity();
  facts.instruments_refused = plant_->instruments().refused();

  for (const CatalogSegment& segment : plant_->segments()) {
    facts.memory_bytes += file_bytes(plant_->folder(), segment.file);
    ++facts.segments;
    if (segment.kind == SegmentKind::broadcast) facts.rings.push_back(look_at(segment));
  }
  for (const ringbuf::CatalogFeed& feed : plant_->feeds()) {
    facts.feeds.push_back(feed_facts(feed, counters));
    if (const RingFacts* ring = ring_in(facts, feed.ring)) facts.feeds.back().delay = ring->delay;
  }
  for (const std::string& name : thread_names(counters)) facts.threads.push_back(thread_facts(name, counters));
  return facts;
}

const clients::AttachedSegment* PlantProbe::attached(const CatalogSegment& segment) {
  const auto found = rings_.find(segment.name);
  if (found != rings_.end() && !found->second.is_replaced()) return &found->second;
  try {
    auto ring = plant_->open(segment.name, {SegmentKind::broadcast, ringbuf::kBroadcastSchema});
    return &rings_.insert_or_assign(segment.name, std::move(ring)).first->second;
  } catch (const platform::SetupError&) {
    return nullptr;  // of an entitlement class that is not ours, or being replaced just now
  }
}

RingFacts PlantProbe::look_at(const CatalogSegment& segment) {
  RingFacts facts;
  facts.name = segment.name;
  facts.slot_bytes = segment.slot_bytes;
  facts.slots = segment.slot_count;
  if (const clients::AttachedSegment* ring = attached(segment)) {
    facts.first = control_of(*ring).first_sequence.load(std::memory_order_relaxed);
    facts.published = control_of(*ring).published.load(std::memory_order_acquire);  // R3 <- W3
    if (segment.slot_bytes == ringbuf::kTickSlotBytes) facts.delay = delay_in(*ring);
  }
  return facts;
}

DelayFacts PlantProbe::delay_in(const clients::AttachedSegment& ring) {
  const ringbuf::SegmentHeader& header = ring->header();
  auto reader = ringbuf::TickReader::over(ring->payload(), header.slot_count, {1});
  const std::uint64_t newest = reader.published().value;
  const std::uint64_t wanted = std::min({kDelaySample, newest, header.slot_count / 2});
  reader.seek({std::max(newest + 1 - wanted, std::max<std::uint64_t>(reader.first_sequence().value, 1))});
  delays_.reset();
  ringbuf::Record record;
  while (reader.next().value <= newest && reader.poll(&record) == ringbuf::ReadStatus::record) {
    if (record.header.instrument == ringbuf::kNoInstrument) continue;
    delays_.record(record.header.publish_delay * ringbuf::kPublishDelayUnitNanos);
  }
  return {delays_.count(), delays_.percentile(50), delays_.percentile(99), delays_.percentile(99.9)};
}

}  // namespace tickplant::cli
