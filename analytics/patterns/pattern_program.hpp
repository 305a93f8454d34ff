// A pattern as config declares it, checked and compiled: steps with their conditions, and how much memory its runs
// take.
//
// The runs of one pattern and one instrument are `state_words()` 64-bit words, all zero in the beginning:
//
//   words  holds
//       1  live runs
//       n  each live run, earliest start first; what is behind them is zero
//
//   a run: words    holds
//              1    index of the event that began it
//              1    its event time
//              1    step it is in; bit 32: a consecutive step has had its gap
//              s    events bound, per step
//              b    indices of bound events, per step as many as it takes, at most kListedEvents
//              c    captures: what the conditions refer to
//
// So state is copied, hashed and stored as plain words, and equal states are equal words.
//
// Threads: immutable once compiled.
// Not here: what happens on an event (pattern_runs.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/patterns/condition.hpp"
#include "analytics/patterns/event_schema.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

struct PatternStep {
  std::string name;
  config::StepLink link = config::StepLink::followed_by;
  std::uint32_t times_min = 1, times_max = 1;
  bool consecutive = false;
  Condition where;
  std::optional<Condition> unless;
  std::uint32_t listed_begin = 0, listed_count = 0;  // words of the run that hold indices of its events
};

class PatternProgram {
 public:
  static constexpr std::size_t kMaxSteps = 16;
  static constexpr std::uint32_t kMaxRuns = 65'536;
  /// Of a step that took more events, the first 31 and the last are listed.
  static constexpr std::uint32_t kListedEvents = 32;
  static constexpr std::size_t kRunHeaderWords = 3;

  /// Throws platform::SetupError: the place in the file, the step, the column in its condition, the remedy.
  [[nodiscard]] static PatternProgram compile(const config::PatternConfig& config, const EventSchema& schema,
                                              std::string_view file_name);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<PatternStep>& steps() const noexcept { return steps_; }
  [[nodiscard]] const std::vector<Capture>& captures() const noexcept { return captures_; }
  [[nodiscard]] config::AfterMatch after_match() const noexcept { return after_match_; }
  [[nodiscard]] std::int64_t within_ns() const noexcept { return within_ns_; }       // 0: no bound
  [[nodiscard]] std::uint32_t within_bars() const noexcept { return within_bars_; }  // 0: no bound
  [[nodiscard]] std::size_t field_count() const noexcept { return field_count_; }
  /// How many runs there can be: `max_runs`, or fewer where `within` or strictly adjacent steps let no more live.
  [[nodiscard]] std::size_t run_capacity() const noexcept { return run_capacity_; }

  [[nodiscard]] std::size_t run_words() const noexcept { return blank_run_.size(); }
  [[nodiscard]] std::size_t state_words() const noexcept { return 1 + run_capacity_ * run_words(); }
  [[nodiscard]] std::size_t captures_begin() const noexcept { return run_words() - captures_.size(); }
  /// A run without events.
  [[nodiscard]] const std::vector<std::uint64_t>& blank_run() const noexcept { return blank_run_; }

 private:
  PatternProgram() = default;

  std::string name_;
  std::vector<PatternStep> steps_;
  std::vector<Capture> captures_;
  config::AfterMatch after_match_ = config::AfterMatch::skip_past_last;
  std::int64_t within_ns_ = 0;
  std::uint32_t within_bars_ = 0;
  std::size_t field_count_ = 0;
  std::size_t run_capacity_ = 0;
  std::vector<std::uint64_t> blank_run_;
};

}  // namespace tickplant::analytics
