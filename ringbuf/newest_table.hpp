// Newest: a dense array per instrument, made for finding what changed by one scan. Behind the segment header, entry i
// is instrument i; two entries share a cache line.
//
//   offset  bytes  field
//      0        8  stamp         sequence of the newest record about the instrument
//      8        8  update_count  records so far
//     16        8  trade_count   trades so far, eligible for volume
//     24        8  volume        their sizes, cumulative since the plant's first day
//
// Differences of two reads say how many updates, trades and how much volume lie between: that is what a conflating
// reader reports as merged.
//
// Threads: one writer per instrument, the feed that owns it; readers in any process.
#pragma once

#include <span>

#include "platform/prefetch.hpp"
#include "ringbuf/records/trade.hpp"
#include "ringbuf/stamped_entry.hpp"

namespace tickplant::ringbuf {

struct NewestEntry {
  std::uint64_t stamp = 0;
  std::uint64_t update_count = 0;
  std::uint64_t trade_count = 0;
  Size volume{};
};

inline constexpr std::size_t kNewestEntryBytes = 32;
static_assert(sizeof(NewestEntry) == kNewestEntryBytes && offsetof(NewestEntry, volume) == 24);
inline constexpr std::uint64_t kNewestSchema = schema_hash_of("newest/1 stamp,update_count,trade_count,volume");

using NewestSlot = StampedEntry<kNewestEntryBytes>;

class NewestWriter {
 public:
  explicit NewestWriter(std::span<NewestSlot> slots) noexcept : slots_(slots) {}

  /// Counts one published record. Records about no instrument are passed over.
  void apply(const Record& record) noexcept {
    if (record.header.type == RecordType::trade) return apply(record.header, record.as<TradeBody>());
    apply(record.header, NoTrade{});
  }

  /// The same where the type is known when this is compiled.
  template <class Body>
  void apply(const RecordHeader& header, const Body& body) noexcept {
    const InstrumentId id = header.instrument;
    if (id == kNoInstrument || id.value >= slots_.size()) return;
    NewestSlot& slot = slots_[id.value];
    slot.begin({header.stamp});
    add(slot, 0, 1);
    if constexpr (std::is_same_v<Body, TradeBody>) {
      if (has(body.eligibility, TradeEligibility::volume)) {
        add(slot, 1, 1);
        add(slot, 2, body.size.value);
      }
    }
    slot.end({header.stamp});
  }

  /// A hint: the instrument's entry is about to be written.
  void prefetch(InstrumentId id) const noexcept {
    if (id.value < slots_.size()) platform::prefetch_for_write(&slots_[id.value]);
  }

 private:
  struct NoTrade {};

  static void add(NewestSlot& slot, std::size_t word, std::uint64_t amount) noexcept {
    slot.word[word].store(slot.word[word].load(std::memory_order_relaxed) + amount, std::memory_order_release);  // W5
  }

  std::span<NewestSlot> slots_;
};

class NewestReader {
 public:
  explicit NewestReader(std::span<const NewestSlot> slots) noexcept : slots_(slots) {}

  [[nodiscard]] TableRead read(InstrumentId id, NewestEntry& out) const noexcept {
    return id.value < slots_.size() ? slots_[id.value].read(&out) : TableRead::never;
  }

  /// Calls `changed(InstrumentId)` for each instrument with a record newer than `since`. One pass, one load an
  /// instrument.
  template <class Changed>
  void scan(Sequence since, Changed&& changed) const {
    for (std::uint32_t i = 1; i < slots_.size(); ++i) {
      const std::uint64_t stamp = slots_[i].stamp.load(std::memory_order_relaxed) & ~kWritingBit;
      if (stamp > since.value) changed(InstrumentId{i});
    }
  }

 private:
  std::span<const NewestSlot> slots_;
};

}  // namespace tickplant::ringbuf
