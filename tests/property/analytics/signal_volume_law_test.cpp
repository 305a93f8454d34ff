// Volume anomalies against a slow version that sorts and sums from scratch and compares in numbers of any length, and
// the product of 256 bits against the same numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "analytics/signals/volume_anomaly.hpp"
#include "analytics/signals/wide_product.hpp"
#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

/// A natural number of any length, in digits of 2^32 from the lowest on, none of them a leading zero.
class Natural {
 public:
  explicit Natural(Uint128 value) {
    for (; value != 0; value >>= 32) digits_.push_back(static_cast<std::uint32_t>(value));
  }
  friend Natural operator*(const Natural& a, const Natural& b) {
    Natural out(0);
    out.digits_.assign(a.digits_.size() + b.digits_.size(), 0);
    for (std::size_t i = 0; i < a.digits_.size(); ++i) {
      std::uint64_t carry = 0;
      for (std::size_t k = 0; k < b.digits_.size() || carry != 0; ++k) {
        carry += out.digits_[i + k] + (k < b.digits_.size() ? std::uint64_t{a.digits_[i]} * b.digits_[k] : 0);
        out.digits_[i + k] = static_cast<std::uint32_t>(carry);
        carry >>= 32;
      }
    }
    while (!out.digits_.empty() && out.digits_.back() == 0) out.digits_.pop_back();
    return out;
  }
  friend Natural operator+(const Natural& a, const Natural& b) {
    Natural out(0);
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < std::max(a.digits_.size(), b.digits_.size()) || carry != 0; ++i) {
      carry += (i < a.digits_.size() ? a.digits_[i] : 0u);
      carry += (i < b.digits_.size() ? b.digits_[i] : 0u);
      out.digits_.push_back(static_cast<std::uint32_t>(carry));
      carry >>= 32;
    }
    return out;
  }
  friend bool operator>=(const Natural& a, const Natural& b) {
    if (a.digits_.size() != b.digits_.size()) return a.digits_.size() > b.digits_.size();
    return !std::lexicographical_compare(a.digits_.rbegin(), a.digits_.rend(), b.digits_.rbegin(), b.digits_.rend());
  }
  [[nodiscard]] Uint128 part(std::size_t from_digit) const {
    Uint128 out = 0;
    for (std::size_t i = from_digit + 4; i-- > from_digit;) out = out << 32 | (i < digits_.size() ? digits_[i] : 0);
    return out;
  }

 private:
  std::vector<std::uint32_t> digits_;
};

