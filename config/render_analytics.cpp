#include "config/render_analytics.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "config/analytics_values.hpp"
#include "config/quoting.hpp"
#include "config/value_types.hpp"

namespace tickplant::config {

namespace {

std::string text(std::int64_t nanos) { return time_from(0, INT64_MAX).text(nanos); }
std::string text(Decimal value) { return DecimalNumber{}.text(value); }
std::string text(bool value) { return Flag{}.text(value); }
std::string text(std::uint64_t value) { return std::to_string(value); }
std::string text(std::uint32_t value) { return std::to_string(value); }
std::string text(const std::string& value) { return yaml_scalar(value); }
std::string text(const FunctionCall& call) { return yaml_scalar(Call{}.text(call)); }
template <class E>
requires std::is_enum_v<E> std::string text(E value) { return Choice<E>{}.text(value); }
template <class T>
std::string text(const std::vector<T>& values) {
  std::string list;
  for (const T& value : values) list += (list.empty() ? "" : ", ") + text(value);
  return '[' + list + ']';
}

/// {key: value, key: value}
class Flow {
 public:
  template <class T>
  Flow& key(std::string_view name, const T& value) {
    return raw(name, text(value));
  }
  Flow& raw(std::string_view name, const std::string& yaml) {
    text_ += (text_.empty() ? "" : ", ") + std::string(name) + ": " + yaml;
    return *this;
  }
  [[nodiscard]] std::string done() const { return '{' + text_ + '}'; }

