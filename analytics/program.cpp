#include "analytics/program.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <utility>

#include "analytics/alerts/alert_program.hpp"
#include "analytics/calendars/session_slices.hpp"
#include "analytics/indicators/indicator_names.hpp"
#include "config/nearest.hpp"
#include "config/render_analytics.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics {

using platform::SetupError;

namespace {

/// For how many bars a bad one is felt in the signal.
std::uint64_t memory_of(const SignalRule& rule, const IndicatorGraph& graph) {
  if (const auto* change = std::get_if<PriceChangeRule>(&rule.function)) return change->horizon + std::uint64_t{1};
  if (const auto* volume = std::get_if<VolumeRule>(&rule.function)) return volume->lookback + std::uint64_t{1};
  const auto* cross = std::get_if<CrossRule>(&rule.function);
  if (cross == nullptr) return 1;
  std::uint64_t memory = 1;
  for (const Operand& side : {rule.a, rule.b}) {
    if (side.kind == Operand::Kind::average) memory = std::max<std::uint64_t>(memory, 5);
    if (side.kind == Operand::Kind::indicator) memory = std::max(memory, graph.outputs()[side.indicator].memory_bars);
  }
  // The bar before may have been on another side than it seemed, and those that confirm.
  return memory + cross->confirm > memory ? memory + cross->confirm : memory;
}

constexpr std::string_view kBars = "bars.";

/// On what the values of a set's functions depend, as text.
struct Meanings {
  const config::SetConfig& set;

  [[nodiscard]] std::string of_trades() const {
    return set.name + (set.odd_lots_move_prices ? "\n" : "\nwithout odd lots\n");
  }
  [[nodiscard]] std::string of_window(std::string_view name) const {
    const config::WindowConfig* const window = set.find_window(name);
    return of_trades() + (window == nullptr ? std::string(name) : config::to_text(*window)) + '\n';
  }
  [[nodiscard]] std::string of_values(std::string_view on) const {
    return of_window(on) + (set.reset_at_session ? "from session to session\n" : "");
  }
  [[nodiscard]] std::string of_quotes(std::string_view on) const {
    return of_window(on) + (set.nbbo.enabled ? "nbbo " + config::to_text(set.nbbo) : "");
  }
  [[nodiscard]] std::string of(const config::SignalConfig& signal) const {
    const config::WindowConfig* const average = set.find_average();
    return of_values(signal.on) + config::to_text(signal) + (average == nullptr ? "" : config::to_text(*average));
  }
  [[nodiscard]] std::string of(const config::PatternConfig& pattern, std::string_view on) const {
    std::string meaning = of_values(on) + config::to_text(pattern);
    if (on != "signals") return meaning;
    for (const config::SignalConfig& signal : set.signals) meaning += of(signal);
    return meaning;
  }
};

}  // namespace

Program::Program(config::AnalyticsConfig config, std::span<const NamedFeed> feeds, const Program* previous)
    : config_(std::move(config)) {
  if (previous == nullptr) {
    functions_.emplace_back();
  } else {
    functions_ = previous->functions_;
    is_free_.assign(functions_.size(), true);
  }
  make_groups(feeds);
  for (const config::SetConfig& set : config_.sets) {
    const auto same = [&](const std::shared_ptr<const SetProgram>& before) { return before->config == set; };
    const auto found =
        previous == nullptr ? sets_.end() : std::find_if(previous->sets_.begin(), previous->sets_.end(), same);
    sets_.push_back(previous != nullptr && found != previous->sets_.end() ? *found : make_set(set));
  }
  make_alerts(previous);
}

Program::~Program() = default;

void Program::make_alerts(const Program* previous) {
  const AlertProgram* const before = previous == nullptr ? nullptr : previous->alerts();
  if (config_.alerts.empty() && before == nullptr) return;
  alert_function_ = add_function("alerts", "alerts");
  alerts_ = std::make_unique<AlertProgram>(
      config_, sets_,
      [this](const config::SetConfig& set) {
        hidden_ = 1;
        std::shared_ptr<const SetProgram> made = make_set(set);
        hidden_.reset();
        return made;
      },
      before);
}

