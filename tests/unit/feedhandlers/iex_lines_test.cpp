// IEX behind lines A and B: what is doubted after a loss, and when they disagree.
#include "tests/support/iex_encoder.hpp"
#include "tests/unit/feedhandlers/feed_on_lines.hpp"

namespace tickplant::tests::this_file {
namespace {

class IexLines : public FeedOnLines {};

TEST_F(IexLines, CopiesOfIexThatDifferRaiseDoubtOfTheirBookAlone) {
  using namespace iex;
  start(config::Protocol::iex);
  const auto packet = [](std::uint64_t first, std::uint32_t shares) {
    return segment({.protocol = 0x8004, .first_sequence = first},
                   {encode(PriceLevelBuy{1, 1, symbol("ZXIET"), shares, dollars(10)}),
                    encode(PriceLevelBuy{1, 1, symbol("WWE"), 100, dollars(10)})});
  };
  static_assert(kCompared % 2 == 0);
  receive(Line::a, segment({.protocol = 0x8004, .first_sequence = 1}, {encode(SystemEvent{'O', 1})}));
  for (std::uint64_t first = 2; first <= kCompared; first += 2)
    receive_on_both(packet(first, 100 + static_cast<std::uint32_t>(first)));
  ASSERT_EQ(feed_->totals().compared_packets, 1u);
  EXPECT_FALSE(is_doubted("ZXIET"));
  for (std::uint64_t first = kCompared + 2; first <= 2 * kCompared; first += 2) {
    receive(Line::a, packet(first, 100));
    receive(Line::b, packet(first, first == 2 * kCompared ? 900 : 100));
  }
  EXPECT_EQ(feed_->totals().differing_packets, 1u);
  EXPECT_TRUE(is_doubted("ZXIET"));
  EXPECT_FALSE(is_doubted("WWE"));
}

TEST_F(IexLines, AGapOfIexIsInAllImagesAtOnce) {
  using namespace iex;
  start(config::Protocol::iex);
  const auto packet = [](std::uint64_t first, std::string_view stock) {
    return segment({.protocol = 0x8004, .first_sequence = first},
                   {encode(PriceLevelBuy{1, 1, symbol(stock), 100, dollars(10)})});
  };
  receive(Line::a, packet(1, "ZXIET"));
  receive(Line::a, packet(2, "WWE"));
  EXPECT_FALSE(is_doubted("WWE"));
  receive(Line::a, packet(4, "ZXIET"));
  feed_->flush();
  EXPECT_EQ(feed_->totals().gaps, 1u);
  EXPECT_TRUE(is_doubted("WWE")) << "nobody knows what the lost message was about";
}

TEST_F(IexLines, LinesThatCutAtDifferentMessagesGiveEachOnce) {
  using namespace iex;
  start(config::Protocol::iex);
  const auto packet = [](std::uint64_t first, std::vector<Bytes> messages) {
    return segment({.protocol = 0x8004, .first_sequence = first}, messages);
  };
  const auto bid = [](std::uint32_t shares) { return encode(PriceLevelBuy{1, 1, symbol("WWE"), shares, dollars(10)}); };
  receive(Line::a, packet(1, {bid(1), bid(2)}));
  receive(Line::b, packet(1, {bid(1), bid(2), bid(3)}));
  receive(Line::a, packet(3, {bid(3), bid(4)}));
  EXPECT_EQ(feed_->totals().messages, 4u);
  EXPECT_EQ(feed_->totals().duplicate_messages, 3u);
  EXPECT_EQ(feed_->totals().gaps, 0u);
}

TEST_F(IexLines, ANumberNearTheEndOfAllNumbersLeadsNowhere) {
  using namespace iex;
  start(config::Protocol::iex);
  receive(Line::a, segment({.protocol = 0x8004, .first_sequence = 1}, {encode(SystemEvent{'O', 1})}));
  receive(Line::a, segment({.protocol = 0x8004, .first_sequence = ~std::uint64_t{0}}, {encode(SystemEvent{'O', 1})}));
  receive(Line::a, segment({.protocol = 0x8004, .first_sequence = 2}, {encode(SystemEvent{'S', 1})}));
  EXPECT_EQ(feed_->totals().messages, 2u);
  EXPECT_EQ(feed_->totals().gaps, 0u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
