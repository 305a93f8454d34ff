// Rounds of a measurement and its baseline in turns, and the one pair that speaks for them.
//
// The median is taken of the ratios, not of each side: the floor flips between two values on virtual machines, and a
// median of values next to a median of baselines may join rounds that had nothing in common.
//
// Threads: one.
#pragma once

#include <string>
#include <vector>

namespace tickplant::bench {

struct Pair {
  double value = 0;
  double baseline = 0;
  [[nodiscard]] double ratio() const noexcept { return baseline == 0 ? 0 : value / baseline; }
};

/// The pair with the middle ratio, the lower of two middles. `pairs` is not empty.
[[nodiscard]] Pair median_pair(std::vector<Pair> pairs);

/// "median of 5 rounds, ratios 1.1 to 1.3".
[[nodiscard]] std::string spread(const std::vector<Pair>& pairs);

}  // namespace tickplant::bench
