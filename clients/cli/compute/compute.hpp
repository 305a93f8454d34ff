// The analytics of a plant over a file: the same engine, the same results.
//
// The file's first bytes say what it is: trades as text (tick_csv.hpp), bars as text (bar_csv.hpp), or what
// `tickplant inspect` reads (capture_input.hpp).
//
// Threads: one; shards take each record one after the other.
// Not here: result files (*_files.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/calendar_date.hpp"

namespace tickplant::cli {

struct ComputeOptions {
  std::string input = {};
  std::string config = {};
  std::filesystem::path out = {};
  std::uint32_t shards = 1;
  std::string feed = "input";  // which feed of the config's watermark groups the file is
  std::string window = {};     // bars: whose functions; empty: the first window that has any
  // Captures, as for inspect:
  std::optional<platform::CalendarDate> trading_date = {};
  std::optional<std::string> time_zone = {};
  std::optional<std::string> venue = {};
  std::size_t order_capacity = 0;
  std::function<void(const std::string& doing, std::uint64_t done)> on_progress = {};
};

struct ComputeSummary {
  std::string format = {};    // "trades", "bars", or what inspect calls the capture
  std::uint64_t records = 0;  // or bars
  std::uint64_t instruments = 0;
  std::uint64_t rows = 0;
  std::uint64_t signals = 0;
  std::uint64_t corrections = 0;
  std::uint64_t indicators = 0;         // files of their values
  std::uint64_t output_hash = 0;        // of all results
  std::vector<std::string> notes = {};  // what a reader of the results should know
  std::string problem = {};             // why the input ended too early; empty: it did not
};

/// Throws SetupError, ConfigError.
ComputeSummary compute(const ComputeOptions& options);

}  // namespace tickplant::cli
