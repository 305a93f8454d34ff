#include "analytics/alerts/alert_program.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "analytics/indicators/indicator_names.hpp"
#include "analytics/program.hpp"
#include "config/analytics_values.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics {

namespace {

constexpr std::string_view kOnBars = "bars.";
constexpr double kBps = 1e-4;

bool is_glob(std::string_view symbol) { return symbol.find_first_of("*?[") != std::string_view::npos; }

/// "rules.yaml:12:5: rule dip".
std::string heading_of(const config::AlertRuleConfig& rule, const std::string& file_name) {
  const std::string& file = rule.file.name.empty() ? file_name : rule.file.name;
  std::string text = rule.owner == config::kNoOwner ? file : "user " + std::to_string(rule.owner);
  if (rule.owner == config::kNoOwner && rule.when_place.line != 0) {
    text += ':' + std::to_string(rule.when_place.line) + ':' + std::to_string(rule.when_place.column);
  }
  return text + ": rule " + rule.name;
}

std::optional<SimpleRule> simple_of(const RuleCode& rule, const RuleNames& names) {
  if (rule.code.size() != 3 || !rule.signals.empty()) return std::nullopt;
  const RuleInstruction& last = rule.code[2];
  if (last.operation != RuleOperation::compare && last.operation != RuleOperation::cross) return std::nullopt;
  const auto moves_with_ticks = [&](const RuleInstruction& each) {
    return each.operation == RuleOperation::load &&
           (names.terms[each.operand].triggers() & (trigger::kTrade | trigger::kQuote)) != 0;
  };
  const auto stays = [&](const RuleInstruction& each) {
    return each.operation == RuleOperation::constant ||
           (each.operation == RuleOperation::load && names.terms[each.operand].is_slow());
  };
  SimpleRule simple;
  const RuleInstruction *moving = &rule.code[0], *still = &rule.code[1];
  simple.relation = last.relation;
  if (moves_with_ticks(*still) && stays(*moving)) {  // 100 < price
    std::swap(moving, still);
    simple.relation =
        static_cast<std::uint8_t>((last.relation & kEqual) | ((last.relation & kLess) != 0 ? kGreater : 0) |
                                  ((last.relation & kGreater) != 0 ? kLess : 0));
  } else if (!moves_with_ticks(*moving) || !stays(*still)) {
    return std::nullopt;
  }
  simple.term = moving->operand;
  simple.is_cross = last.operation == RuleOperation::cross;
  if (still->operation == RuleOperation::load) {
    simple.other = still->operand;
  } else {
    simple.threshold = rule.constants[still->operand];
  }
  return simple;
}

/// The bars of a length, on the grid of the epoch.
bool are_bars_of(const config::WindowConfig& window, std::int64_t span_ns) noexcept {
  return window.kind == config::WindowKind::time && !window.align_to_session && window.size_ns == span_ns &&
         window.slide_ns == span_ns && window.offset_ns == 0;
}
bool is_average_of(const config::WindowConfig& window, std::int64_t span_ns) noexcept {
  return window.kind == config::WindowKind::time && !window.align_to_session && window.size_ns == span_ns &&
         window.slide_ns == slide_of_average(span_ns) && window.offset_ns == 0;
}

template <class Visit>
void for_each_pattern(const SetProgram& set, Visit visit) {
  for (const auto* const all : {&set.tick_patterns, &set.signal_patterns}) {
    for (const NamedPattern& pattern : *all) visit(pattern);
  }
  for (const auto& bars : set.bars) {
    for (const NamedPattern& pattern : bars->patterns) visit(pattern);
  }
}

/// Index of the output among those of the graph.
std::optional<std::uint16_t> output_for(const Term& term, const BarProgram& bars) {
  IndicatorGraph wanted({}, "");
  const std::size_t first = output_of(wanted, term.call);
  const IndicatorOutput& output = wanted.outputs()[first];
  const auto outputs = bars.graph.outputs();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].function == output.function && outputs[i].column == output.column) {
      return static_cast<std::uint16_t>(i);
    }
  }
  return std::nullopt;
}

/// What is to be computed beside the sets, as a config of sets. A set has so many families of windows at most: what
/// does not fit goes into another.
class ExtraSets {
 public:
  explicit ExtraSets(std::size_t known) : next_(known) {}

  void add_window(const config::WindowConfig& window) {
    for (config::SetConfig& set : sets) {
      if (set.find_window(window.name) != nullptr) return;
    }
    if (!sets.empty()) {
      std::vector<config::WindowConfig> windows = sets.back().windows;
      windows.push_back(window);
      if (fit(windows)) return sets.back().windows.push_back(window);
    }
    begin_set().windows.push_back(window);
  }
  config::SetConfig& begin_set() {
    sets.emplace_back();
    sets.back().name = "alerts" + std::to_string(next_++);
    return sets.back();
  }
  config::SetConfig& with_window(const std::string& name) {
    return *std::find_if(sets.begin(), sets.end(), [&](const auto& set) { return set.find_window(name) != nullptr; });
  }

