// Makes the indexes of a journal's segments, one behind the other, out of their blocks; keeps where every instrument
// stands meanwhile.
//
// A record counts for an instrument by what the facts before it say: it is about the instrument if it lies in the ring
// of the instrument's feed and has the number that the instrument has there, by symbol and venue. That is what a replay
// does (clients/cpp/past_replay.hpp): both have to agree on each record.
//
// Threads: one. Memory: image and book of every instrument, and the index that is being made: 4 bytes a record.
// Not here: which segments (journal_indexer.hpp), reading one (segment_index.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ringbuf/books/instrument_state.hpp"
#include "ringbuf/journal/index_layout.hpp"
#include "ringbuf/journal/journal_facts.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/journal/segment_index.hpp"

namespace tickplant::ringbuf {

class IndexBuilder {
 public:
  /// Goes on from what was before the segment of `index`, which has the beginnings; nothing was taken yet. False: some
  /// of it is not what was written, this one is undefined.
  [[nodiscard]] bool restore(const SegmentIndex& index);

  /// A segment begins, the one behind the last.
  void begin(const JournalSegmentPage& page);
  /// Its next block, with payload.
  void take(const JournalBlock& block);
  /// The segment is over: its index.
  [[nodiscard]] std::vector<std::byte> finish();

  /// Of the segment that was begun last.
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

 private:
  static constexpr std::uint32_t kInstrumentsMax = 1u << 24;  // a greater number is no instrument's

  struct Ring {
    IndexRing row;  // as of the segment's beginning, but for what it says of the segment itself
    std::uint64_t next = 0, first = 0, lost = 0, lost_last = 0;
    std::int64_t newest_recv = kBeforeAllRecords;
    std::vector<IndexBlock> blocks;
  };
  struct Feed {
    IndexFeed row;  // likewise
    bool has_session = false, is_changed = false, is_doubted = false;
    std::uint64_t lost = 0;
    std::int32_t trading_date = 0;
  };
  struct Instrument {
    std::string name;
    std::uint32_t feed = kNotIndexed;
    std::int8_t size_scale = 0;
    bool is_changed = false;
    std::uint16_t venue_key = 0, venue_key_before = 0;  // now, and at the segment's beginning
    InstrumentState state;
    std::uint64_t record_bytes = 0;  // since its state was put down
    std::vector<std::uint32_t> postings;
    std::vector<IndexState> states;  // offsets are among state_bytes_
  };

  void take_facts(const JournalBlock& block);
  void take_ring(const RingFact& fact);
  void take_feed(const FeedEntry& entry);
  void take_instrument(const InstrumentEntry& entry);
  void take_loss(const LossFact& loss);
  void take_records(const JournalBlock& block, std::uint32_t ring_index);
  void take_record(const Record& record, std::uint32_t ring_index, std::uint32_t ordinal);
  void take_gap(const Record& record);
  void take_session(const Record& record, std::uint32_t ring_index, std::uint32_t ordinal);
  bool note_missing(Ring& ring, std::uint64_t first, std::uint64_t behind);
  void doubt_feeds_in(std::uint32_t ring_index);
  [[nodiscard]] std::uint32_t ring_named(std::string_view name);
  [[nodiscard]] std::uint32_t feed_named(std::string_view name);
  [[nodiscard]] bool is_in_ring(const Instrument& instrument, std::uint32_t ring_index) const noexcept;
  void put_down(Instrument& instrument, std::uint32_t ordinal, std::int64_t recv);
  void put_down_beginnings();

  std::deque<Ring> rings_;
  std::deque<Feed> feeds_;
  std::deque<Instrument> instruments_;
  std::map<std::uint32_t, std::uint32_t> ring_ids_;  // number in blocks -> among rings_
  std::map<std::uint16_t, std::uint32_t> feed_ids_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
  std::vector<std::uint32_t> by_id_;          // [id]: among instruments_; kNotIndexed
  std::uint64_t bytes_since_beginnings_ = 0;  // of records
  bool is_restored_ = false;                  // and no segment begun since

  IndexHead head_;  // of the segment
  std::uint64_t records_ = 0;
  std::vector<IndexEvent> events_;
  std::vector<std::byte> state_bytes_;
};

}  // namespace tickplant::ringbuf
