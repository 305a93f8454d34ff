// A sequence of bars, ticks or signals as it was written, in a set of an analytics file or in a rule of alerts.
//
// Threads: values, copied freely.
// Not here: the language of `where` and `unless` (analytics/patterns/, docs/patterns.md).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/analytics_words.hpp"

namespace tickplant::config {

enum class AfterMatch : std::uint8_t { skip_past_last, no_skip };
constexpr std::array<std::string_view, 2> choice_words(AfterMatch) { return {"skip_past_last", "no_skip"}; }
enum class StepLink : std::uint8_t { followed_by, next };
constexpr std::array<std::string_view, 2> choice_words(StepLink) { return {"followed_by", "next"}; }

inline constexpr std::uint32_t kNoMaximum = ~std::uint32_t{0};

struct PatternStepConfig {
  std::string name = {};
  StepLink link = StepLink::followed_by;
  std::uint32_t times_min = 1, times_max = 1;  // times: 3, [2, 5] or [2,] (= [2, null]): kNoMaximum
  bool consecutive = false;
  std::string where = {};   // an expression: analytics/patterns/
  std::string unless = {};  // while waiting for this step: ends the run
  Place place = {}, where_place = {}, unless_place = {};

  friend bool operator==(const PatternStepConfig&, const PatternStepConfig&) = default;
};

struct PatternConfig {
  std::string name = {};
  std::string on = {};  // "ticks", "bars.T60" or "signals"
  AfterMatch after_match = AfterMatch::skip_past_last;
  std::int64_t within_ns = 0;     // within: 10m
  std::uint32_t within_bars = 0;  // within: 10 bars; both 0: no bound
  std::uint32_t max_runs = 64;    // per instrument; more are dropped and counted
  std::vector<PatternStepConfig> steps = {};
  Place place = {};

  friend bool operator==(const PatternConfig&, const PatternConfig&) = default;
};

}  // namespace tickplant::config
