// A law of state: an engine that takes up another one's says what that one would have said, whenever it does.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/analytics_scenario.hpp"

namespace tickplant::tests::this_file {
namespace {

constexpr int kScenarios = 20;

TEST(EngineStateLaw, WhoGoesOnWithAStateSaysTheSame) {
  constexpr RowText kWithInputs{true, true};
  for (int i = 0; i < kScenarios && !testing::Test::HasFailure(); ++i) {
    const std::uint64_t seed = test_seed() + 37'000 + static_cast<std::uint64_t>(i);
    const auto scenario = ScenarioMaker(seed, {.all_kinds = true}).make();
    SCOPED_TRACE("seed " + std::to_string(seed) + ", TICKPLANT_TEST_SEED runs it again\n" + scenario->yaml());
    Random random(seed ^ 0xabcdef);
    AnalyticsRun never(scenario->yaml(), scenario->instruments, 1, scenario->feed_names());
    AnalyticsRun run(scenario->yaml(), scenario->instruments, 1, scenario->feed_names());
    AnalyticsRun several(scenario->yaml(), scenario->instruments, 3, scenario->feed_names());
    for (const ringbuf::Record& record : scenario->records) {
      never.on(record);
      if (random.chance(1, 20)) run.pause();
      if (random.chance(1, 50)) run.restart();
      if (random.chance(1, 50)) several.restart();
      run.on(record);
      several.on(record);
    }
    never.finish();
    run.restart().finish();
    several.finish();
    EXPECT_EQ(run.row_lines(kWithInputs), never.row_lines(kWithInputs));
    EXPECT_EQ(run.final_lines(), never.final_lines());
    EXPECT_EQ(run.output_hash(), never.output_hash()) << "indicators and signals, too";
    EXPECT_EQ(several.output_hash(), never.output_hash());
    EXPECT_EQ(run.counts().late_updates, never.counts().late_updates);
  }
}

/// Patterns over ticks, bars and signals, signals on ticks, first signals that may be withdrawn, sessions.
const std::string kEverything =
    "    indicators:\n"
    "      - {on: T10, of: [sma(3), ema(5), rsi(4), vwap]}\n"
    "    signals:\n"
    "      - {name: turn, on: ticks, cross: [price, ema(5)], confirm: 2}\n"
    "      - {name: above, on: ticks, cross: [price, vwap], cooldown: 5}\n"
    "      - {name: first, on: T10, cross: [price, sma(3)], basis: first}\n"
    "      - {name: loud, on: T10, volume_anomaly: {lookback: 12, minimum: 6, z: 2}}\n"
    "      - {name: swing, on: T10, swing: {percent: 0.5}, basis: tick}\n"
    "    patterns:\n"
    "      - {name: dip, on: ticks, within: 40s, steps: [\n"
    "          {name: d, times: 2, where: \"count(d) == 0 or price < d[last].price\"},\n"
    "          {name: r, link: next, where: \"price > d[0].price\"}]}\n"
    "      - {name: up, on: bars.T10, within: 5m, steps: [{name: a, times: [2, 4], where: \"close >= open\"},\n"
    "          {name: b, where: \"close < open\"}]}\n"
    "      - {name: restless, on: signals, within: 2m, after_match: no_skip, steps: [\n"
    "          {name: t, where: \"name == 'turn'\"}, {name: s, where: \"name == 'first'\"}]}\n";

TEST(EngineStateLaw, NoPatternOrSignalNoticesARestart) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed());
  Random random{test_seed()};
  AnalyticsInstruments instruments;
  for (int i = 0; i < 9; ++i) instruments.add("I" + std::to_string(i));
  const std::string yaml =
      windows_yaml({.bound = 2 * kSecond, .lateness = 20 * kSecond, .corrections = 256, .set_lines = kEverything},
                   {"{name: T10, size: 10s}", "{name: S50_10, size: 50s, slide: 10s}"});
  AnalyticsRun never(yaml, instruments, 1), run(yaml, instruments, 1), several(yaml, instruments, 4);
  Time now = 1000 * kSecond;
  for (std::uint64_t i = 1; i < 6'000; ++i) {
    now += static_cast<Time>(random.below(300)) * 1'000'000;
    const ringbuf::InstrumentId id{1 + random.below(9)};
    const Time time = now - static_cast<Time>(random.below(random.chance(1, 9) ? 15'000 : 2)) * 1'000'000;
    ringbuf::Record record = trade(id, time, 10'000 + random.below(120), 1 + random.below(50), i, now);
    if (random.chance(1, 60)) record = cancel(id, now, i - 1 - random.below(40));
    for (AnalyticsRun* each : {&never, &run, &several}) each->on(record);
    if (random.chance(1, 200)) run.restart();
    if (random.chance(1, 200)) several.restart();
  }
  never.finish();
  run.finish();
  several.finish();
  using ringbuf::DerivedType;
  EXPECT_GT(never.others(DerivedType::signal).size(), 1'000u);
  EXPECT_EQ(run.others(DerivedType::signal).size(), never.others(DerivedType::signal).size());
  EXPECT_EQ(run.output_hash(), never.output_hash());
  EXPECT_EQ(several.output_hash(), never.output_hash());
}

TEST(EngineState, IsRefusedByAnEngineOfAnotherProgram) {
  AnalyticsInstruments instruments;
  const ringbuf::InstrumentId id = instruments.add("A");
  const auto yaml = [](const std::string& window, std::uint64_t corrections) {
    return windows_yaml({.corrections = corrections}, {window});
  };
  AnalyticsRun run(yaml("{name: T60, size: 1m}", 64), instruments);
  run.on(trade(id, kSecond, 100, 1, 1));
  std::vector<std::byte> state = run.state();
  const auto is_refused = [&](const std::string& by, std::uint32_t shards = 1) {
    AnalyticsRun other(by, instruments, shards);
    EXPECT_THROW(other.take_up(state), analytics::StateMismatch);
  };
  is_refused(yaml("{name: T60, size: 1m}", 128));
  is_refused(yaml("{name: T60, size: 1m}", 64), 2);
  is_refused(windows_yaml({.corrections = 64}, {"{name: T60, size: 1m}", "{name: T30, size: 30s}"}));
  const std::vector<std::byte> whole = state;
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 97) {
    state = {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes)};
    is_refused(yaml("{name: T60, size: 1m}", 64));
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
