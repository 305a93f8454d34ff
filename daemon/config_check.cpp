#include "daemon/config_check.hpp"

#include <optional>

#include "config/segment_sizes.hpp"
#include "daemon/analytics_plan.hpp"
#include "daemon/journal/journal_opening.hpp"
#include "daemon/plant.hpp"
#include "daemon/plant_journal.hpp"
#include "daemon/state_folder.hpp"
#include "platform/memory_wish.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::daemon {
namespace {

/// A disk without room is no reason not to start: the journal is degraded then, and the plant publishes.
void tell_journal(const std::string& folder, std::uint64_t segment_bytes, std::vector<std::string>& lines) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  const auto free = config::free_bytes(folder);
  lines.push_back("journal: " + folder + ", " +
                  (free ? platform::bytes_as_text(*free / kMiB * kMiB) : std::string("an unknown size")) + " free");
  if (!free || *free >= 2 * segment_bytes) return;  // one is written, the next lies ready
  lines.push_back("note: the journal wants two files of " + platform::bytes_as_text(segment_bytes) +
                  " at least: without them it loses what is published");
}

}  // namespace

std::vector<std::string> check_config(const config::LoadedConfig& loaded, std::uint64_t held_bytes) {
  const ThreadPlans plans = plan_threads(loaded.config, platform::CpuTopology::of_this_machine());
  const std::optional<AnalyticsPlan> analytics = plan_analytics(loaded.config);
  const std::string folder = folder_of(loaded.config);
  std::uint64_t wanted = 0;
  for (const config::SegmentSize& segment : config::segment_sizes(loaded.config)) {
    if (!segment.is_on_huge_pages) wanted += segment.bytes;
  }
  const auto free = config::free_bytes(folder);
  if (free && wanted > *free + held_bytes) {
    throw platform::SetupError("the segments need " + platform::bytes_as_text(wanted) + ", '" + folder + "' has " +
                                   platform::bytes_as_text(*free + held_bytes) + " free",
                               "`tickplant config size` lists them: lower slots or capacities, or make room");
  }
  const bool has_journal = loaded.config.journal.present();
  const std::string journal = has_journal ? journal_folder_of(loaded.config).string() : "";
  if (has_journal) require_journal_folder(journal);
  std::vector<std::string> lines;
  lines.push_back(loaded.file_name + " is valid: plant " + loaded.config.plant.name + " in " + folder + ", " +
                  std::to_string(loaded.config.feeds.size()) +
                  (loaded.config.feeds.size() == 1 ? " feed, " : " feeds, ") + platform::bytes_as_text(wanted) +
                  " of shared memory");
  const auto state = state_folder(loaded.config, state_environment_of_this_process());
  lines.push_back("state, which outlives a reboot: " + (state ? state->string() : "nowhere (set plant.state_folder)"));
  if (has_journal) tell_journal(journal, loaded.config.journal.segment_bytes, lines);
  if (analytics) {
    const std::size_t shards = loaded.config.analytics.shards;
    lines.push_back("analytics: " + analytics->head.file + ", " + std::to_string(analytics->functions.size()) +
                    " functions, " + std::to_string(shards) + " shard" + (shards == 1 ? "" : "s"));
  }
  for (const std::string& note : plans.notes) lines.push_back("note: " + note);
  return lines;
}

}  // namespace tickplant::daemon
