#include "platform/check.hpp"

#include <gtest/gtest.h>

namespace tickplant::this_file {
namespace {

TEST(Check, CostsNothingButABranchWhenItHolds) {
  int evaluated = 0;
  TP_CHECK(++evaluated == 1);
  EXPECT_EQ(evaluated, 1);
}

TEST(CheckDeathTest, StopsTheProcessAndSaysWhatDoesNotHoldAndWhere) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(TP_CHECK(1 + 1 == 3), "check_test\\.cpp:[0-9]+: TP_CHECK\\(1 \\+ 1 == 3\\) does not hold");
}

TEST(CheckDeathTest, CutsAnEndlessExpressionInsteadOfOverrunningItsBuffer) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  static const std::string expression(4000, 'x');
  EXPECT_DEATH(tickplant::platform::check_failed(expression.c_str(), "file", 1), "file:1: TP_CHECK\\(xxx");
}

TEST(CheckDeathTest, OfDebugBuildsIsNotEvenEvaluatedInRelease) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
#ifdef NDEBUG
  int evaluated = 0;
  TP_DCHECK(++evaluated == 7);
  EXPECT_EQ(evaluated, 0);
#else
  EXPECT_DEATH(TP_DCHECK(false), "does not hold");
#endif
}

}  // namespace
}  // namespace tickplant::this_file
