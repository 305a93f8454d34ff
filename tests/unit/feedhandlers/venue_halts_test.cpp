// Halts and participants of one stock, by example.
#include "feedhandlers/venue/halts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "feedhandlers/itch50/messages.hpp"
#include "feedhandlers/venue/order_flow.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::venue::Buffer;
using feedhandlers::venue::Debut;
using feedhandlers::venue::HaltKind;
using feedhandlers::venue::Halts;
using feedhandlers::venue::Listing;
using feedhandlers::venue::OrderFlow;
using feedhandlers::venue::OrderPool;
using feedhandlers::venue::Stock;
using feedhandlers::venue::Tape;
using ringbuf::Side;

class VenueHalts : public testing::Test {
 protected:
  static constexpr std::uint64_t kSessionNanos = 78'000'000'000;  // a pause lasts a second, news three
  static constexpr std::uint64_t kSecond = 1'000'000'000;

  VenueHalts() {
    at(0);
    stock_.is_open = true;
    for (std::uint32_t i = 0; i < 20; ++i) {
      stock_.engine.place(Side::bid, 999'900 - 100 * i, 100);
      stock_.engine.place(Side::ask, 1'000'100 + 100 * i, 100);
    }
    out_.clear();
  }

  void at(std::uint64_t nanos) { tape_.begin({nanos}, out_); }

  /// Type letters, trading states with their reason in brackets.
  std::string said() {
    std::string text;
    for (const auto message : feedhandlers::venue::unframed(out_)) {
      const char type = static_cast<char>(message.front());
      if (type == 'C' && text.ends_with('C')) continue;
      text += type;
      if (type != 'H') continue;
      const feedhandlers::itch50::StockTradingAction action{message.data()};
      const auto reason = action.reason();
      text += std::string{"("} + action.trading_state() + std::string{reason.begin(), reason.end()} + ")";
    }
    out_.clear();
    return text;
  }

  static Listing listing() {
    Listing made;
    made.directory.stock = feedhandlers::venue::symbol("NOVX");
    made.previous_close_e4 = 1'000'000;
    return made;
  }

  Buffer out_;
  Tape tape_;
  OrderPool pool_{64};
  Random random_{test_seed()};
  OrderFlow flow_{random_, tape_};
  Halts halts_{flow_, tape_, random_, kSessionNanos};
  Stock stock_{listing(), pool_, tape_, {1}};
};

TEST_F(VenueHalts, ForNewsGoThroughQuotingAndACrossNearTheNewValue) {
  stock_.fair.jump(0.01);  // 101 dollars: all asks are too cheap
  halts_.begin(stock_, HaltKind::news);
  EXPECT_EQ(said(), "H(HT1  )");
  EXPECT_FALSE(stock_.is_open);
  at(2 * kSecond - 1);
  EXPECT_FALSE(halts_.run_due());
  at(2 * kSecond);
  EXPECT_TRUE(halts_.run_due());
  EXPECT_EQ(said(), "H(QT3  )");
  EXPECT_FALSE(halts_.run_due()) << "once";
  at(3 * kSecond);
  EXPECT_TRUE(halts_.run_due());
  EXPECT_EQ(said(), "ICQH(T    )");
  EXPECT_TRUE(stock_.is_open);
  EXPECT_GE(stock_.engine.totals().last_e4, 1'007'000u);
  EXPECT_LE(stock_.engine.totals().last_e4, 1'013'000u);
  EXPECT_TRUE(stock_.engine.displayed(Side::ask).empty()) << "the cheap ones traded in the cross";
  at(90 * kSecond);
  EXPECT_FALSE(halts_.run_due());
}

TEST_F(VenueHalts, ForAPriceOutsideItsBandTellTheCollarBeforeTheCross) {
  halts_.begin(stock_, HaltKind::pause);
  EXPECT_EQ(said(), "H(PLUDP)");
  at(kSecond * 2 / 3 + 1);
  halts_.run_due();
  EXPECT_EQ(said(), "J");
  at(kSecond);
  halts_.run_due();
  const std::string end = said();
  EXPECT_TRUE(end == "IQH(T    )" || end == "ICQH(T    )") << end;
}

TEST_F(VenueHalts, OfADebutTellWhenItWillBeReleased) {
  stock_.listing.debut = Debut::direct_listing;
  at(10 * kSecond);
  halts_.begin(stock_, HaltKind::debut);
  const auto messages = feedhandlers::venue::unframed(out_);
  ASSERT_EQ(messages.size(), 1u);
  const feedhandlers::itch50::IpoQuotingPeriod period{messages[0].data()};
  EXPECT_EQ(period.release_time_seconds(), 13u) << "a twentieth of 78 s later, 13.9";
  EXPECT_EQ(period.ipo_price().raw, 1'000'000u);
  out_.clear();
  at(20 * kSecond);
  halts_.run_due();
  EXPECT_EQ(said(), "H(QIPOQ)");
  halts_.run_due();
  EXPECT_EQ(said().substr(0, 2), "IO");
}

TEST_F(VenueHalts, SayNoticesDeletesAndNothingElseMeanwhile) {
  halts_.begin(stock_, HaltKind::news);
  said();
  for (int i = 0; i < 200; ++i) {
    halts_.act(stock_);
    const std::string text = said();
    EXPECT_TRUE(text == "I" || text == "D") << text;
  }
}

TEST_F(VenueHalts, RunSeveralAtOnceEachByItsOwnTime) {
  Stock other{listing(), pool_, tape_, {2}};
  halts_.begin(stock_, HaltKind::news);
  at(kSecond / 2);
  halts_.begin(other, HaltKind::pause);
  at(2 * kSecond - 1);
  halts_.run_due();
  halts_.run_due();
  EXPECT_TRUE(other.is_open);
  EXPECT_FALSE(stock_.is_open);
  at(3 * kSecond);
  halts_.run_due();
  halts_.run_due();
  EXPECT_TRUE(stock_.is_open);
}

TEST_F(VenueHalts, AreLimitedInNumber) {
  std::vector<Stock> stocks;
  for (std::size_t i = 0; i < Halts::kMaxHalts; ++i)
    stocks.emplace_back(listing(), pool_, tape_, feedhandlers::itch50::StockLocate{3});
  for (Stock& stock : stocks) {
    EXPECT_TRUE(halts_.has_room());
    halts_.begin(stock, HaltKind::pause);
  }
  EXPECT_FALSE(halts_.has_room());
}

using VenueOrderFlow = VenueHalts;

TEST_F(VenueOrderFlow, AddsRestEvenWhereTheBookIsFarFromTheValue) {
  stock_.fair.jump(0.05);
  for (int i = 0; i < 200; ++i) flow_.add(stock_, Side::bid);
  stock_.fair.jump(-0.1);
  for (int i = 0; i < 200; ++i) flow_.add(stock_, Side::ask);
  EXPECT_EQ(said().find_first_not_of("AF"), std::string::npos);
}

TEST_F(VenueOrderFlow, BringsTheBookToTheValue) {
  stock_.fair.jump(0.05);
  stock_.order_target = 40;
  for (int i = 0; i < 2'000; ++i) flow_.act(stock_);
  const double value = stock_.fair.value_e4();
  EXPECT_GT(stock_.engine.displayed(Side::bid).best().price_e4, value - 5'000);
  EXPECT_LE(stock_.engine.displayed(Side::bid).best().price_e4, value);
  EXPECT_LT(stock_.engine.displayed(Side::ask).best().price_e4, value + 5'000);
  EXPECT_GE(stock_.engine.displayed(Side::ask).best().price_e4, value);
}

TEST_F(VenueOrderFlow, KeepsAQuoteNearTheValueNearlyAlways) {
  stock_.order_target = 40;
  int tight = 0;
  for (int i = 0; i < 5'000; ++i) {
    flow_.act(stock_);
    const auto& bids = stock_.engine.displayed(Side::bid);
    const auto& asks = stock_.engine.displayed(Side::ask);
    tight += !bids.empty() && !asks.empty() && asks.best().price_e4 - bids.best().price_e4 <= 1'000 ? 1 : 0;
  }
  EXPECT_GT(tight, 4'500);
}

TEST_F(VenueOrderFlow, TradesMoreAfterATrade) {
  stock_.order_target = 40;
  int trades = 0;
  int after_a_trade = 0;
  bool traded_before = false;
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t before = stock_.engine.totals().trades;
    flow_.act(stock_);
    const bool traded = stock_.engine.totals().trades != before;
    trades += traded ? 1 : 0;
    after_a_trade += traded && traded_before ? 1 : 0;
    traded_before = traded;
  }
  EXPECT_GT(after_a_trade * 50'000.0 / trades, trades * 1.4) << trades << " trades";
  EXPECT_LT(trades, 10'000) << "it cools again";
}

TEST_F(VenueOrderFlow, SaysSomethingEachTime) {
  for (int i = 0; i < 5'000; ++i) {
    flow_.act(stock_);
    ASSERT_FALSE(out_.empty());
    out_.clear();
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