  std::vector<config::SetConfig> sets = {};

 private:
  static bool fit(const std::vector<config::WindowConfig>& windows) {
    try {
      (void)WindowPlan(windows, std::vector<std::shared_ptr<const SliceSource>>(windows.size()), "");
      return true;
    } catch (const platform::SetupError&) {
      return false;
    }
  }
  std::size_t next_;
};

config::WindowConfig window_of(std::int64_t span_ns, std::int64_t slide_ns) {
  config::WindowConfig window;
  window.name = "W" + std::to_string(span_ns) + (slide_ns == span_ns ? "" : "_" + std::to_string(slide_ns));
  window.size_ns = span_ns;
  window.slide_ns = slide_ns;
  return window;
}

/// The length behind "bars."; 0: ticks.
std::int64_t span_of_pattern(const config::PatternConfig& pattern) {
  std::int64_t span = 0;
  if (pattern.on.starts_with(kOnBars)) {
    (void)config::time_from(1, INT64_MAX).parse(std::string_view(pattern.on).substr(kOnBars.size()), span);
  }
  return span;
}

/// As it is computed beside the sets: over a window's bars, and called after the rule's number.
config::PatternConfig pattern_beside_sets(const AlertRule& rule) {
  config::PatternConfig pattern = rule.config.pattern;
  pattern.name = "r" + std::to_string(rule.number);
  const std::int64_t span = span_of_pattern(pattern);
  if (span != 0) pattern.on = std::string(kOnBars) + window_of(span, span).name;
  return pattern;
}

bool has_pattern(const SetProgram& set, const config::PatternConfig& pattern) {
  const auto& patterns = set.config.patterns;
  return std::find(patterns.begin(), patterns.end(), pattern) != patterns.end();
}

/// A pattern's matches are a signal that no set can have the name of.
std::string signal_of_pattern(std::uint32_t number) { return "rule " + std::to_string(number); }

}  // namespace

