// A client that keeps every book by itself, from nothing but the records in the ring, in maps: slow and obvious.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>

#include "clients/cpp/subscriber.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::tests {

struct ClientLevel {
  std::uint64_t size = 0;
  std::uint64_t orders = 0;
  friend bool operator==(const ClientLevel&, const ClientLevel&) = default;
};

struct ClientBook {
  std::map<std::int64_t, ClientLevel, std::greater<>> bids;  // best first
  std::map<std::int64_t, ClientLevel> asks;
  std::uint64_t trades = 0;
  std::uint64_t shares = 0;
  std::int64_t last = 0;
};

class BookClient {
 public:
  void operator()(const ringbuf::Record& record) {
    ++records;
    in_order = in_order && record.header.stamp > newest;
    newest = record.header.stamp;
    if (ringbuf::has(record.header.flags, ringbuf::RecordFlags::bad_clock)) ++bad_clocks;
    switch (record.header.type) {
      case ringbuf::RecordType::order: apply(record.header.instrument.value, record.as<ringbuf::OrderBody>()); break;
      case ringbuf::RecordType::trade: apply(record.header.instrument.value, record.as<ringbuf::TradeBody>()); break;
      case ringbuf::RecordType::book_clear: clear(record.header.instrument); break;
      case ringbuf::RecordType::gap: ++gaps; break;
      case ringbuf::RecordType::heartbeat: ++heartbeats; break;
      case ringbuf::RecordType::session: ++sessions; break;
      default: break;
    }
  }
  void on_lost(std::string_view, ringbuf::SequenceRange range) { lost += range.count(); }

  std::map<std::uint32_t, ClientBook> books;  // by instrument id
  std::uint64_t records = 0, gaps = 0, heartbeats = 0, sessions = 0, lost = 0, unknown_orders = 0, bad_clocks = 0;
  std::uint64_t newest = 0;
  bool in_order = true;

 private:
  /// No instrument: all.
  void clear(ringbuf::InstrumentId instrument) {
    const bool is_all = instrument == ringbuf::kNoInstrument;
    std::erase_if(orders_, [&](const auto& entry) { return is_all || entry.second.instrument == instrument.value; });
    for (auto& [id, book] : books) {
      if (!is_all && id != instrument.value) continue;
      book.bids.clear();
      book.asks.clear();
    }
  }

  struct Order {
    std::uint32_t instrument;
    ringbuf::Side side;
    std::int64_t price;
    std::uint64_t size;
  };

  void apply(std::uint32_t instrument, const ringbuf::OrderBody& order) {
    if (order.action == ringbuf::OrderAction::add) {
      orders_[order.order_id] = {instrument, order.side, order.price.value, order.size.value};
      change(orders_[order.order_id], static_cast<std::int64_t>(order.size.value), 1);
      return;
    }
    const auto found = orders_.find(order.order_id);
    if (found == orders_.end() || order.size.value > found->second.size) {
      ++unknown_orders;
      return;
    }
    found->second.size -= order.size.value;
    const bool is_gone = found->second.size == 0;
    change(found->second, -static_cast<std::int64_t>(order.size.value), is_gone ? -1 : 0);
    if (is_gone) orders_.erase(found);
  }

  void apply(std::uint32_t instrument, const ringbuf::TradeBody& trade) {
    if (!ringbuf::has(trade.eligibility, ringbuf::TradeEligibility::volume)) return;
    ClientBook& book = books[instrument];
    ++book.trades;
    book.shares += trade.size.value;
    book.last = trade.price.value;
  }

  void change(const Order& order, std::int64_t size, int count) {
    ClientBook& book = books[order.instrument];
    if (order.side == ringbuf::Side::bid) {
      change(book.bids, order.price, size, count);
    } else {
      change(book.asks, order.price, size, count);
    }
  }
  template <class Levels>
  static void change(Levels& levels, std::int64_t price, std::int64_t size, int count) {
    ClientLevel& level = levels[price];
    level.size = static_cast<std::uint64_t>(static_cast<std::int64_t>(level.size) + size);
    level.orders = static_cast<std::uint64_t>(static_cast<std::int64_t>(level.orders) + count);
    if (level.orders == 0) levels.erase(price);
  }

  std::unordered_map<std::uint64_t, Order> orders_;
};

}  // namespace tickplant::tests