 private:
  std::string text_;
};

std::string group_text(const WatermarkConfig& group) {
  Flow flow;
  if (!group.feeds.empty()) flow.key("feeds", group.feeds);
  return flow.key("bound", group.bound_ns)
      .key("lateness", group.lateness_ns)
      .key("idle", group.idle_ns)
      .key("when_all_idle", group.when_all_idle)
      .key("max_future", group.max_future_ns)
      .done();
}

std::string window_text(const WindowConfig& window) {
  Flow flow;
  flow.key("name", window.name);
  switch (window.kind) {
    case WindowKind::time:
      flow.key("size", window.size_ns);
      if (window.align_to_session) {
        flow.raw("align", "session").key("calendar", window.calendar);
      } else {
        flow.key("slide", window.slide_ns).key("offset", window.offset_ns);
      }
      flow.key("empty", window.empty);
      break;
    case WindowKind::session: flow.key("session", window.calendar); break;
    case WindowKind::ticks: flow.key("ticks", window.count); break;
    case WindowKind::volume: flow.key("volume", window.count); break;
    case WindowKind::value: flow.key("value", window.value); break;
  }
  if (window.early_ns != 0) flow.key("early", window.early_ns);
  return flow.done();
}

std::string signal_text(const SignalConfig& signal) {
  Flow flow;
  flow.key("name", signal.name).key("on", signal.on);
  switch (signal.kind) {
    case SignalKind::cross:
      flow.raw("cross", '[' + text(signal.a) + ", " + text(signal.b) + ']')
          .key("confirm", signal.confirm)
          .key("hysteresis_bps", signal.hysteresis_bps)
          .key("cooldown", signal.cooldown);
      break;
    case SignalKind::price_change:
      flow.raw(
          "price_change",
          Flow().key("bps", signal.bps).key("horizon", signal.horizon).key("edges_only", signal.edges_only).done());
      break;
    case SignalKind::volume_anomaly:
      flow.raw("volume_anomaly", Flow()
                                     .key("lookback", signal.lookback)
                                     .key("minimum", signal.minimum)
                                     .key("z", signal.z)
                                     .key("robust", signal.robust)
                                     .key("absolute", signal.absolute)
                                     .done());
      break;
    case SignalKind::swing: flow.raw("swing", Flow().key("percent", signal.percent).done()); break;
  }
  return flow.key("basis", signal.basis).done();
}

std::string times_text(const PatternStepConfig& step) {
  if (step.times_min == step.times_max) return text(step.times_min);
  if (step.times_max == kNoMaximum) return '[' + text(step.times_min) + ",]";
  return '[' + text(step.times_min) + ", " + text(step.times_max) + ']';
}

std::string step_text(const PatternStepConfig& step, bool is_first) {
  Flow flow;
  flow.key("name", step.name);
  if (!is_first) flow.key("link", step.link);
  flow.raw("times", times_text(step)).key("consecutive", step.consecutive);
  if (!step.unless.empty()) flow.key("unless", step.unless);
  return flow.key("where", step.where).done();
}

/// All but its name.
std::string pattern_body(const PatternConfig& pattern, const std::string& indent) {
  std::string yaml = indent + "on: " + text(pattern.on) + '\n';
  yaml += indent + "after_match: " + text(pattern.after_match) + '\n';
  if (pattern.within_bars != 0) yaml += indent + "within: " + text(pattern.within_bars) + " bars\n";
  if (pattern.within_ns != 0) yaml += indent + "within: " + text(pattern.within_ns) + '\n';
  yaml += indent + "max_runs: " + text(pattern.max_runs) + '\n';
  yaml += indent + "steps:\n";
  for (const PatternStepConfig& step : pattern.steps) {
    yaml += indent + "  - " + step_text(step, &step == &pattern.steps.front()) + '\n';
  }
  return yaml;
}

std::string pattern_text(const PatternConfig& pattern) {
  return "name: " + text(pattern.name) + '\n' + pattern_body(pattern, "        ");
}

std::string hours_text(const MuteHours& hours) {
  const auto clock = [](std::uint16_t minutes) {
    const std::string hour = std::to_string(minutes / 60), minute = std::to_string(minutes % 60);
    return std::string(2 - hour.size(), '0') + hour + ':' + std::string(2 - minute.size(), '0') + minute;
  };
  return '"' + clock(hours.begin) + '-' + clock(hours.end) + '"';
}

std::string rule_text(const AlertRuleConfig& rule) {
  const std::string indent = "    ";
  std::string yaml = "name: " + text(rule.name) + '\n';
  const auto line = [&](std::string_view key, const std::string& value) {
    yaml += indent + std::string(key) + ": " + value + '\n';
  };
  if (rule.owner != kNoOwner) line("owner", text(rule.owner));
  if (rule.is_pattern()) {
    yaml += indent + "pattern:\n" + pattern_body(rule.pattern, indent + "  ");
  } else {
    line("when", text(rule.when));
  }
  line("symbols", text(rule.symbols));
  line("severity", text(rule.severity));
  if (rule.cooldown_ns != 0) line("cooldown", text(rule.cooldown_ns));
  if (rule.hysteresis_bps.nano != 0) line("hysteresis_bps", text(rule.hysteresis_bps));
  if (!rule.mute.empty()) {
    std::string list;
    for (const MuteHours& hours : rule.mute) list += (list.empty() ? "" : ", ") + hours_text(hours);
    line("mute", '[' + list + ']');
  }
  if (rule.trading) line("trading", text(rule.trading));
  if (rule.paused) line("paused", text(rule.paused));
  if (rule.paused_until_ns != 0) line("paused_until", std::to_string(rule.paused_until_ns));
  return yaml;
}

template <class T, class Text>
std::string list_text(std::string_view key, const std::vector<T>& values, const Text& item_text) {
  if (values.empty()) return {};
  std::string yaml = "    " + std::string(key) + ":\n";
  for (const T& value : values) {
    yaml += "      - " + item_text(value);
    if (yaml.back() != '\n') yaml += '\n';
  }
  return yaml;
}

std::string nbbo_text(const NbboConfig& nbbo) {
  Flow flow;
  flow.key("enabled", nbbo.enabled).key("venues", nbbo.venues);
  if (nbbo.publish) flow.key("publish", nbbo.publish);
  return flow.done();
}

std::string set_text(const SetConfig& set, const NbboConfig& default_nbbo) {
  std::string yaml = "  " + set.name + ":\n";
  yaml += "    symbols: " + text(set.symbols) + '\n';
  if (!set.average_window.empty()) yaml += "    average: " + text(set.average_window) + '\n';
  yaml += std::string("    odd_lots: ") + (set.odd_lots_move_prices ? "move_prices" : "volume_only") + '\n';
  yaml += std::string("    reset: ") + (set.reset_at_session ? "session" : "never") + '\n';
  yaml += list_text("windows", set.windows, window_text);
  yaml += list_text("indicators", set.indicators, [](const IndicatorsConfig& indicators) {
    return Flow().key("on", indicators.on).key("of", indicators.of).done();
  });
  if (set.nbbo != default_nbbo) yaml += "    nbbo: " + nbbo_text(set.nbbo) + '\n';
  yaml += list_text("quotes", set.quotes,
                    [](const QuotesConfig& quotes) { return Flow().key("on", quotes.on).key("of", quotes.of).done(); });
  yaml += list_text("signals", set.signals, signal_text);
  return yaml + list_text("patterns", set.patterns, pattern_text);
}

}  // namespace

std::string to_yaml(const AnalyticsConfig& config) {
  std::string yaml;
  if (!config.name.empty()) yaml += "name: " + text(config.name) + '\n';
  yaml += "watermarks:\n  default: " + group_text(config.default_watermark) + '\n';
  for (const WatermarkConfig& group : config.watermarks) yaml += "  " + group.name + ": " + group_text(group) + '\n';
  yaml += "corrections: " + Flow().key("trades", config.corrections_trades).done() + '\n';
  yaml += "nbbo: " + nbbo_text(config.nbbo) + '\n';
  yaml += "sets:\n";
  for (const SetConfig& set : config.sets) yaml += set_text(set, config.nbbo);
  return yaml + to_yaml(config.alerts);
}

std::string to_yaml(std::span<const AlertRuleConfig> rules) {
  if (rules.empty()) return {};
  std::string yaml = "alerts:\n";
  for (const AlertRuleConfig& rule : rules) yaml += "  - " + rule_text(rule);
  return yaml;
}

std::string to_text(const WindowConfig& window) { return window_text(window); }
std::string to_text(const SignalConfig& signal) { return signal_text(signal); }
std::string to_text(const PatternConfig& pattern) { return pattern_text(pattern); }
std::string to_text(const NbboConfig& nbbo) { return nbbo_text(nbbo); }

std::uint64_t hash_of(const AnalyticsConfig& config) {
  constexpr std::uint64_t kOffsetBasis = 0xcbf29ce484222325, kPrime = 0x100000001b3;
  std::uint64_t hash = kOffsetBasis;
  for (const char c : to_yaml(config)) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

}  // namespace tickplant::config
