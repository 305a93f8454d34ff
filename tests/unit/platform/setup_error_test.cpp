#include "platform/setup_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace tickplant::this_file {
namespace {

using tickplant::platform::SetupError;

TEST(SetupError, TellsTheProblemThenTheRemedy) {
  const SetupError error{"ring 'ticks' needs 128 huge pages, 40 are free", "reserve them"};
  EXPECT_STREQ(error.what(), "ring 'ticks' needs 128 huge pages, 40 are free\n  remedy: reserve them");
  EXPECT_EQ(error.problem(), "ring 'ticks' needs 128 huge pages, 40 are free");
  EXPECT_EQ(error.remedy(), "reserve them");
}

TEST(SetupError, IsCaughtAsAnyOtherException) { EXPECT_THROW(throw(SetupError{"what", "remedy"}), std::runtime_error); }

TEST(SetupError, SpellsTheErrnoOfAFailedCall) {
  EXPECT_EQ(tickplant::platform::with_errno("open /nowhere", ENOENT),
            "open /nowhere: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace tickplant::this_file
