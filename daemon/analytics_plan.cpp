#include "daemon/analytics_plan.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <utility>

#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"
#include "ringbuf/derived_image_layout.hpp"

namespace tickplant::daemon {
namespace {

using analytics::Program;
using analytics::SetProgram;
using analytics::WindowSpec;
using ringbuf::FunctionKind;

/// Feeds as the catalog of a first start would number them: which feed has which number matters to state alone.
std::vector<analytics::NamedFeed> provisional_feeds(const config::PlantConfig& config) {
  std::vector<analytics::NamedFeed> feeds;
  for (const config::FeedConfig& feed : config.feeds) {
    feeds.push_back({feed.name, {static_cast<std::uint16_t>(feeds.size() + 1)}});
  }
  return feeds;
}

void describe_window(const WindowSpec& spec, ringbuf::FunctionSpec& out) {
  out.kind = FunctionKind::window;
  if (spec.kind != config::WindowKind::time) return;
  out.size_ns = spec.size;
  out.slide_ns = spec.slide;
}

/// The kinds and owners of a set's functions, by id.
void describe(const SetProgram& set, std::vector<ringbuf::FunctionSpec>& functions) {
  const auto at = [&](ringbuf::FunctionId id) -> ringbuf::FunctionSpec& {
    functions[id.value].set = set.config.name;
    return functions[id.value];
  };
  const auto specs = set.plan.specs();
  const auto window_named = [&](const std::string& name) {
    const auto found = std::find_if(specs.begin(), specs.end(), [&](const WindowSpec& w) { return w.name == name; });
    return found == specs.end() ? ringbuf::FunctionId{} : set.window_function(found->index);
  };
  const auto put_patterns = [&](const std::vector<analytics::NamedPattern>& patterns, ringbuf::FunctionId window) {
    for (const analytics::NamedPattern& pattern : patterns) {
      at(pattern.function).kind = FunctionKind::pattern;
      at(pattern.function).window = window;
    }
  };
  for (const WindowSpec& spec : specs) {
    const ringbuf::FunctionId window = set.window_function(spec.index);
    describe_window(spec, at(window));
    if (spec.index >= set.bars.size() || set.bars[spec.index] == nullptr) continue;
    const analytics::BarProgram& bars = *set.bars[spec.index];
    for (std::size_t i = 0; i < bars.published_outputs; ++i) {
      ringbuf::FunctionSpec& output = at({static_cast<std::uint16_t>(bars.first_output.value + i)});
      output.kind = FunctionKind::indicator;
      output.window = window;
      output.output = static_cast<std::uint16_t>(i);
    }
    put_patterns(bars.patterns, window);
  }
  for (std::size_t i = 0; i < set.published_tick_values; ++i) {
    ringbuf::FunctionSpec& value = at({static_cast<std::uint16_t>(set.first_tick_value.value + i)});
    value.kind = FunctionKind::indicator;
    value.output = static_cast<std::uint16_t>(i);
  }
  for (std::size_t i = 0; i < set.signal_functions.size(); ++i) {
    at(set.signal_functions[i]).kind = FunctionKind::signal;
    at(set.signal_functions[i]).window = window_named(set.config.signals[i].on);
  }
  for (const analytics::QuoteOutputs& quotes : set.quotes) {
    for (std::size_t i = 0; i < quotes.of.size(); ++i) {
      ringbuf::FunctionSpec& value = at({static_cast<std::uint16_t>(quotes.first.value + i)});
      value.kind = FunctionKind::indicator;
      value.window = set.window_function(quotes.spec);
      value.output = static_cast<std::uint16_t>(quotes.first_output + i);
    }
  }
  for (std::size_t i = 0; set.first_nbbo.value != 0 && i < analytics::kNbboValues.size(); ++i) {
    ringbuf::FunctionSpec& value = at({static_cast<std::uint16_t>(set.first_nbbo.value + i)});
    value.kind = FunctionKind::indicator;
    value.output = static_cast<std::uint16_t>(i);
  }
  put_patterns(set.tick_patterns, {});
  put_patterns(set.signal_patterns, {});
}

/// A window that was there keeps its place in the derived image, others take what is free.
void place_windows(const SetProgram& set, const AnalyticsPlan* before, AnalyticsPlan& plan) {
  std::array<bool, ringbuf::kDerivedImageWindows + 1> is_taken{};
  const auto is_old = [&](ringbuf::FunctionId id) { return before != nullptr && id.value <= before->functions.size(); };
  for (const ringbuf::FunctionId id : set.window_functions) {
    const std::uint8_t place = is_old(id) ? before->functions[id.value - 1].window_place : 0;
    if (place == 0 || std::exchange(is_taken[place], true)) continue;
    plan.window_places[id.value] = place;
  }
  for (const ringbuf::FunctionId id : set.window_functions) {
    if (is_old(id)) continue;
    const auto free = std::find(is_taken.begin() + 1, is_taken.end(), false);
    if (free == is_taken.end()) return;
    *free = true;
    plan.functions[id.value - 1].window_place = plan.window_places[id.value] =
        static_cast<std::uint8_t>(free - is_taken.begin());
  }
}

void rank_indicators(const SetProgram& set, std::uint16_t index, AnalyticsPlan& plan) {
  std::uint16_t place = 0;
  const auto rank = [&](ringbuf::FunctionId first) {
    if (first.value != 0) plan.indicator_ranks[first.value] = {index, place};
    ++place;
  };
  for (const auto& bars : set.bars) rank(bars->first_output);
  rank(set.first_tick_value);
  rank(set.first_nbbo);
}

}  // namespace

AnalyticsPlan plan_of(const Program& program, const AnalyticsPlan* before) {
  AnalyticsPlan plan;
  plan.config = program.config();
  if (before != nullptr) plan.head = before->head;
  plan.head.config_hash = config::hash_of(plan.config);
  std::vector<ringbuf::FunctionSpec> functions(program.functions().size());
  for (std::size_t id = 1; id < functions.size(); ++id) functions[id].name = program.functions()[id].name;
  for (const auto& set : program.sets()) describe(*set, functions);
  if (before != nullptr) std::copy(before->functions.begin(), before->functions.end(), std::next(functions.begin()));
  plan.functions.assign(std::next(functions.begin()), functions.end());
  plan.window_places.resize(functions.size());
  plan.indicator_ranks.resize(functions.size());
  for (std::size_t i = 0; i < program.sets().size(); ++i) {
    place_windows(*program.sets()[i], before, plan);
    rank_indicators(*program.sets()[i], static_cast<std::uint16_t>(i), plan);
  }
  return plan;
}

std::optional<AnalyticsPlan> plan_analytics(const config::PlantConfig& config, std::span<const std::string> computed) {
  std::optional<config::AnalyticsConfig> loaded = config::load_analytics_of(config);
  if (!loaded) return std::nullopt;
  const std::vector<analytics::NamedFeed> feeds = provisional_feeds(config);
  std::vector<config::AnalyticsConfig> chain;
  for (const std::string& text : computed) chain.push_back(config::load_analytics_text(text, "what was computed"));
  if (!chain.empty() && config::hash_of(chain.back()) == config::hash_of(*loaded)) chain.pop_back();
  AnalyticsPlan plan;
  std::deque<Program> programs;  // each looks at the one that it was made from
  const auto add = [&](config::AnalyticsConfig next) {
    const Program* const before = programs.empty() ? nullptr : &programs.back();
    const Program& program = programs.emplace_back(std::move(next), feeds, before);
    plan = plan_of(program, before == nullptr ? nullptr : &plan);
  };
  for (const config::AnalyticsConfig& earlier : chain) add(earlier);
  add(std::move(*loaded));
  plan.earlier = std::move(chain);
  plan.head.shard_count = config.analytics.shards;
  plan.head.build = "tickplant " TICKPLANT_VERSION;
  plan.head.file = plan.config.file_name.substr(0, sizeof(ringbuf::FunctionsControl::file) - 1);
  return plan;
}

}  // namespace tickplant::daemon
