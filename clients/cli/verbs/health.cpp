// tickplant health: is the plant well? The exit code is the answer.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "clients/cli/failure.hpp"
#include "clients/cli/live/health.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/nearest_words.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

struct HealthArguments {
  std::string plant;
  HealthLimits limits;
  std::vector<std::string> ignored;
};

ExitCode answer_of(clients::PlantState state, bool well) {
  if (state == clients::PlantState::dead || state == clients::PlantState::closed) return ExitCode::unreachable;
  return well ? ExitCode::ok : ExitCode::check_failed;
}

/// A misspelt one would count nothing, and nobody would see.
void check_ignored(const std::vector<std::string>& ignored) {
  const std::vector<std::string> known = health_reason_keys();
  for (const std::string& word : ignored) {
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    throw Failure(ExitCode::usage, "there is no reason '" + printable(word) + "' to ignore",
                  nearest_or_all(word, known));
  }
}

ExitCode health(const HealthArguments& arguments, const Common& common) {
  check_ignored(arguments.ignored);
  clients::Plant plant = attach_plant(chosen_plant(arguments.plant));
  const PlantFacts facts = PlantProbe(plant).look();
  std::vector<HealthReason> reasons = reasons_against(facts, arguments.limits);
  std::erase_if(reasons, [&](const HealthReason& reason) {
    return std::find(arguments.ignored.begin(), arguments.ignored.end(), reason.key) != arguments.ignored.end();
  });
  if (common.json) {
    Json out{{"plant", facts.name},
             {"state", clients::name_of(facts.state)},
             {"ok", reasons.empty()},
             {"reasons", Json::array()}};
    for (const HealthReason& reason : reasons) {
      out["reasons"].push_back({{"reason", reason.key},
                                {"feed", reason.subject.empty() ? Json(nullptr) : Json(reason.subject)},
                                {"text", reason.text}});
    }
    print_json(out);
  } else if (reasons.empty()) {
    std::puts("ok");
  } else {
    const Style style = style_for(STDOUT_FILENO, common.color);
    for (const HealthReason& reason : reasons) {
      const std::string subject = reason.subject.empty() ? "" : "feed " + reason.subject + ": ";
      std::printf("%s\n", style.warning(reason.key + ": " + subject + reason.text).c_str());
    }
  }
  return answer_of(facts.state, reasons.empty());
}

}  // namespace

void add_health(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<HealthArguments>();
  CLI::App* verb = app.add_subcommand("health", "is the plant well? Says \"ok\", or each reason why not");
  verb->footer(
      "Examples:\n"
      "  tickplant health || tickplant status\n"
      "  tickplant health --silent 30s --ignore gaps --ignore kernel_drops\n"
      "Gaps and drops count from when the plant's memory was made: what was lost then is still missing from the "
      "books.\n"
      "Exit codes: 0 well, 1 degraded, 3 not running.");
  add_plant_option(*verb, arguments->plant);
  add_duration(*verb, "--silent", arguments->limits.silent_ns, "a feed without a packet for longer is silent");
  add_duration(*verb, "--clock", arguments->limits.clock_error_ns,
               "a clock whose error may be larger is unsynchronised");
  verb->add_option("--ignore", arguments->ignored, "a reason that shall not count, by its first word; may be repeated")
      ->type_name("REASON");
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return health(*arguments, common); }; });
}

}  // namespace tickplant::cli
