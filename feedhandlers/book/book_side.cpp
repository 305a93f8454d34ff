#include "feedhandlers/book/book_side.hpp"

#include <algorithm>

namespace tickplant::feedhandlers {

SideLevels::LevelPosition SideLevels::find_far(std::int64_t key) const noexcept {
  const std::int64_t* const worst = keys_ + side_.begin;
  const std::int64_t* const best_end = worst + side_.level_count;
  // Fourfold steps outwards, then halving without a branch: which half it is nobody can predict.
  std::uint32_t near = kKeysSearched, far = 4 * kKeysSearched;
  while (far < side_.level_count && best_end[-1 - static_cast<std::ptrdiff_t>(far)] > key) near = far, far *= 4;
  const std::int64_t* first_better = far < side_.level_count ? best_end - 1 - far : worst;
  auto unknown = static_cast<std::size_t>(best_end - near - first_better);
  while (unknown > 0) {
    const std::size_t half = (unknown + 1) / 2;
    const std::int64_t* const middle = first_better + half;
    first_better = middle[-1] <= key ? middle : first_better;
    unknown -= half;
  }
  const bool found = first_better != worst && first_better[-1] == key;
  return {static_cast<std::uint32_t>(best_end - first_better), found};
}

void SideLevels::clear() noexcept {
  side_.begin = (side_.begin & ~(block_levels() - 1)) + block_levels() / 2;
  side_.level_count = 0;
  side_.best_price = ringbuf::kNoPrice;
  side_.best_size = {};
}

bool SideLevels::make_room(bool at_best) noexcept {
  const std::uint32_t count = side_.level_count;
  const bool has_block = side_.size_class != LevelArena::kNoClass;
  const std::uint32_t block = side_.begin & ~(block_levels() - 1);
  const std::uint32_t free = has_block ? block_levels() - count : 0;
  // Re-centring in a block that is almost full would soon be needed again: take the next size while there is one.
  if (free < std::max(2U, block_levels() / 4)) {
    const auto larger = has_block ? static_cast<std::uint8_t>(side_.size_class + 1) : LevelArena::kSmallestClass;
    const std::uint32_t new_block = arena_.allocate(larger);
    if (new_block == LevelArena::kNoBlock && free == 0) return false;
    if (new_block != LevelArena::kNoBlock) {
      const std::uint32_t new_begin = new_block + ((1U << larger) - count) / 2;
      move(side_.begin, new_begin, count);
      if (has_block) arena_.release(block, side_.size_class);
      side_.size_class = larger;
      side_.begin = new_begin;
      return true;
    }
  }
  const std::uint32_t new_begin = block + (at_best ? free / 2 : (free + 1) / 2);
  move(side_.begin, new_begin, count);
  side_.begin = new_begin;
  return true;
}

}  // namespace tickplant::feedhandlers
