#include "config/analytics_values.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace tickplant::config::this_file {
namespace {

/// What is kept of a number, or what is wrong with it.
std::string kept(std::string_view text, const DecimalNumber& kind = {}) {
  Decimal value;
  const Refusal refusal = kind.parse(text, value);
  return refusal ? refusal->problem : std::to_string(value.nano);
}

TEST(DecimalNumber, IsKeptExactly) {
  EXPECT_EQ(kept("0"), "0");
  EXPECT_EQ(kept("1"), "1000000000");
  EXPECT_EQ(kept("0.1"), "100000000");
  EXPECT_EQ(kept(".5"), "500000000");
  EXPECT_EQ(kept("-2.25"), "-2250000000");
  EXPECT_EQ(kept("000123.4560000000000"), "123456000000") << "zeros at the end are no decimals";
  EXPECT_EQ(kept("0.000000001"), "1");
  EXPECT_EQ(kept("9223372036.854775807"), "9223372036854775807");
}

TEST(DecimalNumber, TakesPowersOfTen) {
  EXPECT_EQ(kept("1e6"), "1000000000000000");
  EXPECT_EQ(kept("2.5E+2"), "250000000000");
  EXPECT_EQ(kept("1e-9"), "1");
  EXPECT_EQ(kept("1000e-12"), "1");
  EXPECT_EQ(kept("0e99"), "0");
}

TEST(DecimalNumber, RefusesWhatItCannotKeep) {
  EXPECT_EQ(kept("0.0000000001"), "is '0.0000000001', with more than nine decimals");
  EXPECT_EQ(kept("1e-10"), "is '1e-10', with more than nine decimals");
  EXPECT_EQ(kept("9223372036.854775808"), "is '9223372036.854775808', out of range");
  EXPECT_EQ(kept("1e10"), "is '1e10', out of range");
  EXPECT_EQ(kept("1e999"), "is '1e999', out of range");
  for (const char* text : {"", "-", ".", "1.", "1.2.3", "+1", "1e", "1e+", "1e+-2", "1x", " 1", "0x10", "inf", "nan"}) {
    EXPECT_EQ(kept(text), "is '" + std::string(text) + "', not a number");
  }
  EXPECT_EQ(kept(std::string(65, '1')).substr(0, 6), "is '11");
}

TEST(DecimalNumber, KeepsToItsRange) {
  const DecimalNumber kind{{0}, whole(10)};
  EXPECT_EQ(kept("10", kind), "10000000000");
  EXPECT_EQ(kept("10.000000001", kind), "is '10.000000001', out of range");
  EXPECT_EQ(kept("-0.1", kind), "is '-0.1', out of range");
  EXPECT_EQ(kind.expected(), "a number from 0 to 10");
}

TEST(DecimalNumber, IsWrittenShortly) {
  const DecimalNumber kind;
  EXPECT_EQ(kind.text(whole(70)), "70");
  EXPECT_EQ(kind.text({3'500'000'000}), "3.5");
  EXPECT_EQ(kind.text({-1}), "-0.000000001");
  EXPECT_EQ(kind.text({}), "0");
  EXPECT_EQ(kind.text({INT64_MIN}), "-9223372036.854775808");
}

TEST(Call, ReadsNamesWithAndWithoutParameters) {
  FunctionCall call;
  EXPECT_FALSE(Call{}.parse(" macd ( 12,26 , 9 ) ", call));
  EXPECT_EQ(call.name, "macd");
  EXPECT_EQ(Call{}.text(call), "macd(12, 26, 9)");
  EXPECT_FALSE(Call{}.parse("price", call));
  EXPECT_EQ(call.name, "price");
  EXPECT_TRUE(call.parameters.empty());
}

TEST(Call, ReadsNumbersWhereTheyAreTaken) {
  FunctionCall call;
  EXPECT_FALSE(Call{true}.parse("-12.5", call));
  EXPECT_TRUE(call.is_number());
  EXPECT_EQ(Call{}.text(call), "-12.5");
  EXPECT_TRUE(Call{}.parse("70", call).has_value());
  EXPECT_TRUE(Call{true}.parse("70x", call).has_value());
}

TEST(Call, LeavesTheCallAloneWhereItRefuses) {
  FunctionCall call{.name = "kept"};
  for (const char* text :
       {"", "(", ")", "sma(", "sma)", "sma(5))", "sma((5)", "sma(5)x", "5(5)", "a b(3)", "sma(5;6)"}) {
    EXPECT_TRUE(Call{true}.parse(text, call).has_value()) << text;
    EXPECT_EQ(call.name, "kept") << text;
  }
}

TEST(LongDuration, CountsMinutesAndHours) {
  std::int64_t nanos = 0;
  EXPECT_FALSE(time_from(0, INT64_MAX).parse("90m", nanos));
  EXPECT_EQ(nanos, 5'400'000'000'000);
  EXPECT_EQ(time_from(0, INT64_MAX).text(nanos), "90m");
  EXPECT_FALSE(time_from(0, INT64_MAX).parse("2h", nanos));
  EXPECT_EQ(time_from(0, INT64_MAX).text(nanos), "2h");
  EXPECT_TRUE(time_from(0, INT64_MAX).parse("1d", nanos).has_value());
  EXPECT_TRUE(Duration{}.parse("2h", nanos).has_value()) << "a plant's settings have none so long";
  EXPECT_EQ(Duration{}.text(7'200'000'000'000), "7200s");
}

}  // namespace
}  // namespace tickplant::config::this_file
