// The price levels of one side of one book: a sorted array with the best price at its end.
//
// Prices become keys for which larger is better on both sides (the bid's price; the ask's complement), so one code
// without branches serves both. Most changes are near the best: the search starts there, eight keys at a time, and
// inserting or removing moves the shorter part of the array, so a snapshot that arrives from the best outwards is
// cheap, too.
//
//   block  [ free | worst ... second, best | free ]      begin is the index of the worst level
//
// Threads: one.
// Not here: orders (order_store.hpp), where blocks come from (level_arena.hpp).
#pragma once

#include <cstdint>
#include <cstring>

#include "feedhandlers/book/book_result.hpp"
#include "feedhandlers/book/key_search.hpp"
#include "feedhandlers/book/level_arena.hpp"
#include "platform/prefetch.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::feedhandlers {

/// A generation of a book's orders that no order has.
inline constexpr std::uint16_t kNoGeneration = 0;

/// Half a cache line: a side with its best level, so that the BBO of a book is read from one line.
struct BookSide {
  ringbuf::Price best_price = ringbuf::kNoPrice;  // kNoPrice: empty
  ringbuf::Size best_size{};
  std::uint32_t begin = 0;
  std::uint32_t level_count = 0;
  std::uint32_t order_count = 0;
  std::uint8_t size_class = LevelArena::kNoClass;
  bool maybe_bad = false;                        // of the whole book, kept in its bid
  std::uint16_t generation = kNoGeneration + 1;  // likewise; grows with each clear, orders of another one are stale
};
static_assert(sizeof(BookSide) == 32);

/// The operations on a side. A value made on the spot: a reference to the arena, the side, and which side it is.
class SideLevels {
 public:
  SideLevels(LevelArena& arena, BookSide& side, ringbuf::Side which) noexcept
      : keys_(arena.keys()), amounts_(arena.amounts()), arena_(arena), side_(side), which_(which) {}

  /// One order more at `price`. Kind `none`: no room is left for its level, nothing changed.
  LevelChange add(ringbuf::Price price, ringbuf::Size size) noexcept {
    const LevelPosition at = find(price);
    if (!at.found) return insert(at.index, price, {size.value, 1, 0});
    LevelAmount& amount = amount_at(at.index);
    amount.size += size.value;
    amount.order_count += 1;
    return changed(at.index, price, amount);
  }

  /// Takes `size` and `orders` (0 or 1) off a level, which goes when nothing is left. `fits` becomes false when the
  /// level did not hold as much; what it held is gone then.
  LevelChange take(ringbuf::Price price, ringbuf::Size size, std::uint32_t orders, bool& fits) noexcept {
    const LevelPosition at = find(price);
    if (!at.found) [[unlikely]] {
      fits = false;
      return unchanged(at.index, price, {});
    }
    LevelAmount& amount = amount_at(at.index);
    if (amount.size < size.value || amount.order_count < orders) [[unlikely]] {
      fits = false;
      amount = {size.value, orders, 0};
    }
    amount.size -= size.value;
    amount.order_count -= orders;
    if (amount.size != 0 && amount.order_count != 0) return changed(at.index, price, amount);
    return remove(at.index, price);
  }

  /// One order of a level changes its size. Otherwise as take().
  LevelChange resize(ringbuf::Price price, ringbuf::Size size_before, ringbuf::Size size_after, bool& fits) noexcept {
    const LevelPosition at = find(price);
    if (!at.found) [[unlikely]] {
      fits = false;
      return unchanged(at.index, price, {});
    }
    LevelAmount& amount = amount_at(at.index);
    if (amount.size < size_before.value) [[unlikely]] {
      fits = false;
      amount.size = size_before.value;
    }
    amount.size += size_after.value - size_before.value;
    return changed(at.index, price, amount);
  }

  /// The new state of a level. `full` becomes true when there is no room for it.
  LevelChange set(ringbuf::Price price, ringbuf::Size size, std::uint32_t order_count, bool& full) noexcept {
    const LevelPosition at = find(price);
    const LevelAmount wanted{size.value, order_count, 0};
    if (size.value == 0) return at.found ? remove(at.index, price) : unchanged(at.index, price, {});
    if (!at.found) {
      const LevelChange change = insert(at.index, price, wanted);
      full = change.kind == LevelChange::Kind::none;
      return change;
    }
    LevelAmount& amount = amount_at(at.index);
    if (amount == wanted) return unchanged(at.index, price, wanted);
    amount = wanted;
    return changed(at.index, price, amount);
  }

  void clear() noexcept;

  /// Brings the lines of the eight best levels. Reads the header.
  void prefetch() const noexcept {
    const std::int64_t* const key = keys_ + side_.begin + side_.level_count;
    const LevelAmount* const amount = amounts_ + side_.begin + side_.level_count;
    platform::prefetch_for_read(key - 1);
    platform::prefetch_for_read(key - 8);
    platform::prefetch_for_read(amount - 1);
    platform::prefetch_for_read(amount - 4);
    platform::prefetch_for_read(amount - 8);
  }

