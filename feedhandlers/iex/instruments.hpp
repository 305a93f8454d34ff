// Which instrument a symbol means today, and all that this feed ever named.
//
// A directory message makes a symbol known; where none came (a stream joined in its middle) the first message that
// names it does. Either way a definition record, an event of its own, goes ahead of what is said about it.
//
// Threads: the feed's own. All memory is taken at construction.
// Not here: the directory that other processes read (ringbuf/instrument_directory.hpp), symbols to ids
// (symbol_table.hpp), books (normaliser.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/iex/messages.hpp"
#include "feedhandlers/iex/symbol_table.hpp"
#include "feedhandlers/tick_publisher.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::feedhandlers::iex {

class Instruments {
 public:
  Instruments(TickPublisher& publisher, ringbuf::InstrumentDirectoryWriter& directory, OrderBook& book,
              std::string_view venue, ringbuf::FeedId feed)
      : publisher_(publisher),
        directory_(directory),
        book_(book),
        venue_(venue),
        feed_(feed),
        symbols_(book.instrument_count()),
        is_ours_(book.instrument_count()) {
    all_.reserve(book.instrument_count());
  }

  /// A trading day begins: nothing has been named yet.
  void start_anew() noexcept {
    symbols_.clear();
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

  /// Messages of this feed were missed: books that are first heard of from now on cannot be trusted either.
  void doubt_newcomers() noexcept { doubt_newcomers_ = true; }

  /// kNoInstrument when no message has named it yet.
  [[nodiscard]] ringbuf::InstrumentId known(std::string_view symbol) const noexcept { return symbols_.find(symbol); }

  /// Makes the symbol known where no directory message did. kNoInstrument: no symbol, or the directory is full.
  ringbuf::InstrumentId of(std::string_view symbol, platform::UnixNanos time) noexcept {
    const ringbuf::InstrumentId known = symbols_.find(symbol);
    if (known != ringbuf::kNoInstrument) [[likely]]
      return known;
    const ringbuf::InstrumentId id = directory_.reader().find(symbol, venue_);
    if (id == ringbuf::kNoInstrument) return define(symbol, 0, ringbuf::InstrumentKind::unknown, time);
    ringbuf::InstrumentEntry entry;
    (void)directory_.reader().read(id, entry);
    return announce(symbol, id, entry.stamp, time);
  }

  void define(const SecurityDirectory& message, platform::UnixNanos time) noexcept {
    const bool is_fund = (message.flags() & SecurityDirectory::kEtp) != 0;
    define(message.symbol(), message.round_lot_size(),
           is_fund ? ringbuf::InstrumentKind::fund : ringbuf::InstrumentKind::equity, time);
  }

  /// All that this feed ever named.
  [[nodiscard]] std::span<const ringbuf::InstrumentId> all() const noexcept { return all_; }
  /// How often a symbol was none that the directory takes, or it was full.
  [[nodiscard]] std::uint64_t unknown() const noexcept { return unknown_; }

 private:
  ringbuf::InstrumentId define(std::string_view symbol, std::uint32_t lot, ringbuf::InstrumentKind kind,
                               platform::UnixNanos time) noexcept {
    ringbuf::InstrumentSpec spec;
    spec.symbol = symbol;
    spec.venue = venue_;
    spec.feed = feed_;
    spec.price_unit = ringbuf::kPriceScale / 10'000;
    spec.lot = lot;
    spec.kind = kind;
    spec.currency = "USD";
    const ringbuf::AddResult result = directory_.find_or_add(spec);
    return announce(symbol, result.id, result.stamp, time);
  }

  ringbuf::InstrumentId announce(std::string_view symbol, ringbuf::InstrumentId id, std::uint64_t stamp,
                                 platform::UnixNanos time) noexcept {
    const bool is_usable = id != ringbuf::kNoInstrument && id.value < is_ours_.size();
    const bool is_new = symbols_.find(symbol) != id;
    if (!is_usable || !symbols_.enter(symbol, id)) {
      ++unknown_;
      return ringbuf::kNoInstrument;
    }
    if (doubt_newcomers_ && is_new) book_.mark_maybe_bad(id);
    take_over(id);
    ringbuf::DefinitionBody definition;
    definition.directory_stamp = stamp;
    definition.feed = feed_;
    const auto doubt = book_.is_maybe_bad(id) ? ringbuf::RecordFlags::maybe_bad_book : ringbuf::RecordFlags::none;
    publisher_.publish(id, time, definition, doubt | ringbuf::RecordFlags::end_of_event);
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
  bool doubt_newcomers_ = false;
  SymbolTable symbols_;
  std::vector<ringbuf::InstrumentId> all_;
  std::vector<std::uint8_t> is_ours_;  // by id: it is among them
  std::uint64_t unknown_ = 0;
};

}  // namespace tickplant::feedhandlers::iex
