#include "ringbuf/ring_repair.hpp"

#include <algorithm>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/table_undo.hpp"

namespace tickplant::ringbuf {
namespace {

using Slot = BroadcastSlot<kTickSlotBytes>;

std::uint64_t load(const std::atomic<std::uint64_t>& word) noexcept { return word.load(std::memory_order_relaxed); }
void store(std::atomic<std::uint64_t>& word, std::uint64_t value) noexcept {
  word.store(value, std::memory_order_relaxed);
}

class Repair {
 public:
  explicit Repair(const RingRemains& remains) noexcept
      : remains_(remains),
        control_(object_at<BroadcastControl<>>(remains.ring, 0)),
        slots_(array_at<Slot>(remains.ring, sizeof(BroadcastControl<>), remains.slot_count)),
        image_(remains.image),
        newest_(remains.newest) {
    if (remains.gating != nullptr) undo_ = {remains.gating->undo[kRepairUndo], remains.image, remains.newest};
  }

  RingRepair run() noexcept {
    complete_the_ring();
    count_half_written();
    if (remains_.gating != nullptr) take_back_sums();
    settle_unless([this](std::uint64_t id, std::uint64_t sequence) { return can_be_done_again(id, sequence); });
    enter_again();
    settle_unless([](std::uint64_t, std::uint64_t) { return false; });  // their records are gone
    if (remains_.gating != nullptr) clear_lines();
    store(control_.published, repair_.last.value);
    store(control_.image_complete_through, repair_.last.value);
    return repair_;
  }

 private:
  /// Finds the newest sequence; what was taken and not filled before it becomes padding.
  void complete_the_ring() noexcept {
    std::uint64_t last = load(control_.published);
    // A sequence that one of several writers took may be known to nobody else; one writer alone leaves `claimed` as it
    // found it.
    const std::uint64_t claimed = load(control_.claimed);
    for (; is_ready(last + 1) || last < claimed; ++last) {
      if (is_ready(last + 1)) {
        repair_.last_ts_recv = {static_cast<std::int64_t>(load(slot(last + 1).word[1]))};
      } else {
        pad(last + 1);
      }
    }
    if (last == load(control_.published) && is_ready(last)) {
      repair_.last_ts_recv = {static_cast<std::int64_t>(load(slot(last).word[1]))};
    }
    repair_.last = {last};
  }

  [[nodiscard]] Slot& slot(std::uint64_t sequence) const noexcept {
    return slots_[sequence & (remains_.slot_count - 1)];
  }
  [[nodiscard]] bool is_ready(std::uint64_t sequence) const noexcept {
    return sequence != 0 && load(slot(sequence).stamp) == ready(sequence);
  }

  void pad(std::uint64_t sequence) noexcept {
    Record record;
    record.header.type = RecordType::padding;
    record.header.flags = RecordFlags::end_of_event;
    record.header.ts_event = record.header.ts_recv = repair_.last_ts_recv;
    std::array<std::uint64_t, kTickSlotBytes / 8> words;
    std::memcpy(words.data(), &record, sizeof words);
    Slot& padded = slot(sequence);
    padded.stamp.store(writing(sequence), std::memory_order_relaxed);
    for (std::size_t i = 0; i < Slot::kWords; ++i) padded.word[i].store(words[i + 1], std::memory_order_release);  // W1
    padded.stamp.store(ready(sequence), std::memory_order_release);                                                // W2
    ++repair_.padded;
  }

  template <class TableSlot>
  static bool is_half_written(const TableSlot& entry) noexcept {
    return (load(entry.stamp) & kWritingBit) != 0;
  }
  /// Is this record in the entry, wholly? (The stamp that says `being written` is above every other.)
  template <class TableSlot>
  static bool has_record(const TableSlot& entry, std::uint64_t sequence) noexcept {
    const std::uint64_t stamp = load(entry.stamp);
    return stamp != writing(sequence) && (stamp & ~kWritingBit) >= sequence;
  }

