// A client of a seeded run that knows nothing but the ring: keeps books, gaps, which instruments it was told to doubt.
//
// What it insists on: each gap that was to be told, with its exact range, and no other; the flag on every record of an
// instrument from the gap on until a snapshot has told its book, or a session begins; source positions as far as was
// delivered.
//
// Threads: one.
// Not here: whether the books are right (integrity_truth.hpp).
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "feedhandlers/feed_records.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "tests/support/integrity_ledger.hpp"
#include "tests/support/reader_books.hpp"

namespace tickplant::tests {

class IntegrityReader {
 public:
  using InstrumentId = ringbuf::InstrumentId;
  using Range = IntegrityLedger::Range;

  IntegrityReader(IntegrityFindings& findings, const ringbuf::TickReader& reader, std::size_t instruments)
      : findings_(findings), reader_(reader), doubt_(instruments), named_(instruments) {}

  /// A gap record has to come, behind those that were announced before.
  void expect_gap(const IntegrityLedger::SessionId& session, Range range) { gaps_.push_back({session, range}); }
  /// The stream was joined in its middle: whoever is first heard of now is doubtful.
  void doubt_newcomers() { doubts_newcomers_ = true; }

  /// All that is new in the ring. `position`: how far the feed has come.
  void read(const IntegrityLedger::Position& position) {
    ringbuf::Record record;
    ringbuf::ReadStatus status;
    while ((status = reader_.poll(&record)) == ringbuf::ReadStatus::record) on_record(record, position);
    findings_.expect(status == ringbuf::ReadStatus::empty,
                     [](auto& out) { out << "the reader of the ring was lapped"; });
    findings_.expect(gaps_.empty(), [&](auto& out) {
      out << "a gap was not told: " << gaps_.front().range.begin << " to " << gaps_.front().range.end - 1;
    });
  }

  [[nodiscard]] bool doubts(InstrumentId id) const { return doubt_[id.value]; }
  [[nodiscard]] bool knows(InstrumentId id) const { return named_[id.value]; }
  [[nodiscard]] std::size_t instruments() const { return doubt_.size(); }
  [[nodiscard]] const ReaderBooks& books() const { return books_; }
  [[nodiscard]] const std::optional<ringbuf::SourcePositionBody>& last_position() const { return last_position_; }
  [[nodiscard]] std::uint64_t records() const { return records_; }
  [[nodiscard]] std::uint64_t told_books() const { return told_books_; }

 private:
  struct Gap {
    IntegrityLedger::SessionId session;
    Range range;
  };

  void on_record(const ringbuf::Record& record, const IntegrityLedger::Position& position) {
    ++records_;
    const InstrumentId id = record.header.instrument;
    switch (record.header.type) {
      case ringbuf::RecordType::gap: on_gap(record.as<ringbuf::GapBody>()); break;
      case ringbuf::RecordType::session:
        doubt_.assign(doubt_.size(), false);
        named_.assign(named_.size(), false);
        doubts_newcomers_ = false;
        break;
      case ringbuf::RecordType::book_clear:
        if (id == ringbuf::kNoInstrument) doubt_all();  // a successor
        if (id != ringbuf::kNoInstrument) on_told_book(record);
        break;
      case ringbuf::RecordType::definition:
        if (!named_[id.value] && doubts_newcomers_) doubt_[id.value] = true;
        named_[id.value] = true;
        break;
      case ringbuf::RecordType::source_position: {
        last_position_ = record.as<ringbuf::SourcePositionBody>();
        findings_.expect(last_position_->next_sequence == position.next &&
                             last_position_->session == feedhandlers::session_text(position.session),
                         [&](auto& out) {
                           out << "source position " << last_position_->next_sequence << ", delivered up to "
                               << position.next;
                         });
        break;
      }
      default: break;
    }
    if (id != ringbuf::kNoInstrument) {
      const bool is_flagged = has(record.header.flags, ringbuf::RecordFlags::maybe_bad_book);
      findings_.expect(is_flagged == doubt_[id.value], [&](auto& out) {
        out << "record " << record.header.stamp << " of type " << static_cast<int>(record.header.type)
            << " of instrument " << id.value
            << (is_flagged ? " is flagged, and nothing was lost" : " is not flagged, and its book is doubtful");
      });
    }
    books_.apply(record);
  }

  void on_gap(const ringbuf::GapBody& gap) {
    const bool is_right = !gaps_.empty() && gap.first == gaps_.front().range.begin &&
                          gap.last + 1 == gaps_.front().range.end && gap.reason == ringbuf::GapReason::lost &&
                          gap.session == feedhandlers::session_text(gaps_.front().session);
    findings_.expect(is_right, [&](auto& out) {
      out << "a gap from " << gap.first << " to " << gap.last << " was told; ";
      if (gaps_.empty())
        out << "none was to be";
      else
        out << "to be told was " << gaps_.front().range.begin << " to " << gaps_.front().range.end - 1;
    });
    if (!gaps_.empty()) gaps_.pop_front();
    doubt_all();
  }
  void doubt_all() {
    doubt_.assign(doubt_.size(), true);
    doubts_newcomers_ = true;
  }
  /// From here on its book is as in the snapshot.
  void on_told_book(const ringbuf::Record& record) {
    ++told_books_;
    findings_.expect(has(record.header.flags, ringbuf::RecordFlags::snapshot),
                     [](auto& out) { out << "a book was cleared, and not by a snapshot"; });
    doubt_[record.header.instrument.value] = false;
    doubts_newcomers_ = false;
  }

  IntegrityFindings& findings_;
  ringbuf::TickReader reader_;
  std::deque<Gap> gaps_;  // announced, not yet in the ring
  std::vector<bool> doubt_;
  std::vector<bool> named_;
  bool doubts_newcomers_ = false;
  ReaderBooks books_;
  std::optional<ringbuf::SourcePositionBody> last_position_;
  std::uint64_t records_ = 0;
  std::uint64_t told_books_ = 0;
};

}  // namespace tickplant::tests
