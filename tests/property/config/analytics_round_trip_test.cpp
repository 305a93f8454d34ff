// Laws over random configs of analytics: what is rendered loads back as the same, and says the same when rendered
// again. The seed is fixed and printed on failure.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"

namespace tickplant::config::this_file {
namespace {

constexpr unsigned kSeed = 20131008;
constexpr int kRounds = 200;
constexpr std::int64_t kMillisecond = 1'000'000;

class RandomAnalytics {
 public:
  explicit RandomAnalytics(unsigned seed) : random_(seed) {}

  AnalyticsConfig next() {
    AnalyticsConfig config{.file_name = "random.yaml", .name = chance() ? "label" : ""};
    config.default_watermark = watermark();
    for (std::uint64_t i = below(3); i > 0; --i) {
      WatermarkConfig& group = config.watermarks.emplace_back(watermark());
      group.name = "group" + std::to_string(i);
      for (std::uint64_t feed = 1 + below(3); feed > 0; --feed) {
        group.feeds.push_back("feed" + std::to_string(i) + std::to_string(feed));
      }
    }
    config.corrections_trades = chance() ? 0 : std::uint64_t{1} << below(27);
    config.nbbo = nbbo();
    for (std::uint64_t i = 1 + below(3); i > 0; --i) config.sets.push_back(set("set" + std::to_string(i)));
    return config;
  }

