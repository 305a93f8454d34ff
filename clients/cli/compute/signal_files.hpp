// Signals, matches of patterns and corrections as CSV, in the columns and names of the golden files
// (docs/analytics.md). A file that config gives reason for is written even when nothing was found.
//
// Threads: one.
#pragma once

#include <filesystem>

#include "analytics/program.hpp"
#include "clients/cli/compute/compute_input.hpp"
#include "clients/cli/compute/results.hpp"

namespace tickplant::cli {

/// For each window W: signals_W.csv, volume_anomalies_W.csv, provisional_signals_W.csv, cep_matches_W.csv; of all
/// together window_signals.csv, swing_on_tick_NAME.csv, signals_ticks.csv, cep_matches_ticks.csv,
/// cep_matches_signals.csv; corrections.csv when there are any. Throws SetupError when one cannot be written.
void write_signal_files(const std::filesystem::path& folder, const analytics::Program& program,
                        const ComputeInput& input, const Results& results);

}  // namespace tickplant::cli
