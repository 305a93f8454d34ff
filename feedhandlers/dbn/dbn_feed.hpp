// Databento DBN, whole: records of a file or a session in, records of ours out.
//
//   DbnSource (header, batches of records) -> parser -> normaliser -> publisher
//
// Each record counts as received when its own ts_recv says, so a replay gives the same bits as the day itself.
//
// Threads: the feed's own. No clock, no socket; allocates when built and in begin_file().
// Not here: where bytes come from (dbn_source.hpp), meaning (normaliser.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "feedhandlers/dbn/dbn_source.hpp"
#include "feedhandlers/dbn/normaliser.hpp"
#include "feedhandlers/dbn/parser.hpp"
#include "feedhandlers/feed_records.hpp"

namespace tickplant::feedhandlers::dbn {

/// For callers that look at the tables after each record; costs nothing when left out.
struct NoObserver {
  void operator()(RecordBytes) const noexcept {}
};

struct FeedCounters {
  std::array<std::uint64_t, 256> records{};  // by type (rtype::): well-formed
  std::uint64_t unknown_rtypes = 0;          // stepped over by their length
  std::uint64_t bad_lengths = 0;             // not the size of their type in this version; stepped over
};

class DbnFeed {
 public:
  DbnFeed(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
          ringbuf::FeedId feed, PublishedForms forms)
      : publisher_(publisher), book_(book), feed_(feed), normaliser_(publisher, directory, book, feed, forms) {}

  /// Call before the first record, and for each further file. Books go on: a day may be cut into files.
  void begin_file(const Metadata& metadata) {
    layout_ = metadata.layout();
    normaliser_.begin_file(metadata);
  }

  /// Call where a trading day begins: books and day values start anew.
  void begin_day(const TradingDay& day) noexcept {
    publisher_.begin_packet(day.midnight, 0);
    normaliser_.begin_session(day.midnight, session_body(day, {}, feed_));
    publisher_.end_batch();
  }

  /// `observe(record)` is called when all that a record becomes is published.
  template <class Observer = NoObserver>
  void on_batch(const RecordBatch& batch, Observer&& observe = {}) noexcept {
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      if (i + kLookAhead < batch.records.size()) prefetch(batch.records[i + kLookAhead]);
      parse_one(batch.records[i]);
      observe(batch.records[i]);
    }
    feedhandlers::publish_position(publisher_, feed_, normaliser_.last_time(),
                                   {.next_sequence = batch.first_number + batch.records.size(),
                                    .byte_offset = batch.end_offset,
                                    .message_count = batch.records.size()});
    publisher_.end_batch();
  }

  [[nodiscard]] const FeedCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const Normaliser& normaliser() const noexcept { return normaliser_; }
  [[nodiscard]] const OrderBook& book() const noexcept { return book_; }

 private:
  static constexpr std::size_t kLookAhead = 16;  // records before its turn an order's slot is asked for

  void prefetch(RecordBytes record) const noexcept {
    if (record.size() >= Mbo::kBytes && rtype_of(record.data()) == rtype::kMbo)
      normaliser_.prefetch(Mbo{record.data()});
  }

  void parse_one(RecordBytes record) noexcept {
    switch (parse(record, layout_, normaliser_)) {
      case ParseOutcome::ok: ++counters_.records[rtype_of(record.data())]; break;
      case ParseOutcome::unknown_rtype: ++counters_.unknown_rtypes; break;
      case ParseOutcome::bad_length: ++counters_.bad_lengths; break;
    }
  }

  TickPublisher& publisher_;
  OrderBook& book_;
  ringbuf::FeedId feed_;
  RecordLayout layout_;
  Normaliser normaliser_;
  FeedCounters counters_;
};

}  // namespace tickplant::feedhandlers::dbn
