// Values of indicators as CSV, one file for each function of a window, or of ticks: T60_sma_20.csv, ticks_vwap.csv.
//
// Threads: one.
// Not here: indicators over bars from a file (bar_files.hpp).
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "analytics/indicators/indicator_graph.hpp"
#include "analytics/program.hpp"
#include "clients/cli/compute/compute_input.hpp"
#include "clients/cli/compute/results.hpp"

namespace tickplant::cli {

/// Outputs that share a file: neighbours of one function.
struct IndicatorFile {
  std::string stem;
  std::size_t first = 0, count = 0;
  std::string columns;  // ",macd,signal,hist"
};
[[nodiscard]] std::vector<IndicatorFile> indicator_files(std::span<const analytics::IndicatorOutput> outputs);

/// W_FUNCTION.csv with symbol,i,window_start and the function's outputs, ticks_FUNCTION.csv with
/// trigger_seq,ts_ns,symbol and the value; in the order of the input. Returns how many files. Throws SetupError when
/// one cannot be written.
std::size_t write_indicator_files(const std::filesystem::path& folder, const analytics::Program& program,
                                  const ComputeInput& input, SortedRecords& values);

}  // namespace tickplant::cli
