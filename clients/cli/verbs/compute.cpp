// tickplant compute: the analytics of a plant over a file.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "clients/cli/compute/compute.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {
namespace {

/// A line on stderr that renews itself, where a person watches.
class ComputeProgress {
 public:
  void operator()(const std::string& doing, std::uint64_t done) {
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_ < std::chrono::milliseconds(500)) return;
    shown_ = now;
    any_ = true;
    std::fprintf(stderr, "\r%s %s\x1b[K", count_text(done).c_str(), doing.c_str());
  }
  void clear() const {
    if (any_) std::fputs("\r\x1b[K", stderr);
  }

 private:
  std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
  bool any_ = false;
};

std::string json_text(const ComputeSummary& summary) {
  char hash[32];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(summary.output_hash));
  return nlohmann::ordered_json{{"format", summary.format},
                                {"records", summary.records},
                                {"instruments", summary.instruments},
                                {"rows", summary.rows},
                                {"signals", summary.signals},
                                {"corrections", summary.corrections},
                                {"indicators", summary.indicators},
                                {"state_hash", hash},
                                {"notes", summary.notes},
                                {"problem", summary.problem}}
      .dump();
}

ExitCode run_compute(ComputeOptions options, const std::string& date, const Common& common) {
  if (!date.empty()) {
    options.trading_date = platform::parse_date(date);
    if (!options.trading_date) {
      throw platform::SetupError{"--date is '" + date + "', not a date", "write it like 2019-01-30"};
    }
  }
  ComputeProgress progress;
  if (::isatty(STDERR_FILENO) == 1) options.on_progress = std::ref(progress);
  const auto begin = std::chrono::steady_clock::now();
  const ComputeSummary summary = compute(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  progress.clear();
  if (common.json) {
    std::printf("%s\n", json_text(summary).c_str());
  } else {
    const bool is_bars = summary.format == "bars";
    const std::string rows = is_bars ? "" : count_text(summary.rows, "row") + ", ";
    std::printf("%s: %s of %s -> %s%s, %s in %s (%.2f s)\nstate hash %016llx\n", summary.format.c_str(),
                count_text(summary.records, is_bars ? "bar" : "record").c_str(),
                count_text(summary.instruments, "instrument").c_str(), rows.c_str(),
                count_text(summary.signals, "signal").c_str(), count_text(summary.indicators, "indicator file").c_str(),
                options.out.c_str(), took.count(), static_cast<unsigned long long>(summary.output_hash));
    for (const std::string& note : summary.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  }
  if (summary.problem.empty()) return ExitCode::ok;
  std::fprintf(stderr, "tickplant: %s: %s\n", options.input.c_str(), summary.problem.c_str());
  return ExitCode::data_lost;
}

}  // namespace

void add_compute(CLI::App& app, const Common& common, Run& run) {
  auto options = std::make_shared<ComputeOptions>();
  auto date = std::make_shared<std::string>();
  CLI::App* verb =
      app.add_subcommand("compute", "windows, indicators and signals over a file, by the plant's own engine");
  verb->footer(
      "Examples:\n"
      "  tickplant compute --input trades.csv --config config/analytics/standard.yaml --out results\n"
      "  tickplant compute --input 01302020.NASDAQ_ITCH50.gz --config config/analytics/standard.yaml --out results\n"
      "  tickplant compute --input bars.csv --config config/golden/bars.yaml --out results\n"
      "Input, told by its first bytes; .gz and .zst too:\n"
      "  trades   CSV with seq,ts_ns,symbol,xseq,px,size in order of arrival; px in 1e-4\n"
      "  bars     CSV with i,ts,open,high,low,close,volume of one instrument; prices as decimals\n"
      "  a capture or day file of any format that `tickplant inspect` reads\n"
      "Writes rows, signals, one file per indicator and summary.json into the folder: docs/analytics.md.\n"
      "Exit code 4: the input is cut or damaged; what was intact has been computed.");
  verb->add_option("--input", options->input, "the file")->required()->type_name("FILE");
  verb->add_option("--config", options->config, "what to compute: an analytics file")->required()->type_name("FILE");
  verb->add_option("--out", options->out, "folder for the results; made if need be")->required()->type_name("FOLDER");
  verb->add_option("--shards", options->shards, "compute in N shards, one after the other: the results are the same")
      ->type_name("N")
      ->check(CLI::Range(1u, 64u).description("1 to 64"));
  verb->add_option("--feed", options->feed,
                   "the feed of the config's watermark groups that the file is; default: input")
      ->type_name("NAME");
  verb->add_option("--window", options->window, "bars: whose functions; default: the first window that has any")
      ->type_name("NAME");
  verb->add_option("--date", *date, "captures: trading date, YYYY-MM-DD; default: from the capture or the file name")
      ->type_name("DATE");
  verb->add_option("--zone", options->time_zone, "captures: time zone of the venue; default: the one of the protocol")
      ->type_name("ZONE");
  verb->add_option("--venue", options->venue, "captures: MIC of the venue; default: the one of the protocol")
      ->type_name("MIC");
  verb->add_option("--orders", options->order_capacity, "captures: room for open orders; default: from the file's size")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}).description("1 to 100000000"));
  verb->callback([options, date, &common, &run] {
    run = [options, date, &common] { return run_compute(*options, *date, common); };
  });
}

}  // namespace tickplant::cli
