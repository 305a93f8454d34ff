// The price levels of one side of one book: a sorted array with the best price at its end.
//
// Prices become keys for which larger is better on both sides (the bid's price; the ask's complement), so one
// branch-free code serves both. Most changes are near the best: the search starts there, eight keys at a time, and
// inserting or removing moves the shorter part of the array, so a snapshot that arrives from the best outwards is
// cheap, too.
//
//   block  [ free | worst ... second, best | free ]      begin is the index of the worst level
//
// Threads: one.
// Not here: orders (order_store.hpp), where blocks come from (level_arena.hpp).
#pragma once

#include <bit>
#include <cstdint>

#include "feedhandlers/book/level_arena.hpp"
#include "platform/prefetch.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::feedhandlers {

/// Half a cache line: a side with its best level, so that the BBO of a book is read from one line.
struct BookSide {
  ringbuf::Price best_price = ringbuf::kNoPrice;  // kNoPrice: empty
  ringbuf::Size best_size{};
  std::uint32_t begin = 0;
  std::uint32_t level_count = 0;
  std::uint32_t order_count = 0;
  std::uint8_t size_class = LevelArena::kNoClass;
  bool maybe_bad = false;  // of the whole book; kept in its bid
  std::uint8_t reserved[2] = {};
};
static_assert(sizeof(BookSide) == 32);

/// Where a price stands in a side, or would stand.
struct LevelPosition {
  std::uint32_t index = 0;  // from the best
  bool found = false;
};

/// The operations on a side. A value made on the spot: a reference to the arena, the side, and which side it is.
class SideLevels {
 public:
  SideLevels(LevelArena& arena, BookSide& side, ringbuf::Side which) noexcept
      : arena_(arena), side_(side), mask_(which == ringbuf::Side::ask ? -1 : 0) {}

  [[nodiscard]] LevelPosition find(ringbuf::Price price) const noexcept {
    const std::int64_t key = key_of(price);
    const std::uint32_t count = side_.level_count;
    const std::int64_t* end = arena_.keys() + side_.begin + count;
    std::uint32_t index = 0;
    for (std::uint32_t block = 0; block < kBlocksSearched; ++block, index += kBlock, end -= kBlock) {
      // May read keys below the side's own; they count only where the side has none left.
      const auto better = static_cast<std::uint32_t>(std::countr_one(better_of_block(end, key)));
      if (index + better >= count) return {count, false};
      if (better < kBlock) return {index + better, end[-1 - static_cast<std::ptrdiff_t>(better)] == key};
    }
    return find_far(key, index);
  }

  [[nodiscard]] LevelAmount& amount(std::uint32_t index) const noexcept { return arena_.amounts()[position(index)]; }
  [[nodiscard]] ringbuf::Price price(std::uint32_t index) const noexcept {
    return {arena_.keys()[position(index)] ^ mask_};
  }
  [[nodiscard]] static ringbuf::Price price_of(std::int64_t key, ringbuf::Side which) noexcept {
    return {which == ringbuf::Side::ask ? ~key : key};
  }

  /// Puts a level where find() said it would stand. False: no room is left for it, nothing changed.
  [[nodiscard]] bool insert(std::uint32_t index, ringbuf::Price price, LevelAmount amount) noexcept {
    const bool near_best = index <= side_.level_count - index;
    // An end of the side on a multiple of the block's size is an end of the block (and no block has size 1: always
    // full).
    const std::uint32_t edge = near_best ? side_.begin + side_.level_count : side_.begin;
    if ((edge & (block_levels() - 1)) == 0 && !make_room(near_best)) [[unlikely]]
      return false;
    std::uint32_t at = side_.begin + side_.level_count - index;
    if (near_best) {
      shift_up(at, index);
    } else {
      shift_down(side_.begin, at - side_.begin);
      --side_.begin;
      --at;
    }
    ++side_.level_count;
    arena_.keys()[at] = key_of(price);
    arena_.amounts()[at] = amount;
    return true;
  }

