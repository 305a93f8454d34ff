// tickplant config check | show | size: a config file before anything runs on it; check-restart: what a running daemon
// says to it.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "analytics/program.hpp"
#include "clients/cli/failure.hpp"
#include "clients/cli/json.hpp"
#include "clients/cli/live/daemon_call.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "config/load_analytics.hpp"
#include "config/load_config.hpp"
#include "config/render_config.hpp"
#include "config/segment_sizes.hpp"
#include "platform/huge_pages.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::cli {
namespace {

void print(const Json& json) { std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str()); }

config::LoadedConfig load(const std::string& file) {
  return config::load_config_file(file, config::process_environment());
}

/// What the plant would compute, too. Throws as a start would.
void check_analytics(const config::PlantConfig& plant) {
  const std::optional<config::AnalyticsConfig> wanted = config::load_analytics_of(plant);
  if (!wanted) return;
  std::vector<analytics::NamedFeed> feeds;
  for (const config::FeedConfig& feed : plant.feeds) {
    feeds.push_back({feed.name, {static_cast<std::uint16_t>(feeds.size() + 1)}});
  }
  (void)analytics::Program(*wanted, feeds);
}

ExitCode check(const std::string& file, const Common& common) {
  try {
    const config::LoadedConfig loaded = load(file);
    check_analytics(loaded.config);
    if (common.json) {
      print({{"file", file}, {"valid", true}, {"violations", Json::array()}});
    } else {
      std::printf("%s is valid: plant %s, %s, %s\n", file.c_str(), loaded.config.plant.name.c_str(),
                  count_text(loaded.config.feeds.size(), "feed").c_str(),
                  count_text(loaded.config.rings.size(), "ring").c_str());
    }
    return ExitCode::ok;
  } catch (const config::ConfigError& error) {
    if (!common.json) throw;
    Json violations = Json::array();
    for (const config::Violation& one : error.violations()) {
      violations.push_back({{"source", one.source},
                            {"line", one.line},
                            {"column", one.column},
                            {"path", one.path},
                            {"message", one.message},
                            {"remedy", one.remedy}});
    }
    print({{"file", file}, {"valid", false}, {"violations", std::move(violations)}});
    return ExitCode::usage;
  }
}

ExitCode show(const std::string& file, bool explained, const Common& common) {
  const config::LoadedConfig loaded = load(file);
  if (common.json) {
    Json settings = Json::array();
    for (const config::ShownSetting& one : config::effective_settings(loaded)) {
      settings.push_back(
          {{"path", one.path}, {"value", Json::parse(one.json)}, {"unit", one.unit}, {"origin", one.origin}});
    }
    print(settings);
  } else {
    std::fputs((explained ? config::render_explained(loaded) : config::render_effective(loaded)).c_str(), stdout);
  }
  return ExitCode::ok;
}

struct Mount {
  std::string folder;
  std::uint64_t wanted = 0;
  std::optional<std::uint64_t> free = std::nullopt;  // it cannot be told
  bool has_substitute = false;                       // what does not fit goes elsewhere
  [[nodiscard]] bool fits() const noexcept { return !free || wanted <= *free; }
  [[nodiscard]] const char* verdict() const noexcept {
    if (fits()) return "";
    return has_substitute ? ": too few, so these rings would be in the folder above" : ": DOES NOT FIT";
  }
};

/// hugetlbfs itself does not say: its pages are one pool of the machine. 0 when `folder` is no such mount.
std::uint64_t free_huge_bytes(const std::string& folder) {
  std::uint64_t bytes = 0;
  for (const platform::HugePageMount& mount : platform::huge_page_mounts()) {
    if (mount.path != folder) continue;
    for (const platform::HugePagePool& pool : platform::huge_page_pools()) {
      if (pool.page_bytes == mount.page_bytes) bytes += pool.free * pool.page_bytes;
    }
  }
  return bytes;
}

std::string runtime_folder(const config::PlantSection& plant) {
  if (plant.runtime_folder != "auto") return plant.runtime_folder;
  return ringbuf::plant_folder(plant.name, ringbuf::runtime_environment_of_this_process());
}

/// The runtime folder, then the huge pages if any are asked for.
std::vector<Mount> mounts_of(const config::PlantConfig& config, const std::vector<config::SegmentSize>& segments) {
  Mount runtime{.folder = runtime_folder(config.plant)};
  Mount huge{.folder = config.memory.hugetlbfs_path};
  for (const config::SegmentSize& segment : segments)
    (segment.is_on_huge_pages ? huge : runtime).wanted += segment.bytes;
  runtime.free = config::free_bytes(runtime.folder);
  if (huge.wanted == 0) return {runtime};
  huge.free = free_huge_bytes(huge.folder);
  huge.has_substitute = config.memory.huge_pages == config::HugePages::prefer;
  if (huge.has_substitute && !huge.fits()) runtime.wanted += huge.wanted;
  return {runtime, huge};
}

void print_sizes(const std::vector<config::SegmentSize>& segments, const std::vector<Mount>& mounts) {
  std::size_t widest = 0;
  for (const config::SegmentSize& one : segments) widest = std::max(widest, one.name.size());
  for (const Mount& one : mounts) widest = std::max(widest, one.folder.size());
  const int width = static_cast<int>(widest);
  for (const config::SegmentSize& one : segments) {
    std::printf("%-*s  %11s%s\n", width, one.name.c_str(), bytes_text(one.bytes).c_str(),
                one.is_on_huge_pages ? "  huge pages" : "");
  }
  for (const Mount& one : mounts) {
    std::printf("%-*s  %11s  of %s free%s\n", width, one.folder.c_str(), bytes_text(one.wanted).c_str(),
                one.free ? bytes_text(*one.free).c_str() : "unknown", one.verdict());
  }
}

