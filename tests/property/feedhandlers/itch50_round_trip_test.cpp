// parse(encode(x)) == x, for all 23 messages. Encoder and views were written apart from the same table.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "feedhandlers/itch50/parser.hpp"
#include "tests/support/itch_decoder.hpp"
#include "tests/support/itch_wire.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::itch50::parse;
using feedhandlers::itch50::ParseOutcome;

/// Any value that the wire can carry.
class AnyValue {
 public:
  explicit AnyValue(std::uint64_t seed) : random_(seed) {}

  void fill(std::uint32_t& value) { value = static_cast<std::uint32_t>(random_.next()); }
  void fill(std::uint64_t& value) { value = random_.next(); }
  void fill(char& code) { code = static_cast<char>(random_.next()); }
  void fill(Side& side) { side = random_.chance(1, 2) ? Side::bid : Side::ask; }
  void fill(OrderReference& reference) { fill(reference.value); }
  void fill(MatchNumber& number) { fill(number.value); }
  void fill(Price4& price) { fill(price.raw); }
  void fill(Price8& price) { fill(price.raw); }
  void fill(SinceMidnight& time) { fill(time.nanos); }
  template <std::size_t Length>
  void fill(Alpha<Length>& text) {
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
    m.header = {{static_cast<std::uint16_t>(random_.next())},
                {static_cast<std::uint16_t>(random_.next())},
                {random_.next() & 0xffff'ffff'ffff}};
    std::apply([this](auto&... field) { (this->fill(field), ...); }, Message::fields(m));
    if constexpr (requires { m.reserved; }) m.reserved = ' ';
    if constexpr (requires { m.printable; }) m.printable = random_.chance(1, 2) ? 'Y' : 'N';
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
class Itch50RoundTrip : public testing::Test {};
using AllPlain =
    testing::Types<SystemEvent, StockDirectory, StockTradingAction, RegShoRestriction, MarketParticipantPosition,
                   MwcbDeclineLevels, MwcbStatus, IpoQuotingPeriod, LuldAuctionCollar, OperationalHalt, AddOrder,
                   AddOrderAttributed, OrderExecuted, OrderExecutedWithPrice, OrderCancel, OrderDelete, OrderReplace,
                   Trade, CrossTrade, BrokenTrade, NetOrderImbalance, RetailPriceImprovement, DirectListing>;
TYPED_TEST_SUITE(Itch50RoundTrip, AllPlain);

TYPED_TEST(Itch50RoundTrip, GivesBackWhatWasEncoded) {
  const std::uint64_t seed = test_seed();
  AnyValue any{seed};
  Buffer bytes;
  for (int round = 0; round < 2000; ++round) {
    const auto message = any.message<TypeParam>();
    bytes.clear();
    encode(message, bytes);
    Comparing<TypeParam> comparing{message};
    ASSERT_EQ(parse(bytes, comparing), ParseOutcome::ok);
    ASSERT_TRUE(comparing.equal) << "message " << TypeParam::kType << ", round " << round
                                 << ", TICKPLANT_TEST_SEED=" << seed;
  }
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
