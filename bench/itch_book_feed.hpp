// ITCH messages into our book with the look-ahead of the feed handler, and nothing else: what parsing and the book cost
// without order records. With a publisher it tells the best prices, and only these.
//
// Threads: one. A stock locate is an instrument id.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "bench/itch_days.hpp"
#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/itch50/itch50_feed.hpp"
#include "feedhandlers/itch50/parser.hpp"

namespace tickplant::bench {

class ItchBookFeed {
 public:
  /// `publisher`: nullptr publishes nothing.
  ItchBookFeed(feedhandlers::OrderBook& book, feedhandlers::TickPublisher* publisher) noexcept
      : book_(book), publisher_(publisher) {}

  template <class AfterBatch>
  void run(const ItchDay& day, AfterBatch&& after_batch) {
    for_each_batch(day, [&](std::span<const ItchMessage> messages) {
      constexpr std::size_t kFar = feedhandlers::itch50::Itch50Feed::kLookAhead;
      for (std::size_t i = 0; i < std::min(kFar, messages.size()); ++i) prefetch(messages[i]);
      for (std::size_t i = 0; i < std::min(kFar / 2, messages.size()); ++i) prefetch_levels(messages[i]);
      for (std::size_t i = 0; i < messages.size(); ++i) {
        if (i + kFar < messages.size()) prefetch(messages[i + kFar]);
        if (i + kFar / 2 < messages.size()) prefetch_levels(messages[i + kFar / 2]);
        (void)feedhandlers::itch50::parse(messages[i], *this);
      }
      if (publisher_ != nullptr) publisher_->end_batch();
      after_batch();
    });
  }
  void run(const ItchDay& day) {
    run(day, [] {});
  }

  template <class Message>
  void on(const Message&) noexcept {}  // about no order

  void on(const feedhandlers::itch50::AddOrder& m) noexcept { add(m); }
  void on(const feedhandlers::itch50::AddOrderAttributed& m) noexcept { add(m); }
  void on(const feedhandlers::itch50::OrderExecuted& m) noexcept {
    tell(m, book_.execute(m.order_ref(), m.executed_shares()).level);
  }
  void on(const feedhandlers::itch50::OrderExecutedWithPrice& m) noexcept {
    tell(m, book_.execute(m.order_ref(), m.executed_shares()).level);
  }
  void on(const feedhandlers::itch50::OrderCancel& m) noexcept {
    tell(m, book_.cancel(m.order_ref(), m.canceled_shares()).level);
  }
  void on(const feedhandlers::itch50::OrderDelete& m) noexcept { tell(m, book_.remove(m.order_ref()).level); }
  void on(const feedhandlers::itch50::OrderReplace& m) noexcept {
    const auto result =
        book_.replace(m.original_order_ref(), m.new_order_ref(), feedhandlers::itch50::to_price(m.price()), m.shares());
    tell(m, result.removed, result.added);
  }

 private:
  using Change = feedhandlers::LevelChange;

  template <class Add>
  void add(const Add& m) noexcept {
    tell(m, book_
                .add(m.order_ref(), {m.stock_locate().value}, m.side(), feedhandlers::itch50::to_price(m.price()),
                     m.shares())
                .level);
  }

  template <class Message>
  void tell(const Message& m, const Change& first, const Change& second = {}) noexcept {
    if (publisher_ == nullptr || !(first.bbo_changed() || second.bbo_changed())) return;
    const ringbuf::InstrumentId id{m.stock_locate().value};
    const platform::UnixNanos time{static_cast<std::int64_t>(m.timestamp().nanos)};
    publisher_->begin_packet(time, 0);
    publisher_->publish(id, time, book_.bbo(id), ringbuf::RecordFlags::end_of_event);
  }

  static bool is_about_an_order(ItchMessage message) noexcept {
    switch (static_cast<char>(message.front())) {
      case 'A':
      case 'F':
      case 'E':
      case 'C':
      case 'X':
      case 'D':
      case 'U': return true;
      default: return false;
    }
  }
  static ringbuf::InstrumentId instrument_of(ItchMessage message) noexcept {
    return {feedhandlers::load_big<std::uint16_t>(message.data() + 1)};
  }
  static feedhandlers::OrderReference order_of(ItchMessage message) noexcept {
    return feedhandlers::itch50::OrderDelete{message.data()}.order_ref();
  }

  void prefetch(ItchMessage message) const noexcept {
    if (!is_about_an_order(message)) return;
    book_.prefetch_add(order_of(message), instrument_of(message));
    if (publisher_ != nullptr) publisher_->prefetch(instrument_of(message));
    if (static_cast<char>(message.front()) == 'U')
      book_.prefetch(feedhandlers::itch50::OrderReplace{message.data()}.new_order_ref());
  }
  void prefetch_levels(ItchMessage message) const noexcept {
    if (!is_about_an_order(message)) return;
    const char type = static_cast<char>(message.front());
    book_.prefetch_levels(
        order_of(message), instrument_of(message),
        type == 'A' || type == 'F' ? feedhandlers::itch50::AddOrder{message.data()}.side() : ringbuf::Side::none);
  }

  feedhandlers::OrderBook& book_;
  feedhandlers::TickPublisher* publisher_;
};

}  // namespace tickplant::bench
