// tickplant readers: who reads a plant, as they report it: how far behind, how soon lapped, how late.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "clients/cli/live/daemon_call.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/live/stream_table.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

constexpr double kWarningShare = 0.5;  // of its ring

/// Of the ring, not read yet: 1 = the writer overwrites what it reads next.
double lap_risk(const clients::ReportedReader& reader) {
  return reader.slots == 0 ? 0 : static_cast<double>(reader.behind()) / static_cast<double>(reader.slots);
}

Json reader_json(const clients::ReportedReader& reader, std::int64_t now_ns) {
  const clients::ReaderPosition& position = reader.position;
  const auto measured = [](std::uint64_t nanos) { return nanos == 0 ? Json(nullptr) : Json(nanos); };
  return {{"client", reader.client},
          {"uid", reader.uid},
          {"pid", reader.pid},
          {"ring", position.ring},
          {"next", position.next},
          {"behind", reader.behind()},
          {"lap_risk", lap_risk(reader)},
          {"latency_ns_p50", measured(position.latency_ns_p50)},
          {"latency_ns_max", measured(position.latency_ns_max)},
          {"reported_ns_ago", now_ns - reader.at_ns}};
}

ExitCode readers(const std::string& wanted, const Common& common) {
  return ask_daemon({wanted, "readers"}, [&](const clients::Plant& plant, clients::ControlClient& daemon) {
    const std::vector<clients::ReportedReader> all = daemon.readers();
    const std::int64_t now_ns = plant.now().value;
    if (common.json) {
      Json out = Json::array();
      for (const clients::ReportedReader& reader : all) out.push_back(reader_json(reader, now_ns));
      print_json({{"plant", plant.name()}, {"readers", out}});
      return ExitCode::ok;
    }
    if (all.empty()) {
      std::fputs("tickplant: no reader reports where it is (ControlClient::report, once a second)\n", stderr);
      return ExitCode::ok;
    }
    StreamTable table(
        {{"client", true}, {"uid"}, {"pid"}, {"ring", true}, {"behind"}, {"lap risk"}, {"p50"}, {"max"}, {"reported"}});
    const auto latency = [](std::uint64_t nanos) {
      return nanos == 0 ? std::string("-") : duration_text(static_cast<std::int64_t>(nanos));
    };
    for (const clients::ReportedReader& reader : all) {
      const double risk = lap_risk(reader);
      const std::string percent = std::to_string(static_cast<std::uint64_t>(risk * 100)) + " %";
      table.add({printable(reader.client), std::to_string(reader.uid), std::to_string(reader.pid),
                 printable(reader.position.ring), count_text(reader.behind()),
                 risk >= kWarningShare ? Cell{percent, Look::warning} : Cell{percent},
                 latency(reader.position.latency_ns_p50), latency(reader.position.latency_ns_max),
                 duration_text(now_ns - reader.at_ns) + " ago"},
                risk >= 1 ? "lapped" : "");
    }
    std::fputs(table.take(style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
    return ExitCode::ok;
  });
}

}  // namespace

void add_readers(CLI::App& app, const Common& common, Run& run) {
  auto wanted = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("readers", "who reads the plant, how far behind and how late, as they report it");
  verb->footer(
      "Examples:\n"
      "  tickplant readers\n"
      "  tickplant readers --json | jq '.readers[] | select(.lap_risk > 0.5)'\n"
      "Readers of shared memory leave no trace in it: listed are those that report at the control socket. behind:\n"
      "records published and not read; lap risk: those as a share of the ring, at 100 % records are lost.");
  add_plant_option(*verb, *wanted);
  verb->callback([wanted, &common, &run] { run = [wanted, &common] { return readers(*wanted, common); }; });
}

}  // namespace tickplant::cli
