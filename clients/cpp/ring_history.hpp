// One ring from some place on: out of the journal first, out of the ring as soon as that has what comes next, and back
// to the journal whenever the writer lapped us. Nothing comes twice, and what is nowhere is told, exactly.
//
// Everything goes by sequence. `next` is the one to be told next, and each step says something about it alone:
//   - the ring keeps it, with an eighth of its slots between it and the writer: the ring is read from there on;
//   - else the journal is asked from `next` on. What it gives lower is passed over, what it lacks is looked for in the
//     ring once more, and is told as lost if that has overwritten it, too;
//   - the journal has nothing more yet: whoever writes it will bring it, or say that it is lost. Nobody writes it: what
//     lies before the oldest record in the ring is lost.
// A place by time is found as a sequence first: in the ring if what it keeps goes back that far, else in the journal.
//
// Threads: as Plant: one. In the ring no memory, no lock, no system call; in the journal pread, and a unit of memory.
// Not here: which file a ring is and when it is another one (history.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "clients/cpp/handler.hpp"
#include "clients/cpp/history_wish.hpp"
#include "clients/cpp/journal_names.hpp"
#include "clients/cpp/look_timer.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/journal/journal_reader.hpp"

namespace tickplant::clients {

/// Where one ring's history begins and ends.
struct RingHistoryRange {
  std::uint64_t sequence = 0;                         // 0: not by sequence
  platform::UnixNanos from_recv = platform::kNoTime;  // kNoTime: not by time. Neither: the oldest that is kept
  std::optional<platform::UnixNanos> until_recv = {};
};

/// What a ring's history has to know of its plant.
class HistorySource {
 public:
  /// Of instruments and functions as they are now.
  [[nodiscard]] virtual NamesOfNow names() const = 0;
  // Asked only where the journal has nothing more and the ring does not go back far enough, ten times a second.
  [[nodiscard]] virtual bool is_live() const = 0;          // its daemon runs
  [[nodiscard]] virtual bool journal_goes_on() const = 0;  // and writes the journal, or will
  /// A time that does not go back.
  [[nodiscard]] virtual std::int64_t now_nanos() const = 0;

 protected:
  HistorySource() = default;
  HistorySource(const HistorySource&) = default;
  HistorySource(HistorySource&&) = default;
  HistorySource& operator=(const HistorySource&) = default;
  HistorySource& operator=(HistorySource&&) = default;
  ~HistorySource() = default;
};

/// `Record`: ringbuf::Record, of ticks, or ringbuf::DerivedRecord, of results.
template <class Record>
class BasicRingHistory {
 public:
  static constexpr bool kIsOfTicks = std::is_same_v<Record, ringbuf::Record>;
  using Reader = std::conditional_t<kIsOfTicks, ringbuf::TickReader, ringbuf::DerivedReader>;

  /// `journal`: its folder; empty: there is none. Throws SetupError: it cannot be read.
  BasicRingHistory(std::string name, std::filesystem::path journal, RingHistoryRange range, Reader ring,
                   std::uint64_t slot_count);

  /// The ring was built anew, or is another file: it goes on in this one.
  void use_ring(Reader ring, std::uint64_t slot_count) noexcept;
  /// The tables of names are others.
  void forget_names() noexcept { names_.forget(); }

