// Where the values of a block of eight instruments lie in its state: rows of eight lanes, a cache line each (two of
// 128-bit integers). Plain bytes without pointers or padding that is not zero: a copy of them is a checkpoint.
//
// Threads: the layout is made at set-up, then read by all; a state has one owner.
// Not here: what the values mean (the nodes).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "analytics/indicators/lanes.hpp"
#include "platform/cache_line.hpp"
#include "platform/int128.hpp"
#include "platform/prefetch.hpp"

namespace tickplant::analytics {

/// Rows of eight lanes of a double, an int64 or an Int128.
template <class T>
class LaneField {
 public:
  [[nodiscard]] T* lanes(std::byte* state) const noexcept { return reinterpret_cast<T*>(state + offset); }
  /// Two lanes at a time: row r begins at r x kPairs.
  [[nodiscard]] auto* pairs(std::byte* state) const noexcept {
    static_assert(sizeof(T) == 8, "no vectors of 128-bit integers");
    if constexpr (std::is_same_v<T, double>) {
      return reinterpret_cast<Doubles*>(state + offset);
    } else {
      return reinterpret_cast<Longs*>(state + offset);
    }
  }

  std::size_t offset = 0;
};

/// Gives fields their places, and knows what they hold before the first bar.
class StateLayout {
 public:
  template <class T>
  void place(LaneField<T>& field, T initial = T{}, std::size_t rows = 1) {
    field.offset = bytes_;
    static_assert(sizeof(T) == 8 || sizeof(T) == 16);
    // Of 128-bit fields the upper half is the sign.
    std::uint64_t low = 0;
    if constexpr (sizeof(T) == 8) {
      low = std::bit_cast<std::uint64_t>(initial);
    } else {
      low = static_cast<std::uint64_t>(initial);
    }
    rows_.push_back({bytes_, rows, sizeof(T), low});
    if (dense_.empty() || dense_.back().end != bytes_) dense_.push_back({bytes_, bytes_});
    bytes_ += rows * kLanes * sizeof(T);
    dense_.back().end = bytes_;
  }

  /// The same for a field of which an update touches a few rows only, here and there.
  template <class T>
  void place_sparse(LaneField<T>& field, std::size_t rows) {
    place(field, T{}, rows);
    if (!dense_.empty() && dense_.back().end == bytes_) dense_.back().end = field.offset;
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Asks for an eighth of what an update is going to touch for certain: memory has more time, and no burst, when each
  /// lane asks for one.
  void prefetch(const std::byte* state, std::size_t lane) const noexcept {
    for (const Range& range : dense_) {
      for (std::size_t at = range.begin + lane * platform::kCacheLineBytes; at < range.end;
           at += kLanes * platform::kCacheLineBytes)
        platform::prefetch_for_write(state + at);
    }
  }
  void start(std::byte* state) const noexcept;
  void reset_lane(std::byte* state, std::size_t lane) const noexcept;

 private:
  struct Rows {
    std::size_t offset, count, lane_bytes;
    std::uint64_t initial;
  };
  struct Range {
    std::size_t begin, end;
  };
  std::vector<Rows> rows_;
  std::vector<Range> dense_;
  std::size_t bytes_ = 0;
};

}  // namespace tickplant::analytics
