// What analytics computes from some place in the order of everything on. A reload adds one behind the newest; the stage
// that makes the order sees it, writes a command with its hash there, and whoever follows the order turns to it at that
// command: every shard, and a replay, at the same input.
//
// Threads: the thread that reloads adds; stages look at `next`. A version never changes once it has been added, and is
// there until the plant has stopped.
// Not here: reading the file (analytics_plan.hpp), going over to it (analytics/engine_reload.cpp).
#pragma once

#include <atomic>
#include <span>
#include <utility>

#include "analytics/program.hpp"
#include "daemon/analytics_plan.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::daemon {

struct AnalyticsVersion {
  /// The first.
  AnalyticsVersion(AnalyticsPlan first, std::span<const analytics::NamedFeed> feeds)
      : program(first.config, feeds), plan(std::move(first)) {}
  /// Behind `before`. Throws SetupError.
  AnalyticsVersion(config::AnalyticsConfig config, std::span<const analytics::NamedFeed> feeds,
                   const AnalyticsVersion& before)
      : program(std::move(config), feeds, &before.program), plan(plan_of(program, &before.plan)) {}
  ~AnalyticsVersion() = default;
  AnalyticsVersion(const AnalyticsVersion&) = delete;
  AnalyticsVersion& operator=(const AnalyticsVersion&) = delete;

  void append(const AnalyticsVersion& version) noexcept {
    // V1 -> V2: whoever sees that there is a next version sees all of it, and its functions in the table.
    next_.store(&version, std::memory_order_release);
  }
  /// nullptr: this is the newest.
  [[nodiscard]] const AnalyticsVersion* next() const noexcept {
    return next_.load(std::memory_order_acquire);  // V2 <- V1; a plain load where loads are ordered
  }
  /// The next one with that hash: what the command in the order means. nullptr: none.
  [[nodiscard]] const AnalyticsVersion* next_with(std::uint64_t config_hash) const noexcept {
    const AnalyticsVersion* version = next();
    while (version != nullptr && version->plan.head.config_hash != config_hash) version = version->next();
    return version;
  }
  /// Go on with this one.
  [[nodiscard]] ringbuf::CommandBody reload_command() const noexcept {
    ringbuf::CommandBody body;
    body.command = ringbuf::kReloadAnalytics;
    body.argument = plan.head.config_hash;
    return body;
  }
  /// Put down what is held here.
  [[nodiscard]] ringbuf::CommandBody snapshot_command() const noexcept {
    ringbuf::CommandBody body = reload_command();
    body.command = ringbuf::kSnapshotAnalytics;
    body.count = static_cast<std::uint16_t>(plan.head.shard_count);
    return body;
  }
  /// What a daemon orders first: begin with this one; or go on with what its predecessor computed by it.
  [[nodiscard]] ringbuf::CommandBody start_command(bool goes_on) const noexcept {
    ringbuf::CommandBody body;
    body.command = goes_on ? ringbuf::kResumeAnalytics : ringbuf::kBeginAnalytics;
    body.count = static_cast<std::uint16_t>(plan.head.shard_count);
    body.argument = plan.head.config_hash;
    return body;
  }

  const analytics::Program program;
  const AnalyticsPlan plan;

 private:
  std::atomic<const AnalyticsVersion*> next_{nullptr};
};

}  // namespace tickplant::daemon
