// Patterns of a set. Expressions are kept as text with their places.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "config/read_analytics_parts.hpp"

namespace tickplant::config {

namespace {

constexpr std::array<std::string_view, 7> kPatternKeys{"name",   "on",       "by",   "after_match",
                                                       "within", "max_runs", "steps"};
constexpr std::array<std::string_view, 6> kStepKeys{"name", "link", "times", "consecutive", "where", "unless"};
constexpr std::array<std::string_view, 8> kExpressionWords{"and", "or", "not", "last", "count", "abs", "min", "max"};

constexpr std::uint64_t kMostTimes = 1000, kMostRuns = 65'536, kMostBars = 1'000'000;
constexpr std::size_t kMaxExpression = 1000;
constexpr std::string_view kBars = "bars.";

enum class By : std::uint8_t { symbol };
constexpr std::array<std::string_view, 1> choice_words(By) { return {"symbol"}; }

constexpr Text kStream{"ticks, signals, or bars.WINDOW such as bars.T60", [](std::string_view text) {
                         return text == kOnTicks || text == kOnSignals ||
                                (text.starts_with(kBars) && is_identifier(text.substr(kBars.size())));
                       }};
constexpr Text kStreamOfRule{"ticks, or bars of a length from 1s to 24h such as bars.1m",
                             [](std::string_view text) { return text == kOnTicks || text.starts_with(kBars); }};
constexpr Text kExpression{"a condition of 1 to 1000 characters such as \"close > open\"", [](std::string_view text) {
                             return text.find_first_not_of(" \t\n") != text.npos && text.size() <= kMaxExpression;
                           }};
constexpr Text kStepName{"a name of letters, digits or _ that is no word of expressions", [](std::string_view text) {
                           return is_identifier(text) && std::find(kExpressionWords.begin(), kExpressionWords.end(),
                                                                   text) == kExpressionWords.end();
                         }};

class PatternReader {
 public:
  PatternReader(const YamlSection& section, PatternConfig& pattern, const SetReading& reading)
      : section_(section), pattern_(pattern), reading_(reading) {}

  void read() {
    if (reading_.set.name.empty()) {
      read_stream_of_rule();
    } else {
      read_stream();
    }
    By by = By::symbol;
    section_.read("by", Choice<By>{}, by);
    section_.read("after_match", Choice<AfterMatch>{}, pattern_.after_match);
    section_.read("max_runs", Count{1, kMostRuns}, pattern_.max_runs);
    read_within();
    if (section_.require("steps", "steps: [{name: a, where: \"close > open\"}]")) read_steps();
  }

 private:
  /// Of a rule of alerts: no window has a name there.
  void read_stream_of_rule() {
    if (!section_.require("on", "on: bars.1m") || !section_.read("on", kStreamOfRule, pattern_.on)) return;
    if (!pattern_.on.starts_with(kBars)) return;
    std::int64_t size = 0;
    const Refusal refusal =
        time_from(kSecondNs, kDayNs).parse(std::string_view(pattern_.on).substr(kBars.size()), size);
    if (refusal)
      section_.refuse("on", "is " + in_quotes(pattern_.on) + ", " + kStreamOfRule.expected(), "write bars.1m");
  }
  void read_stream() {
    if (!section_.require("on", "on: bars.T60") || !section_.read("on", kStream, pattern_.on)) return;
    if (pattern_.on.starts_with(kBars)) {
      (void)check_window(pattern_.on.substr(kBars.size()), *section_.find("on"), section_.child("on"), reading_);
    } else if (pattern_.on == kOnSignals && reading_.set.signals.empty()) {
      section_.refuse("on", "is signals, the set has none", "declare them under `signals:`");
    }
  }

  /// 10 bars, or a length of time.
  void read_within() {
    const YamlNode* value = section_.find("within");
    if (value == nullptr) return;
    const std::string path = section_.child("within");
    const std::string remedy = "write a number of bars, `10 bars`, or a length of time, `10m`";
    if (!is_kind(*value, YamlNode::Kind::scalar, path, remedy, reading_.mistakes)) return;
    constexpr std::string_view kUnit = " bars";
    Refusal refusal;
    if (value->text.ends_with(kUnit)) {
      const std::string_view number = std::string_view(value->text).substr(0, value->text.size() - kUnit.size());
      refusal = Count{1, kMostBars}.parse(number, pattern_.within_bars);
      if (!refusal && (pattern_.on == kOnTicks || pattern_.on == kOnSignals)) {
        section_.refuse("within", "counts bars, but " + pattern_.on + " are none", "write a length of time, `10m`");
      }
    } else {
      refusal = time_from(1, kWeekNs).parse(value->text, pattern_.within_ns);
    }
    if (refusal) reading_.mistakes.add(*value, path, {refusal->problem, remedy});
  }

