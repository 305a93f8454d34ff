#include "daemon/plant_analytics.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "analytics/program_changes.hpp"
#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"
#include "daemon/log.hpp"
#include "daemon/plant_journal.hpp"
#include "daemon/stages/alert_stage.hpp"
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
  (void)ringbuf::DerivedWriter::over(memory_.alerts->ring.payload(), memory_.alerts->slot_count, memory_.alerts->last);
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
                 {*ring.journal, *ring.alerts, memory_.ring_slots, PlantClock(segments_.clock_reader())},
                 bell_ ? &*bell_ : nullptr});
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

ringbuf::DerivedReader PlantAnalytics::results_of(std::size_t shard, Sequence next) const {
  return ringbuf::DerivedReader::over(std::as_bytes(memory_.rings[shard].ring.payload()), memory_.ring_slots, next);
}

/// Where memory does not tell how far a predecessor had looked, or its results are in no ring any more.
AlertsInJournal PlantAnalytics::alerts_in(const PlantJournal* journal) const {
  const std::optional<ringbuf::AlertPlaces>& places = memory_.alerts->places;
  bool is_in_memory = places.has_value();
  for (std::size_t shard = 0; is_in_memory && shard < memory_.rings.size(); ++shard) {
    is_in_memory = (*places)[shard] + 1 >= results_of(shard, {1}).first_sequence().value;
  }
  if (journal == nullptr || journal->ends().empty() || is_in_memory) return {};
  try {
    return find_alerts_in_journal(journal->folder(), places, journal->ends());
  } catch (const platform::SetupError& error) {
    log_warning("alerts that the journal has and their ring may not are not looked for: " + std::string(error.what()));
    return {};
  }
}

Sequence PlantAnalytics::first_for_alerts(std::size_t shard, const AlertsInJournal& told) const {
  const std::optional<ringbuf::AlertPlaces>& places = memory_.alerts->places;
  const std::uint64_t first = std::max<std::uint64_t>(results_of(shard, {1}).first_sequence().value, 1);
  const std::uint64_t behind = memory_.rings[shard].last.value + 1;
  if (places && (*places)[shard] + 1 >= first) return {std::min((*places)[shard] + 1, behind)};
  if (told.next[shard] != 0) return {std::clamp(told.next[shard], first, behind)};
  // Of results that nobody knows whether they were looked through none is said twice.
  return {places ? first : behind};
}

std::unique_ptr<Stage> PlantAnalytics::make_alert_stage(const PlantJournal* journal, bool parks,
                                                        std::function<void()> wake) {
  AnalyticsMemory::AlertRing& alerts = *memory_.alerts;
  AlertsInJournal told = alerts_in(journal);
  ringbuf::AlertPlaces places = alerts.places.value_or(ringbuf::AlertPlaces{});
  std::vector<FoundAlert> found = std::move(alerts.found);
  std::vector<AlertStageSetup::Shard> shards;
  std::erase_if(told.found, [&](const FoundAlert& alert) {
    const bool is_in_ring =
        alert.shard < memory_.rings.size() && alert.record.header.stamp >= first_for_alerts(alert.shard, told).value;
    return is_in_ring || alert.record.header.stamp <= places[alert.shard];
  });
  for (std::size_t shard = 0; shard < memory_.rings.size(); ++shard) {
    const Sequence next = first_for_alerts(shard, told);
    shards.push_back({results_of(shard, next), GatingReader(*memory_.rings[shard].alerts, next)});
    places[shard] = next.value - 1;
  }
  std::ranges::move(told.found, std::back_inserter(found));
  // From the last to the first: before what is still to come nothing else is.
  for (auto alert = found.rbegin(); alert != found.rend(); ++alert) {
    places[alert->shard] = alert->record.header.stamp - 1;
  }
  if (!found.empty()) {
    log_info("alerts: " + std::to_string(found.size()) +
             " that a predecessor had not put into their ring any more come first");
  }
  if (parks) bell_.emplace();
  return std::make_unique<AlertStage>(
      AlertStageSetup{std::move(shards),
                      ringbuf::AlertRingWriter::over(alerts.ring.payload(), alerts.slot_count, alerts.last, places),
                      {*alerts.journal, alerts.slot_count},
                      std::move(found),
                      bell_ ? &*bell_ : nullptr,
                      std::move(wake),
                      segments_.counters(),
                      PlantClock(segments_.clock_reader())});
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
