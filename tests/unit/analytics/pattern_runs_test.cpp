// What runs do with events, rule by rule: greedy steps, loops, links, unless, within, which matches survive, limits.
#include "analytics/patterns/pattern_runs.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace tickplant::analytics::this_file {
namespace {

using config::AfterMatch;
using config::kNoMaximum;
using config::PatternConfig;
using config::PatternStepConfig;
using config::StepLink;

/// Events with one number, `v`, one per second from index 0.
EventSchema numbers() {
  return {.events = "numbers", .fields = {{"v", FieldKind::whole}}, .names = {}, .counts_bars = true};
}

class Runs {
 public:
  explicit Runs(const PatternConfig& config)
      : program(PatternProgram::compile(config, numbers(), "test")), runs(program), state(program.state_words()) {}

  /// What the event completes: "a=0;b=1 a=1;b=2".
  std::string at(std::uint64_t index, std::int64_t ts, std::int64_t value) {
    std::string found;
    const std::array<std::int64_t, 1> values{value};
    runs.on_event(state, {.index = index, .ts = {ts}, .values = values}, [&](const PatternMatch& match) {
      EXPECT_EQ(match.last_index, index);
      EXPECT_EQ(match.last_ts.value, ts);
      found += (found.empty() ? "" : " ") + binding_text(match);
    });
    return found;
  }
  std::string next(std::int64_t value) {
    const std::uint64_t index = next_++;
    return at(index, static_cast<std::int64_t>(index) * 1'000'000'000, value);
  }
  std::string all(std::initializer_list<std::int64_t> values) {
    std::string found;
    for (const std::int64_t value : values) {
      const std::string here = next(value);
      if (!here.empty()) found += (found.empty() ? "" : " ") + here;
    }
    return found;
  }
  [[nodiscard]] std::uint64_t live() const { return state[0]; }

  PatternProgram program;
  PatternRuns runs;
  std::vector<std::uint64_t> state;

 private:
  std::uint64_t next_ = 0;
};

PatternStepConfig step(std::string name, std::string where) {
  return {.name = std::move(name), .where = std::move(where)};
}
PatternStepConfig times(PatternStepConfig step, std::uint32_t min, std::uint32_t max, bool consecutive = false) {
  step.times_min = min;
  step.times_max = max;
  step.consecutive = consecutive;
  return step;
}
PatternStepConfig next(PatternStepConfig step) {
  step.link = StepLink::next;
  return step;
}
PatternConfig pattern(std::vector<PatternStepConfig> steps, AfterMatch after_match = AfterMatch::no_skip) {
  return {.name = "p", .after_match = after_match, .steps = std::move(steps)};
}

TEST(PatternRuns, OneStepOfOneEventMatchesAtOnce) {
  Runs runs(pattern({step("a", "v > 5")}));
  EXPECT_EQ(runs.all({1, 6, 5, 7}), "a=1 a=3");
  EXPECT_EQ(runs.live(), 0u);
}

TEST(PatternRuns, EventsThatDoNotFitAreIgnoredBetweenSteps) {
  Runs runs(pattern({step("a", "v == 1"), step("b", "v == 2")}));
  EXPECT_EQ(runs.all({0, 1, 0, 0, 2, 2}), "a=1;b=4");
}

TEST(PatternRuns, NextMeansTheVeryNextEvent) {
  Runs runs(pattern({step("a", "v == 1"), next(step("b", "v == 2"))}));
  EXPECT_EQ(runs.all({1, 0, 2, 1, 2}), "a=3;b=4");
  EXPECT_EQ(runs.runs.counters().broken, 1u);
}

TEST(PatternRuns, AnEventMayGoOnOneRunAndBeginAnother) {
  Runs runs(pattern({step("a", "v > 0"), step("b", "v > a[0].v")}));
  EXPECT_EQ(runs.all({1, 2, 3}), "a=0;b=1 a=1;b=2");
}

TEST(PatternRuns, AfterAMatchNothingBegunUpToItsLastEventSurvives) {
  Runs runs(pattern({step("a", "v > 0"), step("b", "v > a[0].v")}, AfterMatch::skip_past_last));
  EXPECT_EQ(runs.all({5, 4, 3, 6, 7}), "a=0;b=3") << "the earliest start; 6 begins no run";
  EXPECT_EQ(runs.live(), 1u) << "begun by 7";
  EXPECT_EQ(runs.runs.counters(), (PatternCounters{.begun = 4, .matches = 1, .expired = 0, .broken = 0, .skipped = 2}));
}

TEST(PatternRuns, WithoutSkippingEachRunThatCompletesIsReportedEarliestFirst) {
  Runs runs(pattern({step("a", "v > 0"), step("b", "v > a[0].v")}));
  EXPECT_EQ(runs.all({5, 4, 3, 6, 7}), "a=0;b=3 a=1;b=3 a=2;b=3 a=3;b=4");
  EXPECT_EQ(runs.live(), 1u);
}

TEST(PatternRuns, StepsAreGreedy) {
  // 2 would do for b, too, but a takes it.
  Runs runs(pattern({times(step("a", "v >= 1"), 1, 2), step("b", "v >= 2")}, AfterMatch::skip_past_last));
  EXPECT_EQ(runs.all({1, 2, 3}), "a=0;a=1;b=2");
}

TEST(PatternRuns, AStepTakesAtLeastAndAtMostWhatItSays) {
  const auto two_to_three =
      pattern({times(step("a", "v == 1"), 2, 3), step("b", "v == 2")}, AfterMatch::skip_past_last);
  EXPECT_EQ(Runs(two_to_three).all({1, 2}), "") << "one is too few";
  EXPECT_EQ(Runs(two_to_three).all({1, 1, 2}), "a=0;a=1;b=2");
  EXPECT_EQ(Runs(two_to_three).all({1, 0, 1, 1, 2}), "a=0;a=2;a=3;b=4");
  EXPECT_EQ(Runs(two_to_three).all({1, 1, 1, 1, 2}), "a=0;a=1;a=2;b=4") << "the fourth is ignored";
}

TEST(PatternRuns, AConsecutiveStepWithTooFewEventsEndsAtItsFirstGap) {
  Runs runs(pattern({times(step("a", "v == 1"), 3, 3, true), step("b", "v == 2")}));
  EXPECT_EQ(runs.all({1, 1, 0}), "");
  EXPECT_EQ(runs.live(), 0u);
  EXPECT_EQ(runs.all({1, 1, 1, 0, 2}), "a=3;a=4;a=5;b=7");
}

TEST(PatternRuns, AConsecutiveStepTakesNoMoreAfterItsFirstGap) {
  const auto two_or_more = [](bool consecutive) {
    return pattern({times(step("a", "v == 1"), 2, kNoMaximum, consecutive), step("b", "v == 2")},
                   AfterMatch::skip_past_last);
  };
  EXPECT_EQ(Runs(two_or_more(true)).all({1, 1, 0, 1, 2}), "a=0;a=1;b=4");
  EXPECT_EQ(Runs(two_or_more(false)).all({1, 1, 0, 1, 2}), "a=0;a=1;a=3;b=4");
}

TEST(PatternRuns, AStepAtTheEndStopsAtItsMinimum) {
  Runs runs(pattern({step("a", "v == 1"), times(step("b", "v == 2"), 2, kNoMaximum)}, AfterMatch::skip_past_last));
  EXPECT_EQ(runs.all({1, 2, 0, 2, 2}), "a=0;b=1;b=3");
}

TEST(PatternRuns, ASingleStepMayRepeat) {
  Runs runs(pattern({times(step("a", "v == 1"), 2, 5)}, AfterMatch::skip_past_last));
  EXPECT_EQ(runs.all({1, 0, 1, 1, 1}), "a=0;a=2 a=3;a=4");
}

TEST(PatternRuns, UnlessEndsTheRunBeforeItsStepIsTried) {
  PatternStepConfig unbroken = step("b", "v > 10");
  unbroken.unless = "v == 13 or v < a[0].v";
  Runs runs(pattern({step("a", "v == 1"), unbroken}));
  EXPECT_EQ(runs.all({1, 5, 13, 11}), "") << "13 would fit";
  EXPECT_EQ(runs.all({1, 0, 11}), "") << "below the first";
  EXPECT_EQ(runs.all({1, 5, 11}), "a=7;b=9");
}

TEST(PatternRuns, UnlessIsNotAskedWhileTheStepBeforeTakesTheEventOrIsShort) {
  PatternStepConfig unbroken = step("b", "v == 2");
  unbroken.unless = "v == 1 or v == 0";
  Runs runs(pattern({times(step("a", "v == 1"), 2, 2), unbroken}, AfterMatch::skip_past_last));
  EXPECT_EQ(runs.all({1, 0, 1, 2}), "a=0;a=2;b=3");
  EXPECT_EQ(runs.all({1, 1, 1, 2}), "a=5;a=6;b=7") << "a third 1 ends the first run";
}

TEST(PatternRuns, WithinEndsARunExactlyAtItsBoundInTime) {
  PatternConfig config = pattern({step("a", "v == 1"), step("b", "v == 2")});
  config.within_ns = 1000;
  Runs just_in_time(config), too_late(config), far_apart(config);
  EXPECT_EQ(just_in_time.at(0, 500, 1), "");
  EXPECT_EQ(just_in_time.at(1, 1499, 2), "a=0;b=1");
  EXPECT_EQ(too_late.at(0, 500, 1), "");
  EXPECT_EQ(too_late.at(1, 1500, 2), "");
  EXPECT_EQ(too_late.live(), 0u);
  EXPECT_EQ(too_late.runs.counters().expired, 1u);
  EXPECT_EQ(far_apart.at(0, INT64_MIN, 1), "");
  EXPECT_EQ(far_apart.at(1, INT64_MAX, 2), "") << "further apart than 64 bits";
}

TEST(PatternRuns, WithinEndsARunExactlyAtItsBoundInBars) {
  PatternConfig config = pattern({step("a", "v == 1"), step("b", "v == 2")});
  config.within_bars = 3;
  EXPECT_EQ(Runs(config).all({1, 0, 2}), "a=0;b=2");
  EXPECT_EQ(Runs(config).all({1, 0, 0, 2}), "");
  Runs apart(config);
  EXPECT_EQ(apart.at(7, 0, 1), "");
  EXPECT_EQ(apart.at(10, 1, 2), "") << "indices count, not events";
}

TEST(PatternRuns, WithinInBothUnitsEndsAtTheFirst) {
  PatternConfig config = pattern({step("a", "v == 1"), step("b", "v == 2")});
  config.within_bars = 5;
  config.within_ns = 2'000'000'000;
  EXPECT_EQ(Runs(config).all({1, 2}), "a=0;b=1");
  EXPECT_EQ(Runs(config).all({1, 0, 2}), "");
}

TEST(PatternRuns, MoreRunsThanThereIsRoomForAreDroppedNewestFirstAndCounted) {
  PatternConfig config = pattern({step("a", "v > 0"), step("b", "v == 0")});
  config.max_runs = 2;
  Runs runs(config);
  EXPECT_EQ(runs.all({1, 2, 3, 4, 0}), "a=0;b=4 a=1;b=4");
  EXPECT_EQ(runs.runs.counters().dropped, 2u);
  EXPECT_EQ(runs.all({5, 0}), "a=5;b=6") << "there is room again";
}

TEST(PatternRuns, OfALongLoopTheFirstEventsAndTheLastAreListed) {
  Runs runs(pattern({times(step("a", "v == 1"), 1, kNoMaximum), step("b", "v == 2 and a[0].v == a[last].v")},
                    AfterMatch::skip_past_last));
  std::string expected = "a=0";
  for (int i = 1; i < 31; ++i) expected += ";a=" + std::to_string(i);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(runs.next(1), "");
  EXPECT_EQ(runs.next(2), expected + ";...;a=39;b=40");
}

TEST(PatternRuns, AMatchTellsCountsAndTheEventsAtItsEnds) {
  Runs runs(pattern({times(step("a", "v == 1"), 40, 40), step("b", "v == 2")}, AfterMatch::skip_past_last));
  int matches = 0;
  for (std::uint64_t i = 0; i <= 40; ++i) {
    const std::array<std::int64_t, 1> values{i == 40 ? 2 : 1};
    runs.runs.on_event(runs.state, {.index = 100 + i, .ts = {static_cast<std::int64_t>(i) - 5}, .values = values},
                       [&](const PatternMatch& match) {
                         ++matches;
                         EXPECT_EQ(match.first_index(), 100u);
                         EXPECT_EQ(match.first_ts().value, -5);
                         EXPECT_EQ(match.count(0), 40u);
                         EXPECT_EQ(match.left_out(0), 8u);
                         EXPECT_EQ(match.listed(0).back(), 139u);
                         EXPECT_EQ(match.count(1), 1u);
                         EXPECT_EQ(match.left_out(1), 0u);
                       });
  }
  EXPECT_EQ(matches, 1);
}

TEST(PatternRuns, ConditionsSeeTheEventsOfTheirOwnStep) {
  Runs rising(pattern({times(step("a", "count(a) == 0 or v > a[last].v"), 3, 3, true)}, AfterMatch::skip_past_last));
  EXPECT_EQ(rising.all({1, 2, 2, 3, 4, 1}), "a=2;a=3;a=4");
  Runs third(
      pattern({times(step("a", "v > 0"), 1, 3), step("b", "v == 0 and a[2].v == 7")}, AfterMatch::skip_past_last));
  EXPECT_EQ(third.all({1, 7, 0}), "") << "no third event";
  EXPECT_EQ(third.runs.counters().undefined, 2u) << "of two runs";
  EXPECT_EQ(third.all({7, 0}), "a=0;a=1;a=3;b=4");
}

TEST(PatternRuns, AConditionWithoutAnAnswerIsTakenForNoAndCounted) {
  PatternStepConfig divided = step("b", "100 / v > 1");
  divided.unless = "not (100 / v > -1)";
  Runs runs(pattern({step("a", "v == 1"), divided}, AfterMatch::skip_past_last));
  EXPECT_EQ(runs.all({1, 0, 50}), "a=0;b=2");
  EXPECT_EQ(runs.runs.counters().undefined, 2u);
}

TEST(PatternRuns, EqualHistoriesLeaveEqualWords) {
  const PatternConfig config = pattern({times(step("a", "v > 0"), 1, 3), step("b", "v == 0")});
  Runs busy(config), quiet(config);
  EXPECT_NE(busy.all({1, 2, 3, 4, 5, 0}), "");
  EXPECT_EQ(busy.state, quiet.state) << "nothing is left behind of runs that are over";
}

TEST(PatternRuns, CopiedWordsGoOnAsTheOriginalDoes) {
  const PatternConfig config = pattern({times(step("a", "v > 0"), 2, 3), step("b", "v < a[1].v")});
  Runs original(config), copy(config);
  (void)original.all({5, 6, 7});
  copy.state = original.state;
  std::vector<std::byte> counters;
  StateArchive written(counters);
  original.runs.archive(written);
  StateArchive read(std::as_const(counters));
  copy.runs.archive(read);
  EXPECT_EQ(copy.at(3, 4'000'000'000, 1), original.at(3, 4'000'000'000, 1));
  EXPECT_EQ(copy.state, original.state);
  EXPECT_EQ(copy.runs.counters(), original.runs.counters());
}

TEST(PatternRuns, DeathCrossFollowedByAVolumeAnomaly) {
  const EventSchema signals = signal_events({"golden_cross", "death_cross", "volume_anomaly"});
  const PatternConfig config{
      .name = "sell_off",
      .within_ns = 900'000'000'000,
      .steps = {step("cross", "name == 'death_cross'"), step("volume", "name == 'volume_anomaly' and value >= 3.5")}};
  const PatternProgram program = PatternProgram::compile(config, signals, "test");
  PatternRuns runs(program);
  std::vector<std::uint64_t> state(program.state_words());
  std::string found;
  std::uint64_t index = 0;
  const auto signal = [&](std::uint32_t name, std::int64_t value_nano, std::int64_t second) {
    const auto values = signal_values(name, value_nano, {second * 1'000'000'000});
    runs.on_event(state, {.index = index++, .ts = {second * 1'000'000'000}, .values = values},
                  [&](const PatternMatch& match) { found += binding_text(match) + ' '; });
  };
  signal(1, 0, 0);
  signal(2, 3'499'999'999, 10);
  signal(2, 3'500'000'000, 899);
  signal(1, 0, 1000);
  signal(2, 4'000'000'000, 1900);
  EXPECT_EQ(found, "cross=0;volume=2 ");
}

}  // namespace
}  // namespace tickplant::analytics::this_file
