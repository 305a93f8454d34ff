#include "daemon/stages/analytics_shard.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "analytics/replay/recomputation.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::CounterKind;

std::string name_of(ringbuf::Shard shard) {
  const std::string name(counter::kAnalytics);
  return shard.count == 1 ? name : name + '.' + std::to_string(shard.index);
}

}  // namespace

std::optional<analytics::InstrumentFacts> DirectoryLookup::find(ringbuf::InstrumentId id) const {
  ringbuf::InstrumentEntry entry;
  if (directory_.read(id, entry) != ringbuf::TableRead::value) return std::nullopt;
  return analytics::facts_of(entry);
}

AnalyticsShard::AnalyticsShard(const ShardSetup& setup)
    : name_(name_of(setup.shard)),
      index_(setup.shard.index),
      version_(&setup.version),
      snapshots_(setup.snapshots),
      inputs_(setup.inputs),
      lookup_(setup.directory),
      gate_(setup.gate),
      bell_(setup.bell),
      output_(setup.ring, setup.image, setup.directory.capacity()),
      engine_(setup.version.program, setup.shard, lookup_, output_),
      records_counter_(add(setup.counters, counter::kRecords, "records taken, those of other shards too", "records")),
      derived_(add(setup.counters, counter::kDerivedRecords, "records published into its derived ring", "records")),
      rows_(add(setup.counters, counter::kRows, "window rows among them, revisions too", "rows")),
      indicator_records_(add(setup.counters, counter::kIndicatorRecords, "records of indicator values", "records")),
      signals_(add(setup.counters, counter::kSignals, "crosses, anomalies and patterns", "signals")),
      corrections_(
          add(setup.counters, counter::kCorrections, "trades that came, or were taken back, too late", "records")),
      alerts_(add(setup.counters, counter::kAlerts, "times that a rule's condition came true", "alerts")),
      late_trades_(add(setup.counters, counter::kLateTrades, "trades behind the watermark", "trades")),
      dropped_late_(add(setup.counters, counter::kDroppedLate, "windows that a trade came too late for", "windows")),
      quarantined_(
          add(setup.counters, counter::kQuarantined, "ticks with a time stamp from the future: put aside", "ticks")),
      off_unit_(
          add(setup.counters, counter::kOffUnit, "prices that are no multiple of the instrument's unit", "prices")),
      quotes_dropped_(
          add(setup.counters, counter::kQuotesDropped, "quotes that came too late for their windows", "quotes")),
      nbbo_refused_(add(setup.counters, counter::kNbboRefused,
                        "instruments that no consolidated quote has room for, or whose venue it has already",
                        "instruments")),
      unknown_instruments_(add(setup.counters, counter::kUnknownInstruments,
                               "records about instruments that the directory does not have", "records")),
      lost_records_(
          add(setup.counters, counter::kLostRecords, "records overwritten before they were taken", "records")),
      instruments_(add(setup.counters, counter::kInstruments, "instruments that there was a result for since start",
                       "instruments", CounterKind::level)),
      state_hash_(add(setup.counters, counter::kStateHash, "of all results since start; sum over the shards", "hash",
                      CounterKind::level)),
      newest_event_(add(setup.counters, counter::kNewestEvent, "newest event time taken, 0: none yet", "ns UTC",
                        CounterKind::level)),
      is_sweeping_(add(setup.counters, counter::kIsSweeping, "1: windows have ended that are yet to be written",
                       "yes or no", CounterKind::level)),
      lag_(add(setup.counters, counter::kLag,
               setup.shard.count == 1 ? "records published and not yet taken" : "runs ordered and not yet followed",
               setup.shard.count == 1 ? "records" : "runs", CounterKind::level)) {
  end_batch();
  lag_.set(0);
}

ringbuf::Counter AnalyticsShard::add(ringbuf::CountersWriter& counters, std::string_view name, std::string_view meaning,
                                     std::string_view unit, CounterKind kind) {
  return counters.add(name_, {name, meaning, unit, kind});
}

