// What `tail` says about each type of record, to people and to scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "clients/cli/live/record_body.hpp"
#include "clients/cli/live/record_text.hpp"
#include "clients/cli/live/words.hpp"

namespace tickplant::cli::this_file {
namespace {

using namespace ringbuf;

constexpr Price dollars(std::int64_t cents) { return {cents * 10'000'000}; }

template <std::size_t N>
std::array<char, N> chars(std::string_view text) {
  std::array<char, N> field{};
  std::copy(text.begin(), text.end(), field.begin());
  return field;
}

template <RecordBody Body>
std::string text_of(const Body& body, int size_scale = 0) {
  return fields_text(make_record({1}, {}, {}, body), size_scale);
}

template <RecordBody Body>
std::string json_of(const Body& body) {
  Json out = Json::object();
  add_fields(make_record({1}, {}, {}, body), out);
  return json_line(out);
}

TradeBody a_trade() {
  TradeBody trade;
  trade.price = dollars(32120);
  trade.size = {1'100};
  trade.trade_id = 42;
  trade.side = Side::bid;
  trade.kind = TradeKind::execution;
  return trade;
}

TEST(RecordText, Trade) {
  TradeBody trade = a_trade();
  EXPECT_EQ(text_of(trade), "321.20 x 1,100  execution  #42  resting bid");
  EXPECT_EQ(json_of(trade), R"({"price":"321.20","size":1100,"trade_id":42,"resting_side":"bid","kind":"execution",)"
                            R"("eligible_for":["volume","open_high_low","last"],"condition":null})");
  trade.side = Side::none;
  trade.kind = TradeKind::cross;
  trade.condition = chars<4>("O");
  trade.eligibility = TradeEligibility::volume | TradeEligibility::last;
  EXPECT_EQ(text_of(trade), "321.20 x 1,100  cross  #42  condition O  counts for volume,last");
  trade.eligibility = TradeEligibility::none;
  EXPECT_EQ(text_of(trade), "321.20 x 1,100  cross  #42  condition O  counts for nothing");
  EXPECT_EQ(text_of(trade, -2).substr(0, 11), "321.20 x 11") << "in units of the instrument";
}

TEST(RecordText, Quote) {
  const QuoteBody quote{dollars(32119), dollars(32121), {300}, {100}};
  EXPECT_EQ(text_of(quote), "321.19 x 300 | 321.21 x 100");
  EXPECT_EQ(json_of(quote), R"({"bid_price":"321.19","bid_size":300,"ask_price":"321.21","ask_size":100})");
  EXPECT_EQ(text_of(QuoteBody{}), "- | -") << "nobody bids, nobody offers";
  EXPECT_EQ(json_of(QuoteBody{}), R"({"bid_price":null,"bid_size":0,"ask_price":null,"ask_size":0})");
}

TEST(RecordText, Order) {
  OrderBody order;
  order.order_id = 7;
  order.price = dollars(100);
  order.size = {50};
  order.action = OrderAction::add;
  order.side = Side::ask;
  EXPECT_EQ(text_of(order), "add  ask  1.00 x 50  #7");
  order.action = OrderAction::cancel;
  order.reason = OrderReason::deleted;
  order.attribution = chars<4>("GSCO");
  EXPECT_EQ(text_of(order), "cancel  ask  1.00 x 50  #7  deleted  by GSCO");
  EXPECT_EQ(json_of(order), R"({"action":"cancel","side":"ask","price":"1.00","size":50,"order_id":7,)"
                            R"("reason":"deleted","attribution":"GSCO"})");
}

TEST(RecordText, Level) {
  LevelBody level;
  level.price = dollars(100);
  level.size = {700};
  level.order_count = 3;
  level.index = 2;
  level.side = Side::bid;
  EXPECT_EQ(text_of(level), "bid  1.00 x 700  level 2  3 orders");
  EXPECT_EQ(json_of(level), R"({"side":"bid","price":"1.00","size":700,"order_count":3,"index":2})");
}

TEST(RecordText, BookClear) {
  BookClearBody clear;
  clear.reason = BookClearBody::Reason::recovery;
  EXPECT_EQ(text_of(clear), "recovery");
  EXPECT_EQ(json_of(clear), R"({"reason":"recovery"})");
}

TEST(RecordText, Status) {
  StatusBody status;
  status.trading_status = TradingStatus::halted;
  status.kind = StatusKind::trading_action;
  status.code = 'H';
  status.reason = chars<4>("T1  ");
  EXPECT_EQ(text_of(status), "trading_action  halted  code H  reason T1");
  EXPECT_EQ(json_of(status), R"({"kind":"trading_action","trading_status":"halted","code":"H","detail":null,)"
                             R"("reason":"T1","prices":[null,null,null]})");
  StatusBody band;
  band.kind = StatusKind::price_band;
  band.price = {dollars(100), dollars(110), dollars(90)};
  EXPECT_EQ(text_of(band), "price_band  reference 1.00  upper 1.10  lower 0.90");
  StatusBody levels;
  levels.kind = StatusKind::circuit_breaker_levels;
  levels.price = {dollars(93), dollars(87), dollars(80)};
  EXPECT_EQ(text_of(levels), "circuit_breaker_levels  level 1 0.93  level 2 0.87  level 3 0.80");
  StatusBody ipo;
  ipo.kind = StatusKind::ipo_quotation;
  ipo.price = {dollars(2000), Price{35'100}, kNoPrice};
  EXPECT_EQ(text_of(ipo), "ipo_quotation  price 20.00  at 09:45:00.000000000");
  EXPECT_THAT(json_of(ipo), testing::HasSubstr(R"("price":"20.00","release_seconds":35100)"));
}

TEST(RecordText, Imbalance) {
  ImbalanceBody imbalance;
  imbalance.paired_size = {1'000};
  imbalance.imbalance_size = {200};
  imbalance.reference_price = dollars(500);
  imbalance.side = Side::bid;
  imbalance.direction = 'B';
  imbalance.auction = 'O';
  EXPECT_EQ(text_of(imbalance), "paired 1,000  imbalance 200  bid  reference 5.00  direction B  auction O");
  EXPECT_EQ(json_of(imbalance), R"({"paired_size":1000,"imbalance_size":200,"reference_price":"5.00","side":"bid",)"
                                R"("direction":"B","auction":"O","variation":null})");
}

TEST(RecordText, AuctionPrices) {
  AuctionPricesBody auction;
  auction.price = {dollars(100), dollars(101), dollars(102)};
  auction.auction = 'C';
  EXPECT_EQ(text_of(auction), "indicative  near 1.00  far 1.01  reference 1.02  auction C");
  auction.kind = AuctionPricesKind::allowable;
  EXPECT_EQ(text_of(auction), "allowable  minimum 1.00  maximum 1.01  near 1.02  auction C");
  auction.kind = AuctionPricesKind::collar;
  auction.price[2] = {34'200'000'000'000};
  EXPECT_EQ(text_of(auction), "collar  lower 1.00  upper 1.01  near at 09:30:00.000000000  auction C");
  EXPECT_EQ(json_of(auction), R"({"kind":"collar","lower":"1.00","upper":"1.01",)"
                              R"("near_time_of_day_ns":34200000000000,"auction":"C","eligibility":null})");
}

TEST(RecordText, TradeCancel) {
  TradeCancelBody cancel;
  cancel.trade_id = 42;
  EXPECT_EQ(text_of(cancel), "cancelled  #42");
  cancel.kind = TradeCancelKind::corrected;
  cancel.price = dollars(100);
  cancel.size = {10};
  EXPECT_EQ(text_of(cancel), "corrected  #42  1.00 x 10");
  EXPECT_EQ(json_of(cancel), R"({"kind":"corrected","trade_id":42,"price":"1.00","size":10})");
}

TEST(RecordText, Gap) {
  GapBody gap;
  gap.first = 5;
  gap.last = 7;
  gap.session = chars<10>("   S1");
  EXPECT_EQ(text_of(gap), "lost  5 to 7  3 messages  session S1");
  EXPECT_EQ(json_of(gap), R"({"reason":"lost","first":5,"last":7,"session":"S1","line":0})");
}

TEST(RecordText, SourcePosition) {
  SourcePositionBody position;
  position.next_sequence = 9;
  position.session = chars<10>("S1");
  position.message_count = 1;
  EXPECT_EQ(text_of(position), "next 9  1 message  session S1");
  EXPECT_EQ(json_of(position), R"({"next_sequence":9,"byte_offset":0,"session":"S1","message_count":1,"line":0})");
}

TEST(RecordText, Heartbeat) {
  HeartbeatBody heartbeat;
  heartbeat.idle_nanos = 1'200'000'000;
  heartbeat.clock_error_nanos = 640;
  EXPECT_EQ(text_of(heartbeat), "idle 1.20 s  clock within 640 ns");
  EXPECT_EQ(json_of(heartbeat), R"({"idle_ns":1200000000,"clock_error_ns":640})");
}

TEST(RecordText, Session) {
  SessionBody session;
  session.trading_date = 20190130;
  session.utc_offset_seconds = -18'000;
  session.session = chars<10>("S1");
  EXPECT_EQ(text_of(session), "trading date 20190130  session S1");
  EXPECT_EQ(json_of(session), R"({"trading_date":20190130,"utc_offset_seconds":-18000,"session":"S1"})");
}

TEST(RecordText, Definition) {
  DefinitionBody definition;
  definition.directory_stamp = 3;
  definition.venue_key = 12;
  EXPECT_EQ(text_of(definition), "venue key 12");
  EXPECT_EQ(json_of(definition), R"({"directory_stamp":3,"venue_key":12})");
}

TEST(RecordText, Command) {
  CommandBody command;
  command.command = 2;
  command.owner = 1;
  command.argument = 3;
  EXPECT_EQ(text_of(command), "command 2  owner 1  argument 3");
  EXPECT_EQ(json_of(command), R"({"command":2,"owner":1,"argument":3})");
}

TEST(RecordText, CoversEveryType) {
  for (const RecordType type : record_types()) {
    Record record;
    record.header.type = type;
    bool is_known = false;
    with_body(record, [&](const auto&) { is_known = true; });
    EXPECT_EQ(is_known, type != RecordType::padding) << word_of(type) << " (padding says nothing)";
  }
}

TEST(RecordText, SaysNothingAboutATypeOfANewerVersion) {
  Record record;
  record.header.type = static_cast<RecordType>(200);
  EXPECT_EQ(fields_text(record, 0), "");
  EXPECT_EQ(word_of(record.header.type), "unknown");
}

TEST(RecordText, MakesAVenuesTextHarmless) {
  OrderBody order;
  order.attribution = chars<4>("\x1b[2J");
  EXPECT_THAT(text_of(order), testing::EndsWith("by ?[2J"));
}

TEST(Words, ReadBackAsTheirType) {
  std::set<std::string_view> words;
  for (const RecordType type : record_types()) {
    EXPECT_TRUE(words.insert(word_of(type)).second);
    EXPECT_EQ(record_type_of(word_of(type)), type);
  }
  EXPECT_EQ(words.size(), 16u);
  EXPECT_EQ(record_type_of("trades"), std::nullopt);
  EXPECT_EQ(record_type_of(""), std::nullopt);
}

TEST(Words, NameEachBitThatIsSet) {
  using testing::ElementsAre;
  EXPECT_THAT(words_of(RecordFlags::end_of_event | RecordFlags::late), ElementsAre("end_of_event", "late"));
  EXPECT_THAT(words_of(RecordFlags::none), testing::IsEmpty());
  EXPECT_THAT(words_of(Quality::gap_inside | Quality::provisional), ElementsAre("gap_inside", "provisional"));
}

}  // namespace
}  // namespace tickplant::cli::this_file
