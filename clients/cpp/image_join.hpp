// Joins a stream to the images of its instruments, so that both together are the full history: what an image holds
// already is not told again, and nothing else is left out.
//
// The writer puts each record into the ring first and into the image then; `image_complete_through` (C) follows at the
// end of a batch. So:
//   1. C is loaded (acquire), then the images are copied. The image of instrument i holds every record about i up to C,
//      and all up to its stamp S(i), which may lie above C: the writer has gone on meanwhile.
//   2. The stream begins at C + 1. A record q about i is passed over when q <= S(i) and `enters_image(q)`: then, and
//      only then, its effect is in the image. Orders, levels, book clears, cancels, definitions and the like never
//      enter an image: they are all told from C + 1 on.
//   3. A session record resets the images of its feed without being about one instrument. Where it lies in (C, S(i)],
//      the image of i has been handed over with the new day in it; who now hears of the session and resets would lose
//      that. So after such a record the images that include it are handed over once more.
// After a loss the images are handed over again as soon as C covers what was lost, and the stream goes on behind it.
//
// An entry that reads `busy` is tried again with each poll, and its ring's stream waits: without it the two would not
// fit together. It stays busy only if the daemon died in it, and until its successor has repaired it.
//
// Threads: as Plant: one. Memory is taken when it is made. Not here: reading the ring (ring_stream.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "clients/cpp/record_filter.hpp"
#include "ringbuf/image_table.hpp"

namespace tickplant::clients {

/// Does ImageWriter take a value from this record? (Times, stamp and quality follow every record it looks at.)
[[nodiscard]] inline bool enters_image(const ringbuf::Record& record) noexcept {
  using ringbuf::RecordType;
  using ringbuf::StatusKind;
  switch (record.header.type) {
    case RecordType::quote:
    case RecordType::imbalance: return true;
    case RecordType::trade: return record.as<ringbuf::TradeBody>().eligibility != ringbuf::TradeEligibility::none;
    case RecordType::auction_prices:
      return record.as<ringbuf::AuctionPricesBody>().kind == ringbuf::AuctionPricesKind::indicative;
    case RecordType::status:
      switch (record.as<ringbuf::StatusBody>().kind) {
        case StatusKind::trading_action:
        case StatusKind::operational:
        case StatusKind::short_sale:
        case StatusKind::price_band: return true;
        default: return false;
      }
    default: return false;
  }
}

class ImageJoin {
 public:
  explicit ImageJoin(ringbuf::ImageReader images) : images_(images), held_through_(images.size(), 0) {
    busy_.reserve(images.size());
  }

  /// Calls `take(InstrumentId, const ImageEntry&)` for each chosen instrument with an image whose stamp is at least
  /// `floor`. What reads busy is left for finish().
  template <class Take>
  void hand_over(RecordFilter& filter, ringbuf::Sequence floor, Take&& take) {
    floor_ = floor.value;
    busy_.clear();
    const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(images_.size(), filter.instrument_count() + 1u));
    for (std::uint32_t id = 1; id < end; ++id) {
      if (filter.chooses({id}) && !hand_over({id}, take)) busy_.push_back({id});
    }
  }

  /// Tries again what was busy. True when nothing is left.
  template <class Take>
  bool finish(Take&& take) {
    std::erase_if(busy_, [&](ringbuf::InstrumentId id) { return hand_over(id, take); });
    return busy_.empty();
  }

  /// The images hold nothing beyond this: one comparison tells almost every record that it is to be told.
  [[nodiscard]] std::uint64_t window_end() const noexcept { return window_end_; }

  [[nodiscard]] bool holds(const ringbuf::Record& record) const noexcept {
    const std::uint32_t id = record.header.instrument.value;
    return id < held_through_.size() && record.header.stamp <= held_through_[id] && enters_image(record);
  }

 private:
  template <class Take>
  bool hand_over(ringbuf::InstrumentId id, Take& take) {
    ringbuf::ImageEntry image;
    const ringbuf::TableRead read = images_.read(id, image);
    if (read == ringbuf::TableRead::busy) return false;
    if (read == ringbuf::TableRead::never || image.stamp < floor_) return true;
    held_through_[id.value] = image.stamp;
    window_end_ = std::max(window_end_, image.stamp);
    take(id, image);
    return true;
  }

  ringbuf::ImageReader images_;
  std::vector<std::uint64_t> held_through_;  // stamp of the image that was handed over, by instrument id
  std::vector<ringbuf::InstrumentId> busy_;
  std::uint64_t floor_ = 0;
  std::uint64_t window_end_ = 0;
};

}  // namespace tickplant::clients
