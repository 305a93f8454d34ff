#include "config/read_alert_rules.hpp"

#include <array>
#include <set>
#include <string>
#include <utility>

#include "config/read_analytics_parts.hpp"

namespace tickplant::config {

namespace {

constexpr std::array<std::string_view, 12> kRuleKeys{"name",    "owner",    "when",           "pattern",
                                                     "symbols", "severity", "hysteresis_bps", "cooldown",
                                                     "mute",    "trading",  "paused",         "paused_until"};
constexpr std::size_t kMaxRuleSymbols = 4096, kMaxMutes = 8, kMaxWhen = 1000;
constexpr std::int64_t kMostHysteresis = 9'999;

constexpr Text kCondition{"a condition of 1 to 1000 characters such as \"change(5m) > 2%\"", [](std::string_view text) {
                            return text.find_first_not_of(" \t\n") != text.npos && text.size() <= kMaxWhen;
                          }};

/// 22:00-06:00, UTC.
struct Mute {
  [[nodiscard]] Refusal parse(std::string_view text, MuteHours& hours) const {
    const std::size_t dash = text.find('-');
    if (dash == text.npos || !minutes(text.substr(0, dash), hours.begin) ||
        !minutes(text.substr(dash + 1), hours.end) || hours.begin == hours.end) {
      return ValueError{"is " + in_quotes(text) + ", not " + expected(), "write 22:00-06:00"};
    }
    return std::nullopt;
  }
  [[nodiscard]] static std::string expected() { return "HH:MM-HH:MM of UTC, from 00:00 to 24:00"; }

 private:
  static bool minutes(std::string_view text, std::uint16_t& out) {
    const auto is_digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !is_digit(0) || !is_digit(1) || !is_digit(3) || !is_digit(4))
      return false;
    const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
    if (hour > 24 || minute > 59 || (hour == 24 && minute != 0)) return false;
    out = static_cast<std::uint16_t>(hour * 60 + minute);
    return true;
  }
};

void read_rule(const YamlSection& section, AlertRuleConfig& rule, Mistakes& mistakes) {
  section.read("owner", Count{0, kNoOwner}, rule.owner);
  const bool has_when = section.has("when"), has_pattern = section.has("pattern");
  if (!has_when && !has_pattern) section.require("when", "when: \"price crosses_above sma(5m)\"");
  if (has_when && section.read("when", kCondition, rule.when)) rule.when_place = text_place_of(*section.find("when"));
  if (has_pattern) {
    if (has_when) section.refuse("pattern", "stands beside `when`", "keep one of the two, or make two rules");
    read_pattern_of_rule(*section.find("pattern"), section.child("pattern"), rule.pattern, mistakes);
    rule.pattern.name = rule.name;
    rule.pattern.place = rule.place;
  }
  if (section.read_list("symbols", kSymbolGlob, kMaxRuleSymbols, rule.symbols) && rule.symbols.empty()) {
    section.refuse("symbols", "is empty", "name symbols, or leave the key out: all of them");
  }
  section.read("severity", Choice<Severity>{}, rule.severity);
  section.read("cooldown", time_from(0, kWeekNs), rule.cooldown_ns);
  section.read("hysteresis_bps", DecimalNumber{{0}, whole(kMostHysteresis)}, rule.hysteresis_bps);
  section.read_list("mute", Mute{}, kMaxMutes, rule.mute);
  section.read("trading", Flag{}, rule.trading);
  section.read("paused", Flag{}, rule.paused);
  std::uint64_t until = 0;
  if (section.read("paused_until", Count{0, INT64_MAX}, until)) rule.paused_until_ns = static_cast<std::int64_t>(until);
}

}  // namespace

void read_alert_rules(const YamlSection& top, std::vector<AlertRuleConfig>& rules, Mistakes& mistakes) {
  const auto items = top.items("alerts", kMaxAlertRules);
  std::set<std::pair<std::uint32_t, std::string>> taken;
  for (std::size_t i = 0; i < items.size() && !mistakes.full(); ++i) {
    const YamlSection section(*items[i], item_path(top.child("alerts"), *items[i], i), kRuleKeys, mistakes);
    if (!section.is_section()) continue;
    AlertRuleConfig rule;
    rule.place = place_of(*items[i]);
    if (!section.require("name", "name: dip") || !section.read("name", kSignalName, rule.name)) continue;
    read_rule(section, rule, mistakes);
    if (!taken.emplace(rule.owner, rule.name).second) {
      mistakes.add(*section.find("name"), section.child("name"),
                   section.child("name") + " is " + in_quotes(rule.name) + ", which another one has",
                   "give it a name of its own");
    }
    rules.push_back(std::move(rule));
  }
}

}  // namespace tickplant::config
