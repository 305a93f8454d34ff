// Message by message: exactly which records come out, in which order, with which flags. README.md of itch50 is the
// list.
#include "tests/unit/feedhandlers/itch50_normaliser_fixture.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

// --- instruments ---

TEST_F(Itch50Normaliser, DefinesAnInstrumentByItsDirectoryMessage) {
  const Texts records = send(StockDirectory{.header = now(), .stock = kAppleStock, .round_lot_size = 40});
  EXPECT_EQ(records, Texts{definition(kApple, kAppleLocate)});
  EXPECT_EQ(plant_.directory.reader().symbol_of(kApple), "AAPL@XNAS");
  const ringbuf::InstrumentEntry entry = entry_of(kApple);
  EXPECT_EQ(entry.feed, kFeed);
  EXPECT_EQ(entry.lot, 40u);
  EXPECT_EQ(entry.price_unit, 100'000);
  EXPECT_EQ(entry.size_scale, 0);
  EXPECT_EQ(std::string(entry.currency.data()), "USD");
  EXPECT_EQ(normaliser_->known_instrument(kAppleLocate), kApple);
}

TEST_F(Itch50Normaliser, TellsKindsOfInstrumentsApart) {
  struct Row {
    char classification;
    char etp;
    InstrumentKind kind;
  };
  std::uint32_t id = 0;
  for (const Row row :
       {Row{'C', 'N', InstrumentKind::equity}, Row{'C', 'Y', InstrumentKind::fund}, Row{'B', 'N', InstrumentKind::bond},
        Row{'N', 'N', InstrumentKind::bond}, Row{'R', 'N', InstrumentKind::right},
        Row{'W', 'N', InstrumentKind::warrant}, Row{'A', ' ', InstrumentKind::equity}}) {
    StockDirectory message{.header = now({static_cast<std::uint16_t>(++id)}),
                           .stock = symbol("S" + std::to_string(id))};
    message.issue_classification = row.classification;
    message.etp_flag = row.etp;
    (void)send(message);
    EXPECT_EQ(entry_of({id}).kind, row.kind) << row.classification << row.etp;
  }
}

TEST_F(Itch50Normaliser, DefinesAnInstrumentByItsFirstOrderWhereNoDirectoryMessageWas) {
  const Texts records = add(1, Side::bid, 10, 100);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0], definition(kApple, kAppleLocate)) << "an event of its own, ahead of the order";
  EXPECT_EQ(records[1], record(kApple, added(1, Side::bid, 10, 100), kNone));
  EXPECT_EQ(entry_of(kApple).lot, 0u);
  EXPECT_EQ(add(2, Side::bid, 9, 100).size(), 1u) << "defined once";
}

TEST_F(Itch50Normaliser, LetsALaterDirectoryMessageCompleteTheInstrument) {
  (void)add(1, Side::bid, 10, 100);
  const std::uint64_t stamp = entry_of(kApple).stamp;
  EXPECT_EQ(send(StockDirectory{.header = now(), .stock = kAppleStock, .round_lot_size = 100}),
            Texts{definition(kApple, kAppleLocate)});
  EXPECT_EQ(entry_of(kApple).lot, 100u);
  EXPECT_EQ(entry_of(kApple).kind, InstrumentKind::equity);
  EXPECT_GT(entry_of(kApple).stamp, stamp);
  EXPECT_EQ(book_.open_orders(kApple), 1u) << "the book stays";
}

TEST_F(Itch50Normaliser, LetsTheStockLocateDecide) {
  define_both();
  const AddOrder message{now(), {1}, Side::bid, 100, symbol("MSFT"), dollars(10)};
  EXPECT_EQ(send(message).front(), record(kApple, added(1, Side::bid, 10, 100), kNone));
}

TEST_F(Itch50Normaliser, CountsWhatItCannotGiveAnInstrument) {
  for (std::uint16_t i = 1; i <= FeedInMemory::kInstruments; ++i) {
    (void)send(StockDirectory{.header = now({i}), .stock = symbol("S" + std::to_string(i))});
  }
  EXPECT_EQ(normaliser_->counters().unknown_instruments, 0u);
  const StockLocate one_more{FeedInMemory::kInstruments + 1};
  EXPECT_EQ(send(StockDirectory{.header = now(one_more), .stock = kAppleStock}), Texts{});
  EXPECT_EQ(send(AddOrder{now(one_more), {1}, Side::bid, 100, kAppleStock, dollars(10)}), Texts{});
  EXPECT_EQ(send(StockTradingAction{.header = now(one_more), .stock = kAppleStock}), Texts{});
  EXPECT_EQ(send(NetOrderImbalance{.header = now(one_more), .stock = kAppleStock}), Texts{});
  EXPECT_EQ(normaliser_->counters().unknown_instruments, 4u);
  EXPECT_EQ(book_.open_orders(), 0u);
  EXPECT_EQ(plant_.directory.reader().refused(), 4u);
}