std::uint32_t number_of(const config::AlertRuleConfig& rule) noexcept {
  constexpr std::uint64_t kOffsetBasis = 0xcbf29ce484222325, kPrime = 0x100000001b3;
  std::uint64_t hash = kOffsetBasis;
  const auto add = [&](std::uint8_t byte) { hash = (hash ^ byte) * kPrime; };
  for (int shift = 0; shift < 32; shift += 8) add(static_cast<std::uint8_t>(rule.owner >> shift));
  for (const char letter : rule.name) add(static_cast<std::uint8_t>(letter));
  return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

AlertProgram::AlertProgram(const config::AnalyticsConfig& config,
                           std::span<const std::shared_ptr<const SetProgram>> sets, const MakeSet& make_set,
                           const AlertProgram* before) {
  compile(config, sets, before);
  compute_what_is_missing(sets, make_set, before);
  watch(sets);
  index_symbols();
}

void AlertProgram::compile(const config::AnalyticsConfig& config,
                           std::span<const std::shared_ptr<const SetProgram>> sets, const AlertProgram* before) {
  if (before != nullptr) names_ = before->names_;
  std::vector<std::string> known;
  for (const auto& set : sets) {
    for (const config::SignalConfig& signal : set->config.signals) known.push_back(signal.name);
    for (const config::PatternConfig& pattern : set->config.patterns) known.push_back(pattern.name);
  }
  if (known.empty()) known.emplace_back();  // a name that nobody can write: there is none
  std::unordered_map<std::uint32_t, const std::shared_ptr<const AlertRule>*> old;
  if (before != nullptr) {
    for (const auto& rule : before->rules_) old.emplace(rule->number, &rule);
  }
  std::unordered_map<std::uint32_t, const config::AlertRuleConfig*> taken;
  for (const config::AlertRuleConfig& rule : config.alerts) {
    const std::uint32_t number = number_of(rule);
    const std::string heading = heading_of(rule, config.file_name);
    if (const auto [other, is_new] = taken.emplace(number, &rule); !is_new) {
      throw platform::SetupError(heading + " has the number of rule " + other->second->name, "rename one of the two");
    }
    const auto found = old.find(number);
    // Whether a signal's name is known may have changed with the sets.
    if (found != old.end() && (*found->second)->config == rule && (*found->second)->code.signals.empty()) {
      rules_.push_back(*found->second);
      continue;
    }
    auto compiled = std::make_shared<AlertRule>(AlertRule{rule, number});
    if (rule.is_pattern()) {
      compiled->pattern_signal = names_.signal(signal_of_pattern(number));
      compiled->code.code.push_back({.operation = RuleOperation::signal, .operand = compiled->pattern_signal});
      compiled->code.signals.push_back(compiled->pattern_signal);
      compiled->code.triggers = trigger::kSignal;
    } else {
      const double hysteresis = static_cast<double>(rule.hysteresis_bps.nano) / 1e9 * kBps;
      compiled->code = compile_rule({rule.when, heading}, hysteresis, names_, known);
    }
    if (rule.trading) {
      compiled->code.code.push_back({.operation = RuleOperation::quality_ok});
      compiled->code.code.push_back({.operation = RuleOperation::conjunction});
      compiled->code.asks_quality = true;
    }
    compiled->simple = simple_of(compiled->code, names_);
    rules_.push_back(std::move(compiled));
  }
}

bool AlertProgram::has(const SetProgram& set, const Term& term) const {
  for (const config::WindowConfig& window : set.config.windows) {
    if (term.kind == TermKind::average) {
      if (is_average_of(window, term.span_ns)) return true;
      continue;
    }
    if (!are_bars_of(window, term.span_ns)) continue;
    if (term.kind != TermKind::indicator) return true;
    const WindowSpec* const spec = set.plan.find(window.name);
    if (set.config.reset_at_session) return false;
    if (output_for(term, *set.bars[spec->index])) return true;
  }
  return false;
}

void AlertProgram::compute_what_is_missing(std::span<const std::shared_ptr<const SetProgram>> sets,
                                           const MakeSet& make_set, const AlertProgram* before) {
  std::set<std::uint16_t> slow;
  for (const auto& rule : rules_) {
    for (const auto* const all : {&rule->code.terms, &rule->code.serials}) {
      for (const std::uint16_t term : *all) {
        if (names_.terms[term].is_slow()) slow.insert(term);
      }
    }
  }
  // An instrument may belong to any set, or to none.
  const bool has_all_in_sets = !sets.empty() && sets.back()->config.symbols == std::vector<std::string>{"*"};
  const auto is_missing_somewhere = [&](std::uint16_t term) {
    return !has_all_in_sets ||
           std::any_of(sets.begin(), sets.end(), [&](const auto& set) { return !has(*set, names_.terms[term]); });
  };
  std::set<std::uint16_t> missing;
  std::copy_if(slow.begin(), slow.end(), std::inserter(missing, missing.end()), is_missing_somewhere);
  std::vector<const AlertRule*> patterns;
  for (const auto& rule : rules_) {
    if (rule->config.is_pattern()) patterns.push_back(rule.get());
  }
  // What is there already, and still of use, goes on.
  std::size_t known = 0;
  for (const auto& set :
       before == nullptr ? std::span<const std::shared_ptr<const SetProgram>>{} : before->extra_sets()) {
    known = std::max(known, static_cast<std::size_t>(std::stoul(set->config.name.substr(6)) + 1));
    bool is_of_use = false;
    for (auto term = missing.begin(); term != missing.end();) {
      const bool is_there = has(*set, names_.terms[*term]);
      is_of_use |= is_there;
      term = is_there ? missing.erase(term) : std::next(term);
    }
    std::erase_if(patterns, [&](const AlertRule* rule) {
      const bool is_there = has_pattern(*set, pattern_beside_sets(*rule));
      is_of_use |= is_there;
      return is_there;
    });
    if (is_of_use) extra_.push_back(set);
  }
  ExtraSets extra(known);
  for (const std::uint16_t place : missing) {
    const Term& term = names_.terms[place];
    const bool is_average = term.kind == TermKind::average;
    const config::WindowConfig window =
        window_of(term.span_ns, is_average ? slide_of_average(term.span_ns) : term.span_ns);
    extra.add_window(window);
    if (term.kind != TermKind::indicator) continue;
    config::SetConfig& set = extra.with_window(window.name);
    const auto on = std::find_if(set.indicators.begin(), set.indicators.end(),
                                 [&](const config::IndicatorsConfig& each) { return each.on == window.name; });
    if (on == set.indicators.end()) {
      set.indicators.push_back({.on = window.name, .of = {term.call}});
    } else {
      on->of.push_back(term.call);
    }
  }
  for (const AlertRule* const rule : patterns) {
    const config::PatternConfig pattern = pattern_beside_sets(*rule);
    const std::int64_t span = span_of_pattern(rule->config.pattern);
    if (span == 0) {
      if (extra.sets.empty()) extra.add_window(window_of(60'000'000'000, 60'000'000'000));
      extra.sets.front().patterns.push_back(pattern);
      continue;
    }
    const config::WindowConfig window = window_of(span, span);
    extra.add_window(window);
    extra.with_window(window.name).patterns.push_back(pattern);
  }
  for (const config::SetConfig& set : extra.sets) extra_.push_back(make_set(set));
}

void AlertProgram::watch(std::span<const std::shared_ptr<const SetProgram>> sets) {
  watched_.resize(sets.size() + extra_.size());
  homes_.assign(sets.size() + 1, std::vector<std::uint16_t>(names_.terms.size(), kNowhere));
  const auto look_at = [&](const SetProgram& set, std::uint16_t place) {
    WatchedSet& watched = watched_[place];
    watched.specs.resize(set.plan.specs().size());
    for (std::size_t t = 0; t < names_.terms.size(); ++t) {
      const Term& term = names_.terms[t];
      if (!term.is_slow() || !has(set, term)) continue;
      const auto number = static_cast<std::uint16_t>(t);
      for (const config::WindowConfig& window : set.config.windows) {
        WatchedSpec& spec = watched.specs[set.plan.find(window.name)->index];
        if (term.kind == TermKind::average) {
          if (!is_average_of(window, term.span_ns)) continue;
          spec.averages.push_back(number);
        } else if (!are_bars_of(window, term.span_ns)) {
          continue;
        } else if (term.kind != TermKind::indicator) {
          spec.bars.push_back(number);
        } else if (const auto output = output_for(term, *set.bars[set.plan.find(window.name)->index])) {
          spec.outputs.emplace_back(*output, number);
        } else {
          continue;
        }
        break;  // one window tells it
      }
      if (place < sets.size()) {
        homes_[place][t] = place;
      } else {
        for (auto& homes : homes_) {
          if (homes[t] == kNowhere) homes[t] = place;
        }
      }
    }
  };
  for (std::size_t i = 0; i < sets.size(); ++i) {
    look_at(*sets[i], static_cast<std::uint16_t>(i));
    const auto number = [&](const std::string& name) -> std::uint16_t {
      const auto found = std::find(names_.signals.begin() + 1, names_.signals.end(), name);
      return found == names_.signals.end() ? std::uint16_t{0}
                                           : static_cast<std::uint16_t>(found - names_.signals.begin());
    };
    const auto put = [&](ringbuf::FunctionId function, const std::string& name) {
      if (const std::uint16_t found = number(name); found != 0) watched_[i].signals.emplace_back(function, found);
    };
    const config::SetConfig& config = sets[i]->config;
    for (std::size_t s = 0; s < config.signals.size(); ++s) put(sets[i]->signal_functions[s], config.signals[s].name);
    for_each_pattern(*sets[i],
                     [&](const NamedPattern& pattern) { put(pattern.function, config.patterns[pattern.index].name); });
  }
  for (std::size_t i = 0; i < extra_.size(); ++i) {
    const auto place = static_cast<std::uint16_t>(sets.size() + i);
    look_at(*extra_[i], place);
    for (const auto& rule : rules_) {
      if (!rule->config.is_pattern()) continue;
      const config::PatternConfig wanted = pattern_beside_sets(*rule);
      for_each_pattern(*extra_[i], [&](const NamedPattern& pattern) {
        if (extra_[i]->config.patterns[pattern.index] != wanted) return;
        watched_[place].signals.emplace_back(pattern.function, rule->pattern_signal);
        pattern_homes_[rule->pattern_signal] = place;
      });
    }
  }
}

std::uint16_t AlertProgram::home_of(std::uint16_t term, std::uint16_t set) const noexcept {
  return homes_[set == kNowhere ? homes_.size() - 1 : set][term];
}

std::uint16_t AlertProgram::home_of_pattern(std::uint16_t signal) const noexcept {
  const auto found = pattern_homes_.find(signal);
  return found == pattern_homes_.end() ? kNowhere : found->second;
}

void AlertProgram::index_symbols() {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    for (const std::string& symbol : rules_[i]->config.symbols) {
      if (is_glob(symbol)) {
        globs_.emplace_back(symbol, static_cast<std::uint32_t>(i));
      } else {
        rules_by_symbol_[symbol].push_back(static_cast<std::uint32_t>(i));
      }
    }
  }
}

std::vector<std::uint32_t> AlertProgram::rules_of(std::string_view symbol, std::string_view venue) const {
  std::vector<std::uint32_t> found;
  const std::string alone(symbol), full = alone + '@' + std::string(venue);
  for (const std::string* const name : {&alone, &full}) {
    if (const auto rules = rules_by_symbol_.find(*name); rules != rules_by_symbol_.end()) {
      found.insert(found.end(), rules->second.begin(), rules->second.end());
    }
  }
  for (const auto& [glob, rule] : globs_) {
    const bool is_it =
        glob == "*" || ::fnmatch(glob.c_str(), alone.c_str(), 0) == 0 || ::fnmatch(glob.c_str(), full.c_str(), 0) == 0;
    if (is_it) found.push_back(rule);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace tickplant::analytics
