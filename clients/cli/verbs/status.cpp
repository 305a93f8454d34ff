// tickplant status: what a plant is doing.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/live/status_table.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

constexpr std::chrono::milliseconds kStatusSample{250};

/// All there are, unless one was named.
std::vector<std::string> wanted_plants(const std::string& option) {
  if (!option.empty() || std::getenv("TICKPLANT_PLANT") != nullptr) return {chosen_plant(option)};
  const std::vector<std::string> known = clients::known_plants();
  return known.size() > 1 ? known : std::vector<std::string>{chosen_plant("")};
}

ExitCode status(const std::string& option, const Common& common) {
  const Style style = style_for(STDOUT_FILENO, common.color);
  const std::vector<std::string> names = wanted_plants(option);
  Json all = Json::array();
  bool all_live = true, first = true;
  for (const std::string& name : names) {
    clients::Plant plant = attach_plant(name);
    PlantProbe probe(plant);
    const PlantFacts before = probe.look();
    if (before.state == clients::PlantState::live) std::this_thread::sleep_for(kStatusSample);
    const PlantFacts now = probe.look();
    all_live = all_live && now.state == clients::PlantState::live;
    if (common.json) {
      all.push_back(status_json(before, now));
    } else {
      std::printf("%s%s", first ? "" : "\n\n", status_text(before, now, style).c_str());
    }
    first = false;
  }
  if (common.json) print_json(all);
  return all_live ? ExitCode::ok : ExitCode::unreachable;
}

}  // namespace

void add_status(CLI::App& app, const Common& common, Run& run) {
  auto plant = std::make_shared<std::string>();
  CLI::App* verb =
      app.add_subcommand("status", "what a plant is doing: feeds, threads, rings; without --plant: every plant");
  verb->footer(
      "Examples:\n"
      "  tickplant status\n"
      "  tickplant status --json | jq '.[0].feeds[].gaps'\n"
      "Rates are of a quarter of a second. Exit code 3: a plant is shown that is not live.");
  add_plant_option(*verb, *plant);
  verb->callback([plant, &common, &run] { run = [plant, &common] { return status(*plant, common); }; });
}

}  // namespace tickplant::cli
