// Orders. Behind the levels of an instrument they pass through as records; of an instrument that is told by orders
// alone (template 47) they make its book.
//
// Threads: the feed's own. Not here: which of the two an entry is (normaliser.hpp), levels (level_books.hpp).
#pragma once

#include <array>
#include <cstdint>

#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/mdp3/channel_events.hpp"
#include "feedhandlers/mdp3/level_books.hpp"
#include "feedhandlers/mdp3/messages.hpp"

namespace tickplant::feedhandlers::mdp3 {

class OrderEntries {
 public:
  /// All references outlive this object.
  OrderEntries(OrderBook& book, ChannelEvents& events, LevelBooks& levels, NormaliserCounters& counters) noexcept
      : book_(book), events_(events), levels_(levels), counters_(counters) {}

  /// An order of an instrument whose book is told by levels.
  void pass(const Instrument& instrument, OrderReference order, ringbuf::Side side, ringbuf::Price price,
            std::int32_t size, std::uint8_t action, platform::UnixNanos time) noexcept {
    const bool has_size = size >= 0 && size != kNullSize;
    if (side == ringbuf::Side::none || action > 2 || (action != 2 && !has_size)) {
      ++counters_.refused_entries;  // the levels are not concerned
      return;
    }
    write(instrument, order, side, price, {has_size ? static_cast<std::uint64_t>(size) : 0}, action, time);
  }

  /// An order of an instrument that is told by orders alone.
  void keep(Instrument& instrument, const OrderEntry& entry, ringbuf::Side side, platform::UnixNanos time) noexcept {
    instrument.form = BookForm::orders;
    const bool has_size = entry.display_size() > 0 && entry.display_size() != kNullSize;
    const bool is_whole = side != ringbuf::Side::none && ringbuf::is_present(entry.price()) && has_size;
    if (entry.action() > 2 || (entry.action() != 2 && !is_whole)) return refuse(instrument);
    const ringbuf::Size size{has_size ? static_cast<std::uint64_t>(entry.display_size()) : 0};
    if (entry.action() == 0) {
      const OrderResult result = book_.add(entry.order(), instrument.id, side, entry.price(), size);
      if (result.outcome != BookOutcome::applied) return refuse(instrument);
      write(instrument, entry.order(), side, entry.price(), size, 0, time, side);
      return levels_.changed(instrument, result.level, time);
    }
    const StoredOrder* const open = book_.find(entry.order());
    if (open == nullptr || open->instrument != instrument.id) {
      refuse(instrument);  // the entry says all there is to say, so readers get it all the same
      return write(instrument, entry.order(), side, entry.price(), size, entry.action(), time);
    }
    if (entry.action() == 1) {
      const ReplaceResult result = book_.modify(entry.order(), entry.price(), size);
      if (result.outcome != BookOutcome::applied) refuse(instrument);
      write(instrument, entry.order(), result.side, entry.price(), size, 1, time, result.side);
      levels_.changed(instrument, result.removed, time);
      return levels_.changed(instrument, result.added, time);
    }
    const OrderResult result = book_.remove(entry.order());
    write(instrument, entry.order(), result.side, result.price, result.size_before, 2, time, result.side);
    levels_.changed(instrument, result.level, time);
  }

 private:
  void refuse(Instrument& instrument) noexcept {
    ++counters_.refused_entries;
    instrument.orders_broken = true;
  }

  void write(const Instrument& instrument, OrderReference order, ringbuf::Side side, ringbuf::Price price,
             ringbuf::Size size, std::uint8_t action, platform::UnixNanos time,
             ringbuf::Side changed_side = ringbuf::Side::none) noexcept {
    static constexpr std::array kActions{ringbuf::OrderAction::add, ringbuf::OrderAction::modify,
                                         ringbuf::OrderAction::cancel};
    ++counters_.order_entries;
    events_.write(instrument, time,
                  ringbuf::OrderBody{order.value,
                                     price,
                                     size,
                                     kActions[action],
                                     side,
                                     action == 2 ? ringbuf::OrderReason::deleted : ringbuf::OrderReason::plain,
                                     0,
                                     {}},
                  changed_side);
  }

  OrderBook& book_;
  ChannelEvents& events_;
  LevelBooks& levels_;
  NormaliserCounters& counters_;
};

}  // namespace tickplant::feedhandlers::mdp3
