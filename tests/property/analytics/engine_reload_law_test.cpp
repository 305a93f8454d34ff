// A law of reloads: what a set says does not depend on how often, or when, other sets came and went.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/analytics_scenario.hpp"

namespace tickplant::tests::this_file {
namespace {

constexpr int kScenarios = 60;

TEST(EngineReloadLaw, WhatGoesOnDoesNotNoticeAReload) {
  constexpr RowText kWithInputs{true, true};
  for (int i = 0; i < kScenarios && !testing::Test::HasFailure(); ++i) {
    const std::uint64_t seed = test_seed() + 31'000 + static_cast<std::uint64_t>(i);
    const auto scenario = ScenarioMaker(seed, {.all_kinds = true}).make();
    SCOPED_TRACE("seed " + std::to_string(seed) + ", TICKPLANT_TEST_SEED runs it again\n" + scenario->yaml());
    const std::string without = scenario->yaml();
    std::string with = without;  // the other set in front: who belongs where is looked up anew
    with.insert(with.find("  all:\n"), "  other:\n    symbols: [NOBODY]\n    windows: [{name: T9, size: 9s}]\n");
    Random random(seed ^ 0xabcdef);
    AnalyticsRun run(without, scenario->instruments, 1, scenario->feed_names());
    AnalyticsRun several(without, scenario->instruments, 3, scenario->feed_names());
    AnalyticsRun never(without, scenario->instruments, 1, scenario->feed_names());
    bool is_with = false;
    for (const ringbuf::Record& record : scenario->records) {
      if (random.chance(1, 40)) {
        is_with = !is_with;
        run.reload(is_with ? with : without);
        several.reload(is_with ? with : without);
        never.begin_behind(never.cause() + 1);
      }
      if (random.chance(1, 20)) run.pause();
      run.on(record);
      several.on(record);
      never.on(record);
    }
    run.finish();
    several.finish();
    never.finish();
    EXPECT_EQ(run.row_lines(kWithInputs), never.row_lines(kWithInputs));
    EXPECT_EQ(run.output_hash(), never.output_hash()) << "indicators and signals, too";
    EXPECT_EQ(several.output_hash(), never.output_hash());
    EXPECT_EQ(run.counts().trades, never.counts().trades);
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
