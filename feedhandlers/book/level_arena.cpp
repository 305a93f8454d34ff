#include "feedhandlers/book/level_arena.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers {
namespace {

std::uint8_t class_for(std::size_t max_levels_per_side) {
  constexpr std::size_t kMost = std::size_t{1} << LevelArena::kLargestClass;
  if (max_levels_per_side == 0 || max_levels_per_side > kMost) {
    throw platform::SetupError("an order book with at most " + std::to_string(max_levels_per_side) + " levels per side",
                               "ask for 1 to " + std::to_string(kMost));
  }
  const auto exponent = std::countr_zero(std::bit_ceil(max_levels_per_side));
  return std::max(LevelArena::kSmallestClass, static_cast<std::uint8_t>(exponent));
}

std::uint32_t rounded(std::size_t level_capacity, std::uint8_t largest_class) {
  constexpr std::size_t kMost = std::size_t{1} << 31;
  if (level_capacity == 0 || level_capacity > kMost) {
    throw platform::SetupError("an order book with room for " + std::to_string(level_capacity) + " levels",
                               "ask for 1 to " + std::to_string(kMost));
  }
  const std::size_t block = std::size_t{1} << largest_class;
  return static_cast<std::uint32_t>((level_capacity + block - 1) / block * block);
}

}  // namespace

LevelArena::LevelArena(std::size_t level_capacity, std::size_t max_levels_per_side)
    : largest_class_(class_for(max_levels_per_side)),
      capacity_(rounded(level_capacity, largest_class_)),
      keys_(capacity_ + kSearchReach, "price levels"),
      amounts_(capacity_ + kSearchReach, "price levels") {
  free_.fill(kNoBlock);
}

std::uint32_t LevelArena::allocate(std::uint8_t size_class) noexcept {
  if (size_class > largest_class_) return kNoBlock;
  std::uint8_t found = size_class;
  while (found < largest_class_ && free_[found] == kNoBlock) ++found;
  std::uint32_t block = free_[found];
  if (block != kNoBlock) {
    free_[found] = amounts()[block].order_count;
  } else {
    if (next_unused_ == capacity_) return kNoBlock;
    block = next_unused_;
    next_unused_ += std::uint32_t{1} << largest_class_;
  }
  while (found > size_class) {
    --found;
    release(block + (std::uint32_t{1} << found), found);
  }
  return block;
}

void LevelArena::release(std::uint32_t block, std::uint8_t size_class) noexcept {
  TP_DCHECK(size_class >= kSmallestClass && size_class <= largest_class_ && block % (1U << size_class) == 0);
  amounts()[block].order_count = free_[size_class];
  free_[size_class] = block;
}

}  // namespace tickplant::feedhandlers