TEST_F(Itch50Normaliser, RefusesASymbolOfBlanks) {
  EXPECT_EQ(send(StockDirectory{.header = now(), .stock = symbol("")}), Texts{});
  EXPECT_EQ(normaliser_->counters().unknown_instruments, 1u);
}

// --- orders ---

TEST_F(Itch50Normaliser, TurnsAnAddIntoOrderAndQuote) {
  define_both();
  EXPECT_EQ(add(1, Side::bid, 10, 100), (Texts{record(kApple, added(1, Side::bid, 10, 100), kNone),
                                               record(kApple, quote(px(10), 100, kNoPrice, 0), kEnd)}));
  EXPECT_EQ(add(2, Side::ask, 11, 50), (Texts{record(kApple, added(2, Side::ask, 11, 50), kNone),
                                              record(kApple, quote(px(10), 100, px(11), 50), kEnd)}));
}

TEST_F(Itch50Normaliser, QuotesOnlyWhenTheBestChanges) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(add(2, Side::bid, 9.99, 100), Texts{record(kApple, added(2, Side::bid, 9.99, 100), kEnd)});
  EXPECT_EQ(add(3, Side::bid, 10, 5).back(), record(kApple, quote(px(10), 105, kNoPrice, 0), kEnd))
      << "the size at the best";
  EXPECT_EQ(remove(2).size(), 1u);
  EXPECT_EQ(remove(3).back(), record(kApple, quote(px(10), 100, kNoPrice, 0), kEnd));
  EXPECT_EQ(remove(1).back(), record(kApple, quote(kNoPrice, 0, kNoPrice, 0), kEnd));
}

TEST_F(Itch50Normaliser, NamesTheParticipantOfAnAttributedAdd) {
  define_both();
  OrderBody body = added(1, Side::ask, 10, 100);
  body.attribution = {'G', 'S', 'C', 'O'};
  const Texts records =
      send(AddOrderAttributed{now(), {1}, Side::ask, 100, kAppleStock, dollars(10), padded<4>("GSCO")});
  EXPECT_EQ(records, (Texts{record(kApple, body, kNone), record(kApple, quote(kNoPrice, 0, px(10), 100), kEnd)}));
}

TEST_F(Itch50Normaliser, TurnsAnExecutionIntoOrderTradeAndQuote) {
  define_both();
  (void)add(1, Side::ask, 10, 100);
  EXPECT_EQ(execute(1, 30), (Texts{record(kApple, order(OrderAction::execute, 1, Side::ask, 10, 30), kNone),
                                   record(kApple, trade(10, 30, 900, Side::ask, TradeKind::execution), kNone),
                                   record(kApple, quote(kNoPrice, 0, px(10), 70), kEnd)}));
  (void)add(2, Side::ask, 11, 100);
  EXPECT_EQ(execute(2, 100), (Texts{record(kApple, order(OrderAction::execute, 2, Side::ask, 11, 100), kNone),
                                    record(kApple, trade(11, 100, 900, Side::ask, TradeKind::execution), kEnd)}))
      << "behind the best: no quote, the trade ends the event";
  EXPECT_EQ(image(kApple).volume.value, 130u);
}

TEST_F(Itch50Normaliser, CountsExecutionsAtAnotherPriceUnlessACrossWill) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  const OrderBody off_the_order = order(OrderAction::execute, 1, Side::bid, 10, 40);
  TradeBody body = trade(9.5, 40, 77, Side::bid, TradeKind::execution);
  EXPECT_EQ(send(OrderExecutedWithPrice{now(), {1}, 40, {77}, 'Y', dollars(9.5)}),
            (Texts{record(kApple, off_the_order, kNone), record(kApple, body, kNone),
                   record(kApple, quote(px(10), 60, kNoPrice, 0), kEnd)}));
  EXPECT_EQ(image(kApple).volume.value, 40u);
  EXPECT_EQ(image(kApple).last_price, px(9.5));

  body.price = px(9);
  body.eligibility = TradeEligibility::none;
  EXPECT_EQ(send(OrderExecutedWithPrice{now(), {1}, 40, {77}, 'N', dollars(9)}),
            (Texts{record(kApple, off_the_order, kNone), record(kApple, body, kNone),
                   record(kApple, quote(px(10), 20, kNoPrice, 0), kEnd)}));
  EXPECT_EQ(image(kApple).volume.value, 40u) << "not printable";
  EXPECT_EQ(image(kApple).last_price, px(9.5));
  EXPECT_EQ(image(kApple).low, px(9.5));
  EXPECT_EQ(image(kApple).trade_count, 1u);
}

