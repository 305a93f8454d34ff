// What a predecessor had computed, from its journal: the newest checkpoint, and the input behind it, computed again and
// compared with what was published. A successor goes on with it as if there had been no break.
//
// When it cannot, computing begins anew, and the reason is said: no journal, input missing in it, another analytics
// file, other feeds, another build. Results that differ from what was published are an alarm: the plant is
// deterministic, so something is broken.
//
// Threads: set-up, when nobody writes and the journal has everything that was published (JournalStage::catch_up).
// Not here: going on (plant_analytics.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analytics/program.hpp"
#include "analytics/replay/journal_follower.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::daemon {

struct RecoveredAnalytics {
  struct Shard {
    std::vector<std::byte> state;                     // of its engine
    std::vector<ringbuf::DerivedRecord> unpublished;  // computed by the predecessor at most, and seen by nobody
  };
  std::filesystem::path journal;  // that it came out of
  std::vector<Shard> shards;
  std::size_t version = 0;                      // it is of config `version` of RecoveryWish::config_hashes
  std::map<std::uint32_t, std::uint64_t> next;  // by ring of ticks: the first record without a place
};

/// What there is to go on with.
struct RecoveryWish {
  analytics::FollowerWish follower;
  std::vector<std::uint64_t> config_hashes;  // what was computed before as far as is known, and what is computed now
  std::uint32_t shards = 0;
  std::span<const analytics::NamedFeed> feeds;
  std::map<std::uint32_t, std::string> rings;           // of ticks: number and name
  std::map<std::uint32_t, std::uint64_t> derived_next;  // of derived rings that were taken over: the next result
  std::uint64_t next_cause = 0;                         // place of the next input
  bool is_order_adopted = false;                        // the journal has all of it, or is not of this plant's life
};

struct Recovery {
  std::optional<RecoveredAnalytics> analytics;                // nothing: computing begins anew
  std::string text;                                           // for the log: what it goes on with, or why it does not
  std::string obstacle = {};                                  // why it does not
  std::unique_ptr<analytics::JournalFollower> follower = {};  // that has computed it: whoever follows on has no more to
  bool is_alarm = false;                                      // a result was another one than was published
  std::vector<std::string> skipped;  // checkpoints that were not taken up, each with the reason
};

[[nodiscard]] Recovery begins_anew(const std::string& why);

/// Of the journal in `folder`. Where it cannot there is a reason. Throws SetupError: the savepoint that was asked for
/// cannot be taken up.
[[nodiscard]] Recovery recover_analytics(const std::filesystem::path& folder, const RecoveryWish& wish);

}  // namespace tickplant::daemon
