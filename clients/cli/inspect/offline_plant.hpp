// A plant without processes: the real ring, tables, directory and book of one feed, in private memory. What inspect
// runs a feed handler into.
//
// Threads: one.
// Not here: what is done with the records (inspection.hpp).
#pragma once

#include <bit>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::cli {

class OfflinePlant {
 public:
  /// A packet of 64 KiB cannot hold messages for more records than this.
  static constexpr std::uint64_t kRingSlots = 1 << 16;
  static constexpr std::uint32_t kInstruments = 1 << 15;

  /// `order_capacity`: open orders at one time.
  explicit OfflinePlant(std::size_t order_capacity)
      : ring_(ringbuf::broadcast_segment_bytes(ringbuf::kTickSlotBytes, kRingSlots) - ringbuf::kSegmentHeaderBytes),
        image_(std::uint64_t{kInstruments} * ringbuf::kImageEntryBytes),
        newest_(std::uint64_t{kInstruments} * ringbuf::kNewestEntryBytes),
        depth_(std::uint64_t{kInstruments} * ringbuf::kDepthEntryBytes),
        instruments_(ringbuf::InstrumentDirectoryWriter::payload_bytes(kInstruments)),
        directory_(instruments_.bytes(), kInstruments),
        publisher_(ringbuf::TickWriter::over(ring_.bytes(), kRingSlots),
                   ringbuf::ImageWriter(ringbuf::array_at<ringbuf::ImageSlot>(image_.bytes(), 0, kInstruments)),
                   ringbuf::NewestWriter(ringbuf::array_at<ringbuf::NewestSlot>(newest_.bytes(), 0, kInstruments)),
                   ringbuf::DepthWriter(ringbuf::array_at<ringbuf::DepthSlot>(depth_.bytes(), 0, kInstruments))),
        book_({.instrument_count = kInstruments,
               .order_capacity = order_capacity,
               .level_capacity = std::bit_ceil(order_capacity)}),
        reader_(ringbuf::TickReader::over(std::as_bytes(ring_.bytes()), kRingSlots, {1})) {}

  [[nodiscard]] feedhandlers::TickPublisher& publisher() noexcept { return publisher_; }
  [[nodiscard]] ringbuf::InstrumentDirectoryWriter& directory() noexcept { return directory_; }
  [[nodiscard]] feedhandlers::OrderBook& book() noexcept { return book_; }
  [[nodiscard]] const feedhandlers::OrderBook& book() const noexcept { return book_; }
  [[nodiscard]] ringbuf::DepthReader depth() const noexcept {
    return ringbuf::DepthReader(ringbuf::array_at<ringbuf::DepthSlot>(depth_.bytes(), 0, kInstruments));
  }

  /// As the image has it: of feeds that tell the best prices and no book.
  [[nodiscard]] ringbuf::QuoteBody quote(ringbuf::InstrumentId id) const noexcept {
    const ringbuf::ImageReader images(ringbuf::array_at<ringbuf::ImageSlot>(image_.bytes(), 0, kInstruments));
    ringbuf::ImageEntry image;
    if (images.read(id, image) != ringbuf::TableRead::value) return {};
    return {image.bid_price, image.ask_price, image.bid_size, image.ask_size};
  }

  /// Calls visit(Record) for everything published since the last call.
  template <class Visit>
  void drain(Visit&& visit) {
    ringbuf::Record record;
    ringbuf::ReadStatus status;
    while ((status = reader_.poll(&record)) == ringbuf::ReadStatus::record) visit(record);
    TP_CHECK(status == ringbuf::ReadStatus::empty);
  }

 private:
  ringbuf::PrivatePayload ring_;
  ringbuf::PrivatePayload image_;
  ringbuf::PrivatePayload newest_;
  ringbuf::PrivatePayload depth_;
  ringbuf::PrivatePayload instruments_;
  ringbuf::InstrumentDirectoryWriter directory_;
  feedhandlers::TickPublisher publisher_;
  feedhandlers::OrderBook book_;
  ringbuf::TickReader reader_;
};

}  // namespace tickplant::cli
