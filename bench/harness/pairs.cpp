#include "bench/harness/pairs.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "platform/check.hpp"

namespace tickplant::bench {
namespace {

bool lower(const Pair& a, const Pair& b) noexcept { return a.ratio() < b.ratio(); }

}  // namespace

Pair median_pair(std::vector<Pair> pairs) {
  TP_CHECK(!pairs.empty());
  const auto middle = pairs.begin() + static_cast<std::ptrdiff_t>((pairs.size() - 1) / 2);
  std::nth_element(pairs.begin(), middle, pairs.end(), lower);
  return *middle;
}

std::string spread(const std::vector<Pair>& pairs) {
  const auto [least, most] = std::minmax_element(pairs.begin(), pairs.end(), lower);
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "median of %zu rounds, ratios %.3g to %.3g", pairs.size(), least->ratio(),
                most->ratio());
  return text.data();
}

}  // namespace tickplant::bench
