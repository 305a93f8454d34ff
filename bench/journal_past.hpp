// How many questions about the past a journal of an hour answers a second: image and book of an instrument at a time.
//
// Threads: one.
#pragma once

#include "bench/suites.hpp"

namespace tickplant::bench {

/// Adds its rows to the report of the suite journal. Throws SetupError: an index says something else than a replay.
void run_journal_past(const Options& options, Report& report);

}  // namespace tickplant::bench