void AnalyticsShard::go_on_with(std::span<const std::byte> state, std::vector<ringbuf::DerivedRecord> unpublished) {
  analytics::StateArchive archive(state);
  engine_.archive(archive);
  const analytics::EngineCounts& counts = engine_.counts();
  late_trades_.go_on_at(counts.late_trades);
  dropped_late_.go_on_at(counts.dropped);
  quarantined_.go_on_at(counts.quarantined);
  off_unit_.go_on_at(counts.off_unit);
  quotes_dropped_.go_on_at(counts.quotes_dropped);
  nbbo_refused_.go_on_at(counts.nbbo_refused);
  unknown_instruments_.go_on_at(counts.unknown_instruments);
  left_ = std::move(unpublished);
  (void)publish_some_left();
}

/// Never more than half of the ring beyond who has to see it, as with results of input: who comes behind us finds the
/// rest.
bool AnalyticsShard::publish_some_left() noexcept {
  const std::uint64_t room = gate_.room(output_.last()), half = gate_.slot_count() / 2;
  for (std::uint64_t count = room - std::min(room, half); count != 0 && left_at_ < left_.size(); --count) {
    output_.publish(left_[left_at_++]);
  }
  end_batch();
  if (left_at_ < left_.size()) return false;
  left_ = {};
  return true;
}

void AnalyticsShard::on_command(ringbuf::CauseSequence place, const ringbuf::CommandBody& body) {
  newest_ = place;
  if (body.command == ringbuf::kReloadAnalytics) reload(body.argument);
  if (body.command == ringbuf::kSnapshotAnalytics) put_down(place);
}

void AnalyticsShard::reload(std::uint64_t config_hash) {
  const AnalyticsVersion* const version = version_->next_with(config_hash);
  if (version == nullptr) return;  // of an earlier life of the plant
  version_ = version;
  engine_.reload(version->program);  // what was due before is told with the places that it had
  output_.change(version->plan.window_places, version->plan.indicator_ranks);
}

void AnalyticsShard::put_down(ringbuf::CauseSequence place) {
  const auto began = std::chrono::steady_clock::now();
  ShardState held{place, version_, {}, 0};
  analytics::StateArchive archive(held.bytes);
  analytics::archive_live(engine_, output_.last().value + 1, archive);
  held.took_ns = std::chrono::nanoseconds(std::chrono::steady_clock::now() - began).count();
  snapshots_.put_down(index_, std::move(held));
}

void AnalyticsShard::tell_gap(ringbuf::CauseSequence first, std::uint64_t count) noexcept {
  ringbuf::DerivedHeader header;
  header.ts_event = {std::max<analytics::Time>(engine_.newest_event(), 0)};
  header.cause_seq = first;
  header.quality = ringbuf::Quality::gap_inside;
  ringbuf::ResultGapBody gap;
  gap.first = first;
  gap.count = count;
  gap.shard = static_cast<std::uint32_t>(index_);
  output_.publish(ringbuf::make_derived(header, gap));
}

void AnalyticsShard::end_batch() noexcept {
  output_.end_batch();
  const DerivedPublisher::Counts& results = output_.counts();
  if (results.alerts != alerts_rung_) [[unlikely]] {
    alerts_rung_ = results.alerts;
    if (bell_ != nullptr) bell_->ring();
  }
  records_counter_.follow(records_);
  derived_.follow(results.records);
  rows_.follow(results.rows);
  indicator_records_.follow(results.indicator_records);
  signals_.follow(results.signals);
  corrections_.follow(results.corrections);
  alerts_.follow(results.alerts);
  const analytics::EngineCounts& counts = engine_.counts();
  late_trades_.follow(counts.late_trades);
  dropped_late_.follow(counts.dropped);
  quarantined_.follow(counts.quarantined);
  off_unit_.follow(counts.off_unit);
  quotes_dropped_.follow(counts.quotes_dropped);
  nbbo_refused_.follow(counts.nbbo_refused);
  unknown_instruments_.follow(counts.unknown_instruments);
  instruments_.set(results.instruments);
  state_hash_.set(engine_.output_hash());
  newest_event_.set(static_cast<std::uint64_t>(std::max<analytics::Time>(engine_.newest_event(), 0)));
  is_sweeping_.set(engine_.is_sweeping() ? 1 : 0);
}

}  // namespace tickplant::daemon
