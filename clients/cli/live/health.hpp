// Is the plant well? Every reason why not, from what is seen from outside.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/cli/live/plant_facts.hpp"

namespace tickplant::cli {

struct HealthLimits {
  std::int64_t silent_ns = 5'000'000'000;    // a feed without a packet for longer is silent
  std::int64_t clock_error_ns = 10'000'000;  // a clock further off than this is of no use for latencies
};

struct HealthReason {
  std::string key;      // for scripts: "feed_silent"
  std::string subject;  // the feed; empty: the plant
  std::string text;     // for people
};

/// Every key there is, in the order of reasons_against().
[[nodiscard]] std::vector<std::string> health_reason_keys();

/// Nothing: well. Reasons in a fixed order, the gravest first.
[[nodiscard]] std::vector<HealthReason> reasons_against(const PlantFacts& facts, const HealthLimits& limits);

}  // namespace tickplant::cli