  void count_half_written() noexcept {
    const auto count = [](const auto& entries) {
      return static_cast<std::uint64_t>(
          std::count_if(entries.begin(), entries.end(), [](const auto& entry) { return is_half_written(entry); }));
    };
    repair_.half_written = count(remains_.image) + count(remains_.newest);
  }

  void take_back_sums() noexcept {
    for (UndoSlot<>& undo : remains_.gating->undo) {
      const std::uint64_t sequence = load(undo.word[0]);
      const std::uint64_t id = load(undo.word[1]);
      if (sequence == 0 || id >= remains_.newest.size() || id >= remains_.image.size()) continue;
      NewestSlot& newest = remains_.newest[id];
      if (load(newest.stamp) == writing(sequence)) {
        for (std::size_t i = 0; i < TableUndo::kNewestSums; ++i) store(newest.word[i], load(undo.word[2 + i]));
      }
      ImageSlot& image = remains_.image[id];
      if (load(image.stamp) == writing(sequence)) take_back(image, undo, sequence);
    }
  }

  void take_back(ImageSlot& image, UndoSlot<>& undo, std::uint64_t sequence) noexcept {
    if (load(undo.word[5]) == 0) {  // never written before: as if it were not begun
      for (auto& word : image.word) store(word, 0);
      image.stamp.store(0, std::memory_order_release);
      return;
    }
    if (!is_ready(sequence) || type_of(sequence) != RecordType::trade) return;  // no sums are touched
    for (std::size_t i = 0; i < TableUndo::kImageSums; ++i) {
      store(image.word[TableUndo::kImageSumsWord + i], load(undo.word[6 + i]));
    }
  }

  [[nodiscard]] RecordType type_of(std::uint64_t sequence) const noexcept {
    constexpr std::size_t kByte = offsetof(RecordHeader, type);
    return static_cast<RecordType>(load(slot(sequence).word[kByte / 8 - 1]) >> (8 * (kByte % 8)));
  }

  void enter_again() noexcept {
    TickReader reader(control_, slots_.data(), remains_.slot_count, {load(control_.image_complete_through) + 1});
    while (reader.next() <= repair_.last) {
      Record record;
      switch (reader.poll(&record)) {
        case ReadStatus::record: enter(record); break;
        case ReadStatus::overrun: repair_.no_longer_in_ring += reader.lost().count(); break;  // goes on behind it
        case ReadStatus::empty: return;  // up to `last` there is no such slot, unless others wrote here
      }
    }
  }

  void enter(const Record& record) noexcept {
    if (record.header.type == RecordType::session) return enter_session(record);
    const InstrumentId id = record.header.instrument;
    if (id == kNoInstrument || id.value >= remains_.image.size() || id.value >= remains_.newest.size()) return;
    ++repair_.re_entered;
    const bool newest_lacks_it = !has_record(remains_.newest[id.value], record.header.stamp);
    const bool image_lacks_it = !has_record(remains_.image[id.value], record.header.stamp);
    if (!newest_lacks_it && !image_lacks_it) return;
    undo_.note({record.header.stamp}, id, record.header.type == RecordType::trade);  // we may be killed, too
    if (newest_lacks_it) newest_.apply(record);
    if (!image_lacks_it) return;
    if (load(remains_.image[id.value].stamp) == 0) image_.begin_day(trading_date_of(id));
    image_.apply(record);
  }

  /// Of the day that the instrument's feed is in; 0 = it has begun none. What its other instruments say, or else the
  /// session record itself: before anything was said about any of them it cannot be far back.
  [[nodiscard]] std::int32_t trading_date_of(InstrumentId id) const noexcept {
    InstrumentEntry entry;
    if (remains_.directory == nullptr || remains_.directory->read(id, entry) != TableRead::value) return 0;
    const FeedId feed = entry.feed;
    std::int32_t date = 0;
    for (std::uint32_t other = 1; other < remains_.image.size(); ++other) {
      ImageEntry image;
      if (remains_.directory->read({other}, entry) != TableRead::value || entry.feed != feed) continue;
      if (ImageReader(remains_.image).read({other}, image) == TableRead::value)
        date = std::max(date, image.trading_date);
    }
    const std::uint64_t last = repair_.last.value;
    const std::uint64_t oldest = last > remains_.slot_count ? last - remains_.slot_count : 0;
    for (std::uint64_t q = last; date == 0 && q > oldest; --q) {
      if (!is_ready(q) || type_of(q) != RecordType::session) continue;
      TickReader reader(control_, slots_.data(), remains_.slot_count, {q});
      Record record;
      if (reader.poll(&record) != ReadStatus::record) continue;
      const auto session = record.as<SessionBody>();
      if (session.feed == feed) date = session.trading_date;
    }
    return date;
  }