/// Straight from the definition, over the volumes before.
VolumeAnomaly slow_look(const VolumeRule& rule, std::vector<std::int64_t> before, std::int64_t volume) {
  VolumeAnomaly out;
  out.absolute_fired = rule.absolute != 0 && static_cast<std::uint64_t>(volume) >= rule.absolute;
  const auto count = static_cast<std::int64_t>(before.size());
  if (count < rule.minimum) return out;
  const Natural one_squared = Natural(1'000'000'000) * Natural(1'000'000'000);

  // With n (x - mean) for every x: (v - mean)^2 >= z^2 variance is n (n v - S)^2 >= z^2 (sum of (n x - S)^2).
  Int128 sum = 0;
  for (const std::int64_t each : before) sum += each;
  const Int128 above = Int128{count} * volume - sum;
  Natural squares(0);
  long double squares_near = 0;
  for (const std::int64_t each : before) {
    const Int128 off = Int128{count} * each - sum;
    const Natural distance(static_cast<Uint128>(off < 0 ? -off : off));
    squares = squares + distance * distance;
    squares_near += static_cast<long double>(off) * static_cast<long double>(off);
  }
  if (squares >= Natural(1)) {
    const Natural distance(static_cast<Uint128>(above < 0 ? -above : above)), z(static_cast<Uint128>(rule.z.nano));
    out.z_fired = rule.z.nano != 0 && above > 0 &&
                  Natural(static_cast<Uint128>(count)) * distance * distance * one_squared >= z * z * squares;
    out.z = static_cast<double>(static_cast<long double>(above) *
                                std::sqrt(static_cast<long double>(count) / squares_near));
  }

  const std::size_t half = before.size() / 2;
  const bool odd = before.size() % 2 != 0;
  std::sort(before.begin(), before.end());
  const std::int64_t median_twice = odd ? 2 * before[half] : before[half - 1] + before[half];
  std::vector<std::int64_t> twice;
  Int128 twice_sum = 0;
  for (const std::int64_t each : before) {
    twice.push_back(std::abs(2 * each - median_twice));
    twice_sum += twice.back();
  }
  std::sort(twice.begin(), twice.end());
  const std::int64_t mad_four_times = odd ? 2 * twice[half] : twice[half - 1] + twice[half];
  const std::int64_t distance_twice = 2 * volume - median_twice;
  const Natural positive(static_cast<Uint128>(std::max<std::int64_t>(distance_twice, 0)));
  const Natural threshold(static_cast<Uint128>(rule.robust.nano));
  const bool may_fire = rule.robust.nano != 0 && distance_twice > 0;
  if (mad_four_times != 0) {
    out.robust_kind = RobustKind::mad;
    // 0.6745 x (distance / 2) / (mad / 4) >= threshold / 10^9
    out.robust_fired = may_fire && positive * Natural(6'745 * 4) * Natural(1'000'000'000) >=
                                       threshold * Natural(static_cast<Uint128>(mad_four_times)) * Natural(10'000 * 2);
    out.robust_z = static_cast<double>(0.6745L * 2 * static_cast<long double>(distance_twice) /
                                       static_cast<long double>(mad_four_times));
  } else if (twice_sum != 0) {
    out.robust_kind = RobustKind::mean_deviation;
    // (distance / 2) / (1.253314 x sum / 2 / n) >= threshold / 10^9
    out.robust_fired =
        may_fire && positive * Natural(static_cast<Uint128>(count)) * Natural(1'000'000) * Natural(1'000'000'000) >=
                        threshold * Natural(1'253'314) * Natural(static_cast<Uint128>(twice_sum));
    out.robust_z = static_cast<double>(static_cast<long double>(distance_twice) * static_cast<long double>(count) /
                                       (1.253314L * static_cast<long double>(twice_sum)));
  }
  return out;
}

void expect_near(double found, double expected) {
  ASSERT_EQ(std::isnan(found), std::isnan(expected));
  if (std::isnan(expected)) return;
  ASSERT_NEAR(found, expected, 1e-13 * std::max(1.0, std::fabs(expected)));
}

/// Volumes of one kind: a few values only, exact two-sidedness, everyday ones, the largest, most of them equal.
class VolumeMaker {
 public:
  VolumeMaker(tests::Random& random, std::uint32_t kind) : random_(random), kind_(kind) {}

  std::uint64_t next() {
    switch (kind_) {
      case 0: return random_.below(4);
      case 1: return random_.chance(1, 12) ? 100 + random_.below(14) : 98 + 4 * (++turn_ % 2);
      case 2: return (100 + random_.below(10'000)) << (random_.chance(1, 10) ? random_.below(6) : 0);
      case 3: return random_.next() >> (6 + random_.below(8));
      case 4: return random_.chance(1, 6) ? random_.below(1'000) : 500;
      default: return random_.next() >> random_.below(64);
    }
  }

 private:
  tests::Random& random_;
  std::uint32_t kind_;
  std::uint32_t turn_ = 0;
};

TEST(VolumeAnomalyLaw, DecidesAndMeasuresWhatTheDefinitionSays) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  int z_fired = 0, mad_fired = 0, mean_fired = 0;
  for (int run = 0; run < 1'200; ++run) {
    VolumeRule rule;
    rule.lookback = random.chance(1, 2) ? 20 : 1 + random.below(40);
    if (random.chance(1, 40)) rule.lookback = kLookbackMax;
    rule.minimum = 1 + random.below(rule.lookback);
    // Thresholds that volumes meet exactly now and then, and others, up to the largest.
    rule.z = random.chance(1, 10) ? config::Decimal{} : config::Decimal{500'000'000 * (1 + random.below(7))};
    rule.robust = random.chance(1, 10) ? config::Decimal{} : config::Decimal{1'349'000'000 / (1 + random.below(4))};
    if (random.chance(1, 20)) rule.z = rule.robust = config::Decimal{std::numeric_limits<std::int64_t>::max()};
    if (random.chance(1, 20)) rule.z = rule.robust = config::Decimal{1};
    std::vector<std::byte> state(VolumeBaseline::bytes(rule.lookback));
    std::vector<std::int64_t> before;
    VolumeMaker maker(random, static_cast<std::uint32_t>(run) % 6);
    for (std::uint32_t i = 0; i < rule.lookback + 30; ++i) {
      const std::uint64_t volume = maker.next();
      const std::int64_t counted = VolumeBaseline::counted(volume);
      const VolumeAnomaly found = rule.on_bar(state.data(), volume), expected = slow_look(rule, before, counted);
      ASSERT_EQ(found.z_fired, expected.z_fired) << "run " << run << ", bar " << i;
      ASSERT_EQ(found.robust_fired, expected.robust_fired) << "run " << run << ", bar " << i;
      if (expected.fired()) {
        expect_near(found.z, expected.z);
        expect_near(found.robust_z, expected.robust_z);
        ASSERT_EQ(found.robust_kind, expected.robust_kind);
      }
      z_fired += expected.z_fired ? 1 : 0;
      mad_fired += expected.robust_fired && expected.robust_kind == RobustKind::mad ? 1 : 0;
      mean_fired += expected.robust_fired && expected.robust_kind == RobustKind::mean_deviation ? 1 : 0;
      before.push_back(counted);
      if (before.size() > rule.lookback) before.erase(before.begin());
    }
  }
  EXPECT_GT(z_fired, 1'000);
  EXPECT_GT(mad_fired, 1'000);
  EXPECT_GT(mean_fired, 300);
}

TEST(WideProductLaw, IsTheProduct) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  const auto number = [&] {
    const Uint128 bits = Uint128{random.next()} << 64 | random.next();
    return random.chance(1, 4) ? ~(bits >> random.below(128)) : bits >> random.below(128);
  };
  for (int run = 0; run < 20'000; ++run) {
    const Uint128 a = number(), b = number();
    const WideProduct found = WideProduct::of(a, b);
    const Natural expected = Natural(a) * Natural(b);
    ASSERT_TRUE(found.low == expected.part(0) && found.high == expected.part(4));
    const Uint128 c = random.chance(1, 4) ? a : number(), d = random.chance(1, 2) ? b + 1 : number();
    ASSERT_EQ(found >= WideProduct::of(c, d), expected >= Natural(c) * Natural(d));
  }
}

}  // namespace
}  // namespace tickplant::analytics::this_file
