#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "feedhandlers/book/level_arena.hpp"

namespace tickplant::feedhandlers::this_file {
namespace {

TEST(LevelArena, HandsOutEachLevelOnceInAlignedBlocks) {
  LevelArena arena(100, 32);  // rounded up to four blocks of 32
  EXPECT_EQ(arena.capacity(), 128U);
  std::set<std::uint32_t> levels;
  for (const std::uint8_t size_class : std::vector<std::uint8_t>{3, 5, 4, 3, 3, 5}) {
    const std::uint32_t block = arena.allocate(size_class);
    ASSERT_NE(block, LevelArena::kNoBlock);
    EXPECT_EQ(block % (1U << size_class), 0U);
    for (std::uint32_t i = 0; i < 1U << size_class; ++i) EXPECT_TRUE(levels.insert(block + i).second);
  }
  EXPECT_LE(*levels.rbegin(), 127U);
}

TEST(LevelArena, SaysWhenItIsExhaustedAndTakesBlocksBack) {
  LevelArena arena(32, 32);
  const std::uint32_t whole = arena.allocate(5);
  EXPECT_EQ(arena.allocate(3), LevelArena::kNoBlock);
  arena.release(whole, 5);
  std::vector<std::uint32_t> small;
  for (int i = 0; i < 4; ++i) small.push_back(arena.allocate(3));
  EXPECT_EQ(std::set<std::uint32_t>(small.begin(), small.end()).size(), 4U);
  EXPECT_EQ(arena.allocate(3), LevelArena::kNoBlock);
  arena.release(small[2], 3);
  EXPECT_EQ(arena.allocate(4), LevelArena::kNoBlock);
  EXPECT_EQ(arena.allocate(3), small[2]);
}

TEST(LevelArena, HasNoBlockLargerThanASideMayBe) {
  LevelArena arena(1024, 10);  // rounded up to 16
  EXPECT_EQ(arena.largest_class(), 4);
  EXPECT_EQ(arena.allocate(5), LevelArena::kNoBlock);
  EXPECT_NE(arena.allocate(4), LevelArena::kNoBlock);
}

}  // namespace
}  // namespace tickplant::feedhandlers::this_file