  void enter_session(const Record& record) noexcept {
    if (remains_.directory == nullptr) return;
    const auto session = record.as<SessionBody>();
    for (std::uint32_t id = 1; id < remains_.image.size(); ++id) {
      InstrumentEntry entry;
      if (load(remains_.image[id].stamp) == 0 || has_record(remains_.image[id], record.header.stamp)) continue;
      if (remains_.directory->read({id}, entry) != TableRead::value || entry.feed != session.feed) continue;
      image_.on_session(record.header, {id}, session);
    }
    ++repair_.re_entered;
  }

  /// Has somebody noted what the half-written entry of this record was before?
  [[nodiscard]] bool is_noted(std::uint64_t id, std::uint64_t sequence) const noexcept {
    if (remains_.gating == nullptr) return false;
    const auto& notes = remains_.gating->undo;
    return std::any_of(notes.begin(), notes.end(), [&](const UndoSlot<>& note) {
      return load(note.word[0]) == sequence && load(note.word[1]) == id;
    });
  }
  /// A session record sets values and adds nothing.
  [[nodiscard]] bool can_be_done_again(std::uint64_t id, std::uint64_t sequence) const noexcept {
    return is_noted(id, sequence) ||
           (remains_.directory != nullptr && is_ready(sequence) && type_of(sequence) == RecordType::session);
  }

  /// Leaves the words of half-written entries as they were found, but those for which `excepted(id, sequence)` says so.
  template <class Excepted>
  void settle_unless(Excepted&& excepted) noexcept {
    for (std::uint64_t id = 0; id < remains_.image.size(); ++id) {
      ImageSlot& entry = remains_.image[id];
      if (!is_half_written(entry) || excepted(id, load(entry.stamp) & ~kWritingBit)) continue;
      mark_gap_inside(entry);
      settle(entry);
    }
    for (std::uint64_t id = 0; id < remains_.newest.size(); ++id) {
      NewestSlot& entry = remains_.newest[id];
      if (is_half_written(entry) && !excepted(id, load(entry.stamp) & ~kWritingBit)) settle(entry);
    }
  }

  template <class TableSlot>
  static void settle(TableSlot& entry) noexcept {
    entry.end({load(entry.stamp) & ~kWritingBit});
  }

  static void mark_gap_inside(ImageSlot& entry) noexcept {
    constexpr std::size_t kWord = offsetof(ImageEntry, trading_status) / 8 - 1;
    constexpr std::uint64_t kGap = std::uint64_t{static_cast<std::uint32_t>(Quality::gap_inside)}
                                   << (8 * (offsetof(ImageEntry, quality) - offsetof(ImageEntry, trading_status)));
    store(entry.word[kWord], load(entry.word[kWord]) | kGap);
  }

  /// Readers and writers of the dead process wait for nobody and hold up nobody any more.
  void clear_lines() noexcept {
    for (GatingLine<>& line : remains_.gating->reader) store(line.value, kNotGating);
    for (GatingLine<>& line : remains_.gating->writer) store(line.value, kNoFloor);
  }

  const RingRemains& remains_;
  BroadcastControl<>& control_;
  std::span<Slot> slots_;
  ImageWriter image_;
  NewestWriter newest_;
  TableUndo undo_;
  RingRepair repair_;
};

}  // namespace

RingRepair repair_ring(const RingRemains& remains) noexcept { return Repair(remains).run(); }

}  // namespace tickplant::ringbuf
