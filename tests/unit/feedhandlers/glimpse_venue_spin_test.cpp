#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "feedhandlers/glimpse/end_marker.hpp"
#include "feedhandlers/venue/glimpse_snapshot.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/unit/feedhandlers/venue_engine_fixture.hpp"

namespace tickplant::tests {
namespace {

using namespace feedhandlers::venue;

/// Two stocks by hand: locate 1 and 2.
class GlimpseVenueSpin : public testing::Test {
 protected:
  GlimpseVenueSpin() {
    tape_.begin({1'000}, out_);
    stocks_.reserve(2);
    for (const auto* ticker : {"BRIX", "NOVA"}) {
      Listing listing;
      listing.directory.stock = symbol(ticker);
      listing.previous_close_e4 = 100'000;
      stocks_.emplace_back(listing, pool_, tape_, StockLocate{static_cast<std::uint16_t>(stocks_.size() + 1)});
    }
  }

  void say_state(std::size_t stock, char state, std::string_view reason) {
    hear(StockTradingAction{tape_.header(stocks_[stock].engine.locate()), stocks_[stock].engine.stock(), state, ' ',
                            padded<4>(reason)});
  }
  template <class Message>
  void hear(const Message& message) {
    Buffer bytes;
    encode(message, bytes);
    said_.on_message(bytes);
  }

  /// All but the marker, as types; orders as texts.
  Texts spin(std::uint64_t next_sequence = 1) {
    GlimpseSpin spin{stocks_, said_, {2'000}, next_sequence};
    EngineTalk talk;
    for (std::uint64_t i = 1; i + 1 < spin.range().end; ++i) {
      EXPECT_EQ(feedhandlers::itch50::parse(spin.message(i), talk), feedhandlers::itch50::ParseOutcome::ok);
      EXPECT_EQ(feedhandlers::itch50::SystemEvent{spin.message(i).data()}.timestamp().nanos, 2'000u);
    }
    EXPECT_EQ(feedhandlers::glimpse::parse_end_marker(spin.message(spin.range().end - 1)), next_sequence);
    return talk.texts;
  }

  Buffer out_;
  Tape tape_;
  OrderPool pool_{16};
  std::vector<Stock> stocks_;
  SaidStates said_{2};
};

TEST_F(GlimpseVenueSpin, OfADayBeforeItsFirstMessageHasTheStocksAlone) {
  EXPECT_EQ(spin(), (Texts{"R", "R", "Y", "Y"}));
}

TEST_F(GlimpseVenueSpin, NamesTheSequenceThatFollows) { EXPECT_EQ(spin(987'654).size(), 4u); }

TEST_F(GlimpseVenueSpin, SaysStatesAsTheyAreNow) {
  hear(SystemEvent{tape_.header(), 'O'});
  hear(SystemEvent{tape_.header(), 'Q'});
  say_state(0, 'T', "");
  say_state(1, 'T', "");
  say_state(1, 'H', "T1");
  stocks_[0].short_sale_restricted = true;
  stocks_[1].retail_interest = 'B';
  EXPECT_EQ(spin(), (Texts{"S", "R", "R", "H", "H", "Y", "Y", "N"}));

  GlimpseSpin spin{stocks_, said_, {2'000}, 1};
  EXPECT_EQ(to_bytes(spin.message(1).subspan(11)), "Q");
  EXPECT_EQ(to_bytes(spin.message(4).subspan(11)), "BRIX    T     ");
  EXPECT_EQ(to_bytes(spin.message(5).subspan(11)), "NOVA    H T1  ");
  EXPECT_EQ(to_bytes(spin.message(6).subspan(11)), "BRIX    1");
  EXPECT_EQ(to_bytes(spin.message(7).subspan(11)), "NOVA    0");
  EXPECT_EQ(to_bytes(spin.message(8).subspan(11)), "NOVA    B");
}

TEST_F(GlimpseVenueSpin, SaysWhatIsLeftOfDisplayedOrdersInTheOrderInWhichTheyTrade) {
  MatchingEngine& engine = stocks_[0].engine;
  engine.place(Side::bid, 99'000, 100);                     // 1
  engine.place(Side::bid, 99'500, 200, padded<4>("OAKS"));  // 2
  engine.place(Side::bid, 99'500, 300);                     // 3
  engine.place(Side::ask, 101'000, 400);                    // 4
  engine.place_hidden(Side::ask, 100'500, 500);
  engine.take(Side::ask, 99'500, 50);  // of 2
  EXPECT_EQ(spin(), (Texts{"R", "R", "Y", "Y", "A #2 bid 150 @99500", "A #3 bid 300 @99500", "A #1 bid 100 @99000",
                           "A #4 ask 400 @101000"}));
  engine.take(Side::ask, 99'500, 150);
  engine.cancel(Side::bid, engine.displayed(Side::bid).best().oldest, 300);
  EXPECT_EQ(spin(), (Texts{"R", "R", "Y", "Y", "A #1 bid 100 @99000", "A #4 ask 400 @101000"}))
      << "the others are gone";
}

TEST_F(GlimpseVenueSpin, StaysAsItWasWhileTheMarketGoesOn) {
  stocks_[0].engine.place(Side::bid, 99'000, 100);
  GlimpseSpin spin{stocks_, said_, {2'000}, 2};
  const Bytes before = to_bytes(spin.message(5));
  stocks_[0].engine.take(Side::ask, 99'000, 100);
  EXPECT_EQ(to_bytes(spin.message(5)), before);
  EXPECT_EQ(spin.range().end, 7u);
  EXPECT_TRUE(spin.is_complete());
}

TEST_F(GlimpseVenueSpin, IgnoresWhatIsNotAStateOrOfNoStockOfOurs) {
  said_.on_message({});
  hear(RegShoRestriction{tape_.header({1}), symbol("BRIX"), '1'});
  hear(StockTradingAction{tape_.header({3}), symbol("ELSE"), 'H'});
  Buffer cut;
  encode(StockTradingAction{tape_.header({1}), symbol("BRIX"), 'H'}, cut);
  cut.pop_back();
  said_.on_message(cut);
  EXPECT_EQ(said_.of({1}), SaidStates::StockState{});
  EXPECT_EQ(said_.of({3}), SaidStates::StockState{});
  EXPECT_EQ(said_.system_event(), '\0');
}

}  // namespace
}  // namespace tickplant::tests
