#include "clients/cli/number_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tickplant::cli::this_file {
namespace {

using ringbuf::kNoPrice;
using ringbuf::Price;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

TEST(PriceText, HasAtLeastTwoDecimalsAndNoFurtherZeros) {
  EXPECT_EQ(price_text({321'200'000'000}), "321.20");
  EXPECT_EQ(price_text({19'575'000'000}), "19.575");
  EXPECT_EQ(price_text({6'966'700'000}), "6.9667");
  EXPECT_EQ(price_text({1}), "0.000000001");
  EXPECT_EQ(price_text({100'000'000'000}), "100.00");
}

TEST(PriceText, TellsAbsentFromZero) {
  EXPECT_EQ(price_text(kNoPrice), "-");
  EXPECT_EQ(price_text({0}), "0.00");
}

TEST(PriceText, IsExactAtBothEndsOfTheRange) {
  EXPECT_EQ(price_text({kMost - 1}), "9223372036.854775806");
  EXPECT_EQ(price_text({kLeast}), "-9223372036.854775808");
  EXPECT_EQ(price_text({-1}), "-0.000000001");
  EXPECT_EQ(price_text({-37'630'000'000}), "-37.63");
}

TEST(RoundedPriceText, RoundsHalfAwayFromZero) {
  EXPECT_EQ(rounded_price_text({1'000'000'499}, 6), "1.000000");
  EXPECT_EQ(rounded_price_text({1'000'000'500}, 6), "1.000001");
  EXPECT_EQ(rounded_price_text({-1'000'000'500}, 6), "-1.000001");
  EXPECT_EQ(rounded_price_text({-1'000'000'499}, 6), "-1.000000");
  EXPECT_EQ(rounded_price_text({999'999'999}, 6), "1.000000");
}

TEST(RoundedPriceText, KeepsAllDecimalsAskedFor) {
  EXPECT_EQ(rounded_price_text({2'500'000'000}, 0), "3");
  EXPECT_EQ(rounded_price_text({2'499'999'999}, 0), "2");
  EXPECT_EQ(rounded_price_text({2'500'000'000}, 1), "2.5");
  EXPECT_EQ(rounded_price_text({2'500'000'000}, 9), "2.500000000");
}

TEST(RoundedPriceText, HasNoNegativeZero) {
  EXPECT_EQ(rounded_price_text({-1}, 6), "0.000000");
  EXPECT_EQ(rounded_price_text({0}, 2), "0.00");
}

TEST(RoundedPriceText, DoesNotOverflowAtTheEndsOfTheRange) {
  EXPECT_EQ(rounded_price_text({kMost - 1}, 0), "9223372037");
  EXPECT_EQ(rounded_price_text({kLeast}, 2), "-9223372036.85");
  EXPECT_EQ(rounded_price_text(kNoPrice, 6), "-");
}

TEST(CountText, SetsACommaEveryThreeDigits) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(999'999), "999,999");
  EXPECT_EQ(count_text(1'000'000), "1,000,000");
  EXPECT_EQ(count_text(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(CountText, KnowsOneFromMany) {
  EXPECT_EQ(count_text(0, "packet"), "0 packets");
  EXPECT_EQ(count_text(1, "packet"), "1 packet");
  EXPECT_EQ(count_text(1234, "packet"), "1,234 packets");
}

TEST(TimeOfDayText, CountsFromMidnightInNanoseconds) {
  EXPECT_EQ(time_of_day_text(0), "00:00:00.000000000");
  EXPECT_EQ(time_of_day_text(34'200'000'245'396), "09:30:00.000245396");
  EXPECT_EQ(time_of_day_text(86'399'999'999'999), "23:59:59.999999999");
}

TEST(TimeOfDayText, GoesOnBeyondTheDay) {
  EXPECT_EQ(time_of_day_text(86'400'000'000'000), "24:00:00.000000000");
  EXPECT_EQ(time_of_day_text((std::int64_t{1} << 48) - 1), "78:11:14.976710655") << "the largest an ITCH stamp holds";
  EXPECT_EQ(time_of_day_text(-1), "-00:00:00.000000001");
  EXPECT_EQ(time_of_day_text(kLeast).front(), '-');
}

TEST(BytesText, PicksTheUnit) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1.0 KiB");
  EXPECT_EQ(bytes_text(8'396'800), "8.0 MiB");
  EXPECT_EQ(bytes_text(std::uint64_t{3} << 29), "1.5 GiB");
  EXPECT_EQ(bytes_text(std::uint64_t{1} << 50), "1024.0 TiB") << "the largest unit there is";
}

}  // namespace
}  // namespace tickplant::cli::this_file
