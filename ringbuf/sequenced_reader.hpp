// Follows the order that a sequencer wrote: every record of every ring at its place, and the commands between them.
// Shards that compute in threads of their own each have one; they see the same, and each takes its own instruments.
//
// Threads: one, the shard's. Takes its memory when it is made.
// Not here: deciding the order (sequencer.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "platform/check.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/gating.hpp"
#include "ringbuf/sequencer_ring.hpp"

namespace tickplant::ringbuf {

/// One of `count` shards. Records about no single instrument belong to all of them.
struct Shard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;

  [[nodiscard]] bool takes(InstrumentId id) const noexcept { return id == kNoInstrument || id.value % count == index; }
};

/// A ring of ticks as a shard reads it.
struct FollowedTicks {
  RingId id{};
  TickReader reader;
  GatingReader gating;
  bool knows_next = true;  // false: runs were lost, and with them where the next one begins
};

class SequencedReader {
 public:
  /// `order` stands at the first run to follow; `gating` is our line in the page of the sequencer ring.
  SequencedReader(SequencerReader order, GatingReader gating, std::vector<FollowedTicks> rings)
      : order_(order), gating_(gating), rings_(std::move(rings)) {}

  /// Follows at most `limit` runs. The handler is called in their order:
  ///   handler.on_record(CauseSequence, RingId, const Record&)
  ///   handler.on_command(CauseSequence, const CommandBody&)
  ///   handler.on_pause(CauseSequence)
  ///   handler.on_skipped(CauseSequence next, RingId, SequenceRange)  overwritten before they had a place
  ///   handler.on_lost(CauseSequence first, std::uint64_t count)   overwritten before we came: gone for this shard
  ///   handler.on_order_lost(SequenceRange)                        runs were: what they named is not known
  /// Returns how many runs.
  template <class Handler>
  std::size_t poll(Handler& handler, std::size_t limit = 64) {
    std::size_t count = 0;
    while (count < limit) {
      SequencerRun run;
      const ReadStatus status = order_.poll(&run);
      if (status == ReadStatus::empty) break;
      ++count;
      if (status == ReadStatus::overrun) {
        handler.on_order_lost(order_.lost());
        for (FollowedTicks& ring : rings_) ring.knows_next = false;
      } else if (run.kind == RunKind::command) {
        handler.on_command(run.cause_seq, run.command());
      } else if (run.kind == RunKind::pause) {
        handler.on_pause(run.cause_seq);
      } else if (run.kind == RunKind::records) {
        follow(run, handler);
      }
    }
    if (count == 0) return 0;
    gating_.advance(order_.next());
    for (FollowedTicks& ring : rings_) ring.gating.advance(ring.reader.next());
    return count;
  }

  /// Of the next run.
  [[nodiscard]] Sequence next() const noexcept { return order_.next(); }
  /// How many runs there are that we have not followed.
  [[nodiscard]] std::uint64_t backlog() const noexcept {
    const std::uint64_t published = order_.published().value, next = order_.next().value;
    return published < next ? 0 : published - next + 1;
  }

  /// Writers need not wait for us any more.
  void stop() noexcept {
    gating_.stop();
    for (FollowedTicks& ring : rings_) ring.gating.stop();
  }

 private:
  template <class Handler>
  void follow(const SequencerRun& run, Handler& handler) {
    const SequenceRange range = run.range();
    const auto ring = std::find_if(rings_.begin(), rings_.end(), [&](const auto& each) { return each.id == run.ring; });
    if (ring == rings_.end()) return;  // a ring that this plant has given up
    const auto place_of = [&](std::uint64_t q) { return CauseSequence{run.cause_seq.value + (q - range.first)}; };
    if (const std::uint64_t next = ring->reader.next().value; next < range.first && ring->knows_next) {
      handler.on_skipped(run.cause_seq, run.ring, SequenceRange{next, range.first - 1});
    }
    ring->knows_next = true;
    ring->reader.seek({range.first});
    for (std::uint64_t q = range.first; q <= range.last;) {
      Record record;
      switch (ring->reader.poll(&record)) {
        case ReadStatus::record:
          handler.on_record(place_of(q), run.ring, std::as_const(record));
          ++q;
          break;
        case ReadStatus::overrun: {
          const std::uint64_t resume = std::min(ring->reader.next().value, range.last + 1);
          handler.on_lost(place_of(q), resume - q);
          q = resume;
          break;
        }
        case ReadStatus::empty: {
          constexpr bool kRunsNameCompleteRecords = false;
          TP_CHECK(kRunsNameCompleteRecords);
        }
      }
    }
    ring->reader.seek({range.last + 1});
  }

  SequencerReader order_;
  GatingReader gating_;
  std::vector<FollowedTicks> rings_;
};

}  // namespace tickplant::ringbuf
