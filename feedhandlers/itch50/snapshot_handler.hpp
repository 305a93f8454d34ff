// What each message of a snapshot becomes: orders go to the shadow book, a directory message names a stock, statuses
// are told again.
//
// Threads: the feed's own.
// Not here: where a snapshot begins and ends (glimpse/snapshot_reader.hpp), what follows (book_recovery.hpp).
#pragma once

#include <type_traits>

#include "feedhandlers/itch50/book_recovery.hpp"
#include "feedhandlers/itch50/normaliser.hpp"

namespace tickplant::feedhandlers::itch50 {

class SnapshotHandler {
 public:
  SnapshotHandler(Normaliser& normaliser, BookRecovery& recovery) noexcept
      : normaliser_(normaliser), recovery_(recovery) {}

  void on(const StockDirectory& message) noexcept { (void)normaliser_.instrument_in_snapshot(message); }
  void on(const AddOrder& message) noexcept { add(message); }
  void on(const AddOrderAttributed& message) noexcept { add(message); }

  void on(const StockTradingAction& message) noexcept { retell(message); }
  void on(const RegShoRestriction& message) noexcept { retell(message); }
  void on(const MarketParticipantPosition& message) noexcept { retell(message); }
  void on(const IpoQuotingPeriod& message) noexcept { retell(message); }
  void on(const LuldAuctionCollar& message) noexcept { retell(message); }
  void on(const OperationalHalt& message) noexcept { retell(message); }
  void on(const RetailPriceImprovement& message) noexcept { retell(message); }
  void on(const SystemEvent& message) noexcept { retell_for_market(message); }
  void on(const MwcbDeclineLevels& message) noexcept { retell_for_market(message); }
  void on(const MwcbStatus& message) noexcept { retell_for_market(message); }

  /// What happens, not what is.
  template <class Message>
  void on(const Message&) noexcept {
    ++recovery_.snapshot_counters().snapshot_unexpected;
  }

 private:
  template <class Add>
  void add(const Add& message) noexcept {
    const ringbuf::InstrumentId id = normaliser_.instrument_in_snapshot(message);
    if (id == ringbuf::kNoInstrument) return;
    recovery_.on_snapshot_order(message.order_ref(), id, message.side(), to_price(message.price()), message.shares());
  }
  template <class Message>
  void retell(const Message& message) noexcept {
    const ringbuf::InstrumentId id = normaliser_.instrument_in_snapshot(message);
    if (id != ringbuf::kNoInstrument && recovery_.is_news(id, to_status(message).kind)) normaliser_.retell(id, message);
  }
  template <class Message>
  void retell_for_market(const Message& message) noexcept {
    if (recovery_.is_news(ringbuf::kNoInstrument, to_status(message).kind))
      normaliser_.retell(ringbuf::kNoInstrument, message);
  }

  Normaliser& normaliser_;
  BookRecovery& recovery_;
};

}  // namespace tickplant::feedhandlers::itch50
