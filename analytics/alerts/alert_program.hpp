// The rules of alerts, compiled: which rules speak of an instrument, what they need to know of it, and where that is
// computed already. What no set computes is computed beside the sets, for the instruments of those rules alone.
//
// A program made from one before it shares its rules that are the same, and keeps the places of terms and what is
// computed for them: so a rule that comes or goes changes nothing for the others.
//
// Threads: immutable once made, shared by all shards.
// Not here: state (alert_book.hpp), sets (program.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analytics/alerts/rule_code.hpp"
#include "analytics/alerts/rule_compiler.hpp"
#include "config/analytics_config.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::analytics {

struct SetProgram;

/// A rule that is no more than a value that moves with ticks against a constant, or against one that moves with bars.
struct SimpleRule {
  static constexpr std::uint16_t kNoTerm = 0xffff;
  std::uint16_t term = 0;
  std::uint16_t other = kNoTerm;  // kNoTerm: `threshold`
  double threshold = 0;
  std::uint8_t relation = 0;
  bool is_cross = false;
};

struct AlertRule {
  config::AlertRuleConfig config;
  std::uint32_t number = 0;  // hash of owner and name
  RuleCode code = {};
  std::optional<SimpleRule> simple = {};
  std::uint16_t pattern_signal = 0;  // of a pattern: the number of its matches, as a signal
};

/// What rules want to know of the bars and windows of one spec of a set.
struct WatchedSpec {
  std::vector<std::pair<std::uint16_t, std::uint16_t>> outputs = {};  // of the graph, term
  std::vector<std::uint16_t> bars = {};                               // terms of the bar itself
  std::vector<std::uint16_t> averages = {};                           // terms: the mean price of the window

  [[nodiscard]] bool wants_bars() const noexcept { return !outputs.empty() || !bars.empty(); }
};

/// Of a set, or of what is computed beside the sets.
struct WatchedSet {
  std::vector<WatchedSpec> specs = {};
  std::vector<std::pair<ringbuf::FunctionId, std::uint16_t>> signals = {};  // those that rules name, and their numbers
};

class AlertProgram {
 public:
  /// Makes the set of a config that nobody publishes.
  using MakeSet = std::function<std::shared_ptr<const SetProgram>(const config::SetConfig&)>;
  static constexpr std::uint16_t kNowhere = 0xffff;

  /// `sets`: of the analytics file. Throws SetupError: a rule that cannot be compiled, with its place.
  AlertProgram(const config::AnalyticsConfig& config, std::span<const std::shared_ptr<const SetProgram>> sets,
               const MakeSet& make_set, const AlertProgram* before);
  AlertProgram(const AlertProgram&) = delete;
  AlertProgram& operator=(const AlertProgram&) = delete;

  [[nodiscard]] std::span<const std::shared_ptr<const AlertRule>> rules() const noexcept { return rules_; }
  [[nodiscard]] const RuleNames& names() const noexcept { return names_; }
  /// What is computed beside the sets.
  [[nodiscard]] std::span<const std::shared_ptr<const SetProgram>> extra_sets() const noexcept { return extra_; }
  /// By set, then by extra set.
  [[nodiscard]] const WatchedSet& watched(std::size_t set) const noexcept { return watched_[set]; }
  /// Where a term that moves with bars is computed for instruments of `set`, a set or kNowhere: the place of a set,
  /// then of an extra one.
  [[nodiscard]] std::uint16_t home_of(std::uint16_t term, std::uint16_t set) const noexcept;
  /// Of a rule that is a pattern.
  [[nodiscard]] std::uint16_t home_of_pattern(std::uint16_t signal) const noexcept;

  /// Places in rules(), ascending.
  [[nodiscard]] std::vector<std::uint32_t> rules_of(std::string_view symbol, std::string_view venue) const;

 private:
  void compile(const config::AnalyticsConfig& config, std::span<const std::shared_ptr<const SetProgram>> sets,
               const AlertProgram* before);
  void compute_what_is_missing(std::span<const std::shared_ptr<const SetProgram>> sets, const MakeSet& make_set,
                               const AlertProgram* before);
  void watch(std::span<const std::shared_ptr<const SetProgram>> sets);
  void index_symbols();
  [[nodiscard]] bool has(const SetProgram& set, const Term& term) const;

  RuleNames names_;
  std::vector<std::shared_ptr<const AlertRule>> rules_;
  std::vector<std::shared_ptr<const SetProgram>> extra_;
  std::vector<WatchedSet> watched_;                                 // by set, then by extra set
  std::vector<std::vector<std::uint16_t>> homes_;                   // by set, the last for no set; by term
  std::unordered_map<std::uint16_t, std::uint16_t> pattern_homes_;  // by signal
  std::unordered_map<std::string, std::vector<std::uint32_t>> rules_by_symbol_;
  std::vector<std::pair<std::string, std::uint32_t>> globs_;  // and the rule
};

/// Of a rule: 32 bits of a hash of its owner and name.
[[nodiscard]] std::uint32_t number_of(const config::AlertRuleConfig& rule) noexcept;

}  // namespace tickplant::analytics
