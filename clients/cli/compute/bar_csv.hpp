// Bars from a CSV file, of one instrument, oldest first.
//
//   i,ts,open,high,low,close,volume     prices as decimals, exact to 1e-9; volume in whole units
//
// `ts` is nanoseconds UTC or ISO 8601 (2024-06-03, 2024-06-03T13:30:00Z). Where one is neither, bars follow each other
// at the window's length; what was written stays what results show.
//
// Threads: one.
// Not here: what is computed (bar_run.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/bar.hpp"

namespace tickplant::cli {

class BarCsv {
 public:
  static constexpr std::string_view kHeader = "i,ts,open,high,low,close,volume";

  struct Row {
    std::string index, time;  // as written
    analytics::Bar bar;
  };

  /// `window_ns`: how long a bar is. Throws SetupError with the line of what cannot be read.
  BarCsv(const std::string& path, std::int64_t window_ns);

  [[nodiscard]] const std::vector<Row>& rows() const noexcept { return rows_; }

 private:
  std::vector<Row> rows_;
};

/// Nanoseconds as such, or a date with or without a time of day, UTC. nullopt: neither.
[[nodiscard]] std::optional<std::int64_t> parse_bar_time(std::string_view text) noexcept;

}  // namespace tickplant::cli
