#include "bench/analytics_config.hpp"

#include "config/load_analytics.hpp"

namespace tickplant::bench {

using config::AnalyticsConfig;

AnalyticsConfig windows_config(std::uint64_t corrections) {
  AnalyticsConfig config = config::load_analytics_text(
      "watermarks:\n"
      "  default: {bound: 5s, lateness: 55s, idle: 1h, when_all_idle: hold, max_future: 1h}\n"
      "sets:\n"
      "  all:\n"
      "    windows:\n"
      "      - {name: T60, size: 1m}\n"
      "      - {name: S300_60, size: 5m, slide: 1m}\n",
      "benchmark");
  config.corrections_trades = corrections;
  return config;
}

AnalyticsConfig bars_config(Bars what) {
  AnalyticsConfig config = config::load_analytics_file(TICKPLANT_SOURCE_DIR "/config/golden/bars.yaml");
  config::SetConfig& set = config.sets.front();
  if (what == Bars::windows) set.indicators.clear();
  if (what != Bars::everything) {
    set.signals.clear();
    set.patterns.clear();
  }
  return config;
}

AnalyticsConfig standard_windows_with(Bars what) {
  AnalyticsConfig config = windows_config();
  config::SetConfig& set = config.sets.front();
  const AnalyticsConfig bars = bars_config(what);
  set.indicators = bars.sets.front().indicators;
  set.signals = bars.sets.front().signals;
  set.patterns = bars.sets.front().patterns;
  return config;
}

AnalyticsConfig crosses_config(Bars what) {
  AnalyticsConfig config = standard_windows_with(what);
  const AnalyticsConfig crosses = config::load_analytics_text(
      "sets:\n"
      "  all:\n"
      "    windows: [{name: S300_60, size: 5m, slide: 1m}]\n"
      "    signals:\n"
      "      - {name: price_x_ma_5min, on: ticks, cross: [price, ma_5min]}\n",
      "benchmark");
  config.sets.front().signals.push_back(crosses.sets.front().signals.front());
  return config;
}

}  // namespace tickplant::bench
