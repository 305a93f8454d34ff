// What feed stages have in common: the counters people look at, the trading day, and the heartbeat record that lets
// time pass downstream on a quiet feed.
//
// Threads: as Stage. Everything here belongs to the feed's thread once it runs.
// Not here: where packets come from (multicast_feed_stage.hpp, file_feed_stage.hpp), what they mean (feedhandlers/).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/plant_config.hpp"
#include "daemon/plant_clock.hpp"
#include "daemon/plant_segments.hpp"
#include "daemon/stage.hpp"
#include "daemon/stages/following_counter.hpp"
#include "daemon/told_feeds.hpp"
#include "feedhandlers/feed.hpp"
#include "platform/time_zone.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {

/// What a feed stage is made of; all references outlive it.
struct FeedSetup {
  const config::FeedConfig& config;
  const config::PlantConfig& plant;
  TickRing& ring;
  feedhandlers::TickPublisher& publisher;  // of the thread it runs on
  ringbuf::InstrumentDirectoryWriter& directory;
  ringbuf::CountersWriter& counters;
  ringbuf::FeedId id;
  PlantClock clock;
  std::string time_zone;  // of the venue

  [[nodiscard]] feedhandlers::FeedParts parts() const;
};

class FeedStage : public Stage, protected feedhandlers::FeedHost {
 public:
  [[nodiscard]] const std::string& name() const noexcept final { return name_; }
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override { return next_heartbeat_; }

 protected:
  /// Throws SetupError: full counters, unknown zone.
  explicit FeedStage(const FeedSetup& setup);

  /// The trading day at `time`: config's date, or the day it is at the venue.
  [[nodiscard]] feedhandlers::TradingDay day_of(platform::UnixNanos time) const noexcept override;
  [[nodiscard]] feedhandlers::TradingDay day_of(platform::CalendarDate date) const;

  /// A turn begins: what is published from here on is ours, also where feeds of one thread share a ring.
  void begin_turn() noexcept { turn_began_at_ = publisher_.record_count(); }
  /// Publishes a heartbeat record when it is due.
  void beat(feedhandlers::Feed& feed, platform::UnixNanos now) noexcept;
  /// Brings the counters up to date, at the end of a turn that found work.
  void count(const feedhandlers::FeedTotals& totals) noexcept;
  /// Goes on where a predecessor was. For the constructor of a live feed's stage.
  void go_on_behind(feedhandlers::PacketFeed& feed, ToldFeed told);
  /// What was read so far was counted by a predecessor.
  void go_on_at(const feedhandlers::FeedTotals& totals) noexcept;
  void set_state(ringbuf::counter::SourceState state) noexcept { state_.set(static_cast<std::uint64_t>(state)); }

  const config::FeedConfig& config_;
  TickRing& ring_;
  feedhandlers::TickPublisher& publisher_;
  platform::TimeZone zone_;
  PlantClock clock_;
  platform::UnixNanos last_packet_ = platform::kNoTime;
  std::optional<feedhandlers::Repeats> told_;  // what comes again, at first

  [[nodiscard]] ringbuf::Counter add_counter(std::string_view name, std::string_view meaning, std::string_view unit,
                                             ringbuf::CounterKind kind = ringbuf::CounterKind::total) {
    return counters_.add(name_, {name, meaning, unit, kind});
  }

 private:
  std::string name_;
  ringbuf::CountersWriter& counters_;
  std::int64_t heartbeat_interval_;
  platform::UnixNanos next_heartbeat_{};
  void count_with(const feedhandlers::FeedTotals& totals, void (FollowingCounter::*with)(std::uint64_t)) noexcept;

  std::uint64_t records_ = 0;
  std::uint64_t turn_began_at_ = 0;

  FollowingCounter messages_, records_counter_, duplicates_, gaps_, missed_, damaged_, foreign_, bad_messages_,
      unknown_orders_, venue_heartbeats_;
  ringbuf::Counter state_, last_packet_counter_, next_sequence_counter_;
};

}  // namespace tickplant::daemon
