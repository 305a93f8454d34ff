// tickplant bench: does the ring on this machine cost what it should?
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <memory>

#include "clients/cli/bench/hop_measurement.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

constexpr double kSharedCoreNanos = 2'000;  // far above any two cores of one machine

std::string ratio_text(double ratio) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", ratio);
  return text;
}

/// As many decimals as say something; JSON would print seventeen.
double rounded(double value, double per_unit) { return std::round(value * per_unit) / per_unit; }

Json bench_json(const HopResult& result, const BenchConditions& conditions) {
  Json hop = Json::array();
  for (const HopFigure& figure : result.hop) {
    hop.push_back({{"percentile", figure.percentile},
                   {"ring_ns", figure.ring_ns},
                   {"bare_ns", figure.bare_ns},
                   {"ratio", rounded(figure.ratio(), 1'000)}});
  }
  return {{"hop", std::move(hop)},
          {"publish_ns", rounded(result.publish_ns, 100)},
          {"publish_ratio", rounded(result.publish_ratio, 1'000)},
          {"rounds", result.plan.rounds},
          {"records", result.plan.records},
          {"interval_ns", result.plan.interval_ns},
          {"writer_cpu", result.writer_cpu},
          {"reader_cpu", result.reader_cpu},
          {"is_pinned", result.is_pinned},
          {"processor", conditions.processor},
          {"processors", conditions.processors},
          {"governor", conditions.governor.empty() ? Json(nullptr) : Json(conditions.governor)},
          {"kernel", conditions.kernel},
          {"load_average", rounded(conditions.load_average, 100)},
          {"version", TICKPLANT_VERSION}};
}

std::string bench_text(const HopResult& result, const BenchConditions& conditions, const Style& style) {
  std::string out =
      fact_line("hop", "ring to another process, against the bare hand-over of a cache line, in turns") +
      fact_line("load", "one record every " + duration_text(result.plan.interval_ns) + ", " +
                            count_text(result.plan.records) + " a round, " + count_text(result.plan.rounds, "round") +
                            "; each counts from when it was due") +
      fact_line("cores", result.is_pinned ? "writer on cpu " + std::to_string(result.writer_cpu) + ", reader on cpu " +
                                                std::to_string(result.reader_cpu)
                                          : style.warning("one for both: the figures say little")) +
      '\n';
  TextTable table({{"", true}, {"ring"}, {"bare hand-over"}, {"ratio"}});
  for (const HopFigure& figure : result.hop) {
    table.add({figure.percentile,
               duration_text(std::llround(figure.ring_ns)),
               duration_text(std::llround(figure.bare_ns)),
               {ratio_text(figure.ratio()), Look::bold}});
  }
  table.add({"publish", ratio_text(result.publish_ns) + " ns", "", {ratio_text(result.publish_ratio), Look::bold}});
  out += table.text(style) + '\n' +
         fact_line("machine", conditions.processor + ", " + count_text(conditions.processors, "processor") +
                                  ", governor " + (conditions.governor.empty() ? "not shown" : conditions.governor) +
                                  ", Linux " + conditions.kernel + ", tickplant " TICKPLANT_VERSION) +
         fact_line("load average", ratio_text(conditions.load_average));
  if (conditions.load_average > 0.5 * static_cast<double>(conditions.processors)) {
    out += style.warning("  ! the machine is busy: stalls of others are in these figures") + '\n';
  }
  if (result.hop.front().bare_ns > kSharedCoreNanos) {
    out += style.warning("  ! a bare hand-over takes a microsecond at most: the cores are not ours alone, repeat it") +
           '\n';
  }
  return out;
}

ExitCode bench(const HopPlan& plan, const Common& common) {
  const BenchConditions conditions = bench_conditions();
  const HopResult result = measure_hop(plan);
  if (common.json) {
    print_json(bench_json(result, conditions));
  } else {
    std::fputs(bench_text(result, conditions, style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
  }
  return ExitCode::ok;
}

}  // namespace

void add_bench(CLI::App& app, const Common& common, Run& run) {
  auto plan = std::make_shared<HopPlan>();
  CLI::App* verb = app.add_subcommand("bench", "what the ring costs on this machine, in two seconds");
  verb->footer(
      "Examples:\n"
      "  tickplant bench\n"
      "  tickplant bench --rounds 20 --json | jq '.hop[0].ratio'\n"
      "A writer and a reader, a process each on the first two cores that this shell may use. The ratio is the result,\n"
      "nanoseconds are colour: of each percentile the round with the middle ratio. About 1 at p50 is as it should be.\n"
      "publish: a record, many in a row, nobody reading; its ratio is to the bare hand-over, too. Needs no plant.\n"
      "Exit code 1: a record came torn or too late, or this machine has no usable clock.");
  verb->add_option("--rounds", plan->rounds, "how often both are measured")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000}).description("1 to 1000"))
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--records", plan->records, "of a round")
      ->check(CLI::Range(std::uint64_t{100}, std::uint64_t{50'000}).description("100 to 50000"))
      ->type_name("N")
      ->capture_default_str();
  verb->callback([plan, &common, &run] { run = [plan, &common] { return bench(*plan, common); }; });
}

}  // namespace tickplant::cli
