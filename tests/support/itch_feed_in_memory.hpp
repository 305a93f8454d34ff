// The whole ITCH feed over plain memory: ring, tables, directory and book of a size that a test can afford.
//
// Threads: one.
// Not here: segments that other processes attach to (ringbuf/segment.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/itch50/itch50_feed.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::tests::itch {

struct FeedInMemory {
  static constexpr std::uint32_t kInstruments = 64;  // capacity of the directory
  static constexpr std::uint64_t kSlots = 1024;      // of the ring
  static constexpr feedhandlers::OrderBookConfig kBookConfig{
      .instrument_count = kInstruments + 1, .order_capacity = 1024, .level_capacity = 4096, .max_levels_per_side = 256};

  /// `empty_book` was made from kBookConfig. It comes from outside because its pages are costly to get again and again.
  explicit FeedInMemory(feedhandlers::OrderBook& empty_book, feedhandlers::PublishedForms forms = {})
      : publisher(ringbuf::TickWriter::over(ring.bytes(), kSlots), ringbuf::ImageWriter{image},
                  ringbuf::NewestWriter{newest}, ringbuf::DepthWriter{depth}),
        directory(directory_bytes.bytes(), kInstruments),
        book(empty_book),
        feed(publisher, directory, book, "XNAS", {1}, forms) {}
  FeedInMemory(const FeedInMemory&) = delete;
  FeedInMemory& operator=(const FeedInMemory&) = delete;

  ringbuf::PrivatePayload ring{sizeof(ringbuf::TickWriter::Control) + ringbuf::kRecordBytes * kSlots};
  ringbuf::PrivatePayload directory_bytes{ringbuf::InstrumentDirectoryWriter::payload_bytes(kInstruments)};
  std::vector<ringbuf::ImageSlot> image{kInstruments + 1};
  std::vector<ringbuf::NewestSlot> newest{kInstruments + 1};
  std::vector<ringbuf::DepthSlot> depth{kInstruments + 1};
  feedhandlers::TickPublisher publisher;
  ringbuf::InstrumentDirectoryWriter directory;
  feedhandlers::OrderBook& book;
  feedhandlers::itch50::Itch50Feed feed;
};

}  // namespace tickplant::tests::itch
