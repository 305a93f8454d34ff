// Writes and reads the decision in which order all input is applied: the analytics shards follow it, the journal stores
// it, replay obeys it.
//
// Threads: as broadcast_writer.hpp and broadcast_reader.hpp: one writer, any readers.
// Not here: deciding the order (analytics/sequencer.hpp), reading the records that a run names (broadcast_reader.hpp).
#pragma once

#include <cstdint>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/sequencer_layout.hpp"

namespace tickplant::ringbuf {

template <template <class> class Atomic = std::atomic>
class BasicSequencerWriter {
 public:
  /// `next`: place of the first record that will be appended; a successor gives that behind the newest run.
  explicit BasicSequencerWriter(BroadcastWriter<kTickSlotBytes, Atomic> ring, CauseSequence next = {1}) noexcept
      : ring_(ring), next_(next) {
    TP_CHECK(next.value >= 1);
  }

  /// The records `range` of `ring` come next. Returns the place of the first.
  CauseSequence append_records(RingId ring, SequenceRange range, platform::UnixNanos watermark) noexcept {
    TP_DCHECK(ring.value != 0 && range.first >= 1 && range.first <= range.last);
    return append(RunKind::records, ring, watermark, &range, sizeof range);
  }

  /// A command comes next. Returns its place.
  CauseSequence append_command(const CommandBody& command, platform::UnixNanos watermark) noexcept {
    return append(RunKind::command, {0}, watermark, &command, sizeof command);
  }

  /// There was nothing to read. Returns its place.
  CauseSequence append_pause(platform::UnixNanos watermark) noexcept {
    constexpr std::array<std::byte, kRecordBodyBytes> kNothing{};
    return append(RunKind::pause, {0}, watermark, kNothing.data(), kNothing.size());
  }

  /// As BroadcastWriter: call at the end of a batch.
  void flush() noexcept { ring_.flush(); }

  /// Of the newest run.
  [[nodiscard]] Sequence last() const noexcept { return ring_.last(); }
  /// Place of the next record.
  [[nodiscard]] CauseSequence next() const noexcept { return next_; }

 private:
  CauseSequence append(RunKind kind, RingId ring, platform::UnixNanos watermark, const void* body,
                       std::size_t body_bytes) noexcept {
    SequencerRun run;
    run.watermark = watermark;
    run.cause_seq = next_;
    run.ring = ring;
    run.kind = kind;
    std::memcpy(run.body.data(), body, body_bytes);
    ring_.publish(&run);
    next_.value += run.count();
    return run.cause_seq;
  }

  BroadcastWriter<kTickSlotBytes, Atomic> ring_;
  CauseSequence next_;
};

using SequencerWriter = BasicSequencerWriter<>;
/// poll() into a SequencerRun.
using SequencerReader = BroadcastReader<kTickSlotBytes>;

}  // namespace tickplant::ringbuf
