#include "daemon/stages/feed_stage.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/log.hpp"
#include "feedhandlers/make_packet_feed.hpp"
#include "platform/tsc.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::CounterKind;

}  // namespace

feedhandlers::FeedParts FeedSetup::parts() const {
  return {publisher, directory, config.venue, id, feedhandlers::published_forms(config)};
}

FeedStage::FeedStage(const FeedSetup& setup)
    : config_(setup.config),
      ring_(setup.ring),
      publisher_(setup.publisher),
      zone_(setup.time_zone),
      clock_(setup.clock),
      name_(std::string(counter::kFeedOwnerPrefix) + setup.config.name),
      counters_(setup.counters),
      heartbeat_interval_(setup.plant.plant.heartbeat_interval_ns),
      messages_(add_counter(counter::kMessages, "venue messages delivered, each once", "messages")),
      records_counter_(add_counter(counter::kRecords, "records published into its ring", "records")),
      duplicates_(add_counter(counter::kDuplicateMessages, "messages that had come before, on the other line mostly",
                              "messages")),
      gaps_(add_counter(counter::kGaps, "times messages came on no line: a gap record says which", "gaps")),
      missed_(add_counter(counter::kMissedMessages, "messages in those gaps", "messages")),
      damaged_(add_counter(counter::kDamagedPackets, "packets with broken framing", "packets")),
      foreign_(add_counter(counter::kForeignPackets, "packets that are not of this feed: passed over", "packets")),
      bad_messages_(add_counter(counter::kBadMessages, "messages of unknown type or wrong length", "messages")),
      unknown_orders_(add_counter(counter::kUnknownOrders, "messages about an order we never saw: its book is in doubt",
                                  "messages")),
      venue_heartbeats_(add_counter(counter::kVenueHeartbeats, "packets without messages", "packets")),
      state_(add_counter(counter::kSourceState, "0 waiting, 1 live, 2 silent, 3 ended, 4 failed, 5 stopped", "state",
                         CounterKind::level)),
      last_packet_counter_(
          add_counter(counter::kLastPacket, "when the newest packet came, 0: none yet", "ns UTC", CounterKind::level)),
      next_sequence_counter_(add_counter(counter::kNextSequence, "number of the next message of the venue's session",
                                         "sequence", CounterKind::level)) {
  set_state(counter::SourceState::waiting);
  last_packet_counter_.set(0);
  const auto tell_hours = [this](std::string_view name, std::string_view meaning, std::chrono::minutes time) {
    add_counter(name, meaning, "minutes", CounterKind::level).set(static_cast<std::uint64_t>(time.count()));
  };
  tell_hours(counter::kTradingOpens, "when trading begins, after midnight at the venue", config_.hours.open);
  tell_hours(counter::kTradingCloses, "when trading ends, after midnight at the venue", config_.hours.close);
}

void FeedStage::go_on_behind(feedhandlers::PacketFeed& feed, ToldFeed told) {
  if (ring_.repair) publisher_.continue_behind(ring_.repair->last_ts_recv);
  if (!told.records.position) return;
  const auto position = told.records.position->as<ringbuf::SourcePositionBody>();
  const platform::UnixNanos now = clock_.now();
  const bool has_books = feed.resume(day_of(now), position, told.history, now);
  log_info(
      "feed " + config_.name + ": goes on behind message " +
      std::to_string(std::max<std::uint64_t>(position.next_sequence, 1) - 1) +
      (has_books ? ", its books as they were told" : "; its books are in doubt, what was told of them is not enough"));
  if (!has_books) return;
  told_.emplace(std::move(told.records), feedhandlers::Repeats::From::position);
  publisher_.tell_again(*told_, !ring_.repair);
}

feedhandlers::TradingDay FeedStage::day_of(platform::CalendarDate date) const {
  feedhandlers::TradingDay day;
  day.midnight = zone_.local_midnight(date);
  day.date = platform::to_yyyymmdd(date);
  day.utc_offset_seconds = static_cast<std::int32_t>(zone_.utc_offset_nanos(day.midnight) / platform::kNanosPerSecond);
  return day;
}

feedhandlers::TradingDay FeedStage::day_of(platform::UnixNanos time) const noexcept {
  return day_of(config_.trading_date.value_or(zone_.local_date(time)));
}

void FeedStage::beat(feedhandlers::Feed& feed, platform::UnixNanos now) noexcept {
  if (now < next_heartbeat_) return;
  next_heartbeat_ = now + heartbeat_interval_;
  const std::int64_t idle = last_packet_ == platform::kNoTime ? 0 : std::max<std::int64_t>(now - last_packet_, 0);
  feed.publish_heartbeat({now, platform::read_tsc(), idle, clock_.error_nanos()});
  count(feed.totals());
}

void FeedStage::count(const feedhandlers::FeedTotals& totals) noexcept {
  const std::uint64_t published = publisher_.record_count();
  records_ += published - turn_began_at_;
  turn_began_at_ = published;
  records_counter_.follow(records_);
  count_with(totals, &FollowingCounter::follow);
}

void FeedStage::go_on_at(const feedhandlers::FeedTotals& totals) noexcept {
  count_with(totals, &FollowingCounter::go_on_at);
}

void FeedStage::count_with(const feedhandlers::FeedTotals& totals,
                           void (FollowingCounter::*with)(std::uint64_t)) noexcept {
  (messages_.*with)(totals.messages);
  (duplicates_.*with)(totals.duplicate_messages);
  (gaps_.*with)(totals.gaps);
  (missed_.*with)(totals.missed_messages);
  (damaged_.*with)(totals.damaged_packets);
  (foreign_.*with)(totals.foreign_packets);
  (bad_messages_.*with)(totals.bad_messages);
  (unknown_orders_.*with)(totals.unknown_orders);
  (venue_heartbeats_.*with)(totals.venue_heartbeats);
  if (last_packet_ != platform::kNoTime) last_packet_counter_.set(static_cast<std::uint64_t>(last_packet_.value));
  next_sequence_counter_.set(totals.next_sequence);
}

}  // namespace tickplant::daemon
