#include "platform/card_stamps.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "platform/unique_fd.hpp"

namespace tickplant::platform::this_file {
namespace {

// A machine whose card stamps is not at hand: what is asked here are interfaces without a card.
TEST(CardStamps, HasNoneWhereThereIsNoCard) {
  const UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  EXPECT_EQ(card_stamps(socket.get(), "lo"), CardStamps::none);
  EXPECT_EQ(card_stamps(socket.get(), "nosuch0"), CardStamps::none);
  EXPECT_EQ(card_stamps(socket.get(), "a name longer than interfaces may have"), CardStamps::none);
  EXPECT_EQ(card_stamps(-1, "lo"), CardStamps::none);
}

}  // namespace
}  // namespace tickplant::platform::this_file
