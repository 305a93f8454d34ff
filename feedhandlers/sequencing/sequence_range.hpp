// A run of consecutive source sequences, as packets carry them and as gaps miss them.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tickplant::feedhandlers::sequencing {

/// [begin, end): `end` is the first that does not belong to it. begin <= end.
struct SequenceRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  [[nodiscard]] constexpr std::uint64_t count() const noexcept { return end - begin; }
  [[nodiscard]] constexpr bool empty() const noexcept { return begin == end; }
  friend constexpr bool operator==(SequenceRange, SequenceRange) = default;

  /// What both have; empty if they do not meet.
  friend constexpr SequenceRange common(SequenceRange a, SequenceRange b) noexcept {
    const auto first = std::max(a.begin, b.begin);
    return {first, std::max(first, std::min(a.end, b.end))};
  }
};

}  // namespace tickplant::feedhandlers::sequencing
