// One function per verb of `tickplant`: adds its subcommand to the command line and says what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "clients/cli/exit_code.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

/// What every verb knows.
struct Common {
  bool json = false;
  ColorWish color = ColorWish::automatic;
};

/// What to do once the command line is parsed: set by the subcommand that was named.
using Run = std::function<ExitCode()>;

void add_inspect(CLI::App& app, const Common& common, Run& run);
void add_compute(CLI::App& app, const Common& common, Run& run);
void add_backtest(CLI::App& app, const Common& common, Run& run);
void add_config(CLI::App& app, const Common& common, Run& run);
void add_journal(CLI::App& app, const Common& common, Run& run);
void add_replay(CLI::App& app, const Common& common, Run& run);

// The plant as a process, and whether it is well.
void add_start(CLI::App& app, const Common& common, Run& run);
void add_stop(CLI::App& app, const Common& common, Run& run);
void add_reload(CLI::App& app, const Common& common, Run& run);
void add_status(CLI::App& app, const Common& common, Run& run);
void add_health(CLI::App& app, const Common& common, Run& run);
void add_drain(CLI::App& app, const Common& common, Run& run);
void add_readers(CLI::App& app, const Common& common, Run& run);
void add_watchlist(CLI::App& app, const Common& common, Run& run);
void add_feed(CLI::App& app, const Common& common, Run& run);

// The market, live.
void add_top(CLI::App& app, const Common& common, Run& run);
void add_tail(CLI::App& app, const Common& common, Run& run);
void add_image(CLI::App& app, const Common& common, Run& run);
void add_book(CLI::App& app, const Common& common, Run& run);
void add_movers(CLI::App& app, const Common& common, Run& run);
void add_bars(CLI::App& app, const Common& common, Run& run);
void add_signals(CLI::App& app, const Common& common, Run& run);
void add_instruments(CLI::App& app, const Common& common, Run& run);

// What a plant is made of, and how fast.
void add_rings(CLI::App& app, const Common& common, Run& run);
void add_counters(CLI::App& app, const Common& common, Run& run);
void add_latency(CLI::App& app, const Common& common, Run& run);

// The machine.
void add_doctor(CLI::App& app, const Common& common, Run& run);
void add_bench(CLI::App& app, const Common& common, Run& run);

// The command itself.
void add_completion(CLI::App& app, const Common& common, Run& run);
void add_live_values(CLI::App& app, const Common& common, Run& run);  // hidden: what completions ask
void add_manual(CLI::App& app, const Common& common, Run& run);       // hidden: what the build asks

}  // namespace tickplant::cli
