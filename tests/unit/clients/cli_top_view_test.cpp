// What the keys of `top` do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/top/view.hpp"

namespace tickplant::cli::top::this_file {
namespace {

constexpr std::size_t kPage = 5;

class TopView : public testing::Test {
 protected:
  TopView() {
    for (std::uint32_t id = 1; id <= 20; ++id) {
      MarketRow row;
      row.id = {id};
      row.symbol = std::string(1, static_cast<char>('A' + id - 1)) + (id % 2 == 0 ? "EVEN" : "ODD");
      row.venue = "XNAS";
      row.image.volume = {1'000 - id};  // so that by volume they come in order of their ids
      rows_.push_back(row);
    }
  }
  void press(Key key) { view_.on_key({key}, view_.shown(rows_), kPage); }
  void type(const char* text) {
    for (; *text != '\0'; ++text) view_.on_key({Key::character, *text}, view_.shown(rows_), kPage);
  }
  [[nodiscard]] std::uint32_t selected() const { return view_.selected ? view_.selected->value : 0; }

  std::vector<MarketRow> rows_;
  View view_;
};

TEST_F(TopView, CyclesThroughEverySortAndBack) {
  for (const SortBy key : {SortBy::change, SortBy::trades, SortBy::rate, SortBy::symbol, SortBy::volume}) {
    type("s");
    EXPECT_EQ(view_.sort, key);
  }
}

TEST_F(TopView, FiltersWhileItIsTyped) {
  type("/even");
  EXPECT_TRUE(view_.is_typing);
  EXPECT_EQ(view_.shown(rows_).size(), 10u);
  press(Key::enter);
  EXPECT_FALSE(view_.is_typing);
  EXPECT_EQ(view_.filter, "even");
  press(Key::escape);
  EXPECT_EQ(view_.shown(rows_).size(), 20u);
}

TEST_F(TopView, TakesCommandLettersAsTextInTheFilter) {
  type("/spq?");
  EXPECT_EQ(view_.filter, "spq?");
  EXPECT_FALSE(view_.wants_quit);
  EXPECT_EQ(view_.sort, SortBy::volume);
}

TEST_F(TopView, CorrectsTheFilterAndLeavesItWhenNothingIsLeft) {
  type("/ab");
  press(Key::backspace);
  EXPECT_EQ(view_.filter, "a");
  press(Key::backspace);
  EXPECT_TRUE(view_.is_typing);
  press(Key::backspace);
  EXPECT_FALSE(view_.is_typing);
}

TEST_F(TopView, ForgetsTheFilterOnEscape) {
  type("/ab");
  press(Key::escape);
  EXPECT_EQ(view_.filter, "");
  EXPECT_FALSE(view_.is_typing);
}

TEST_F(TopView, GoesOnTypingWhenTheScreenChangesItsSize) {
  type("/a");
  press(Key::resize);
  EXPECT_TRUE(view_.is_typing);
}

TEST_F(TopView, SelectsFromTheTopOfThePageAndScrollsWithTheSelection) {
  press(Key::down);
  EXPECT_EQ(selected(), 1u);
  for (int i = 0; i < 5; ++i) press(Key::down);
  EXPECT_EQ(selected(), 6u);
  EXPECT_EQ(view_.first, 1u);
  for (int i = 0; i < 9; ++i) press(Key::up);
  EXPECT_EQ(selected(), 1u);
  EXPECT_EQ(view_.first, 0u);
}

TEST_F(TopView, MovesByPagesAndToBothEnds) {
  press(Key::page_down);
  EXPECT_EQ(selected(), 6u);
  press(Key::end);
  EXPECT_EQ(selected(), 20u);
  EXPECT_EQ(view_.first, 15u);
  press(Key::page_up);
  EXPECT_EQ(selected(), 15u);
  press(Key::home);
  EXPECT_EQ(selected(), 1u);
  EXPECT_EQ(view_.first, 0u);
}

TEST_F(TopView, KeepsTheInstrumentSelectedWhenTheOrderChanges) {
  press(Key::down);
  press(Key::down);
  rows_[1].image.volume = {1};  // now the last one
  view_.settle(view_.shown(rows_), kPage);
  EXPECT_EQ(selected(), 2u);
  EXPECT_EQ(view_.first, 15u);
}

TEST_F(TopView, OpensAndLeavesOneInstrument) {
  press(Key::enter);
  EXPECT_EQ(view_.detail->value, 1u) << "nothing was selected: the first on the page";
  press(Key::down);
  EXPECT_EQ(view_.detail->value, 2u) << "the next one, without going back";
  press(Key::enter);
  EXPECT_FALSE(view_.detail);
  press(Key::enter);
  type("q");
  EXPECT_FALSE(view_.detail);
  EXPECT_FALSE(view_.wants_quit);
  type("q");
  EXPECT_TRUE(view_.wants_quit);
}

TEST_F(TopView, StepsBackOneThingAtATime) {
  type("/even");
  press(Key::enter);
  press(Key::enter);
  type("?");
  press(Key::escape);
  EXPECT_FALSE(view_.shows_help);
  EXPECT_TRUE(view_.detail);
  press(Key::escape);
  EXPECT_FALSE(view_.detail);
  EXPECT_EQ(view_.filter, "even");
  press(Key::escape);
  EXPECT_EQ(view_.filter, "");
  EXPECT_TRUE(view_.selected);
  press(Key::escape);
  EXPECT_FALSE(view_.selected);
  EXPECT_FALSE(view_.wants_quit);
}

TEST_F(TopView, PausesAndGoesOn) {
  type("p");
  EXPECT_TRUE(view_.is_paused);
  type("p");
  EXPECT_FALSE(view_.is_paused);
}

TEST_F(TopView, HasNothingToSelectInAnEmptyMarket) {
  rows_.clear();
  for (const Key key : {Key::up, Key::down, Key::page_up, Key::page_down, Key::home, Key::end, Key::enter}) press(key);
  EXPECT_FALSE(view_.selected);
  EXPECT_FALSE(view_.detail);
  EXPECT_EQ(view_.first, 0u);
}

TEST_F(TopView, SurvivesAScreenWithoutRoomForRows) {
  view_.on_key({Key::down}, view_.shown(rows_), 0);
  view_.on_key({Key::page_down}, view_.shown(rows_), 0);
  EXPECT_EQ(selected(), 2u);
}

}  // namespace
}  // namespace tickplant::cli::top::this_file
