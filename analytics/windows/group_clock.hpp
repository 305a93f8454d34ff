// How far event time has come, for a group of feeds: below its watermark everything is believed to have arrived.
//
//   watermark = min over feeds that are not idle of (newest event time - bound), never decreasing
//
// A feed is idle when the input's receive time is `idle` past that of its newest tick (of the plant's first input,
// while it has none). When all are: `hold` leaves the watermark, `advance` moves it to receive time - bound - idle.
// Receive times are those of records, heartbeats among them: so idleness is a fact of the input and a replay sees it,
// too.
//
// Threads: plain value; each shard has its own and computes the same.
// Source: formats/analytics.md 2.3 and 2.6; exclusive form: "everything with time < watermark has arrived".
// Not here: what fires then (engine.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "analytics/state_archive.hpp"
#include "analytics/windows/pane.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

class GroupClock {
 public:
  GroupClock(const config::WatermarkConfig& config, std::size_t feed_count)
      : bound_(config.bound_ns),
        idle_(config.idle_ns),
        advances_(config.when_all_idle == config::WhenAllIdle::advance),
        feeds_(feed_count) {}

  [[nodiscard]] Time watermark() const noexcept { return watermark_; }
  /// Of the newest tick of any feed; kBeforeAll: none yet.
  [[nodiscard]] Time newest() const noexcept { return newest_; }

  /// A tick of `feed`, received at `received`. true: the watermark rose.
  bool on_tick(std::size_t feed, Time time, Time received) noexcept {
    Feed& own = feeds_[feed];
    own.seen = received;
    now_ = std::max(now_, received);
    if (start_ == kBeforeAll) start_ = received;
    newest_ = std::max(newest_, time);
    if (time <= own.newest && feeds_.size() == 1) return false;
    own.newest = std::max(own.newest, time);
    return feeds_.size() == 1 ? raise(own.newest - bound_) : reconsider();
  }
  /// Time passes: any other record. true: the watermark rose.
  bool on_time(Time received) noexcept {
    if (start_ == kBeforeAll) start_ = received;
    if (received <= now_) return false;
    now_ = received;
    return reconsider();
  }
  void archive(StateArchive& archive) { archive(start_, now_, newest_, watermark_, feeds_); }

  /// The end of all input: everything fires.
  void finish() noexcept { watermark_ = kAfterAll; }

  [[nodiscard]] bool is_idle(std::size_t feed) const noexcept {
    const Time since = feeds_[feed].seen != kBeforeAll ? feeds_[feed].seen : start_;
    return now_ - since >= idle_;
  }

 private:
  struct Feed {
    Time newest = kBeforeAll;
    Time seen = kBeforeAll;
  };

  bool raise(Time candidate) noexcept {
    if (candidate <= watermark_) return false;
    watermark_ = candidate;
    return true;
  }
  bool reconsider() noexcept {
    Time candidate = kAfterAll;
    bool any_active = false;
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
      if (is_idle(i)) continue;
      any_active = true;
      if (feeds_[i].newest == kBeforeAll) return false;  // it holds the others until it speaks or counts as idle
      candidate = std::min(candidate, feeds_[i].newest - bound_);
    }
    if (any_active) return raise(candidate);
    return advances_ && raise(now_ - bound_ - idle_);
  }

  Time bound_, idle_;
  bool advances_;
  Time start_ = kBeforeAll;  // receive time of the first input
  Time now_ = kBeforeAll;
  Time newest_ = kBeforeAll;
  Time watermark_ = kBeforeAll;
  std::vector<Feed> feeds_;
};

}  // namespace tickplant::analytics
