// One ring as a subscriber follows it: the wanted records in order, images where asked for, every loss told, and what
// was too much merged where that is wanted.
//
// Who does not conflate pays nothing for it: two ways through poll(), one of which counts.
//
// Threads: as Plant: one. poll() makes no system call, takes no memory and no lock.
// Not here: what a handler may take (handler.hpp), which files these bytes are and when they are others
// (subscriber.hpp), how images and stream fit together (image_join.hpp), how merged counts and stream do
// (conflation.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "clients/cpp/conflation.hpp"
#include "clients/cpp/handler.hpp"
#include "clients/cpp/image_join.hpp"
#include "clients/cpp/overrun_error.hpp"
#include "clients/cpp/record_filter.hpp"
#include "clients/cpp/subscription.hpp"
#include "platform/check.hpp"
#include "ringbuf/broadcast_reader.hpp"

namespace tickplant::clients {

class RingStream {
 public:
  /// Follows `ring` from where it stands: told by one of the start_ calls, or follow_on(), once.
  RingStream(std::string name, ringbuf::TickReader ring, std::uint64_t slot_count,
             OnOverrun on_overrun = OnOverrun::report)
      : name_(std::move(name)), ring_(ring), slot_count_(slot_count), on_overrun_(on_overrun) {}

  // --- where it begins ---

  void start_at_newest() noexcept { ring_.seek(at_least_first(ring_.published().value + 1)); }
  /// Slots that are about to be overwritten are not begun with.
  void start_at_oldest() noexcept {
    const std::uint64_t kept = slot_count_ - slot_count_ / 8;
    const std::uint64_t published = ring_.published().value;
    ring_.seek(at_least_first(published + 1 - std::min(published, kept)));
  }
  /// With the images, at the first poll.
  void start_with_images(ringbuf::ImageReader images) {
    join_.emplace(images);
    phase_ = Phase::join;
  }
  /// A ring that was built anew begins behind all that its predecessor published. What lies between `next`, the next
  /// one to read there, and its first record was missed, and is told by the first poll. When its first is below
  /// `next`, the numbering itself is new (the plant's state was lost): then nobody knows what was missed.
  void follow_on(ringbuf::Sequence next) noexcept {
    const ringbuf::Sequence first = at_least_first(1);
    ring_.seek(first);
    if (next.value == 0 || first.value <= next.value) return;
    missed_ = {next.value, first.value - 1};
    phase_ = Phase::missed;
  }
  /// Beside one of the others: images at the next poll, and after each loss.
  void use_images(ringbuf::ImageReader images) {
    if (has_begun() && phase_ != Phase::missed) phase_ = Phase::join_again;
    join_.emplace(images);
  }
  /// Behind one of the others: conflates when it was overrun, when it is more than `lag_max` behind (0: three quarters
  /// of the ring), or when asked to. `with_images`: all images come first.
  void conflate_with(std::span<const ringbuf::ImageSlot> images, std::span<const ringbuf::NewestSlot> newest,
                     std::uint64_t lag_max, bool with_images) {
    ring_.seek(next());  // what was being merged is so anew
    conflation_.emplace(images, newest);
    lag_max_ = lag_max == 0 ? slot_count_ - slot_count_ / 4 : lag_max;
    begins_with_images_ = with_images;
    if (phase_ != Phase::join && phase_ != Phase::missed) phase_ = Phase::begin;
  }
  /// The same from before its beginning: with Join::image.
  void start_conflating_with_images(std::span<const ringbuf::ImageSlot> images,
                                    std::span<const ringbuf::NewestSlot> newest, std::uint64_t lag_max) {
    phase_ = Phase::join;
    conflate_with(images, newest, lag_max, true);
  }

  /// Merges at the next poll what has not been read. Only where it conflates.
  void conflate() noexcept {
    TP_CHECK(conflation_.has_value());
    is_asked_to_conflate_ = true;
  }

