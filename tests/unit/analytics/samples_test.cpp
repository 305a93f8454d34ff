// The sample files of analytics can be computed: their functions exist, their signals and conditions compile, their
// calendars can be made.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "analytics/calendars/session_slices.hpp"
#include "analytics/indicators/indicator_factory.hpp"
#include "analytics/patterns/event_schema.hpp"
#include "analytics/patterns/pattern_program.hpp"
#include "analytics/signals/signal_program.hpp"
#include "analytics/windows/window_plan.hpp"
#include "config/load_analytics.hpp"

namespace tickplant::analytics::this_file {
namespace {

class SampleOfAnalytics : public testing::TestWithParam<std::string> {};

std::vector<std::string> sample_paths() {
  std::vector<std::string> paths;
  for (const std::string folder : {"analytics", "golden"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(TICKPLANT_SOURCE_DIR) + "/config/" + folder)) {
      if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
    }
  }
  return paths;
}

void make_all_of(const config::SetConfig& set, const std::string& file_name) {
  std::vector<std::shared_ptr<const SliceSource>> sources;
  for (const config::WindowConfig& window : set.windows) sources.push_back(slices_of(window));
  const WindowPlan plan(set.windows, sources, file_name);
  NodePool pool;
  for (const config::IndicatorsConfig& indicators : set.indicators) {
    for (const config::FunctionCall& call : indicators.of) (void)make_indicator(pool, call, file_name);
  }
  const ResolveIndicator resolve = [&](const config::FunctionCall& call) {
    (void)make_indicator(pool, call, file_name);
    return std::size_t{0};
  };
  std::vector<std::string> signal_names;
  for (const config::SignalConfig& signal : set.signals) {
    signal_names.push_back(signal.name);
    (void)compile_signal(signal, resolve);
  }
  for (const WindowSpec& spec : plan.specs()) check_signal_names(set.signals, spec.name);
  for (const config::PatternConfig& pattern : set.patterns) {
    const EventSchema schema = pattern.on == "ticks"     ? tick_events()
                               : pattern.on == "signals" ? signal_events(signal_names)
                                                         : bar_events();
    (void)PatternProgram::compile(pattern, schema, file_name);
  }
}

TEST_P(SampleOfAnalytics, CanBeComputed) {
  const config::AnalyticsConfig config = config::load_analytics_file(GetParam());
  for (const config::SetConfig& set : config.sets) {
    try {
      make_all_of(set, GetParam());
    } catch (const platform::SetupError& error) {
      FAIL() << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, SampleOfAnalytics, testing::ValuesIn(sample_paths()),
                         [](const auto& sample) { return std::filesystem::path(sample.param).stem().string(); });

}  // namespace
}  // namespace tickplant::analytics::this_file
