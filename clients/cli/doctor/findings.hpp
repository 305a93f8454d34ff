// What `tickplant doctor` thinks of a machine: each thing that a plant's latency or its start hangs on, in the order in
// which an operator would go through them, with what to do where it could be better.
//
// Threads: values; pure functions. Not here: looking (machine_facts.hpp).
#pragma once

#include <string>
#include <vector>

#include "clients/cli/doctor/machine_facts.hpp"
#include "clients/cli/live/plant_facts.hpp"
#include "config/loaded_config.hpp"

namespace tickplant::cli {

enum class Verdict : std::uint8_t {
  ok,
  note,     // a plant runs, but slower, or less safely, than it could
  problem,  // a plant of this config would not start, or would lose data
};

[[nodiscard]] std::string_view word_of(Verdict verdict) noexcept;

struct Finding {
  std::string check;  // "clock source": what was looked at
  Verdict verdict = Verdict::ok;
  std::string text;    // what was found
  std::string remedy;  // a command or a setting; empty where all is well
};

[[nodiscard]] std::vector<Finding> findings_about(const MachineFacts& machine);

/// What the config asks for that the machine may not have. `journal_folder`: empty: it has none.
struct ConfigNeeds {
  config::PlantConfig plant;
  std::string runtime_folder;
  std::string journal_folder;
  std::optional<std::uint64_t> runtime_free, journal_free;  // bytes; nothing: it cannot be told
};
[[nodiscard]] std::vector<Finding> findings_about(const ConfigNeeds& needs, const MachineFacts& machine);

/// Of a plant that runs: are its threads where they should be, were its wishes granted?
[[nodiscard]] std::vector<Finding> findings_about(const PlantFacts& plant);

}  // namespace tickplant::cli
