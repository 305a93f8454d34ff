#include "daemon/thread_plan.hpp"

#include <algorithm>
#include <set>

namespace tickplant::daemon {
namespace {

bool spins(config::IdleStrategy idle) noexcept {
  return idle == config::IdleStrategy::spin || idle == config::IdleStrategy::pause;
}

}  // namespace

ThreadPlans plan_threads(const config::PlantConfig& config, const platform::CpuTopology& topology) {
  ThreadPlans plans;
  std::set<std::string> taken;
  std::set<std::string> placed;
  for (const config::ThreadConfig& wish : config.threads) {
    ThreadPlan thread{wish.name, wish.stages, topology.resolve(wish.core), wish.idle};
    taken.insert(thread.name);
    placed.insert(thread.stages.begin(), thread.stages.end());
    plans.threads.push_back(std::move(thread));
  }
  for (const config::FeedConfig& feed : config.feeds) {
    const std::string stage = "feed." + feed.name;
    if (placed.contains(stage)) continue;
    std::string name = feed.name;
    while (!taken.insert(name).second) name += '_';
    plans.threads.push_back({name, {stage}, std::nullopt, config::IdleStrategy::park});
  }
  for (const std::string& stage : config::stages_of(config.analytics)) {
    if (placed.contains(stage) || stage == config::kAlertsStage) continue;
    std::string name = stage;
    std::replace(name.begin(), name.end(), '.', '_');
    while (!taken.insert(name).second) name += '_';
    plans.threads.push_back({name, {stage}, std::nullopt, config::IdleStrategy::park});
  }

  const auto cores = static_cast<std::size_t>(topology.allowed_count());
  const std::size_t count = plans.threads.size();
  // Like housekeeping they sleep most of the time and are never in the way of a core's own thread: they do not count.
  const auto add_sleeper = [&](const std::string& stage, std::string name) {
    if (placed.contains(stage)) return;
    while (!taken.insert(name).second) name += '_';
    plans.threads.push_back({name, {stage}, std::nullopt, config::IdleStrategy::park});
  };
  if (config.analytics.present()) add_sleeper(std::string(config::kAlertsStage), std::string(config::kAlertsStage));
  if (config.recorder.present()) add_sleeper("recorder", "recorder");
  if (config.journal.present()) add_sleeper("journal", "journal");
  for (const config::FeedConfig& feed : config.feeds) {
    if (feed.source.capture.present()) add_sleeper("capture." + feed.name, feed.name + "_cap");
  }
  if (count > cores || cores == 1) {
    const std::string reason = std::to_string(count) + (count == 1 ? " thread" : " threads") +
                               " of stages, and this process may use " + std::to_string(cores) +
                               (cores == 1 ? " cpu" : " cpus");
    bool said = false;
    for (ThreadPlan& thread : plans.threads) {
      if (!thread.cpu && !spins(thread.idle)) continue;
      thread.cpu = std::nullopt;
      if (spins(thread.idle)) thread.idle = config::IdleStrategy::park;
      if (!said) plans.notes.push_back(reason + ": no thread is pinned, none spins (fuse stages in `threads`)");
      said = true;
    }
    return plans;
  }
  for (const ThreadPlan& thread : plans.threads) {
    const auto same = [&](const ThreadPlan& other) { return &other != &thread && other.cpu == thread.cpu; };
    if (thread.cpu && std::any_of(plans.threads.begin(), plans.threads.end(), same)) {
      plans.notes.push_back("thread " + thread.name + " shares cpu" + std::to_string(*thread.cpu) +
                            " with another one: each waits while the other runs (name another core)");
    }
  }
  return plans;
}

}  // namespace tickplant::daemon
