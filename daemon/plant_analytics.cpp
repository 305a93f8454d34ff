#include "daemon/plant_analytics.hpp"

#include <algorithm>
#include <utility>

#include "analytics/program_changes.hpp"
#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"
#include "daemon/stages/analytics_stage.hpp"
#include "daemon/stages/sequencer_stage.hpp"
#include "daemon/told_results.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::daemon {

namespace counter = ringbuf::counter;
using ringbuf::GatingReader;
using ringbuf::RingId;
using ringbuf::Sequence;

PlantAnalytics::PlantAnalytics(const AnalyticsPlan& plan, std::span<const analytics::NamedFeed> feeds,
                               PlantSegments& segments)
    : segments_(segments),
      memory_(*segments.analytics()),
      feeds_(feeds.begin(), feeds.end()),
      reloads_(segments.counters().add(
          counter::kHousekeeping,
          {counter::kReloads, "times that the analytics file was read again and said something else", "reloads"})),
      reloads_refused_(segments.counters().add(
          counter::kHousekeeping,
          {counter::kReloadsRefused, "times that it said what cannot be: nothing was changed", "reloads"})) {
  make_versions(plan);
  snapshots_.emplace(versions_.front(), feeds_, memory_.rings.size());
  // Who reads the rings before their writers are made, the journal, finds how far they have come.
  (void)ringbuf::TickWriter::over(memory_.sequencer.payload(), memory_.sequencer_slots, memory_.order.last);
  for (AnalyticsMemory::DerivedRing& ring : memory_.rings) {
    (void)ringbuf::DerivedWriter::over(ring.ring.payload(), memory_.ring_slots, ring.last);
  }
  for (TickRing& ring : segments.rings()) {
    const RingId id = segments.id_of(ring);
    const Sequence next = first_without_place(ring, id);
    inputs_.push_back({&ring, id, next, next});
  }
}

/// What predecessors computed, one made from the other, and behind it what is computed now.
void PlantAnalytics::make_versions(const AnalyticsPlan& plan) {
  if (plan.earlier.empty()) {
    versions_.emplace_back(plan, feeds_);
    return;
  }
  AnalyticsPlan first = plan_of(analytics::Program(plan.earlier.front(), feeds_));
  const std::uint64_t hash = first.head.config_hash;
  first.head = plan.head;
  first.head.config_hash = hash;
  versions_.emplace_back(std::move(first), feeds_);
  const auto append = [this](const config::AnalyticsConfig& config) {
    AnalyticsVersion& before = versions_.back();
    before.append(versions_.emplace_back(config, feeds_, before));
  };
  for (const config::AnalyticsConfig& config : std::span(plan.earlier).subspan(1)) append(config);
  append(plan.config);
}

/// Behind the newest that has a place. Of a ring that was taken over and that the order does not know nobody can tell:
/// then only what comes from here on. Of a new one everything.
Sequence PlantAnalytics::first_without_place(TickRing& ring, RingId id) const {
  const ringbuf::TickReader any = ring.reader({1});
  const std::uint64_t done = memory_.order.done_of(id).value, newest = any.published().value;
  const std::uint64_t oldest = newest >= ring.slot_count ? newest - ring.slot_count + 1 : 1;
  const std::uint64_t next = done != 0 ? done + 1 : ring.repair ? newest + 1 : 1;
  return {std::max({next, oldest, any.first_sequence().value})};
}

ringbuf::Sequencer PlantAnalytics::make_sequencer() {
  std::vector<ringbuf::SequencedRing> rings;
  for (const Input& input : inputs_) {
    rings.push_back({input.id, input.ring->reader(input.next),
                     GatingReader(input.ring->gating_page(), kSequencerLine, input.next), input.expected});
  }
  ringbuf::SequencerWriter order(
      ringbuf::TickWriter::over(memory_.sequencer.payload(), memory_.sequencer_slots, memory_.order.last),
      memory_.order.next);
  return {order, std::move(rings)};
}

ringbuf::SequencedReader PlantAnalytics::make_follower(std::size_t shard) {
  const std::size_t line = kFirstShardLine + shard;
  std::vector<ringbuf::FollowedTicks> rings;
  for (const Input& input : inputs_) {
    rings.push_back(
        {input.id, input.ring->reader(input.expected), GatingReader(input.ring->gating_page(), line, input.next)});
  }
  const Sequence next{memory_.order.last.value + 1};
  return {ringbuf::SequencerReader::over(memory_.order_bytes(), memory_.sequencer_slots, next),
          GatingReader(memory_.gating_page(), line, next), std::move(rings)};
}

