#include "clients/cli/compute/bar_run.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "analytics/bar_functions.hpp"
#include "clients/cli/compute/function_places.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {

using namespace analytics;
using ringbuf::DerivedRecord;

BarWindow find_bar_window(const Program& program, const std::string& name) {
  for (const auto& set : program.sets()) {
    for (const WindowSpec& spec : set->plan.specs()) {
      if (name.empty() ? !set->bars[spec.index]->is_empty() : spec.name == name) return {set.get(), &spec};
    }
  }
  const std::string& file = program.config().file_name;
  if (!name.empty()) {
    throw platform::SetupError(file + " has no window '" + name + "'", "name one of its windows with --window");
  }
  throw platform::SetupError(file + " has no function on any window", "add indicators, signals or patterns on bars");
}

std::vector<std::string> left_out(const Program& program, const BarWindow& window) {
  std::vector<std::string> names;
  for (const auto& set : program.sets()) {
    const auto is_here = [&](const std::string& on) {
      return set.get() == window.set && plain_source(on) == window.spec->name;
    };
    for (const config::IndicatorsConfig& each : set->config.indicators) {
      if (is_here(each.on)) continue;
      for (const config::FunctionCall& call : each.of) names.push_back(each.on + '.' + call.name);
    }
    for (const config::SignalConfig& each : set->config.signals) {
      const bool asks_average = each.a.name == "ma_5min" || each.b.name == "ma_5min";
      if (!is_here(each.on) || each.basis == config::Basis::tick || asks_average) {
        names.push_back(each.on + '.' + each.name);
      }
    }
    for (const config::PatternConfig& each : set->config.patterns) {
      if (!is_here(each.on)) names.push_back(plain_source(each.on) + '.' + each.name);
    }
  }
  return names;
}

void BarResults::publish(const DerivedRecord& record) noexcept {
  std::array<std::uint64_t, sizeof(DerivedRecord) / 8> words;
  std::memcpy(words.data(), &record, sizeof record);
  for (std::size_t i = 1; i < words.size(); ++i)
    output_hash = (output_hash ^ words[i]) * 0x9e3779b97f4a7c15u + (output_hash >> 29);
  (record.header.type == ringbuf::DerivedType::signal ? signals : values).push_back(record);
}

void run_bars(const BarWindow& window, const BarCsv& input, BarResults& results) {
  BarFunctions functions(window.functions(), window.set->signal_functions, results, nullptr);
  functions.add_instrument({1});
  std::uint64_t cause = 0;
  for (const BarCsv::Row& row : input.rows()) {
    ++cause;
    DueBar due;
    due.bar = row.bar;
    due.step = {cause, row.bar.end.value};
    due.first_cause = due.last_cause = cause;
    functions.on_final(0, due, true);
  }
}

}  // namespace tickplant::cli
