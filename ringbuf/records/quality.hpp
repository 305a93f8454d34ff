// How far a value can be trusted: one word on every instrument image and every derived record. 0 = nothing known
// against it.
#pragma once

#include <cstdint>

namespace tickplant::ringbuf {

enum class Quality : std::uint32_t {
  none = 0,
  gap_inside = 1u << 0,       // input was lost and not recovered
  stale_input = 1u << 1,      // the feed was silent for longer than expected
  partial_window = 1u << 2,   // the first window after start: not all of its input was seen
  late_merged = 1u << 3,      // a revision: data that came after the window had fired
  conflated_input = 1u << 4,  // computed from newest values, not from every record
  clock_suspect = 1u << 5,    // a time stamp of the input is outside its bound
  recovering = 1u << 6,       // gap fill or snapshot under way
  unverified_book = 1u << 7,  // the venue offers no way to check continuity
  provisional = 1u << 8,      // the window is still open
};

[[nodiscard]] constexpr Quality operator|(Quality a, Quality b) noexcept {
  return static_cast<Quality>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
[[nodiscard]] constexpr bool has(Quality quality, Quality bit) noexcept {
  return (static_cast<std::uint32_t>(quality) & static_cast<std::uint32_t>(bit)) != 0;
}

}  // namespace tickplant::ringbuf
