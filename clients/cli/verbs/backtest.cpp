// tickplant backtest: rules of alerts over the past.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "clients/cli/backtest/backtest.hpp"
#include "clients/cli/backtest/backtest_report.hpp"
#include "clients/cli/failure.hpp"
#include "clients/cli/journal/journal_choice.hpp"
#include "clients/cli/live/history_from.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "platform/clock.hpp"

namespace tickplant::cli {
namespace {

struct BacktestArguments {
  BacktestOptions options;
  std::string journal, from, to, date, csv, expect = "up";
};

ExitCode run_backtest(BacktestArguments arguments, const Common& common) {
  BacktestOptions& options = arguments.options;
  if (arguments.journal.empty() == options.input.empty()) {
    throw Failure(ExitCode::usage, "backtest needs the past: a journal, or a file with --input",
                  "tickplant backtest PLANT --rules FILE, or tickplant backtest --input FILE --rules FILE");
  }
  const platform::UnixNanos now = platform::system_now();
  if (!arguments.from.empty()) options.from = parse_when("--from", arguments.from, now).value;
  if (!arguments.to.empty()) options.to = parse_when("--to", arguments.to, now).value;
  if (!arguments.date.empty()) {
    options.trading_date = platform::parse_date(arguments.date);
    if (!options.trading_date) {
      throw Failure(ExitCode::usage, "--date is '" + printable(arguments.date) + "', not a date",
                    "write it like 2019-01-30");
    }
  }
  if (!arguments.journal.empty()) {
    options.journal = chosen_journal(arguments.journal, journal_environment_of_this_process());
  }
  const bool is_watched = ::isatty(STDERR_FILENO) == 1;
  if (is_watched) {
    options.on_progress = [](const std::string& doing, std::uint64_t done) {
      std::fprintf(stderr, "\r%s %s\x1b[K", count_text(done).c_str(), doing.c_str());
    };
  }
  const auto begin = std::chrono::steady_clock::now();
  const Backtest result = backtest(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (is_watched) std::fputs("\r\x1b[K", stderr);
  if (!arguments.csv.empty()) write_csv(arguments.csv, result);
  const std::vector<RuleSummary> summaries = summaries_of(result, arguments.expect == "up");
  if (common.json) {
    std::printf("%s\n", to_json(result, summaries).dump().c_str());
  } else {
    std::fputs(summary_table(summaries, style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
    std::printf("%s from %s in %.2f s; %s suppressed by cooldowns, muted hours and pauses\n",
                count_text(result.alerts.size(), "alert").c_str(), count_text(result.records, "record").c_str(),
                took.count(), count_text(result.suppressed).c_str());
    if (!arguments.csv.empty()) std::printf("each of them in %s\n", arguments.csv.c_str());
  }
  for (const std::string& note : result.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  if (result.problem.empty()) return ExitCode::ok;
  std::fprintf(stderr, "tickplant: %s: %s\n", options.input.c_str(), result.problem.c_str());
  return ExitCode::data_lost;
}

}  // namespace

void add_backtest(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<BacktestArguments>();
  CLI::App* verb = app.add_subcommand("backtest", "rules of alerts over the past, by the plant's own engine");
  verb->footer(
      "Examples:\n"
      "  tickplant backtest demo --rules config/alerts/standard.yaml --from -1h\n"
      "  tickplant backtest --input 01302020.NASDAQ_ITCH50.gz --rules rules.yaml --csv alerts.csv\n"
      "  tickplant backtest --input trades.csv --rules rules.yaml --expect down --json\n"
      "What it finds is what a plant with these rules would have told. `after 5m`: the mean return from the alert's "
      "price\n"
      "to that of five minutes later; hits: the share that went the way of --expect. docs/alerts.md has the rules.\n"
      "Exit code 4: the input is cut or damaged; what was intact has been looked at.");
  verb->add_option("journal", arguments->journal, "its folder, or the plant's name")->type_name("FOLDER|PLANT");
  verb->add_option("--rules", arguments->options.rules, "a file of rules")->required()->type_name("FILE");
  verb->add_option("--input", arguments->options.input, "instead of a journal: CSV of trades, or a capture")
      ->type_name("FILE");
  verb->add_option("--analytics", arguments->options.analytics,
                   "what else is computed; default: what the journal's plant did, else the file built in")
      ->type_name("FILE");
  verb->add_option("--from", arguments->from, "alerts from this event time on; all before is computed, too")
      ->type_name("TIME");
  verb->add_option("--to", arguments->to, "up to this one, which is left out")->type_name("TIME");
  verb->add_option("--csv", arguments->csv, "write each alert there")->type_name("FILE");
  verb->add_option("--expect", arguments->expect, "which way a hit goes")
      ->type_name("up|down")
      ->check(CLI::IsMember({"up", "down"}))
      ->capture_default_str();
  verb->add_option("--date", arguments->date, "captures: trading date, YYYY-MM-DD; default: from the file")
      ->type_name("DATE");
  verb->add_option("--zone", arguments->options.time_zone, "captures: time zone of the venue")->type_name("ZONE");
  verb->add_option("--venue", arguments->options.venue, "captures: MIC of the venue")->type_name("MIC");
  verb->add_option("--orders", arguments->options.order_capacity, "captures: room for open orders")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}).description("1 to 100000000"));
  verb->callback(
      [arguments, &common, &run] { run = [arguments, &common] { return run_backtest(*arguments, common); }; });
}

}  // namespace tickplant::cli
