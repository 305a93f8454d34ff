// Which thread runs which stages, on which core, and what it does when idle: config's wishes, cut to what this machine
// can give.
//
// With fewer cores than threads, or a single one, nothing is pinned and nothing spins: a spinning thread without a core
// of its own only takes time from whoever has work, the clients among them.
//
// Threads: a pure function of its arguments. Not here: doing it (stage_thread.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "platform/cpu_topology.hpp"

namespace tickplant::daemon {

struct ThreadPlan {
  std::string name;                 // as in config; of a thread that config does not name, its feed's
  std::vector<std::string> stages;  // "feed.nasdaq", in the order they take turns
  std::optional<int> cpu;           // pinned there
  config::IdleStrategy idle = config::IdleStrategy::park;
};

struct ThreadPlans {
  std::vector<ThreadPlan> threads;
  std::vector<std::string> notes;  // wishes that were not granted, each with its reason, for the log and `status`
};

/// Threads in the order of config, then one for each stage that no thread names. Throws SetupError: a core that this
/// machine has not or this process may not use.
[[nodiscard]] ThreadPlans plan_threads(const config::PlantConfig& config, const platform::CpuTopology& topology);

}  // namespace tickplant::daemon
