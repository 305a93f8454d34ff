// Loss that no second line helps against: now and then some packets in a row are lost on all lines. From a seed.
//
// Each packet takes one roll, whatever the options are.
//
// Threads: one. Not here: what each line loses by itself (fault_plan.hpp).
#pragma once

#include <cstdint>

#include "feedhandlers/venue/random.hpp"

namespace tickplant::feedhandlers::venue {

struct BurstLossOptions {
  std::uint64_t seed = 1;
  double percent = 0;         // of packets with which a burst begins
  std::uint32_t packets = 1;  // that it loses, the first among them; at least 1
};

struct BurstLossCounters {
  std::uint64_t bursts = 0;
  std::uint64_t packets = 0;  // lost
};

class BurstLoss {
 public:
  explicit BurstLoss(const BurstLossOptions& options) noexcept : options_(options), random_(options.seed) {}

  /// Whether the next packet is lost.
  [[nodiscard]] bool next() noexcept {
    const bool begins = random_.fraction() * 100 < options_.percent;
    if (left_ == 0) {
      if (!begins) return false;
      left_ = options_.packets;
      ++counters_.bursts;
    }
    --left_;
    ++counters_.packets;
    return true;
  }

  [[nodiscard]] const BurstLossCounters& counters() const noexcept { return counters_; }

 private:
  BurstLossOptions options_;
  Random random_;
  std::uint32_t left_ = 0;  // of the burst
  BurstLossCounters counters_;
};

}  // namespace tickplant::feedhandlers::venue
