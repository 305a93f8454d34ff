// `tickplant top` as a person sees it: a real terminal, a real plant, keys and what they show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/system/daemon/live_plant.hpp"
#include "tests/system/daemon/terminal.hpp"

namespace tickplant::this_file {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using tests::LivePlant;
using tests::Terminal;

std::vector<std::string> lines_of(const std::string& screen) {
  std::vector<std::string> lines;
  std::istringstream in(screen);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class TopScreen : public testing::Test {
 protected:
  void SetUp() override {
    if (!Terminal::is_there()) GTEST_SKIP() << "tmux is not installed";
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", "60", "--rate", "4000", "--pre-open", "100ms"});
    ASSERT_TRUE(tests::eventually([&] { return live_.feed_counter(ringbuf::counter::kMessages) > 2'000; }));
  }
  Terminal open(int columns, int rows) {
    return {live_.file("."), columns, rows,
            "TICKPLANT_RUNTIME=" + live_.folder() + " " TICKPLANT_BINARY_DIR "/bin/tickplant top --interval 100ms"};
  }
  /// The screen once it shows `text`; the last one when patience ends.
  static std::string when_it_shows(const Terminal& terminal, const std::string& text) {
    std::string screen;
    (void)tests::eventually([&] { return (screen = terminal.screen()).find(text) != std::string::npos; },
                            std::chrono::seconds(20));
    return screen;
  }

  LivePlant live_;
};

TEST_F(TopScreen, ShowsAMovingMarketOnEightyByTwentyFour) {
  const Terminal terminal = open(80, 24);
  const auto moving = [](const std::string& screen) {
    const auto lines = lines_of(screen);
    return std::count_if(lines.begin(), lines.end(), [](const std::string& line) { return line.ends_with(" open"); });
  };
  std::string first;  // whole, that is: a screen may be read while it is drawn
  EXPECT_TRUE(tests::eventually([&] {
    first = terminal.screen();
    return moving(first) >= 12 && first.find("q quit") != std::string::npos;
  })) << first;
  EXPECT_THAT(first, AllOf(HasSubstr("demo  live"), HasSubstr("msg/s"), HasSubstr("gaps 0"), HasSubstr("delay p50"),
                           HasSubstr("symbol")));
  EXPECT_LE(lines_of(first).size(), 24u);
  EXPECT_TRUE(tests::eventually([&] { return terminal.screen() != first; })) << "nothing moves";
}

TEST_F(TopScreen, FiltersSortsExplainsAndQuits) {
  const Terminal terminal = open(100, 30);
  EXPECT_THAT(when_it_shows(terminal, "by volume  60 of 60"), HasSubstr("60 of 60"));
  terminal.press("s");
  EXPECT_THAT(when_it_shows(terminal, "by change"), HasSubstr("by change"));
  terminal.press("/");
  terminal.press("zzzzq");
  EXPECT_THAT(when_it_shows(terminal, "holds 'zzzzq'"), HasSubstr("no symbol holds 'zzzzq'"));
  terminal.press("Escape");
  EXPECT_THAT(when_it_shows(terminal, "60 of 60"), HasSubstr("60 of 60"));
  terminal.press("'?'");
  EXPECT_THAT(when_it_shows(terminal, "these keys"), HasSubstr("these keys"));
  terminal.press("'?'");
  EXPECT_TRUE(tests::eventually([&] { return terminal.screen().find("these keys") == std::string::npos; }));
  terminal.press("Enter");
  for (const char* word : {"spread", "@XNAS", "bid", "vwap"}) {
    EXPECT_THAT(when_it_shows(terminal, word), HasSubstr(word));
  }
  terminal.press("Enter");
  (void)when_it_shows(terminal, "by change");
  terminal.press("q");
  EXPECT_TRUE(tests::eventually([&] { return !terminal.is_alive(); })) << terminal.screen();
}

TEST_F(TopScreen, FollowsTheWindow) {
  const Terminal terminal = open(80, 24);
  (void)when_it_shows(terminal, " open");
  terminal.resize(130, 50);
  EXPECT_TRUE(tests::eventually([&] { return lines_of(terminal.screen()).size() > 40; })) << terminal.screen();
}

TEST_F(TopScreen, SaysThatThePlantDiedAndGoesOnWithItsSuccessor) {
  const Terminal terminal = open(100, 30);
  (void)when_it_shows(terminal, "demo  live");
  live_.daemon().kill();
  EXPECT_THAT(when_it_shows(terminal, "dead"), HasSubstr("dead"));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  EXPECT_THAT(when_it_shows(terminal, "epoch 2"), HasSubstr("epoch 2"));
}

}  // namespace
}  // namespace tickplant::this_file
