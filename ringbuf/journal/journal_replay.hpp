// A journal played back: every record at its place in the order of everything, the commands between them, and what was
// computed from them, as the plant saw it. What SequencedReader is to a plant's memory, this is to its journal.
//
// Ticks wait here until a run gives them their place. The journal has them before it, but for a few that were being
// published just then: such a run, and what lies behind it, waits for them.
//
// Threads: one. Memory: the reader's, and the ticks that wait: as many as a plant's sequencer was behind.
// Not here: computing again (clients/cli/journal/journal_audit.hpp), reading without order (journal_reader.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "ringbuf/journal/checkpoint_layout.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::ringbuf {

/// Where a replay goes on that ended, or was interrupted.
struct ReplayPlace {
  std::uint64_t segment = 0;                 // in which something behind it may lie
  CauseSequence played{};                    // everything up to here
  std::vector<RingPosition> positions = {};  // the next record of a ring: to have a place, or to be played
};

class JournalReplay {
 public:
  /// From its beginning. Throws SetupError: no journal there.
  explicit JournalReplay(std::filesystem::path folder) : reader_(std::move(folder), {}) {}
  /// From `place` on. Throws SetupError: no journal there, or not that part of it.
  JournalReplay(std::filesystem::path folder, const ReplayPlace& place)
      : reader_(std::move(folder), {.rings = {}, .from_segment = place.segment}),
        passed_over_(place.played),
        played_(place.played) {
    for (const RingPosition& position : place.positions) {
      next_[position.ring] = from_[position.ring] = position.next;
    }
  }

  /// Plays back what at most `limit` blocks hold. The handler is called in the order of the journal:
  ///   handler.on_record(CauseSequence, RingId, const Record&)
  ///   handler.on_command(CauseSequence, const CommandBody&)
  ///   handler.on_pause(CauseSequence)
  ///   handler.on_skipped(CauseSequence next, RingId, SequenceRange)  in the journal, or lost, without a place
  ///   handler.on_lost(CauseSequence first, std::uint64_t count)      had a place, and is not in the journal
  ///   handler.on_order_lost(SequenceRange)                           runs that are not, unless a successor resumed
  ///   handler.on_derived(const RingFact&, const DerivedRecord&)      was computed and published
  ///   handler.on_derived_lost(std::uint32_t ring, SequenceRange)     was, and is not: likewise
  ///   handler.on_alert(const DerivedRecord&)         of the ring of alerts; behind the record it copies. If it has it
  /// Returns how many blocks there were: 0 at the end, for now.
  template <class Handler>
  std::size_t poll(Handler& handler, std::size_t limit = 64) {
    for (std::size_t count = 0; count < limit; ++count) {
      const std::optional<JournalItem> item = reader_.next();
      if (!item) return count;
      if (const auto* const records = std::get_if<JournalRecords>(&*item)) {
        take(*records);
      } else {
        take(std::get<JournalLoss>(*item));
      }
      while (!steps_.empty() && is_due(steps_.front())) play_next(handler);
    }
    return limit;
  }
  /// The journal has ended for good: what still waits is told, ticks that never came as lost.
  template <class Handler>
  void finish(Handler& handler) {
    while (!steps_.empty()) play_next(handler);
  }

  /// Everything up to here.
  [[nodiscard]] CauseSequence played() const noexcept { return played_; }
  /// From where another replay goes on as this one would. Call between polls.
  [[nodiscard]] ReplayPlace replay_place() const {
    ReplayPlace place{std::max<std::uint64_t>(reader_.scanner().place().segment, 1), played_, {}};
    for (const auto& [ring, next] : next_) place.positions.push_back({ring, 0, next});
    for (const auto& [ring, waiting] : waiting_) {
      if (!waiting.records.empty()) place.segment = std::min(place.segment, waiting.blocks.front().segment);
    }
    for (const Step& step : steps_) place.segment = std::min(place.segment, step.segment);
    return place;
  }