  /// Hands over what there is, at most `limit` records are read. Returns how many were read, wanted or not. Throws
  /// OverrunError where losses are to be raised, and what the handler throws.
  template <class Handler>
  std::size_t poll(Handler& handler, RecordFilter& filter, std::size_t limit) {
    if (phase_ != Phase::follow) [[unlikely]] {
      if (conflation_) return poll_counting(handler, filter, limit);
      if (!join(handler, filter)) return 0;
    }
    ringbuf::Record record;
    for (std::size_t count = 0; count < limit; ++count) {
      switch (ring_.poll(&record)) {
        case ringbuf::ReadStatus::record:
          if (!filter.wants(record.header)) break;
          if (record.header.stamp <= window_end_) [[unlikely]] {
            if (!in_window(record, handler, filter)) return count + 1;
          } else {
            handler(std::as_const(record));
          }
          break;
        case ringbuf::ReadStatus::empty: return count;
        case ringbuf::ReadStatus::overrun: tell_loss(handler, ring_.lost()); return count + 1;
      }
    }
    return limit;
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const ringbuf::TickReader& ring() const noexcept { return ring_; }
  /// Everything before was told, or its loss.
  [[nodiscard]] ringbuf::Sequence next() const noexcept {
    return phase_ == Phase::conflate || phase_ == Phase::merge ? ringbuf::Sequence{unmerged_} : ring_.next();
  }
  /// Has it begun? With Join::image not before the images could be handed over.
  [[nodiscard]] bool has_begun() const noexcept { return phase_ != Phase::join; }
  /// Nothing is left to be handed over before the next record.
  [[nodiscard]] bool is_following() const noexcept { return phase_ == Phase::follow || phase_ == Phase::count; }
  [[nodiscard]] std::uint64_t lost_count() const noexcept { return lost_count_; }
  [[nodiscard]] std::uint64_t merged_count() const noexcept { return conflation_ ? conflation_->merged_count() : 0; }
  [[nodiscard]] std::uint64_t lag() const noexcept {
    const std::uint64_t newest = ring_.published().value;
    const std::uint64_t next = this->next().value;
    return has_begun() && newest >= next ? newest + 1 - next : 0;
  }

 private:
  enum class Phase : std::uint8_t {
    join,    // nothing was handed over yet
    missed,  // a loss is to be told, then it goes on
    follow,
    // with images, without conflating:
    join_again,     // images first, then on
    finish_images,  // some image was busy
    // conflating:
    begin,     // newest is to be counted as told
    count,     // follows, and counts
    conflate,  // all from unmerged_ on is to be merged
    merge,     // that is under way
  };

  [[nodiscard]] ringbuf::Sequence at_least_first(std::uint64_t sequence) const noexcept {
    return {std::max({sequence, ring_.first_sequence().value, std::uint64_t{1}})};
  }

  template <class Handler>
  void tell_loss(Handler& handler, ringbuf::SequenceRange lost) {
    lost_count_ += lost.count();
    phase_ = conflation_ ? Phase::begin : join_ ? Phase::join_again : Phase::follow;
    begins_with_images_ = true;  // where it conflates
    if (on_overrun_ == OnOverrun::raise) throw OverrunError(name_, lost);
    if constexpr (TakesLosses<Handler>) handler.on_lost(std::string_view(name_), lost);
  }

  // --- with images ---

  /// True when the stream may go on.
  template <class Handler>
  bool join(Handler& handler, RecordFilter& filter) {
    if (phase_ == Phase::missed) tell_loss(handler, missed_);
    if (phase_ == Phase::follow) return true;
    if (phase_ != Phase::finish_images) {
      const std::uint64_t complete = ring_.image_complete_through().value;  // R4 <- W4, before the images are read
      if (phase_ == Phase::join) ring_.seek(at_least_first(complete + 1));
      if (complete + 1 < ring_.next().value && phase_ == Phase::join_again) return false;  // what we lost comes first
      phase_ = Phase::finish_images;
      join_->hand_over(filter, {0}, taking_images(handler));
    }
    if (!join_->finish(taking_images(handler))) return false;
    window_end_ = join_->window_end();
    phase_ = Phase::follow;
    return true;
  }

  /// A record that some image may hold. False: images have to be finished before the stream goes on.
  template <class Handler>
  bool in_window(const ringbuf::Record& record, Handler& handler, RecordFilter& filter) {
    if (join_->holds(record)) return true;
    handler(record);
    if (record.header.type != ringbuf::RecordType::session) return true;
    phase_ = Phase::finish_images;
    join_->hand_over(filter, record.sequence(), taking_images(handler));
    return join(handler, filter);
  }

  // --- conflating ---

  template <class Handler>
  [[gnu::noinline]] std::size_t poll_counting(Handler& handler, RecordFilter& filter, std::size_t limit) {
    if (phase_ != Phase::count && !catch_up(handler, filter)) return 0;
    if (std::exchange(is_asked_to_conflate_, false)) {
      conflate_what_is_complete();
      if (phase_ != Phase::count && !catch_up(handler, filter)) return 0;
    }
    ringbuf::Record record;
    for (std::size_t count = 0; count < limit; ++count) {
      switch (ring_.poll(&record)) {
        case ringbuf::ReadStatus::record:
          if (!filter.chooses(record.header.instrument) || !conflation_->count(record)) break;
          if (!filter.wants(record.header)) break;
          if (record.header.type == ringbuf::RecordType::session && conflation_->has_image_from(record.header.stamp))
              [[unlikely]] {
            conflate_from(record.header.stamp + 1, record.header.stamp);  // for who resets now
          }
          handler(std::as_const(record));
          if (phase_ != Phase::count) [[unlikely]]
            return count + 1;
          break;
        case ringbuf::ReadStatus::empty: return count;
        case ringbuf::ReadStatus::overrun: conflate_from(ring_.lost().first, ring_.lost().first); return count + 1;
      }
    }
    // Who reads all there is each time never asks, and does not pull at the writer's line.
    if (ring_.published().value + 1 > ring_.next().value + lag_max_) conflate_what_is_complete();
    return limit;
  }

  void conflate_from(std::uint64_t first, std::uint64_t floor) noexcept {
    unmerged_ = first;
    floor_ = floor;
    phase_ = Phase::conflate;
  }
  void conflate_what_is_complete() noexcept {
    const std::uint64_t next = ring_.next().value;
    if (ring_.image_complete_through().value >= next) conflate_from(next, next);
  }

  /// True when the stream may go on.
  template <class Handler>
  bool catch_up(Handler& handler, RecordFilter& filter) {
    if (phase_ == Phase::missed) tell_loss(handler, missed_);
    if (phase_ == Phase::join || phase_ == Phase::begin) {
      if (!begin_counting(handler)) return false;
    }
    if (phase_ == Phase::conflate) {
      complete_ = ring_.image_complete_through().value;  // R4 <- W4, before the images are read
      if (complete_ + 1 < unmerged_) return false;       // what we lost comes first
      conflation_->start({unmerged_, complete_}, floor_);
      phase_ = Phase::merge;
    }
    if (phase_ == Phase::merge) {
      if (!conflation_->merge(ring_, filter, taking_conflated(handler))) return false;
      ring_.seek(at_least_first(complete_ + 1));
      phase_ = Phase::count;
      if constexpr (TakesMergedRanges<Handler>) {
        if (complete_ >= unmerged_) handler.on_merged(std::string_view(name_), {unmerged_, complete_});
      }
    }
    return true;
  }

  /// True when everything before next() counts as told.
  template <class Handler>
  bool begin_counting(Handler& handler) {
    if (phase_ == Phase::join) ring_.seek(at_least_first(ring_.image_complete_through().value + 1));
    while (!conflation_->begin(ring_)) {
      ringbuf::TickReader probe = ring_;
      ringbuf::Record ignored;
      if (phase_ == Phase::join || probe.poll(&ignored) != ringbuf::ReadStatus::overrun) return false;
      ring_ = probe;  // nothing was counted yet: these cannot be merged
      tell_loss(handler, ring_.lost());
    }
    phase_ = Phase::count;
    if (std::exchange(begins_with_images_, false)) conflate_from(ring_.next().value, 0);
    return true;
  }

  std::string name_;
  ringbuf::TickReader ring_;
  std::uint64_t slot_count_;
  std::optional<ImageJoin> join_;
  std::uint64_t window_end_ = 0;
  std::uint64_t lost_count_ = 0;
  Phase phase_ = Phase::follow;
  OnOverrun on_overrun_;
  bool is_asked_to_conflate_ = false;
  bool begins_with_images_ = false;
  ringbuf::SequenceRange missed_{};
  std::optional<Conflation> conflation_;
  std::uint64_t lag_max_ = 0;
  std::uint64_t unmerged_ = 0;  // the first that was neither told nor merged
  std::uint64_t floor_ = 0;
  std::uint64_t complete_ = 0;
};

}  // namespace tickplant::clients
