#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "feedhandlers/glimpse/end_marker.hpp"
#include "feedhandlers/venue/glimpse_snapshot.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/unit/feedhandlers/venue_engine_fixture.hpp"

namespace tickplant::tests::this_file {
namespace {

using namespace feedhandlers::venue;

/// Two stocks by hand, locate 1 and 2: what they do is told at 1,000 ns, unless told otherwise.
class GlimpseVenueSpin : public testing::Test {
 protected:
  GlimpseVenueSpin() { tape_.begin({1'000}, out_); }

  void announce() {
    for (MatchingEngine* engine : {&brix_, &nova_}) {
      tape_.write(StockDirectory{.header = tape_.header(engine->locate()), .stock = engine->stock()});
      tape_.write(RegShoRestriction{tape_.header(engine->locate()), engine->stock(), '0'});
    }
  }
  void say_state(const MatchingEngine& engine, char state, std::string_view reason) {
    tape_.write(StockTradingAction{tape_.header(engine.locate()), engine.stock(), state, ' ', padded<4>(reason)});
  }

  /// Of all that was written by now, as it leaves the exchange.
  GlimpseSpin spin_at(std::uint64_t next_sequence) {
    for (const auto message : unframed(out_)) told_.on_message(message);
    out_.clear();
    return {told_, next_sequence};
  }
  /// All but the marker, as types; orders as texts.
  Texts spin(std::uint64_t next_sequence = 1) {
    GlimpseSpin spin = spin_at(next_sequence);
    EngineTalk talk;
    for (std::uint64_t i = 1; i + 1 < spin.range().end; ++i) {
      EXPECT_EQ(feedhandlers::itch50::parse(spin.message(i), talk), feedhandlers::itch50::ParseOutcome::ok);
      EXPECT_EQ(feedhandlers::itch50::SystemEvent{spin.message(i).data()}.timestamp(), tape_.now());
    }
    EXPECT_EQ(feedhandlers::glimpse::parse_end_marker(spin.message(spin.range().end - 1)), next_sequence);
    return talk.texts;
  }

  Buffer out_;
  Tape tape_;
  OrderPool pool_{16};
  MatchingEngine brix_{pool_, tape_, {1}, symbol("BRIX")};
  MatchingEngine nova_{pool_, tape_, {2}, symbol("NOVA")};
  ToldMarket told_;
};

TEST_F(GlimpseVenueSpin, OfADayBeforeItsFirstMessageHasTheMarkerAlone) { EXPECT_EQ(spin(), Texts{}); }

TEST_F(GlimpseVenueSpin, NamesTheSequenceThatFollows) {
  announce();
  EXPECT_EQ(spin(987'654), (Texts{"R", "R", "Y", "Y"}));
}

TEST_F(GlimpseVenueSpin, SaysStatesAsTheyAreNowAtTheTimeOfTheLastMessage) {
  tape_.write(SystemEvent{tape_.header(), 'O'});
  announce();
  tape_.begin({2'000}, out_);
  tape_.write(SystemEvent{tape_.header(), 'Q'});
  say_state(brix_, 'T', "");
  say_state(nova_, 'T', "");
  say_state(nova_, 'H', "T1");
  tape_.write(RegShoRestriction{tape_.header({1}), symbol("BRIX"), '1'});
  tape_.write(RetailPriceImprovement{tape_.header({1}), symbol("BRIX"), 'S'});
  tape_.write(RetailPriceImprovement{tape_.header({2}), symbol("NOVA"), 'B'});
  tape_.begin({3'000}, out_);
  tape_.write(RetailPriceImprovement{tape_.header({1}), symbol("BRIX"), 'N'});
  EXPECT_EQ(spin(), (Texts{"S", "R", "R", "H", "H", "Y", "Y", "N"}));

  GlimpseSpin spin = spin_at(1);
  EXPECT_EQ(to_bytes(spin.message(1).subspan(11)), "Q");
  EXPECT_EQ(to_bytes(spin.message(4).subspan(11)), "BRIX    T     ");
  EXPECT_EQ(to_bytes(spin.message(5).subspan(11)), "NOVA    H T1  ");
  EXPECT_EQ(to_bytes(spin.message(6).subspan(11)), "BRIX    1");
  EXPECT_EQ(to_bytes(spin.message(7).subspan(11)), "NOVA    0");
  EXPECT_EQ(to_bytes(spin.message(8).subspan(11)), "NOVA    B");
}

TEST_F(GlimpseVenueSpin, SaysWhatIsLeftOfDisplayedOrdersInTheOrderInWhichTheyTrade) {
  brix_.place(Side::bid, 99'000, 100);                     // 1
  brix_.place(Side::bid, 99'500, 200, padded<4>("OAKS"));  // 2
  brix_.place(Side::bid, 99'500, 300);                     // 3
  brix_.place(Side::ask, 101'000, 400);                    // 4
  brix_.place_hidden(Side::ask, 100'500, 500);
  brix_.take(Side::ask, 99'500, 50);  // of 2
  EXPECT_EQ(spin(),
            (Texts{"A #2 bid 150 @99500", "A #3 bid 300 @99500", "A #1 bid 100 @99000", "A #4 ask 400 @101000"}));
  brix_.take(Side::ask, 99'500, 150);
  brix_.cancel(Side::bid, brix_.displayed(Side::bid).best().oldest, 300);
  EXPECT_EQ(spin(), (Texts{"A #1 bid 100 @99000", "A #4 ask 400 @101000"})) << "the others are gone";
}

TEST_F(GlimpseVenueSpin, PutsAReplacedOrderBehindThoseThatWereThere) {
  brix_.place(Side::ask, 101'000, 100);
  brix_.place(Side::ask, 101'000, 200);
  brix_.replace(Side::ask, brix_.displayed(Side::ask).best().oldest, 101'000, 150);
  EXPECT_EQ(spin(), (Texts{"A #2 ask 200 @101000", "A #3 ask 150 @101000"}));
}

TEST_F(GlimpseVenueSpin, GoesStockByStockAndMayBeReadInAnyOrder) {
  nova_.place(Side::bid, 50'000, 10);
  brix_.place(Side::bid, 99'000, 20);
  nova_.place(Side::bid, 60'000, 30);
  GlimpseSpin spin = spin_at(4);
  ASSERT_EQ(spin.range().end, 5U);
  const Bytes last = to_bytes(spin.message(3));
  const Bytes middle = to_bytes(spin.message(2));
  EXPECT_EQ(to_bytes(spin.message(1)).substr(24, 8), "BRIX    ");
  EXPECT_EQ(middle.substr(24), "NOVA    " + big(60'000, 4));
  EXPECT_EQ(last.substr(24), "NOVA    " + big(50'000, 4));
}

TEST_F(GlimpseVenueSpin, StaysAsItWasWhileTheMarketGoesOn) {
  brix_.place(Side::bid, 99'000, 100);
  GlimpseSpin spin = spin_at(2);
  const Bytes before = to_bytes(spin.message(1));
  brix_.take(Side::ask, 99'000, 100);
  EXPECT_EQ(spin_at(3).range().end, 2U);
  EXPECT_EQ(to_bytes(spin.message(1)), before);
  EXPECT_EQ(spin.range().end, 3U);
  EXPECT_TRUE(spin.is_complete());
}

TEST_F(GlimpseVenueSpin, IsNotMovedByWhatIsNoMessageOrAboutNoOrder) {
  told_.on_message({});
  Buffer cut;
  encode(StockTradingAction{tape_.header({1}), symbol("BRIX"), 'H'}, cut);
  cut.pop_back();
  told_.on_message(cut);
  Buffer stranger;
  encode(OrderExecuted{tape_.header({1}), {77}, 5, {}}, stranger);
  told_.on_message(stranger);
  stranger.clear();
  encode(OrderReplace{tape_.header({1}), {77}, {78}, 5, {}}, stranger);
  told_.on_message(stranger);
  EXPECT_EQ(spin(), Texts{});
}

TEST_F(GlimpseVenueSpin, OfASessionThatHasBegunKnowsNothingOfTheOneBefore) {
  announce();
  brix_.place(Side::bid, 99'000, 100);
  (void)spin_at(6);
  told_.clear();
  EXPECT_EQ(spin(), Texts{});
}

}  // namespace
}  // namespace tickplant::tests::this_file