std::shared_ptr<const SetProgram> Program::computed(std::size_t set) const noexcept {
  return set < sets_.size() ? sets_[set] : alerts_->extra_sets()[set - sets_.size()];
}

std::size_t Program::computed_count() const noexcept {
  return sets_.size() + (alerts_ ? alerts_->extra_sets().size() : 0);
}

/// Each feed in the group that names it, or in one of its own.
void Program::make_groups(std::span<const NamedFeed> feeds) {
  std::uint16_t highest = 0;
  for (const NamedFeed& feed : feeds) highest = std::max(highest, feed.id.value);
  places_.resize(highest + std::size_t{1});
  const auto place = [&](const NamedFeed& feed, std::size_t group) {
    places_[feed.id.value] =
        FeedPlace{static_cast<std::uint16_t>(group), static_cast<std::uint16_t>(groups_[group].feeds.size())};
    groups_[group].feeds.push_back(feed.id);
  };
  for (const config::WatermarkConfig& watermark : config_.watermarks) {
    groups_.push_back({watermark, {}});
    for (const std::string& name : watermark.feeds) {
      const auto feed = std::find_if(feeds.begin(), feeds.end(), [&](const NamedFeed& f) { return f.name == name; });
      if (feed == feeds.end()) {
        throw SetupError(config_.file_name + ':' + std::to_string(watermark.place.line) + ": watermarks." +
                             watermark.name + " names feed '" + name + "', which the plant does not have",
                         "name feeds of the plant's config");
      }
      place(*feed, groups_.size() - 1);
    }
  }
  for (const NamedFeed& feed : feeds) {
    if (places_[feed.id.value]) continue;
    groups_.push_back({config_.default_watermark, {}});
    place(feed, groups_.size() - 1);
  }
}

std::shared_ptr<const SetProgram> Program::make_set(const config::SetConfig& set) {
  std::vector<std::shared_ptr<const SliceSource>> sources;
  for (const config::WindowConfig& window : set.windows) {
    try {
      sources.push_back(slices_of(window));
    } catch (const SetupError& error) {
      throw SetupError(config_.file_name + ':' + std::to_string(window.place.line) + ": " + error.problem(),
                       error.remedy());
    }
  }
  auto program = std::make_shared<SetProgram>(SetProgram{set, WindowPlan(set.windows, sources, config_.file_name)});
  program->average_window =
      set.average_window.empty() ? program->plan.five_minutes_by_one() : program->plan.find(set.average_window);
  for (const WindowSpec& spec : program->plan.specs()) {
    program->window_functions.push_back(add_function(spec.name, Meanings{set}.of_window(spec.name)));
  }
  make_functions(*program);
  return program;
}

/// Behind the indicators of the same window: an image shows both as one.
void Program::make_quotes(SetProgram& set, const WindowSpec& spec, std::vector<Function>& published) {
  QuoteOutputs outputs{spec.index, static_cast<std::uint16_t>(published.size())};
  for (const config::QuotesConfig& each : set.config.quotes) {
    if (each.on == spec.name) outputs.of.insert(outputs.of.end(), each.of.begin(), each.of.end());
  }
  if (outputs.of.empty()) return;
  const Meanings meanings{set.config};
  for (const config::QuoteFunction function : outputs.of) {
    const auto word = config::choice_words(function).at(static_cast<std::size_t>(function));
    published.push_back({spec.name + '.' + std::string(word), {}, meanings.of_quotes(spec.name)});
  }
  set.quotes.push_back(std::move(outputs));
}

