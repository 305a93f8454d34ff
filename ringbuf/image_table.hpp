// Keeps the last value of each instrument, for clients that ask "where is it now?" rather than "how did it get there?".
//
// A pure function of the records: feeding a ring's records to a zeroed table gives the live table, which is how a
// successor rebuilds it. Trade cancels do not take volume back (most venues name only the trade): sums of the day count
// what printed.
//
// Threads: ImageWriter: one writer per instrument, the feed that owns it. ImageReader: any thread of any process.
// Not here: history (broadcast_reader.hpp), names (instrument_directory.hpp), what changed since (newest_table.hpp).
#pragma once

#include <algorithm>
#include <span>

#include "platform/prefetch.hpp"
#include "ringbuf/image_layout.hpp"
#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::ringbuf {

using ImageSlot = StampedEntry<kImageEntryBytes>;

class ImageWriter {
 public:
  /// `slots`: one per instrument id, zeroed or left by a predecessor. The size bounds the ids that are kept.
  explicit ImageWriter(std::span<ImageSlot> slots) noexcept : slots_(slots) {}

  /// Applies one published record; header.stamp is its ring sequence. Types without a place in the image are passed
  /// over.
  void apply(const Record& record) noexcept {
    switch (record.header.type) {
      case RecordType::quote: apply(record.header, record.as<QuoteBody>()); break;
      case RecordType::trade: apply(record.header, record.as<TradeBody>()); break;
      case RecordType::status: apply(record.header, record.as<StatusBody>()); break;
      case RecordType::imbalance: apply(record.header, record.as<ImbalanceBody>()); break;
      case RecordType::auction_prices: apply(record.header, record.as<AuctionPricesBody>()); break;
      default: break;
    }
  }

  /// The same where the type is known when this is compiled.
  template <RecordBody Body>
  void apply(const RecordHeader& header, const Body& body) noexcept {
    const InstrumentId id = header.instrument;
    if (id == kNoInstrument || id.value >= slots_.size()) return;
    if constexpr (Body::kType == RecordType::quote) on_quote(header, body);
    if constexpr (Body::kType == RecordType::trade) on_trade(header, body);
    if constexpr (Body::kType == RecordType::status) on_status(header, body);
    if constexpr (Body::kType == RecordType::imbalance) on_imbalance(header, body);
    if constexpr (Body::kType == RecordType::auction_prices) on_auction_prices(header, body);
  }

  /// A trading day begins: instruments first heard of from here on carry its date.
  void begin_day(std::int32_t trading_date) noexcept { trading_date_ = trading_date; }

  /// A trading day begins for this instrument: day values start anew, the last price becomes the previous close. One
  /// that nothing was said about yet has no values: its first record brings the date with it.
  void on_session(const RecordHeader& header, InstrumentId id, const SessionBody& session) noexcept {
    if (slots_[id.value].stamp.load(std::memory_order_relaxed) == 0) return;
    const ImageEntry before = load(id);
    ImageEntry entry;
    entry.ts_event = header.ts_event;
    entry.ts_recv = header.ts_recv;
    entry.previous_close = is_present(before.last_price) ? before.last_price : before.previous_close;
    entry.trading_date = session.trading_date;
    ImageSlot& slot = slots_[id.value];
    slot.begin({header.stamp});
    // First of all, while the last price is there: cut short in between and done again, it comes out the same.
    store_fields(slot, entry, offsetof(ImageEntry, previous_close), offsetof(ImageEntry, trading_date));
    store_fields(slot, entry, 8, sizeof entry);
    slot.end({header.stamp});
  }

  /// Readers are to trust the instrument less, or again, from this record on, which is not about it: quality follows
  /// its flags. One that nothing was said about yet has no values to doubt.
  void on_doubt(const RecordHeader& header) noexcept {
    const ImageSlot& slot = slots_[header.instrument.value];
    const std::uint64_t before = slot.stamp.load(std::memory_order_relaxed);
    if (before != 0 && before < ready(header.stamp)) update(header, [](ImageSlot&) {});
  }

  /// What a record with maybe_bad_book says of its instrument: gap_inside, and what else is true of all such ones of
  /// this writer (recovering, unverified_book).
  void set_doubt(Quality quality) noexcept { doubt_ = quality_word(quality); }

