// BX and PSX speak the same ITCH 5.0 as NASDAQ. They are markets of their own: the stocks, locates and order references
// of one mean nothing in the other; and neither has crosses, so a day is one of continuous trading from end to end.
#include <gtest/gtest.h>

#include <optional>

#include "tests/support/itch_published.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::itch50::message_index;
using ringbuf::InstrumentId;
using ringbuf::Record;
using ringbuf::RecordType;
using ringbuf::StatusBody;
using ringbuf::StatusKind;
using ringbuf::TradingStatus;

constexpr platform::UnixNanos kMidnight{1'548'824'400'000'000'000};
constexpr feedhandlers::TradingDay kDay{.midnight = kMidnight, .date = 20190130, .utc_offset_seconds = -18'000};
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr ringbuf::FeedId kBx{2};
constexpr ringbuf::FeedId kPsx{3};

/// One market's packets: messages are numbered as they come, times grow by a second.
class Market {
 public:
  Market(FeedInMemory& plant, OrderBook& book, std::string_view venue, ringbuf::FeedId feed)
      : feed_(plant.publisher, plant.directory, book, venue, feed, {}), session_(venue) {
    feed_.begin_day(kDay);
  }
  /// `message` gets the time and, where it is about a stock, the locate.
  template <class Message>
  void send(Message message, std::uint16_t locate = 0) {
    message.header = {{locate}, {}, {++seconds_ * kSecond}};
    const Bytes packet = mold_packet(session_, next_++, {to_bytes(encoded(message))});
    feed_.on_packet({.payload = as_span(packet), .ts_recv = kMidnight}, 0);
  }
  /// So many messages are lost.
  void miss(std::uint64_t count) { next_ += count; }
  [[nodiscard]] const feedhandlers::itch50::Itch50Feed& feed() const { return feed_; }
  [[nodiscard]] std::uint64_t seen(char type) const { return feed_.counters().messages[message_index(type)]; }

 private:
  feedhandlers::itch50::Itch50Feed feed_;
  std::string session_;
  std::uint64_t next_ = 1;
  std::uint64_t seconds_ = 0;
};

class BxAndPsx : public testing::Test {
 protected:
  void SetUp() override { (void)published_.take(); }

  InstrumentId id(std::string_view venue) const { return plant_.directory.reader().find("AAPL", venue); }
  ringbuf::ImageEntry image(std::string_view venue) const {
    ringbuf::ImageEntry entry;
    EXPECT_EQ(ringbuf::ImageReader{plant_.image}.read(id(venue), entry), ringbuf::TableRead::value);
    return entry;
  }
  static StockDirectory apple() { return {.stock = symbol("AAPL")}; }
  static AddOrder order(std::uint64_t reference, Side side, std::uint32_t shares, double price) {
    return {{}, {reference}, side, shares, symbol("AAPL"), dollars(price)};
  }

  OrderBook nasdaq_book_{FeedInMemory::kBookConfig};
  OrderBook bx_book_{FeedInMemory::kBookConfig};
  OrderBook psx_book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{nasdaq_book_};
  Published published_{plant_};
  Market bx_{plant_, bx_book_, "XBOS", kBx};
  Market psx_{plant_, psx_book_, "XPSX", kPsx};
};

TEST_F(BxAndPsx, AStockOfTwoMarketsIsTwoInstruments) {
  bx_.send(apple(), 13);
  psx_.send(apple(), 13);  // the same locate, by chance
  psx_.send(StockDirectory{.stock = symbol("MSFT"), .round_lot_size = 1}, 14);
  ASSERT_NE(id("XBOS"), id("XPSX"));
  EXPECT_EQ(plant_.directory.reader().symbol_of(id("XBOS")), "AAPL@XBOS");
  EXPECT_EQ(plant_.directory.reader().symbol_of(id("XPSX")), "AAPL@XPSX");
  ringbuf::InstrumentEntry entry;
  ASSERT_EQ(plant_.directory.reader().read(id("XPSX"), entry), ringbuf::TableRead::value);
  EXPECT_EQ(entry.feed, kPsx);
  EXPECT_EQ(plant_.directory.reader().find("MSFT", "XBOS"), ringbuf::kNoInstrument);
}

TEST_F(BxAndPsx, OrdersOfOneMarketAreNotThoseOfTheOtherThoughTheirReferencesAre) {
  bx_.send(apple(), 13);
  psx_.send(apple(), 7);
  bx_.send(order(1, Side::bid, 100, 10.00), 13);
  psx_.send(order(1, Side::bid, 300, 9.99), 7);
  psx_.send(order(2, Side::ask, 400, 10.02), 7);
  bx_.send(OrderExecuted{{}, {1}, 40, {900}}, 13);
  psx_.send(OrderReplace{{}, {1}, {3}, 200, dollars(10.00)}, 7);
  EXPECT_EQ(bx_book_.bbo(id("XBOS")),
            (ringbuf::QuoteBody{feedhandlers::itch50::to_price(dollars(10.00)), ringbuf::kNoPrice, {60}, {}}));
  EXPECT_EQ(psx_book_.bbo(id("XPSX")), (ringbuf::QuoteBody{feedhandlers::itch50::to_price(dollars(10.00)),
                                                           feedhandlers::itch50::to_price(dollars(10.02)),
                                                           {200},
                                                           {400}}));
  EXPECT_EQ(image("XBOS").volume.value, 40U);
  EXPECT_EQ(image("XPSX").volume.value, 0U);
  EXPECT_FALSE(bx_book_.is_maybe_bad(id("XBOS")));
  EXPECT_FALSE(psx_book_.is_maybe_bad(id("XPSX")));
}

TEST_F(BxAndPsx, ADayWithoutCrossesIsWhole) {
  psx_.send(SystemEvent{.event_code = 'O'});
  psx_.send(apple(), 7);
  psx_.send(StockTradingAction{.stock = symbol("AAPL"), .trading_state = 'T'}, 7);
  psx_.send(RegShoRestriction{.stock = symbol("AAPL")}, 7);
  psx_.send(SystemEvent{.event_code = 'S'});
  psx_.send(order(1, Side::bid, 100, 10.00), 7);
  psx_.send(SystemEvent{.event_code = 'Q'});
  psx_.send(AddOrderAttributed{{}, {2}, Side::ask, 500, symbol("AAPL"), dollars(10.05), padded<4>("NITE")}, 7);
  psx_.send(OrderExecuted{{}, {1}, 40, {900}}, 7);
  psx_.send(OrderExecutedWithPrice{{}, {2}, 100, {901}, 'Y', dollars(10.04)}, 7);
  psx_.send(OrderCancel{{}, {2}, 50}, 7);
  psx_.send(Trade{{}, {0}, Side::bid, 25, symbol("AAPL"), dollars(10.02), {902}}, 7);
  psx_.send(BrokenTrade{{}, {902}}, 7);
  psx_.send(SystemEvent{.event_code = 'M'});
  psx_.send(OrderDelete{{}, {1}}, 7);
  psx_.send(SystemEvent{.event_code = 'E'});
  psx_.send(SystemEvent{.event_code = 'C'});

  const Records records = published_.take();
  std::vector<char> codes;
  std::size_t quotes = 0;
  for (const Record& record : records) {
    EXPECT_NE(record.header.type, RecordType::imbalance);
    EXPECT_FALSE(has(record.header.flags, ringbuf::RecordFlags::maybe_bad_book));
    quotes += record.header.type == RecordType::quote ? 1 : 0;
    if (record.header.type == RecordType::status && record.as<StatusBody>().kind == StatusKind::system_event)
      codes.push_back(record.as<StatusBody>().code);
  }
  EXPECT_EQ(codes, (std::vector{'O', 'S', 'Q', 'M', 'E', 'C'}));
  EXPECT_EQ(quotes, 6U) << "two adds, two executions, a cancel, a delete";
  const ringbuf::ImageEntry day = image("XPSX");
  EXPECT_EQ(day.trading_status, TradingStatus::trading) << "without an opening cross";
  EXPECT_EQ(day.volume.value, 40U + 100 + 25);
  EXPECT_EQ(psx_book_.bbo(id("XPSX")),
            (ringbuf::QuoteBody{ringbuf::kNoPrice, feedhandlers::itch50::to_price(dollars(10.05)), {}, {350}}));
  EXPECT_EQ(psx_.seen('Q') + psx_.seen('I'), 0U);
  EXPECT_EQ(psx_.feed().counters().unknown_types + psx_.feed().counters().bad_lengths, 0U);
}

TEST_F(BxAndPsx, AHaltOfOneMarketsSystemsSaysWhichMarketItIs) {
  for (auto& [market, locate, code] :
       std::vector<std::tuple<Market*, std::uint16_t, char>>{{&bx_, 13, 'B'}, {&psx_, 7, 'X'}}) {
    market->send(apple(), locate);
    (void)published_.take();
    market->send(OperationalHalt{.stock = symbol("AAPL"), .market_code = code, .action = 'H'}, locate);
    const Records records = published_.take();
    ASSERT_EQ(records.front().header.type, RecordType::status);
    const auto body = records.front().as<StatusBody>();
    EXPECT_EQ(body.kind, StatusKind::operational);
    EXPECT_EQ(body.detail, code);
    EXPECT_EQ(body.trading_status, TradingStatus::halted);
    EXPECT_EQ(records.front().header.instrument, id(code == 'B' ? "XBOS" : "XPSX"));
  }
}

TEST_F(BxAndPsx, ALossOnOneMarketLeavesTheBooksOfTheOtherAlone) {
  bx_.send(apple(), 13);
  psx_.send(apple(), 7);
  psx_.send(order(1, Side::bid, 300, 9.99), 7);
  bx_.send(order(1, Side::bid, 100, 10.00), 13);
  (void)published_.take();
  bx_.miss(5);
  bx_.send(order(2, Side::bid, 100, 10.00), 13);
  const Records records = published_.take();
  ASSERT_EQ(records.front().header.type, RecordType::gap);
  EXPECT_EQ(records.front().as<ringbuf::GapBody>().feed, kBx);
  EXPECT_TRUE(bx_book_.is_maybe_bad(id("XBOS")));
  EXPECT_FALSE(psx_book_.is_maybe_bad(id("XPSX")));
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
