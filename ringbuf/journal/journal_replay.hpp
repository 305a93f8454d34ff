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

#include "ringbuf/journal/journal_reader.hpp"

namespace tickplant::ringbuf {

class JournalReplay {
 public:
  /// From its beginning. Throws SetupError: no journal there.
  explicit JournalReplay(std::filesystem::path folder) : reader_(std::move(folder), {}) {}

  /// Plays back what at most `limit` blocks hold. The handler is called in the order of the journal:
  ///   handler.on_record(CauseSequence, RingId, const Record&)
  ///   handler.on_command(CauseSequence, const CommandBody&)
  ///   handler.on_pause(CauseSequence)
  ///   handler.on_skipped(CauseSequence next, RingId, SequenceRange)  in the journal, or lost, without a place
  ///   handler.on_lost(CauseSequence first, std::uint64_t count)      had a place, and is not in the journal
  ///   handler.on_order_lost(SequenceRange)                           runs that are not
  ///   handler.on_derived(const RingFact&, const DerivedRecord&)      was computed and published
  ///   handler.on_derived_lost(std::uint32_t ring, SequenceRange)     was, and is not in the journal
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

  [[nodiscard]] const JournalKnowledge& knowledge() const noexcept { return reader_.knowledge(); }
  [[nodiscard]] JournalEnd end() { return reader_.end(); }
  /// Where it is, for people.
  [[nodiscard]] JournalPlace place() const noexcept { return reader_.scanner().place(); }

 private:
  /// Ticks of a ring that have no place yet. A run begins at or behind `next`, if nothing was passed over.
  struct Waiting {
    std::deque<Record> records;
    std::uint64_t next = 0;     // 0: nothing is known yet
    std::uint64_t through = 0;  // up to here they have come, or will not
  };
  struct Derived {
    std::uint32_t ring = 0;
    DerivedRecord record;
  };
  using Step = std::variant<SequencerRun, Derived, JournalLoss>;

  void take(const JournalRecords& records) {
    for (std::size_t i = 0; i < records.count(); ++i) {
      switch (records.kind) {
        case BlockKind::ticks: waiting_[records.ring->ring].records.push_back(records.as<Record>(i)); break;
        case BlockKind::runs: steps_.emplace_back(records.as<SequencerRun>(i)); break;
        case BlockKind::derived: steps_.emplace_back(Derived{records.ring->ring, records.as<DerivedRecord>(i)}); break;
        default: break;
      }
    }
    if (records.kind == BlockKind::ticks) {
      waiting_[records.ring->ring].through = records.first + records.count() - 1;
    }
  }
  void take(const JournalLoss& loss) {
    const RingFact* const ring = knowledge().ring(loss.ring);
    if (ring == nullptr) return;
    if (ring->kind == BlockKind::ticks) {
      Waiting& waiting = waiting_[loss.ring];
      waiting.through = std::max(waiting.through, loss.range.last);
    } else {
      steps_.emplace_back(loss);
    }
  }
  [[nodiscard]] bool is_due(const Step& step) {
    const auto* const run = std::get_if<SequencerRun>(&step);
    return run == nullptr || run->kind != RunKind::records || waiting_[run->ring.value].through >= run->range().last;
  }

  template <class Handler>
  void play_next(Handler& handler) {
    const Step step = std::move(steps_.front());
    steps_.pop_front();
    if (const auto* const run = std::get_if<SequencerRun>(&step)) return apply(*run, handler);
    if (const auto* const derived = std::get_if<Derived>(&step)) {
      static constexpr RingFact kUnknown{};
      const RingFact* const ring = knowledge().ring(derived->ring);
      return handler.on_derived(ring == nullptr ? kUnknown : *ring, derived->record);
    }
    const auto& loss = std::get<JournalLoss>(step);
    const bool is_of_runs = knowledge().ring(loss.ring)->kind == BlockKind::runs;
    is_of_runs ? handler.on_order_lost(loss.range) : handler.on_derived_lost(loss.ring, loss.range);
  }

  template <class Handler>
  void apply(const SequencerRun& run, Handler& handler) {
    if (run.kind == RunKind::command) return handler.on_command(run.cause_seq, run.command());
    if (run.kind == RunKind::pause) return handler.on_pause(run.cause_seq);
    if (run.kind != RunKind::records) return;
    const SequenceRange range = run.range();
    Waiting& waiting = waiting_[run.ring.value];
    if (waiting.next != 0 && waiting.next < range.first) {
      handler.on_skipped(run.cause_seq, run.ring, SequenceRange{waiting.next, range.first - 1});
    }
    waiting.next = range.last + 1;
    std::deque<Record>& records = waiting.records;
    while (!records.empty() && records.front().header.stamp < range.first) records.pop_front();
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
  }

  JournalReader reader_;
  std::map<std::uint32_t, Waiting> waiting_;  // by ring
  std::deque<Step> steps_;                    // not played yet
};

}  // namespace tickplant::ringbuf