  [[nodiscard]] static constexpr ringbuf::Price price_of(std::int64_t key, ringbuf::Side which) noexcept {
    return {key ^ mask_of(which)};
  }

 private:
  /// Where a price stands, or would stand; from the best.
  struct LevelPosition {
    std::uint32_t index;
    bool found;
  };
  using Kind = LevelChange::Kind;

  [[nodiscard]] static constexpr std::int64_t mask_of(ringbuf::Side which) noexcept {
    return -static_cast<std::int64_t>(static_cast<std::uint8_t>(which) >> 1);  // all ones for the ask
  }
  [[nodiscard]] std::int64_t mask() const noexcept { return mask_of(which_); }
  [[nodiscard]] LevelAmount& amount_at(std::uint32_t index) const noexcept { return amounts_[position(index)]; }
  [[nodiscard]] std::uint32_t position(std::uint32_t index) const noexcept {
    return side_.begin + side_.level_count - 1 - index;
  }
  [[nodiscard]] std::uint32_t block_levels() const noexcept { return std::uint32_t{1} << side_.size_class; }

  [[nodiscard]] LevelPosition find(ringbuf::Price price) const noexcept {
    const std::int64_t key = price.value ^ mask();
    const std::uint32_t count = side_.level_count;
    const std::int64_t* const end = keys_ + side_.begin + count;
    // May read keys below the side's own; they count only where the side has none left.
    const std::uint32_t better = better_of_eight(end, key);
    if (better >= count) return {count, false};
    if (better < kKeysSearched) [[likely]]
      return {better, end[-1 - static_cast<std::ptrdiff_t>(better)] == key};
    return find_far(key);
  }

  [[nodiscard]] LevelChange changed(std::uint32_t index, ringbuf::Price price, const LevelAmount& amount) noexcept {
    refresh_best();
    return {price, {amount.size}, amount.order_count, index, which_, Kind::changed};
  }
  [[nodiscard]] LevelChange unchanged(std::uint32_t index, ringbuf::Price price, const LevelAmount& amount) noexcept {
    return {price, {amount.size}, amount.order_count, index, which_, Kind::none};
  }

  LevelChange insert(std::uint32_t index, ringbuf::Price price, const LevelAmount& amount) noexcept {
    const bool near_best = index <= side_.level_count - index;
    // An end of the side on a multiple of the block's size is an end of the block (and no block has size 1: always
    // full).
    const std::uint32_t edge = near_best ? side_.begin + side_.level_count : side_.begin;
    if ((edge & (block_levels() - 1)) == 0 && !make_room(near_best)) [[unlikely]]
      return unchanged(index, price, {});
    std::uint32_t at = side_.begin + side_.level_count - index;
    if (near_best) [[likely]] {
      move(at, at + 1, index);
    } else {
      move(side_.begin, side_.begin - 1, at - side_.begin);
      --side_.begin;
      --at;
    }
    ++side_.level_count;
    keys_[at] = price.value ^ mask();
    amounts_[at] = amount;
    refresh_best();
    return {price, {amount.size}, amount.order_count, index, which_, Kind::inserted};
  }

  LevelChange remove(std::uint32_t index, ringbuf::Price price) noexcept {
    const std::uint32_t at = position(index);
    if (index < side_.level_count - index) [[likely]] {
      move(at + 1, at, index);
    } else {
      move(side_.begin, side_.begin + 1, at - side_.begin);
      ++side_.begin;
    }
    --side_.level_count;
    if (side_.level_count == 0) [[unlikely]] {
      clear();
    } else {
      refresh_best();
    }
    return {price, {}, 0, index, which_, Kind::removed};
  }

  /// Copies the best level into the header. Cheaper than asking whether it changed. There is a level.
  void refresh_best() noexcept {
    const std::uint32_t best = position(0);
    side_.best_price = {keys_[best] ^ mask()};
    side_.best_size = {amounts_[best].size};
  }

  void move(std::uint32_t from, std::uint32_t to, std::uint32_t count) noexcept {
    std::memmove(keys_ + to, keys_ + from, count * sizeof(std::int64_t));
    std::memmove(amounts_ + to, amounts_ + from, count * sizeof(LevelAmount));
  }

  [[nodiscard]] LevelPosition find_far(std::int64_t key) const noexcept;
  [[nodiscard]] bool make_room(bool at_best) noexcept;

  std::int64_t* keys_;
  LevelAmount* amounts_;
  LevelArena& arena_;
  BookSide& side_;
  ringbuf::Side which_;
};

}  // namespace tickplant::feedhandlers
