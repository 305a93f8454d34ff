#include "feedhandlers/venue/itch_encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

#include "feedhandlers/itch50/messages.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

Buffer bytes_of(std::initializer_list<int> values) {
  Buffer bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

const OrderDelete kDelete{{{0x0102}, {0x0304}, {0x05060708090a}}, {0x1112131415161718}};
const Buffer kDeleteBytes =
    bytes_of({'D', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18});

TEST(ItchEncoder, WritesFieldsBigEndianAndInOrder) {
  Buffer out;
  encode(kDelete, out);
  EXPECT_EQ(out, kDeleteBytes);
}

TEST(ItchEncoder, WritesSidesAsLettersAndPadsSymbols) {
  Buffer out;
  encode(AddOrder{{}, {1}, Side::ask, 100, symbol("AAPL"), {1'625'000}}, out);
  ASSERT_EQ(out.size(), 36u);
  EXPECT_EQ(out[19], std::byte{'S'});
  const auto stock = bytes_of({'A', 'A', 'P', 'L', ' ', ' ', ' ', ' '});
  EXPECT_TRUE(std::equal(stock.begin(), stock.end(), out.begin() + 24));
}

TEST(ItchEncoder, KnowsTheSizeOfAMessage) {
  EXPECT_EQ(kEncodedBytes<SystemEvent>, 12u);
  EXPECT_EQ(kEncodedBytes<AddOrder>, 36u);
  EXPECT_EQ(kEncodedBytes<NetOrderImbalance>, 50u);
}

TEST(ItchEncoder, AppendsWithoutAllocatingWhenThereIsRoom) {
  Buffer out;
  out.reserve(2 * kDeleteBytes.size() + 2);
  const std::byte* before = out.data();
  encode(kDelete, out);
  encode_framed(kDelete, out);
  EXPECT_EQ(out.data(), before);
  EXPECT_EQ(out.size(), 2 * kDeleteBytes.size() + 2);
}

TEST(ItchEncoder, FramesAMessageByItsLength) {
  Buffer out;
  encode_framed(kDelete, out);
  EXPECT_EQ(out[0], std::byte{0});
  EXPECT_EQ(out[1], std::byte{19});
  EXPECT_TRUE(std::equal(kDeleteBytes.begin(), kDeleteBytes.end(), out.begin() + 2, out.end()));
}

TEST(ItchUnframing, FindsEachMessageAndStopsAtTheEndOfTheSession) {
  Buffer out;
  encode_framed(kDelete, out);
  encode_framed(SystemEvent{}, out);
  encode_end_of_session(out);
  encode_framed(kDelete, out);  // behind the end: not part of it
  const auto messages = unframed(out);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].size(), 19u);
  EXPECT_EQ(messages[1].size(), 12u);
}

TEST(ItchUnframing, LeavesOutAMessageThatIsCutOff) {
  Buffer out;
  encode_framed(kDelete, out);
  encode_framed(kDelete, out);
  for (std::size_t cut = 1; cut < 21; ++cut) {
    out.pop_back();
    EXPECT_EQ(unframed(out).size(), 1u) << cut << " bytes cut off";
  }
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
