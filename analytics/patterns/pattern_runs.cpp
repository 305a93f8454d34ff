#include "analytics/patterns/pattern_runs.hpp"

#include "platform/int128.hpp"

namespace tickplant::analytics {

namespace {

constexpr std::size_t kStartIndex = 0, kStartTs = 1, kPosition = 2, kCounts = PatternProgram::kRunHeaderWords;
constexpr std::uint64_t kHasGap = std::uint64_t{1} << 32;  // in kPosition, above the step

}  // namespace

bool PatternRuns::holds(const Condition& condition, std::span<const std::uint64_t> run,
                        const PatternEvent& event) noexcept {
  // The words of captures hold the bits of signed values.
  const auto* captures = reinterpret_cast<const std::int64_t*>(run.data() + program_.captures_begin());
  const Truth truth =
      condition.evaluate({.fields = event.values.data(), .captures = captures, .counts = run.data() + kCounts});
  if (truth == Truth::undefined) ++counters_.undefined;
  return truth == Truth::yes;
}

bool PatternRuns::is_over(std::span<const std::uint64_t> run, const PatternEvent& event) const noexcept {
  if (program_.within_bars() != 0 && event.index - run[kStartIndex] >= program_.within_bars()) return true;
  if (program_.within_ns() == 0) return false;
  const auto start = static_cast<std::int64_t>(run[kStartTs]);
  return platform::Int128{event.ts.value} - start >= program_.within_ns();  // the ends of time are further apart
}

PatternRuns::Progress PatternRuns::take(std::span<std::uint64_t> run, std::size_t step,
                                        const PatternEvent& event) noexcept {
  const PatternStep& taking = program_.steps()[step];
  std::uint64_t& count = run[kCounts + step];
  const std::size_t captures_begin = program_.captures_begin();
  for (std::size_t i = 0; i < program_.captures().size(); ++i) {
    const Capture& capture = program_.captures()[i];
    if (capture.step != step || (capture.index != Capture::kLast && capture.index != count)) continue;
    run[captures_begin + i] = static_cast<std::uint64_t>(event.values[capture.field]);
  }
  run[taking.listed_begin + std::min<std::uint64_t>(count, taking.listed_count - 1)] = event.index;
  ++count;
  return step + 1 == program_.steps().size() && count >= taking.times_min ? Progress::complete : Progress::waiting;
}

bool PatternRuns::begins(const PatternEvent& event) noexcept {
  return holds(program_.steps().front().where, program_.blank_run(), event);
}

PatternRuns::Progress PatternRuns::begin(std::span<std::uint64_t> run, const PatternEvent& event) noexcept {
  std::copy(program_.blank_run().begin(), program_.blank_run().end(), run.begin());
  run[kStartIndex] = event.index;
  run[kStartTs] = static_cast<std::uint64_t>(event.ts.value);
  return take(run, 0, event);
}

PatternRuns::Progress PatternRuns::advance(std::span<std::uint64_t> run, const PatternEvent& event) noexcept {
  if (is_over(run, event)) {
    ++counters_.expired;
    return Progress::ended;
  }
  const std::size_t index = run[kPosition] & ~kHasGap;
  const PatternStep& step = program_.steps()[index];
  const std::uint64_t count = run[kCounts + index];
  if ((run[kPosition] & kHasGap) == 0 && count < step.times_max && holds(step.where, run, event)) {
    return take(run, index, event);
  }
  if (count < step.times_min) {
    if (!step.consecutive) return Progress::waiting;
    ++counters_.broken;
    return Progress::ended;
  }
  // A last step with its minimum is complete: there is a next one.
  const PatternStep& next = program_.steps()[index + 1];
  if (next.unless && holds(*next.unless, run, event)) {
    ++counters_.broken;
    return Progress::ended;
  }
  if (holds(next.where, run, event)) {
    run[kPosition] = index + 1;
    return take(run, index + 1, event);
  }
  if (next.link == config::StepLink::next) {
    ++counters_.broken;
    return Progress::ended;
  }
  if (step.consecutive) run[kPosition] |= kHasGap;
  return Progress::waiting;
}

}  // namespace tickplant::analytics
