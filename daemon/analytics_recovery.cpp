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
  const Recomputation* const computed = follower.computed();
  if (computed == nullptr) return "the journal has no beginning of it";
  if (!computed->problem().empty()) return computed->problem();
  if (computed->counts().lost_inputs != 0) return "input or results are missing in the journal";
  if (computed->is_over()) return "the journal cannot be followed to its end";
  if (!computed->has_one_config()) return "the analytics file was changed while it ran";
  if (computed->config_hash() != wish.config_hash) return "the analytics file says something else now";
  if (computed->shard_count() != wish.shards) return "the number of shards is another one now";
  if (wish.is_order_adopted && follower.replay().has_gone_at_end()) return "what it ordered is not all in the journal";
  if (follower.build() != wish.build) return "it was computed by " + follower.build();
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
    if (journalled != 0 && journalled != behind) return "results were published that the journal does not have";
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
  analytics::FollowerStart start = analytics::follow_journal(folder, wish.plant, wish.build, wish.last_block);
  recovery.skipped = std::move(start.skipped);
  JournalFollower& follower = *start.follower;
  while (follower.poll() != 0) continue;
  follower.finish();
  Recomputation* const computed = follower.computed();
  if (computed != nullptr && !computed->is_over()) computed->expect_all_explained();
  if (computed != nullptr && computed->difference()) {
    recovery.is_alarm = true;
    recovery.text = text_of(*computed->difference());
    return recovery;
  }
  if (const std::string why = obstacle(follower, wish); !why.empty()) {
    recovery.text = begins_anew(why).text;
    return recovery;
  }
  std::uint64_t unpublished = 0;
  recovery.analytics = take_from(follower, wish, unpublished);
  const Recomputation::Counts& counts = computed->counts();
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
  return none;
}

Recovery recover_analytics(const std::filesystem::path& folder, const RecoveryWish& wish) {
  try {
    return recover(folder, wish);
  } catch (const std::runtime_error& error) {
    return begins_anew(error.what());
  }
}

}  // namespace tickplant::daemon
