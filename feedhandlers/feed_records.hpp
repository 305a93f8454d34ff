// Records about a feed itself, not about an instrument: time that passes, messages that were lost, where the source is.
// The same for every protocol.
//
// Threads: the feed's own.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>

#include "feedhandlers/sequencing/sequence_range.hpp"
#include "feedhandlers/sequencing/session_id.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "feedhandlers/trading_day.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::feedhandlers {

using SessionText = std::array<char, 10>;

[[nodiscard]] inline SessionText session_text(const sequencing::SessionId& session) noexcept {
  SessionText text;
  std::memcpy(text.data(), session.words, text.size());
  return text;
}

[[nodiscard]] inline ringbuf::SessionBody session_body(const TradingDay& day, const SessionText& session,
                                                       ringbuf::FeedId feed) noexcept {
  ringbuf::SessionBody body;
  body.trading_date = day.date;
  body.utc_offset_seconds = day.utc_offset_seconds;
  body.session = session;
  body.feed = feed;
  return body;
}

/// Nothing came for `idle_nanos`. `tsc` was read at `now`, which is no further than `clock_error_nanos` from UTC.
struct HeartbeatTime {
  platform::UnixNanos now{};
  std::uint64_t tsc = 0;
  std::int64_t idle_nanos = 0;
  std::int64_t clock_error_nanos = 0;
};

/// Time passes: tells readers so.
inline void publish_heartbeat(TickPublisher& publisher, ringbuf::FeedId feed, const HeartbeatTime& time) noexcept {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  ringbuf::HeartbeatBody heartbeat;
  heartbeat.tsc = time.tsc;
  heartbeat.idle_nanos = static_cast<std::uint64_t>(std::max<std::int64_t>(time.idle_nanos, 0));
  heartbeat.clock_error_nanos = static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.clock_error_nanos, 0, kMost));
  heartbeat.feed = feed;
  publisher.begin_packet(time.now, 0);
  publisher.publish(ringbuf::kNoInstrument, time.now, heartbeat, ringbuf::RecordFlags::end_of_event);
  publisher.end_batch();
}

/// `missing` came on no line. The caller has doubted what these messages can have touched.
inline void publish_gap(TickPublisher& publisher, ringbuf::FeedId feed, platform::UnixNanos ts_event,
                        const SessionText& session, sequencing::SequenceRange missing) noexcept {
  ringbuf::GapBody gap;
  gap.first = missing.begin;
  gap.last = missing.end - 1;
  gap.session = session;
  gap.feed = feed;
  gap.reason = ringbuf::GapReason::lost;
  publisher.publish(ringbuf::kNoInstrument, ts_event, gap, ringbuf::RecordFlags::end_of_event);
}

/// How far a source was read.
struct SourceReached {
  SessionText session{};
  std::uint64_t next_sequence = 0;  // what the source sends next; 0 where it does not number
  std::uint64_t byte_offset = 0;    // of the venue's stream or the file; 0 where there is none
  std::uint64_t message_count = 0;  // that the records since the last position came from
};

inline void publish_position(TickPublisher& publisher, ringbuf::FeedId feed, platform::UnixNanos ts_event,
                             const SourceReached& reached,
                             ringbuf::RecordFlags flags = ringbuf::RecordFlags::end_of_event) noexcept {
  ringbuf::SourcePositionBody position;
  position.next_sequence = reached.next_sequence;
  position.byte_offset = reached.byte_offset;
  position.session = reached.session;
  position.feed = feed;
  position.message_count = static_cast<std::uint16_t>(std::min<std::uint64_t>(reached.message_count, 0xffff));
  publisher.publish(ringbuf::kNoInstrument, ts_event, position, flags);
}

}  // namespace tickplant::feedhandlers
