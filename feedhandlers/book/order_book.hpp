// The order book of a feed: all instruments, both sides, every open order. For order-by-order feeds (ITCH, MBO) and for
// level feeds (DEEP, crypto L2), which use set_level() alone.
//
// Speed comes from three cache lines, asked for in time: the order's slot, the book's header (with the BBO), the levels
// near the best. A feed handler that has decoded a batch of messages runs ahead of itself:
//
//   message i+16   prefetch(reference) or prefetch_add(reference, instrument)     the slot, the header
//   message i+8    prefetch_levels(reference) or (instrument, side)               the levels, now that the header is
//   here message i      add, execute, cancel, remove, replace
//
// Locked and crossed books are legal input: kept as they come, shown by is_locked() and is_crossed().
// Threads: one. All memory is taken at construction; operations never allocate, lock, log, throw or loop without a
// limit. Not here: what the venue's messages mean (the normaliser of each protocol).
#pragma once

#include <array>
#include <cstdint>

#include "feedhandlers/book/book_result.hpp"
#include "feedhandlers/book/book_side.hpp"
#include "feedhandlers/book/level_arena.hpp"
#include "feedhandlers/book/order_store.hpp"
#include "platform/cache_line.hpp"
#include "platform/check.hpp"
#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/records/price.hpp"
#include "ringbuf/records/quote.hpp"

namespace tickplant::feedhandlers {

/// Capacities, taken at construction. Bytes: 64 an instrument, 48 to 96 an order, 24 a level.
struct OrderBookConfig {
  std::size_t instrument_count = 16'384;     // ids 0 to instrument_count - 1
  std::size_t order_capacity = 2'097'152;    // open orders at one time, all instruments
  std::size_t level_capacity = 2'097'152;    // price levels, all instruments; sides take powers of two
  std::size_t max_levels_per_side = 65'536;  // bounds the bytes that one message can move
};

struct BookCounters {
  std::array<std::uint64_t, kBookOutcomes> outcomes{};  // by BookOutcome; `applied` is not counted
  std::uint64_t level_mismatches = 0;  // an order left a level that did not hold it: orders and set_level() mixed

  [[nodiscard]] std::uint64_t count(BookOutcome outcome) const noexcept {
    return outcomes[static_cast<std::size_t>(outcome)];
  }
};

class OrderBook {
 public:
  /// Throws SetupError when a capacity is out of range or memory is refused.
  explicit OrderBook(const OrderBookConfig& config);

  // --- hints, in the order of the pipeline above; any argument is legal ---

  void prefetch(OrderReference reference) const noexcept { orders_.prefetch(reference); }
  void prefetch_add(OrderReference reference, ringbuf::InstrumentId instrument) const noexcept {
    orders_.prefetch(reference);
    if (instrument.value < books_.size()) platform::prefetch_for_write(&books_[instrument.value]);
  }
  void prefetch_levels(OrderReference reference) noexcept {
    const StoredOrder* const order = orders_.find(reference);
    if (order != nullptr) levels_of(order->instrument, order->side).prefetch();
  }
  void prefetch_levels(ringbuf::InstrumentId instrument, ringbuf::Side side) noexcept {
    if (instrument.value < books_.size()) levels_of(instrument, side).prefetch();
  }

  // --- orders ---

  OrderResult add(OrderReference reference, ringbuf::InstrumentId instrument, ringbuf::Side side, ringbuf::Price price,
                  ringbuf::Size size) noexcept;

  /// Takes `size` off an open order by a trade; the order is gone when nothing is left.
  OrderResult execute(OrderReference reference, ringbuf::Size size) noexcept { return reduce(reference, size); }
  /// The same by the owner's wish.
  OrderResult cancel(OrderReference reference, ringbuf::Size size) noexcept { return reduce(reference, size); }

  /// Takes an open order off, whole.
  OrderResult remove(OrderReference reference) noexcept;

  /// A new order in place of an old one: keeps instrument and side, loses priority. The references may be equal.
  ReplaceResult replace(OrderReference old_reference, OrderReference new_reference, ringbuf::Price price,
                        ringbuf::Size size) noexcept;

  /// Price or size set anew under the same reference. At the same price one change (`added`, kind changed), else two.
  ReplaceResult modify(OrderReference reference, ringbuf::Price price, ringbuf::Size size) noexcept;

  /// The open order, or nullptr; until the next operation.
  [[nodiscard]] const StoredOrder* find(OrderReference reference) noexcept { return orders_.find(reference); }

  // --- levels ---

  /// The new state of a level; size 0 removes it. Kind `none` when that is what the book held already.
  LevelResult set_level(ringbuf::InstrumentId instrument, ringbuf::Side side, ringbuf::Price price, ringbuf::Size size,
                        std::uint32_t order_count) noexcept;

  // --- whole books ---