/// Indicators, signals and patterns, each with its function.
void Program::make_functions(SetProgram& set) {
  const config::SetConfig& config = set.config;
  const Meanings meanings{config};
  const auto in_file = [&](config::Place place) { return config_.file_name + ':' + std::to_string(place.line) + ": "; };
  for (const WindowSpec& spec : set.plan.specs()) {
    std::vector<config::FunctionCall> wanted;
    for (const config::IndicatorsConfig& each : config.indicators) {
      if (each.on == spec.name) wanted.insert(wanted.end(), each.of.begin(), each.of.end());
    }
    auto bars = std::make_unique<BarProgram>(BarProgram{IndicatorGraph({}, config_.file_name)});
    for (const config::FunctionCall& call : wanted) static_cast<void>(output_of(bars->graph, call));
    bars->published_outputs = bars->graph.outputs().size();
    std::vector<Function> published;
    for (std::size_t i = 0; i < bars->published_outputs; ++i) {
      const IndicatorOutput& output = bars->graph.outputs()[i];
      const bool is_only = output.file_stem.rfind(output.column, 0) == 0;
      published.push_back({spec.name + '.' + output.function + (is_only ? "" : '.' + output.column),
                           {},
                           meanings.of_values(spec.name)});
    }
    make_quotes(set, spec, published);
    bars->first_output = add_functions(std::move(published));
    if (!set.quotes.empty() && set.quotes.back().spec == spec.index) {
      QuoteOutputs& quotes = set.quotes.back();
      quotes.first = {static_cast<std::uint16_t>(bars->first_output.value + quotes.first_output)};
    }
    try {
      bars->signals = SignalProgram(config.signals, spec.name,
                                    [&](const config::FunctionCall& call) { return output_of(bars->graph, call); });
    } catch (const SetupError& error) {
      throw SetupError(config_.file_name + ':' + error.problem(), error.remedy());
    }
    bars->signal_memory.resize(config.signals.size(), 1);
    for (const SignalRule& rule : bars->signals.rules()) {
      bars->signal_memory[rule.signal] = memory_of(rule, bars->graph);
      bars->has_first_rules |= rule.basis == config::Basis::first;
      bars->needs_average |= rule.a.kind == Operand::Kind::average || rule.b.kind == Operand::Kind::average;
    }
    for (const SignalRule& rule : bars->signals.tick_rules()) {
      if (std::holds_alternative<SwingRule>(rule.function)) {
        set.tick_swings.emplace_back(spec.index, rule);
        continue;
      }
      throw SetupError(in_file(config.signals[rule.signal].place) + "signal '" + config.signals[rule.signal].name +
                           "' is a cross on each tick, and is said to be on bars of " + spec.name,
                       "write `on: ticks`, or another basis");
    }
    bars->resets_at_session = config.reset_at_session;
    set.bars.push_back(std::move(bars));
  }
  const auto tick_value = [&](const config::FunctionCall& call) -> std::size_t {
    TickValue value;
    if (call.name == "ema" && call.parameters.size() == 1 && call.parameters[0].nano >= config::kDecimalScale &&
        call.parameters[0].nano % config::kDecimalScale == 0) {
      value.ema = static_cast<std::uint64_t>(call.parameters[0].nano / config::kDecimalScale);
    } else if (call.name != "vwap" || !call.parameters.empty()) {
      throw SetupError(in_file(call.place) + call.name + " is not known on ticks",
                       "write ema(N) or vwap, or compute it on the bars of a window");
    }
    const auto found = std::find(set.tick_values.begin(), set.tick_values.end(), value);
    if (found != set.tick_values.end()) return static_cast<std::size_t>(found - set.tick_values.begin());
    set.tick_values.push_back(value);
    return set.tick_values.size() - 1;
  };
  for (const config::IndicatorsConfig& each : config.indicators) {
    if (each.on != "ticks") continue;
    for (const config::FunctionCall& call : each.of) static_cast<void>(tick_value(call));
  }
  set.published_tick_values = set.tick_values.size();
  std::vector<Function> published;
  for (std::size_t i = 0; i < set.published_tick_values; ++i) {
    const std::uint64_t ema = set.tick_values[i].ema;
    published.push_back(
        {ema == 0 ? "ticks.vwap" : "ticks.ema(" + std::to_string(ema) + ')', {}, meanings.of_values("ticks")});
  }
  set.first_tick_value = add_functions(std::move(published));
  if (config.nbbo.enabled && config.nbbo.publish) {
    std::vector<Function> values;
    for (const std::string_view value : kNbboValues) {
      values.push_back({"nbbo." + std::string(value), {}, meanings.of_quotes("ticks")});
    }
    set.first_nbbo = add_functions(std::move(values));
  }
  const SignalProgram on_ticks(config.signals, "ticks", tick_value);
  for (const SignalRule& rule : on_ticks.tick_rules()) set.tick_crosses.push_back(rule);
  std::vector<std::string> signal_names;
  for (const config::SignalConfig& signal : config.signals) {
    set.signal_functions.push_back(add_function(signal.on + '.' + signal.name, meanings.of(signal)));
    signal_names.push_back(signal.name);
  }
  for (std::size_t i = 0; i < config.patterns.size(); ++i) {
    const config::PatternConfig& pattern = config.patterns[i];
    const std::string on = pattern.on.rfind(kBars, 0) == 0 ? pattern.on.substr(kBars.size()) : pattern.on;
    const auto named = [&](const EventSchema& schema) {
      return NamedPattern{PatternProgram::compile(pattern, schema, config_.file_name),
                          add_function(pattern.on + '.' + pattern.name, meanings.of(pattern, on)),
                          static_cast<std::uint32_t>(i)};
    };
    if (pattern.on == "ticks") {
      set.tick_patterns.push_back(named(tick_events()));
    } else if (pattern.on == "signals") {
      set.signal_patterns.push_back(named(signal_events(signal_names)));
    } else {
      const WindowSpec* const spec = set.plan.find(on);
      if (spec == nullptr) {
        throw SetupError(in_file(pattern.place) + "pattern '" + pattern.name + "' is on '" + pattern.on +
                             "', which is no window of set " + config.name,
                         "write ticks, signals or bars.WINDOW");
      }
      set.bars[spec->index]->patterns.push_back(named(bar_events()));
    }
  }
}

