// tickplant doctor: is this machine fit for a plant, and for the one of this config?
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "clients/cli/doctor/findings.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "clients/cli/verbs/verbs.hpp"
#include "clients/cpp/journal_folder.hpp"
#include "config/load_config.hpp"
#include "config/segment_sizes.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::cli {
namespace {

struct DoctorArguments {
  std::string plant;
  std::string config;
};

ConfigNeeds needs_of(const std::string& file) {
  ConfigNeeds needs{.plant = config::load_config_file(file, config::process_environment()).config,
                    .runtime_folder = {},
                    .journal_folder = {},
                    .runtime_free = {},
                    .journal_free = {}};
  const config::PlantSection& plant = needs.plant.plant;
  needs.runtime_folder =
      plant.runtime_folder == "auto"
          ? ringbuf::plant_folder(plant.name, ringbuf::runtime_environment_of_this_process()).string()
          : plant.runtime_folder;
  needs.runtime_free = config::free_bytes(needs.runtime_folder);
  if (!needs.plant.journal.present()) return needs;
  needs.journal_folder = needs.plant.journal.folder;
  if (needs.journal_folder == "auto") {
    const auto folders = clients::journal_folders_of(plant.name, clients::journal_environment_of_this_process());
    needs.journal_folder = folders.empty() ? "" : folders.back().string();
  }
  if (!needs.journal_folder.empty()) needs.journal_free = config::free_bytes(needs.journal_folder);
  return needs;
}

/// The one that was named, else all that run.
std::vector<Finding> about_plants(const std::string& wanted) {
  std::vector<Finding> findings;
  const std::vector<std::string> names = wanted.empty() ? clients::known_plants() : std::vector<std::string>{wanted};
  for (const std::string& name : names) {
    try {
      clients::Plant plant = attach_plant(name);
      for (Finding& finding : findings_about(PlantProbe(plant).look())) findings.push_back(std::move(finding));
    } catch (const platform::SetupError& error) {
      if (!wanted.empty()) throw;
      findings.push_back({"plant " + printable(name), Verdict::note, error.problem(), error.remedy()});
    }
  }
  return findings;
}

std::size_t count_of(const std::vector<Finding>& findings, Verdict verdict) {
  return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(),
                                                [&](const Finding& finding) { return finding.verdict == verdict; }));
}

void print_findings(const std::vector<Finding>& findings, const Style& style) {
  std::size_t widest = 0;
  for (const Finding& finding : findings) widest = std::max(widest, columns_of(finding.check));
  for (const Finding& finding : findings) {
    const Look look = finding.verdict == Verdict::ok     ? Look::rise
                      : finding.verdict == Verdict::note ? Look::warning
                                                         : Look::fall;
    std::printf("%s  %s  %s\n", style.as(look, to_left(std::string(word_of(finding.verdict)), 7)).c_str(),
                to_left(finding.check, widest).c_str(), finding.text.c_str());
    if (!finding.remedy.empty()) {
      std::printf("%s  %s\n", std::string(9 + widest, ' ').c_str(), style.dim("remedy: " + finding.remedy).c_str());
    }
  }
}

ExitCode doctor(const DoctorArguments& arguments, const Common& common) {
  const MachineFacts machine = look_at_machine();
  std::vector<Finding> findings = findings_about(machine);
  if (!arguments.config.empty()) {
    for (Finding& finding : findings_about(needs_of(arguments.config), machine)) findings.push_back(std::move(finding));
  }
  for (Finding& finding : about_plants(arguments.plant)) findings.push_back(std::move(finding));
  const std::size_t problems = count_of(findings, Verdict::problem), notes = count_of(findings, Verdict::note);
  if (common.json) {
    Json checks = Json::array();
    for (const Finding& finding : findings) {
      checks.push_back({{"check", finding.check},
                        {"verdict", word_of(finding.verdict)},
                        {"text", finding.text},
                        {"remedy", finding.remedy.empty() ? Json(nullptr) : Json(finding.remedy)}});
    }
    print_json({{"ok", problems == 0},
                {"problems", problems},
                {"notes", notes},
                {"config", arguments.config.empty() ? Json(nullptr) : Json(arguments.config)},
                {"checks", std::move(checks)}});
  } else {
    print_findings(findings, style_for(STDOUT_FILENO, common.color));
    std::printf("\n%s, %s\n", count_text(problems, "problem").c_str(), count_text(notes, "note").c_str());
  }
  return problems == 0 ? ExitCode::ok : ExitCode::check_failed;
}

}  // namespace

void add_doctor(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<DoctorArguments>();
  CLI::App* verb = app.add_subcommand("doctor", "is this machine fit for a plant? Each finding with its remedy");
  verb->footer(
      "Examples:\n"
      "  tickplant doctor\n"
      "  tickplant doctor --config plant.yaml\n"
      "  tickplant doctor --json | jq '.checks[] | select(.verdict != \"ok\")'\n"
      "note: a plant runs, but slower or less safely than it could. problem: it would not start, or would lose data.\n"
      "Limits are those of this shell; a unit has its own. Changes nothing, and needs no privilege.\n"
      "Exit code 1: there is a problem.");
  verb->add_option("--config", arguments->config, "also: what this plant asks for, against what there is")
      ->type_name("FILE");
  add_plant_option(*verb, arguments->plant);
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return doctor(*arguments, common); }; });
}

}  // namespace tickplant::cli
