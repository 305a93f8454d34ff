#include "analytics/signals/volume_anomaly.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tickplant::analytics::this_file {
namespace {

/// A rule and its state, as one instrument has them.
class Volumes {
 public:
  explicit Volumes(const VolumeRule& rule) : rule_(rule), state_(VolumeBaseline::bytes(rule.lookback)) {}

  VolumeAnomaly take(std::uint64_t volume) { return rule_.on_bar(state_.data(), volume); }
  /// What the last of them gives.
  VolumeAnomaly take(const std::vector<std::uint64_t>& volumes) {
    VolumeAnomaly last;
    for (const std::uint64_t volume : volumes) last = take(volume);
    return last;
  }
  [[nodiscard]] VolumeBaseline baseline() const { return {state_.data(), rule_.lookback}; }
  [[nodiscard]] const std::vector<std::byte>& state() const { return state_; }

 private:
  VolumeRule rule_;
  std::vector<std::byte> state_;
};

// Mean 100, population standard deviation 2, median 100, MAD 2.
const std::vector<std::uint64_t> kTwoAround100{98, 102, 98, 102, 98, 102, 98, 102, 98, 102};

std::vector<std::uint64_t> then(std::vector<std::uint64_t> volumes, std::uint64_t last) {
  volumes.push_back(last);
  return volumes;
}

TEST(VolumeAnomaly, IsThereWhenTheZThresholdIsMetExactly) {
  const VolumeAnomaly found = Volumes({}).take(then(kTwoAround100, 106));
  EXPECT_TRUE(found.z_fired);
  EXPECT_EQ(found.z, 3);
  EXPECT_FALSE(found.robust_fired);
  EXPECT_EQ(found.robust_kind, RobustKind::mad);
  EXPECT_DOUBLE_EQ(found.robust_z, 2.0235);
  EXPECT_FALSE(Volumes({}).take(then(kTwoAround100, 105)).fired());
}

TEST(VolumeAnomaly, KnowsPartsOfAThreshold) {
  const VolumeRule rule{.z = config::Decimal{2'500'000'000}, .robust = {}};
  EXPECT_TRUE(Volumes(rule).take(then(kTwoAround100, 105)).z_fired);
  const VolumeRule above{.z = config::Decimal{2'500'000'001}, .robust = {}};
  EXPECT_FALSE(Volumes(above).take(then(kTwoAround100, 105)).fired());
}

TEST(VolumeAnomaly, IsThereWhenTheRobustThresholdIsMetExactly) {
  const VolumeRule rule{.z = {}, .robust = config::Decimal{2'023'500'000}};
  const VolumeAnomaly found = Volumes(rule).take(then(kTwoAround100, 106));
  EXPECT_TRUE(found.robust_fired);
  EXPECT_FALSE(found.z_fired);
  EXPECT_EQ(found.z, 3);  // said along with it
  EXPECT_FALSE(Volumes({.z = {}, .robust = config::Decimal{2'023'500'001}}).take(then(kTwoAround100, 106)).fired());
}

TEST(VolumeAnomaly, IsOnlyUpward) { EXPECT_FALSE(Volumes({}).take(then(kTwoAround100, 0)).fired()); }

TEST(VolumeAnomaly, NeedsTheMinimumOfBarsBefore) {
  Volumes nine({});
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(nine.take(i % 2 == 0 ? 98 : 102).fired());
  EXPECT_FALSE(nine.take(1'000).fired());  // nine before it
  EXPECT_TRUE(nine.take(10'000).fired());  // ten before it
}

TEST(VolumeAnomaly, KeepsEarlierAnomaliesInTheBaseline) {
  Volumes volumes({});
  EXPECT_TRUE(volumes.take(then(kTwoAround100, 1'000)).z_fired);
  EXPECT_TRUE(volumes.take(1'000).z_fired);   // one among eleven: z is sqrt(10)
  EXPECT_FALSE(volumes.take(1'000).z_fired);  // two among twelve: sqrt(5)
}

TEST(VolumeAnomaly, FallsBackToTheMeanDeviationWhenMostAreEqual) {
  // As the reference computes them: nine times 100 and one 200, then 300.
  const VolumeAnomaly found = Volumes({}).take({100, 100, 100, 100, 100, 100, 100, 100, 100, 200, 300});
  EXPECT_EQ(found.robust_kind, RobustKind::mean_deviation);
  EXPECT_TRUE(found.robust_fired);
  EXPECT_NEAR(found.robust_z, 15.9576929644, 1e-10);
  EXPECT_NEAR(found.z, 6.33333333333, 1e-11);
  EXPECT_NEAR(Volumes({}).take({5, 7, 7, 7, 7, 7, 7, 7, 7, 12, 40}).robust_z, 37.6145619875, 1e-10);
}

TEST(VolumeAnomaly, HasNoZWhenAllAreEqual) {
  std::vector<std::uint64_t> equal(12, 100);
  EXPECT_FALSE(Volumes({}).take(then(equal, 1'000'000)).fired());
  const VolumeAnomaly found = Volumes({.absolute = 1'000}).take(then(equal, 1'000));
  EXPECT_TRUE(found.absolute_fired);
  EXPECT_TRUE(std::isnan(found.z));
  EXPECT_TRUE(std::isnan(found.robust_z));
  EXPECT_EQ(found.robust_kind, RobustKind::none);
}

TEST(VolumeAnomaly, ComparesWithAnAbsoluteVolumeFromTheFirstBarOn) {
  const VolumeRule rule{.z = {}, .robust = {}, .absolute = 500};
  Volumes volumes(rule);
  EXPECT_FALSE(volumes.take(499).fired());
  EXPECT_TRUE(volumes.take(500).absolute_fired);
}

TEST(VolumeAnomaly, LeavesThresholdsOfZeroOut) {
  EXPECT_FALSE(Volumes({.z = {}, .robust = {}}).take(then(kTwoAround100, 1'000'000)).fired());
}

TEST(VolumeAnomaly, MeasuresAgainstASingleBarIfAskedTo) {
  // One bar has no deviation, so only the second can have one.
  Volumes volumes({.lookback = 2, .minimum = 1});
  EXPECT_FALSE(volumes.take({100, 1'000}).fired());
  EXPECT_TRUE(volumes.take(5'000).z_fired);
}

TEST(VolumeBaseline, OfTwentyBarsTakes352Bytes) { EXPECT_EQ(VolumeBaseline::bytes(20), 352u); }

TEST(VolumeBaseline, DropsTheOldestWhenFull) {
  Volumes volumes({.lookback = 3, .minimum = 3});
  volumes.take({7, 1, 5, 3});
  const VolumeBaseline baseline = volumes.baseline();
  ASSERT_EQ(baseline.count(), 3u);
  EXPECT_EQ(baseline.sum(), 9u);
  EXPECT_TRUE(baseline.sum_of_squares() == 35u);
  EXPECT_EQ(std::vector<std::int64_t>(baseline.sorted(), baseline.sorted() + 3), (std::vector<std::int64_t>{1, 3, 5}));
}

TEST(VolumeBaseline, TakesLargerVolumesForItsMaximum) {
  Volumes volumes({.lookback = 4, .minimum = 2});
  volumes.take({~std::uint64_t{0}, kVolumeMax + 1, kVolumeMax});
  EXPECT_EQ(volumes.baseline().sum(), 3 * kVolumeMax);
}

TEST(VolumeBaseline, IsExactWithTheMostBarsOfTheLargestVolumes) {
  Volumes volumes({.lookback = kLookbackMax, .minimum = 1});
  for (std::uint32_t i = 0; i < 2 * kLookbackMax; ++i) volumes.take(kVolumeMax - i % 2);
  using platform::Uint128;
  const Uint128 even = kVolumeMax, odd = kVolumeMax - 1;
  EXPECT_EQ(volumes.baseline().sum(), static_cast<std::uint64_t>(128 * even + 128 * odd));
  EXPECT_TRUE(volumes.baseline().sum_of_squares() == 128 * even * even + 128 * odd * odd);
  // Mean kVolumeMax - 1/2, deviation 1/2: the largest volume is one deviation off, and not above three.
  EXPECT_FALSE(volumes.take(kVolumeMax).fired());
}

TEST(VolumeBaseline, ContinuesFromACopyOfItsBytes) {
  const VolumeRule rule;
  Volumes volumes(rule);
  volumes.take(kTwoAround100);
  std::vector<std::byte> copy = volumes.state();
  const VolumeAnomaly first = volumes.take(150), second = rule.on_bar(copy.data(), 150);
  EXPECT_EQ(first.z, second.z);
  EXPECT_EQ(first.robust_z, second.robust_z);
  EXPECT_EQ(volumes.state(), copy);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
