#include "config/read_analytics.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "config/nearest.hpp"
#include "config/read_alert_rules.hpp"
#include "config/read_analytics_parts.hpp"
#include "config/text_kinds.hpp"

namespace tickplant::config {

namespace {

constexpr std::size_t kMaxSets = 64, kMaxGroups = 64, kMaxFeeds = 64, kMaxVenues = 64, kMaxSymbols = 4096;
constexpr std::string_view kDefaultGroup = "default";

constexpr std::array<std::string_view, 6> kTopKeys{"name", "watermarks", "corrections", "nbbo", "sets", "alerts"};
constexpr std::array<std::string_view, 6> kGroupKeys{"feeds", "bound",         "lateness",
                                                     "idle",  "when_all_idle", "max_future"};
constexpr std::array<std::string_view, 1> kCorrectionsKeys{"trades"};
constexpr std::array<std::string_view, 3> kNbboKeys{"enabled", "venues", "publish"};
constexpr std::array<std::string_view, 10> kSetKeys{"symbols",    "average", "odd_lots", "reset",   "windows",
                                                    "indicators", "nbbo",    "quotes",   "signals", "patterns"};

enum class OddLots : std::uint8_t { volume_only, move_prices };
constexpr std::array<std::string_view, 2> choice_words(OddLots) { return {"volume_only", "move_prices"}; }
enum class Reset : std::uint8_t { never, session };
constexpr std::array<std::string_view, 2> choice_words(Reset) { return {"never", "session"}; }

class AnalyticsReader {
 public:
  AnalyticsReader(AnalyticsConfig& config, std::vector<Violation>& violations)
      : config_(config), mistakes_(config.file_name, violations) {}

  void read(const YamlNode& root) {
    const YamlSection top(root, "", kTopKeys, mistakes_);
    top.read("name", kPlantName, config_.name);
    if (const YamlNode* node = top.find("watermarks")) read_watermarks(*node);
    if (const YamlNode* node = top.find("corrections")) {
      const YamlSection corrections(*node, "corrections", kCorrectionsKeys, mistakes_);
      read_corrections(corrections);
    }
    if (const YamlNode* node = top.find("nbbo")) {
      const YamlSection nbbo(*node, "nbbo", kNbboKeys, mistakes_);
      read_nbbo(nbbo, config_.nbbo);
    }
    top.require("sets", "sets: {standard: {windows: [{name: T60, size: 1m}]}}");
    if (const YamlNode* node = top.find("sets")) read_sets(*node);
    read_alert_rules(top, config_.alerts, mistakes_);
  }

 private:
  static void read_nbbo(const YamlSection& section, NbboConfig& nbbo) {
    section.read("enabled", Flag{}, nbbo.enabled);
    section.read_list("venues", kMic, kMaxVenues, nbbo.venues);
    section.read("publish", Flag{}, nbbo.publish);
  }

  /// true, false, or a section, which says all of it.
  void read_nbbo_of(const YamlSection& set_section, SetConfig& set) {
    const YamlNode* const node = set_section.find("nbbo");
    if (node == nullptr) return;
    if (node->kind == YamlNode::Kind::scalar) {
      set_section.read("nbbo", Flag{}, set.nbbo.enabled);
      return;
    }
    set.nbbo = {.enabled = true};
    read_nbbo(YamlSection(*node, set_section.child("nbbo"), kNbboKeys, mistakes_), set.nbbo);
  }

