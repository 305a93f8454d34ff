// Puts one feed's records where readers find them: the ring first, then the tables, so that a table never runs ahead of
// the history it sums up.
//
// Threads: the feed's own. Nothing here allocates, locks, logs or makes a system call.
// Not here: what a venue message means (the protocol folders), creating the segments (ringbuf/segment.hpp).
#pragma once

#include <cstdint>
#include <span>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/depth_table.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::feedhandlers {

class TickPublisher {
 public:
  TickPublisher(ringbuf::TickWriter ring, ringbuf::ImageWriter image, ringbuf::NewestWriter newest,
                ringbuf::DepthWriter depth) noexcept
      : ring_(ring), image_(image), newest_(newest), depth_(depth) {}

  /// The records that follow came with this packet. A receive time before the last one is clamped and flagged: within a
  /// ring it never decreases. `publish_delay` is the time since then in ns, 0 in replay, so that a replay gives the
  /// same bits.
  void begin_packet(platform::UnixNanos ts_recv, std::int64_t publish_delay_nanos) noexcept {
    clock_flag_ = ts_recv < ts_recv_ ? ringbuf::RecordFlags::bad_clock : ringbuf::RecordFlags::none;
    if (ts_recv > ts_recv_) ts_recv_ = ts_recv;
    publish_delay_ = ringbuf::encode_publish_delay(publish_delay_nanos);
  }

  /// Ring, newest, image. Returns the record's sequence.
  template <ringbuf::RecordBody Body>
  ringbuf::Sequence publish(ringbuf::InstrumentId instrument, platform::UnixNanos ts_event, const Body& body,
                            ringbuf::RecordFlags flags) noexcept {
    ringbuf::Record record =
        ringbuf::make_record(instrument, ts_event, ts_recv_, body, flags | clock_flag_, publish_delay_);
    const ringbuf::Sequence sequence = ring_.publish(&record);
    record.header.stamp = sequence.value;
    newest_.apply(record.header, body);
    image_.apply(record.header, body);
    return sequence;
  }

  /// Publishes the session record and starts the day values of `instruments` anew.
  void begin_session(platform::UnixNanos ts_event, const ringbuf::SessionBody& session,
                     std::span<const ringbuf::InstrumentId> instruments) noexcept {
    const ringbuf::Sequence sequence =
        publish(ringbuf::kNoInstrument, ts_event, session, ringbuf::RecordFlags::end_of_event);
    ringbuf::RecordHeader header;
    header.stamp = sequence.value;
    header.ts_event = ts_event;
    header.ts_recv = ts_recv_;
    image_.begin_day(session.trading_date);
    for (const ringbuf::InstrumentId id : instruments) image_.on_session(header, id, session);
  }

  /// A hint: records about this instrument follow.
  void prefetch(ringbuf::InstrumentId instrument) const noexcept {
    newest_.prefetch(instrument);
    image_.prefetch(instrument);
  }

  [[nodiscard]] ringbuf::DepthWriter& depth() noexcept { return depth_; }

  /// Everything of this batch is in ring and tables: tells joiners. Call once per packet or batch.
  void end_batch() noexcept {
    ring_.flush();
    ring_.complete_image();
  }

  [[nodiscard]] ringbuf::Sequence last() const noexcept { return ring_.last(); }
  [[nodiscard]] platform::UnixNanos ts_recv() const noexcept { return ts_recv_; }

 private:
  ringbuf::TickWriter ring_;
  ringbuf::ImageWriter image_;
  ringbuf::NewestWriter newest_;
  ringbuf::DepthWriter depth_;
  platform::UnixNanos ts_recv_ = platform::kNoTime;
  ringbuf::RecordFlags clock_flag_ = ringbuf::RecordFlags::none;
  std::uint16_t publish_delay_ = 0;
};

}  // namespace tickplant::feedhandlers
