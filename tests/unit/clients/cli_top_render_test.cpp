// The screen of `top`, character by character.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/top/render.hpp"
#include "tests/unit/clients/cli_top_model.hpp"

namespace tickplant::cli::top::this_file {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::frame_text;
using tests::market_model;

TEST(TopRender, FitsAScreenOf80By24) {
  EXPECT_EQ(frame_text(render(market_model(), {}, {80, 24, false})),
            R"( demo  live  up 12 min  pid 4242  epoch 3                     09:42:34 New_York
     2,001 msg/s     4,812 rec/s                     ..-#=        5 instruments
 gaps 2  missed 1,030  drops 0    delay p50 1.20 us  p99 8.30 us  p99.9 20.5 us
 nasdaq     live    A     123,456  B     123,444               last 3.00 ms ago
 archive    failed  A           0  B           0
 symbol        last   chg % bidsz       bid       ask asksz    vol trades state
 PENNY       0.1234   +2.83   300    0.1134    0.1334 3.60k  9.90M  99.0k open!
 TSLA        187.41    0.00   400    187.40    187.42 4.80k  2.50M  25.0k open
 AAPL        189.02   +0.81   100    189.01    189.03 1.20k  1.23M  12.3k open
 MSFT        402.10   -0.72   200    402.09    402.11 2.40k   800k  8.00k HALT
 ZZZ              -       -               -         -            0      0












 by volume  5 of 5        / filter  s sort  Enter book  p pause  ? keys  q quit
)");
}

TEST(TopRender, WritesNumbersOutOn120By40) {
  const Frame frame = render(market_model(), {}, {120, 40, true});
  ASSERT_EQ(frame.size(), 40u);
  EXPECT_EQ(
      frame_text({frame.begin(), frame.begin() + 11}),
      R"( demo  live  up 12 min  pid 4242  epoch 3                                                             09:42:34 New_York
     2,001 msg/s     4,812 rec/s                     ▁▂▄█▅                                                5 instruments
 gaps 2  missed 1,030  drops 0                                            delay p50 1.20 us  p99 8.30 us  p99.9 20.5 us
 nasdaq     live    A     123,456  B     123,444                                                       last 3.00 ms ago
 archive    failed  A           0  B           0
 symbol              last   chg %   bidsz       bid       ask   asksz       volume   trades       vwap  rec/s state
 PENNY@XNAS        0.1234   +2.83     300    0.1134    0.1334   3,600    9,900,000   99,000     0.1234    4.5 open!
 TSLA@XNAS         187.41    0.00     400    187.40    187.42   4,800    2,500,300   25,003   187.4100    6.0 open
 AAPL@XNAS         189.02   +0.81     100    189.01    189.03   1,200    1,234,500   12,345   189.0200    1.5 open
 MSFT@XNAS         402.10   -0.72     200    402.09    402.11   2,400      800,000    8,000   402.1000    3.0 HALT
 ZZZ@XNAS               -       -                 -         -                    0        0          -      0
)");
}

TEST(TopRender, ShowsOneInstrumentWithItsBook) {
  Model model = market_model();
  View view;
  view.detail = model.rows[0].id;
  model.detail = Detail{model.rows[0], {}};
  model.detail->depth.bid_count = 2;
  model.detail->depth.ask_count = 2;
  model.detail->depth.bid = {ringbuf::DepthLevel{tests::dollars(189.01), {300}, 2, 0},
                             ringbuf::DepthLevel{tests::dollars(189), {500}, 4, 0}};
  model.detail->depth.ask = {ringbuf::DepthLevel{tests::dollars(189.03), {100}, 1, 0},
                             ringbuf::DepthLevel{tests::dollars(189.05), {700}, 3, 0}};
  EXPECT_EQ(frame_text(render(model, view, {80, 24, false})),
            R"( demo  live  up 12 min  pid 4242  epoch 3                     09:42:34 New_York
 side   price  size  orders  total                  AAPL@XNAS
 ask   189.05   700       3    800  #######         status   trading
 ask   189.03   100       1    100  #               last     189.02
       spread 0.02                                  size     100
 bid   189.01   300       2    300  ###             chg %    +0.81
 bid   189.00   500       4    800  #######
                                                    open     187.50
                                                    high     -
                                                    low      -
                                                    previous 187.50

                                                    volume   1,234,500
                                                    trades   12,345
                                                    vwap     189.020000
                                                    rec/s    1.5







 by volume  5 of 5        / filter  s sort  Enter book  p pause  ? keys  q quit
)");
}

TEST(TopRender, IsExactlyAsLargeAsAskedAtAnySize) {
  const Model model = market_model();
  for (const std::size_t height : {1u, 2u, 3u, 6u, 7u, 24u, 100u}) {
    for (const std::size_t width : {1u, 20u, 79u, 80u, 110u, 300u}) {
      for (int page = 0; page < 4; ++page) {
        View view;
        view.shows_help = page == 1;
        if (page == 2) view.detail = ringbuf::InstrumentId{1};
        view.is_typing = page == 3;
        const Frame frame = render(model, view, {width, height, true});
        ASSERT_EQ(frame.size(), height);
        for (const Line& line : frame) ASSERT_EQ(line.width(), width) << "height " << height << ", page " << page;
      }
    }
  }
}

TEST(TopRender, SaysWhyThereAreNoRows) {
  Model model = market_model();
  View view;
  view.filter = "QQQ";
  EXPECT_THAT(frame_text(render(model, view, {80, 24, false})), HasSubstr(" no symbol holds 'QQQ'\n"));
  model.rows.clear();
  EXPECT_THAT(frame_text(render(model, {}, {80, 24, false})), HasSubstr(" no instruments yet"));
}

TEST(TopRender, ShowsTheFilterWhileItIsTyped) {
  View view;
  view.is_typing = true;
  view.filter = "aa";
  EXPECT_THAT(frame_text(render(market_model(), view, {80, 24, false})), testing::EndsWith("\n filter: aa_\n"));
}

TEST(TopRender, SaysThatItIsPausedAndWhatItWaitsFor) {
  Model model = market_model();
  model.facts.state = clients::PlantState::dead;
  model.notice = "waiting for a successor";
  View view;
  view.is_paused = true;
  const std::string text = frame_text(render(model, view, {80, 24, false}));
  EXPECT_THAT(text, testing::StartsWith(" demo  dead  pid 4242  epoch 3  PAUSED  waiting for a successor"));
  EXPECT_THAT(text.substr(0, text.find('\n')), Not(HasSubstr(" up "))) << "it is not";
}

TEST(TopRender, ColoursWhatRisesAndWhatFalls) {
  std::string rise, fall;
  for (const Line& line : render(market_model(), {}, {80, 24, false})) {
    for (const Piece& piece : line.pieces()) {
      if (piece.look == Look::rise) rise += piece.text;
      if (piece.look == Look::fall) fall += piece.text;
    }
  }
  EXPECT_THAT(rise, testing::AllOf(HasSubstr("+0.81"), HasSubstr("189.02"), Not(HasSubstr("402.10"))));
  EXPECT_THAT(fall, testing::AllOf(HasSubstr("-0.72"), HasSubstr("402.10"), HasSubstr("failed")));
}

TEST(TopRender, MarksTheSelectedRow) {
  View view;
  view.selected = ringbuf::InstrumentId{2};
  int marked = 0;
  for (const Line& line : render(market_model(), view, {80, 24, false})) {
    if (line.pieces().empty() || line.pieces()[0].look != Look::selected) continue;
    ++marked;
    EXPECT_THAT(line.text({}), testing::StartsWith(" MSFT"));
  }
  EXPECT_EQ(marked, 1);
}

TEST(TopRender, LeavesOutTheLeastImportantColumnsWhenItIsNarrow) {
  const std::string text = frame_text(render(market_model(), {}, {50, 24, false}));
  EXPECT_THAT(text,
              testing::AllOf(HasSubstr("chg %"), HasSubstr("ask"), Not(HasSubstr("trades")), Not(HasSubstr("asksz"))));
}

TEST(TopRender, ExplainsEveryKey) {
  View view;
  view.shows_help = true;
  const std::string text = frame_text(render(market_model(), view, {80, 24, false}));
  for (const char* key : {"  /  ", "  s  ", "  up down  ", "  Enter  ", "  p  ", "  ?  ", "  q  "}) {
    EXPECT_THAT(text, HasSubstr(key));
  }
}

}  // namespace
}  // namespace tickplant::cli::top::this_file
