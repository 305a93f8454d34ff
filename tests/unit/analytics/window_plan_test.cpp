#include "analytics/windows/window_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "platform/setup_error.hpp"
#include "tests/support/analytics_slow_windows.hpp"
#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

using tests::kMinute;
using tests::kSecond;

config::WindowConfig window(const std::string& name, Time size, Time slide = 0, Time offset = 0) {
  config::WindowConfig config;
  config.name = name;
  config.size_ns = size;
  config.slide_ns = slide;
  config.offset_ns = offset;
  return config;
}

WindowPlan plan_of(const std::vector<config::WindowConfig>& windows) {
  return {windows, std::vector<std::shared_ptr<const SliceSource>>(windows.size()), "test.yaml"};
}

/// Starts of the windows of a spec that contain `time`, by way of its pane.
std::vector<Time> starts_of(const WindowPlan& plan, std::size_t spec, Time time) {
  const WindowSpec& s = plan.specs()[spec];
  const Slice pane = *plan.families()[s.family].pane_of(time);
  EXPECT_LE(pane.start, time);
  EXPECT_LT(time, pane.end);
  std::vector<Time> starts;
  for (Time start = s.first_start(pane); start <= s.last_start(pane); start += s.slide) starts.push_back(start);
  return starts;
}

TEST(WindowPlan, GivesAnEventOnABoundaryToTheWindowThatBeginsThere) {
  const WindowPlan plan = plan_of({window("T60", kMinute)});
  EXPECT_EQ(starts_of(plan, 0, kMinute), std::vector<Time>{kMinute});
  EXPECT_EQ(starts_of(plan, 0, kMinute - 1), std::vector<Time>{0});
}

TEST(WindowPlan, RoundsTimesBeforeTheEpochDown) {
  const WindowPlan plan = plan_of({window("T60", kMinute)});
  EXPECT_EQ(starts_of(plan, 0, -1), std::vector<Time>{-kMinute});
  EXPECT_EQ(starts_of(plan, 0, -kMinute), std::vector<Time>{-kMinute});
  EXPECT_EQ(starts_of(plan, 0, -kMinute - 1), std::vector<Time>{-2 * kMinute});
}

TEST(WindowPlan, PutsAnEventIntoAllSlidingWindowsAroundIt) {
  const WindowPlan plan = plan_of({window("S300_60", 5 * kMinute, kMinute)});
  EXPECT_EQ(starts_of(plan, 0, 10 * kMinute),
            (std::vector<Time>{6 * kMinute, 7 * kMinute, 8 * kMinute, 9 * kMinute, 10 * kMinute}));
}

TEST(WindowPlan, PutsAnEventIntoThreeOrFourWindowsWhereTheSlideDoesNotDivide) {
  const WindowPlan plan = plan_of({window("S100_30", 100 * kSecond, 30 * kSecond)});
  EXPECT_EQ(starts_of(plan, 0, 90 * kSecond + 9 * kSecond).size(), 4u);
  EXPECT_EQ(starts_of(plan, 0, 90 * kSecond + 10 * kSecond).size(), 3u);
}

TEST(WindowPlan, CountsFromTheOffset) {
  const WindowPlan plan = plan_of({window("hour", 60 * kMinute, 0, 30 * kMinute)});
  EXPECT_EQ(starts_of(plan, 0, 29 * kMinute), std::vector<Time>{-30 * kMinute});
  EXPECT_EQ(starts_of(plan, 0, 30 * kMinute), std::vector<Time>{30 * kMinute});
}

