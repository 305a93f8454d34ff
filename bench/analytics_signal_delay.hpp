// How much later a signal comes because bars close: trades of ten thousand instruments, each due at its time, over
// minutes of event time; then the same trades within one minute, so that nothing closes.
//
// Threads: one, the caller's.
#pragma once

#include "bench/harness/bench_clock.hpp"
#include "bench/suites.hpp"

namespace tickplant::bench {

/// Adds rows of the suite `analytics`.
void measure_signal_delay(const Options& options, const BenchClock& clock, Report& report);

}  // namespace tickplant::bench
