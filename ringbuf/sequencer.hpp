// Decides in which order the records of several rings are applied, and writes that down before anybody applies them:
// runs of one ring at a time, ring after ring, each as long as what was there, up to kRunMax.
//
// Who computes in the same thread gets the records here, at no further cost (`apply`). Who computes elsewhere follows
// the sequencer ring (sequenced_reader.hpp) and sees the same records under the same cause sequences.
//
// Threads: one, the sequencer's. Takes its memory when it is made.
// Not here: the bytes of a run (sequencer_layout.hpp), what a watermark is (the caller's: it sees each run first).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/gating.hpp"
#include "ringbuf/sequencer_ring.hpp"

namespace tickplant::ringbuf {

/// A ring of ticks whose records are put in order.
struct SequencedRing {
  RingId id{};
  TickReader reader;    // stands at the first record that has no place yet
  GatingReader gating;  // its writer may wait for us
  /// Of the first record that was to come next; nothing: the reader's. What lies between them is told as lost.
  std::optional<Sequence> expected = std::nullopt;
};

class Sequencer {
 public:
  /// No longer run: the other rings wait meanwhile.
  static constexpr std::size_t kRunMax = 64;

  Sequencer(SequencerWriter order, std::vector<SequencedRing> rings) : order_(order), rings_(std::move(rings)) {
    for (SequencedRing& ring : rings_) ring.expected = ring.expected.value_or(ring.reader.next());
  }

  /// Once around the rings. For each run: `watermark(RingId, std::span<const Record>)` says the event time up to which
  /// input is complete after it, the run is written, then `apply(CauseSequence, RingId, const Record&)` gets each
  /// record. Before a run, `lost(RingId, SequenceRange)` for records that were overwritten before they had a place:
  /// those between it and the run before of the same ring, as whoever reads the order sees them missing. Returns how
  /// many records got one.
  template <class Watermark, class Apply, class Lost>
  std::size_t turn(Watermark&& watermark, Apply&& apply, Lost&& lost) {
    std::size_t total = 0;
    for (SequencedRing& ring : rings_) {
      const std::size_t count = take(ring);
      if (count == 0) continue;
      const std::span<const Record> run(records_.data(), count);
      if (run.front().sequence() > *ring.expected) {
        lost(ring.id, SequenceRange{ring.expected->value, run.front().header.stamp - 1});
      }
      ring.expected = ring.reader.next();
      const CauseSequence first =
          order_.append_records(ring.id, {run.front().header.stamp, run.back().header.stamp}, watermark(ring.id, run));
      for (std::size_t i = 0; i < count; ++i) apply(CauseSequence{first.value + i}, ring.id, run[i]);
      ring.gating.advance(ring.reader.next());
      total += count;
    }
    if (total != 0) order_.flush();
    return total;
  }

  /// A command comes next. Returns its place.
  CauseSequence command(const CommandBody& body, platform::UnixNanos watermark) noexcept {
    const CauseSequence place = order_.append_command(body, watermark);
    order_.flush();
    return place;
  }

  /// There was nothing to read, and whoever follows has work that it put off. Returns its place.
  CauseSequence pause(platform::UnixNanos watermark) noexcept {
    const CauseSequence place = order_.append_pause(watermark);
    order_.flush();
    return place;
  }

  /// Of the newest run.
  [[nodiscard]] Sequence last() const noexcept { return order_.last(); }
  /// Place of the next record.
  [[nodiscard]] CauseSequence next() const noexcept { return order_.next(); }
  /// How many records have been published and have no place yet.
  [[nodiscard]] std::uint64_t backlog() const noexcept {
    std::uint64_t count = 0;
    for (const SequencedRing& ring : rings_) {
      const std::uint64_t published = ring.reader.published().value, next = ring.reader.next().value;
      if (published >= next) count += published - next + 1;
    }
    return count;
  }

  /// Writers need not wait for us any more.
  void stop() noexcept {
    for (SequencedRing& ring : rings_) ring.gating.stop();
  }

 private:
  /// Copies the next run into records_: consecutive sequences, until there is nothing more or something was lost.
  std::size_t take(SequencedRing& ring) {
    std::size_t count = 0;
    while (count < kRunMax) {
      switch (ring.reader.poll(&records_[count])) {
        case ReadStatus::record: ++count; break;
        case ReadStatus::empty: return count;
        case ReadStatus::overrun:
          if (count != 0) return count;
      }
    }
    return count;
  }

  SequencerWriter order_;
  std::vector<SequencedRing> rings_;
  std::array<Record, kRunMax> records_{};
};

/// How far a dead sequencer had come, from what its ring still holds.
struct SequencerRemains {
  Sequence last{};                                     // newest run: a writer continues behind it
  CauseSequence next{1};                               // place of the next record
  std::vector<std::pair<RingId, Sequence>> done = {};  // by ring, the newest sequence that has a place

  [[nodiscard]] Sequence done_of(RingId ring) const noexcept {
    for (const auto& [id, sequence] : done) {
      if (id == ring) return sequence;
    }
    return {0};
  }
};

/// `order`: payload of the sequencer ring, which nobody writes.
[[nodiscard]] SequencerRemains find_sequencer_remains(std::span<const std::byte> order, std::uint64_t slot_count);

}  // namespace tickplant::ringbuf
