#include "ringbuf/packed_numbers.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tickplant::ringbuf::this_file {
namespace {

TEST(PackedNumbers, ComeBackAsTheyWere) {
  std::vector<std::uint64_t> values{0, 1, 127, 128, 300, std::numeric_limits<std::uint64_t>::max()};
  for (int bit = 0; bit < 64; ++bit) values.push_back(std::uint64_t{1} << bit);
  std::vector<std::byte> bytes;
  for (const std::uint64_t value : values) pack_number(value, bytes);
  PackedNumbers numbers(bytes);
  for (const std::uint64_t value : values) EXPECT_EQ(numbers.next(), value);
  EXPECT_TRUE(numbers.rest().empty());
  EXPECT_FALSE(numbers.is_broken());
  EXPECT_EQ(numbers.next(), 0u);
  EXPECT_TRUE(numbers.is_broken());
}

TEST(PackedNumbers, RefusesNumbersThatDoNotEndOrDoNotFit) {
  std::vector<std::byte> endless(20, std::byte{0x80});
  EXPECT_EQ(PackedNumbers(std::span(endless).first(3)).next(), 0u);
  PackedNumbers numbers(endless);
  EXPECT_EQ(numbers.next(), 0u);
  EXPECT_TRUE(numbers.is_broken());
  std::vector<std::byte> wide(9, std::byte{0xff});
  wide.push_back(std::byte{2});
  PackedNumbers too_wide(wide);
  EXPECT_EQ(too_wide.next(), 0u);
  EXPECT_TRUE(too_wide.is_broken());
}

TEST(PackedNumbers, MakesSmallNumbersOfSmallDifferences) {
  EXPECT_EQ(zigzag(0), 0u);
  EXPECT_EQ(zigzag(-1), 1u);
  EXPECT_EQ(zigzag(1), 2u);
  for (const std::int64_t value : {std::int64_t{-5}, std::int64_t{7}, std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(from_zigzag(zigzag(value)), value);
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
