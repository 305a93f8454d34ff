// The market as the lines have told it so far: every stock's state and every displayed order with what is left of it.
//
// The market itself is ahead: what happens in one moment becomes many messages, and they leave one by one. So a GLIMPSE
// spin is made from this, which is what a receiver knows after exactly those messages; and from a day file as well as
// from a market.
//
// Threads: one. Takes memory for more stocks and more orders at one time than before.
// Not here: the spin (glimpse_snapshot.hpp), what happens (market.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "feedhandlers/venue/itch_messages.hpp"

namespace tickplant::feedhandlers::venue {

class ToldMarket {
 public:
  /// What was said last of a stock; nothing where nothing was.
  struct Stock {
    Symbol symbol{};
    std::optional<StockDirectory> directory;
    std::optional<StockTradingAction> trading;
    std::optional<RegShoRestriction> restriction;
    std::optional<RetailPriceImprovement> interest;
  };
  struct Order {
    OrderReference reference{};
    std::uint64_t arrival = 0;  // larger is later; of a replaced order: when it was replaced
    std::uint32_t price_e4 = 0;
    std::uint32_t shares = 0;  // 0: no order
    StockLocate locate{};
    Side side = Side::bid;
  };

  /// A message of the lines, without its length. Those that are no ITCH 5.0 or say something else change nothing but
  /// the time.
  void on_message(std::span<const std::byte> message);

  /// Another session begins: nothing was said in it.
  void clear();

  /// The time of the last message that had one.
  [[nodiscard]] SinceMidnight now() const noexcept { return now_; }
  [[nodiscard]] const std::optional<SystemEvent>& system_event() const noexcept { return system_event_; }
  /// By locate: as many as the highest locate told, and one.
  [[nodiscard]] std::span<const Stock> stocks() const noexcept { return stocks_; }
  /// Those with shares are the resting orders; in no order.
  [[nodiscard]] std::span<const Order> orders() const noexcept { return orders_; }
  [[nodiscard]] std::size_t order_count() const noexcept { return index_.size(); }

 private:
  Stock& stock_of(const Header& header);
  void add(const Order& order);
  void reduce(OrderReference reference, std::uint32_t shares) noexcept;
  void remove(OrderReference reference) noexcept;
  void replace(const OrderReplace& replace);
  template <class Message>
  void keep(std::span<const std::byte> bytes, std::optional<Message> Stock::*place);
  template <class Message>
  void keep_order(std::span<const std::byte> bytes);

  SinceMidnight now_{};
  std::optional<SystemEvent> system_event_;
  std::vector<Stock> stocks_;
  std::vector<Order> orders_;
  std::vector<std::uint32_t> free_;                         // places in orders_
  std::unordered_map<std::uint64_t, std::uint32_t> index_;  // reference -> place in orders_
  std::uint64_t arrivals_ = 0;
};

}  // namespace tickplant::feedhandlers::venue
