#include "feedhandlers/book/book_side.hpp"

#include <algorithm>
#include <cstring>

namespace tickplant::feedhandlers {

LevelPosition SideLevels::find_far(std::int64_t key, std::uint32_t index) const noexcept {
  const std::int64_t* const worst = arena_.keys() + side_.begin;
  const std::int64_t* const end = worst + (side_.level_count - index);
  const std::int64_t* const first_better = std::upper_bound(worst, end, key);
  const bool found = first_better != worst && first_better[-1] == key;
  return {index + static_cast<std::uint32_t>(end - first_better), found};
}

void SideLevels::clear() noexcept {
  if (side_.level_count > 0) {
    side_.level_count = 0;
    centre();
  }
  side_.order_count = 0;
  refresh_best();
}

void SideLevels::centre() noexcept { side_.begin = (side_.begin & ~(block_levels() - 1)) + block_levels() / 2; }

bool SideLevels::make_room(bool at_best) noexcept {
  const std::uint32_t count = side_.level_count;
  const bool has_block = side_.size_class != LevelArena::kNoClass;
  std::uint32_t block = side_.begin & ~(block_levels() - 1);
  std::uint32_t free = has_block ? block_levels() - count : 0;
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

void SideLevels::move(std::uint32_t from, std::uint32_t to, std::uint32_t count) noexcept {
  std::memmove(arena_.keys() + to, arena_.keys() + from, count * sizeof(std::int64_t));
  std::memmove(arena_.amounts() + to, arena_.amounts() + from, count * sizeof(LevelAmount));
}

}  // namespace tickplant::feedhandlers