TEST_F(Itch50Normaliser, TakesOffWhatIsCancelledOrDeleted) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(send(OrderCancel{now(), {1}, 30}),
            (Texts{record(kApple, order(OrderAction::cancel, 1, Side::bid, 10, 30), kNone),
                   record(kApple, quote(px(10), 70, kNoPrice, 0), kEnd)}));
  EXPECT_EQ(remove(1),
            (Texts{record(kApple, order(OrderAction::cancel, 1, Side::bid, 10, 70, OrderReason::deleted), kNone),
                   record(kApple, quote(kNoPrice, 0, kNoPrice, 0), kEnd)}));
  EXPECT_EQ(book_.open_orders(), 0u);
}

TEST_F(Itch50Normaliser, TurnsAReplaceIntoCancelAndAdd) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(replace(1, 2, 60, 10.5),
            (Texts{record(kApple, order(OrderAction::cancel, 1, Side::bid, 10, 100, OrderReason::replaced), kNone),
                   record(kApple, order(OrderAction::add, 2, Side::bid, 10.5, 60, OrderReason::replaced), kNone),
                   record(kApple, quote(px(10.5), 60, kNoPrice, 0), kEnd)}));
  EXPECT_EQ(replace(2, 3, 50, 10.5).back(), record(kApple, quote(px(10.5), 50, kNoPrice, 0), kEnd)) << "same price";
  EXPECT_EQ(replace(3, 4, 50, 10).back(), record(kApple, quote(px(10), 50, kNoPrice, 0), kEnd)) << "to a worse one";
  EXPECT_EQ(replace(4, 4, 60, 11).back(), record(kApple, quote(px(11), 60, kNoPrice, 0), kEnd)) << "same reference";
  (void)add(9, Side::bid, 12, 10);
  EXPECT_EQ(replace(4, 5, 60, 9),
            (Texts{record(kApple, order(OrderAction::cancel, 4, Side::bid, 11, 60, OrderReason::replaced), kNone),
                   record(kApple, order(OrderAction::add, 5, Side::bid, 9, 60, OrderReason::replaced), kEnd)}))
      << "behind the best";
}

TEST_F(Itch50Normaliser, DoesNotQuoteAReplaceThatLeavesTheBestAsItWas) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(replace(1, 2, 100, 10),
            (Texts{record(kApple, order(OrderAction::cancel, 1, Side::bid, 10, 100, OrderReason::replaced), kNone),
                   record(kApple, order(OrderAction::add, 2, Side::bid, 10, 100, OrderReason::replaced), kEnd)}))
      << "priority is lost, price and size are the same";
}

TEST_F(Itch50Normaliser, FlagsAReplaceWhoseNewOrderIsRefused) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  (void)add(2, Side::bid, 9, 100);
  EXPECT_EQ(replace(1, 2, 60, 10.5),
            (Texts{record(kApple, order(OrderAction::cancel, 1, Side::bid, 10, 100, OrderReason::replaced), kDoubt),
                   record(kApple, quote(px(9), 100, kNoPrice, 0), kEnd | kDoubt)}))
      << "the old order is gone all the same";
  (void)add(3, Side::bid, 8, 100);
  EXPECT_EQ(
      replace(3, 4, 0, 8),
      Texts{record(kApple, order(OrderAction::cancel, 3, Side::bid, 8, 100, OrderReason::replaced), kEnd | kDoubt)});
  EXPECT_EQ(normaliser_->counters().refused_orders, 2u);
}

// --- trades ---

TEST_F(Itch50Normaliser, TurnsATradeAgainstAHiddenOrderIntoOneRecord) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(send(Trade{now(), {1}, Side::bid, 25, kAppleStock, dollars(10.01), {5}}),
            Texts{record(kApple, trade(10.01, 25, 5, Side::bid, TradeKind::hidden), kEnd)});
  EXPECT_EQ(book_.bbo(kApple).bid_size.value, 100u) << "the displayed book is not touched";
}

