// A feed from a journal: a plant that is fed from what another one recorded, or it itself, instead of from a network.
// Records are those of one ring of the journal, with their times, under numbers of the ring that they go into.
//
//   instruments  of the journal's directory, symbol and venue kept; made in this plant's where it has none
//   sessions, gaps, positions, heartbeats  as they were told, of this feed
//   what the journal has lost              a gap record, reason internal_reader
//
// Threads: as FileFeed. Memory: the reader's and a book, for the depth table.
// Not here: how fast (daemon/stages/file_feed_stage.hpp), reading journals (ringbuf/journal/).
#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>

#include "feedhandlers/file_feed.hpp"
#include "ringbuf/journal/journal_reader.hpp"

namespace tickplant::feedhandlers::journal {

class JournalFeed final : public FileFeed {
 public:
  /// `ring`: of the journal. Throws SetupError: no journal there, no such ring of ticks, no memory for the book.
  JournalFeed(const std::filesystem::path& folder, const std::string& ring, const FeedParts& parts,
              const OrderBookConfig& book);

  /// Days begin with the session records of the journal.
  void begin_day(const TradingDay&, const sequencing::SessionId&, platform::UnixNanos) noexcept override {}
  void publish_heartbeat(const HeartbeatTime& time) noexcept override;
  [[nodiscard]] FeedTotals totals() const noexcept override { return totals_; }
  /// A piece is a block of the journal.
  FileProgress read() noexcept override;

 private:
  void play(const ringbuf::JournalRecords& records);
  void play(const ringbuf::JournalLoss& loss);
  void play(const ringbuf::Record& record);
  template <class Body>
  void publish(const ringbuf::Record& record, ringbuf::InstrumentId id, Body body);
  void keep_book(ringbuf::Record record, ringbuf::InstrumentId id);
  ringbuf::InstrumentId ours(ringbuf::InstrumentId theirs);

  TickPublisher& publisher_;
  ringbuf::InstrumentDirectoryWriter& directory_;
  ringbuf::FeedId feed_;
  bool tells_depth_;
  OrderBook book_;
  ringbuf::JournalReader reader_;
  std::unordered_map<std::uint32_t, ringbuf::InstrumentId> ours_;  // by the journal's number
  std::vector<ringbuf::InstrumentId> all_;                         // of ours
  FeedTotals totals_;
};

}  // namespace tickplant::feedhandlers::journal
