// Runs against the reference matcher, written down again as slowly and plainly as it is in Python: lists of runs, lists
// of bound events, the conditions of random patterns as functions. Random patterns over random events must find the
// same.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "analytics/patterns/pattern_runs.hpp"

namespace tickplant::analytics::this_file {
namespace {

using config::AfterMatch;
using config::kNoMaximum;
using config::PatternConfig;
using config::StepLink;

constexpr std::uint64_t kSeed = 36;

struct Event {
  std::uint64_t index;
  std::int64_t ts;
  std::array<std::int64_t, 2> values;  // x and y
};
using Bound = std::map<std::string, std::vector<Event>>;
using Asked = std::function<bool(const Event&, const Bound&)>;
using Binding = std::vector<std::pair<std::string, std::uint64_t>>;

/// A condition twice: as text, and as what it means.
struct Twice {
  std::string text;
  Asked means;
};

struct SlowStep {
  std::string name;
  Asked where, unless;
  std::uint64_t min, max;
  bool consecutive, next;
};

struct SlowPattern {
  std::vector<SlowStep> steps;
  std::int64_t within_ns = 0;
  std::uint64_t within_bars = 0;
  bool skips = true;
};

std::vector<Binding> slow_matches(const std::vector<Event>& events, const SlowPattern& pattern) {
  enum class State { dead, live, done };
  struct Run {
    Event first;
    std::size_t step;
    std::uint64_t taken;
    bool closed;
    Bound bound;
    Binding binding;
  };
  const std::vector<SlowStep>& steps = pattern.steps;
  const auto bind = [](Run& run, const SlowStep& step, const Event& event) {
    run.bound[step.name].push_back(event);
    run.binding.emplace_back(step.name, event.index);
  };
  const auto advance = [&](Run& run, const Event& event) {
    if (pattern.within_ns != 0 && event.ts - run.first.ts >= pattern.within_ns) return State::dead;
    if (pattern.within_bars != 0 && event.index - run.first.index >= pattern.within_bars) return State::dead;
    const SlowStep& step = steps[run.step];
    const bool is_last = run.step + 1 == steps.size();
    if (!run.closed && run.taken < step.max && step.where(event, run.bound)) {
      ++run.taken;
      bind(run, step, event);
      return is_last && run.taken >= step.min ? State::done : State::live;
    }
    if (run.taken >= step.min && !is_last) {
      const SlowStep& next = steps[run.step + 1];
      if (step.consecutive) run.closed = true;
      if (next.unless && next.unless(event, run.bound)) return State::dead;
      if (next.where(event, run.bound)) {
        ++run.step;
        run.taken = 1;
        run.closed = false;
        bind(run, next, event);
        return run.step + 1 == steps.size() && 1 >= next.min ? State::done : State::live;
      }
      return next.next ? State::dead : State::live;
    }
    return step.consecutive ? State::dead : State::live;
  };

  std::vector<Binding> found;
  std::vector<Run> runs;
  for (const Event& event : events) {
    std::vector<Run> done, kept;
    for (Run& run : runs) {
      const State state = advance(run, event);
      if (state == State::done) done.push_back(std::move(run));
      if (state == State::live) kept.push_back(std::move(run));
    }
    runs = std::move(kept);
    if (steps[0].where(event, {})) {
      Run run{.first = event, .step = 0, .taken = 1, .closed = false, .bound = {}, .binding = {}};
      bind(run, steps[0], event);
      (steps.size() == 1 && steps[0].min <= 1 ? done : runs).push_back(std::move(run));
    }
    if (!done.empty() && pattern.skips) {
      found.push_back(done.front().binding);
      runs.clear();  // all of them began up to here
    } else {
      for (const Run& run : done) found.push_back(run.binding);
    }
  }
  return found;
}

/// Random patterns. Values are small, so that conditions of random shape are true now and then.
class Patterns {
 public:
  explicit Patterns(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  std::pair<PatternConfig, SlowPattern> pattern() {
    PatternConfig config{.name = "p", .max_runs = 64};
    SlowPattern slow;
    slow.skips = below(2) == 0;
    config.after_match = slow.skips ? AfterMatch::skip_past_last : AfterMatch::no_skip;
    if (below(2) == 0) slow.within_ns = config.within_ns = static_cast<std::int64_t>(1 + below(30));
    if (below(2) == 0) slow.within_bars = config.within_bars = static_cast<std::uint32_t>(1 + below(12));
    const std::size_t count = 1 + below(4);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name(1, static_cast<char>('a' + i));
      auto& step = config.steps.emplace_back();
      step.name = name;
      step.times_min = static_cast<std::uint32_t>(below(2) == 0 ? 1 : 1 + below(3));
      step.times_max = below(4) == 0 ? kNoMaximum : static_cast<std::uint32_t>(step.times_min + below(3));
      step.consecutive = below(3) == 0;
      if (i != 0 && below(3) == 0) step.link = StepLink::next;
      const Twice where = condition(config, i);
      step.where = where.text;
      SlowStep plain{.name = name,
                     .where = where.means,
                     .unless = {},
                     .min = step.times_min,
                     .max = step.times_max,
                     .consecutive = step.consecutive,
                     .next = step.link == StepLink::next};
      if (i != 0 && below(3) == 0) {
        const Twice unless = condition(config, i);
        step.unless = unless.text;
        plain.unless = unless.means;
      }
      slow.steps.push_back(plain);
    }
    return {config, slow};
  }