  /// Hands over what there is; at most `limit` records are read. Returns how many were read, wanted or not, a loss
  /// counting as one: after 0 there is time to idle. Throws what the handler throws; the record at hand then counts as
  /// read. Throws SetupError: the journal cannot be read any more.
  template <class Handler, class Filter>
  std::size_t poll(Handler& handler, Filter& filter, const HistorySource& source, std::size_t limit) {
    std::size_t count = 0;
    while (count < limit && !is_done_) {
      const std::size_t before = count;
      count +=
          is_live_ ? read_ring(handler, filter, limit - count) : read_journal(handler, filter, source, limit - count);
      if (count == before && !std::exchange(has_turned_, false)) break;
    }
    return count;
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Everything before was told, or its loss. 0: not known yet.
  [[nodiscard]] ringbuf::Sequence next() const noexcept { return {next_}; }
  /// It reads the ring.
  [[nodiscard]] bool is_live() const noexcept { return is_live_; }
  /// A record received at `until` or later was reached.
  [[nodiscard]] bool is_done() const noexcept { return is_done_; }
  [[nodiscard]] std::uint64_t lost_count() const noexcept { return lost_count_; }
  /// Records of instruments, or results of functions, that the plant has no id for (any more): not handed over.
  [[nodiscard]] std::uint64_t unknown_count() const noexcept { return unknown_count_; }
  /// How often the writer lapped us, so that we went back to the journal.
  [[nodiscard]] std::uint64_t lapped_count() const noexcept { return lapped_count_; }

 private:
  [[nodiscard]] static constexpr bool holds_records(ringbuf::BlockKind kind) noexcept {
    return kIsOfTicks ? kind == ringbuf::BlockKind::ticks : ringbuf::has_derived_records(kind);
  }

  template <class Handler, class Filter>
  void hand_over(Handler& handler, Filter& filter, const Record& record) {
    next_ = record.header.stamp + 1;
    has_told_ = true;
    if (record.header.ts_recv < range_.from_recv) return;
    if (range_.until_recv && !(record.header.ts_recv < *range_.until_recv)) {
      is_done_ = true;
      return;
    }
    if (filter.wants(record)) handler(record);
  }

  /// [next, last] is lost.
  template <class Handler>
  void tell_lost(Handler& handler, std::uint64_t last) {
    const ringbuf::SequenceRange lost{next_, last};
    next_ = last + 1;
    has_told_ = true;
    lost_count_ += lost.count();
    if constexpr (TakesLosses<Handler>) handler.on_lost(std::string_view(name_), lost);
  }

  // --- out of the ring ---

  template <class Handler, class Filter>
  std::size_t read_ring(Handler& handler, Filter& filter, std::size_t limit) {
    Record record;
    for (std::size_t count = 0; count < limit && !is_done_; ++count) {
      switch (ring_.poll(&record)) {
        case ringbuf::ReadStatus::record: hand_over(handler, filter, std::as_const(record)); break;
        case ringbuf::ReadStatus::empty: return count;
        case ringbuf::ReadStatus::overrun:
          if (journal_.empty()) {
            tell_lost(handler, ring_.lost().last);
            break;
          }
          ++lapped_count_;
          is_live_ = false;
          has_turned_ = true;
          return count;
      }
    }
    return limit;
  }

  /// The lowest sequence that the ring keeps; `is_written`: that it keeps for a while yet.
  [[nodiscard]] std::uint64_t oldest_in_ring(bool is_written) const noexcept;
  [[nodiscard]] bool ring_has_next() const noexcept;
  void go_live() noexcept;

  // --- out of the journal ---

  template <class Handler, class Filter>
  std::size_t read_journal(Handler& handler, Filter& filter, const HistorySource& source, std::size_t limit) {
    for (std::size_t count = 0; count < limit && !is_done_;) {
      if (at_ < records_.size()) {
        count += take_next(handler, filter, source);
        continue;
      }
      if (ring_has_next()) {
        go_live();
        return count;
      }
      std::optional<ringbuf::JournalItem> item = next_item();
      if (!item) return count + on_journal_end(handler, source);
      if (const auto* loss = std::get_if<ringbuf::JournalLoss>(&*item)) {
        const bool is_skip = loss->reason == ringbuf::LossReason::skipped;
        count += is_skip ? take_skip(handler, loss->range) : take_loss(handler, loss->range);
      } else {
        count += begin_block(handler, std::get<ringbuf::JournalRecords>(*item));
      }
      if (is_live_) return count;
    }
    return limit;
  }

  template <class Handler, class Filter>
  std::size_t take_next(Handler& handler, Filter& filter, const HistorySource& source) {
    Record record = records_[at_++];
    if (record.header.stamp < next_) return 0;
    if (names_.rename(reader_->knowledge(), reader_->scanner().chain().epoch(), record, source.names())) {
      hand_over(handler, filter, std::as_const(record));
    } else {
      next_ = record.header.stamp + 1;
      has_told_ = true;
      ++unknown_count_;
    }
    return 1;
  }

  /// What the journal tells as lost: where it begins is not known before its first record.
  template <class Handler>
  std::size_t take_loss(Handler& handler, ringbuf::SequenceRange range) {
    if (next_ == 0) {
      note_loss_before_begin(range);
      return 0;
    }
    if (range.last < next_) return 0;
    return pass_missing(handler, range.last);
  }

  /// Numbers that nobody had.
  template <class Handler>
  std::size_t take_skip(Handler& handler, ringbuf::SequenceRange range) {
    if (next_ == 0 || range.last < next_) return 0;
    const std::size_t count = range.first > next_ ? pass_missing(handler, range.first - 1) : 0;
    if (!is_live_) next_ = range.last + 1;
    return count;
  }

  template <class Handler>
  std::size_t begin_block(Handler& handler, const ringbuf::JournalRecords& records) {
    if (!holds_records(records.kind) || records.count() == 0) return 0;
    if (next_ == 0 && !begin_at(records.first)) return 0;
    std::size_t count = 0;
    if (records.first > next_) count += pass_missing(handler, records.first - 1);
    if (is_live_) return count;
    records_.clear();
    at_ = 0;
    for (std::size_t i = 0; i < records.count(); ++i) records_.push_back(records.as<Record>(i));
    return count;
  }

  /// The journal does not have [next, last]. The end of it may be in the ring still.
  template <class Handler>
  std::size_t pass_missing(Handler& handler, std::uint64_t last) {
    const std::uint64_t oldest = oldest_in_ring(true);
    if (oldest > last || last > ring_.published().value) {
      tell_lost(handler, last);
      return 1;
    }
    std::size_t count = 0;
    if (oldest > next_) {
      tell_lost(handler, oldest - 1);
      ++count;
    }
    go_live();
    return count;
  }

  /// Nothing more is in the journal yet, and the ring has overwritten what comes next.
  template <class Handler>
  std::size_t on_journal_end(Handler& handler, const HistorySource& source) {
    if (next_ == 0) {
      if (is_behind_damage()) {
        has_turned_ = true;
        return 0;
      }
      // All that it had lies before the wish. What comes next is behind that; of a ring it does not know, the oldest.
      reader_.reset();
      has_turned_ = true;
      const std::uint64_t behind = journal_end_ != 0 ? journal_end_ : oldest_in_ring(source.is_live());
      return begin_at(behind) && next_ != behind ? pass_missing(handler, behind - 1) : 0;
    }
    if (!look_timer_.is_due([&] { return source.now_nanos(); })) return 0;
    if (has_another_numbering()) {
      next_ = std::max<std::uint64_t>(ring_.first_sequence().value, 1);
      go_live();
      if constexpr (TakesAttachments<Handler>) handler.on_attached(std::string_view(name_), ringbuf::Sequence{next_});
      return 0;
    }
    if (is_behind_damage()) {
      has_turned_ = true;
      return 0;
    }
    if (source.journal_goes_on()) {
      reader_.reset();  // looks anew: segments may have gone
      return 0;
    }
    const std::uint64_t oldest = oldest_in_ring(source.is_live());
    const bool is_lost = oldest > next_;
    if (is_lost) tell_lost(handler, oldest - 1);
    go_live();
    return is_lost ? 1 : 0;
  }

  [[nodiscard]] std::optional<ringbuf::JournalItem> next_item();
  void find_begin();
  void note_loss_before_begin(ringbuf::SequenceRange range);
  [[nodiscard]] bool begin_at(std::uint64_t first) noexcept;
  [[nodiscard]] bool has_another_numbering() const noexcept;
  [[nodiscard]] bool is_behind_damage();

  std::string name_;
  std::filesystem::path journal_;
  RingHistoryRange range_;
  Reader ring_;
  std::uint64_t slot_count_;
  std::uint64_t next_ = 0;  // 0: not known yet
  bool is_live_ = false;
  bool has_turned_ = false;  // from one to the other, so that there may be more at once
  bool has_told_ = false;
  bool is_done_ = false;
  std::uint64_t lost_count_ = 0;
  std::uint64_t unknown_count_ = 0;
  std::uint64_t lapped_count_ = 0;
  LookTimer look_timer_;

  std::optional<ringbuf::JournalReader> reader_;
  JournalNames names_;
  std::vector<Record> records_;  // of the journal's block at hand
  std::size_t at_ = 0;
  std::uint64_t journal_end_ = 0;               // when we began: behind all that the journal had of the ring
  ringbuf::SequenceRange lost_before_begin_{};  // just before where the journal's records begin; last 0: none
};

extern template class BasicRingHistory<ringbuf::Record>;
extern template class BasicRingHistory<ringbuf::DerivedRecord>;
using RingHistory = BasicRingHistory<ringbuf::Record>;

}  // namespace tickplant::clients
