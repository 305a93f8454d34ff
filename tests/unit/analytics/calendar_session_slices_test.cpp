#include "analytics/calendars/session_slices.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "platform/setup_error.hpp"

namespace tickplant::analytics::this_file {
namespace {

/// [1000, 1095) and [2000, 2100).
std::shared_ptr<const Calendar> two_sessions() {
  return std::make_shared<const Calendar>(
      "two", std::vector<TradingSession>{{{2024, 1, 2}, {1000}, {1095}, true}, {{2024, 1, 3}, {2000}, {2100}, false}});
}

TEST(SessionSlices, AreWholeSessions) {
  const SessionSlices slices(two_sessions(), 0);
  EXPECT_EQ(slices.slice_of(1000), (Slice{1000, 1095}));
  EXPECT_EQ(slices.slice_of(1094), (Slice{1000, 1095}));
  EXPECT_EQ(slices.slice_of(2050), (Slice{2000, 2100}));
  EXPECT_FALSE(slices.slice_of(999).has_value());
  EXPECT_FALSE(slices.slice_of(1095).has_value());
  EXPECT_FALSE(slices.slice_of(2100).has_value());
}

TEST(SessionSlices, ArePiecesFromTheOpen) {
  const SessionSlices slices(two_sessions(), 60);
  EXPECT_EQ(slices.slice_of(1059), (Slice{1000, 1060}));
  EXPECT_EQ(slices.slice_of(1060), (Slice{1060, 1095})) << "the last one ends with the session";
  EXPECT_EQ(slices.slice_of(2060), (Slice{2060, 2100}));
}

TEST(SessionSlices, KnowWhichEndComesNext) {
  const SessionSlices whole(two_sessions(), 0), pieces(two_sessions(), 60);
  EXPECT_EQ(whole.next_end_after(0), 1095);
  EXPECT_EQ(whole.next_end_after(1094), 1095);
  EXPECT_EQ(whole.next_end_after(1095), 2100);
  EXPECT_EQ(whole.next_end_after(2100), kAfterAll);
  EXPECT_EQ(pieces.next_end_after(kBeforeAll), 1060);
  EXPECT_EQ(pieces.next_end_after(1059), 1060);
  EXPECT_EQ(pieces.next_end_after(1060), 1095);
  EXPECT_EQ(pieces.next_end_after(1500), 2060);
}

TEST(SessionSlices, ComeFromTheWindowOfAConfig) {
  using config::WindowKind;
  EXPECT_EQ(slices_of({.name = "T60", .size_ns = 60, .slide_ns = 60}), nullptr);
  EXPECT_EQ(slices_of({.name = "K", .kind = WindowKind::ticks, .count = 5}), nullptr);
  const auto day = slices_of({.name = "day", .kind = WindowKind::session, .calendar = "always"});
  ASSERT_NE(day, nullptr);
  EXPECT_EQ(day->slice_of(5), (Slice{0, platform::kNanosPerDay}));
  const auto hour =
      slices_of({.name = "hour", .size_ns = 1000, .slide_ns = 1000, .align_to_session = true, .calendar = "always"});
  ASSERT_NE(hour, nullptr);
  EXPECT_EQ(hour->slice_of(2500), (Slice{2000, 3000}));
  EXPECT_THROW((void)slices_of({.name = "day", .kind = WindowKind::session, .calendar = "mars"}), platform::SetupError);
}

TEST(SessionSlices, MakeAWindowPlanOfSessions) {
  const std::vector<config::WindowConfig> windows{
      {.name = "T60", .size_ns = 60, .slide_ns = 60},
      {.name = "day", .kind = config::WindowKind::session, .calendar = "us_equity"}};
  const std::vector<std::shared_ptr<const SliceSource>> sources{slices_of(windows[0]), slices_of(windows[1])};
  const WindowPlan plan(windows, sources, "a.yaml");
  ASSERT_EQ(plan.specs().size(), 2u);
  const WindowFamily& family = plan.families()[plan.specs()[1].family];
  constexpr Time kOpen = 1'717'421'400'000'000'000;  // Monday 2024-06-03 13:30 UTC
  constexpr Time kHour = 3'600'000'000'000;
  EXPECT_EQ(family.pane_of(kOpen + kHour), (Slice{kOpen, kOpen + 6 * kHour + kHour / 2}));
  EXPECT_FALSE(family.pane_of(kOpen - 1).has_value());
}

}  // namespace
}  // namespace tickplant::analytics::this_file
