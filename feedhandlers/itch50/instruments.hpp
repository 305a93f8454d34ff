// Which instrument a stock locate means today, and all that this feed ever named.
//
// A directory message makes a stock known; where none came (a stream joined in its middle) the first message with its
// symbol does. Either way a definition record, an event of its own, goes ahead of what is said about it.
//
// Threads: the feed's own. All memory is taken at construction.
// Not here: the directory that other processes read (ringbuf/instrument_directory.hpp), books (book_events.hpp).
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/itch50/event_clock.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::feedhandlers::itch50 {

class Instruments {
 public:
  Instruments(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
              std::string_view venue, ringbuf::FeedId feed)
      : publisher_(publisher),
        directory_(directory),
        book_(book),
        venue_(venue),
        feed_(feed),
        by_locate_(std::size_t{1} << 16),
        is_ours_(book.instrument_count()) {
    all_.reserve(book.instrument_count());
  }

  /// A trading day begins: nothing has been named yet.
  void start_anew() noexcept {
    std::fill(by_locate_.begin(), by_locate_.end(), ringbuf::kNoInstrument);
    doubt_newcomers_ = false;
  }

  /// Takes over those of this feed that the directory knows from before.
  void adopt() noexcept {
    const std::uint32_t count = directory_.reader().count();
    for (ringbuf::InstrumentId id{1}; id.value <= count; ++id.value) {
      ringbuf::InstrumentEntry entry;
      if (directory_.reader().read(id, entry) == ringbuf::TableRead::value && entry.feed == feed_) take_over(id);
    }
  }

  /// A predecessor named it so.
  void on_told(ringbuf::InstrumentId id, StockLocate locate) noexcept {
    if (id == ringbuf::kNoInstrument || id.value >= is_ours_.size()) return;
    by_locate_[locate.value] = id;
    take_over(id);
  }

  /// Whether messages about instruments that have no name yet may have been missed.
  void doubt_newcomers(bool doubt) noexcept { doubt_newcomers_ = doubt; }
  /// Messages of this feed were lost, or never heard, and no snapshot has been told since.
  [[nodiscard]] bool doubts_newcomers() const noexcept { return doubt_newcomers_; }

  /// The instrument of a stock locate today, kNoInstrument when no message has named it yet.
  [[nodiscard]] ringbuf::InstrumentId known(StockLocate locate) const noexcept { return by_locate_[locate.value]; }

  /// By stock locate; a message that names the stock makes it known when no directory message did. kNoInstrument: the
  /// directory is full.
  template <class Message>
  ringbuf::InstrumentId of(const Message& message) noexcept {
    const ringbuf::InstrumentId id = known(message.stock_locate());
    if (id != ringbuf::kNoInstrument) [[likely]]
      return id;
    return find_or_define(message.stock_locate(), message.stock());
  }

  ringbuf::InstrumentId define(StockLocate locate, std::string_view stock, std::uint32_t lot,
                               ringbuf::InstrumentKind kind) noexcept {
    ringbuf::InstrumentSpec spec;
    spec.symbol = stock;
    spec.venue = venue_;
    spec.feed = feed_;
    spec.price_unit = ringbuf::kPriceScale / 10'000;
    spec.lot = lot;
    spec.kind = kind;
    spec.currency = "USD";
    const ringbuf::AddResult result = directory_.find_or_add(spec);
    return announce(locate, result.id, result.stamp);
  }
  ringbuf::InstrumentId define(const StockDirectory& message) noexcept {
    return define(message.stock_locate(), message.stock(), message.round_lot_size(), kind_of(message));
  }

  /// What records about it carry for now.
  [[nodiscard]] ringbuf::RecordFlags flags_for(ringbuf::InstrumentId id) const noexcept {
    const bool doubtful = id != ringbuf::kNoInstrument && book_.is_maybe_bad(id);
    return clock_.late_flag() | (doubtful ? ringbuf::RecordFlags::maybe_bad_book : ringbuf::RecordFlags::none);
  }

  /// All that this feed ever named.
  [[nodiscard]] std::span<const ringbuf::InstrumentId> all() const noexcept { return all_; }
  /// How often no symbol was known for a stock locate, or the directory was full.
  [[nodiscard]] std::uint64_t unknown() const noexcept { return unknown_; }

  [[nodiscard]] EventClock& clock() noexcept { return clock_; }
  [[nodiscard]] const EventClock& clock() const noexcept { return clock_; }

 private:
  static ringbuf::InstrumentKind kind_of(const StockDirectory& message) noexcept {
    if (message.etp_flag() == 'Y') return ringbuf::InstrumentKind::fund;
    switch (message.issue_classification()) {
      case 'B':
      case 'N': return ringbuf::InstrumentKind::bond;
      case 'R': return ringbuf::InstrumentKind::right;
      case 'W': return ringbuf::InstrumentKind::warrant;
      default: return ringbuf::InstrumentKind::equity;
    }
  }

  ringbuf::InstrumentId find_or_define(StockLocate locate, std::string_view stock) noexcept {
    const ringbuf::InstrumentId id = directory_.reader().find(stock, venue_);
    if (id == ringbuf::kNoInstrument) return define(locate, stock, 0, ringbuf::InstrumentKind::unknown);
    ringbuf::InstrumentEntry entry;
    (void)directory_.reader().read(id, entry);
    return announce(locate, id, entry.stamp);
  }

  ringbuf::InstrumentId announce(StockLocate locate, ringbuf::InstrumentId id, std::uint64_t stamp) noexcept {
    if (id == ringbuf::kNoInstrument || id.value >= is_ours_.size()) {
      ++unknown_;
      return ringbuf::kNoInstrument;
    }
    if (doubt_newcomers_ && by_locate_[locate.value] != id) book_.mark_maybe_bad(id);
    by_locate_[locate.value] = id;
    take_over(id);
    ringbuf::DefinitionBody definition;
    definition.directory_stamp = stamp;
    definition.feed = feed_;
    definition.venue_key = locate.value;
    publisher_.publish(id, clock_.now(), definition, flags_for(id) | ringbuf::RecordFlags::end_of_event);
    return id;
  }

  void take_over(ringbuf::InstrumentId id) noexcept {
    if (id.value >= is_ours_.size() || is_ours_[id.value] != 0) return;
    is_ours_[id.value] = 1;
    all_.push_back(id);  // reserved: does not allocate
  }

  TickPublisher& publisher_;
  ringbuf::InstrumentDirectoryWriter& directory_;
  OrderBook& book_;
  std::string_view venue_;
  ringbuf::FeedId feed_;
  EventClock clock_;
  bool doubt_newcomers_ = false;
  std::vector<ringbuf::InstrumentId> by_locate_;
  std::vector<ringbuf::InstrumentId> all_;
  std::vector<std::uint8_t> is_ours_;  // by id: it is among them
  std::uint64_t unknown_ = 0;
};

}  // namespace tickplant::feedhandlers::itch50
