#include "clients/cli/live/plant_choice.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "clients/cli/failure.hpp"
#include "clients/cli/nearest_words.hpp"
#include "clients/cli/terminal.hpp"
#include "config/nearest.hpp"
#include "ringbuf/catalog_layout.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::cli {
namespace {

using clients::Plant;
using clients::PlantState;

constexpr const char* kHowToStart = "start one: tickplant start --demo, or --config FILE";

/// EACCES when it is there and we may not read it.
int access_error(const std::filesystem::path& file) { return ::access(file.c_str(), R_OK) == 0 ? 0 : errno; }

}  // namespace

void add_plant_option(CLI::App& verb, std::string& plant) {
  verb.add_option("--plant", plant, "the plant's name, or its folder; default: $TICKPLANT_PLANT, else the only one")
      ->type_name("PLANT");
}

std::string choose_plant(const std::string& option, const std::string& variable,
                         const std::vector<std::string>& known) {
  if (!option.empty()) return option;
  if (!variable.empty()) return variable;
  if (known.empty()) throw Failure(ExitCode::unreachable, "there is no plant", kHowToStart);
  if (known.size() > 1) {
    throw Failure(ExitCode::usage, "there are several plants: " + joined(known), "name one: --plant " + known.front());
  }
  return known.front();
}

std::string chosen_plant(const std::string& option) {
  const char* variable = std::getenv("TICKPLANT_PLANT");
  return choose_plant(option, variable == nullptr ? "" : variable, clients::known_plants());
}

Plant attach_plant(const std::string& name_or_folder) {
  const bool is_folder = name_or_folder.find('/') != std::string::npos;
  const std::filesystem::path folder =
      is_folder ? std::filesystem::path(name_or_folder)
                : ringbuf::plant_folder(name_or_folder, ringbuf::runtime_environment_of_this_process());
  try {
    return is_folder ? Plant::in_folder(folder) : Plant(name_or_folder);
  } catch (const platform::SetupError& error) {
    const int why = access_error(ringbuf::segment_path(folder, ringbuf::kCatalogSegmentName));
    const std::string meant =
        is_folder || why == EACCES ? "" : config::nearest(name_or_folder, clients::known_plants());
    const std::string guess = meant.empty() ? "" : "did you mean '" + printable(meant) + "'? ";
    throw Failure(why == EACCES ? ExitCode::permission : ExitCode::unreachable, error.problem(),
                  guess + error.remedy());
  }
}

std::string state_text(const Plant& plant) {
  const std::string name = "plant '" + plant.name() + "' ";
  const std::string pid = std::to_string(plant.daemon_pid());
  switch (plant.state()) {
    case PlantState::live: return name + "is live";
    case PlantState::stalled: return name + "is stalled: its daemon (pid " + pid + ") shows no sign of life";
    case PlantState::dead: return name + "is dead: its daemon (pid " + pid + ") was killed";
    case PlantState::closed: return name + "is stopped";
  }
  return name + "is in an unknown state";
}

void check_state(const Plant& plant, Wanted wanted) {
  const PlantState state = plant.state();
  if (state == PlantState::live) return;
  if (wanted == Wanted::live_data && state != PlantState::stalled) {
    throw Failure(ExitCode::unreachable, state_text(plant), kHowToStart);
  }
  std::fprintf(stderr, "tickplant: %s; this is its last state\n", state_text(plant).c_str());
}

void check_ring(const Plant& plant, const std::string& ring) {
  if (ring.empty()) return;
  std::vector<std::string> known;
  for (const ringbuf::CatalogSegment& segment : plant.segments()) {
    if (segment.kind == ringbuf::SegmentKind::broadcast) known.push_back(segment.name);
    if (segment.kind == ringbuf::SegmentKind::broadcast && segment.name == ring) return;
  }
  throw Failure(ExitCode::usage, "plant '" + plant.name() + "' has no ring '" + printable(ring) + "'",
                nearest_or_all(ring, known));
}

Plant attach_chosen(const std::string& option, Wanted wanted) {
  Plant plant = attach_plant(chosen_plant(option));
  check_state(plant, wanted);
  return plant;
}

}  // namespace tickplant::cli
