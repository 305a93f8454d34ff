#include "platform/unique_fd.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <type_traits>

namespace tickplant::this_file {
namespace {

using tickplant::platform::UniqueFd;

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }
UniqueFd open_null() { return UniqueFd{::open("/dev/null", O_RDONLY | O_CLOEXEC)}; }

static_assert(!std::is_copy_constructible_v<UniqueFd> && !std::is_copy_assignable_v<UniqueFd>);
static_assert(std::is_nothrow_move_constructible_v<UniqueFd> && std::is_nothrow_move_assignable_v<UniqueFd>);

TEST(UniqueFd, OwnsNothingAtFirst) {
  const UniqueFd fd;
  EXPECT_FALSE(fd);
  EXPECT_EQ(fd.get(), -1);
}

TEST(UniqueFd, ClosesItsDescriptorAtTheEndOfItsLife) {
  int number;
  {
    const UniqueFd fd = open_null();
    ASSERT_TRUE(fd);
    number = fd.get();
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, TakesDescriptorZeroForARealOne) {
  UniqueFd fd{0};
  EXPECT_TRUE(fd);
  EXPECT_EQ(fd.release(), 0);  // standard input is not ours to close
}

TEST(UniqueFd, HandsTheDescriptorOverWhenMoved) {
  UniqueFd first = open_null();
  const int number = first.get();
  const UniqueFd second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): the empty state is the promise under test
  EXPECT_EQ(second.get(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(UniqueFd, ClosesTheOldDescriptorWhenAssignedANewOne) {
  UniqueFd fd = open_null();
  const int old_number = fd.get();
  UniqueFd other = open_null();
  const int new_number = other.get();
  fd = std::move(other);
  EXPECT_FALSE(is_open(old_number));
  EXPECT_EQ(fd.get(), new_number);
}

TEST(UniqueFd, SurvivesAssignmentToItself) {
  UniqueFd fd = open_null();
  UniqueFd& same = fd;
  fd = std::move(same);
  EXPECT_TRUE(fd);
  EXPECT_TRUE(is_open(fd.get()));
}

TEST(UniqueFd, GivesTheDescriptorAwayOnRelease) {
  UniqueFd fd = open_null();
  const int number = fd.release();
  EXPECT_FALSE(fd);
  EXPECT_TRUE(is_open(number));
  fd.reset(number);
  fd.reset();
  EXPECT_FALSE(is_open(number));
}

}  // namespace
}  // namespace tickplant::this_file
