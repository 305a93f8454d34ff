// The order book of a feed: all instruments, both sides, every open order. For order-by-order feeds (ITCH, MBO) and for
// level feeds (DEEP, crypto L2), which use set_level() alone.
//
// Speed comes from three cache lines, asked for in time: the order's slot, the book's header (with the BBO), the levels
// near the best. A feed handler that has decoded a batch of messages runs ahead of itself:
//
//   message i+16   prefetch(reference) or prefetch_add(reference, instrument)    the slot, the header
//   message i+8    prefetch_levels(...)                                          the levels: the header is here now
//   message i      add, execute, cancel, remove, replace
//
// Locked and crossed books are legal input: kept as they come, shown by is_locked() and is_crossed().
//
// Threads: one. All memory is taken at construction; operations never allocate, lock, log or throw, and every loop has
// a limit.
// Not here: what the venue's messages mean (the normaliser of each protocol).
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
  /// For adds, and for any message of a feed that names the instrument in each (ITCH does).
  void prefetch_add(OrderReference reference, ringbuf::InstrumentId instrument) const noexcept {
    orders_.prefetch(reference);
    if (instrument.value < books_.size()) platform::prefetch_for_read(&books_[instrument.value]);
  }
  void prefetch_levels(OrderReference reference) noexcept {
    const StoredOrder* const order = orders_.find(reference);
    if (order != nullptr) levels_of(order->instrument, order->side).prefetch();
  }
  /// With the side where the message names it, `none` where only the order knows.
  void prefetch_levels(OrderReference reference, ringbuf::InstrumentId instrument, ringbuf::Side side) noexcept {
    if (instrument.value >= books_.size()) return;
    const ringbuf::Side of_order = orders_.side_hint(reference);
    levels_of(instrument, side == ringbuf::Side::none ? of_order : side).prefetch();
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
  [[nodiscard]] const StoredOrder* find(OrderReference reference) noexcept { return open_order(reference); }

  /// Where an open order stands, and the way back: it stays there until it is gone (queue_book.hpp).
  [[nodiscard]] std::size_t slot_of(const StoredOrder& order) const noexcept { return orders_.index_of(order); }
  [[nodiscard]] const StoredOrder& order_in(std::size_t slot) const noexcept { return orders_.slot(slot); }
  [[nodiscard]] std::size_t slot_count() const noexcept { return orders_.slot_count(); }

  // --- levels ---

  /// The new state of a level; size 0 removes it. Kind `none` when that is what the book held already.
  LevelResult set_level(ringbuf::InstrumentId instrument, ringbuf::Side side, ringbuf::Price price, ringbuf::Size size,
                        std::uint32_t order_count) noexcept;

  // --- whole books ---

  /// Empties the book of an instrument and forgets that it was maybe-bad. Returns how many orders were open. Takes no
  /// longer for many orders than for none: those are swept out of the store by later adds, a few slots each.
  std::size_t clear(ringbuf::InstrumentId instrument) noexcept;

  /// Empties every book: a new trading day. Touches the headers alone.
  void clear_all() noexcept {
    for (std::uint32_t id = 0; id < books_.size(); ++id) clear({id});
  }

  /// One cache line. Absent sides have kNoPrice and size 0.
  [[nodiscard]] ringbuf::QuoteBody bbo(ringbuf::InstrumentId instrument) const noexcept {
    const Book& book = book_of(instrument);
    return {book.bid().best_price, book.ask().best_price, book.bid().best_size, book.ask().best_size};
  }
  [[nodiscard]] bool is_crossed(ringbuf::InstrumentId instrument) const noexcept {
    const Book& book = book_of(instrument);
    return both_sides(book) && book.bid().best_price > book.ask().best_price;
  }
  [[nodiscard]] bool is_locked(ringbuf::InstrumentId instrument) const noexcept {
    const Book& book = book_of(instrument);
    return both_sides(book) && book.bid().best_price == book.ask().best_price;
  }
  [[nodiscard]] bool is_locked_or_crossed(ringbuf::InstrumentId instrument) const noexcept {
    const Book& book = book_of(instrument);
    return both_sides(book) && book.bid().best_price >= book.ask().best_price;
  }
  /// Something about this instrument was refused or did not fit together since its last clear() or mark_good().
  [[nodiscard]] bool is_maybe_bad(ringbuf::InstrumentId instrument) const noexcept {
    return book_of(instrument).bid().maybe_bad;
  }

  /// The caller knows that a message about this instrument was missed.
  void mark_maybe_bad(ringbuf::InstrumentId instrument) noexcept {
    TP_DCHECK(instrument.value < books_.size());
    books_[instrument.value].bid().maybe_bad = true;
  }
  /// The caller knows that the book of this instrument is the venue's own now, whatever happened before.
  void mark_good(ringbuf::InstrumentId instrument) noexcept {
    TP_DCHECK(instrument.value < books_.size());
    books_[instrument.value].bid().maybe_bad = false;
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
  [[nodiscard]] Level level(ringbuf::InstrumentId instrument, ringbuf::Side side, std::uint32_t index) const noexcept {
    const BookSide& levels = side_of(instrument, side);
    TP_CHECK(index < levels.level_count);
    const std::uint32_t at = levels.begin + levels.level_count - 1 - index;
    const LevelAmount& amount = arena_.amounts()[at];
    return {SideLevels::price_of(arena_.keys()[at], side), {amount.size}, amount.order_count};
  }

  /// The levels of one side, from the best: for who wants several of them. Until the next operation.
  class LevelView {
   public:
    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    /// `index` below count().
    [[nodiscard]] Level operator[](std::size_t index) const noexcept {
      TP_DCHECK(index < count_);
      const LevelAmount& amount = *(best_amount_ - index);
      return {SideLevels::price_of(*(best_key_ - index), side_), {amount.size}, amount.order_count};
    }

   private:
    friend class OrderBook;
    LevelView(const std::int64_t* best_key, const LevelAmount* best_amount, std::uint32_t count,
              ringbuf::Side side) noexcept
        : best_key_(best_key), best_amount_(best_amount), count_(count), side_(side) {}

    const std::int64_t* best_key_;
    const LevelAmount* best_amount_;
    std::uint32_t count_;
    ringbuf::Side side_;
  };
  [[nodiscard]] LevelView levels(ringbuf::InstrumentId instrument, ringbuf::Side side) const noexcept {
    const BookSide& levels = side_of(instrument, side);
    const auto best = static_cast<std::ptrdiff_t>(levels.begin) + levels.level_count - 1;  // -1: readable, and empty
    return {arena_.keys() + best, arena_.amounts() + best, levels.level_count, side};
  }

  /// visit(Level) for each level from the best outwards.
  template <typename Visit>
  void for_each_level(ringbuf::InstrumentId instrument, ringbuf::Side side, Visit&& visit) const {
    const LevelView view = levels(instrument, side);
    for (std::uint32_t index = 0; index < view.count(); ++index) visit(view[index]);
  }

  [[nodiscard]] std::size_t open_orders() const noexcept { return orders_.size() - stale_orders_; }
  [[nodiscard]] std::size_t open_orders(ringbuf::InstrumentId instrument) const noexcept {
    const Book& book = book_of(instrument);
    return std::size_t{book.bid().order_count} + book.ask().order_count;
  }
  [[nodiscard]] std::size_t instrument_count() const noexcept { return books_.size(); }
  [[nodiscard]] const BookCounters& counters() const noexcept { return counters_; }

 private:
  struct Book {
    BookSide sides[2];  // bid, ask

    [[nodiscard]] BookSide& side(ringbuf::Side which) noexcept { return sides[static_cast<std::uint8_t>(which) >> 1]; }
    [[nodiscard]] const BookSide& side(ringbuf::Side which) const noexcept {
      return sides[static_cast<std::uint8_t>(which) >> 1];
    }
    [[nodiscard]] BookSide& bid() noexcept { return sides[0]; }
    [[nodiscard]] const BookSide& bid() const noexcept { return sides[0]; }
    [[nodiscard]] const BookSide& ask() const noexcept { return sides[1]; }
  };
  static_assert(sizeof(Book) == platform::kCacheLineBytes);

  [[nodiscard]] const Book& book_of(ringbuf::InstrumentId instrument) const noexcept {
    TP_DCHECK(instrument.value < books_.size());
    return books_[instrument.value];
  }
  [[nodiscard]] const BookSide& side_of(ringbuf::InstrumentId instrument, ringbuf::Side side) const noexcept {
    return book_of(instrument).side(side);
  }
  [[nodiscard]] SideLevels levels_of(ringbuf::InstrumentId instrument, ringbuf::Side side) noexcept {
    TP_DCHECK(instrument.value < books_.size());
    Book& book = books_[instrument.value];
    return {arena_, book.side(side), side};
  }
  [[nodiscard]] static bool both_sides(const Book& book) noexcept {
    return book.bid().level_count > 0 && book.ask().level_count > 0;
  }

  [[nodiscard]] StoredOrder* open_order(OrderReference reference) noexcept;
  OrderResult reduce(OrderReference reference, ringbuf::Size size) noexcept;
  BookOutcome place(OrderReference reference, ringbuf::InstrumentId instrument, ringbuf::Side side,
                    ringbuf::Price price, ringbuf::Size size, LevelChange& change) noexcept;
  LevelChange take(const StoredOrder& order, ringbuf::Size size, std::uint32_t orders) noexcept;
  BookOutcome count(BookOutcome outcome) noexcept;
  BookOutcome count(BookOutcome outcome, ringbuf::InstrumentId instrument) noexcept;
  void mismatch(ringbuf::InstrumentId instrument) noexcept;
  void sweep(std::size_t slot_count) noexcept;

  static constexpr std::size_t kSweptPerAdd = 32;

  OrderStore orders_;
  LevelArena arena_;
  ZeroedArray<Book> books_;
  std::size_t stale_orders_ = 0;  // of cleared books, not swept yet: their generation is not their book's
  std::size_t next_swept_ = 0;
  BookCounters counters_;
};

}  // namespace tickplant::feedhandlers

#include "feedhandlers/book/order_book_operations.hpp"