  /// No more than a match lists of one step.
  std::vector<Event> events() {
    std::vector<Event> all;
    std::uint64_t index = below(100);
    std::int64_t ts = 0;
    for (int i = 0; i < static_cast<int>(PatternProgram::kListedEvents); ++i) {
      all.push_back({index, ts, {static_cast<std::int64_t>(below(6)), static_cast<std::int64_t>(below(6))}});
      index += 1 + (below(8) == 0 ? below(3) : 0);
      ts += static_cast<std::int64_t>(below(5));
    }
    return all;
  }

 private:
  /// Of step `index`: about the event, or about it and events of the steps before.
  Twice condition(const PatternConfig& config, std::size_t index) {
    const Twice left = comparison(config, index);
    switch (below(4)) {
      case 0: {
        const Twice right = comparison(config, index);
        return {left.text + " and " + right.text,
                [=](const Event& e, const Bound& b) { return left.means(e, b) && right.means(e, b); }};
      }
      case 1: {
        const Twice right = comparison(config, index);
        return {left.text + " or " + right.text,
                [=](const Event& e, const Bound& b) { return left.means(e, b) || right.means(e, b); }};
      }
      case 2: return {"not (" + left.text + ")", [=](const Event& e, const Bound& b) { return !left.means(e, b); }};
      default: return left;
    }
  }

