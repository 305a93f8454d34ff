// parse(encode(x)) == x, for all 23 messages. Encoder and views were written apart from the same table.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "feedhandlers/itch50/parser.hpp"
#include "tests/support/itch_encoder.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::itch {
namespace {

namespace wire = feedhandlers::itch50;
using feedhandlers::itch50::parse;
using feedhandlers::itch50::ParseOutcome;

std::uint32_t narrow(ringbuf::Size size) { return static_cast<std::uint32_t>(size.value); }

Header header_of(const auto& v) { return {v.stock_locate(), v.tracking_number(), v.timestamp()}; }

SystemEvent plain(wire::SystemEvent v) { return {header_of(v), v.event_code()}; }
StockDirectory plain(wire::StockDirectory v) {
  return {header_of(v),
          symbol(v.stock()),
          v.market_category(),
          v.financial_status(),
          v.round_lot_size(),
          v.round_lots_only(),
          v.issue_classification(),
          v.issue_sub_type(),
          v.authenticity(),
          v.short_sale_threshold(),
          v.ipo_flag(),
          v.luld_tier(),
          v.etp_flag(),
          v.etp_leverage_factor(),
          v.inverse_indicator()};
}
StockTradingAction plain(wire::StockTradingAction v) {
  return {header_of(v), symbol(v.stock()), v.trading_state(), ' ', v.reason()};
}
RegShoRestriction plain(wire::RegShoRestriction v) { return {header_of(v), symbol(v.stock()), v.action()}; }
MarketParticipantPosition plain(wire::MarketParticipantPosition v) {
  return {header_of(v), v.mpid(), symbol(v.stock()), v.primary_market_maker(), v.mode(), v.state()};
}
MwcbDeclineLevels plain(wire::MwcbDeclineLevels v) { return {header_of(v), v.level_1(), v.level_2(), v.level_3()}; }
MwcbStatus plain(wire::MwcbStatus v) { return {header_of(v), v.breached_level()}; }
IpoQuotingPeriod plain(wire::IpoQuotingPeriod v) {
  return {header_of(v), symbol(v.stock()), v.release_time_seconds(), v.release_qualifier(), v.ipo_price()};
}
LuldAuctionCollar plain(wire::LuldAuctionCollar v) {
  return {header_of(v), symbol(v.stock()), v.reference_price(), v.upper_price(), v.lower_price(), v.extension()};
}
OperationalHalt plain(wire::OperationalHalt v) {
  return {header_of(v), symbol(v.stock()), v.market_code(), v.action()};
}
AddOrder plain(wire::AddOrder v) {
  return {header_of(v), v.order_ref(), v.side(), narrow(v.shares()), symbol(v.stock()), v.price()};
}
AddOrderAttributed plain(wire::AddOrderAttributed v) {
  return {header_of(v), v.order_ref(), v.side(), narrow(v.shares()), symbol(v.stock()), v.price(), v.attribution()};
}
OrderExecuted plain(wire::OrderExecuted v) {
  return {header_of(v), v.order_ref(), narrow(v.executed_shares()), v.match_number()};
}
OrderExecutedWithPrice plain(wire::OrderExecutedWithPrice v) {
  return {header_of(v),       v.order_ref(), narrow(v.executed_shares()), v.match_number(), v.printable() ? 'Y' : 'N',
          v.execution_price()};
}
OrderCancel plain(wire::OrderCancel v) { return {header_of(v), v.order_ref(), narrow(v.canceled_shares())}; }
OrderDelete plain(wire::OrderDelete v) { return {header_of(v), v.order_ref()}; }
OrderReplace plain(wire::OrderReplace v) {
  return {header_of(v), v.original_order_ref(), v.new_order_ref(), narrow(v.shares()), v.price()};
}
Trade plain(wire::Trade v) {
  return {header_of(v), v.order_ref(), v.side(), narrow(v.shares()), symbol(v.stock()), v.price(), v.match_number()};
}
CrossTrade plain(wire::CrossTrade v) {
  return {header_of(v), v.shares().value, symbol(v.stock()), v.price(), v.match_number(), v.cross_type()};
}
BrokenTrade plain(wire::BrokenTrade v) { return {header_of(v), v.match_number()}; }
NetOrderImbalance plain(wire::NetOrderImbalance v) {
  return {
      header_of(v),  v.paired_shares().value, v.imbalance_shares().value, v.imbalance_direction(), symbol(v.stock()),
      v.far_price(), v.near_price(),          v.reference_price(),        v.cross_type(),          v.price_variation()};
}
RetailPriceImprovement plain(wire::RetailPriceImprovement v) {
  return {header_of(v), symbol(v.stock()), v.interest_flag()};
}
DirectListing plain(wire::DirectListing v) {
  return {header_of(v),      symbol(v.stock()),        v.open_eligibility(),    v.minimum_price(),
          v.maximum_price(), v.near_execution_price(), v.near_execution_time(), v.lower_collar(),
          v.upper_collar()};
}

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
}  // namespace tickplant::tests::itch
