// A live feed: lines A and B by multicast, put in order, decoded and published, without leaving the thread.
//
//   sockets -> UdpMulticastSource -> PacketFeed: arbitration (first copy wins, early ones wait, lost ones are asked
//              for), protocol (book, records) -> ring and tables
//
// Threads: as Stage. Not here: the sockets (sources/udp_multicast_source.hpp), what to ask for
// (sequencing/reorder_buffer.hpp), what packets mean (the protocol that make_packet_feed.hpp chooses).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "daemon/stages/capture_stage.hpp"
#include "daemon/stages/feed_stage.hpp"
#include "daemon/stages/server_counters.hpp"
#include "daemon/stages/snapshot_fetcher.hpp"
#include "feedhandlers/feed.hpp"
#include "feedhandlers/sources/udp_multicast_source.hpp"

namespace tickplant::daemon {

/// What operators see of a feed's snapshots.
struct SnapshotCounters {
  FollowingCounter attempts, failures, complete, rebuilt_books, differing_books;
  ringbuf::Counter books_in_doubt;
  feedhandlers::SnapshotRecovery::Wish wish;  // as counted
  ServerCounters server;
  std::uint64_t whole = 0, cut = 0, of_other_sessions = 0;  // as counted
};

class MulticastFeedStage final : public FeedStage {
 public:
  /// Without packets for this long, not even heartbeats, a feed is silent.
  static constexpr std::int64_t kSilentNanos = 1'000'000'000;
  /// A live feed never ends by itself: the last turns, each of at most UdpMulticastSource::kMaxPacketsPerPoll packets.
  static constexpr int kDrainTurns = 64;

  /// `source` is open already, so that a port in use is known before memory is taken. `capture`: where a copy of each
  /// packet goes, or nullptr. `told`: by a predecessor. Throws SetupError.
  MulticastFeedStage(const FeedSetup& setup, std::unique_ptr<feedhandlers::sources::UdpMulticastSource> source,
                     CaptureQueue* capture, ToldFeed told);

  std::size_t do_work() noexcept override;
  [[nodiscard]] std::span<const int> descriptors() const noexcept override { return descriptors_; }
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override;
  /// Leaves the groups; what comes meanwhile is missed, and mended as any gap when it goes on.
  void pause() noexcept override;
  [[nodiscard]] bool resume() noexcept override;
  void on_stop() noexcept override;

 private:
  [[nodiscard]] std::int64_t publish_delay(platform::UnixNanos ts_recv) noexcept override {
    return clock_.now() - ts_recv;
  }
  std::size_t fetch_snapshots(platform::UnixNanos now) noexcept;
  [[nodiscard]] SnapshotCounters make_snapshot_counters(const FeedSetup& setup);
  void count_snapshots(const feedhandlers::SnapshotRecovery& books, platform::UnixNanos now) noexcept;
  void watch_server(const feedhandlers::SnapshotRecovery::Totals& totals, platform::UnixNanos now) noexcept;
  void count_all(const feedhandlers::FeedTotals& totals) noexcept;

  std::unique_ptr<feedhandlers::sources::UdpMulticastSource> source_;
  std::unique_ptr<feedhandlers::PacketFeed> feed_;
  std::optional<feedhandlers::sources::PacketCapture> capture_;
  std::optional<SnapshotFetcher> snapshots_;
  std::vector<int> descriptors_;
  FollowingCounter packets_, packets_a_, packets_b_, packets_recovered_, bytes_, compared_, differing_, held_,
      requests_, kernel_drops_, card_stamps_;
  std::optional<SnapshotCounters> snapshot_counters_;
  bool has_ended_ = false;  // the venue's session, as of its newest packet
};

}  // namespace tickplant::daemon
