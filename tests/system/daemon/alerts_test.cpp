// Rules of alerts in a running plant, and the same rules over its journal: they tell the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "ringbuf/fixed_text.hpp"
#include "tests/system/daemon/recovering_plant.hpp"

namespace tickplant::this_file {
namespace {

using ringbuf::AlertBody;
using tests::RecoveringPlant;

/// Input that made it, rule, first value as text.
using Told = std::tuple<std::uint64_t, std::string, std::string>;

class AlertsOfADaemon : public testing::Test {
 protected:
  /// What a client was shown.
  [[nodiscard]] std::vector<Told> shown() const {
    std::vector<Told> all;
    for (const auto& [number, record] : plant_.shown.results) {
      if (record.header.type != ringbuf::DerivedType::alert) continue;
      const auto alert = record.as<AlertBody>();
      const double value = alert.value[0];
      all.emplace_back(record.header.cause_seq.value, ringbuf::text_of(alert.name),
                       nlohmann::json(value == value ? nlohmann::json(value) : nlohmann::json(nullptr)).dump());
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  /// What a backtest of the journal finds with these rules.
  [[nodiscard]] std::vector<Told> backtested(const std::string& rules) {
    std::ofstream(plant_.live().file("rules.yaml")) << rules;
    std::string output;
    EXPECT_EQ(plant_.live().command({"backtest", plant_.journal().string(), "--rules",
                                     plant_.live().file("rules.yaml").string(), "--json"},
                                    &output),
              0)
        << output;
    std::vector<Told> all;
    const auto found = nlohmann::ordered_json::parse(output);
    for (const auto& alert : found["alerts"]) {
      const auto& values = alert["values"];
      all.emplace_back(alert["cause_seq"], alert["rule"], values.empty() ? "null" : values.front().dump());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  RecoveringPlant plant_;
};

TEST_F(AlertsOfADaemon, AreThoseThatABacktestOfItsJournalFinds) {
  plant_.begin();
  plant_.trade_for(60'000);
  if (HasFatalFailure()) return;
  plant_.end();
  const std::vector<Told> live = shown();
  std::set<std::string> rules;
  for (const Told& each : live) rules.insert(std::get<1>(each));
  EXPECT_THAT(rules, testing::IsSupersetOf({"cross", "busy", "turned", "fall"}));
  EXPECT_EQ(backtested(RecoveringPlant::kAlerts), live);
}

TEST_F(AlertsOfADaemon, GoOnOverAKillAndOverAReload) {
  plant_.begin();
  plant_.trade_for(20'000);
  if (HasFatalFailure()) return;
  plant_.live().daemon().kill();
  plant_.go_on();
  plant_.trade_for(20'000);
  if (HasFatalFailure()) return;
  const std::string more =
      std::string(RecoveringPlant::kAlerts) + "  - {name: new, when: \"trades(1s) > 0\", cooldown: 1s}\n";
  std::ofstream(plant_.live().file("analytics.yaml")) << RecoveringPlant::kAnalytics << more;
  std::string said;
  ASSERT_EQ(plant_.live().command({"reload"}, &said), 0) << said;
  EXPECT_THAT(said, testing::HasSubstr("alerts: 1 rule added"));
  EXPECT_THAT(said, testing::HasSubstr("set all: unchanged, state kept"));
  plant_.trade_for(20'000);
  plant_.expect_one_life();
  const std::vector<Told> live = shown();
  const bool has_new =
      std::any_of(live.begin(), live.end(), [](const Told& each) { return std::get<1>(each) == "new"; });
  EXPECT_TRUE(has_new);
  std::vector<Told> old;
  std::copy_if(live.begin(), live.end(), std::back_inserter(old),
               [](const Told& each) { return std::get<1>(each) != "new"; });
  EXPECT_EQ(backtested(RecoveringPlant::kAlerts), old);
}

TEST_F(AlertsOfADaemon, RefuseAStartWithARuleThatMeansNothing) {
  std::ofstream(plant_.live().file("analytics.yaml"))
      << RecoveringPlant::kAnalytics << "alerts:\n  - {name: dip, when: \"chnge(5m) < -2%\"}\n";
  EXPECT_FALSE(plant_.live().start_daemon());
  EXPECT_THAT(plant_.live().daemon().output(), testing::HasSubstr("rule dip, column 1: nothing is called 'chnge'"));
  EXPECT_THAT(plant_.live().daemon().output(), testing::HasSubstr("did you mean 'change'?"));
}

}  // namespace
}  // namespace tickplant::this_file
