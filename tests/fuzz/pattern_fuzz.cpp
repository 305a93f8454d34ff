// Any bytes as a pattern and the events it is asked about. The compiler takes the pattern or refuses it with a message
// and a remedy; runs stay within their memory and account for each other, whatever the values.
//
// Lines up to an empty one are steps, "2*c|where|unless": least and most events (a digit each, * without limit), c for
// consecutive, n for `link: next`, s for skip_past_last, w for `within`. What follows are events of 26 bytes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/patterns/pattern_runs.hpp"
#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace {

using namespace tickplant::analytics;
namespace config = tickplant::config;

constexpr std::size_t kEventBytes = 26, kMaxEvents = 32;
constexpr std::uint32_t kMaxRuns = 4;  // a condition of 4096 letters, times runs, times events

volatile std::size_t sink;

EventSchema schema() {
  return {.events = "points",
          .fields = {{"x", FieldKind::whole}, {"p", FieldKind::decimal}, {"name", FieldKind::name}},
          .names = {"up", "down", "volume"},
          .counts_bars = true};
}

std::string_view cut(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

config::PatternConfig read_pattern(std::string_view& rest) {
  config::PatternConfig pattern{.name = "fuzz", .after_match = config::AfterMatch::no_skip, .max_runs = kMaxRuns};
  for (std::string_view line = cut(rest, '\n'); !line.empty(); line = cut(rest, '\n')) {
    auto& step = pattern.steps.emplace_back();
    const std::string_view options = cut(line, '|');
    step.name = std::string(1, static_cast<char>('a' + pattern.steps.size() % 26));
    step.where = cut(line, '|');
    step.unless = line;
    for (std::size_t i = 0; i < options.size(); ++i) {
      const char option = options[i];
      if (option >= '0' && option <= '9')
        (i == 0 ? step.times_min : step.times_max) = static_cast<unsigned>(option - '0');
      if (option == '*') step.times_max = config::kNoMaximum;
      if (option == 'c') step.consecutive = true;
      if (option == 'n') step.link = config::StepLink::next;
      if (option == 's') pattern.after_match = config::AfterMatch::skip_past_last;
      if (option == 'w') pattern.within_bars = 20, pattern.within_ns = 1'000'000;
    }
  }
  return pattern;
}

template <class T>
T take(std::string_view& rest) {
  T value;
  std::memcpy(&value, rest.data(), sizeof value);
  rest.remove_prefix(sizeof value);
  return value;
}

void check_state(const PatternProgram& program, const PatternRuns& runs, const std::vector<std::uint64_t>& state) {
  TP_CHECK(state[0] <= program.run_capacity());
  const auto used = static_cast<std::ptrdiff_t>(1 + state[0] * program.run_words());
  TP_CHECK(std::all_of(state.begin() + used, state.end(), [](std::uint64_t word) { return word == 0; }));
  const PatternCounters& counted = runs.counters();
  TP_CHECK(counted.begun == counted.matches + counted.expired + counted.broken + counted.skipped + state[0]);
}

void run(const PatternProgram& program, std::string_view rest) {
  PatternRuns runs(program);
  std::vector<std::uint64_t> state(program.state_words());
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < kMaxEvents && rest.size() >= kEventBytes; ++i) {
    index += take<std::uint8_t>(rest);
    const auto ts = take<std::int64_t>(rest), x = take<std::int64_t>(rest), p = take<std::int64_t>(rest);
    const std::array<std::int64_t, 3> values{x, p, take<std::uint8_t>(rest) % 3};
    runs.on_event(state, {.index = index, .ts = {ts}, .values = values}, [&](const PatternMatch& match) {
      for (std::size_t step = 0; step < program.steps().size(); ++step) {
        TP_CHECK(match.count(step) >= program.steps()[step].times_min);
        TP_CHECK(match.count(step) <= program.steps()[step].times_max);
        TP_CHECK(match.listed(step).front() <= match.listed(step).back());
      }
      TP_CHECK(match.first_index() <= match.last_index && match.last_index == index);
      sink = binding_text(match).size();
    });
    check_state(program, runs, state);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const config::PatternConfig pattern = read_pattern(rest);
  try {
    run(PatternProgram::compile(pattern, schema(), "fuzz.yaml"), rest);
  } catch (const tickplant::platform::SetupError& error) {
    TP_CHECK(error.problem().starts_with("fuzz.yaml: pattern fuzz") && !error.remedy().empty());
  }
  return 0;
}
