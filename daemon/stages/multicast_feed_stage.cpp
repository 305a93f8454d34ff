#include "daemon/stages/multicast_feed_stage.hpp"

#include <algorithm>
#include <utility>

#include "feedhandlers/make_packet_feed.hpp"
#include "feedhandlers/moldudp64/request.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
namespace moldudp64 = feedhandlers::moldudp64;
using feedhandlers::Line;
using feedhandlers::Packet;

}  // namespace

MulticastFeedStage::MulticastFeedStage(const FeedSetup& setup,
                                       std::unique_ptr<feedhandlers::sources::UdpMulticastSource> source,
                                       CaptureQueue* capture, ToldFeed told)
    : FeedStage(setup),
      source_(std::move(source)),
      feed_(feedhandlers::make_packet_feed(setup.config, setup.parts(), setup.plant.instruments.capacity, *this)),
      packets_(add_counter(counter::kPackets, "datagrams of both lines and answers to re-requests", "packets")),
      packets_a_(add_counter(counter::kPacketsLineA, "datagrams of line A", "packets")),
      packets_b_(add_counter(counter::kPacketsLineB, "datagrams of line B", "packets")),
      packets_recovered_(add_counter(counter::kPacketsRecovered, "answers to re-requests", "packets")),
      bytes_(add_counter(counter::kBytes, "payload of those datagrams", "bytes")),
      compared_(add_counter(counter::kComparedPackets, "packets compared with the other line's copy", "packets")),
      differing_(add_counter(counter::kDifferingPackets, "of them: it says something else", "packets")),
      held_(add_counter(counter::kHeldPackets, "packets that waited for an earlier one", "packets")),
      requests_(add_counter(counter::kRequests, "re-requests sent: messages that came on neither line", "requests")),
      kernel_drops_(add_counter(counter::kKernelDrops, "datagrams for which the sockets had no room", "packets")),
      card_stamps_(add_counter(counter::kCardStamps, "packets whose receive time is the card's own", "packets")) {
  descriptors_.assign(source_->descriptors().begin(), source_->descriptors().end());
  if (capture != nullptr) capture_ = capture->feed_end();
  if (setup.config.source.glimpse.present()) {
    snapshots_.emplace(setup.config);
    snapshot_counters_ = make_snapshot_counters(setup);
    descriptors_.push_back(snapshots_->descriptor());
  }
  go_on_behind(*feed_, std::move(told));
}

std::size_t MulticastFeedStage::do_work() noexcept {
  begin_turn();
  const std::size_t count = source_->poll([&](const Packet& packet) {
    if (capture_) (void)capture_->offer(packet);  // counts what it has no room for
    feed_->on_packet(packet);
  });
  const platform::UnixNanos now = clock_.now();
  if (count > 0) {
    last_packet_ = now;
  } else {
    feed_->on_time(now);
  }
  while (const auto request = feed_->take_request(now)) (void)source_->send_request(moldudp64::encode(*request));
  if (count > 0) {
    const feedhandlers::FeedTotals totals = feed_->totals();
    has_ended_ = totals.has_ended;
    set_state(has_ended_ ? counter::SourceState::ended : counter::SourceState::live);
    count_all(totals);
  } else if (last_packet_ != platform::kNoTime && now - last_packet_ > kSilentNanos && !has_ended_) {
    set_state(counter::SourceState::silent);
  }
  beat(*feed_, now);
  return count + (snapshots_ ? fetch_snapshots(now) : 0);
}

/// A bounded piece, so that packets wait no longer than for one of their own turns.
std::size_t MulticastFeedStage::fetch_snapshots(platform::UnixNanos now) noexcept {
  feedhandlers::SnapshotRecovery& books = *feed_->snapshot_recovery();
  const std::size_t work = snapshots_->turn(books, now, has_ended_);
  if (work > 0 || snapshot_counters_->wish != books.wish()) count_snapshots(books, now);
  return work;
}