  void read_watermarks(const YamlNode& node) {
    const YamlSection groups(node, "watermarks", {}, mistakes_);
    if (const YamlNode* defaults = groups.find(kDefaultGroup)) {
      const YamlSection section(*defaults, groups.child(kDefaultGroup), kGroupKeys, mistakes_);
      section.refuse("feeds", "names feeds, but the default holds for those that no group names",
                     "give the group a name of its own");
      read_group(section, config_.default_watermark);
    }
    for (const YamlSection::Entry& entry : groups.entries()) {
      if (entry.key->text == kDefaultGroup) continue;
      const std::string path = groups.child(entry.key->text);
      if (!is_good_entry(*entry.key, path, "a group of feeds", config_.watermarks.size(), kMaxGroups)) continue;
      const YamlSection section(*entry.value, path, kGroupKeys, mistakes_);
      WatermarkConfig group = config_.default_watermark;
      group.name = entry.key->text;
      if (section.require("feeds", "feeds: [nasdaq]")) read_feeds(section, group);
      read_group(section, group);
      config_.watermarks.push_back(std::move(group));
    }
  }

  void read_feeds(const YamlSection& section, WatermarkConfig& group) {
    if (!section.read_list("feeds", kEntryName, kMaxFeeds, group.feeds)) return;
    if (group.feeds.empty()) section.refuse("feeds", "is empty", "name the feeds whose time advances together");
    for (const WatermarkConfig& other : config_.watermarks) {
      for (const std::string& feed : group.feeds) {
        if (std::find(other.feeds.begin(), other.feeds.end(), feed) == other.feeds.end()) continue;
        section.refuse("feeds", "holds " + in_quotes(feed) + ", which watermarks." + other.name + " has already",
                       "a feed belongs to one group");
      }
    }
  }

  void read_group(const YamlSection& section, WatermarkConfig& group) {
    section.read("bound", time_from(0, kDayNs), group.bound_ns);
    section.read("lateness", time_from(0, kDayNs), group.lateness_ns);
    section.read("idle", time_from(kMillisecondNs, kDayNs), group.idle_ns);
    section.read("when_all_idle", Choice<WhenAllIdle>{}, group.when_all_idle);
    section.read("max_future", time_from(0, kDayNs), group.max_future_ns);
    group.place = place_of(section.node());
  }

  void read_corrections(const YamlSection& section) {
    constexpr std::uint64_t kMostTrades = 1u << 26;
    std::uint64_t trades = config_.corrections_trades;
    if (!section.read("trades", Count{0, kMostTrades}, trades)) return;
    if (trades != 0) {
      const Refusal refusal = Count{1, kMostTrades, true}.parse(std::to_string(trades), trades);
      if (refusal) return section.refuse("trades", refusal->problem, refusal->remedy + "; 0 keeps none");
    }
    config_.corrections_trades = trades;
  }

  void read_sets(const YamlNode& node) {
    const YamlSection sets(node, "sets", {}, mistakes_);
    if (node.kind == YamlNode::Kind::null || (sets.is_section() && node.children.empty())) {
      mistakes_.add(node, "sets", "sets is empty, nothing would be computed",
                    "add one, config/analytics/standard.yaml has an example");
    }
    for (const YamlSection::Entry& entry : sets.entries()) {
      const std::string path = sets.child(entry.key->text);
      if (!is_good_entry(*entry.key, path, "a set", config_.sets.size(), kMaxSets)) continue;
      report_unreachable(*entry.key, path);
      SetConfig set;
      set.name = entry.key->text;
      set.nbbo = config_.nbbo;
      set.place = place_of(*entry.key);
      read_set(YamlSection(*entry.value, path, kSetKeys, mistakes_), set);
      config_.sets.push_back(std::move(set));
    }
  }

  void read_set(const YamlSection& section, SetConfig& set) {
    if (section.read_list("symbols", kSymbolGlob, kMaxSymbols, set.symbols) && set.symbols.empty()) {
      section.refuse("symbols", "is empty", "name symbols, or leave the key out: all of them");
    }
    OddLots odd_lots = OddLots::move_prices;
    section.read("odd_lots", Choice<OddLots>{}, odd_lots);
    set.odd_lots_move_prices = odd_lots == OddLots::move_prices;
    Reset reset = Reset::never;
    section.read("reset", Choice<Reset>{}, reset);
    set.reset_at_session = reset == Reset::session;
    SetReading reading{set, mistakes_};
    const std::size_t before = mistakes_.count();
    read_windows(section, reading);
    if (section.read("average", kIdentifier, set.average_window)) {
      (void)check_window(set.average_window, *section.find("average"), section.child("average"), reading);
    }
    reading.is_average_known = mistakes_.count() == before;
    read_indicators(section, reading);
    read_nbbo_of(section, set);
    read_quotes(section, reading);
    read_signals(section, reading);
    read_patterns(section, reading);
  }

