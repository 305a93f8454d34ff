// What happens to each packet of a line on its way: lost, twice, overtaken, late. From a seed, nothing else.
//
// The same seed and the same options give the same fates. Each packet takes the same number of rolls whatever the
// options are, so that turning one knob does not change what the others do.
//
// Threads: one. Not here: carrying it out (faulty_line.hpp).
#pragma once

#include <cstdint>

#include "feedhandlers/venue/random.hpp"

namespace tickplant::feedhandlers::venue {

struct FaultOptions {
  std::uint64_t seed = 1;
  double loss_percent = 0;
  double duplicate_percent = 0;
  double reorder_percent = 0;
  std::uint32_t reorder_depth = 3;  // at least 1; a packet is overtaken by 1 to this many others
  std::int64_t delay_nanos = 0;
  std::int64_t jitter_nanos = 0;  // on top of the delay: 0 to this, evenly
};

struct Fate {
  bool lost = false;  // then the rest does not matter
  bool duplicated = false;
  std::uint32_t overtaken_by = 0;  // how many later packets go first
  std::int64_t delay_nanos = 0;
};

class FaultPlan {
 public:
  explicit FaultPlan(const FaultOptions& options) noexcept : options_(options), random_(options.seed) {}

  /// Of the next packet.
  [[nodiscard]] Fate next() noexcept;

 private:
  FaultOptions options_;
  Random random_;
};

}  // namespace tickplant::feedhandlers::venue
