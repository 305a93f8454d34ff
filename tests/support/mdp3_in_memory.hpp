// The whole MDP 3.0 feed over plain memory: ring, tables, directory and book of a size that a test can afford.
//
// Threads: one.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "feedhandlers/mdp3/mdp3_feed.hpp"
#include "platform/check.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/mdp3_encoder.hpp"

namespace tickplant::tests::mdp3 {

using Records = std::vector<ringbuf::Record>;

struct FeedInMemory {
  static constexpr std::uint32_t kInstruments = 512;  // capacity of the directory
  static constexpr std::uint64_t kSlots = 2048;       // of the ring
  static constexpr ringbuf::FeedId kFeed{7};
  static constexpr feedhandlers::OrderBookConfig kBookConfig{.instrument_count = kInstruments + 1,
                                                             .order_capacity = 4096,
                                                             .level_capacity = 32'768,
                                                             .max_levels_per_side = 256};

  explicit FeedInMemory(feedhandlers::mdp3::FeedOptions options = {}, feedhandlers::PublishedForms forms = {})
      : FeedInMemory(options, forms, std::make_unique<feedhandlers::OrderBook>(kBookConfig)) {}
  /// `empty_book` was made from kBookConfig. Its pages are costly to get again and again.
  FeedInMemory(feedhandlers::mdp3::FeedOptions options, feedhandlers::PublishedForms forms,
               feedhandlers::OrderBook& empty_book)
      : book(empty_book),
        publisher(ringbuf::TickWriter::over(ring.bytes(), kSlots), ringbuf::ImageWriter{image},
                  ringbuf::NewestWriter{newest}, ringbuf::DepthWriter{depth}),
        directory(directory_bytes.bytes(), kInstruments),
        feed(publisher, directory, book, "XCME", kFeed, forms, options),
        reader(ringbuf::TickReader::over(ring.bytes(), kSlots, {1})) {}
  FeedInMemory(const FeedInMemory&) = delete;
  FeedInMemory& operator=(const FeedInMemory&) = delete;

  void send(const Bytes& bytes, platform::UnixNanos ts_recv = {1}) {
    feedhandlers::Packet packet;
    packet.payload = bytes;
    packet.ts_recv = ts_recv;
    feed.on_packet(packet, 0);
  }
  void send(const PacketWriter& writer) { send(writer.bytes()); }

  /// The records since the last call. Take often: the reader must not be lapped.
  Records take() {
    Records records;
    ringbuf::Record record;
    ringbuf::ReadStatus status;
    while ((status = reader.poll(&record)) == ringbuf::ReadStatus::record) records.push_back(record);
    TP_CHECK(status == ringbuf::ReadStatus::empty);
    return records;
  }

  [[nodiscard]] const feedhandlers::mdp3::NormaliserCounters& counters() const { return feed.normaliser().counters(); }

  ringbuf::PrivatePayload ring{sizeof(ringbuf::TickWriter::Control) + ringbuf::kRecordBytes * kSlots};
  ringbuf::PrivatePayload directory_bytes{ringbuf::InstrumentDirectoryWriter::payload_bytes(kInstruments)};
  std::vector<ringbuf::ImageSlot> image{kInstruments + 1};
  std::vector<ringbuf::NewestSlot> newest{kInstruments + 1};
  std::vector<ringbuf::DepthSlot> depth{kInstruments + 1};
  std::unique_ptr<feedhandlers::OrderBook> own_book;
  feedhandlers::OrderBook& book;
  feedhandlers::TickPublisher publisher;
  ringbuf::InstrumentDirectoryWriter directory;
  feedhandlers::mdp3::Mdp3Feed feed;
  ringbuf::TickReader reader;

 private:
  FeedInMemory(feedhandlers::mdp3::FeedOptions options, feedhandlers::PublishedForms forms,
               std::unique_ptr<feedhandlers::OrderBook> made)
      : FeedInMemory(options, forms, *made) {
    own_book = std::move(made);
  }
};

}  // namespace tickplant::tests::mdp3
