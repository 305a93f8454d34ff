// tickplant-bench [SUITE...] [--only PART]... [--json FILE] [--rounds N] [--smoke] [--commit TEXT]
//
// Runs the named suites, all by default, and prints a row for each figure. Started by bench/run.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/harness/environment.hpp"
#include "bench/ring/ring_suite.hpp"
#include "bench/suites.hpp"
#include "platform/setup_error.hpp"

int main(int argc, char** argv) {
  using namespace tickplant;
  CLI::App app{"Measures Tickplant against baselines in the same run."};
  std::vector<std::string> names;
  std::string json;
  std::string commit = "unknown";
  bench::Options options;
  app.add_option(
         "suites", names,
         "ring, itch, book, udp, end_to_end, analytics, alerts, journal, seed_pipeline, python, control; default: all")
      ->check(CLI::IsMember({"ring", "itch", "book", "udp", "end_to_end", "analytics", "alerts", "journal",
                             "seed_pipeline", "python", "control"}));
  std::vector<std::string> parts(std::begin(bench::kRingParts), std::end(bench::kRingParts));
  parts.insert(parts.end(), std::begin(bench::kAnalyticsParts), std::end(bench::kAnalyticsParts));
  parts.insert(parts.end(), std::begin(bench::kJournalParts), std::end(bench::kJournalParts));
  app.add_option(
         "--only", options.only,
         "parts of the suites ring (checks, hop, throughput, ...), analytics (trades, bars, memory, delay) and journal "
         "(write, verify, replay, cost, past, restart)")
      ->check(CLI::IsMember(parts));
  app.add_option("--json", json, "write the figures to this file");
  app.add_option("--rounds", options.rounds, "rounds of each pair of measurements; the median is reported")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  app.add_flag("--smoke", options.smoke, "a moment of each, to see that it runs; the figures mean nothing");
  app.add_option("--commit", commit, "what is measured, for the record");
  CLI11_PARSE(app, argc, argv);

  try {
    if (options.smoke) options.rounds = 1;
    bench::Report report(bench::describe_environment(commit) + (options.smoke ? ", SMOKE: figures mean nothing" : ""));
    if (!json.empty()) report.write_json(json);  // a file that cannot be written is told now, not after minutes
    const auto wanted = [&](const char* name) {
      return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    };
    if (wanted("ring")) bench::run_ring_suite(options, report);
    if (wanted("itch")) bench::run_itch_suite(options, report);
    if (wanted("book")) bench::run_book_suite(options, report);
    if (wanted("udp")) bench::run_udp_suite(options, report);
    if (wanted("end_to_end")) bench::run_end_to_end_suite(options, report);
    if (wanted("analytics")) bench::run_analytics_suite(options, report);
    if (wanted("alerts")) bench::run_alerts_suite(options, report);
    if (wanted("journal")) bench::run_journal_suite(options, report);
    if (wanted("seed_pipeline")) bench::run_seed_pipeline_suite(options, report);
    if (wanted("python")) bench::run_python_suite(options, report);
    if (wanted("control")) bench::run_control_suite(options, report);
    if (!json.empty()) report.write_json(json);
  } catch (const platform::SetupError& error) {
    std::fprintf(stderr, "tickplant-bench: %s\n", error.what());
    return 2;
  }
  return 0;
}
