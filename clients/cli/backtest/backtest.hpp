// Rules of alerts over the past: the engine of a plant with these rules, over a journal or a file of ticks. What it
// finds is what a plant with these rules would have told, to the bit.
//
// Threads: one.
// Not here: how it is shown (backtest_report.hpp), rules (analytics/alerts/).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/backtest/forward_returns.hpp"
#include "config/alert_rule_config.hpp"
#include "platform/calendar_date.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

struct BacktestOptions {
  std::string rules = {};              // a file
  std::string analytics = {};          // a file; empty: what the journal's plant computed, else the one built in
  std::filesystem::path journal = {};  // this or `input`
  std::string input = {};              // CSV of trades, or a capture
  std::optional<std::int64_t> from = {}, to = {};  // event time, ns UTC: alerts before and behind are left out
  // Captures, as for inspect:
  std::optional<platform::CalendarDate> trading_date = {};
  std::optional<std::string> time_zone = {};
  std::optional<std::string> venue = {};
  std::size_t order_capacity = 0;
  std::function<void(const std::string& doing, std::uint64_t done)> on_progress = {};
};

struct BacktestAlert {
  ringbuf::DerivedRecord record;
  std::string symbol;
  std::size_t rule = 0;  // of Backtest::rules
  ForwardReturns::Returns returns{};
};

struct Backtest {
  std::vector<config::AlertRuleConfig> rules;
  std::vector<std::vector<std::string>> value_names;  // by rule: what its values are, "change(5m)"
  std::vector<BacktestAlert> alerts;                  // in the order of the input
  std::uint64_t records = 0;
  std::uint64_t suppressed = 0;  // came true within a cooldown, muted hours or a pause
  std::string problem = {};      // why the input ended too early; empty: it did not
  std::vector<std::string> notes = {};
};

/// Throws SetupError: a file that cannot be read, a rule that cannot be compiled, no journal.
[[nodiscard]] Backtest backtest(const BacktestOptions& options);

}  // namespace tickplant::cli
