// What a backtest found: a table of rules, a line an alert, CSV, JSON.
//
// Threads: one.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "clients/cli/backtest/backtest.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

/// One rule, summed up.
struct RuleSummary {
  std::string name;
  std::uint64_t alerts = 0, symbols = 0;
  struct Horizon {
    std::uint64_t known = 0;  // alerts whose return is known
    double mean = 0;          // of them, a ratio
    double hits = 0;          // share of them that went the expected way
  };
  std::array<Horizon, ForwardReturns::kHorizons> horizons{};
};

/// By rule, in the order of the file. `expects_rise`: which way a hit goes.
[[nodiscard]] std::vector<RuleSummary> summaries_of(const Backtest& result, bool expects_rise);

[[nodiscard]] std::string summary_table(const std::vector<RuleSummary>& summaries, const Style& style);
[[nodiscard]] nlohmann::ordered_json to_json(const Backtest& result, const std::vector<RuleSummary>& summaries);

/// time_ns,rule,severity,symbol,price,return_1m,return_5m,return_15m,quality,cause,values: a line an alert.
/// Throws SetupError.
void write_csv(const std::filesystem::path& file, const Backtest& result);

}  // namespace tickplant::cli
