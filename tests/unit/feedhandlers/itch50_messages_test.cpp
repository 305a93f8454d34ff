// Every accessor against the offsets of the specification, written out here a second time: byte i of a message holds i.
#include "feedhandlers/itch50/messages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace tickplant::feedhandlers::itch50::this_file {
namespace {

constexpr auto kCounting = [] {
  std::array<std::byte, 64> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}();

template <class Message>
Message counting() {
  return Message{kCounting.data()};
}

constexpr std::uint64_t number_at(std::uint64_t offset, int byte_count) {
  std::uint64_t value = 0;
  for (int i = 0; i < byte_count; ++i) value = value << 8 | offset++;
  return value;
}
constexpr std::uint32_t u32_at(std::uint64_t offset) { return static_cast<std::uint32_t>(number_at(offset, 4)); }
constexpr std::uint64_t u64_at(std::uint64_t offset) { return number_at(offset, 8); }
constexpr char code_at(int offset) { return static_cast<char>(offset); }
constexpr Price4 price_at(std::uint64_t offset) { return {u32_at(offset)}; }
constexpr ringbuf::Size size_at(std::uint64_t offset) { return {u32_at(offset)}; }
std::string text_at(int offset, int length = 8) {
  std::string text;
  for (int i = 0; i < length; ++i) text += code_at(offset + i);
  return text;
}
template <std::size_t Length>
std::string text_of(std::array<char, Length> alpha) {
  return {alpha.data(), Length};
}

/// A message of 'A's type with `text` as its symbol.
std::array<std::byte, AddOrder::kBytes> add_order_of(std::string_view text) {
  std::array<std::byte, AddOrder::kBytes> bytes{};
  std::transform(text.begin(), text.end(), bytes.begin() + 24, [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

TEST(Itch50Messages, HaveTheCommonHeaderAtTheSamePlaceInEveryMessage) {
  const auto message = counting<SystemEvent>();
  EXPECT_EQ(message.stock_locate(), StockLocate{0x0102});
  EXPECT_EQ(message.tracking_number(), TrackingNumber{0x0304});
  EXPECT_EQ(message.timestamp(), SinceMidnight{0x05060708090a});
  EXPECT_EQ(message.bytes().data(), kCounting.data());
  EXPECT_EQ(message.bytes().size(), 12u);
}

TEST(Itch50Messages, ReadTimeStampsOfFortyEightOneBits) {
  std::array<std::byte, 12> bytes{};
  std::fill(bytes.begin() + 5, bytes.begin() + 11, std::byte{0xff});
  EXPECT_EQ(SystemEvent{bytes.data()}.timestamp(), SinceMidnight{0xffff'ffff'ffff});
  EXPECT_EQ(SystemEvent{bytes.data()}.tracking_number(), TrackingNumber{0});
}

TEST(Itch50Messages, ReadTheStateOfTheMarket) {
  EXPECT_EQ(counting<SystemEvent>().event_code(), code_at(11));
  EXPECT_EQ(counting<MwcbDeclineLevels>().level_1(), Price8{u64_at(11)});
  EXPECT_EQ(counting<MwcbDeclineLevels>().level_2(), Price8{u64_at(19)});
  EXPECT_EQ(counting<MwcbDeclineLevels>().level_3(), Price8{u64_at(27)});
  EXPECT_EQ(counting<MwcbStatus>().breached_level(), code_at(11));
}

TEST(Itch50Messages, ReadTheStockDirectory) {
  const auto message = counting<StockDirectory>();
  EXPECT_EQ(message.stock(), text_at(11));
  EXPECT_EQ(message.market_category(), code_at(19));
  EXPECT_EQ(message.financial_status(), code_at(20));
  EXPECT_EQ(message.round_lot_size(), u32_at(21));
  EXPECT_EQ(message.round_lots_only(), code_at(25));
  EXPECT_EQ(message.issue_classification(), code_at(26));
  EXPECT_EQ(text_of(message.issue_sub_type()), text_at(27, 2));
  EXPECT_EQ(message.authenticity(), code_at(29));
  EXPECT_EQ(message.short_sale_threshold(), code_at(30));
  EXPECT_EQ(message.ipo_flag(), code_at(31));
  EXPECT_EQ(message.luld_tier(), code_at(32));
  EXPECT_EQ(message.etp_flag(), code_at(33));
  EXPECT_EQ(message.etp_leverage_factor(), u32_at(34));
  EXPECT_EQ(message.inverse_indicator(), code_at(38));
}

TEST(Itch50Messages, ReadWhatMayBeDoneWithAnInstrument) {
  EXPECT_EQ(counting<StockTradingAction>().stock(), text_at(11));
  EXPECT_EQ(counting<StockTradingAction>().trading_state(), code_at(19));
  EXPECT_EQ(text_of(counting<StockTradingAction>().reason()), text_at(21, 4));
  EXPECT_EQ(counting<RegShoRestriction>().stock(), text_at(11));
  EXPECT_EQ(counting<RegShoRestriction>().action(), code_at(19));
  EXPECT_EQ(counting<OperationalHalt>().stock(), text_at(11));
  EXPECT_EQ(counting<OperationalHalt>().market_code(), code_at(19));
  EXPECT_EQ(counting<OperationalHalt>().action(), code_at(20));
  EXPECT_EQ(counting<RetailPriceImprovement>().stock(), text_at(11));
  EXPECT_EQ(counting<RetailPriceImprovement>().interest_flag(), code_at(19));
  EXPECT_EQ(text_of(counting<MarketParticipantPosition>().mpid()), text_at(11, 4));
  EXPECT_EQ(counting<MarketParticipantPosition>().stock(), text_at(15));
  EXPECT_EQ(counting<MarketParticipantPosition>().primary_market_maker(), code_at(23));
  EXPECT_EQ(counting<MarketParticipantPosition>().mode(), code_at(24));
  EXPECT_EQ(counting<MarketParticipantPosition>().state(), code_at(25));
}

TEST(Itch50Messages, ReadAuctions) {
  const auto ipo = counting<IpoQuotingPeriod>();
  EXPECT_EQ(ipo.stock(), text_at(11));
  EXPECT_EQ(ipo.release_time_seconds(), u32_at(19));
  EXPECT_EQ(ipo.release_qualifier(), code_at(23));
  EXPECT_EQ(ipo.ipo_price(), price_at(24));

  const auto collar = counting<LuldAuctionCollar>();
  EXPECT_EQ(collar.stock(), text_at(11));
  EXPECT_EQ(collar.reference_price(), price_at(19));
  EXPECT_EQ(collar.upper_price(), price_at(23));
  EXPECT_EQ(collar.lower_price(), price_at(27));
  EXPECT_EQ(collar.extension(), u32_at(31));

  const auto imbalance = counting<NetOrderImbalance>();
  EXPECT_EQ(imbalance.paired_shares(), ringbuf::Size{u64_at(11)});
  EXPECT_EQ(imbalance.imbalance_shares(), ringbuf::Size{u64_at(19)});
  EXPECT_EQ(imbalance.imbalance_direction(), code_at(27));
  EXPECT_EQ(imbalance.stock(), text_at(28));
  EXPECT_EQ(imbalance.far_price(), price_at(36));
  EXPECT_EQ(imbalance.near_price(), price_at(40));
  EXPECT_EQ(imbalance.reference_price(), price_at(44));
  EXPECT_EQ(imbalance.cross_type(), code_at(48));
  EXPECT_EQ(imbalance.price_variation(), code_at(49));

  const auto listing = counting<DirectListing>();
  EXPECT_EQ(listing.stock(), text_at(11));
  EXPECT_EQ(listing.open_eligibility(), code_at(19));
  EXPECT_EQ(listing.minimum_price(), price_at(20));
  EXPECT_EQ(listing.maximum_price(), price_at(24));
  EXPECT_EQ(listing.near_execution_price(), price_at(28));
  EXPECT_EQ(listing.near_execution_time(), SinceMidnight{u64_at(32)});
  EXPECT_EQ(listing.lower_collar(), price_at(40));
  EXPECT_EQ(listing.upper_collar(), price_at(44));
}

TEST(Itch50Messages, ReadOrders) {
  const auto add = counting<AddOrder>();
  EXPECT_EQ(add.order_ref(), OrderReference{u64_at(11)});
  EXPECT_EQ(add.shares(), size_at(20));
  EXPECT_EQ(add.stock(), text_at(24));
  EXPECT_EQ(add.price(), price_at(32));

  const auto attributed = counting<AddOrderAttributed>();
  EXPECT_EQ(attributed.order_ref(), OrderReference{u64_at(11)});
  EXPECT_EQ(attributed.shares(), size_at(20));
  EXPECT_EQ(attributed.stock(), text_at(24));
  EXPECT_EQ(attributed.price(), price_at(32));
  EXPECT_EQ(text_of(attributed.attribution()), text_at(36, 4));

  EXPECT_EQ(counting<OrderCancel>().order_ref(), OrderReference{u64_at(11)});
  EXPECT_EQ(counting<OrderCancel>().canceled_shares(), size_at(19));
  EXPECT_EQ(counting<OrderDelete>().order_ref(), OrderReference{u64_at(11)});

  const auto replace = counting<OrderReplace>();
  EXPECT_EQ(replace.original_order_ref(), OrderReference{u64_at(11)});
  EXPECT_EQ(replace.new_order_ref(), OrderReference{u64_at(19)});
  EXPECT_EQ(replace.shares(), size_at(27));
  EXPECT_EQ(replace.price(), price_at(31));
}

TEST(Itch50Messages, ReadExecutionsAndTrades) {
  const auto executed = counting<OrderExecuted>();
  EXPECT_EQ(executed.order_ref(), OrderReference{u64_at(11)});
  EXPECT_EQ(executed.executed_shares(), size_at(19));
  EXPECT_EQ(executed.match_number(), MatchNumber{u64_at(23)});

  const auto priced = counting<OrderExecutedWithPrice>();
  EXPECT_EQ(priced.order_ref(), OrderReference{u64_at(11)});
  EXPECT_EQ(priced.executed_shares(), size_at(19));
  EXPECT_EQ(priced.match_number(), MatchNumber{u64_at(23)});
  EXPECT_EQ(priced.execution_price(), price_at(32));

  const auto trade = counting<Trade>();
  EXPECT_EQ(trade.order_ref(), OrderReference{u64_at(11)});
  EXPECT_EQ(trade.shares(), size_at(20));
  EXPECT_EQ(trade.stock(), text_at(24));
  EXPECT_EQ(trade.price(), price_at(32));
  EXPECT_EQ(trade.match_number(), MatchNumber{u64_at(36)});

  const auto cross = counting<CrossTrade>();
  EXPECT_EQ(cross.shares(), ringbuf::Size{u64_at(11)});
  EXPECT_EQ(cross.stock(), text_at(19));
  EXPECT_EQ(cross.price(), price_at(27));
  EXPECT_EQ(cross.match_number(), MatchNumber{u64_at(31)});
  EXPECT_EQ(cross.cross_type(), code_at(39));
  EXPECT_EQ(counting<BrokenTrade>().match_number(), MatchNumber{u64_at(11)});
}

TEST(Itch50Messages, KnowBuyFromSellAndBothFromNonsense) {
  std::array<std::byte, 44> bytes{};
  const auto with_code = [&bytes](char code) { bytes[19] = static_cast<std::byte>(code); };
  with_code('B');
  EXPECT_EQ(AddOrder{bytes.data()}.side(), ringbuf::Side::bid);
  EXPECT_EQ(AddOrderAttributed{bytes.data()}.side(), ringbuf::Side::bid);
  EXPECT_EQ(Trade{bytes.data()}.side(), ringbuf::Side::bid);
  with_code('S');
  EXPECT_EQ(AddOrder{bytes.data()}.side(), ringbuf::Side::ask);
  EXPECT_EQ(AddOrderAttributed{bytes.data()}.side(), ringbuf::Side::ask);
  EXPECT_EQ(Trade{bytes.data()}.side(), ringbuf::Side::ask);
  with_code('b');
  EXPECT_EQ(AddOrder{bytes.data()}.side(), ringbuf::Side::none);
}

TEST(Itch50Messages, TakeOnlyNForNotPrintable) {
  std::array<std::byte, OrderExecutedWithPrice::kBytes> bytes{};
  bytes[31] = std::byte{'N'};
  EXPECT_FALSE(OrderExecutedWithPrice{bytes.data()}.printable());
  bytes[31] = std::byte{'Y'};
  EXPECT_TRUE(OrderExecutedWithPrice{bytes.data()}.printable());
}

TEST(Itch50Messages, TrimSymbolsOnTheRightOnly) {
  EXPECT_EQ(AddOrder{add_order_of("AAPL    ").data()}.stock(), "AAPL");
  EXPECT_EQ(AddOrder{add_order_of("ZXZZT.WI").data()}.stock(), "ZXZZT.WI");
  EXPECT_EQ(AddOrder{add_order_of(" A B    ").data()}.stock(), " A B");
  EXPECT_EQ(AddOrder{add_order_of("        ").data()}.stock(), "");
}

TEST(Itch50Messages, ConvertPricesWithoutRounding) {
  EXPECT_EQ(to_price(Price4{3'201'400}), ringbuf::Price{320'140'000'000});
  EXPECT_EQ(to_price(Price4{0}), ringbuf::Price{0});
  EXPECT_EQ(to_price(kMarketOrderPrice), ringbuf::Price{200'000 * ringbuf::kPriceScale});
  EXPECT_EQ(to_price(Price4{std::numeric_limits<std::uint32_t>::max()}), ringbuf::Price{429'496'729'500'000});
  EXPECT_EQ(to_price(Price8{266'012'345'678}), ringbuf::Price{2'660'123'456'780});
}

TEST(Itch50Messages, CallPricesAbsentThatDoNotFit) {
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max() / 10;
  EXPECT_EQ(to_price(Price8{largest}), (ringbuf::Price{static_cast<std::int64_t>(largest) * 10}));
  EXPECT_EQ(to_price(Price8{largest + 1}), ringbuf::kNoPrice);
  EXPECT_EQ(to_price(Price8{std::numeric_limits<std::uint64_t>::max()}), ringbuf::kNoPrice);
}

TEST(Itch50Messages, HaveTheSizesOfTheSpecification) {
  struct Size {
    char type;
    std::size_t bytes;
  };
  constexpr std::array<Size, 23> sizes{{{'S', 12}, {'R', 39}, {'H', 25}, {'Y', 20}, {'L', 26}, {'V', 35},
                                        {'W', 12}, {'K', 28}, {'J', 35}, {'h', 21}, {'A', 36}, {'F', 40},
                                        {'E', 31}, {'C', 36}, {'X', 23}, {'D', 19}, {'U', 35}, {'P', 44},
                                        {'Q', 40}, {'B', 19}, {'I', 50}, {'N', 20}, {'O', 48}}};
  std::size_t known = 0;
  for (int type = 0; type < 256; ++type) known += message_bytes(static_cast<char>(type)) != 0;
  EXPECT_EQ(known, sizes.size());
  for (const Size& row : sizes) {
    EXPECT_EQ(message_bytes(row.type), row.bytes) << row.type;
    EXPECT_EQ(kMessageTypes[message_index(row.type)].type, row.type);
  }
  EXPECT_EQ(message_index('Z'), kMessageTypeCount);
}

}  // namespace
}  // namespace tickplant::feedhandlers::itch50::this_file
