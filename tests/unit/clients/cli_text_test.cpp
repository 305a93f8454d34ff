// Numbers and tables as people read them.
#include <gtest/gtest.h>

#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli::this_file {
namespace {

TEST(SizeText, FollowsTheInstrumentsScale) {
  EXPECT_EQ(size_text({1'200}, 0), "1,200");
  EXPECT_EQ(size_text({0}, 0), "0");
  EXPECT_EQ(size_text({1'500'000}, -8), "0.015");
  EXPECT_EQ(size_text({200'000'000}, -8), "2");
  EXPECT_EQ(size_text({12}, 2), "1200");
  EXPECT_EQ(size_text({0}, 2), "0");
  EXPECT_EQ(size_text({UINT64_MAX}, -18), "18.446744073709551615");
}

TEST(ShortCountText, TakesAtMostFiveCharacters) {
  EXPECT_EQ(short_count_text(0), "0");
  EXPECT_EQ(short_count_text(999), "999");
  EXPECT_EQ(short_count_text(1'000), "1.00k");
  EXPECT_EQ(short_count_text(12'345), "12.3k");
  EXPECT_EQ(short_count_text(999'499), "999k");
  EXPECT_EQ(short_count_text(999'500), "1.00M");
  EXPECT_EQ(short_count_text(1'234'567'890), "1.23G");
  for (std::uint64_t count = 1; count < 1'000'000'000'000'000; count = count * 10 / 3 + 1) {
    EXPECT_LE(short_count_text(count).size(), 5u) << count;
  }
}

TEST(DurationText, TakesTheUnitThatFits) {
  EXPECT_EQ(duration_text(0), "0 ns");
  EXPECT_EQ(duration_text(640), "640 ns");
  EXPECT_EQ(duration_text(1'200), "1.20 us");
  EXPECT_EQ(duration_text(999'600), "1.00 ms");
  EXPECT_EQ(duration_text(37'000'000), "37.0 ms");
  EXPECT_EQ(duration_text(119'000'000'000), "119 s");
  EXPECT_EQ(duration_text(120'000'000'000), "2 min");
  EXPECT_EQ(duration_text(12'000'000'000'000), "3 h 20 min");
  EXPECT_EQ(duration_text(183'600'000'000'000), "2 d 3 h");
  EXPECT_EQ(duration_text(-1'200), "-1.20 us");
  EXPECT_NE(duration_text(INT64_MIN), "") << "has no positive counterpart";
}

TEST(PercentText, HasASignUnlessItIsZero) {
  EXPECT_EQ(percent_text(125), "+1.25");
  EXPECT_EQ(percent_text(-50), "-0.50");
  EXPECT_EQ(percent_text(0), "0.00");
  EXPECT_EQ(percent_text(7), "+0.07");
}

TEST(TextTable, MakesEachColumnAsWideAsItsWidestCell) {
  TextTable table({{"name", true}, {"count"}, {"note", true}});
  table.add({"a", "1,000,000", "x"});
  table.add({"longer", "2", "yy"}, "odd");
  EXPECT_EQ(table.text({}),
            "name        count  note\n"
            "a       1,000,000  x\n"
            "longer          2  yy  odd\n");
}

TEST(TextTable, ShowsItsTitlesWithoutRows) {
  const TextTable table({{"name", true}, {"count"}});
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.text({}), "name  count\n");
}

TEST(TextTable, CountsCharactersNotBytes) {
  TextTable table({{"bar"}, {"n"}});
  table.add({"\u2588\u2588", "1"});
  EXPECT_EQ(table.text({}), "bar  n\n \u2588\u2588  1\n");
  EXPECT_EQ(columns_of("\u2588a"), 2u);
}

TEST(TextTable, ColoursACellAndNotItsNeighbours) {
  TextTable table({{"a", true}, {"b"}});
  table.add({"x", {"-1", Look::fall}});
  EXPECT_EQ(table.text({true}), "\x1b[1ma   b\x1b[0m\nx  \x1b[31m-1\x1b[0m\n");
}

}  // namespace
}  // namespace tickplant::cli::this_file