  bool is_good_entry(const YamlNode& key, const std::string& path, const std::string& what, std::size_t count,
                     std::size_t max_count) {
    if (!is_entry_name(key.text)) {
      mistakes_.add(key, path, in_quotes(key.text) + " is not " + std::string(kEntryNameForm),
                    "rename it: " + what + " needs such a name");
      return false;
    }
    if (count >= max_count) {
      mistakes_.add(key, path, "there are more than " + std::to_string(max_count) + " of " + what, "remove some");
      return false;
    }
    return true;
  }

  /// An instrument belongs to the first set that names it.
  void report_unreachable(const YamlNode& key, const std::string& path) {
    for (const SetConfig& other : config_.sets) {
      if (std::find(other.symbols.begin(), other.symbols.end(), "*") == other.symbols.end()) continue;
      mistakes_.add(key, path, path + " stands behind sets." + other.name + ", which takes every symbol",
                    "put it first: an instrument belongs to the first set that names it");
      return;
    }
  }

  AnalyticsConfig& config_;
  Mistakes mistakes_;
};

}  // namespace

void read_name(const YamlSection& section, const Text& kind, std::string_view example, std::vector<std::string>& taken,
               std::string& name, Mistakes& mistakes) {
  if (!section.require("name", example) || !section.read("name", kind, name)) return;
  if (std::find(taken.begin(), taken.end(), name) != taken.end()) {
    mistakes.add(*section.find("name"), section.child("name"),
                 section.child("name") + " is " + in_quotes(name) + ", which another one has",
                 "give it a name of its own");
  }
  taken.push_back(name);
}

bool check_window(std::string_view window, const YamlNode& node, const std::string& path, const SetReading& reading) {
  const std::vector<std::string>& known = reading.window_names;
  if (std::find(known.begin(), known.end(), window) != known.end()) return true;
  const std::string near = nearest(window, known);
  reading.mistakes.add(node, path, path + " is " + in_quotes(node.text) + ", the set has no window of that name",
                       near.empty() ? "declare it under `windows:`" : "did you mean '" + near + "'?");
  return false;
}

void read_on(const YamlSection& section, const SetReading& reading, std::string& on) {
  if (!section.require("on", "on: T60") || !section.read("on", kIdentifier, on) || on == kOnTicks) return;
  (void)check_window(on, *section.find("on"), section.child("on"), reading);
}

bool read_call(const YamlNode& node, const std::string& path, const Call& kind, const SetReading& reading,
               FunctionCall& call) {
  if (!is_kind(node, YamlNode::Kind::scalar, path, "write " + kind.expected(), reading.mistakes)) return false;
  if (const Refusal refusal = kind.parse(node.text, call)) {
    reading.mistakes.add(node, path, *refusal);
    return false;
  }
  call.place = text_place_of(node);
  if (call.name == "ma_5min" && reading.is_average_known && reading.set.find_average() == nullptr) {
    reading.mistakes.add(node, path, path + " is 'ma_5min', the set has no window of 5m sliding by 1m",
                         "add {name: S300_60, size: 5m, slide: 1m} to `windows:`, or name another by `average:`");
    return false;
  }
  return true;
}

void read_analytics(const YamlNode& root, AnalyticsConfig& config, std::vector<Violation>& violations) {
  AnalyticsReader(config, violations).read(root);
}

}  // namespace tickplant::config
