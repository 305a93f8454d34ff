// The whole DBN feed over plain memory, and what it publishes.
//
// Threads: one.
// Not here: writing records (dbn_encoder.hpp), segments that other processes attach to (ringbuf/segment.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/dbn/dbn_feed.hpp"
#include "platform/check.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::tests::dbn {

struct FeedInMemory {
  static constexpr std::uint32_t kInstruments = 64;  // capacity of the directory
  static constexpr std::uint64_t kSlots = 4096;      // of the ring
  static constexpr feedhandlers::OrderBookConfig kBookConfig{.instrument_count = kInstruments + 1,
                                                             .order_capacity = 16'384,
                                                             .level_capacity = 16'384,
                                                             .max_levels_per_side = 2048};

  /// `empty_book` was made from kBookConfig. It comes from outside because its pages are costly to get again and again.
  explicit FeedInMemory(feedhandlers::OrderBook& empty_book, feedhandlers::PublishedForms forms = {})
      : publisher(ringbuf::TickWriter::over(ring.bytes(), kSlots), ringbuf::ImageWriter{image},
                  ringbuf::NewestWriter{newest}, ringbuf::DepthWriter{depth}),
        directory(directory_bytes.bytes(), kInstruments),
        book(empty_book),
        feed(publisher, directory, book, {1}, forms),
        reader_(ringbuf::TickReader::over(ring.bytes(), kSlots, {1})) {}
  FeedInMemory(const FeedInMemory&) = delete;
  FeedInMemory& operator=(const FeedInMemory&) = delete;

  /// The records since the last call. Take often: it must not be lapped.
  std::vector<ringbuf::Record> take() {
    std::vector<ringbuf::Record> records;
    ringbuf::Record record;
    ringbuf::ReadStatus status;
    while ((status = reader_.poll(&record)) == ringbuf::ReadStatus::record) records.push_back(record);
    TP_CHECK(status == ringbuf::ReadStatus::empty);
    return records;
  }

  /// All of a file; `consume(record)` for each record published. The source's last answer.
  template <class Consume>
  feedhandlers::dbn::DbnStatus run(feedhandlers::dbn::DbnSource& source, Consume&& consume) {
    feed.begin_file(source.metadata());
    feedhandlers::dbn::RecordBatch batch;
    feedhandlers::dbn::DbnStatus status;
    while ((status = source.next(batch)) == feedhandlers::dbn::DbnStatus::records) {
      feed.on_batch(batch);
      for (const ringbuf::Record& record : take()) consume(record);
    }
    return status;
  }

  ringbuf::PrivatePayload ring{sizeof(ringbuf::TickWriter::Control) + ringbuf::kRecordBytes * kSlots};
  ringbuf::PrivatePayload directory_bytes{ringbuf::InstrumentDirectoryWriter::payload_bytes(kInstruments)};
  std::vector<ringbuf::ImageSlot> image{kInstruments + 1};
  std::vector<ringbuf::NewestSlot> newest{kInstruments + 1};
  std::vector<ringbuf::DepthSlot> depth{kInstruments + 1};
  feedhandlers::TickPublisher publisher;
  ringbuf::InstrumentDirectoryWriter directory;
  feedhandlers::OrderBook& book;
  feedhandlers::dbn::DbnFeed feed;

 private:
  ringbuf::TickReader reader_;
};

}  // namespace tickplant::tests::dbn
