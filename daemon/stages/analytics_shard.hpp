// One shard of analytics in the plant: the engine, where its results go, and what people see of it. The stages feed it
// with records at their places in the order of everything.
//
// Threads: one, that of its stage. Takes its memory when it is made; new instruments take some on their first record.
// Not here: where records come from (analytics_stage.hpp, shard_stage.hpp), computing (analytics/engine.hpp).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "analytics/engine.hpp"
#include "daemon/alert_bell.hpp"
#include "daemon/analytics_version.hpp"
#include "daemon/stages/derived_publisher.hpp"
#include "daemon/stages/following_counter.hpp"
#include "daemon/stages/results_gate.hpp"
#include "daemon/stages/ring_beginnings.hpp"
#include "daemon/state_snapshots.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/sequencer_ring.hpp"

namespace tickplant::daemon {

/// The plant's directory, as the engine asks for it.
class DirectoryLookup final : public analytics::InstrumentLookup {
 public:
  explicit DirectoryLookup(const ringbuf::InstrumentDirectoryReader& directory) : directory_(directory) {}
  [[nodiscard]] std::optional<analytics::InstrumentFacts> find(ringbuf::InstrumentId id) const override;

 private:
  const ringbuf::InstrumentDirectoryReader& directory_;
};

/// What a shard is made of; references outlive it.
struct ShardSetup {
  const AnalyticsVersion& version;  // and all that come behind it
  ringbuf::Shard shard;
  const ringbuf::InstrumentDirectoryReader& directory;
  ringbuf::DerivedWriter ring;
  ringbuf::DerivedImageWriter image;
  ringbuf::CountersWriter& counters;
  StateSnapshots& snapshots;
  RingBeginnings inputs;
  ResultsGate gate = {};      // of `ring`
  AlertBell* bell = nullptr;  // to be rung for alerts; outlives the shard
};

class AnalyticsShard {
 public:
  /// Throws SetupError when the counters are full.
  explicit AnalyticsShard(const ShardSetup& setup);
  AnalyticsShard(const AnalyticsShard&) = delete;
  AnalyticsShard& operator=(const AnalyticsShard&) = delete;

  /// As its stage is called, and the owner of its counters: "analytics", "analytics.0".
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Before any input: what a predecessor had published, oldest first, where its image is gone.
  void show(const ringbuf::DerivedRecord& record) noexcept { output_.show(record); }
  /// Before any input: goes on with what a predecessor had computed, and publishes what that one had not, as its ring
  /// has room. Throws analytics::StateMismatch.
  void go_on_with(std::span<const std::byte> state, std::vector<ringbuf::DerivedRecord> unpublished);

  /// Half of its ring is free: what a run of input may give. Without room nothing is to be put in, journal and stage of
  /// alerts lose nothing then. Nor is it before all that a predecessor had not published is.
  [[nodiscard]] bool has_room() noexcept {
    if (publish_left() && gate_.room(output_.last()) >= gate_.slot_count() / 2) [[likely]]
      return true;
    if (bell_ != nullptr) bell_->ring();  // it may be the stage of alerts that sleeps
    return false;
  }

  // --- the ordered input: the handler of a ringbuf::SequencedReader ---

  void on_record(ringbuf::CauseSequence place, ringbuf::RingId, const ringbuf::Record& record) noexcept {
    ++records_;
    newest_ = place;
    engine_.on_record(place, record);
  }
  /// A reload takes memory, and about as long as looking at each instrument once; so does a snapshot.
  void on_command(ringbuf::CauseSequence place, const ringbuf::CommandBody& body);
  void on_pause(ringbuf::CauseSequence place) noexcept { engine_.on_pause(place); }
  void on_skipped(ringbuf::CauseSequence next, ringbuf::RingId ring, ringbuf::SequenceRange range) noexcept {
    lost(next, inputs_.records_in(ring, range));
  }
  /// This shard alone lost them: who computes again from the journal has them, and reads among the results where that
  /// began.
  void on_lost(ringbuf::CauseSequence first, std::uint64_t count) noexcept {
    newest_ = first;
    tell_gap(first, count);
    lost(first, count);
  }
  /// How many records they named is not known.
  void on_order_lost(ringbuf::SequenceRange runs) noexcept { on_lost({newest_.value + 1}, runs.count()); }

  /// A hint: these records come next.
  void expect(std::span<const ringbuf::Record> run) noexcept { engine_.expect(run); }
  [[nodiscard]] bool is_sweeping() const noexcept { return engine_.is_sweeping(); }

  /// Results are complete up to here; what people see is brought up to date.
  void end_batch() noexcept;
  /// No input comes any more but what there is: without room it is left to a successor.
  void begin_stop() noexcept { gate_.hold(); }
  /// How much there is to take that has not been.
  void set_lag(std::uint64_t count) noexcept { lag_.set(count); }

 private:
  /// True: nothing is left.
  bool publish_left() noexcept {
    if (left_.empty()) [[likely]]
      return true;
    return publish_some_left();
  }
  bool publish_some_left() noexcept;
  void reload(std::uint64_t config_hash);
  void put_down(ringbuf::CauseSequence place);
  void tell_gap(ringbuf::CauseSequence first, std::uint64_t count) noexcept;
  void lost(ringbuf::CauseSequence place, std::uint64_t count) noexcept {
    lost_records_.add(count);
    engine_.on_lost(place);
  }
  [[nodiscard]] ringbuf::Counter add(ringbuf::CountersWriter& counters, std::string_view name, std::string_view meaning,
                                     std::string_view unit, ringbuf::CounterKind kind = ringbuf::CounterKind::total);

  std::string name_;
  std::size_t index_;
  const AnalyticsVersion* version_;
  StateSnapshots& snapshots_;
  RingBeginnings inputs_;
  DirectoryLookup lookup_;
  ResultsGate gate_;
  AlertBell* bell_;
  DerivedPublisher output_;
  analytics::Engine engine_;
  std::vector<ringbuf::DerivedRecord> left_;  // of a predecessor's results, to be published
  std::size_t left_at_ = 0;                   // before this they are
  std::uint64_t records_ = 0, alerts_rung_ = 0;
  ringbuf::CauseSequence newest_{};
  FollowingCounter records_counter_, derived_, rows_, indicator_records_, signals_, corrections_, alerts_;
  FollowingCounter late_trades_, dropped_late_, quarantined_, off_unit_, quotes_dropped_, nbbo_refused_,
      unknown_instruments_;
  ringbuf::Counter lost_records_, instruments_, state_hash_, newest_event_, is_sweeping_, lag_;
};

}  // namespace tickplant::daemon
