#include "clients/cli/live/derived_reading.hpp"

#include <algorithm>

#include "clients/cli/terminal.hpp"
#include "config/nearest.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::cli {
void check_computes(const clients::Plant& plant) {
  if (clients::computes_anything(plant)) return;
  throw Failure(ExitCode::check_failed,
                "plant '" + plant.name() + "' computes nothing: no bars, no indicators, no signals",
                "set analytics.file in its config (auto: the standard ones) and start it anew");
}

void check_function_named(const ringbuf::FunctionsReader& functions, const std::string& glob, const std::string& what,
                          const std::vector<ringbuf::FunctionKind>& kinds) {
  for (std::uint32_t value = 1; value <= functions.count(); ++value) {
    const ringbuf::FunctionId id{static_cast<std::uint16_t>(value)};
    const bool is_of_kind = std::find(kinds.begin(), kinds.end(), functions.find(id)->kind) != kinds.end();
    if (is_of_kind && clients::is_function_named(functions, id, {glob})) return;
  }
  refuse_function_name(functions, glob, what, kinds);
}

void refuse_function_name(const ringbuf::FunctionsReader& functions, const std::string& name, const std::string& what,
                          const std::vector<ringbuf::FunctionKind>& kinds) {
  std::vector<std::string> known, spellings;
  for (const ringbuf::FunctionKind kind : kinds) {
    for (const std::string& each : clients::names_of(functions, kind)) known.push_back(each);
  }
  for (std::uint32_t value = 1; value <= functions.count(); ++value) {
    const ringbuf::FunctionId id{static_cast<std::uint16_t>(value)};
    if (std::find(kinds.begin(), kinds.end(), functions.find(id)->kind) == kinds.end()) continue;
    spellings.emplace_back(functions.name_of(id));
    spellings.emplace_back(clients::own_name_of(functions, id));
  }
  const std::string problem = "there is no " + what + " '" + printable(name) + "'";
  if (known.empty()) throw Failure(ExitCode::usage, problem, "the plant computes none: add one to its analytics file");
  const std::string near = config::nearest(name, spellings);
  throw Failure(ExitCode::usage, problem,
                (near.empty() ? "one of: " : "did you mean '" + printable(near) + "'? there are: ") + joined(known));
}

std::optional<platform::UnixNanos> newest_event_of(const clients::Plant& plant) {
  const std::string ours(ringbuf::counter::kAnalytics);  // the owner, or with the number of a shard behind it
  std::uint64_t newest = 0;
  for (std::size_t i = 0; i < plant.counters().size(); ++i) {
    const ringbuf::CounterReading counter = plant.counters().read(i);
    const bool is_ours = counter.owner == ours || counter.owner.starts_with(ours + '.');
    if (is_ours && counter.name == ringbuf::counter::kNewestEvent) newest = std::max(newest, counter.value);
  }
  if (newest == 0) return std::nullopt;
  return platform::UnixNanos{static_cast<std::int64_t>(newest)};
}

ExitCode exit_code_of_lost(std::uint64_t count) {
  if (count == 0) return ExitCode::ok;
  std::fprintf(stderr, "tickplant: %s lost in all\n", count_text(count, "record").c_str());
  return ExitCode::data_lost;
}

}  // namespace tickplant::cli
