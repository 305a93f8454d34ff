// Numbers of the result files: exact in ten-thousandths, exact as written, and times of bars.
#include <gtest/gtest.h>

#include "clients/cli/compute/bar_csv.hpp"
#include "clients/cli/compute/decimal_text.hpp"
#include "clients/cli/compute/exact_text.hpp"

namespace tickplant::cli::this_file {
namespace {

constexpr std::int64_t kCent = 10'000'000, kTenThousandth = 100'000, kNano = 1, kSixtyFourth = 15'625'000;

TEST(PxScale, IsWholeWhereverPricesAreWholeTenThousandths) {
  EXPECT_EQ(PxScale(kTenThousandth).sum(1'755'000), "1755000");
  EXPECT_EQ(PxScale(kCent).sum(17'550), "1755000");
  EXPECT_EQ(PxScale(kCent).sum(-1), "-100");
  EXPECT_EQ(PxScale(kNano).sum(175'500'000'000), "1755000");
  EXPECT_EQ(PxScale(kNano).sum(0), "0");
}

TEST(PxScale, HasTheDecimalsThatThereAreAndNoOthers) {
  EXPECT_EQ(PxScale(kNano).sum(1), "0.00001");
  EXPECT_EQ(PxScale(kNano).sum(-150'000), "-1.5");
  EXPECT_EQ(PxScale(kNano).sum(-1), "-0.00001");
  EXPECT_EQ(PxScale(kSixtyFourth).sum(3), "468.75");
}

TEST(PxScale, SquaresTheUnitOfSquares) {
  EXPECT_EQ(PxScale(kTenThousandth).squares(9), "9");
  EXPECT_EQ(PxScale(kCent).squares(3), "30000");
  EXPECT_EQ(PxScale(kNano).squares(1), "0.0000000001");
  EXPECT_EQ(PxScale(kSixtyFourth).squares(1), "24414.0625");
}

TEST(PxScale, GoesBeyondSixtyFourBits) {
  const platform::Int128 large = platform::Int128{1'000'000'000'000'000'000} * 1'000'000'000'000;
  EXPECT_EQ(PxScale(kTenThousandth).sum(large), "1000000000000000000000000000000");
  EXPECT_EQ(PxScale(kCent).sum(-large), "-100000000000000000000000000000000");
  EXPECT_EQ(px_text(ringbuf::kNoPrice), "");
}

TEST(ExactDecimal, TakesEveryDigitAsWritten) {
  for (const auto& [text, nano, decimals] : {std::tuple{"175.50", 175'500'000'000, 1},
                                             {"100", 100'000'000'000, 0},
                                             {"-0.25", -250'000'000, 2},
                                             {"0.000000001", 1, 9},
                                             {"1.0000000000", 1'000'000'000, 0},
                                             {".5", 500'000'000, 1},
                                             {"9223372036.854775807", INT64_MAX, 9}}) {
    const auto number = parse_exact_decimal(text);
    ASSERT_TRUE(number) << text;
    EXPECT_EQ(number->nano, nano) << text;
    EXPECT_EQ(number->decimals, decimals) << text;
  }
}

TEST(ExactDecimal, RefusesWhatItCannotSayExactly) {
  for (const char* text :
       {"", "-", ".", "1e5", "1.2.3", " 1", "1 ", "+1", "0.0000000001", "9223372036.854775808", "nan"}) {
    EXPECT_FALSE(parse_exact_decimal(text)) << text;
  }
}

TEST(BarTime, IsNanosecondsOrADate) {
  EXPECT_EQ(parse_bar_time("1717421400000000001"), 1'717'421'400'000'000'001);
  EXPECT_EQ(parse_bar_time("1970-01-02"), 86'400'000'000'000);
  EXPECT_EQ(parse_bar_time("2024-06-03T13:30:00Z"), 1'717'421'400'000'000'000);
  EXPECT_EQ(parse_bar_time("2024-06-03 13:30:00.25"), 1'717'421'400'250'000'000);
  EXPECT_EQ(parse_bar_time("1969-12-31T23:59:59Z"), -1'000'000'000);
}

TEST(BarTime, IsNothingElse) {
  for (const char* text : {"", "d00000", "2024-06-31", "2024-06-03T13:30", "2024-06-03T24:00:00Z",
                           "2024-06-03T13:30:00+02", "2024-06-03X13:30:00"}) {
    EXPECT_FALSE(parse_bar_time(text)) << text;
  }
}

}  // namespace
}  // namespace tickplant::cli::this_file
