// The whole path of the suites `itch` and `book`: a feed handler with all that it writes to in a plant, in private
// memory. And what both ask of two books: that they end up the same.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/itch_days.hpp"
#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/itch50/itch50_feed.hpp"
#include "ringbuf/gating_layout.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::bench {

/// Ring, tables and undo notes for `instruments` instruments, ids 1 to that.
class PublishedTo {
 public:
  explicit PublishedTo(std::size_t instruments)
      : capacity_(instruments + 1),
        ring_(sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kTickSlotBytes),
        image_(capacity_ * ringbuf::kImageEntryBytes),
        newest_(capacity_ * ringbuf::kNewestEntryBytes),
        depth_(capacity_ * ringbuf::kDepthEntryBytes),
        gating_(sizeof(ringbuf::GatingPage<>)),
        publisher_(ringbuf::TickWriter::over(ring_.bytes(), kSlots),
                   ringbuf::ImageWriter(ringbuf::array_at<ringbuf::ImageSlot>(image_.bytes(), 0, capacity_)),
                   ringbuf::NewestWriter(ringbuf::array_at<ringbuf::NewestSlot>(newest_.bytes(), 0, capacity_)),
                   ringbuf::DepthWriter(ringbuf::array_at<ringbuf::DepthSlot>(depth_.bytes(), 0, capacity_)),
                   ringbuf::TableUndo(ringbuf::object_at<ringbuf::GatingPage<>>(gating_.bytes(), 0).undo[0],
                                      ringbuf::array_at<ringbuf::ImageSlot>(image_.bytes(), 0, capacity_),
                                      ringbuf::array_at<ringbuf::NewestSlot>(newest_.bytes(), 0, capacity_))) {}

  [[nodiscard]] feedhandlers::TickPublisher& publisher() noexcept { return publisher_; }
  [[nodiscard]] std::uint64_t record_count() const noexcept { return publisher_.record_count(); }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return ring_.bytes().size() + image_.bytes().size() + newest_.bytes().size() + depth_.bytes().size();
  }

 private:
  static constexpr std::uint64_t kSlots = 1 << 16;
  std::size_t capacity_;
  ringbuf::PrivatePayload ring_;
  ringbuf::PrivatePayload image_;
  ringbuf::PrivatePayload newest_;
  ringbuf::PrivatePayload depth_;
  ringbuf::PrivatePayload gating_;
  feedhandlers::TickPublisher publisher_;
};

/// Sum over all sides of best price (1e-4) x size there, as MapBook::best_levels_sum(). `price_unit`: of the map book.
[[nodiscard]] inline std::uint64_t best_levels_sum(const feedhandlers::OrderBook& book, std::int64_t price_unit) {
  std::uint64_t sum = 0;
  const auto add = [&](ringbuf::Price price, ringbuf::Size size) {
    if (ringbuf::is_present(price)) sum += static_cast<std::uint64_t>(price.value / price_unit) * size.value;
  };
  for (std::uint32_t i = 0; i < book.instrument_count(); ++i) {
    const ringbuf::QuoteBody bbo = book.bbo({i});
    add(bbo.bid_price, bbo.bid_size);
    add(bbo.ask_price, bbo.ask_size);
  }
  return sum;
}

/// Takes all orders off a book, which keeps its memory as a book does that has been in use.
inline void empty(feedhandlers::OrderBook& book) {
  for (std::size_t slot = 0; slot < book.slot_count(); ++slot) {
    const feedhandlers::StoredOrder order = book.order_in(slot);
    if (order.size.value > 0) (void)book.remove(order.reference);
  }
}

/// What a book has taken from the system.
[[nodiscard]] inline std::size_t bytes_of_orders(const feedhandlers::OrderBook& book) noexcept {
  return book.slot_count() * sizeof(feedhandlers::StoredOrder);
}
[[nodiscard]] inline std::size_t bytes_of(const feedhandlers::OrderBook& book,
                                          const feedhandlers::OrderBookConfig& config) noexcept {
  constexpr std::size_t kLevelBytes = sizeof(std::int64_t) + sizeof(feedhandlers::LevelAmount);
  return bytes_of_orders(book) + config.level_capacity * kLevelBytes +
         config.instrument_count * 2 * sizeof(feedhandlers::BookSide);
}

class ItchPath {
 public:
  ItchPath(const ItchDay& day, const feedhandlers::OrderBookConfig& config, feedhandlers::PublishedForms forms)
      : to_(day.symbols),
        instruments_(ringbuf::InstrumentDirectoryWriter::payload_bytes(day.symbols)),
        directory_(instruments_.bytes(), day.symbols),
        book_(config),
        feed_(to_.publisher(), directory_, book_, "XNAS", {1}, forms) {
    feed_.begin_day({});
  }

  template <class Observer = feedhandlers::itch50::NoObserver>
  void run(const ItchDay& day, Observer&& observer = {}) {
    for_each_batch(day, [&](std::span<const ItchMessage> batch) { feed_.on_messages(batch, 1, observer); });
  }

  [[nodiscard]] const feedhandlers::OrderBook& book() const noexcept { return book_; }
  [[nodiscard]] feedhandlers::OrderBook& book() noexcept { return book_; }
  [[nodiscard]] std::uint64_t records() const noexcept { return to_.record_count(); }
  [[nodiscard]] std::size_t published_bytes() const noexcept { return to_.bytes(); }

 private:
  PublishedTo to_;
  ringbuf::PrivatePayload instruments_;
  ringbuf::InstrumentDirectoryWriter directory_;
  feedhandlers::OrderBook book_;
  feedhandlers::itch50::Itch50Feed feed_;
};

}  // namespace tickplant::bench
