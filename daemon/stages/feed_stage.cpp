#include "daemon/stages/feed_stage.hpp"

#include <algorithm>
#include <numeric>

#include "platform/tsc.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::CounterKind;

feedhandlers::OrderBookConfig book_for(const config::PlantConfig& plant) {
  feedhandlers::OrderBookConfig book;
  book.instrument_count = plant.instruments.capacity + 1;
  book.order_capacity = plant.instruments.capacity * FeedStage::kOrdersPerInstrument;
  book.level_capacity = book.order_capacity;
  return book;
}

feedhandlers::PublishedForms forms_of(const config::FeedConfig& feed) {
  feedhandlers::PublishedForms forms;
  forms.quotes = feed.publishes(config::Form::quotes);
  forms.levels = feed.publishes(config::Form::levels);
  forms.depth = feed.publishes(config::Form::depth);
  return forms;
}

}  // namespace

FeedStage::FeedStage(const FeedSetup& setup)
    : config_(setup.config),
      ring_(setup.ring),
      publisher_(setup.publisher),
      book_(book_for(setup.plant)),
      feed_(setup.publisher, setup.directory, book_, setup.config.venue, setup.id, forms_of(setup.config)),
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
      bad_messages_(add_counter(counter::kBadMessages, "messages of unknown type or wrong length", "messages")),
      unknown_orders_(add_counter(counter::kUnknownOrders, "messages about an order we never saw: its book is in doubt",
                                  "messages")),
      venue_heartbeats_(add_counter(counter::kVenueHeartbeats, "packets without messages", "packets")),
      state_(add_counter(counter::kSourceState, "0 waiting, 1 live, 2 silent, 3 ended, 4 failed", "state",
                         CounterKind::level)),
      last_packet_counter_(
          add_counter(counter::kLastPacket, "when the newest packet came, 0: none yet", "ns UTC", CounterKind::level)),
      next_sequence_counter_(add_counter(counter::kNextSequence, "number of the next message of the venue's session",
                                         "sequence", CounterKind::level)) {
  set_state(counter::SourceState::waiting);
  last_packet_counter_.set(0);
  feed_.set_trading_days(this);
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

void FeedStage::beat(platform::UnixNanos now) noexcept {
  if (now < next_heartbeat_) return;
  next_heartbeat_ = now + heartbeat_interval_;
  last_beat_ = now;
  const std::int64_t idle = last_packet_ == platform::kNoTime ? 0 : std::max<std::int64_t>(now - last_packet_, 0);
  feed_.publish_heartbeat({now, platform::read_tsc(), idle, clock_.error_nanos()});
  count();
}

void FeedStage::count() noexcept {
  const feedhandlers::itch50::FeedCounters& seen = feed_.counters();
  const feedhandlers::itch50::NormaliserCounters& meant = feed_.normaliser().counters();
  const feedhandlers::sequencing::SequenceCounters sequences = feed_.sessions().totals();
  const auto sum = [](const auto& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); };
  const std::uint64_t published = publisher_.record_count();
  records_ += published - turn_began_at_;
  turn_began_at_ = published;
  records_counter_.follow(records_);
  messages_.follow(sum(seen.messages));
  duplicates_.follow(dropped_duplicates_ + sequences.duplicate_messages);
  gaps_.follow(sequences.gaps);
  missed_.follow(sequences.missed_messages);
  damaged_.follow(seen.damaged_packets);
  bad_messages_.follow(seen.unknown_types + seen.bad_lengths);
  unknown_orders_.follow(sum(meant.unknown_references));
  venue_heartbeats_.follow(seen.heartbeats);
  if (last_packet_ != platform::kNoTime) last_packet_counter_.set(static_cast<std::uint64_t>(last_packet_.value));
  next_sequence_counter_.set(next_sequence_);
}

}  // namespace tickplant::daemon
