// What was computed over bars as CSV, in the columns and names of the golden files (docs/analytics.md).
//
// Threads: one.
#pragma once

#include <cstddef>
#include <filesystem>

#include "clients/cli/compute/bar_csv.hpp"
#include "clients/cli/compute/bar_run.hpp"

namespace tickplant::cli {

/// signals.csv, volume_anomalies.csv, cep_matches.csv and one file per indicator: sma_20.csv. Returns how many of the
/// last. Throws SetupError when one cannot be written.
std::size_t write_bar_files(const std::filesystem::path& folder, const analytics::Program& program,
                            const BarWindow& window, const BarCsv& input, const BarResults& results);

}  // namespace tickplant::cli
