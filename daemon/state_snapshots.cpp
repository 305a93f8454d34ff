#include "daemon/state_snapshots.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "analytics/replay/checkpoint_state.hpp"
#include "config/render_analytics.hpp"

namespace tickplant::daemon {

StateSnapshots::StateSnapshots(const AnalyticsVersion& first, std::vector<analytics::NamedFeed> feeds,
                               std::size_t shard_count)
    : first_(first), feeds_(std::move(feeds)), shards_(shard_count) {}

void StateSnapshots::put_down(std::size_t shard, ShardState state) {
  const std::lock_guard lock(mutex_);
  shards_[shard] = std::move(state);
}

std::optional<StateSnapshots::Taken> StateSnapshots::take() {
  std::vector<ShardState> shards(shards_.size());
  {
    const std::lock_guard lock(mutex_);
    const auto is_of_one_place = [this](const ShardState& shard) {
      return shard.version != nullptr && shard.place == shards_.front().place;
    };
    if (!std::ranges::all_of(shards_, is_of_one_place)) return std::nullopt;
    shards.swap(shards_);
  }
  Taken taken;
  analytics::CheckpointState state;
  for (const AnalyticsVersion* version = &first_;; version = version->next()) {
    state.configs.push_back(config::to_yaml(version->plan.config));
    if (version == shards.front().version) break;
  }
  state.feeds = feeds_;
  for (ShardState& shard : shards) {
    state.shards.push_back(std::move(shard.bytes));
    taken.stall_ns = std::max(taken.stall_ns, shard.took_ns);
  }
  taken.checkpoint.head.cause_seq = shards.front().place.value;
  taken.checkpoint.head.config_hash = shards.front().version->plan.head.config_hash;
  analytics::put_state(taken.checkpoint, std::move(state));
  return taken;
}

}  // namespace tickplant::daemon