  /// A hint: the instrument's entry is about to be written.
  void prefetch(InstrumentId id) const noexcept {
    if (id.value < slots_.size()) platform::prefetch_for_write(&slots_[id.value]);
  }

  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }

 private:
  void on_quote(const RecordHeader& header, const QuoteBody& quote) noexcept {
    update(header, [&](ImageSlot& slot) {
      put(slot, offsetof(ImageEntry, bid_price), static_cast<std::uint64_t>(quote.bid_price.value));
      put(slot, offsetof(ImageEntry, ask_price), static_cast<std::uint64_t>(quote.ask_price.value));
      put(slot, offsetof(ImageEntry, bid_size), quote.bid_size.value);
      put(slot, offsetof(ImageEntry, ask_size), quote.ask_size.value);
    });
  }

  void on_trade(const RecordHeader& header, const TradeBody& trade) noexcept {
    // All that is to be computed is, before the entry is marked: readers find it half written for a shorter time.
    ImageEntry entry = load(header.instrument, offsetof(ImageEntry, last_price), offsetof(ImageEntry, previous_close));
    if (has(trade.eligibility, TradeEligibility::volume)) add_volume(entry, trade);
    if (has(trade.eligibility, TradeEligibility::last)) {
      entry.last_price = trade.price;
      entry.last_size = trade.size;
      entry.last_trade_time = header.ts_event;
      entry.last_trade_id = trade.trade_id;
    }
    const bool moves = has(trade.eligibility, TradeEligibility::open_high_low) && moves_range(entry, trade.price);
    update(header, [&](ImageSlot& slot) {
      store_fields(slot, entry, offsetof(ImageEntry, last_price), offsetof(ImageEntry, open));
      if (moves) store_fields(slot, entry, offsetof(ImageEntry, open), offsetof(ImageEntry, previous_close));
    });
  }

  void on_status(const RecordHeader& header, const StatusBody& status) noexcept {
    ImageEntry entry = load(header.instrument);
    update(header, [&](ImageSlot& slot) {
      switch (status.kind) {
        case StatusKind::trading_action:
        case StatusKind::operational: entry.trading_status = status.trading_status; break;
        case StatusKind::short_sale: entry.short_sale = status.code; break;
        case StatusKind::price_band:
          slot.store(offsetof(ImageEntry, band_reference), status.price.data(), sizeof status.price);
          break;
        default: break;
      }
      store_fields(slot, entry, offsetof(ImageEntry, trading_status), offsetof(ImageEntry, ts_recv));
    });
  }

  void on_imbalance(const RecordHeader& header, const ImbalanceBody& imbalance) noexcept {
    update(header, [&](ImageSlot& slot) {
      slot.store(offsetof(ImageEntry, auction_paired), &imbalance, 24);  // paired, imbalance, reference
      const std::array<Side, 8> side{imbalance.side};
      slot.store(offsetof(ImageEntry, auction_side), side.data(), sizeof side);
    });
  }

  void on_auction_prices(const RecordHeader& header, const AuctionPricesBody& auction) noexcept {
    if (auction.kind != AuctionPricesKind::indicative) return;
    update(header, [&](ImageSlot& slot) {
      slot.store(offsetof(ImageEntry, auction_near), auction.price.data(), 2 * sizeof(Price));
    });
  }

  /// Stores one word, from a register.
  static void put(ImageSlot& slot, std::size_t offset, std::uint64_t value) noexcept {
    slot.word[offset / 8 - 1].store(value, std::memory_order_release);  // W5
  }

  /// Stores bytes [begin, end) of `entry`.
  static void store_fields(ImageSlot& slot, const ImageEntry& entry, std::size_t begin, std::size_t end) noexcept {
    slot.store(begin, reinterpret_cast<const std::byte*>(&entry) + begin, end - begin);
  }

  /// Our own last values: no other writer, so no need to look at the stamp. A never-written entry gets its absent
  /// prices.
  [[nodiscard]] ImageEntry load(InstrumentId id) const noexcept { return load(id, 8, sizeof(ImageEntry)); }
  /// Bytes [begin, end) of it; the others are those of one never written.
  [[nodiscard, gnu::always_inline]] ImageEntry load(InstrumentId id, std::size_t begin,
                                                    std::size_t end) const noexcept {
    const ImageSlot& slot = slots_[id.value];
    ImageEntry entry;
    if (slot.stamp.load(std::memory_order_relaxed) == 0) return entry;
#pragma GCC unroll 32
    for (std::size_t at = begin; at < end; at += 8) {
      const std::uint64_t word = slot.word[at / 8 - 1].load(std::memory_order_relaxed);
      std::memcpy(reinterpret_cast<std::byte*>(&entry) + at, &word, 8);
    }
    return entry;
  }

  template <class Store>
  void update(const RecordHeader& header, Store&& store) noexcept {
    ImageSlot& slot = slots_[header.instrument.value];
    const bool first = slot.stamp.load(std::memory_order_relaxed) == 0;
    slot.begin({header.stamp});
    if (first) [[unlikely]]
      store_first(slot);
    put(slot, offsetof(ImageEntry, ts_event), static_cast<std::uint64_t>(header.ts_event.value));
    put(slot, offsetof(ImageEntry, ts_recv), static_cast<std::uint64_t>(header.ts_recv.value));
    store(slot);
    keep_quality(slot, has(header.flags, RecordFlags::maybe_bad_book) ? doubt_ : 0);
    slot.end({header.stamp});
  }

  [[gnu::noinline, gnu::cold]] void store_first(ImageSlot& slot) const noexcept {
    ImageEntry entry;
    entry.trading_date = trading_date_;
    store_fields(slot, entry, 8, sizeof entry);
  }

  static constexpr std::uint64_t quality_word(Quality quality) noexcept {
    return std::uint64_t{static_cast<std::uint32_t>(quality)}
           << (8 * (offsetof(ImageEntry, quality) - offsetof(ImageEntry, trading_status)));
  }

  /// The bits that speak of doubt follow the newest record's maybe_bad_book.
  static void keep_quality(ImageSlot& slot, std::uint64_t doubt) noexcept {
    constexpr std::uint64_t kDoubts =
        quality_word(Quality::gap_inside | Quality::recovering | Quality::unverified_book);
    auto& word = slot.word[offsetof(ImageEntry, trading_status) / 8 - 1];
    const std::uint64_t before = word.load(std::memory_order_relaxed);
    const std::uint64_t after = (before & ~kDoubts) | doubt;
    if (after != before) word.store(after, std::memory_order_release);  // W5
  }

  static void add_volume(ImageEntry& entry, const TradeBody& trade) noexcept {
    Uint128 notional = static_cast<Uint128>(entry.notional_high) << 64 | entry.notional_low;
    notional += static_cast<Uint128>(static_cast<Int128>(trade.price.value) * static_cast<Int128>(trade.size.value));
    entry.notional_low = static_cast<std::uint64_t>(notional);
    entry.notional_high = static_cast<std::uint64_t>(notional >> 64);
    entry.volume.value += trade.size.value;
    ++entry.trade_count;
  }

  /// Widens open, high, low by `price`; says whether anything moved.
  static bool moves_range(ImageEntry& entry, Price price) noexcept {
    if (!is_present(entry.open)) {
      entry.open = entry.high = entry.low = price;
      return true;
    }
    if (price > entry.high) return entry.high = price, true;
    if (price < entry.low) return entry.low = price, true;
    return false;
  }

  std::span<ImageSlot> slots_;
  std::uint64_t doubt_ = quality_word(Quality::gap_inside);
  std::int32_t trading_date_ = 0;
};

class ImageReader {
 public:
  explicit ImageReader(std::span<const ImageSlot> slots) noexcept : slots_(slots) {}

  /// A consistent copy, or why there is none. An id beyond the table reads as `never`.
  [[nodiscard]] TableRead read(InstrumentId id, ImageEntry& out) const noexcept {
    return id.value < slots_.size() ? slots_[id.value].read(&out) : TableRead::never;
  }

  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }

 private:
  std::span<const ImageSlot> slots_;
};

}  // namespace tickplant::ringbuf