  /// Empties the book of an instrument and forgets that it was maybe-bad. Returns how many orders were open. Cold: when
  /// any were, it walks the whole order store.
  std::size_t clear(ringbuf::InstrumentId instrument) noexcept;

  /// Empties every book: a new trading day. One walk over the order store.
  void clear_all() noexcept;

  /// One cache line. Absent sides have kNoPrice and size 0.
  [[nodiscard]] ringbuf::QuoteBody bbo(ringbuf::InstrumentId instrument) const noexcept {
    const Book& book = book_of(instrument);
    return {book.bid.best_price, book.ask.best_price, book.bid.best_size, book.ask.best_size};
  }
  [[nodiscard]] bool is_crossed(ringbuf::InstrumentId instrument) const noexcept {
    const Book& book = book_of(instrument);
    return both_sides(book) && book.bid.best_price > book.ask.best_price;
  }
  [[nodiscard]] bool is_locked(ringbuf::InstrumentId instrument) const noexcept {
    const Book& book = book_of(instrument);
    return both_sides(book) && book.bid.best_price == book.ask.best_price;
  }
  /// Something about this instrument was refused or did not fit together since its last clear().
  [[nodiscard]] bool is_maybe_bad(ringbuf::InstrumentId instrument) const noexcept {
    return book_of(instrument).bid.maybe_bad;
  }

  /// The caller knows that a message about this instrument was missed.
  void mark_maybe_bad(ringbuf::InstrumentId instrument) noexcept {
    TP_DCHECK(instrument.value < books_.size());
    books_[instrument.value].bid.maybe_bad = true;
  }

  [[nodiscard]] std::uint32_t level_count(ringbuf::InstrumentId instrument, ringbuf::Side side) const noexcept {
    return side_of(instrument, side).level_count;
  }

  /// The level at `index` from the best; `index` below level_count().
  struct Level {
    ringbuf::Price price{};
    ringbuf::Size size{};
    std::uint32_t order_count = 0;
    friend constexpr bool operator==(const Level&, const Level&) = default;
  };
  [[nodiscard]] Level level(ringbuf::InstrumentId instrument, ringbuf::Side side, std::uint32_t index) const noexcept;

  /// visit(Level) for each level from the best outwards.
  template <typename Visit>
  void for_each_level(ringbuf::InstrumentId instrument, ringbuf::Side side, Visit&& visit) const {
    const std::uint32_t count = level_count(instrument, side);
    for (std::uint32_t index = 0; index < count; ++index) visit(level(instrument, side, index));
  }

  [[nodiscard]] std::size_t open_orders() const noexcept { return orders_.size(); }
  [[nodiscard]] std::size_t open_orders(ringbuf::InstrumentId instrument) const noexcept {
    const Book& book = book_of(instrument);
    return std::size_t{book.bid.order_count} + book.ask.order_count;
  }
  [[nodiscard]] std::size_t instrument_count() const noexcept { return books_.size(); }
  [[nodiscard]] const BookCounters& counters() const noexcept { return counters_; }

 private:
  struct Book {
    BookSide bid;
    BookSide ask;
  };
  static_assert(sizeof(Book) == platform::kCacheLineBytes);

  [[nodiscard]] const Book& book_of(ringbuf::InstrumentId instrument) const noexcept {
    TP_DCHECK(instrument.value < books_.size());
    return books_[instrument.value];
  }
  [[nodiscard]] const BookSide& side_of(ringbuf::InstrumentId instrument, ringbuf::Side side) const noexcept {
    const Book& book = book_of(instrument);
    return side == ringbuf::Side::ask ? book.ask : book.bid;
  }
  [[nodiscard]] SideLevels levels_of(ringbuf::InstrumentId instrument, ringbuf::Side side) noexcept {
    TP_DCHECK(instrument.value < books_.size());
    Book& book = books_[instrument.value];
    return {arena_, side == ringbuf::Side::ask ? book.ask : book.bid, side};
  }
  [[nodiscard]] static bool both_sides(const Book& book) noexcept {
    return book.bid.level_count > 0 && book.ask.level_count > 0;
  }

  OrderResult reduce(OrderReference reference, ringbuf::Size size) noexcept;
  void forget_levels(ringbuf::InstrumentId instrument) noexcept;
  BookOutcome place_order(const StoredOrder& order, LevelChange& change) noexcept;
  bool put_order(const OrderStore::Place& place, const StoredOrder& order, LevelChange& change) noexcept;
  LevelChange take_from_level(const StoredOrder& order, ringbuf::Size size, bool leaves) noexcept;
  BookOutcome refuse(BookOutcome outcome) noexcept;
  BookOutcome refuse(BookOutcome outcome, ringbuf::InstrumentId instrument) noexcept;
  void mismatch(ringbuf::InstrumentId instrument) noexcept;

  OrderStore orders_;
  LevelArena arena_;
  ZeroedArray<Book> books_;
  BookCounters counters_;
};

}  // namespace tickplant::feedhandlers
