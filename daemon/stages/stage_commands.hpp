// What a plant's own stages have to say in the order of everything, beside records and pauses: that something else is
// computed from here on, that what is held here is put down.
//
// Threads: that of the stage which makes the order.
// Not here: who asks (plant_analytics.hpp, state_snapshots.hpp), what a shard does then (analytics_shard.hpp).
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/analytics_version.hpp"
#include "daemon/state_snapshots.hpp"

namespace tickplant::daemon {

class StageCommands {
 public:
  /// `version`: what the shards were made with. Both outlive it.
  StageCommands(const AnalyticsVersion& version, const StateSnapshots& snapshots) noexcept
      : version_(&version), snapshots_(&snapshots) {}

  /// To be ordered next; nullopt: nothing.
  [[nodiscard]] std::optional<ringbuf::CommandBody> next() noexcept {
    if (const AnalyticsVersion* const next = version_->next(); next != nullptr) [[unlikely]] {
      version_ = next;
      return next->reload_command();
    }
    if (const std::uint64_t asked = snapshots_->asked(); asked != answered_) [[unlikely]] {
      answered_ = asked;
      return version_->snapshot_command();
    }
    return std::nullopt;
  }

 private:
  const AnalyticsVersion* version_;  // the newest that the order tells of
  const StateSnapshots* snapshots_;
  std::uint64_t answered_ = 0;
};

}  // namespace tickplant::daemon
