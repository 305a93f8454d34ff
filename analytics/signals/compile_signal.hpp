// From a signal as configured to a rule, or to an error that says what is wrong where, and what to write instead.
//
// Threads: at set-up; throws SetupError.
// Not here: reading the file (config/), which indicators there are (a callback knows).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include "analytics/signals/signal_rule.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

/// Index of an indicator's output; throws SetupError when there is none of that name or its parameters are wrong.
using ResolveIndicator = std::function<std::size_t(const config::FunctionCall&)>;

/// `signal` and `state_offset` are left to the caller.
[[nodiscard]] SignalRule compile_signal(const config::SignalConfig& signal, const ResolveIndicator& resolve);

/// Results are told apart by window and name: each signal on `on` has one of its own.
void check_signal_names(std::span<const config::SignalConfig> signals, std::string_view on);

/// What the rule keeps per instrument, a multiple of 8.
[[nodiscard]] std::size_t state_bytes_of(const SignalRule& rule) noexcept;

}  // namespace tickplant::analytics
