// The functions of one window over bars from a file, each of them final: indicators, signals and patterns as the engine
// runs them, without windows.
//
// Threads: one.
// Not here: the file (bar_csv.hpp), result files (bar_files.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analytics/engine_output.hpp"
#include "analytics/program.hpp"
#include "clients/cli/compute/bar_csv.hpp"

namespace tickplant::cli {

/// Which window's functions: of the first set that has it.
struct BarWindow {
  const analytics::SetProgram* set = nullptr;
  const analytics::WindowSpec* spec = nullptr;

  [[nodiscard]] const analytics::BarProgram& functions() const { return *set->bars[spec->index]; }
};

/// `name`: a window; empty: the first that has any functions. Throws SetupError: there is none.
[[nodiscard]] BarWindow find_bar_window(const analytics::Program& program, const std::string& name);

/// What config asks for and bars of a file cannot give, each as "T60.price_x_ma_5min": other windows, ticks, ma_5min,
/// patterns over signals.
[[nodiscard]] std::vector<std::string> left_out(const analytics::Program& program, const BarWindow& window);

class BarResults final : public analytics::EngineOutput {
 public:
  void publish(const ringbuf::DerivedRecord& record) noexcept override;

  std::vector<ringbuf::DerivedRecord> values, signals;  // in order of bars
  std::uint64_t output_hash = 0;
};

void run_bars(const BarWindow& window, const BarCsv& input, BarResults& results);

}  // namespace tickplant::cli
