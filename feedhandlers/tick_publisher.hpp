// Puts one feed's records where readers find them: the ring first, then the tables, so that a table never runs ahead of
// the history it sums up.
//
// The ring is the feed's own, or one that it shares with feeds of other threads: then each has a publisher of its own.
//
// Behind a restart a feed may tell again what is in the ring: tell_again() has that passed over.
//
// Threads: the feed's own. Nothing here allocates, locks, logs or makes a system call.
// Not here: what a venue message means (the protocol folders), creating the segments (ringbuf/segment.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

#include "feedhandlers/told_records.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/depth_table.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/shared_broadcast_writer.hpp"
#include "ringbuf/table_undo.hpp"

namespace tickplant::feedhandlers {

class TickPublisher {
 public:
  /// What is told is passed over, up to the first new record: the ring waits in held_.
  struct PassingOver {};
  using Ring = std::variant<ringbuf::TickWriter, ringbuf::SharedTickWriter, PassingOver>;

  /// `undo`: of the same tables, where a successor may have to take them over.
  TickPublisher(Ring ring, ringbuf::ImageWriter image, ringbuf::NewestWriter newest, ringbuf::DepthWriter depth,
                ringbuf::TableUndo undo = {}) noexcept
      : ring_(ring), image_(image), newest_(newest), depth_(depth), undo_(undo) {}

  /// Records of a live feed go on behind a predecessor's, the newest of which was received then.
  void continue_behind(platform::UnixNanos ts_recv) noexcept {
    if (ts_recv > ts_recv_) ts_recv_ = ts_recv;
  }

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
  [[gnu::noinline, gnu::flatten]] ringbuf::Sequence publish(ringbuf::InstrumentId instrument,
                                                            platform::UnixNanos ts_event, const Body& body,
                                                            ringbuf::RecordFlags flags) noexcept {
    if (auto* const own = std::get_if<ringbuf::TickWriter>(&ring_)) [[likely]]
      return publish_into(*own, instrument, ts_event, body, flags);
    if (std::holds_alternative<PassingOver>(ring_)) [[unlikely]]
      return publish_if_new(instrument, ts_event, body, flags);
    return publish_shared(instrument, ts_event, body, flags);
  }

  /// From here on the feed tells again what `told` knows: that is not published, and the call after its last record
  /// goes into the ring. `into_tables`: these know nothing of it and take it; else they have it. `told` outlives that
  /// call.
  void tell_again(Repeats& told, bool into_tables) noexcept {
    if (told.is_through()) return;
    told_ = &told;
    tables_take_ = into_tables;
    held_.emplace(ring_);
    ring_.emplace<PassingOver>();
    if (tables_take_ || held_depth_) return;
    hold_depth();
    releases_depth_ = true;
  }
  /// What it tells is not what was told: all of it is new.
  void stop_passing_over() noexcept {
    if (!held_) return;
    if (std::exchange(releases_depth_, false)) release_depth();
    ring_ = *held_;
    held_.reset();
  }
  [[nodiscard]] bool is_passing_over() const noexcept { return held_.has_value(); }

  /// The table of depth stays as it is, whatever is written, until it is released: there is no stamp for what was told
  /// before, and no two writes of an entry may have one.
  void hold_depth() noexcept {
    if (!held_depth_) held_depth_.emplace(std::exchange(depth_, ringbuf::DepthWriter({})));
  }
  void release_depth() noexcept {
    if (held_depth_) depth_ = *std::exchange(held_depth_, std::nullopt);
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
    if (is_passing_over() && !tables_take_) return;
    for (const ringbuf::InstrumentId id : instruments) image_.on_session(header, id, session);
  }

  /// A trading day goes on that a predecessor began.
  void continue_day(std::int32_t trading_date) noexcept { image_.begin_day(trading_date); }

  /// The newest record, which is about none of them, tells that the books of `instruments` are doubtful: their images
  /// say so from now on, not only with their next record.
  void doubt_images(std::span<const ringbuf::InstrumentId> instruments, platform::UnixNanos ts_event) noexcept {
    ringbuf::RecordHeader header;
    header.stamp = last().value;
    header.ts_event = ts_event;
    header.ts_recv = ts_recv_;
    header.flags = ringbuf::RecordFlags::maybe_bad_book;
    for (const ringbuf::InstrumentId id : instruments) {
      header.instrument = id;
      image_.on_doubt(header);
    }
  }
  /// What else than gap_inside the image says of an instrument while its book is doubtful.
  void set_doubt(ringbuf::Quality quality) noexcept { image_.set_doubt(quality); }

  /// A hint: records about this instrument follow.
  void prefetch(ringbuf::InstrumentId instrument) const noexcept {
    newest_.prefetch(instrument);
    image_.prefetch(instrument);
  }

  [[nodiscard]] ringbuf::DepthWriter& depth() noexcept { return depth_; }

  /// Everything of this batch is in ring and tables: tells joiners. Call once per packet or batch.
  void end_batch() noexcept {
    with_ring([](auto& ring) { ring.complete_batch(); });
  }

  /// The newest record that we have published, or that tables took again.
  [[nodiscard]] ringbuf::Sequence last() const noexcept {
    if (held_ && tables_take_) [[unlikely]]
      return applied_;
    return of_ring([](const auto& ring) { return ring.last(); });
  }
  /// The newest record of the ring, whoever published it.
  [[nodiscard]] ringbuf::Sequence last_of_all() const noexcept {
    return of_ring([](const auto& ring) { return ring.last_of_all(); });
  }
  /// How many we have published.
  [[nodiscard]] std::uint64_t record_count() const noexcept { return record_count_; }
  [[nodiscard]] platform::UnixNanos ts_recv() const noexcept { return ts_recv_; }

