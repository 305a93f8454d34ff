// Memory for the price levels of all books: blocks of 2^n levels out of one arena that is taken at start.
//
// Prices and amounts lie in two parallel arrays under one index, so that a search for a price reads eight levels per
// cache line. Blocks are aligned to their size (a buddy system that splits and does not merge): the block of an index
// follows from its size class alone. Sides only ever grow their block, so what fragments is bounded by what was
// outgrown.
//
// Threads: one. All memory is taken at construction.
// Not here: what is in a block (book_side.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "feedhandlers/book/zeroed_array.hpp"

namespace tickplant::feedhandlers {

/// What rests at one price.
struct LevelAmount {
  std::uint64_t size = 0;
  std::uint32_t order_count = 0;
  std::uint32_t reserved = 0;
  friend constexpr bool operator==(const LevelAmount&, const LevelAmount&) = default;
};
static_assert(sizeof(LevelAmount) == 16);

class LevelArena {
 public:
  static constexpr std::uint8_t kNoClass = 0;        // no block
  static constexpr std::uint8_t kSmallestClass = 3;  // 8 levels: one line of prices
  static constexpr std::uint8_t kLargestClass = 20;  // a million levels on one side
  static constexpr std::uint32_t kNoBlock = UINT32_MAX;
  static constexpr std::size_t kSearchReach = 8;  // levels readable below any block, whatever they are

  /// Room for `level_capacity` levels (rounded up to whole largest blocks); no block larger than
  /// `max_levels_per_side` (rounded up to a power of two). Throws SetupError.
  LevelArena(std::size_t level_capacity, std::size_t max_levels_per_side);

  /// First index of a free block of 2^size_class levels, or kNoBlock when the arena is exhausted or the class too
  /// large.
  [[nodiscard]] std::uint32_t allocate(std::uint8_t size_class) noexcept;

  void release(std::uint32_t block, std::uint8_t size_class) noexcept;

  /// Price keys: larger is better, on both sides (book_side.hpp).
  [[nodiscard]] std::int64_t* keys() noexcept { return keys_.data() + kSearchReach; }
  [[nodiscard]] const std::int64_t* keys() const noexcept { return keys_.data() + kSearchReach; }
  [[nodiscard]] LevelAmount* amounts() noexcept { return amounts_.data() + kSearchReach; }
  [[nodiscard]] const LevelAmount* amounts() const noexcept { return amounts_.data() + kSearchReach; }

  [[nodiscard]] std::uint8_t largest_class() const noexcept { return largest_class_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  std::uint8_t largest_class_;
  std::uint32_t capacity_;
  std::uint32_t next_unused_ = 0;
  std::array<std::uint32_t, kLargestClass + 1>
      free_;  // first free block of a class; each names the next in its order_count
  ZeroedArray<std::int64_t> keys_;
  ZeroedArray<LevelAmount> amounts_;
};

}  // namespace tickplant::feedhandlers