TEST(WindowPlan, AssignsAsTheFormulaSaysWhateverTheGridAndHoweverItsPanesAreShared) {
  tests::Random random(tests::test_seed());
  for (int turn = 0; turn < 300; ++turn) {
    SCOPED_TRACE("seed " + std::to_string(tests::test_seed()) + " turn " + std::to_string(turn));
    std::vector<config::WindowConfig> windows;
    std::vector<tests::SlowSpec> specs;
    const std::uint32_t count = 1 + random.below(4);
    for (std::uint32_t i = 0; i < count; ++i) {
      const Time size = 1 + random.below(200), slide = 1 + random.below(static_cast<std::uint32_t>(size));
      const Time offset = random.below(static_cast<std::uint32_t>(slide));
      windows.push_back(window("W" + std::to_string(i), size, slide, offset));
      specs.push_back({windows.back().name, size, slide, offset});
    }
    const WindowPlan plan = plan_of(windows);
    for (int i = 0; i < 60; ++i) {
      const Time time = static_cast<Time>(random.below(2'000)) - 1'000;
      for (std::size_t s = 0; s < specs.size(); ++s) {
        ASSERT_EQ(starts_of(plan, s, time), tests::slow_starts(specs[s], time)) << windows[s].name << " at " << time;
      }
    }
  }
}

TEST(WindowPlan, SharesPanesBetweenAMinuteAndFiveMinutesByOne) {
  const WindowPlan plan = plan_of({window("S300_60", 5 * kMinute, kMinute), window("T60", kMinute)});
  ASSERT_EQ(plan.families().size(), 1u);
  EXPECT_EQ(plan.families()[0].width, kMinute);
  EXPECT_EQ(plan.families()[0].specs, (std::vector<std::uint16_t>{0, 1}));
}

TEST(WindowPlan, CutsPanesSoThatEachLiesWholeInEveryWindowThatTouchesIt) {
  const WindowPlan plan =
      plan_of({window("T60", kMinute), window("S100_30", 100 * kSecond, 30 * kSecond), window("odd", 7, 3, 2)});
  for (const WindowSpec& spec : plan.specs()) {
    const WindowFamily& family = plan.families()[spec.family];
    EXPECT_EQ(spec.size % family.width, 0) << spec.name;
    EXPECT_EQ(spec.slide % family.width, 0) << spec.name;
    EXPECT_EQ(floor_mod(spec.offset - family.offset, family.width), 0) << spec.name;
  }
}

TEST(WindowPlan, GivesALongWindowPanesOfItsOwnRatherThanMergeHundreds) {
  const WindowPlan plan = plan_of({window("T60", kMinute), window("day", 24 * 60 * kMinute)});
  ASSERT_EQ(plan.families().size(), 2u);
  EXPECT_EQ(plan.families()[plan.specs()[1].family].width, 24 * 60 * kMinute);
}

TEST(WindowPlan, RefusesWindowsOfTooManyKinds) {
  std::vector<config::WindowConfig> windows;
  for (const Time prime : {101, 103, 107, 109, 113, 127, 131, 137, 139}) {
    windows.push_back(window("W" + std::to_string(prime), prime * kSecond));
  }
  EXPECT_THROW(static_cast<void>(plan_of(windows)), platform::SetupError);
  windows.pop_back();
  EXPECT_EQ(plan_of(windows).families().size(), kMaxFamilies);
}

TEST(WindowPlan, NamesTheNextTimeAtWhichAWindowEndsOrBecomesFinal) {
  const WindowPlan plan = plan_of({window("T60", kMinute)});
  EXPECT_EQ(plan.next_boundary_after(0, 0), kMinute);
  EXPECT_EQ(plan.next_boundary_after(kMinute - 1, 0), kMinute);
  EXPECT_EQ(plan.next_boundary_after(kMinute, 0), 2 * kMinute) << "strictly after";
  EXPECT_EQ(plan.next_boundary_after(kMinute, 10 * kSecond), kMinute + 10 * kSecond) << "the one before is final";
  EXPECT_EQ(plan.next_boundary_after(-kMinute - 1, 0), -kMinute);
}

TEST(WindowPlan, LeavesOutNoEndOfAnyWindowBetweenTwoBoundaries) {
  tests::Random random(tests::test_seed() + 1);
  for (int turn = 0; turn < 100; ++turn) {
    std::vector<config::WindowConfig> windows;
    for (std::uint32_t i = 0; i < 3; ++i) {
      const Time size = 1 + random.below(60), slide = 1 + random.below(static_cast<std::uint32_t>(size));
      windows.push_back(window("W" + std::to_string(i), size, slide, random.below(static_cast<std::uint32_t>(slide))));
    }
    const WindowPlan plan = plan_of(windows);
    const Time lateness = random.below(50);
    for (Time time = -150; time < 150; ++time) {
      const Time next = plan.next_boundary_after(time, lateness);
      ASSERT_GT(next, time);
      for (const config::WindowConfig& w : windows) {
        for (Time t = time + 1; t < next; ++t) {
          const auto ends = [&](Time at) { return floor_mod(at - w.offset_ns - w.size_ns, w.slide_ns) == 0; };
          ASSERT_FALSE(ends(t) || ends(t - lateness))
              << "seed " << tests::test_seed() << " turn " << turn << " time " << t;
        }
      }
    }
  }
}

TEST(WindowPlan, FindsTheFiveMinutesByOneAndWindowsByName) {
  const WindowPlan plan = plan_of({window("T60", kMinute), window("slow", 5 * kMinute, kMinute)});
  ASSERT_NE(plan.five_minutes_by_one(), nullptr);
  EXPECT_EQ(plan.five_minutes_by_one()->name, "slow");
  EXPECT_EQ(plan.find("T60"), &plan.specs()[0]);
  EXPECT_EQ(plan.find("T61"), nullptr);
  EXPECT_EQ(plan_of({window("off", 5 * kMinute, kMinute, 1)}).five_minutes_by_one(), nullptr) << "not on the minute";
}

TEST(WindowPlan, GivesWindowsByTradesVolumeAndValueNoPanes) {
  std::vector<config::WindowConfig> windows{window("T60", kMinute), {}, {}, {}};
  windows[1].kind = config::WindowKind::ticks;
  windows[2].kind = config::WindowKind::volume;
  windows[3].kind = config::WindowKind::value;
  const WindowPlan plan = plan_of(windows);
  EXPECT_EQ(plan.families().size(), 1u);
  EXPECT_EQ(std::vector<std::uint16_t>(plan.arrival_specs().begin(), plan.arrival_specs().end()),
            (std::vector<std::uint16_t>{1, 2, 3}));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_FALSE(plan.specs()[i].has_panes());
}

}  // namespace
}  // namespace tickplant::analytics::this_file
