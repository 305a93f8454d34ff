// tickplant rings: how big, how fast, how long each holds.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/live/status_table.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

constexpr std::chrono::milliseconds kRingsSample{250};

ExitCode rings(const std::string& option, const Common& common) {
  clients::Plant plant = attach_chosen(option, Wanted::last_state);
  PlantProbe probe(plant);
  const PlantFacts before = probe.look();
  if (before.state == clients::PlantState::live) std::this_thread::sleep_for(kRingsSample);
  const PlantFacts now = probe.look();
  if (common.json) {
    print_json(rings_json(before, now));
  } else {
    std::fputs(rings_text(before, now, style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
  }
  return ExitCode::ok;
}

}  // namespace

void add_rings(CLI::App& app, const Common& common, Run& run) {
  auto plant = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("rings", "the rings of a plant: size, rate, how long a record stays");
  verb->footer(
      "Examples:\n"
      "  tickplant rings\n"
      "\"holds\": after how long, at the rate of a quarter of a second, a record is overwritten: a slower reader loses "
      "it.");
  add_plant_option(*verb, *plant);
  verb->callback([plant, &common, &run] { run = [plant, &common] { return rings(*plant, common); }; });
}

}  // namespace tickplant::cli
