// Small dense numbers that stand for text: keys are ids, text is for people (instruments_layout.hpp has both).
#pragma once

#include <compare>
#include <cstdint>

namespace tickplant::ringbuf {

/// Index into the instrument directory and every per-instrument table. 0 = the record is about no single instrument.
struct InstrumentId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(InstrumentId, InstrumentId) = default;
};

inline constexpr InstrumentId kNoInstrument{0};

/// A data product of a venue, numbered by the catalog (catalog_layout.hpp). 0 = none.
struct FeedId {
  std::uint16_t value = 0;
  friend constexpr auto operator<=>(FeedId, FeedId) = default;
};

/// Position of a record in one ring. The first record of a plant's life has 1; 0 = before everything.
struct Sequence {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(Sequence, Sequence) = default;
  friend constexpr Sequence operator+(Sequence sequence, std::uint64_t count) noexcept {
    return {sequence.value + count};
  }
};

/// Both ends included, in ring or source sequences.
struct SequenceRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend constexpr auto operator<=>(const SequenceRange&, const SequenceRange&) = default;
  [[nodiscard]] constexpr std::uint64_t count() const noexcept { return last - first + 1; }
};

}  // namespace tickplant::ringbuf