ringbuf::FunctionId Program::add_function(std::string name, std::string meaning) {
  return add_functions({{std::move(name), {}, std::move(meaning)}});
}

ringbuf::FunctionId Program::add_functions(std::vector<Function> block) {
  if (block.empty()) return {};
  if (hidden_) return {std::exchange(*hidden_, static_cast<std::uint16_t>(*hidden_ + block.size()))};
  // Where a program before this one had them, side by side as here.
  for (std::size_t first = 1; first + block.size() <= is_free_.size(); ++first) {
    std::size_t same = 0;
    while (same < block.size() && is_free_[first + same] && functions_[first + same].name == block[same].name &&
           functions_[first + same].meaning == block[same].meaning) {
      ++same;
    }
    if (same < block.size()) continue;
    std::fill_n(is_free_.begin() + static_cast<std::ptrdiff_t>(first), block.size(), false);
    return functions_[first].id;
  }
  if (functions_.size() + block.size() > 0x10000) {
    throw SetupError(config_.file_name + ": more than 65535 functions",
                     "declare fewer windows, indicators and signals");
  }
  const ringbuf::FunctionId id{static_cast<std::uint16_t>(functions_.size())};
  for (Function& function : block) {
    function.id = {static_cast<std::uint16_t>(functions_.size())};
    functions_.push_back(std::move(function));
  }
  return id;
}

std::optional<FeedPlace> Program::place_of(ringbuf::FeedId feed) const noexcept {
  if (feed.value >= places_.size()) return std::nullopt;
  return places_[feed.value];
}

std::optional<std::uint16_t> Program::set_of(std::string_view symbol, std::string_view venue) const {
  const std::string plain(symbol), full = plain + '@' + std::string(venue);
  for (std::size_t i = 0; i < config_.sets.size(); ++i) {
    for (const std::string& glob : config_.sets[i].symbols) {
      const std::string& text = glob.find('@') == std::string::npos ? plain : full;
      if (fnmatch(glob.c_str(), text.c_str(), 0) == 0) return static_cast<std::uint16_t>(i);
    }
  }
  return std::nullopt;
}

}  // namespace tickplant::analytics
