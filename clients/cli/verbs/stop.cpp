// tickplant stop: asks the daemon to end, waits for it, and clears up behind it.
#include <cstdio>
#include <memory>
#include <optional>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/daemon_process.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

namespace fs = std::filesystem;

struct StopArguments {
  std::string plant;
  std::int64_t timeout_ns = 10'000'000'000;
  bool keep = false;
};

/// Segments on another mount: huge pages.
std::vector<fs::path> files_elsewhere(const clients::Plant& plant) {
  std::vector<fs::path> files;
  for (const ringbuf::CatalogSegment& segment : plant.segments()) {
    if (fs::path(segment.file).is_absolute()) files.emplace_back(segment.file);
  }
  return files;
}

void end_daemon(const Process& daemon, const std::string& name, std::int64_t timeout_ns) {
  bool told = false;
  const auto waiting = [&](std::chrono::nanoseconds gone_by) {
    if (told || gone_by < std::chrono::seconds(1)) return;
    told = true;
    std::fprintf(stderr, "tickplant: waiting for process %u to finish\n", daemon.pid);
  };
  if (end_process(daemon, std::chrono::nanoseconds(timeout_ns), waiting)) return;
  throw Failure(ExitCode::check_failed,
                "process " + std::to_string(daemon.pid) + " of plant '" + name + "' still runs after " +
                    duration_text(timeout_ns),
                "give it more time (--timeout 60s), or kill -9 it: nothing that was published is lost");
}

ExitCode stop(const StopArguments& arguments, const Common& common) {
  const clients::Plant plant = attach_plant(chosen_plant(arguments.plant));
  const fs::path& folder = plant.folder();
  const std::vector<fs::path> elsewhere = files_elsewhere(plant);
  const std::optional<Process> daemon = lock_holder(folder);
  if (daemon) {
    end_daemon(*daemon, plant.name(), arguments.timeout_ns);
  } else if (plant.state() == clients::PlantState::live) {
    throw Failure(ExitCode::check_failed,
                  "plant '" + plant.name() + "' is live, but process " + std::to_string(plant.daemon_pid()) +
                      " does not hold its lock",
                  "end that process by hand if it is yours");
  }
  std::size_t removed = 0;
  if (!arguments.keep) {
    removed = remove_leftovers(folder);
    std::error_code ignored;
    for (const fs::path& file : elsewhere) removed += fs::remove(file, ignored) ? 1 : 0;
  }
  if (common.json) {
    print_json({{"plant", plant.name()},
                {"stopped_pid", daemon ? Json(daemon->pid) : Json(nullptr)},
                {"removed_files", removed}});
    return ExitCode::ok;
  }
  const std::string files =
      arguments.keep ? "its files are kept in " + folder.string() : count_text(removed, "file") + " removed";
  if (daemon) std::printf("plant '%s' stopped (process %u), %s\n", plant.name().c_str(), daemon->pid, files.c_str());
  if (!daemon) std::printf("plant '%s' was not running, %s\n", plant.name().c_str(), files.c_str());
  return ExitCode::ok;
}

}  // namespace

void add_stop(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<StopArguments>();
  CLI::App* verb = app.add_subcommand("stop", "stop a plant and remove its files, also those a dead one left");
  verb->footer(
      "Examples:\n"
      "  tickplant stop\n"
      "  tickplant stop --keep --timeout 60s --plant demo\n"
      "Only the process that holds the plant's lock is asked to end (SIGTERM). Exit code 1: it still runs.");
  add_plant_option(*verb, arguments->plant);
  add_duration(*verb, "--timeout", arguments->timeout_ns, "how long it may take to finish");
  verb->add_flag("--keep", arguments->keep, "leave segments and log, for a successor or to look at");
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return stop(*arguments, common); }; });
}

}  // namespace tickplant::cli