ExitCode size(const std::string& file, const Common& common) {
  const config::LoadedConfig loaded = load(file);
  const std::vector<config::SegmentSize> segments = config::segment_sizes(loaded.config);
  const std::vector<Mount> mounts = mounts_of(loaded.config, segments);
  bool fits = true;
  for (const Mount& mount : mounts) fits = fits && (mount.fits() || mount.has_substitute);

  if (common.json) {
    Json out{{"segments", Json::array()}, {"folders", Json::array()}, {"fits", fits}};
    for (const config::SegmentSize& one : segments) {
      out["segments"].push_back({{"name", one.name}, {"bytes", one.bytes}, {"huge_pages", one.is_on_huge_pages}});
    }
    for (const Mount& one : mounts) {
      out["folders"].push_back({{"folder", one.folder},
                                {"bytes", one.wanted},
                                {"free_bytes", one.free ? Json(*one.free) : Json(nullptr)},
                                {"fits", one.fits()}});
    }
    print(out);
  } else {
    print_sizes(segments, mounts);
  }
  if (!fits) {
    std::fputs(
        "tickplant: it does not fit\n"
        "  remedy: lower slots or capacities, give the folder more room, reserve more huge pages or only `prefer` "
        "them\n",
        stderr);
  }
  return fits ? ExitCode::ok : ExitCode::check_failed;
}

struct AskDaemon {
  std::string file, plant;
};

ExitCode check_restart(const AskDaemon& arguments, const Common& common) {
  std::string text;
  if (!arguments.file.empty()) {
    std::ifstream in(arguments.file, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(in), {});
    if (!in || text.empty()) {
      throw Failure(ExitCode::usage, "'" + arguments.file + "' cannot be read, or is empty", "name a config file");
    }
  }
  const DaemonCall call{arguments.plant, "config check-restart", clients::ControlRole::admin, ExitCode::usage};
  return ask_daemon(call, [&](const clients::Plant& plant, clients::ControlClient& daemon) {
    const std::vector<std::string> notes = daemon.check_config(text);
    if (common.json) {
      print({{"plant", plant.name()}, {"valid", true}, {"notes", notes}});
    } else {
      for (const std::string& note : notes) std::printf("%s\n", note.c_str());
    }
    return ExitCode::ok;
  });
}

}  // namespace

void add_config(CLI::App& app, const Common& common, Run& run) {
  CLI::App* verb = app.add_subcommand("config", "check, show or size a config file");
  verb->require_subcommand(1);
  verb->footer(
      "Examples:\n"
      "  tickplant config check plant.yaml\n"
      "  TICKPLANT_RINGS_TICKS_SLOTS=65536 tickplant config show plant.yaml\n"
      "  tickplant config show --explain config/demo.yaml > plant.yaml");
  const auto add = [&](const char* name, const char* purpose, const char* footer,
                       std::function<ExitCode(const std::string&)> action) {
    auto file = std::make_shared<std::string>();
    CLI::App* part = verb->add_subcommand(name, purpose);
    part->fallthrough();
    part->footer(footer);
    part->add_option("file", *file, "the YAML file")->type_name("FILE")->required();
    part->callback([file, &run, action = std::move(action)] { run = [file, action] { return action(*file); }; });
    return part;
  };
  add("check", "say everything that is wrong with it, or that nothing is",
      "Examples:\n"
      "  tickplant config check plant.yaml\n"
      "  tickplant config check --json plant.yaml | jq '.violations[].path'\n"
      "Its analytics file, too. Exit code 2: it is refused.",
      [&common](const std::string& file) { return check(file, common); });
  auto ask = std::make_shared<AskDaemon>();
  CLI::App* part =
      verb->add_subcommand("check-restart", "would the running daemon start with it, on its machine, now?");
  part->fallthrough();
  part->add_option("file", ask->file, "the YAML file; default: the one it was started with")->type_name("FILE");
  add_plant_option(*part, ask->plant);
  part->footer(
      "Examples:\n"
      "  tickplant config check-restart plant.yaml\n"
      "Looks at what the daemon would need and find: cores, memory beside its own, folders, the analytics file. Exit\n"
      "code 2: it would not start, and why. For admins (exit code 5: you are none).");
  part->callback([ask, &common, &run] { run = [ask, &common] { return check_restart(*ask, common); }; });
  auto explained = std::make_shared<bool>(false);
  add("show", "every value in force and where it comes from",
      "Examples:\n"
      "  TICKPLANT_RINGS_TICKS_SLOTS=65536 tickplant config show plant.yaml\n"
      "  tickplant config show --explain config/demo.yaml > plant.yaml\n"
      "Any key can be set in the environment: rings.ticks.slots is TICKPLANT_RINGS_TICKS_SLOTS.",
      [&common, explained](const std::string& file) { return show(file, *explained, common); })
      ->add_flag("--explain", *explained, "every key there is, with its meaning, unit, default and what is traded");
  add("size", "the shared memory it asks for, against what is free",
      "Examples:\n"
      "  tickplant config size plant.yaml\n"
      "Exit code 1: it does not fit.",
      [&common](const std::string& file) { return size(file, common); });
}

}  // namespace tickplant::cli