  Twice comparison(const PatternConfig& config, std::size_t index) {
    struct Value {
      std::string text;
      std::function<std::int64_t(const Event&, const Bound&)> means;
    };
    const auto value = [&]() -> Value {
      const std::size_t field = below(2);
      const std::string field_name = field == 0 ? "x" : "y";
      const auto of_event = [=](const Event& e, const Bound&) { return e.values[field]; };
      const std::uint64_t kind = below(index == 0 ? 2 : 5);
      if (kind == 0) return {field_name, of_event};
      if (kind == 1) {
        const auto number = static_cast<std::int64_t>(below(6));
        return {std::to_string(number), [=](const Event&, const Bound&) { return number; }};
      }
      const auto& step = config.steps[below(index)];
      const std::string name = step.name;
      if (kind == 2) {
        return {"count(" + name + ")",
                [=](const Event&, const Bound& b) { return static_cast<std::int64_t>(b.at(name).size()); }};
      }
      if (kind == 3) {
        return {name + "[last]." + field_name,
                [=](const Event&, const Bound& b) { return b.at(name).back().values[field]; }};
      }
      const std::size_t at = below(step.times_min);  // which there certainly is
      return {name + "[" + std::to_string(at) + "]." + field_name,
              [=](const Event&, const Bound& b) { return b.at(name)[at].values[field]; }};
    };
    const Value left = value(), right = value();
    const auto shift = static_cast<std::int64_t>(below(3));
    const std::string text = left.text + (shift == 0 ? "" : " - " + std::to_string(shift));
    const auto a = [=](const Event& e, const Bound& b) { return left.means(e, b) - shift; };
    switch (below(4)) {
      case 0:
        return {text + " < " + right.text, [=](const Event& e, const Bound& b) { return a(e, b) < right.means(e, b); }};
      case 1:
        return {text + " >= " + right.text,
                [=](const Event& e, const Bound& b) { return a(e, b) >= right.means(e, b); }};
      case 2:
        return {text + " == " + right.text,
                [=](const Event& e, const Bound& b) { return a(e, b) == right.means(e, b); }};
      default:
        return {text + " != " + right.text,
                [=](const Event& e, const Bound& b) { return a(e, b) != right.means(e, b); }};
    }
  }

  std::mt19937_64 random_;
};

std::string told(const PatternConfig& config) {
  std::string text = "within " + std::to_string(config.within_ns) + " ns, " + std::to_string(config.within_bars) +
                     " bars, " + (config.after_match == AfterMatch::no_skip ? "no_skip" : "skip_past_last");
  for (const auto& step : config.steps) {
    text += "\n  " + step.name + " [" + std::to_string(step.times_min) + ", " + std::to_string(step.times_max) + "]" +
            (step.consecutive ? " consecutive" : "") + (step.link == StepLink::next ? " next" : "") + " where " +
            step.where + " unless " + step.unless;
  }
  return text;
}

std::string text_of(const Binding& binding) {
  std::string text;
  for (const auto& [step, index] : binding) text += (text.empty() ? "" : ";") + step + '=' + std::to_string(index);
  return text;
}

TEST(PatternRunsAgainstTheReference, RandomPatternsFindTheSameMatchesInTheSameOrder) {
  const EventSchema schema{.events = "points",
                           .fields = {{"x", FieldKind::whole}, {"y", FieldKind::whole}},
                           .names = {},
                           .counts_bars = true};
  Patterns patterns(kSeed);
  std::size_t total = 0, with_matches = 0;
  for (int round = 0; round < 6'000; ++round) {
    const auto [config, slow] = patterns.pattern();
    const std::vector<Event> events = patterns.events();
    const PatternProgram program = PatternProgram::compile(config, schema, "random");
    PatternRuns runs(program);
    std::vector<std::uint64_t> state(program.state_words());
    std::vector<std::string> found, expected;
    for (const Event& event : events) {
      runs.on_event(state, {.index = event.index, .ts = {event.ts}, .values = event.values},
                    [&](const PatternMatch& match) { found.push_back(binding_text(match)); });
    }
    for (const Binding& binding : slow_matches(events, slow)) expected.push_back(text_of(binding));
    ASSERT_EQ(found, expected) << "seed " << kSeed << ", round " << round << ": " << told(config);
    ASSERT_EQ(runs.counters().dropped, 0u) << "seed " << kSeed << ", round " << round << ": " << told(config);
    ASSERT_EQ(runs.counters().undefined, 0u);
    const PatternCounters& counted = runs.counters();
    ASSERT_EQ(counted.begun, counted.matches + counted.expired + counted.broken + counted.skipped + state[0]);
    total += found.size();
    with_matches += found.empty() ? 0 : 1;
  }
  // Or else the patterns were too wild to prove anything.
  EXPECT_GT(with_matches, 1'500u);
  EXPECT_GT(total, 20'000u);
}

}  // namespace
}  // namespace tickplant::analytics::this_file
