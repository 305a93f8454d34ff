// With which number each ring of ticks begins: behind a reboot new rings go on far behind the old ones' last records,
// and the numbers between were nobody's. Whoever misses them has lost nothing.
//
// Threads: any; nothing changes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/sequencer_ring.hpp"

namespace tickplant::daemon {

class RingBeginnings {
 public:
  using Ring = std::pair<ringbuf::RingId, ringbuf::Sequence>;  // its first number

  explicit RingBeginnings(std::vector<Ring> rings) : rings_(std::move(rings)) {}

  [[nodiscard]] std::size_t size() const noexcept { return rings_.size(); }

  /// How many of these numbers records were given, as far as anybody can know.
  [[nodiscard]] std::uint64_t records_in(ringbuf::RingId id, ringbuf::SequenceRange range) const noexcept {
    for (const auto& [ring, first] : rings_) {
      if (ring == id) range.first = std::max(range.first, first.value);
    }
    return range.first <= range.last ? range.count() : 0;
  }

 private:
  std::vector<Ring> rings_;
};

}  // namespace tickplant::daemon
