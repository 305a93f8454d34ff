// The signals of one kind of bar, compiled from what the configuration says: rules with their operands found, and where
// in an instrument's state each keeps its own. Evaluated per instrument and bar.
//
// The state of an instrument is plain bytes without pointers, all zero at the start: state_bytes() of them in memory of
// the caller, 8-byte aligned. Final bars go through on_final(), each once, in order. A bar that may still change can be
// looked at any number of times with on_first(): it leaves the state as it is.
//
// Threads: a program is not changed once made, any number may use it; one at a time per state.
// Not here: indicators (a callback finds them, `Values` reads them), signals on ticks (tick_rules() says what they are,
// tick_cross.hpp and swing.hpp do it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "analytics/bar.hpp"
#include "analytics/signals/compile_signal.hpp"
#include "analytics/signals/signal_event.hpp"
#include "analytics/signals/signal_rule.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

class SignalProgram {
 public:
  SignalProgram() = default;
  /// Of `signals` those on the window `on`. Throws SetupError: what is wrong where, and what to write instead.
  SignalProgram(std::span<const config::SignalConfig> signals, std::string_view on, const ResolveIndicator& resolve);

  /// For bars; a bar fires each at most once.
  [[nodiscard]] std::span<const SignalRule> rules() const noexcept { return rules_; }
  /// For ticks, crosses (a is the price) and swings; they keep nothing in the state of bars.
  [[nodiscard]] std::span<const SignalRule> tick_rules() const noexcept { return tick_rules_; }

  [[nodiscard]] std::size_t state_bytes() const noexcept { return state_bytes_; }
  void start(std::byte* state) const noexcept {
    if (state_bytes_ != 0) std::memset(state, 0, state_bytes_);
  }

  /// A bar that will not change any more. `bar_index` counts the instrument's bars. Events come in order of rules.
  template <SignalValues Values>
  void on_final(std::uint64_t bar_index, const Bar& bar, const Values& values, std::byte* state,
                SignalOutput& out) const noexcept {
    for (const SignalRule& rule : rules_) {
      final_bar(rule, bar_index, bar, rule.a.of(bar, values), rule.b.of(bar, values), state + rule.state_offset, out);
    }
  }

  /// A bar that has just come out, or has been corrected: what the rules on `first` say if it stays like this, marked
  /// as provisional. `values` are the indicators with this bar.
  template <SignalValues Values>
  void on_first(std::uint64_t bar_index, const Bar& bar, const Values& values, const std::byte* state,
                SignalOutput& out) const noexcept {
    for (const SignalRule& rule : rules_) {
      if (rule.basis != config::Basis::first) continue;
      first_bar(rule, bar_index, bar, rule.a.of(bar, values), rule.b.of(bar, values), state + rule.state_offset, out);
    }
  }

 private:
  static void final_bar(const SignalRule& rule, std::uint64_t bar_index, const Bar& bar, double a, double b,
                        std::byte* state, SignalOutput& out) noexcept;
  static void first_bar(const SignalRule& rule, std::uint64_t bar_index, const Bar& bar, double a, double b,
                        const std::byte* state, SignalOutput& out) noexcept;

  std::vector<SignalRule> rules_;
  std::vector<SignalRule> tick_rules_;
  std::size_t state_bytes_ = 0;
};

}  // namespace tickplant::analytics
