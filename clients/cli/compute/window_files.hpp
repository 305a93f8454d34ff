// Rows of windows as CSV, in the columns and names of the golden files (docs/analytics.md).
//
// Threads: one.
#pragma once

#include <filesystem>

#include "analytics/program.hpp"
#include "clients/cli/compute/compute_input.hpp"
#include "clients/cli/compute/results.hpp"

namespace tickplant::cli {

/// What results are called after: the config's name, or "result".
[[nodiscard]] std::string name_of(const config::AnalyticsConfig& config);

/// emissions_NAME.csv, final_BL<seconds>.csv and late_NAME.csv. Throws SetupError when one cannot be written.
void write_window_files(const std::filesystem::path& folder, const analytics::Program& program,
                        const ComputeInput& input, Results& results);

}  // namespace tickplant::cli
