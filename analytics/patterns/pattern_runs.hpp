// The runs of one pattern: each event that fits the first step begins one, each run takes the first events that fit,
// and a run that has its last step is a match. Deterministic: no branching, one run per start event, earliest start
// first.
//
// On an event, for each run: (1) it ends when `within` is over; (2) its step takes the event if it can take more and
// `where` holds; (3) else, if the step has its minimum, `unless` of the next step ends the run, `where` of the next
// step moves it on, `link: next` ends it, or the event is ignored, and a consecutive step takes no more; (4) else a
// consecutive step ends the run, another one waits. Then the event may begin a run.
//
// Threads: one per PatternRuns; the state of an instrument belongs to whoever owns that instrument.
// Not here: the language and the layout of the state (pattern_program.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "analytics/patterns/pattern_match.hpp"
#include "analytics/patterns/pattern_program.hpp"
#include "analytics/state_archive.hpp"
#include "platform/check.hpp"

namespace tickplant::analytics {

struct PatternCounters {
  std::uint64_t begun = 0;      // runs
  std::uint64_t matches = 0;    // reported
  std::uint64_t expired = 0;    // runs that `within` ended
  std::uint64_t broken = 0;     // runs ended by `unless`, `link: next` or a gap in a consecutive step
  std::uint64_t skipped = 0;    // runs discarded because another one matched: skip_past_last
  std::uint64_t dropped = 0;    // runs not begun because max_runs others were alive
  std::uint64_t undefined = 0;  // conditions without an answer, taken for no

  friend bool operator==(const PatternCounters&, const PatternCounters&) = default;
};
static_assert(std::is_trivially_copyable_v<PatternCounters>);

class PatternRuns {
 public:
  /// Keeps a reference to `program`.
  explicit PatternRuns(const PatternProgram& program) noexcept : program_(program) {}

  /// `state`: the state_words() of the event's instrument. Calls `on_match(const PatternMatch&)`, which must not throw
  /// and leaves the state alone, for each match that the event completes.
  template <class OnMatch>
  void on_event(std::span<std::uint64_t> state, const PatternEvent& event, OnMatch&& on_match) noexcept {
    TP_DCHECK(state.size() == program_.state_words() && event.values.size() == program_.field_count());
    const bool keeps_others = program_.after_match() == config::AfterMatch::no_skip;
    const std::uint64_t live = state[0];
    std::uint64_t kept = 0;
    for (std::uint64_t i = 0; i < live; ++i) {
      const std::span<std::uint64_t> run = run_at(state, i);
      const Progress progress = advance(run, event);
      if (progress == Progress::waiting) {
        if (i != kept) std::copy(run.begin(), run.end(), run_at(state, kept).begin());
        ++kept;
      } else if (progress == Progress::complete) {
        report(run, event, on_match);
        if (!keeps_others) {
          counters_.skipped += kept + (live - i - 1);
          return resize(state, live, 0);
        }
      }
    }
    resize(state, live, kept);
    if (!begins(event)) return;
    if (kept == program_.run_capacity()) {
      ++counters_.dropped;
      return;
    }
    ++counters_.begun;
    const std::span<std::uint64_t> run = run_at(state, kept);
    if (begin(run, event) == Progress::waiting) {
      state[0] = kept + 1;
      return;
    }
    report(run, event, on_match);
    if (!keeps_others) counters_.skipped += kept;
    resize(state, kept + 1, keeps_others ? kept : 0);
  }

  [[nodiscard]] const PatternProgram& program() const noexcept { return program_; }
  [[nodiscard]] const PatternCounters& counters() const noexcept { return counters_; }
  /// What has been counted; the runs are the owner's.
  void archive(StateArchive& archive) { archive(counters_); }

 private:
  enum class Progress : std::uint8_t { waiting, complete, ended };

  [[nodiscard]] std::span<std::uint64_t> run_at(std::span<std::uint64_t> state, std::uint64_t i) const noexcept {
    return state.subspan(1 + i * program_.run_words(), program_.run_words());
  }
  /// What was behind the runs that are left becomes zero.
  void resize(std::span<std::uint64_t> state, std::uint64_t live, std::uint64_t kept) const noexcept {
    state[0] = kept;
    const std::size_t words = program_.run_words();
    std::fill_n(state.begin() + static_cast<std::ptrdiff_t>(1 + kept * words), (live - kept) * words, 0);
  }
  template <class OnMatch>
  void report(std::span<const std::uint64_t> run, const PatternEvent& event, OnMatch& on_match) noexcept {
    ++counters_.matches;
    on_match(PatternMatch{.program = program_, .run = run, .last_index = event.index, .last_ts = event.ts});
  }

  [[nodiscard]] bool begins(const PatternEvent& event) noexcept;
  [[nodiscard]] Progress begin(std::span<std::uint64_t> run, const PatternEvent& event) noexcept;
  [[nodiscard]] Progress advance(std::span<std::uint64_t> run, const PatternEvent& event) noexcept;
  /// The step takes the event; complete when it is the last one and has its minimum.
  [[nodiscard]] Progress take(std::span<std::uint64_t> run, std::size_t step, const PatternEvent& event) noexcept;
  [[nodiscard]] bool holds(const Condition& condition, std::span<const std::uint64_t> run,
                           const PatternEvent& event) noexcept;
  [[nodiscard]] bool is_over(std::span<const std::uint64_t> run, const PatternEvent& event) const noexcept;

  const PatternProgram& program_;
  PatternCounters counters_;
};

}  // namespace tickplant::analytics
