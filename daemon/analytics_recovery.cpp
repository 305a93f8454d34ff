#include "daemon/analytics_recovery.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "analytics/replay/journal_follower.hpp"
#include "platform/clock.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::daemon {
namespace {

using analytics::JournalFollower;
using analytics::Recomputation;

/// Why computing cannot go on with what the follower has; empty: it can.
std::string obstacle(JournalFollower& follower, const RecoveryWish& wish) {
  Recomputation* const computed = follower.computed();
  if (const std::uint64_t read = follower.replay().chain().last_number(); read != wish.follower.last_block) {
    return "the journal can be read up to block " + std::to_string(read) + " of " +
           std::to_string(wish.follower.last_block);
  }
  if (computed == nullptr) return "the journal has no beginning of it";
  if (!computed->problem().empty()) return computed->problem();
  if (const Recomputation::Counts& counts = computed->counts(); counts.lost_inputs != 0) {
    return "input or results were lost behind input " + std::to_string(counts.lost_behind) +
           ", and what was held then is in no snapshot";
  }
  if (computed->is_over()) return "the journal cannot be followed to its end";
  const auto& configs = computed->config_hashes();
  const bool is_known = configs.size() <= wish.config_hashes.size() &&
                        std::equal(configs.begin(), configs.end(), wish.config_hashes.begin());
  if (!is_known) return "what was computed is not what the analytics file says, and not what was known of it";
  if (computed->shard_count() != wish.shards) return "the number of shards is another one now";
  if (follower.replay().has_order_gone_at_end() && (wish.is_order_adopted || computed->has_unexplained())) {
    return "what it ordered is not all in the journal";
  }
  if (follower.build() != wish.follower.build) return "it was computed by " + follower.build();
  const auto same = [](const analytics::NamedFeed& a, const analytics::NamedFeed& b) {
    return a.id == b.id && a.name == b.name;
  };
  const auto feeds = computed->feeds();
  const bool has_all = std::ranges::all_of(feeds, [&](const analytics::NamedFeed& feed) {
    return std::ranges::any_of(wish.feeds, [&](const analytics::NamedFeed& ours) { return same(feed, ours); });
  });
  if (!has_all || feeds.size() != wish.feeds.size()) return "the feeds are others now";
  for (const auto& [id, name] : wish.rings) {
    const ringbuf::RingFact* const ring = follower.replay().knowledge().ring(id);
    if (ring != nullptr && ringbuf::text_of(ring->name) != name) return "the rings are others now";
  }
  const ringbuf::ReplayPlace place = follower.replay().replay_place();
  for (const auto& [id, behind] : wish.derived_next) {
    const auto found = std::ranges::find(place.positions, id, &ringbuf::RingPosition::ring);
    const std::uint64_t journalled = found == place.positions.end() ? 0 : found->next;
    if (journalled != 0 && journalled != behind) {
      return "the journal ends with result " + std::to_string(journalled - 1) + ", and " + std::to_string(behind - 1) +
             " was published";
    }
  }
  const std::uint64_t next = place.played.value + 1;
  if (wish.is_order_adopted ? next != wish.next_cause : next > wish.next_cause) {
    return "the journal ends with input " + std::to_string(next - 1) + ", and " + std::to_string(wish.next_cause - 1) +
           " had a place";
  }
  return "";
}

std::string text_of(const analytics::ResultDifference& difference) {
  return "determinism alarm: computed again, a result in ring " + difference.ring + " at input " +
         std::to_string(difference.cause) +
         " is another one than was published; tickplant journal audit shows it, keep the journal for whoever looks";
}

RecoveredAnalytics take_from(JournalFollower& follower, const RecoveryWish& wish, std::uint64_t& unpublished) {
  RecoveredAnalytics out;
  Recomputation& computed = *follower.computed();
  out.version = computed.config_hashes().size() - 1;
  for (std::uint32_t i = 0; i < computed.shard_count(); ++i) {
    RecoveredAnalytics::Shard& shard = out.shards.emplace_back();
    analytics::StateArchive archive(shard.state);
    computed.engine(i).archive(archive);
    shard.unpublished.assign(computed.unpublished(i).begin(), computed.unpublished(i).end());
    unpublished += shard.unpublished.size();
  }
  for (const ringbuf::RingPosition& position : follower.replay().replay_place().positions) {
    if (wish.rings.contains(position.ring)) out.next[position.ring] = position.next;
  }
  return out;
}

Recovery recover(const std::filesystem::path& folder, const RecoveryWish& wish) {
  const platform::UnixNanos began = platform::system_now();
  Recovery recovery;
  analytics::FollowerStart start = analytics::follow_journal(folder, wish.follower);
  recovery.skipped = std::move(start.skipped);
  JournalFollower& follower = *start.follower;
  while (follower.poll() != 0) continue;
  follower.finish();
  Recomputation* const computed = follower.computed();
  const bool is_order_whole =
      !follower.replay().has_order_gone_at_end() && follower.replay().chain().last_number() == wish.follower.last_block;
  if (computed != nullptr && !computed->is_over() && is_order_whole) computed->expect_all_explained();
  if (computed != nullptr && computed->difference()) {
    recovery.is_alarm = true;
    recovery.text = recovery.obstacle = text_of(*computed->difference());
    return recovery;
  }
  if (const std::string why = obstacle(follower, wish); !why.empty()) {
    recovery.text = begins_anew(why).text;
    recovery.obstacle = why;
    return recovery;
  }
  std::uint64_t unpublished = 0;
  recovery.analytics = take_from(follower, wish, unpublished);
  recovery.analytics->journal = folder;
  const Recomputation::Counts& counts = computed->counts();
  recovery.follower = std::move(start.follower);
  recovery.text = "analytics goes on behind input " + std::to_string(follower.played().value) + ": " +
                  (start.checkpoint.empty() ? "the journal" : start.checkpoint.filename().string()) + ", then " +
                  std::to_string(counts.inputs) + " inputs computed again, " + std::to_string(counts.results) +
                  " results equal to what was published, " + std::to_string(unpublished) + " published now, in " +
                  std::to_string((platform::system_now() - began) / 1'000'000) + " ms";
  return recovery;
}

}  // namespace

Recovery begins_anew(const std::string& why) {
  Recovery none;
  none.text = "analytics begins anew: " + why;
  none.obstacle = why;
  return none;
}

Recovery recover_analytics(const std::filesystem::path& folder, const RecoveryWish& wish) {
  try {
    return recover(folder, wish);
  } catch (const std::runtime_error& error) {
    if (!wish.follower.savepoint.empty()) throw;
    return begins_anew(error.what());
  }
}

}  // namespace tickplant::daemon
