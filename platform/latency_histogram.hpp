// Counts latencies by size so that any percentile can be read later, exact to a stated share of the value (an HDR
// histogram): 3 significant digits mean 1 part in 1,000, from 1 ns to the highest value, in fixed memory (200 kB).
//
// A value's bucket is its leading bits: below 2,048 one bucket per nanosecond, above that 1,024 per power of two.
//
// Threads: one. Others read a copy, or merge() at the end.
// Not here: printing (bench/harness), histograms in shared memory.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "platform/check.hpp"

namespace tickplant::platform {

class LatencyHistogram {
 public:
  static constexpr std::int64_t kDefaultHighest = 10'000'000'000;  // 10 s

  /// Memory is taken here and nowhere else. `highest` is rounded up to a power of two; `significant_digits` 1 to 4.
  explicit LatencyHistogram(std::int64_t highest = kDefaultHighest, int significant_digits = 3)
      : half_bits_(half_bits_for(significant_digits)) {
    TP_CHECK(highest > 0 && highest < std::int64_t{1} << 62);
    highest_ = static_cast<std::int64_t>(
                   std::bit_ceil(std::max(static_cast<std::uint64_t>(highest) + 1, std::uint64_t{2} << half_bits_))) -
               1;
    buckets_.resize(index_of(highest_) + 1);
  }

  /// Counts one value, in nanoseconds. A negative one (two clocks that disagree) counts as 0 and in below_range(), one
  /// beyond highest() keeps its place at the top and counts in above_range().
  void record(std::int64_t nanos) noexcept { record(nanos, 1); }
  void record(std::int64_t nanos, std::uint64_t times) noexcept {
    if (times == 0) return;
    count_ += times;
    if (nanos < 0) {
      below_range_ += times;
      nanos = 0;
    }
    min_ = std::min(min_, nanos);
    max_ = std::max(max_, nanos);
    if (nanos > highest_) [[unlikely]]
      above_range_ += times;
    else
      buckets_[index_of(nanos)] += times;
  }

  /// The smallest recorded size that `percent` (0 to 100) of all values do not exceed, rounded up to the end of its
  /// bucket; max() when it lies above the range; 0 when nothing was recorded.
  [[nodiscard]] std::int64_t percentile(double percent) const noexcept {
    if (count_ == 0) return 0;
    // 99.9 has no exact binary form and is a hair too large: without the last factor it would ask for one value more.
    const double wanted = std::clamp(percent, 0.0, 100.0) * static_cast<double>(count_) / 100.0 * (1 - 1e-12);
    const std::uint64_t rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(wanted)), 1, count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i)
      if ((seen += buckets_[i]) >= rank) return std::min(last_of(i), max_);
    return max_;
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t above_range() const noexcept { return above_range_; }
  [[nodiscard]] std::uint64_t below_range() const noexcept { return below_range_; }
  [[nodiscard]] std::int64_t min() const noexcept { return count_ == 0 ? 0 : min_; }  // exact
  [[nodiscard]] std::int64_t max() const noexcept { return max_; }                    // exact, also above the range
  [[nodiscard]] std::int64_t highest() const noexcept { return highest_; }
  /// A percentile is above the true value by at most this share of it.
  [[nodiscard]] double relative_error() const noexcept { return 1.0 / static_cast<double>(half_count()); }

  /// Adds what another histogram of the same shape counted.
  void merge(const LatencyHistogram& other) noexcept {
    TP_CHECK(other.highest_ == highest_ && other.half_bits_ == half_bits_);
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    above_range_ += other.above_range_;
    below_range_ += other.below_range_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
  }

  void reset() noexcept {
    std::fill(buckets_.begin(), buckets_.end(), 0);
    count_ = above_range_ = below_range_ = 0;
    min_ = std::numeric_limits<std::int64_t>::max();
    max_ = 0;
  }

  /// Calls `f(first, last, count)` for each bucket that counted something, in rising order; both ends included. Values
  /// above the range are not among them.
  template <class F>
  void for_each_bucket(F&& f) const {
    for (std::size_t i = 0; i < buckets_.size(); ++i)
      if (buckets_[i] != 0) f(first_of(i), last_of(i), buckets_[i]);
  }

 private:
  static constexpr int half_bits_for(int significant_digits) noexcept {
    TP_CHECK(significant_digits >= 1 && significant_digits <= 4);
    constexpr int kBits[] = {4, 7, 10, 14};  // 2^bits buckets per power of two: 16, 128, 1,024, 16,384
    return kBits[significant_digits - 1];
  }
  [[nodiscard]] std::int64_t half_count() const noexcept { return std::int64_t{1} << half_bits_; }

  // 2^(half_bits+1) buckets of one nanosecond, then 2^half_bits per doubling, each twice as wide as those before.
  [[nodiscard]] std::size_t index_of(std::int64_t nanos) const noexcept {
    const auto value = static_cast<std::uint64_t>(nanos);
    const int shift = std::max(64 - std::countl_zero(value) - (half_bits_ + 1), 0);
    return (static_cast<std::size_t>(shift) << half_bits_) + static_cast<std::size_t>(value >> shift);
  }
  [[nodiscard]] std::int64_t first_of(std::size_t index) const noexcept {
    const auto half = static_cast<std::size_t>(half_count());
    if (index < 2 * half) return static_cast<std::int64_t>(index);
    const std::size_t shift = index / half - 1;
    return static_cast<std::int64_t>((half + index % half) << shift);
  }
  [[nodiscard]] std::int64_t last_of(std::size_t index) const noexcept { return first_of(index + 1) - 1; }

  int half_bits_;
  std::int64_t highest_ = 0;
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t above_range_ = 0;
  std::uint64_t below_range_ = 0;
  std::int64_t min_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t max_ = 0;
};

}  // namespace tickplant::platform