 private:
  /// One piece of code a kind of body, in which the record is nowhere but in registers: what was just stored in pieces
  /// is slow to load as words, and the other way round.
  template <class Writer, class Body>
  ringbuf::Sequence publish_into(Writer& ring, ringbuf::InstrumentId instrument, platform::UnixNanos ts_event,
                                 const Body& body, ringbuf::RecordFlags flags) noexcept {
    ringbuf::RecordHeader header = header_of(instrument, ts_event, Body::kType, flags);
    const std::array<std::uint64_t, ringbuf::kRecordBytes / 8> words = ringbuf::record_words(header, body);
    const ringbuf::Sequence sequence = ring.publish(&words);
    header.stamp = sequence.value;
    ++record_count_;
    undo_.note(sequence, instrument, Body::kType == ringbuf::RecordType::trade);
    newest_.apply(header, body);
    image_.apply(header, body);
    return sequence;
  }
  template <class Body>
  [[gnu::noinline, gnu::flatten]] ringbuf::Sequence publish_shared(ringbuf::InstrumentId instrument,
                                                                   platform::UnixNanos ts_event, const Body& body,
                                                                   ringbuf::RecordFlags flags) noexcept {
    return publish_into(*std::get_if<ringbuf::SharedTickWriter>(&ring_), instrument, ts_event, body, flags);
  }

  template <class Body>
  [[gnu::noinline, gnu::cold]] ringbuf::Sequence publish_if_new(ringbuf::InstrumentId instrument,
                                                                platform::UnixNanos ts_event, const Body& body,
                                                                ringbuf::RecordFlags flags) noexcept {
    ringbuf::RecordHeader header = header_of(instrument, ts_event, Body::kType, flags);
    const auto known_as = told_->told_as(std::bit_cast<ringbuf::Record>(ringbuf::record_words(header, body)));
    if (!known_as) {
      if (!told_->is_through()) return publish_into_held(instrument, ts_event, body, flags);
      stop_passing_over();
      return publish(instrument, ts_event, body, flags);
    }
    if (!tables_take_) return known_as->value == 0 ? last() : *known_as;
    // Of an entry no two writes have one stamp, and none is ahead of the ring: more than it has were not told before.
    const std::uint64_t stamp = std::max(applied_.value + 1, known_as->value);
    if (stamp > last_of_all().value) return applied_;
    applied_ = {stamp};
    header.stamp = stamp;
    newest_.apply(header, body);
    image_.apply(header, body);
    return applied_;
  }
  template <class Body>
  ringbuf::Sequence publish_into_held(ringbuf::InstrumentId instrument, platform::UnixNanos ts_event, const Body& body,
                                      ringbuf::RecordFlags flags) noexcept {
    std::swap(ring_, *held_);
    const ringbuf::Sequence sequence = publish(instrument, ts_event, body, flags);
    end_batch();
    std::swap(ring_, *held_);
    return sequence;
  }

  [[nodiscard]] ringbuf::RecordHeader header_of(ringbuf::InstrumentId instrument, platform::UnixNanos ts_event,
                                                ringbuf::RecordType type, ringbuf::RecordFlags flags) const noexcept {
    ringbuf::RecordHeader header;
    header.ts_event = ts_event;
    header.ts_recv = ts_recv_;
    header.instrument = instrument;
    header.type = type;
    header.flags = flags | clock_flag_;
    header.publish_delay = publish_delay_;
    return header;
  }

  /// A branch that goes one way for good; std::visit would go through a table. Nothing while records are passed over.
  template <class Use>
  void with_ring(Use&& use) noexcept {
    if (auto* const own = std::get_if<ringbuf::TickWriter>(&ring_)) [[likely]] {
      use(*own);
    } else if (auto* const shared = std::get_if<ringbuf::SharedTickWriter>(&ring_)) {
      use(*shared);
    }
  }
  /// Of the ring that is written, or waits.
  template <class Get>
  [[nodiscard]] ringbuf::Sequence of_ring(Get&& get) const noexcept {
    const Ring& ring = held_ ? *held_ : ring_;
    if (const auto* const own = std::get_if<ringbuf::TickWriter>(&ring)) [[likely]]
      return get(*own);
    return get(*std::get_if<ringbuf::SharedTickWriter>(&ring));
  }

  Ring ring_;
  ringbuf::ImageWriter image_;
  ringbuf::NewestWriter newest_;
  ringbuf::DepthWriter depth_;
  ringbuf::TableUndo undo_;
  std::uint64_t record_count_ = 0;
  platform::UnixNanos ts_recv_ = platform::kNoTime;
  ringbuf::RecordFlags clock_flag_ = ringbuf::RecordFlags::none;
  std::uint16_t publish_delay_ = 0;

  Repeats* told_ = nullptr;  // what is passed over
  std::optional<Ring> held_ = {};
  std::optional<ringbuf::DepthWriter> held_depth_ = {};
  bool tables_take_ = false;
  bool releases_depth_ = false;     // when passing over ends
  ringbuf::Sequence applied_ = {};  // stamp of the newest record that tables took again
};

}  // namespace tickplant::feedhandlers