RingBeginnings PlantAnalytics::beginnings() const {
  std::vector<RingBeginnings::Ring> rings;
  for (const Input& input : inputs_) rings.emplace_back(input.id, input.ring->reader({1}).first_sequence());
  return RingBeginnings(std::move(rings));
}

std::unique_ptr<AnalyticsShard> PlantAnalytics::make_shard(std::size_t shard, const AnalyticsVersion& version,
                                                           RecoveredAnalytics* recovered) {
  AnalyticsMemory::DerivedRing& ring = memory_.rings[shard];
  const auto image = ringbuf::array_at<ringbuf::DerivedImageSlot>(
      memory_.image.payload(), 0, memory_.image.payload().size() / ringbuf::kDerivedImageEntryBytes);
  const auto index = static_cast<std::uint32_t>(shard), count = static_cast<std::uint32_t>(memory_.rings.size());
  auto made = std::make_unique<AnalyticsShard>(
      ShardSetup{version,
                 {index, count},
                 segments_.directory().reader(),
                 ringbuf::DerivedWriter::over(ring.ring.payload(), memory_.ring_slots, ring.last),
                 ringbuf::DerivedImageWriter(image, version.plan.window_places, static_cast<std::uint16_t>(shard)),
                 segments_.counters(),
                 *snapshots_,
                 beginnings(),
                 {*ring.journal, memory_.ring_slots}});
  if (recovered == nullptr) return made;
  if (!memory_.image.is_adopted()) {
    const std::string name(ringbuf::text_of(ring.ring.header().segment_name));
    tell_results(recovered->journal, name, [&](const ringbuf::DerivedRecord& record) { made->show(record); });
  }
  made->go_on_with(recovered->shards[shard].state, std::move(recovered->shards[shard].unpublished));
  return made;
}

std::vector<std::unique_ptr<Stage>> PlantAnalytics::make_stages(RecoveredAnalytics* recovered) {
  for (Input& input : inputs_) {
    if (recovered == nullptr) continue;
    const auto found = recovered->next.find(input.id.value);
    if (found == recovered->next.end()) continue;
    input.expected = {found->second};
    input.next = std::max(input.next, input.expected);
  }
  // What followed it is ordered at once, as reloads: functions have the ids that they had.
  const AnalyticsVersion& version = versions_[recovered == nullptr ? 0 : recovered->version];
  const ringbuf::CommandBody start = version.start_command(recovered != nullptr);
  const StageCommands commands(version, *snapshots_);
  const PlantClock clock(segments_.clock_reader());
  std::vector<std::unique_ptr<Stage>> stages;
  const std::size_t count = memory_.rings.size();
  if (count == 1) {
    stages.push_back(std::make_unique<AnalyticsStage>(make_sequencer(), make_shard(0, version, recovered), commands,
                                                      start, segments_.counters(), clock));
    return stages;
  }
  // The writer first: shards read what it has prepared.
  ringbuf::Sequencer sequencer = make_sequencer();
  for (std::size_t shard = 0; shard < count; ++shard) {
    ShardProgress& progress = progress_.emplace_back();
    stages.push_back(
        std::make_unique<ShardStage>(make_follower(shard), make_shard(shard, version, recovered), progress, clock));
  }
  stages.push_back(std::make_unique<SequencerStage>(
      std::move(sequencer), ringbuf::Gate(memory_.gating_page(), memory_.sequencer_slots), beginnings(), progress_,
      commands, start, segments_.counters(), clock));
  return stages;
}

std::vector<std::string> PlantAnalytics::reload(const config::PlantConfig& config) {
  try {
    const std::optional<config::AnalyticsConfig> wanted = config::load_analytics_of(config);
    std::vector<std::string> changes = wanted ? turn_to(*wanted) : std::vector<std::string>{};
    if (!changes.empty()) reloads_.add(1);
    return changes;
  } catch (const platform::SetupError&) {
    reloads_refused_.add(1);
    throw;
  }
}

std::vector<std::string> PlantAnalytics::turn_to(const config::AnalyticsConfig& wanted) {
  AnalyticsVersion& before = versions_.back();
  if (config::hash_of(wanted) == before.plan.head.config_hash) return {};
  const AnalyticsVersion& after = versions_.emplace_back(wanted, feeds_, before);
  ringbuf::FunctionsWriter table(memory_.functions.payload());
  try {
    table.add_all(std::span(after.plan.functions).subspan(before.plan.functions.size()));
  } catch (const platform::SetupError&) {
    versions_.pop_back();
    throw;
  }
  table.set_config_hash(after.plan.head.config_hash);
  before.append(after);
  return analytics::describe_changes(before.program, after.program);
}

}  // namespace tickplant::daemon
