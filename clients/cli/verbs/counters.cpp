// tickplant counters: everything the plant counts, also after a crash.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::CounterReading;

struct CountersArguments {
  std::string plant;
  std::string filter;
  bool nonzero = false;
};

std::vector<CounterReading> wanted_counters(const ringbuf::CountersReader& counters,
                                            const CountersArguments& arguments) {
  std::vector<CounterReading> wanted;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const CounterReading reading = counters.read(i);
    const std::string name = std::string(reading.owner) + '.' + std::string(reading.name);
    if (name.find(arguments.filter) == std::string::npos || (arguments.nonzero && reading.value == 0)) continue;
    wanted.push_back(reading);
  }
  return wanted;
}

std::string kind_word(ringbuf::CounterKind kind) { return kind == ringbuf::CounterKind::total ? "total" : "level"; }

ExitCode counters(const CountersArguments& arguments, const Common& common) {
  const clients::Plant plant = attach_chosen(arguments.plant, Wanted::last_state);
  const std::vector<CounterReading> wanted = wanted_counters(plant.counters(), arguments);
  if (common.json) {
    Json out = Json::array();
    for (const CounterReading& one : wanted) {
      out.push_back({{"owner", one.owner},
                     {"name", one.name},
                     {"value", one.value},
                     {"unit", one.unit},
                     {"kind", kind_word(one.kind)},
                     {"meaning", one.meaning}});
    }
    print_json(out);
    return ExitCode::ok;
  }
  TextTable table({{"owner", true}, {"counter", true}, {"value"}, {"unit", true}, {"meaning", true}});
  for (const CounterReading& one : wanted) {
    table.add({printable(std::string(one.owner)), printable(std::string(one.name)), count_text(one.value),
               printable(std::string(one.unit)), printable(std::string(one.meaning))});
  }
  std::fputs(table.text(style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
  return ExitCode::ok;
}

}  // namespace

void add_counters(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<CountersArguments>();
  CLI::App* verb = app.add_subcommand("counters", "everything a plant counts, also after a crash");
  verb->footer(
      "Examples:\n"
      "  tickplant counters feed.nasdaq\n"
      "  tickplant counters --nonzero drops");
  verb->add_option("filter", arguments->filter, "part of owner.counter; default: all")->type_name("FILTER");
  verb->add_flag("--nonzero", arguments->nonzero, "only those that counted something");
  add_plant_option(*verb, arguments->plant);
  verb->callback([arguments, &common, &run] { run = [arguments, &common] { return counters(*arguments, common); }; });
}

}  // namespace tickplant::cli
