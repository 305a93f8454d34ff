// What is refused of a pattern before its conditions are read, and how much memory its runs take.
#include "analytics/patterns/pattern_program.hpp"

#include <gtest/gtest.h>

#include <string>

#include "platform/setup_error.hpp"

namespace tickplant::analytics::this_file {
namespace {

using config::kNoMaximum;
using config::PatternConfig;
using config::StepLink;

PatternConfig rise_and_fall() {
  return {.name = "p",
          .steps = {{.name = "a", .where = "close > open", .place = {4, 9}, .where_place = {4, 30}},
                    {.name = "b", .where = "close < a[0].low", .place = {5, 9}, .where_place = {5, 30}}},
          .place = {2, 5}};
}

/// "problem | remedy", or "compiles".
std::string said_of(const PatternConfig& config, const EventSchema& schema = bar_events()) {
  try {
    (void)PatternProgram::compile(config, schema, "plant.yaml");
  } catch (const platform::SetupError& error) {
    return error.problem().substr(0, error.problem().find('\n')) + " | " + error.remedy();
  }
  return "compiles";
}

TEST(PatternProgram, TellsWhereInTheFileAMistakeIs) {
  PatternConfig config = rise_and_fall();
  config.steps[1].where = "close < c[0].low";
  EXPECT_EQ(said_of(config), "plant.yaml:5:30: pattern p, step b, where, column 9: 'c' is no step | did you mean 'a'?");
  config.steps[1].where = "close < a[0].low";
  config.steps[1].unless = "close";
  EXPECT_EQ(said_of(config),
            "plant.yaml:5:9: pattern p, step b, unless, column 1: a condition is wanted, and this is a number | "
            "compare it with something, as in close > open");
  config.steps[1].unless_place = {6, 1};
  EXPECT_TRUE(said_of(config).starts_with("plant.yaml:6:1: pattern p, step b, unless, column 1:"));
}

TEST(PatternProgram, ConditionsReadEarlierStepsAndWhereReadsItsOwn) {
  PatternConfig config = rise_and_fall();
  config.steps[1].where = "count(b) == 0 or close < b[last].close";
  config.steps[1].unless = "count(a) > 1";
  EXPECT_EQ(said_of(config), "compiles");
  config.steps[0].where = "close < b[0].close";
  EXPECT_EQ(said_of(config),
            "plant.yaml:4:30: pattern p, step a, where, column 9: step 'b' has no events yet when this is asked | "
            "steps with events are a");
  config = rise_and_fall();
  config.steps[1].unless = "close < b[last].close";
  EXPECT_EQ(said_of(config),
            "plant.yaml:5:9: pattern p, step b, unless, column 9: step 'b' has no events yet when this is asked | "
            "steps with events are a");
}

TEST(PatternProgram, RefusesNamesThatConditionsCouldNotTellApart) {
  PatternConfig config = rise_and_fall();
  config.steps[1].name = "a";
  EXPECT_EQ(said_of(config), "plant.yaml:5:9: pattern p, step a: an earlier step has this name | give each its own");
  config.steps[1].name = "close";
  EXPECT_EQ(said_of(config),
            "plant.yaml:5:9: pattern p, step close: 'close' is a field of bars | give the step another name");
  config.steps[1].name = "not";
  EXPECT_TRUE(said_of(config).starts_with(
      "plant.yaml:5:9: pattern p, step not: the name 'not' cannot stand in a condition | use letters, digits and _"));
  config.steps[1].name = "";
  EXPECT_TRUE(said_of(config).starts_with("plant.yaml:5:9: pattern p, step : the name '' cannot stand in a condition"));
}

TEST(PatternProgram, RefusesStepsThatCannotBe) {
  PatternConfig config = rise_and_fall();
  config.steps[1].times_min = 0;
  EXPECT_TRUE(said_of(config).starts_with("plant.yaml:5:9: pattern p, step b: times begins at 0 | "));
  config.steps[1].times_min = 3;
  EXPECT_EQ(said_of(config),
            "plant.yaml:5:9: pattern p, step b: times: at least 3, at most 1 events | give the smaller number first");
  config = rise_and_fall();
  config.steps[1].where = "";
  EXPECT_EQ(
      said_of(config),
      "plant.yaml:5:9: pattern p, step b: there is no 'where' | say which events it takes: where: \"close > open\"");
  config = rise_and_fall();
  config.steps[0].link = StepLink::next;
  EXPECT_EQ(said_of(config),
            "plant.yaml:4:9: pattern p, step a: 'link: next' in the first step | remove it: nothing is before");
  config = rise_and_fall();
  config.steps[0].unless = "close > 1";
  EXPECT_EQ(said_of(config),
            "plant.yaml:4:9: pattern p, step a: 'unless' in the first step | remove it, or say 'and "
            "not (...)' in 'where'");
}

TEST(PatternProgram, RefusesPatternsThatCannotBe) {
  PatternConfig config = rise_and_fall();
  config.steps.clear();
  EXPECT_TRUE(said_of(config).starts_with("plant.yaml:2:5: pattern p: there are no steps | "));
  config.steps.assign(17, {.name = "a", .where = "close > open"});
  EXPECT_EQ(said_of(config), "plant.yaml:2:5: pattern p: 17 steps | use at most 16, and 'times' for repeated ones");
  config = rise_and_fall();
  config.max_runs = 0;
  EXPECT_EQ(said_of(config), "plant.yaml:2:5: pattern p: max_runs is 0 | use 1 to 65536");
  config = rise_and_fall();
  config.within_ns = -1;
  EXPECT_EQ(said_of(config), "plant.yaml:2:5: pattern p: 'within' is negative | give a time, as in 'within: 10m'");
  config = rise_and_fall();
  config.within_bars = 10;
  config.steps[0].where = "price > 1";
  config.steps[1].where = "price < a[0].price";
  EXPECT_EQ(said_of(config, tick_events()),
            "plant.yaml:2:5: pattern p: 'within: 10 bars' over ticks | give a time, as in 'within: 10m'");
}

TEST(PatternProgram, WithoutAPlaceTheFileIsNamed) {
  PatternConfig config = rise_and_fall();
  config.place = {};
  config.steps.clear();
  EXPECT_TRUE(said_of(config).starts_with("plant.yaml: pattern p: there are no steps"));
}

TEST(PatternProgram, TakesMemoryForTheRunsThatCanLive) {
  const auto capacity = [](const PatternConfig& config) {
    return PatternProgram::compile(config, bar_events(), "f").run_capacity();
  };
  PatternConfig config = rise_and_fall();
  config.max_runs = 50;
  EXPECT_EQ(capacity(config), 50u) << "it may wait for ever";
  config.within_bars = 10;
  EXPECT_EQ(capacity(config), 10u) << "one begins per bar and lives for ten";
  config.max_runs = 3;
  EXPECT_EQ(capacity(config), 3u);
  config = rise_and_fall();
  config.steps[1].link = StepLink::next;
  EXPECT_EQ(capacity(config), 2u) << "two bars side by side";
  config.steps[0].times_max = 4;
  EXPECT_EQ(capacity(config), 64u) << "a step that is not consecutive waits";
  config.steps[0].consecutive = true;
  EXPECT_EQ(capacity(config), 5u);
  config.within_bars = 2;
  EXPECT_EQ(capacity(config), 2u);
  config.within_bars = 0;
  config.steps[0].times_max = kNoMaximum;
  EXPECT_EQ(capacity(config), 64u);
}

TEST(PatternProgram, ARunHoldsWhatConditionsReferToAndWhatIsReported) {
  PatternConfig config = rise_and_fall();
  config.steps[0].times_max = kNoMaximum;
  config.steps[1].where = "close < a[0].low and open < a[0].low and a[last].low > a[5].low and count(a) > 1";
  const PatternProgram program = PatternProgram::compile(config, bar_events(), "f");
  EXPECT_EQ(program.captures().size(), 3u) << "a[0].low is kept once";
  EXPECT_EQ(program.run_words(), 3u + 2 + (32 + 1) + 3);
  EXPECT_EQ(program.state_words(), 1 + 64 * program.run_words());
}

TEST(PatternProgram, RefersToALimitedNumberOfEarlierValues) {
  PatternConfig config = rise_and_fall();
  config.steps[0].times_max = 1000;
  const auto sum_of = [](int count, int from) {
    std::string text = "0";
    for (int i = from; i < from + count; ++i) text += " + a[" + std::to_string(i) + "].low";
    return text;
  };
  config.steps[1].where = "close > " + sum_of(200, 0);
  config.steps[1].unless = "close < " + sum_of(56, 200);
  EXPECT_EQ(said_of(config), "compiles");
  config.steps[1].unless = "close < " + sum_of(57, 200);
  EXPECT_NE(said_of(config).find("the pattern refers to more than 256 earlier values | refer to fewer"),
            std::string::npos);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
