// parse(encode(x)) == x, for all 14 messages. Encoder and views were written apart from the same tables.
#include <gtest/gtest.h>

#include "feedhandlers/iex/parser.hpp"
#include "tests/support/iex_decoder.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::iex::this_file {
namespace {

using feedhandlers::iex::parse;
using feedhandlers::iex::ParseOutcome;

/// Any value that the wire can carry.
class AnyValue {
 public:
  explicit AnyValue(std::uint64_t seed) : random_(seed) {}

  void fill(std::uint8_t& value) { value = static_cast<std::uint8_t>(random_.next()); }
  void fill(std::uint32_t& value) { value = static_cast<std::uint32_t>(random_.next()); }
  void fill(std::uint64_t& value) { value = random_.next(); }
  void fill(std::int64_t& value) { value = static_cast<std::int64_t>(random_.next()); }
  void fill(char& code) { code = static_cast<char>(random_.next()); }
  void fill(Reason& text) {
    for (char& c : text) fill(c);
  }
  void fill(Symbol& text) {  // no space at its end: that is what padding looks like
    text = symbol("");
    const std::uint32_t length = random_.below(9);
    for (std::uint32_t i = 0; i < length; ++i) text[i] = static_cast<char>('!' + random_.below(94));
  }

  template <class Message>
  Message message() {
    Message m;
    std::apply([this](auto&... field) { (this->fill(field), ...); }, Message::fields(m));
    return m;
  }

 private:
  Random random_;
};

/// Compares what it is given with the one message it expects.
template <class Expected>
struct Comparing {
  const Expected& expected;
  bool equal = false;
  template <class View>
  void on(View view) {
    if constexpr (View::kType == Expected::kType) equal = plain(view) == expected;
  }
};

template <class Message>
class IexRoundTrip : public testing::Test {};
using AllPlain = testing::Types<SystemEvent, SecurityDirectory, TradingStatusMessage, RetailLiquidityIndicator,
                                OperationalHaltStatus, ShortSalePriceTest, SecurityEvent, QuoteUpdate, TradeReport,
                                OfficialPrice, TradeBreak, AuctionInformation, PriceLevelBuy, PriceLevelSell>;
TYPED_TEST_SUITE(IexRoundTrip, AllPlain);

TYPED_TEST(IexRoundTrip, GivesBackWhatWasEncoded) {
  const std::uint64_t seed = test_seed();
  AnyValue any{seed};
  for (int round = 0; round < 2000; ++round) {
    const auto message = any.message<TypeParam>();
    const Bytes bytes = encode(message);
    Comparing<TypeParam> comparing{message};
    ASSERT_EQ(parse(as_span(bytes), comparing), ParseOutcome::ok);
    ASSERT_TRUE(comparing.equal) << "message " << TypeParam::kType << ", round " << round
                                 << ", TICKPLANT_TEST_SEED=" << seed;
  }
}

}  // namespace
}  // namespace tickplant::tests::iex::this_file
