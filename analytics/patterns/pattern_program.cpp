#include "analytics/patterns/pattern_program.hpp"

#include <algorithm>
#include <span>

#include "analytics/patterns/condition_compiler.hpp"
#include "config/quoting.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics {

namespace {

using config::PatternConfig;
using config::PatternStepConfig;
using config::Place;

/// Where we are in the file, for messages.
class Heading {
 public:
  Heading(std::string_view file_name, const PatternConfig& pattern)
      : file_name_(config::printable(file_name)), pattern_("pattern " + config::printable(pattern.name)) {}

  [[nodiscard]] std::string at(Place place) const {
    std::string text = file_name_;
    if (place.line != 0) text += ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
    return text + ": " + pattern_;
  }
  [[nodiscard]] std::string at(Place place, const PatternStepConfig& step) const {
    return at(place) + ", step " + config::printable(step.name);
  }

 private:
  std::string file_name_, pattern_;
};

[[noreturn]] void fail(const std::string& heading, const std::string& problem, const std::string& remedy) {
  throw platform::SetupError(heading + ": " + problem, remedy);
}

Place or_else(Place place, Place other) noexcept { return place.line != 0 ? place : other; }

void check_name(const Heading& heading, const PatternConfig& config, const EventSchema& schema, std::size_t index) {
  const PatternStepConfig& step = config.steps[index];
  const std::string here = heading.at(step.place, step);
  if (!can_be_named(step.name)) {
    fail(here, "the name " + config::in_quotes(step.name) + " cannot stand in a condition",
         "use letters, digits and _, and none of the words of conditions: and, or, not, abs, min, max, count, last");
  }
  for (std::size_t earlier = 0; earlier < index; ++earlier) {
    if (config.steps[earlier].name == step.name) fail(here, "an earlier step has this name", "give each its own");
  }
  for (const EventField& field : schema.fields) {
    if (field.name == step.name) {
      fail(here, "'" + field.name + "' is a field of " + schema.events, "give the step another name");
    }
  }
}

void check_step(const Heading& heading, const PatternConfig& config, std::size_t index) {
  const PatternStepConfig& step = config.steps[index];
  const std::string here = heading.at(step.place, step);
  if (step.times_min == 0) {
    fail(here, "times begins at 0",
         "a step takes at least one event; write two patterns for a step that may be absent");
  }
  if (step.times_max < step.times_min) {
    fail(
        here,
        "times: at least " + std::to_string(step.times_min) + ", at most " + std::to_string(step.times_max) + " events",
        "give the smaller number first");
  }
  if (step.where.empty()) fail(here, "there is no 'where'", "say which events it takes: where: \"close > open\"");
  if (index != 0) return;
  if (step.link == config::StepLink::next) fail(here, "'link: next' in the first step", "remove it: nothing is before");
  if (!step.unless.empty()) fail(here, "'unless' in the first step", "remove it, or say 'and not (...)' in 'where'");
}

void check_pattern(const Heading& heading, const PatternConfig& config, const EventSchema& schema) {
  const std::string here = heading.at(config.place);
  if (config.steps.empty()) fail(here, "there are no steps", "say what to look for: steps: [{name: a, where: ...}]");
  if (config.steps.size() > PatternProgram::kMaxSteps) {
    fail(here, std::to_string(config.steps.size()) + " steps",
         "use at most " + std::to_string(PatternProgram::kMaxSteps) + ", and 'times' for repeated ones");
  }
  if (config.max_runs == 0 || config.max_runs > PatternProgram::kMaxRuns) {
    fail(here, "max_runs is " + std::to_string(config.max_runs),
         "use 1 to " + std::to_string(PatternProgram::kMaxRuns));
  }
  if (config.within_ns < 0) fail(here, "'within' is negative", "give a time, as in 'within: 10m'");
  if (config.within_bars != 0 && !schema.counts_bars) {
    fail(here, "'within: " + std::to_string(config.within_bars) + " bars' over " + schema.events,
         "give a time, as in 'within: 10m'");
  }
}

/// Runs that can live at the same time, one being begun per event. 0: without bound.
std::uint64_t live_runs(const PatternConfig& config) noexcept {
  std::uint64_t bound = config.within_bars;
  std::uint64_t events = 0;  // of a run whose events all lie side by side
  for (const PatternStepConfig& step : config.steps) {
    const bool is_adjacent = step.consecutive || step.times_max == 1;
    const bool is_linked = &step == &config.steps.front() || step.link == config::StepLink::next;
    if (!is_adjacent || !is_linked || step.times_max == config::kNoMaximum) return bound;
    events += step.times_max;
  }
  return bound == 0 ? events : std::min(bound, events);
}

}  // namespace

PatternProgram PatternProgram::compile(const PatternConfig& config, const EventSchema& schema,
                                       std::string_view file_name) {
  const Heading heading(file_name, config);
  check_pattern(heading, config, schema);

  std::vector<StepName> names;
  for (std::size_t i = 0; i < config.steps.size(); ++i) {
    check_name(heading, config, schema, i);
    check_step(heading, config, i);
    names.push_back({config.steps[i].name, config.steps[i].times_max});
  }

  PatternProgram program;
  program.name_ = config.name;
  program.after_match_ = config.after_match;
  program.within_ns_ = config.within_ns;
  program.within_bars_ = config.within_bars;
  program.field_count_ = schema.fields.size();

  std::size_t words = kRunHeaderWords + config.steps.size();
  for (std::size_t i = 0; i < config.steps.size(); ++i) {
    const PatternStepConfig& from = config.steps[i];
    PatternStep& step = program.steps_.emplace_back();
    step.name = from.name;
    step.link = from.link;
    step.times_min = from.times_min;
    step.times_max = from.times_max;
    step.consecutive = from.consecutive;
    // `where` is asked with some events of its own step bound, `unless` before any is.
    step.where =
        compile_condition({from.where, heading.at(or_else(from.where_place, from.place), from) + ", where"},
                          {.schema = schema, .steps = names, .visible_steps = i + 1, .captures = program.captures_});
    if (!from.unless.empty()) {
      step.unless =
          compile_condition({from.unless, heading.at(or_else(from.unless_place, from.place), from) + ", unless"},
                            {.schema = schema, .steps = names, .visible_steps = i, .captures = program.captures_});
    }
    step.listed_begin = static_cast<std::uint32_t>(words);
    step.listed_count = std::min(from.times_max, kListedEvents);
    if (config.within_bars != 0) step.listed_count = std::min(step.listed_count, config.within_bars);
    words += step.listed_count;
  }

  program.blank_run_.assign(words, 0);
  program.blank_run_.insert(program.blank_run_.end(), program.captures_.size(),
                            static_cast<std::uint64_t>(kAbsentField));
  const std::uint64_t bound = live_runs(config);
  program.run_capacity_ = bound == 0 ? config.max_runs : std::min<std::uint64_t>(bound, config.max_runs);
  return program;
}

}  // namespace tickplant::analytics