  void remove(std::uint32_t index) noexcept {
    const std::uint32_t at = position(index);
    if (index < side_.level_count - index) {
      shift_down(at + 1, index);
    } else {
      shift_up(side_.begin, at - side_.begin);
      ++side_.begin;
    }
    if (--side_.level_count == 0) centre();
  }

  void set_best(ringbuf::Price best_price, ringbuf::Size best_size) noexcept {
    side_.best_price = best_price;
    side_.best_size = best_size;
  }

  /// Copies the best level into the header, after a change at index 0.
  void refresh_best() noexcept {
    if (side_.level_count == 0) {
      side_.best_price = ringbuf::kNoPrice;
      side_.best_size = {};
    } else {
      side_.best_price = price(0);
      side_.best_size = {amount(0).size};
    }
  }

  void count_orders(std::int32_t difference) noexcept { side_.order_count += static_cast<std::uint32_t>(difference); }

  /// Forgets all levels and orders; keeps the block.
  void clear() noexcept;

  /// Brings the lines of the best levels. Reads the header.
  void prefetch() const noexcept {
    const std::uint32_t end = side_.begin + side_.level_count;
    const std::uint32_t best = end == 0 ? 0 : end - 1;
    platform::prefetch_for_write(arena_.keys() + best);
    platform::prefetch_for_write(arena_.amounts() + best);
  }

 private:
  static constexpr std::uint32_t kBlock = 8;
  static constexpr std::uint32_t kBlocksSearched = 4;  // beyond, halving beats walking

  [[nodiscard]] std::int64_t key_of(ringbuf::Price price) const noexcept { return price.value ^ mask_; }
  [[nodiscard]] std::uint32_t position(std::uint32_t index) const noexcept {
    return side_.begin + side_.level_count - 1 - index;
  }

  /// Bit i: the key at end - 1 - i is better than `key`.
  [[nodiscard]] static std::uint32_t better_of_block(const std::int64_t* end, std::int64_t key) noexcept {
    std::uint32_t bits = 0;
    for (std::uint32_t i = 0; i < kBlock; ++i) {
      bits |= static_cast<std::uint32_t>(end[-1 - static_cast<std::ptrdiff_t>(i)] > key) << i;
    }
    return bits;
  }

  [[nodiscard]] std::uint32_t block_levels() const noexcept { return std::uint32_t{1} << side_.size_class; }

  /// Move `count` levels from `first` one place towards the best end, or away from it.
  void shift_up(std::uint32_t first, std::uint32_t count) noexcept {
    if (count > kBlock) [[unlikely]]
      return move(first, first + 1, count);
    std::int64_t* const keys = arena_.keys() + first;
    LevelAmount* const amounts = arena_.amounts() + first;
    for (std::uint32_t i = count; i > 0; --i) keys[i] = keys[i - 1];
    for (std::uint32_t i = count; i > 0; --i) amounts[i] = amounts[i - 1];
  }
  void shift_down(std::uint32_t first, std::uint32_t count) noexcept {
    if (count > kBlock) [[unlikely]]
      return move(first, first - 1, count);
    std::int64_t* const keys = arena_.keys() + first;
    LevelAmount* const amounts = arena_.amounts() + first;
    for (std::ptrdiff_t i = 0; i < count; ++i) keys[i - 1] = keys[i];
    for (std::ptrdiff_t i = 0; i < count; ++i) amounts[i - 1] = amounts[i];
  }

  [[nodiscard]] LevelPosition find_far(std::int64_t key, std::uint32_t index) const noexcept;
  void centre() noexcept;
  [[nodiscard]] bool make_room(bool at_best) noexcept;
  void move(std::uint32_t from, std::uint32_t to, std::uint32_t count) noexcept;

  LevelArena& arena_;
  BookSide& side_;
  std::int64_t mask_;
};

}  // namespace tickplant::feedhandlers