 private:
  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random_);
  }
  bool chance() { return below(2) == 0; }
  std::int64_t signed_below(std::int64_t limit) {
    return static_cast<std::int64_t>(below(static_cast<std::uint64_t>(limit)));
  }
  std::uint32_t small(std::uint32_t least, std::uint32_t most) {
    return least + static_cast<std::uint32_t>(below(most - least + 1));
  }
  /// From the smallest to `most`, with any number of decimals.
  Decimal decimal(std::int64_t most) {
    std::int64_t unit = 1;
    for (std::uint64_t i = below(10); i > 0; --i) unit *= 10;
    const std::int64_t steps = most * kDecimalScale / unit;
    return {(1 + signed_below(steps)) * unit};
  }
  template <class E>
  E choice() {
    return static_cast<E>(below(choice_words(E{}).size()));
  }
  /// Any length in one of the units.
  std::int64_t time(std::int64_t least, std::int64_t most) {
    std::int64_t value = least + signed_below(most - least + 1);
    for (const std::int64_t unit : {std::int64_t{1'000}, kMillisecond, 1000 * kMillisecond, 60'000 * kMillisecond}) {
      if (chance() && value / unit * unit >= least) value = value / unit * unit;
    }
    return value;
  }

  WatermarkConfig watermark() {
    constexpr std::int64_t kDay = 86'400'000 * kMillisecond;
    return {.bound_ns = time(0, kDay),
            .lateness_ns = time(0, kDay),
            .idle_ns = time(kMillisecond, kDay),
            .when_all_idle = choice<WhenAllIdle>(),
            .max_future_ns = time(0, kDay)};
  }

  WindowConfig window(const std::string& name) {
    WindowConfig window{.name = name, .kind = choice<WindowKind>()};
    const std::string calendar = chance() ? "us_equity" : "calendars/tokyo exchange.csv";
    switch (window.kind) {
      case WindowKind::time:
        window.slide_ns = time(10 * kMillisecond, 3'600'000 * kMillisecond);
        window.align_to_session = chance();
        window.size_ns = window.slide_ns * (window.align_to_session ? 1 : 1 + signed_below(50));
        if (window.align_to_session) window.calendar = calendar;
        if (!window.align_to_session && chance()) window.offset_ns = time(0, window.slide_ns - 1);
        window.empty = choice<EmptyWindows>();
        if (chance()) window.early_ns = time(kMillisecond, window.size_ns - 1);
        break;
      case WindowKind::session:
        window.calendar = calendar;
        if (chance()) window.early_ns = time(kMillisecond, 60'000 * kMillisecond);
        break;
      case WindowKind::ticks: window.count = 1 + below(1'000'000'000); break;
      case WindowKind::volume: window.count = 1 + below(1'000'000'000'000'000); break;
      case WindowKind::value: window.value = decimal(9'000'000'000); break;
    }
    return window;
  }

  FunctionCall call(std::string name) {
    FunctionCall call{.name = std::move(name)};
    for (std::uint64_t i = below(4); i > 0; --i) {
      call.parameters.push_back(decimal(1'000));
      if (chance()) call.parameters.back().nano *= -1;
    }
    return call;
  }

  SignalConfig signal(const std::string& name, const std::string& on) {
    SignalConfig signal{.name = name, .on = on};
    signal.kind = on == "ticks" ? SignalKind::cross : choice<SignalKind>();
    const bool has_tick_basis = signal.kind == SignalKind::cross || signal.kind == SignalKind::swing;
    signal.basis = on == "ticks" ? Basis::tick : choice<Basis>();
    if (!has_tick_basis && signal.basis == Basis::tick) signal.basis = Basis::first;
    switch (signal.kind) {
      case SignalKind::cross:
        signal.a = signal.basis == Basis::tick ? FunctionCall{.name = "price"} : call("sma");
        signal.b = chance() ? call("ema") : FunctionCall{.parameters = {decimal(100)}};
        signal.hysteresis_bps = chance() ? Decimal{} : decimal(1'000);
        signal.confirm = small(1, 1000);
        signal.cooldown = small(0, 1'000'000);
        break;
      case SignalKind::price_change:
        signal.bps = decimal(1'000'000);
        signal.horizon = small(0, 10'000);
        signal.edges_only = chance();
        break;
      case SignalKind::volume_anomaly:
        signal.lookback = small(2, 256);
        signal.minimum = small(2, signal.lookback);
        signal.z = decimal(1000);
        signal.robust = chance() ? Decimal{} : decimal(1000);
        signal.absolute = below(INT64_MAX);
        break;
      case SignalKind::swing: signal.percent = decimal(10'000); break;
    }
    return signal;
  }

  std::string expression() {
    constexpr std::string_view kLetters = "abz019 .,:<>=()[]{}'\"\\#&*|!%@`~?-\t";
    std::string text = "x";
    for (std::uint64_t i = below(30); i > 0; --i) text += kLetters[below(kLetters.size())];
    return text;
  }

  PatternConfig pattern(const std::string& name, const std::string& on) {
    PatternConfig pattern{.name = name, .on = on, .after_match = choice<AfterMatch>()};
    if (chance()) pattern.within_ns = time(1, 86'400'000 * kMillisecond);
    if (pattern.within_ns == 0 && on.starts_with("bars.") && chance()) pattern.within_bars = small(1, 1'000'000);
    pattern.max_runs = small(1, 65'536);
    for (std::uint64_t i = 0; i < 1 + below(5); ++i) {
      PatternStepConfig& step = pattern.steps.emplace_back();
      step.name = "step" + std::to_string(pattern.steps.size());
      step.consecutive = chance();
      step.times_min = small(1, 1000);
      step.times_max = chance() ? kNoMaximum : small(step.times_min, 1000);
      step.where = expression();
      if (pattern.steps.size() == 1) continue;
      step.link = choice<StepLink>();
      if (chance()) step.unless = expression();
    }
    return pattern;
  }

  NbboConfig nbbo() {
    return {chance(), chance() ? std::vector<std::string>{"XNAS", "IEXG"} : std::vector<std::string>{}, chance()};
  }

  /// On windows that follow event time, each function at most once.
  void add_quotes(SetConfig& set) {
    for (const WindowConfig& window : set.windows) {
      if (window.kind != WindowKind::time && window.kind != WindowKind::session) continue;
      QuotesConfig quotes{.on = window.name};
      for (std::size_t i = 0; i < kQuoteFunctions; ++i) {
        const auto function = static_cast<QuoteFunction>(i);
        if (chance() && (set.nbbo.enabled || !is_nbbo(function))) quotes.of.push_back(function);
      }
      if (!quotes.of.empty()) set.quotes.push_back(quotes);
    }
  }

  SetConfig set(const std::string& name) {
    SetConfig set{.name = name, .symbols = {"A*@XNAS", "BRK.B", "\"quoted\"", "*?*"}};
    set.odd_lots_move_prices = chance();
    set.reset_at_session = chance();
    std::vector<std::string> on{"ticks"};
    for (std::uint64_t i = below(4); i > 0; --i) {
      on.push_back("W" + std::to_string(i));
      set.windows.push_back(window(on.back()));
    }
    if (on.size() > 1 && chance()) set.average_window = on.back();
    for (std::uint64_t i = below(4); i > 0; --i) {
      set.indicators.push_back(
          {.on = on[below(on.size())], .of = {call("f" + std::to_string(i)), call("g" + std::to_string(i))}});
    }
    set.nbbo = nbbo();
    add_quotes(set);
    for (std::uint64_t i = below(6); i > 0; --i) {
      set.signals.push_back(signal("s@" + std::to_string(i), on[below(on.size())]));
    }
    for (std::uint64_t i = below(3); i > 0; --i) {
      const std::string& stream = on[below(on.size())];
      set.patterns.push_back(pattern("p-" + std::to_string(i), stream == "ticks" ? stream : "bars." + stream));
    }
    return set;
  }

  std::mt19937 random_;
};

TEST(AnalyticsRoundTrip, RenderedTextLoadsBackAsTheSameConfig) {
  RandomAnalytics random(kSeed);
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + " round " + std::to_string(round));
    const AnalyticsConfig config = random.next();
    const std::string yaml = to_yaml(config);
    try {
      const AnalyticsConfig again = load_analytics_text(yaml, config.file_name);
      ASSERT_EQ(again, config) << yaml << "---\n" << to_yaml(again);
      ASSERT_EQ(to_yaml(again), yaml);
      ASSERT_EQ(hash_of(again), hash_of(config));
    } catch (const ConfigError& error) {
      FAIL() << error.what() << '\n' << yaml;
    }
  }
}

TEST(AnalyticsRoundTrip, ConfigsThatDifferHaveHashesThatDiffer) {
  RandomAnalytics random(kSeed + 1);
  std::vector<AnalyticsConfig> configs;
  for (int round = 0; round < kRounds; ++round) configs.push_back(random.next());
  for (std::size_t i = 1; i < configs.size(); ++i) {
    EXPECT_EQ(hash_of(configs[i]) == hash_of(configs[i - 1]), configs[i] == configs[i - 1]) << i;
  }
}

}  // namespace
}  // namespace tickplant::config::this_file
