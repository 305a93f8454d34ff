// A complete match: which pattern, from which event to which, and which events each step took.
//
// Threads: a view of a run, good during the call that reports it.
// Not here: finding matches (pattern_runs.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "analytics/patterns/pattern_program.hpp"

namespace tickplant::analytics {

struct PatternMatch {
  const PatternProgram& program;
  std::span<const std::uint64_t> run;  // laid out as pattern_program.hpp says
  std::uint64_t last_index = 0;
  UnixNanos last_ts{};

  [[nodiscard]] std::uint64_t first_index() const noexcept { return run[0]; }
  [[nodiscard]] UnixNanos first_ts() const noexcept { return {static_cast<std::int64_t>(run[1])}; }
  /// How many events the step took.
  [[nodiscard]] std::uint64_t count(std::size_t step) const noexcept {
    return run[PatternProgram::kRunHeaderWords + step];
  }
  /// Their indices. Of more than there is room for, the first ones and, in the last place, the last one.
  [[nodiscard]] std::span<const std::uint64_t> listed(std::size_t step) const noexcept {
    const PatternStep& taken = program.steps()[step];
    const auto listed_count =
        static_cast<std::size_t>(count(step) < taken.listed_count ? count(step) : taken.listed_count);
    return run.subspan(taken.listed_begin, listed_count);
  }
  /// Events that are not listed.
  [[nodiscard]] std::uint64_t left_out(std::size_t step) const noexcept { return count(step) - listed(step).size(); }
};

/// "u=1;u=2;x=9"; "u=1;...;u=40;x=41" where some are left out. Allocates: for results on paper, not for the data path.
[[nodiscard]] std::string binding_text(const PatternMatch& match);

}  // namespace tickplant::analytics
