#include "config/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tickplant::config::this_file {
namespace {

const std::vector<std::string> kWords{"slots", "kind", "publish", "receive_buffer", "line_a", "line_b"};

TEST(Nearest, FindsAWordWithALetterInsertedDroppedReplacedOrSwapped) {
  EXPECT_EQ(nearest("slotts", kWords), "slots");
  EXPECT_EQ(nearest("slts", kWords), "slots");
  EXPECT_EQ(nearest("slutz", {kWords}), "");  // two of five is too far
  EXPECT_EQ(nearest("slotz", kWords), "slots");
  EXPECT_EQ(nearest("knid", kWords), "kind");
  EXPECT_EQ(nearest("recieve_bufer", kWords), "receive_buffer");
}

TEST(Nearest, TakesTheEarlierOfEquallyNearWords) { EXPECT_EQ(nearest("line_c", kWords), "line_a"); }

TEST(Nearest, PrefersTheWordItself) { EXPECT_EQ(nearest("line_b", kWords), "line_b"); }

TEST(Nearest, FindsNothingForStrangersOrAmongNothing) {
  EXPECT_EQ(nearest("temperature", kWords), "");
  EXPECT_EQ(nearest("", kWords), "");
  EXPECT_EQ(nearest("slots", {}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'a'), kWords), "");
}

}  // namespace
}  // namespace tickplant::config::this_file
