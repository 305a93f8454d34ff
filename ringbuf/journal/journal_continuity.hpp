// Which records a journal does not have: sequences of a ring that neither came nor were called lost.
//
// Threads: plain values.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "ringbuf/journal/journal_layout.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::ringbuf {

class JournalContinuity {
 public:
  /// Records come. The sequences before them that are missing, if any.
  std::optional<SequenceRange> on_block(const JournalBlockHeader& header) {
    return pass(header.ring, header.first, header.first + header.count);
  }

  /// Records are called lost. The sequences before them that are missing and are not.
  std::optional<SequenceRange> on_loss(const LossFact& loss) {
    if (loss.first == 0 || loss.last < loss.first) return std::nullopt;
    return pass(loss.ring, loss.first, loss.last + 1);
  }

  /// The start of a segment says where a ring goes on; believed of rings that we have seen nothing of.
  void on_ring(const RingFact& ring) { next_.try_emplace(ring.ring, ring.next); }

  /// What a ring's next record has; 0: nothing is known of it.
  [[nodiscard]] std::uint64_t next(std::uint32_t ring) const {
    const auto found = next_.find(ring);
    return found == next_.end() ? 0 : found->second;
  }

 private:
  std::optional<SequenceRange> pass(std::uint32_t ring, std::uint64_t first, std::uint64_t behind) {
    std::uint64_t& next = next_[ring];
    const std::uint64_t expected = std::exchange(next, std::max(next, behind));
    if (expected == 0 || first <= expected) return std::nullopt;
    return SequenceRange{expected, first - 1};
  }

  std::map<std::uint32_t, std::uint64_t> next_;
};

}  // namespace tickplant::ringbuf
