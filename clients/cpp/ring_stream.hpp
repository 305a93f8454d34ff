// One ring as a subscriber follows it: the wanted records in order, images where asked for, every loss told.
//
// Threads: as Plant: one. poll() makes no system call, takes no memory and no lock.
// Not here: which files these bytes are and when they are others (subscriber.hpp), how images and stream fit together
// (image_join.hpp).
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "clients/cpp/image_join.hpp"
#include "clients/cpp/record_filter.hpp"
#include "clients/cpp/subscription.hpp"
#include "platform/check.hpp"
#include "ringbuf/broadcast_reader.hpp"

namespace tickplant::clients {

template <class Handler>
concept TakesImages = requires(Handler& handler, const ringbuf::ImageEntry& image) {
  handler.on_image(ringbuf::InstrumentId{}, image);
};
template <class Handler>
concept TakesLosses = requires(Handler& handler) {
  handler.on_lost(std::string_view{}, ringbuf::SequenceRange{});
};

class RingStream {
 public:
  /// Follows `ring` from where it stands: told by start_at().
  RingStream(std::string name, ringbuf::TickReader ring, std::uint64_t slot_count)
      : name_(std::move(name)), ring_(ring), slot_count_(slot_count) {}

  // --- where it begins: one of these, once ---

  /// With all the ring has seen since it was made: nothing is left out, or its loss is told.
  void start_at_first() noexcept { ring_.seek({std::max<std::uint64_t>(ring_.first_sequence().value, 1)}); }
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
  /// Beside one of the others: images in case of a loss. Others than before are handed over at the next poll.
  void use_images(ringbuf::ImageReader images) {
    if (join_ && has_begun()) phase_ = Phase::join_again;
    join_.emplace(images);
  }

  /// Hands over what there is, at most `limit` records are read. Returns how many were read, wanted or not.
  template <class Handler>
  std::size_t poll(Handler& handler, RecordFilter& filter, std::size_t limit) {
    if (phase_ != Phase::follow && !join(handler, filter)) [[unlikely]]
      return 0;
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
        case ringbuf::ReadStatus::overrun: on_overrun(handler); return count + 1;
      }
    }
    return limit;
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] ringbuf::Sequence next() const noexcept { return ring_.next(); }
  /// Has it begun? With Join::image not before the images could be handed over.
  [[nodiscard]] bool has_begun() const noexcept { return phase_ != Phase::join; }
  [[nodiscard]] std::uint64_t lost_count() const noexcept { return lost_count_; }
  [[nodiscard]] std::uint64_t lag() const noexcept {
    const std::uint64_t newest = ring_.published().value;
    const std::uint64_t next = ring_.next().value;
    return has_begun() && newest >= next ? newest + 1 - next : 0;
  }

 private:
  enum class Phase : std::uint8_t {
    join,           // nothing was handed over yet
    join_again,     // lost something: images first, then on
    finish_images,  // some image was busy
    follow,
  };

  [[nodiscard]] ringbuf::Sequence at_least_first(std::uint64_t sequence) const noexcept {
    return {std::max({sequence, ring_.first_sequence().value, std::uint64_t{1}})};
  }

  template <class Handler>
  static auto taking_images([[maybe_unused]] Handler& handler) {
    if constexpr (TakesImages<Handler>) {
      return [&handler](ringbuf::InstrumentId id, const ringbuf::ImageEntry& image) { handler.on_image(id, image); };
    } else {
      return [](ringbuf::InstrumentId, const ringbuf::ImageEntry&) {
        constexpr bool kHandlerHasOnImage = false;
        TP_CHECK(kHandlerHasOnImage);  // Join::image needs it: what is in the images is not told as records
      };
    }
  }

  /// True when the stream may go on.
  template <class Handler>
  bool join(Handler& handler, RecordFilter& filter) {
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

  template <class Handler>
  void on_overrun(Handler& handler) {
    const ringbuf::SequenceRange lost = ring_.lost();
    lost_count_ += lost.count();
    if (join_) phase_ = Phase::join_again;
    if constexpr (TakesLosses<Handler>) handler.on_lost(std::string_view(name_), lost);
  }

  std::string name_;
  ringbuf::TickReader ring_;
  std::uint64_t slot_count_;
  std::optional<ImageJoin> join_;
  std::uint64_t window_end_ = 0;
  std::uint64_t lost_count_ = 0;
  Phase phase_ = Phase::follow;
};

}  // namespace tickplant::clients
