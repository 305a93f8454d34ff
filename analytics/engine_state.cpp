#include "analytics/engine.hpp"

namespace tickplant::analytics {

void Engine::archive(StateArchive& archive) {
  archive.expect(shard_.index, "shard");
  archive.expect(shard_.count, "shards");
  archive.expect(program_->functions().size(), "functions");
  archive.expect(groups_.size(), "groups of feeds");
  archive(counts_, fully_dropped_, log_);
  for (Group& group : groups_) {
    archive.expect(group.feeds.size(), "feeds of a group");
    archive.expect(group.cohorts.size(), "sets");
    archive(group.clock);
    for (InputQuality& feed : group.feeds) archive(feed);
    for (FeedSessions& sessions : group.sessions) archive(sessions);
    for (const auto& cohort : group.cohorts) archive(*cohort);
    for (const auto& nbbo : group.nbbo) {
      archive.expect(nbbo != nullptr ? 1 : 0, "consolidated quotes of a set");
      if (nbbo) archive(*nbbo);
    }
    archive(group.is_out, group.any_out, group.next_boundary, group.next_early);
  }
  archive.expect(book_ ? 1 : 0, "rules of alerts");
  if (book_) archive(*book_, extra_log_, extra_counts_, extra_dropped_, extras_);
  archive(places_, records_, newest_event_, output_hash_);
}

}  // namespace tickplant::analytics
