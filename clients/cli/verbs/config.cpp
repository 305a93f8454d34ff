// tickplant config check | show | size: a config file before anything runs on it.
#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "clients/cli/number_text.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "config/load_config.hpp"
#include "config/render_config.hpp"
#include "config/segment_sizes.hpp"

namespace tickplant::cli {
namespace {

using Json = nlohmann::ordered_json;

void print(const Json& json) { std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str()); }

config::LoadedConfig load(const std::string& file) {
  return config::load_config_file(file, config::process_environment());
}

ExitCode check(const std::string& file, const Common& common) {
  try {
    const config::LoadedConfig loaded = load(file);
    if (common.json) {
      print({{"file", file}, {"valid", true}, {"violations", Json::array()}});
    } else {
      std::printf("%s is valid: plant %s, %zu feeds, %zu rings\n", file.c_str(), loaded.config.plant.name.c_str(),
                  loaded.config.feeds.size(), loaded.config.rings.size());
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
  std::optional<std::uint64_t> free;
  [[nodiscard]] bool fits() const noexcept { return !free || wanted <= *free; }
};

std::vector<Mount> mounts_of(const config::PlantConfig& config, const std::vector<config::SegmentSize>& segments) {
  Mount runtime{config.plant.runtime_folder.empty() ? "/dev/shm" : config.plant.runtime_folder, 0, {}};
  Mount huge{config.memory.hugetlbfs_path, 0, {}};
  for (const config::SegmentSize& segment : segments)
    (segment.is_on_huge_pages ? huge : runtime).wanted += segment.bytes;
  std::vector<Mount> mounts{runtime};
  if (huge.wanted > 0) mounts.push_back(huge);
  for (Mount& mount : mounts) mount.free = config::free_bytes(mount.folder);
  return mounts;
}

ExitCode size(const std::string& file, const Common& common) {
  const config::LoadedConfig loaded = load(file);
  const std::vector<config::SegmentSize> segments = config::segment_sizes(loaded.config);
  const std::vector<Mount> mounts = mounts_of(loaded.config, segments);
  bool fits = true;
  for (const Mount& mount : mounts) fits = fits && mount.fits();

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
    for (const config::SegmentSize& one : segments) {
      std::printf("%-24s %12s%s\n", one.name.c_str(), bytes_text(one.bytes).c_str(),
                  one.is_on_huge_pages ? "  huge pages" : "");
    }
    for (const Mount& one : mounts) {
      std::printf("%-24s %12s  of %s free%s\n", one.folder.c_str(), bytes_text(one.wanted).c_str(),
                  one.free ? bytes_text(*one.free).c_str() : "unknown", one.fits() ? "" : ": DOES NOT FIT");
    }
  }
  if (!fits) std::fputs("tickplant: lower the slots or capacities, or give the file system more room\n", stderr);
  return fits ? ExitCode::ok : ExitCode::check_failed;
}

}  // namespace

void add_config(CLI::App& app, const Common& common, Run& run) {
  CLI::App* verb = app.add_subcommand("config", "check, show or size a config file");
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* purpose, std::function<ExitCode(const std::string&)> action) {
    auto file = std::make_shared<std::string>();
    CLI::App* part = verb->add_subcommand(name, purpose);
    part->fallthrough();
    part->add_option("file", *file, "the YAML file")->required();
    part->callback([file, &run, action = std::move(action)] { run = [file, action] { return action(*file); }; });
    return part;
  };
  add("check", "say everything that is wrong with it, or that nothing is",
      [&common](const std::string& file) { return check(file, common); });
  auto explained = std::make_shared<bool>(false);
  add("show", "every value in force and where it comes from", [&common, explained](const std::string& file) {
    return show(file, *explained, common);
  })->add_flag("--explain", *explained, "every key there is, with its meaning, unit, default and what is traded");
  add("size", "the shared memory it asks for, against what is free",
      [&common](const std::string& file) { return size(file, common); });
}

}  // namespace tickplant::cli
