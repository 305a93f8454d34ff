#include "clients/cli/compute/compute.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "analytics/engine.hpp"
#include "clients/cli/compute/bar_files.hpp"
#include "clients/cli/compute/capture_input.hpp"
#include "clients/cli/compute/csv_lines.hpp"
#include "clients/cli/compute/indicator_files.hpp"
#include "clients/cli/compute/input_kind.hpp"
#include "clients/cli/compute/results.hpp"
#include "clients/cli/compute/signal_files.hpp"
#include "clients/cli/compute/tick_csv.hpp"
#include "clients/cli/compute/window_files.hpp"
#include "config/load_analytics.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {

using analytics::Engine;
using analytics::EngineCounts;
using analytics::NamedFeed;
using analytics::Program;
using analytics::WindowSpec;

namespace {

/// The file is one feed: groups keep of their feeds that one, and those without it have nothing to wait for.
void keep_feed(config::AnalyticsConfig& config, const std::string& feed) {
  for (config::WatermarkConfig& group : config.watermarks) {
    std::erase_if(group.feeds, [&](const std::string& name) { return name != feed; });
  }
  std::erase_if(config.watermarks, [](const config::WatermarkConfig& group) { return group.feeds.empty(); });
}

void write_summary(const std::filesystem::path& folder, const nlohmann::ordered_json& summary) {
  std::ofstream file(folder / "summary.json");
  file << summary.dump(1) << '\n';
  if (!file.flush()) {
    throw platform::SetupError("cannot write " + (folder / "summary.json").string(),
                               "name a folder with room that you may write to with --out");
  }
}

std::string hash_text(std::uint64_t hash) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

nlohmann::ordered_json json_of(const Program& program, const Results& results, const ComputeSummary& summary,
                               std::span<const std::unique_ptr<Engine>> shards) {
  EngineCounts sum;
  std::vector<std::uint64_t> dropped(program.functions().size());
  for (const auto& shard : shards) {
    sum += shard->counts();
    for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] += shard->fully_dropped()[i];
  }
  const config::WatermarkConfig& watermark = program.groups().front().watermark;
  nlohmann::ordered_json json;
  json["events"] = sum.trades;
  json["late_events"] = sum.late_trades;
  json["late_updates"] = sum.late_updates;
  json["dropped_event_windows"] = sum.dropped;
  nlohmann::ordered_json by_spec = nlohmann::ordered_json::object();
  for (const auto& set : program.sets()) {
    for (const WindowSpec& spec : set->plan.specs()) {
      by_spec[spec.name] = dropped[set->window_function(spec.index).value];
    }
  }
  json["fully_dropped_per_spec"] = by_spec;
  json["ontime_fires"] = sum.rows_on_time;
  json["max_event_ts"] = shards.front()->newest_event();
  json["B_ns"] = watermark.bound_ns;
  json["L_ns"] = watermark.lateness_ns;
  json["emissions"] = summary.rows;
  json["final_windows"] = results.finals.size();
  json["signals"] = summary.signals;
  json["corrections"] = summary.corrections;
  json["quarantined"] = sum.quarantined;
  json["off_unit"] = sum.off_unit;
  json["quotes_dropped"] = sum.quotes_dropped;
  json["nbbo_refused"] = sum.nbbo_refused;
  json["overflows"] = sum.overflows;
  json["state_hash"] = hash_text(summary.output_hash);
  return json;
}

void compute_records(const ComputeOptions& options, const Program& program, ComputeInput& input,
                     ComputeSummary& summary) {
  Results results(options.out);
  std::vector<std::unique_ptr<Engine>> shards;
  for (std::uint32_t i = 0; i < options.shards; ++i) {
    shards.push_back(std::make_unique<Engine>(program, ringbuf::Shard{i, options.shards}, input, results));
  }
  input.read([&](const ringbuf::Record& record) {
    ++summary.records;
    for (const auto& shard : shards) shard->on_record({summary.records}, record);
    if (options.on_progress && summary.records % 65'536 == 0) options.on_progress("records", summary.records);
  });
  for (const auto& shard : shards) {
    shard->finish({summary.records + 1});
    summary.output_hash += shard->output_hash();
  }
  results.sort();
  if (options.on_progress) options.on_progress("results to write", results.rows.size() + results.values.size());
  write_window_files(options.out, program, input, results);
  write_signal_files(options.out, program, input, results);
  summary.indicators = write_indicator_files(options.out, program, input, results.values);
  summary.instruments = input.symbol_count();
  summary.rows = results.rows.size();
  summary.signals = results.signals.size();
  summary.corrections = results.corrections.size();
  summary.problem = input.problem();
  nlohmann::ordered_json json;
  json[name_of(program.config())] = json_of(program, results, summary, shards);
  write_summary(options.out, json);
}

void compute_bars(const ComputeOptions& options, const Program& program, ComputeSummary& summary) {
  const BarWindow window = find_bar_window(program, options.window);
  const BarCsv input(options.input, window.spec->size);
  BarResults results;
  run_bars(window, input, results);
  summary.indicators = write_bar_files(options.out, program, window, input, results);
  summary.records = input.rows().size();
  summary.instruments = input.rows().empty() ? 0 : 1;
  summary.signals = results.signals.size();
  summary.output_hash = results.output_hash;
  const std::vector<std::string> others = left_out(program, window);
  for (const std::string& name : others) {
    summary.notes.push_back(name + " is left out: bars of one window say nothing about it");
  }
  nlohmann::ordered_json json;
  json[name_of(program.config())] = {{"window", window.spec->name}, {"bars", summary.records},
                                     {"signals", summary.signals},  {"indicators", summary.indicators},
                                     {"left_out", others},          {"state_hash", hash_text(summary.output_hash)}};
  write_summary(options.out, json);
}

}  // namespace

ComputeSummary compute(const ComputeOptions& options) {
  const InputKind kind = kind_of(options.input);
  config::AnalyticsConfig config = config::load_analytics_file(options.config);
  keep_feed(config, options.feed);
  const std::array feeds{NamedFeed{options.feed, kInputFeed}};
  const Program program(std::move(config), feeds);
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error) {
    throw platform::SetupError("cannot make folder " + options.out.string() + ": " + error.message(),
                               "name a folder that you may write to with --out");
  }
  ComputeSummary summary;
  switch (kind) {
    case InputKind::bars:
      summary.format = "bars";
      compute_bars(options, program, summary);
      break;
    case InputKind::trades: {
      summary.format = "trades";
      TickCsv input(options.input, [&](std::uint64_t bytes) {
        if (options.on_progress) options.on_progress("bytes read", bytes);
      });
      compute_records(options, program, input, summary);
      break;
    }
    case InputKind::capture: {
      CaptureInput input(options.input, {.trading_date = options.trading_date,
                                         .time_zone = options.time_zone,
                                         .venue = options.venue,
                                         .order_capacity = options.order_capacity,
                                         .on_depth = {},
                                         .on_progress = {},
                                         .on_record = {}});
      compute_records(options, program, input, summary);
      summary.format = input.format();
      if (!input.has_date()) {
        summary.notes.emplace_back("nothing says which day it is: times count from 1970-01-01; give --date");
      }
      break;
    }
  }
  return summary;
}

}  // namespace tickplant::cli