TEST_F(Itch50Normaliser, CountsACrossUnlessItIsOfNoShares) {
  define_both();
  TradeBody body = trade(10, 5'000'000'000, 6, Side::none, TradeKind::cross);
  body.condition = {'O'};
  EXPECT_EQ(send(CrossTrade{now(), 5'000'000'000, kAppleStock, dollars(10), {6}, 'O'}),
            Texts{record(kApple, body, kEnd)});
  EXPECT_EQ(image(kApple).volume.value, 5'000'000'000u);
  body = trade(3, 0, 7, Side::none, TradeKind::cross);
  body.condition = {'C'};
  body.eligibility = TradeEligibility::none;
  EXPECT_EQ(send(CrossTrade{now(), 0, kAppleStock, dollars(3), {7}, 'C'}), Texts{record(kApple, body, kEnd)});
  EXPECT_EQ(image(kApple).last_price, px(10)) << "nobody traded at that price";
  EXPECT_EQ(image(kApple).low, px(10));
  EXPECT_EQ(image(kApple).trade_count, 1u);
}

TEST_F(Itch50Normaliser, TakesABrokenTradeBackByItsNumber) {
  define_both();
  ringbuf::TradeCancelBody body;
  body.trade_id = 900;
  EXPECT_EQ(send(BrokenTrade{now(), {900}}), Texts{record(kApple, body, kEnd)});
  EXPECT_EQ(send(BrokenTrade{now({999}), {900}}), Texts{record(kNoInstrument, body, kEnd)})
      << "a locate never seen: the number alone says which trade";
}

// --- statuses ---

TEST_F(Itch50Normaliser, PublishesStatusesOfTheirInstrumentAsOneRecordEach) {
  define_both();
  const auto expect_one = [&](const auto& view_tag, const auto& message) {
    using View = std::decay_t<decltype(view_tag)>;
    const Buffer bytes = encoded(message);
    EXPECT_EQ(send(message), Texts{record(kApple, feedhandlers::itch50::to_status(View{bytes.data()}), kEnd)})
        << View::kName;
  };
  namespace wire = feedhandlers::itch50;
  expect_one(wire::StockTradingAction{nullptr}, StockTradingAction{now(), kAppleStock, 'H', ' ', padded<4>("T1")});
  EXPECT_EQ(image(kApple).trading_status, ringbuf::TradingStatus::halted);
  expect_one(wire::RegShoRestriction{nullptr}, RegShoRestriction{now(), kAppleStock, '1'});
  EXPECT_EQ(image(kApple).short_sale, '1');
  expect_one(wire::MarketParticipantPosition{nullptr},
             MarketParticipantPosition{now(), padded<4>("NITE"), kAppleStock});
  expect_one(wire::IpoQuotingPeriod{nullptr}, IpoQuotingPeriod{now(), kAppleStock, 38'700, 'A', dollars(17)});
  expect_one(wire::LuldAuctionCollar{nullptr},
             LuldAuctionCollar{now(), kAppleStock, dollars(10), dollars(11), dollars(9), 1});
  EXPECT_EQ(image(kApple).band_upper, px(11));
  expect_one(wire::OperationalHalt{nullptr}, OperationalHalt{now(), kAppleStock, 'Q', 'T'});
  EXPECT_EQ(image(kApple).trading_status, ringbuf::TradingStatus::trading);
  expect_one(wire::RetailPriceImprovement{nullptr}, RetailPriceImprovement{now(), kAppleStock, 'A'});
}

TEST_F(Itch50Normaliser, PublishesStatusesOfTheMarketUnderNoInstrument) {
  define_both();
  const auto expect_one = [&](const auto& view_tag, const auto& message) {
    using View = std::decay_t<decltype(view_tag)>;
    const Buffer bytes = encoded(message);
    EXPECT_EQ(send(message), Texts{record(kNoInstrument, feedhandlers::itch50::to_status(View{bytes.data()}), kEnd)})
        << View::kName;
  };
  namespace wire = feedhandlers::itch50;
  expect_one(wire::SystemEvent{nullptr}, SystemEvent{now({}), 'Q'});
  expect_one(wire::MwcbDeclineLevels{nullptr}, MwcbDeclineLevels{now({}), {3}, {2}, {1}});
  expect_one(wire::MwcbStatus{nullptr}, MwcbStatus{now({}), '2'});
}

TEST_F(Itch50Normaliser, EndsTheEventWithTheSecondOfTwoAuctionRecords) {
  define_both();
  namespace wire = feedhandlers::itch50;
  const NetOrderImbalance imbalance{now(), 7, 3, 'B', kAppleStock, dollars(11), dollars(10), dollars(10.5), 'O', 'L'};
  const Buffer imbalance_bytes = encoded(imbalance);
  const wire::NetOrderImbalance imbalance_view{imbalance_bytes.data()};
  EXPECT_EQ(send(imbalance), (Texts{record(kApple, wire::to_imbalance(imbalance_view), kNone),
                                    record(kApple, wire::to_auction_prices(imbalance_view), kEnd)}));
  EXPECT_EQ(image(kApple).auction_near, px(10));
  EXPECT_EQ(image(kApple).auction_far, px(11));

  const DirectListing listing{now(),        kAppleStock, 'Y',        dollars(1), dollars(2),
                              dollars(1.5), {1},         dollars(1), dollars(2)};
  const Buffer listing_bytes = encoded(listing);
  const wire::DirectListing listing_view{listing_bytes.data()};
  EXPECT_EQ(send(listing), (Texts{record(kApple, wire::to_allowable_prices(listing_view), kNone),
                                  record(kApple, wire::to_price_collar(listing_view), kEnd)}));
  EXPECT_EQ(image(kApple).auction_near, px(10)) << "a direct listing does not touch the auction of the image";
}

// --- other forms ---

TEST_F(Itch50Normaliser, PublishesLevelsWhereAsked) {
  start({.quotes = true, .levels = true, .depth = true});
  define_both();
  EXPECT_EQ(add(1, Side::bid, 10, 100), (Texts{record(kApple, added(1, Side::bid, 10, 100), kNone),
                                               record(kApple, level(10, 100, 1, 0, Side::bid), kNone),
                                               record(kApple, quote(px(10), 100, kNoPrice, 0), kEnd)}));
  EXPECT_EQ(add(2, Side::bid, 9, 50), (Texts{record(kApple, added(2, Side::bid, 9, 50), kNone),
                                             record(kApple, level(9, 50, 1, 1, Side::bid), kEnd)}));
  EXPECT_EQ(execute(2, 10), (Texts{record(kApple, order(OrderAction::execute, 2, Side::bid, 9, 10), kNone),
                                   record(kApple, trade(9, 10, 900, Side::bid, TradeKind::execution), kNone),
                                   record(kApple, level(9, 40, 1, 1, Side::bid), kEnd)}));
  EXPECT_EQ(replace(2, 3, 40, 8),
            (Texts{record(kApple, order(OrderAction::cancel, 2, Side::bid, 9, 40, OrderReason::replaced), kNone),
                   record(kApple, order(OrderAction::add, 3, Side::bid, 8, 40, OrderReason::replaced), kNone),
                   record(kApple, level(9, 0, 0, 1, Side::bid), kNone),
                   record(kApple, level(8, 40, 1, 1, Side::bid), kEnd)}));
  EXPECT_EQ(replace(3, 4, 50, 8),
            (Texts{record(kApple, order(OrderAction::cancel, 3, Side::bid, 8, 40, OrderReason::replaced), kNone),
                   record(kApple, order(OrderAction::add, 4, Side::bid, 8, 50, OrderReason::replaced), kNone),
                   record(kApple, level(8, 50, 1, 1, Side::bid), kEnd)}))
      << "one level changed: one record";
  EXPECT_EQ(replace(4, 5, 50, 8).size(), 2u) << "no level changed";
  EXPECT_EQ(remove(1).back(), record(kApple, quote(px(8), 50, kNoPrice, 0), kEnd)) << "order, level, quote";
}

TEST_F(Itch50Normaliser, PublishesOrdersAndTradesAloneWhereNothingElseIsAsked) {
  start({.quotes = false, .levels = false, .depth = false});
  define_both();
  EXPECT_EQ(add(1, Side::bid, 10, 100), Texts{record(kApple, added(1, Side::bid, 10, 100), kEnd)});
  EXPECT_EQ(execute(1, 10).back(), record(kApple, trade(10, 10, 900, Side::bid, TradeKind::execution), kEnd));
  EXPECT_EQ(replace(1, 2, 50, 11).back(),
            record(kApple, order(OrderAction::add, 2, Side::bid, 11, 50, OrderReason::replaced), kEnd));
  EXPECT_EQ(remove(2).size(), 1u);
  ringbuf::DepthEntry depth;
  EXPECT_EQ(ringbuf::DepthReader{plant_.depth}.read(kApple, depth), ringbuf::TableRead::never);
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
