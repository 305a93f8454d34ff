// The signals of the golden series, as a configuration and as rows: what a program makes of bars, in the columns of
// signals.csv and volume_anomalies.csv. Moving averages are computed here, apart from analytics/indicators.
//
// Threads: values.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "analytics/signals/signal_program.hpp"
#include "tests/support/golden_csv.hpp"

namespace tickplant::tests {

/// A file of a set, wherever it lies: of some sets only a part is committed.
inline std::filesystem::path golden_file(const std::string& set, const std::string& name) {
  const auto found = golden_set(set + "/" + name);
  if (!found) throw std::runtime_error("golden file absent: " + set + "/" + name);
  return *found;
}

/// The rows of a golden file, as they stand in it.
inline std::vector<std::string> golden_lines(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  for (const std::vector<std::string>& row : GoldenCsv(path).rows) {
    std::string line = row.front();
    for (std::size_t i = 1; i < row.size(); ++i) line += "," + row[i];
    lines.push_back(line);
  }
  return lines;
}

/// Averages of the closes of one series, each under an index, empty where there is none yet.
class SeriesAverages {
 public:
  explicit SeriesAverages(const std::vector<analytics::Bar>& bars) : bars_(bars) {}

  std::size_t index_of(const config::FunctionCall& call) {
    const auto length = static_cast<std::size_t>(call.parameters.at(0).nano / config::kDecimalScale);
    const auto key = std::make_pair(call.name, length);
    const auto found = std::find(keys_.begin(), keys_.end(), key);
    if (found != keys_.end()) return static_cast<std::size_t>(found - keys_.begin());
    keys_.push_back(key);
    columns_.push_back(call.name == "sma" ? simple(length) : exponential(length));
    return keys_.size() - 1;
  }

  struct AtBar {
    const SeriesAverages* averages;
    std::size_t bar;
    [[nodiscard]] bool ready(std::size_t index) const { return !std::isnan(value(index)); }
    [[nodiscard]] double value(std::size_t index) const { return averages->columns_.at(index).at(bar); }
    [[nodiscard]] double average() const { return std::numeric_limits<double>::quiet_NaN(); }
  };

 private:
  [[nodiscard]] double mean(std::size_t end, std::size_t length) const {
    platform::Int128 sum = 0;
    for (std::size_t i = end - length; i < end; ++i) sum += platform::Int128{bars_[i].close} * bars_[i].price_unit;
    return static_cast<double>(sum) / (static_cast<double>(length) * 1e9);
  }
  [[nodiscard]] std::vector<double> simple(std::size_t length) const {
    std::vector<double> out(bars_.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = length; i <= bars_.size(); ++i) out[i - 1] = mean(i, length);
    return out;
  }
  [[nodiscard]] std::vector<double> exponential(std::size_t length) const {
    std::vector<double> out(bars_.size(), std::numeric_limits<double>::quiet_NaN());
    if (bars_.size() < length) return out;
    double average = mean(length, length);
    out[length - 1] = average;
    for (std::size_t i = length; i < bars_.size(); ++i) {
      const double price = analytics::to_double(bars_[i].close, bars_[i].price_unit);
      average += 2.0 / (static_cast<double>(length) + 1) * (price - average);
      out[i] = average;
    }
    return out;
  }

  const std::vector<analytics::Bar>& bars_;
  std::vector<std::pair<std::string, std::size_t>> keys_;
  std::vector<std::vector<double>> columns_;
};

inline config::FunctionCall function_call(const std::string& name, std::int64_t parameter) {
  return {name, {config::whole(parameter)}, {}};
}
inline config::FunctionCall price_call() { return {"price", {}, {}}; }

/// As the reference names them: for the fast and slow averages given, the first pair also with confirmations and so on.
inline std::vector<config::SignalConfig> golden_signals(
    const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs) {
  std::vector<config::SignalConfig> all;
  const auto add = [&](const std::string& name, config::SignalKind kind) -> config::SignalConfig& {
    all.emplace_back();
    all.back().name = name;
    all.back().on = "bars";
    all.back().kind = kind;
    return all.back();
  };
  const auto cross = [&](const std::string& name, config::FunctionCall a,
                         config::FunctionCall b) -> config::SignalConfig& {
    config::SignalConfig& signal = add(name, config::SignalKind::cross);
    signal.a = std::move(a);
    signal.b = std::move(b);
    return signal;
  };
  for (const std::string kind : {"sma", "ema"}) {
    for (const std::int64_t length : {20, 50}) {
      cross("price_x_" + kind + std::to_string(length), price_call(), function_call(kind, length));
    }
    for (const auto& [fast, slow] : pairs) {
      cross(kind + std::to_string(fast) + "_x_" + kind + std::to_string(slow), function_call(kind, fast),
            function_call(kind, slow));
    }
  }
  const auto variants = [&](const std::string& name, const config::FunctionCall& a, const config::FunctionCall& b) {
    cross(name + "@confirm2", a, b).confirm = 2;
    cross(name + "@confirm3", a, b).confirm = 3;
    cross(name + "@hyst5bps", a, b).hysteresis_bps = config::whole(5);
    cross(name + "@cool10", a, b).cooldown = 10;
  };
  const auto [fast, slow] = pairs.front();
  variants("sma" + std::to_string(fast) + "_x_sma" + std::to_string(slow), function_call("sma", fast),
           function_call("sma", slow));
  variants("price_x_sma20", price_call(), function_call("sma", 20));
  for (const std::uint32_t horizon : {5u, 15u}) {
    for (const std::int64_t bps : {100, 200}) {
      config::SignalConfig& signal =
          add("pchg_h" + std::to_string(horizon) + "_" + std::to_string(bps) + "bps", config::SignalKind::price_change);
      signal.horizon = horizon;
      signal.bps = config::whole(bps);
    }
  }
  add("swing_2pct", config::SignalKind::swing);
  add("volume", config::SignalKind::volume_anomaly);
  return all;
}

struct SignalRows {
  std::vector<std::tuple<std::size_t, std::string, std::string>> signals;  // bar, name, value; sorted
  std::vector<std::pair<std::size_t, std::string>> volumes;                // bar, columns from z on
};

/// Feeds the bars of one instrument to a program made of the signals.
inline SignalRows run_signals(const std::vector<config::SignalConfig>& signals,
                              const std::vector<analytics::Bar>& bars) {
  SeriesAverages averages(bars);
  const analytics::SignalProgram program(signals, "bars",
                                         [&](const config::FunctionCall& call) { return averages.index_of(call); });
  std::vector<std::byte> state(program.state_bytes());
  program.start(state.data());
  std::vector<analytics::SignalEvent> memory(program.rules().size());
  SignalRows rows;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    analytics::SignalOutput out(memory);
    program.on_final(i, bars[i], SeriesAverages::AtBar{&averages, i}, state.data(), out);
    for (const analytics::SignalEvent& event : out.events()) {
      if (event.what == analytics::SignalValue::volume) {
        rows.volumes.emplace_back(i, volume_columns(event));
      } else {
        rows.signals.emplace_back(i, signals[event.rule].name, to_text(event));
      }
    }
  }
  std::sort(rows.signals.begin(), rows.signals.end());
  return rows;
}

}  // namespace tickplant::tests
