// What `top` shows, as plain values: collected from a plant (collect.hpp), drawn by render.hpp.
//
// Threads: values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/live/market_scan.hpp"
#include "clients/cli/live/plant_facts.hpp"
#include "ringbuf/depth_layout.hpp"

namespace tickplant::cli::top {

/// One instrument in full.
struct Detail {
  MarketRow row;
  ringbuf::DepthEntry depth;
};

struct Model {
  PlantFacts facts;
  double messages_per_second = 0;
  double records_per_second = 0;
  std::vector<double> history;  // records per second, the newest last
  std::vector<MarketRow> rows;  // every instrument
  std::optional<Detail> detail;
  std::string wall_time;  // "12:34:56 America/New_York": now, where the first feed is
  std::string notice;     // "plant restarted"; empty: all is as expected
};

}  // namespace tickplant::cli::top