  [[nodiscard]] const JournalKnowledge& knowledge() const noexcept { return reader_.knowledge(); }
  [[nodiscard]] JournalEnd end() { return reader_.end(); }
  /// Runs or results are gone with a daemon, and no successor has resumed or begun yet.
  [[nodiscard]] bool has_gone_at_end() const noexcept { return !gone_.empty(); }
  /// Runs are: of results behind them nobody knows from what they were made.
  [[nodiscard]] bool has_order_gone_at_end() const {
    return std::any_of(gone_.begin(), gone_.end(), [this](const JournalLoss& loss) { return is_of_runs(loss); });
  }
  /// Where it is, for people.
  [[nodiscard]] JournalPlace place() const noexcept { return reader_.scanner().place(); }
  /// Behind the newest block that was read.
  [[nodiscard]] const JournalChain& chain() const noexcept { return reader_.scanner().chain(); }

 private:
  /// Ticks of a ring that have no place yet.
  struct Waiting {
    struct Block {
      std::uint64_t last = 0;  // sequence
      std::uint64_t segment = 0;
    };
    std::deque<Record> records;
    std::deque<Block> blocks;   // they came in, and perhaps some before
    std::uint64_t through = 0;  // up to here they have come, or will not

    void forget_until(std::uint64_t first) {
      while (!records.empty() && records.front().header.stamp < first) records.pop_front();
      while (!blocks.empty() && blocks.front().last < first) blocks.pop_front();
    }
  };
  struct Derived {
    std::uint32_t ring = 0;
    bool is_copy = false;  // in the ring of alerts
    DerivedRecord record;
  };
  struct Step {
    std::variant<SequencerRun, Derived, JournalLoss> what;
    std::uint32_t ring = 0;
    std::uint64_t segment = 0;
  };

  void take(const JournalRecords& records) {
    if (records.kind == BlockKind::ticks && !has_order()) return;  // nothing will give them a place
    const std::uint32_t ring = records.ring->ring;
    const std::uint64_t segment = records.place.segment;
    for (std::size_t i = 0; i < records.count(); ++i) {
      switch (records.kind) {
        case BlockKind::ticks: waiting_[ring].records.push_back(records.as<Record>(i)); break;
        case BlockKind::runs: steps_.push_back({records.as<SequencerRun>(i), ring, segment}); break;
        case BlockKind::derived:
        case BlockKind::alerts: {
          const bool is_copy = records.kind == BlockKind::alerts;
          steps_.push_back({Derived{ring, is_copy, records.as<DerivedRecord>(i)}, ring, segment});
          break;
        }
        default: break;
      }
    }
    if (records.kind != BlockKind::ticks) return;
    waiting_[ring].through = records.first + records.count() - 1;
    waiting_[ring].blocks.push_back({waiting_[ring].through, segment});
  }
  void take(const JournalLoss& loss) {
    const RingFact* const ring = knowledge().ring(loss.ring);
    if (ring == nullptr || ring->kind == BlockKind::alerts) return;  // copies are no input, and no results
    if (ring->kind == BlockKind::ticks) {
      Waiting& waiting = waiting_[loss.ring];
      waiting.through = std::max(waiting.through, loss.range.last);
    } else {
      steps_.push_back({loss, loss.ring, reader_.scanner().place().segment});
    }
  }
  [[nodiscard]] bool has_order() const {
    const auto& rings = knowledge().rings();
    return std::any_of(rings.begin(), rings.end(),
                       [](const auto& ring) { return ring.second.kind == BlockKind::runs; });
  }
  [[nodiscard]] bool is_due(const Step& step) {
    const auto* const run = std::get_if<SequencerRun>(&step.what);
    if (run == nullptr || run->kind != RunKind::records || run->cause_seq <= passed_over_) return true;
    return waiting_[run->ring.value].through >= run->range().last;
  }

