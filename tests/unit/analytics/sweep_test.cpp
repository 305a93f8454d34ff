// What is put off at a boundary and done by the sweep: nothing is left when it says so.
#include <gtest/gtest.h>

#include "tests/support/analytics_run.hpp"

namespace tickplant::tests::this_file {
namespace {

TEST(Sweep, WorksOnBlocksInWhichFewInstrumentsTrade) {
  for (std::uint32_t trading = 1; trading <= 20; ++trading) {
    AnalyticsInstruments instruments;
    for (int i = 0; i < 20; ++i) instruments.add("I" + std::to_string(i));
    AnalyticsRun run(
        windows_yaml({.set_lines = "    indicators: [{on: T60, of: [sma(2)]}]\n"}, {"{name: T60, size: 1m}"}),
        instruments);
    for (std::uint32_t id = 1; id <= 20; ++id) run.on(quote({id}, 0));  // all of them have their places
    run.on(trade({trading}, 1, 100, 1, 1)).on(trade({trading}, kMinute + 1, 100, 1, 2));
    run.on(quote({1}, 2 * kMinute + 1));
    ASSERT_TRUE(run.settle());
    const std::size_t values = run.others(ringbuf::DerivedType::indicator_values).size();
    EXPECT_GT(values, 0u) << trading;
    run.finish();
    EXPECT_EQ(run.others(ringbuf::DerivedType::indicator_values).size(), values) << trading;
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
