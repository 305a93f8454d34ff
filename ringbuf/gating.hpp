// Lossless readers inside the plant: each publishes how far it has read, and writers of sources that can wait look at
// the slowest of them once per batch. Writers of live sources do not look; what such a reader then loses it learns
// exactly, as every reader does (broadcast_reader.hpp).
//
// Threads: GatingReader: one, the reader's own. Gate: one, the writer's. Set-up gives each reader a line of its own.
// Not here: the bytes (gating_layout.hpp), reading the ring (broadcast_reader.hpp), waiting (a duty cycle that finds no
// room has done nothing, and its thread idles: a stage that shares its reader's thread never waits for itself).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "platform/check.hpp"
#include "ringbuf/gating_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::ringbuf {

/// How far a lossless reader has come.
template <template <class> class Atomic = std::atomic>
class BasicGatingReader {
 public:
  /// Gates from here on: writers that wait go no further than a ring beyond `next`.
  BasicGatingReader(GatingLine<Atomic>& line, Sequence next) noexcept : position_(&line.value) { advance(next); }
  BasicGatingReader(GatingPage<Atomic>& page, std::size_t line, Sequence next) noexcept
      : position_(&page.reader[line].value) {
    TP_CHECK(line < kGatingReaders);
    advance(next);
  }

  /// All before `next` has been read. Call once per batch.
  void advance(Sequence next) noexcept {
    TP_DCHECK(next.value != kNotGating);
    // G1 -> G2: whoever sees this may overwrite what lies before; our reads of it are done.
    position_->store(next.value, std::memory_order_release);
  }

  /// Nobody waits for us any more: we have failed, or end.
  void stop() noexcept { position_->store(kNotGating, std::memory_order_release); }

 private:
  Atomic<std::uint64_t>* position_;
};

/// How far a writer may go.
template <template <class> class Atomic = std::atomic>
class BasicGate {
 public:
  /// A gate that is always open: nobody reads without loss.
  BasicGate() noexcept = default;
  BasicGate(const GatingPage<Atomic>& page, std::uint64_t slot_count) noexcept
      : lines_(page.reader), slot_count_(slot_count) {}
  /// Nobody but this one reads without loss.
  BasicGate(const GatingLine<Atomic>& line, std::uint64_t slot_count) noexcept
      : lines_(&line, 1), slot_count_(slot_count) {}

  /// How many records may follow `last` before the slowest gating reader loses one.
  [[nodiscard]] std::uint64_t room(Sequence last) const noexcept {
    std::uint64_t slowest = last.value + 1;
    for (const GatingLine<Atomic>& line : lines_) {
      const std::uint64_t next = line.value.load(std::memory_order_acquire);  // G2 <- G1
      if (next != kNotGating) slowest = std::min(slowest, next);
    }
    const std::uint64_t unread = last.value + 1 - slowest;
    return slot_count_ - std::min(unread, slot_count_);
  }
  /// Of an open gate: as good as endless.
  [[nodiscard]] std::uint64_t slot_count() const noexcept { return slot_count_; }

 private:
  std::span<const GatingLine<Atomic>> lines_;
  std::uint64_t slot_count_ = ~std::uint64_t{0};
};

using GatingReader = BasicGatingReader<>;
using Gate = BasicGate<>;

}  // namespace tickplant::ringbuf