  template <class Handler>
  void play_next(Handler& handler) {
    const Step step = steps_.front();
    steps_.pop_front();
    std::uint64_t& next = next_[step.ring];
    if (const auto* const run = std::get_if<SequencerRun>(&step.what)) {
      next = run->stamp + 1;
      if (run->cause_seq <= passed_over_) return;
      played_ = {run->cause_seq.value + run->count() - 1};
      return apply(*run, handler);
    }
    if (const auto* const derived = std::get_if<Derived>(&step.what)) {
      static constexpr RingFact kUnknown{};
      if (derived->record.header.stamp < from_[step.ring]) return;
      next = derived->record.header.stamp + 1;
      if (derived->is_copy) {
        if constexpr (requires { handler.on_alert(derived->record); }) handler.on_alert(derived->record);
        return;
      }
      tell_gone(handler, [&](const JournalLoss& loss) { return loss.ring == step.ring; });
      const RingFact* const ring = knowledge().ring(derived->ring);
      return handler.on_derived(ring == nullptr ? kUnknown : *ring, derived->record);
    }
    const auto& loss = std::get<JournalLoss>(step.what);
    if (loss.range.last < from_[step.ring]) return;
    next = loss.range.last + 1;
    // Gone with a daemon: if its successor resumes it has seen to that. First it journals what else was left.
    if (loss.reason && is_of_a_death(*loss.reason)) return gone_.push_back(loss);
    tell(loss, handler);
  }
  template <class Handler>
  void tell(const JournalLoss& loss, Handler& handler) {
    is_of_runs(loss) ? handler.on_order_lost(loss.range) : handler.on_derived_lost(loss.ring, loss.range);
  }
  [[nodiscard]] bool is_of_runs(const JournalLoss& loss) const {
    return knowledge().ring(loss.ring)->kind == BlockKind::runs;
  }
  /// Those of what is gone that nobody has seen to, and that `is_meant`.
  template <class Handler, class Meant>
  void tell_gone(Handler& handler, Meant&& is_meant) {
    for (const JournalLoss& loss : std::exchange(gone_, {})) {
      is_meant(loss) ? tell(loss, handler) : gone_.push_back(loss);
    }
  }

  template <class Handler>
  void apply(const SequencerRun& run, Handler& handler) {
    if (!gone_.empty()) {
      const std::uint16_t command = run.kind == RunKind::command ? run.command().command : std::uint16_t{0};
      // The predecessor's own start, which the ring had left, knew nothing of it.
      const auto is_known = [&](const JournalLoss& loss) { return run.stamp > loss.runs; };
      if (command == kResumeAnalytics) std::erase_if(gone_, is_known);
      // Results may be gone, and the order was left.
      const bool begins = command == kBeginAnalytics;
      tell_gone(handler, [&](const JournalLoss& loss) { return (begins && is_known(loss)) || is_of_runs(loss); });
    }
    if (run.kind == RunKind::command) return handler.on_command(run.cause_seq, run.command());
    if (run.kind == RunKind::pause) return handler.on_pause(run.cause_seq);
    if (run.kind != RunKind::records) return;
    const SequenceRange range = run.range();
    Waiting& waiting = waiting_[run.ring.value];
    std::uint64_t& next = next_[run.ring.value];
    if (next != 0 && next < range.first) {
      handler.on_skipped(run.cause_seq, run.ring, SequenceRange{next, range.first - 1});
    }
    next = range.last + 1;
    waiting.forget_until(range.first);
    std::deque<Record>& records = waiting.records;
    for (std::uint64_t q = range.first; q <= range.last;) {
      const CauseSequence place{run.cause_seq.value + (q - range.first)};
      const std::uint64_t found =
          records.empty() ? range.last + 1 : std::min(records.front().header.stamp, range.last + 1);
      if (found > q) {
        handler.on_lost(place, found - q);
        q = found;
        continue;
      }
      handler.on_record(place, run.ring, std::as_const(records.front()));
      records.pop_front();
      ++q;
    }
    waiting.forget_until(range.last + 1);
  }

  JournalReader reader_;
  std::map<std::uint32_t, Waiting> waiting_;     // by ring of ticks
  std::map<std::uint32_t, std::uint64_t> next_;  // by ring: to have a place, or to be played; 0: nothing is known
  std::map<std::uint32_t, std::uint64_t> from_;  // likewise, when it began
  std::deque<Step> steps_;                       // not played yet
  std::vector<JournalLoss> gone_;                // not told: a successor may resume
  CauseSequence passed_over_{}, played_{};
};

}  // namespace tickplant::ringbuf
