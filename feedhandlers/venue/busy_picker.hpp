// Picks one of many by weight, in constant time: the alias method of Walker and Vose.
//
// Threads: any, each with its own chance; unchanged after construction.
// Not here: where weights come from (listings.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/venue/random.hpp"

namespace tickplant::feedhandlers::venue {

class BusyPicker {
 public:
  /// `weights`: at least one, all above 0, together 1.
  explicit BusyPicker(const std::vector<double>& weights) : cells_(weights.size()) {
    const auto count = static_cast<double>(weights.size());
    std::vector<double> scaled;
    std::vector<std::uint32_t> small;
    std::vector<std::uint32_t> large;
    for (const double weight : weights) {
      (weight * count < 1 ? small : large).push_back(static_cast<std::uint32_t>(scaled.size()));
      scaled.push_back(weight * count);
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] = {1, static_cast<std::uint32_t>(i)};
    // Each cell holds one small and the rest of it one large weight.
    while (!small.empty() && !large.empty()) {
      const std::uint32_t poor = small.back();
      const std::uint32_t rich = large.back();
      small.pop_back();
      cells_[poor] = {scaled[poor], rich};
      scaled[rich] -= 1 - scaled[poor];
      if (scaled[rich] < 1) {
        large.pop_back();
        small.push_back(rich);
      }
    }
  }

  [[nodiscard]] std::uint32_t pick(Random& random) const noexcept {
    const std::uint32_t index = random.below(static_cast<std::uint32_t>(cells_.size()));
    return random.fraction() < cells_[index].keep ? index : cells_[index].alias;
  }

 private:
  struct Cell {
    double keep = 1;
    std::uint32_t alias = 0;
  };
  std::vector<Cell> cells_;
};

}  // namespace tickplant::feedhandlers::venue
