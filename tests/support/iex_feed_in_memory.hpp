// The whole IEX feed over plain memory: ring, tables, directory and book of a size that a test can afford; and what it
// publishes, read back.
//
// Threads: one.
// Not here: messages to feed it with (iex_encoder.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/iex/iex_feed.hpp"
#include "platform/check.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/iex_encoder.hpp"

namespace tickplant::tests::iex {

using Records = std::vector<ringbuf::Record>;

/// A test with few instruments takes the default; a capture of a whole market needs more.
struct FeedCapacity {
  std::uint32_t instruments = 64;
  std::uint64_t slots = 1024;
  std::size_t levels = 4096;
};

class FeedInMemory {
 public:
  explicit FeedInMemory(feedhandlers::PublishedForms forms = {}, const FeedCapacity& capacity = {})
      : ring(sizeof(ringbuf::TickWriter::Control) + ringbuf::kRecordBytes * capacity.slots),
        directory_bytes(ringbuf::InstrumentDirectoryWriter::payload_bytes(capacity.instruments)),
        image(capacity.instruments + 1),
        newest(capacity.instruments + 1),
        depth(capacity.instruments + 1),
        publisher(ringbuf::TickWriter::over(ring.bytes(), capacity.slots), ringbuf::ImageWriter{image},
                  ringbuf::NewestWriter{newest}, ringbuf::DepthWriter{depth}),
        directory(directory_bytes.bytes(), capacity.instruments),
        book({.instrument_count = capacity.instruments + 1,
              .order_capacity = 16,
              .level_capacity = capacity.levels,
              .max_levels_per_side = 1024}),
        feed(publisher, directory, book, "IEXG", {3}, forms),
        reader_(ringbuf::TickReader::over(ring.bytes(), capacity.slots, {1})) {}
  FeedInMemory(const FeedInMemory&) = delete;
  FeedInMemory& operator=(const FeedInMemory&) = delete;

  /// The records since the last call. Take often: the ring must not lap.
  Records take() {
    Records records;
    ringbuf::Record record;
    ringbuf::ReadStatus status;
    while ((status = reader_.poll(&record)) == ringbuf::ReadStatus::record) records.push_back(record);
    TP_CHECK(status == ringbuf::ReadStatus::empty);
    return records;
  }

  [[nodiscard]] ringbuf::InstrumentId id_of(std::string_view symbol) const {
    return directory.reader().find(symbol, "IEXG");
  }
  [[nodiscard]] ringbuf::ImageEntry image_of(std::string_view symbol) const {
    ringbuf::ImageEntry entry;
    (void)ringbuf::ImageReader{image}.read(id_of(symbol), entry);
    return entry;
  }
  [[nodiscard]] ringbuf::DepthEntry depth_of(std::string_view symbol) const {
    ringbuf::DepthEntry entry;
    (void)ringbuf::DepthReader{depth}.read(id_of(symbol), entry);
    return entry;
  }
  [[nodiscard]] std::uint64_t messages(char type) const {
    return feed.counters().messages[feedhandlers::iex::message_index(type)];
  }

  ringbuf::PrivatePayload ring;
  ringbuf::PrivatePayload directory_bytes;
  std::vector<ringbuf::ImageSlot> image;
  std::vector<ringbuf::NewestSlot> newest;
  std::vector<ringbuf::DepthSlot> depth;
  feedhandlers::TickPublisher publisher;
  ringbuf::InstrumentDirectoryWriter directory;
  feedhandlers::OrderBook book;
  feedhandlers::iex::IexFeed feed;

 private:
  ringbuf::TickReader reader_;
};

}  // namespace tickplant::tests::iex
