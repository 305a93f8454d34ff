// `tickplant movers` as scripts meet it: the real command beside a plant made by the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/plant_in_folder.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using Json = nlohmann::json;

class Movers : public testing::Test {
 protected:
  Movers() {
    trade("UP2", {100, 102}, 10);
    trade("DOWN1", {100, 101, 99}, 500);
    trade("SAME", {100, 105, 95, 100}, 1);
    trade("DOWN5", {100, 95}, 20);
    trade("UP1", {100, 101}, 9'000);
    made_.quote(made_.define("QUOTED"), 1, 2);
  }
  /// From the open, since there is no day before.
  void trade(const char* symbol, std::initializer_list<double> prices, std::uint64_t size) {
    const auto id = made_.define(symbol);
    for (const double price : prices) made_.trade(id, price, size);
  }
  Answer run(Command::Arguments arguments) {
    made_.beat(platform::system_now());
    arguments.insert(arguments.begin(), "movers");
    arguments.insert(arguments.end(), {"--plant", made_.folder()});
    return command_.run(arguments);
  }
  std::string symbols(Command::Arguments arguments) {
    arguments.push_back("--json");
    std::string text;
    for (const Json& row : Json::parse(run(arguments).out)) {
      const auto symbol = row.at("symbol").get<std::string>();
      text += symbol.substr(0, symbol.find('@')) + ' ';
    }
    return text;
  }

  PlantInFolder made_;
  Command command_;
};

TEST_F(Movers, AreTheLargestMovesFirstWhicheverWay) { EXPECT_EQ(symbols({}), "DOWN5 UP2 DOWN1 UP1 SAME QUOTED "); }

TEST_F(Movers, AreOnlyThoseThatRoseOrFellWhereAsked) {
  EXPECT_EQ(symbols({"--losers"}), "DOWN5 DOWN1 ");
  EXPECT_EQ(symbols({"--gainers"}), "UP2 UP1 ");
  EXPECT_EQ(symbols({"--losers", "--by", "volume"}), "DOWN1 DOWN5 ");
  EXPECT_EQ(run({"--losers", "--gainers"}).exit_code, 2);
}

TEST_F(Movers, AreOrderedByVolumeAndByTrades) {
  EXPECT_EQ(symbols({"--by", "volume", "--top", "3"}), "UP1 DOWN1 DOWN5 ");
  EXPECT_EQ(symbols({"--by", "trades", "--top", "2"}), "SAME DOWN1 ");
}

TEST_F(Movers, AreAsManyAsAskedUnderEitherName) {
  EXPECT_EQ(symbols({"--top", "1"}), "DOWN5 ");
  EXPECT_EQ(symbols({"--count", "2"}), "DOWN5 UP2 ");
  EXPECT_EQ(symbols({"--top", "0"}), "");
  EXPECT_EQ(run({"--top", "-1"}).exit_code, 2);
}

TEST_F(Movers, SayInJsonWhatTheChangeIsAndFromWhere) {
  const Json first = Json::parse(run({"--losers", "--top", "1", "--json"}).out).at(0).at("image");
  EXPECT_EQ(first.at("change_percent"), -5.0);
  EXPECT_EQ(first.at("change_from"), "open");
}

}  // namespace
}  // namespace tickplant::tests::this_file