  void read_steps() {
    const auto items = section_.items("steps", kMaxSteps);
    if (items.empty()) section_.refuse("steps", "holds no step", "add {name: a, where: \"close > open\"}");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const YamlSection section(*items[i], item_path(section_.child("steps"), *items[i], i), kStepKeys,
                                reading_.mistakes);
      if (!section.is_section()) continue;
      PatternStepConfig step;
      step.place = place_of(*items[i]);
      read_name(section, kStepName, "name: a", names, step.name, reading_.mistakes);
      section.read("link", Choice<StepLink>{}, step.link);
      section.read("consecutive", Flag{}, step.consecutive);
      read_times(section, step);
      if (section.require("where", "where: \"close > open\"")) {
        read_expression(section, "where", step.where, step.where_place);
      }
      read_expression(section, "unless", step.unless, step.unless_place);
      if (i == 0) {
        for (const std::string_view key : {"link", "unless"}) {
          section.refuse(key, "means nothing to the first step, which nothing comes before", "take it out");
        }
      }
      pattern_.steps.push_back(std::move(step));
    }
  }

  static void read_expression(const YamlSection& section, std::string_view key, std::string& text, Place& place) {
    if (section.read(key, kExpression, text)) place = text_place_of(*section.find(key));
  }

  /// 3, [2, 5], or [2,], which YAML takes for a list of one: at least two.
  void read_times(const YamlSection& section, PatternStepConfig& step) {
    const YamlNode* value = section.find("times");
    if (value == nullptr) return;
    if (value->kind == YamlNode::Kind::scalar) {
      if (section.read("times", Count{1, kMostTimes}, step.times_min)) step.times_max = step.times_min;
      return;
    }
    const std::string path = section.child("times");
    const std::string remedy = "write 3, [2, 5], or [2,] for at least two";
    if (!is_kind(*value, YamlNode::Kind::sequence, path, remedy, reading_.mistakes)) return;
    const std::vector<YamlNode>& items = value->children;
    if (items.empty() || items.size() > 2) {
      reading_.mistakes.add(*value, path, path + " has " + std::to_string(items.size()) + " items, not one or two",
                            remedy);
      return;
    }
    const bool is_open = items.size() == 1 || items[1].kind == YamlNode::Kind::null;
    std::uint32_t low = 0, high = kNoMaximum;
    if (!read_limit(items[0], path, remedy, low) || (!is_open && !read_limit(items[1], path, remedy, high))) return;
    if (low > high) {
      reading_.mistakes.add(
          *value, path, path + " is [" + std::to_string(low) + ", " + std::to_string(high) + "], from more to fewer",
          "turn the two round");
      return;
    }
    step.times_min = low;
    step.times_max = high;
  }

  bool read_limit(const YamlNode& node, const std::string& path, const std::string& remedy, std::uint32_t& limit) {
    if (!is_kind(node, YamlNode::Kind::scalar, path, remedy, reading_.mistakes)) return false;
    const Refusal refusal = Count{1, kMostTimes}.parse(node.text, limit);
    if (refusal) reading_.mistakes.add(node, path, *refusal);
    return !refusal;
  }

  const YamlSection& section_;
  PatternConfig& pattern_;
  const SetReading& reading_;
};

}  // namespace

void read_pattern_of_rule(const YamlNode& node, const std::string& path, PatternConfig& pattern, Mistakes& mistakes) {
  constexpr auto kKeys = std::span(kPatternKeys).subspan(1);  // the name is the rule's
  const YamlSection section(node, path, kKeys, mistakes);
  if (!section.is_section()) return;
  SetConfig nowhere;
  SetReading reading{nowhere, mistakes};
  PatternReader(section, pattern, reading).read();
}

void read_patterns(const YamlSection& set_section, SetReading& reading) {
  const auto items = set_section.items("patterns", kMaxPatterns);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const YamlSection section(*items[i], item_path(set_section.child("patterns"), *items[i], i), kPatternKeys,
                              reading.mistakes);
    if (!section.is_section()) continue;
    PatternConfig pattern;
    pattern.place = place_of(*items[i]);
    read_name(section, kSignalName, "name: dip_reversal", names, pattern.name, reading.mistakes);
    PatternReader(section, pattern, reading).read();
    reading.set.patterns.push_back(std::move(pattern));
  }
}

}  // namespace tickplant::config