SnapshotCounters MulticastFeedStage::make_snapshot_counters(const FeedSetup& setup) {
  const auto following = [this](std::string_view name, std::string_view meaning, std::string_view unit) {
    return FollowingCounter(add_counter(name, meaning, unit));
  };
  return {following(counter::kSnapshotAttempts, "attempts to fetch a snapshot from the GLIMPSE server", "attempts"),
          following(counter::kSnapshotFailures, "of them: without a snapshot, or it came too late", "attempts"),
          following(counter::kSnapshots, "snapshots that books were put right from, or compared with", "snapshots"),
          following(counter::kRebuiltBooks, "books told anew from a snapshot", "books"),
          following(counter::kDifferingBooks, "books that a comparison found wrong", "books"),
          add_counter(counter::kBooksInDoubt, "0 none, 1 single books, 2 all", "state", ringbuf::CounterKind::level),
          feedhandlers::SnapshotRecovery::Wish::nothing,
          ServerCounters(setup.counters, name())};
}

void MulticastFeedStage::count_snapshots(const feedhandlers::SnapshotRecovery& books,
                                         platform::UnixNanos now) noexcept {
  const feedhandlers::SnapshotRecovery::Totals totals = books.totals();
  const feedhandlers::sources::GlimpseSourceCounters& source = snapshots_->source().counters();
  snapshot_counters_->attempts.follow(source.attempts);
  snapshot_counters_->failures.follow(source.failures + totals.void_attempts);
  snapshot_counters_->complete.follow(totals.complete);
  snapshot_counters_->rebuilt_books.follow(totals.told_books);
  snapshot_counters_->differing_books.follow(totals.differing_books);
  snapshot_counters_->wish = books.wish();
  snapshot_counters_->books_in_doubt.set(static_cast<std::uint64_t>(books.wish()));
  watch_server(totals, now);
}

/// Up: its newest snapshot came whole and was of use, or may still be.
void MulticastFeedStage::watch_server(const feedhandlers::SnapshotRecovery::Totals& totals,
                                      platform::UnixNanos now) noexcept {
  namespace sources = feedhandlers::sources;
  SnapshotCounters& counters = *snapshot_counters_;
  const sources::GlimpseSource& source = snapshots_->source();
  const sources::GlimpseSourceCounters seen = source.counters();
  if (std::exchange(counters.whole, seen.complete) != seen.complete) counters.server.on_up(now);
  if (std::exchange(counters.cut, seen.failures) != seen.failures)
    counters.server.on_down(sources::server_failure(source.failure()), now);
  if (std::exchange(counters.of_other_sessions, totals.other_sessions) != totals.other_sessions)
    counters.server.on_down({counter::ServerReason::other_session, 0}, now);
}

platform::UnixNanos MulticastFeedStage::next_turn() const noexcept {
  platform::UnixNanos next = FeedStage::next_turn();
  if (const auto deadline = feed_->next_deadline()) next = std::min(next, *deadline);
  if (snapshots_) next = std::min(next, snapshots_->next_turn());
  return next;
}

void MulticastFeedStage::pause() noexcept {
  source_->leave();
  on_stop();
  set_state(counter::SourceState::stopped);
}

bool MulticastFeedStage::resume() noexcept {
  if (!source_->join_again()) return false;
  last_packet_ = platform::kNoTime;
  set_state(has_ended_ ? counter::SourceState::ended : counter::SourceState::waiting);
  return true;
}

void MulticastFeedStage::on_stop() noexcept {
  for (int turns = 0; turns < kDrainTurns && do_work() > 0; ++turns) continue;  // what the sockets hold already
  begin_turn();
  feed_->flush();
  count_all(feed_->totals());
}

void MulticastFeedStage::count_all(const feedhandlers::FeedTotals& totals) noexcept {
  std::uint64_t packets = 0, bytes = 0, drops = 0, card_stamps = 0;
  const auto& a = source_->counters(Line::a);
  const auto& b = source_->counters(Line::b);
  const auto& recovery = source_->counters(Line::recovery);
  for (const auto* line : {&a, &b, &recovery}) {
    packets += line->packets;
    bytes += line->bytes;
    drops += line->kernel_drops;
    card_stamps += line->card_stamps;
  }
  packets_.follow(packets);
  packets_a_.follow(a.packets);
  packets_b_.follow(b.packets);
  packets_recovered_.follow(recovery.packets);
  bytes_.follow(bytes);
  kernel_drops_.follow(drops);
  card_stamps_.follow(card_stamps);
  compared_.follow(totals.compared_packets);
  differing_.follow(totals.differing_packets);
  held_.follow(totals.held_packets);
  requests_.follow(totals.requests);
  FeedStage::count(totals);
}

}  // namespace tickplant::daemon
