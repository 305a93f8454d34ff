// What the plant computes: plain structs, one per section of an analytics file (config/analytics/*.yaml). The
// initialisers are the defaults.
//
// Threads: values, copied freely.
// Not here: reading the file (load_analytics.hpp), which functions there are
// (analytics/indicators/indicator_factory.hpp), what they compute (analytics/).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/alert_rule_config.hpp"
#include "config/analytics_words.hpp"
#include "config/pattern_config.hpp"

namespace tickplant::config {

// ---- event time

enum class WhenAllIdle : std::uint8_t { hold, advance };
constexpr std::array<std::string_view, 2> choice_words(WhenAllIdle) { return {"hold", "advance"}; }

/// Feeds whose event time advances together. A feed that no group names is a group of its own, with the defaults of
/// `default_watermark`.
struct WatermarkConfig {
  std::string name = {};
  std::vector<std::string> feeds = {};
  std::int64_t bound_ns = 5'000'000'000;      // B: how far out of order a tick may be without being late
  std::int64_t lateness_ns = 55'000'000'000;  // L: how long after it fired a window takes late ticks
  std::int64_t idle_ns = 60'000'000'000;      // a feed without a tick for that long holds nobody up
  WhenAllIdle when_all_idle = WhenAllIdle::advance;
  std::int64_t max_future_ns = 5'000'000'000;  // a tick further ahead of its receive time is quarantined
  Place place = {};

  friend bool operator==(const WatermarkConfig&, const WatermarkConfig&) = default;
};

// ---- windows

enum class WindowKind : std::uint8_t { time, session, ticks, volume, value };
constexpr std::array<std::string_view, 5> choice_words(WindowKind) {
  return {"time", "session", "ticks", "volume", "value"};
}

enum class EmptyWindows : std::uint8_t { none, carry };
constexpr std::array<std::string_view, 2> choice_words(EmptyWindows) { return {"none", "carry"}; }

/// One family of windows. YAML: {name: T60, size: 1m}, {name: S300_60, size: 5m, slide: 1m}, {name: H, size: 1h, align:
/// session}, {name: day, session: us_equity}, {name: K, ticks: 1000}, {name: V, volume: 100000}, {name: N, value: 1e6}.
struct WindowConfig {
  std::string name = {};
  WindowKind kind = WindowKind::time;
  std::int64_t size_ns = 0;   // time
  std::int64_t slide_ns = 0;  // time; = size_ns: tumbling
  std::int64_t offset_ns = 0;
  bool align_to_session = false;  // time, tumbling: counted from the open of `calendar`, cut at its close
  std::string calendar = {};      // session, or align_to_session: "us_equity", "always"
  std::uint64_t count = 0;        // ticks: trades; volume: in the instrument's sizes
  Decimal value = {};             // value: price x size, in the instrument's currency
  std::int64_t early_ns = 0;      // emit open windows this often in event time, as provisional; 0: not
  EmptyWindows empty = EmptyWindows::none;
  Place place = {};

  friend bool operator==(const WindowConfig&, const WindowConfig&) = default;
};

// ---- functions

/// {on: T60, of: [sma(20), rsi(14)]}; `on: ticks` feeds every trade instead of a bar.
struct IndicatorsConfig {
  std::string on = {};
  std::vector<FunctionCall> of = {};
  Place place = {};

  friend bool operator==(const IndicatorsConfig&, const IndicatorsConfig&) = default;
};

/// What is said of the quotes of a window: at its end, or over the time that both sides stood.
enum class QuoteFunction : std::uint8_t {
  spread,       // at the end
  mean_spread,  // weighted by time
  min_spread,
  max_spread,
  imbalance,       // at the end
  mean_imbalance,  // weighted by time
  microprice,      // at the end
  nbbo_bid,        // of the consolidated quote: at the end
  nbbo_ask,
  nbbo_spread,
  nbbo_mean_spread,  // weighted by time
  nbbo_imbalance,
  nbbo_microprice,
};
constexpr std::array<std::string_view, 13> choice_words(QuoteFunction) {
  return {"spread",           "mean_spread",    "min_spread",     "max_spread", "imbalance",
          "mean_imbalance",   "microprice",     "nbbo_bid",       "nbbo_ask",   "nbbo_spread",
          "nbbo_mean_spread", "nbbo_imbalance", "nbbo_microprice"};
}
[[nodiscard]] constexpr bool is_nbbo(QuoteFunction function) noexcept { return function >= QuoteFunction::nbbo_bid; }
inline constexpr std::size_t kQuoteFunctions = choice_words(QuoteFunction{}).size();

/// {on: T60, of: [spread, mean_spread]}; a window of time or of a session.
struct QuotesConfig {
  std::string on = {};
  std::vector<QuoteFunction> of = {};
  Place place = {};

  friend bool operator==(const QuotesConfig&, const QuotesConfig&) = default;
};

enum class Basis : std::uint8_t { tick, first, final };
constexpr std::array<std::string_view, 3> choice_words(Basis) { return {"tick", "first", "final"}; }

enum class SignalKind : std::uint8_t { cross, price_change, volume_anomaly, swing };
constexpr std::array<std::string_view, 4> choice_words(SignalKind) {
  return {"cross", "price_change", "volume_anomaly", "swing"};
}

/// {name: N, on: T60, cross: [price, sma(20)], confirm: 1, hysteresis_bps: 0, cooldown: 0}
/// {name: N, on: T60, price_change: {bps: 100, horizon: 5}}            without a horizon: close against open
/// {name: N, on: T60, volume_anomaly: {lookback: 20, minimum: 10, z: 3, robust: 3.5, absolute: 0}}
/// {name: N, on: T60, swing: {percent: 2}}
/// `basis` says when: on each tick, when a window first fires (provisional), or when it can no longer change.
struct SignalConfig {
  std::string name = {};
  std::string on = {};
  SignalKind kind = SignalKind::cross;
  Basis basis = Basis::final;
  // cross: a over b
  FunctionCall a = {}, b = {};
  Decimal hysteresis_bps = {};
  std::uint32_t confirm = 1;   // bars on the new side before it counts
  std::uint32_t cooldown = 0;  // bars after a report in which no other is made
  // price_change
  Decimal bps = {};
  std::uint32_t horizon = 0;  // bars; 0: within the window
  bool edges_only = false;    // only the first bar of a run
  // volume_anomaly; a threshold of 0 is off
  std::uint32_t lookback = 20;
  std::uint32_t minimum = 10;
  Decimal z = whole(3);
  Decimal robust{3'500'000'000};
  std::uint64_t absolute = 0;
  // swing
  Decimal percent = whole(2);
  Place place = {};

  friend bool operator==(const SignalConfig&, const SignalConfig&) = default;
};

// ---- sets

/// Best bid and offer over several venues of one symbol. `nbbo: true`, or {venues: [XNAS, ARCX], publish: true}.
struct NbboConfig {
  bool enabled = false;
  std::vector<std::string> venues = {};  // MICs; empty: all
  bool publish = false;                  // a record of each change

  friend bool operator==(const NbboConfig&, const NbboConfig&) = default;
};

/// A group of symbols and what is computed for each. An instrument belongs to the first set that names it.
struct SetConfig {
  std::string name = {};
  std::vector<std::string> symbols{"*"};  // globs over SYMBOL or SYMBOL@VENUE
  std::vector<WindowConfig> windows = {};
  std::vector<IndicatorsConfig> indicators = {};
  std::vector<QuotesConfig> quotes = {};
  NbboConfig nbbo = {};
  std::vector<SignalConfig> signals = {};
  std::vector<PatternConfig> patterns = {};
  std::string average_window =
      {};  // ma_5min, trend: name of a window; empty: the one of 5 min sliding by 1 min, if any
  bool odd_lots_move_prices = true;  // false: a trade below the round lot counts for volume, not for OHLC
  bool reset_at_session = false;     // indicators start anew with each trading date
  Place place = {};

  [[nodiscard]] const WindowConfig* find_window(std::string_view window) const noexcept {
    for (const WindowConfig& each : windows) {
      if (each.name == window) return &each;
    }
    return nullptr;
  }
  /// The window of ma_5min and trend; nullptr: the set has none.
  [[nodiscard]] const WindowConfig* find_average() const noexcept {
    if (!average_window.empty()) return find_window(average_window);
    constexpr std::int64_t kMinute = 60'000'000'000;
    for (const WindowConfig& each : windows) {
      if (each.kind == WindowKind::time && each.size_ns == 5 * kMinute && each.slide_ns == kMinute) return &each;
    }
    return nullptr;
  }

  friend bool operator==(const SetConfig&, const SetConfig&) = default;
};

struct AnalyticsConfig {
  std::string file_name = {};
  std::string name = {};  // a label: offline results are called after it ("emissions_P3.csv")
  WatermarkConfig default_watermark = {};
  std::vector<WatermarkConfig> watermarks = {};
  std::uint64_t corrections_trades = 1u << 20;  // trades kept to be corrected or cancelled; a power of two, 0: none
  NbboConfig nbbo = {};                         // of sets that say nothing of it
  std::vector<SetConfig> sets = {};
  std::vector<AlertRuleConfig> alerts = {};

  friend bool operator==(const AnalyticsConfig&, const AnalyticsConfig&) = default;
};

}  // namespace tickplant::config
