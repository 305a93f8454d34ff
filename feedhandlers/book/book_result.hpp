// What an operation did to the book: plain values with all that a normaliser needs to write order, level and quote
// records and to keep a ten-level depth table without looking at the book again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::feedhandlers {

/// Everything but `applied` is counted by the book (BookCounters) and never stops it.
enum class BookOutcome : std::uint8_t {
  applied,
  over_executed,        // applied, but less was open than was taken: the order is gone
  unknown_reference,    // no such open order; nothing changed
  duplicate_reference,  // that reference is open already; the new order was refused
  unknown_instrument,   // beyond the instruments this book was made for; nothing changed
  invalid,              // size 0, or no side; nothing changed
  store_full,           // no slot for the order; it was refused, the book is marked maybe-bad
  levels_full,          // no room for a level; the order or level was refused, the book is marked maybe-bad
};
inline constexpr std::size_t kBookOutcomes = 8;

/// One price level before and after. `index` counts from the best (0): where an inserted level now stands, where a
/// removed one stood. The BBO changed if a change has index 0.
struct LevelChange {
  enum class Kind : std::uint8_t { none, inserted, changed, removed };

  ringbuf::Price price{};
  ringbuf::Size size{};  // the new state; 0 when removed
  std::uint32_t order_count = 0;
  std::uint32_t index = 0;
  ringbuf::Side side = ringbuf::Side::none;
  Kind kind = Kind::none;

  [[nodiscard]] constexpr bool bbo_changed() const noexcept { return kind != Kind::none && index == 0; }
};

/// What happened to one order, and to its level. An order that was not open before (after) has size 0 there.
struct OrderResult {
  BookOutcome outcome = BookOutcome::applied;
  ringbuf::Side side = ringbuf::Side::none;
  ringbuf::InstrumentId instrument{};
  ringbuf::Price price{};
  ringbuf::Size size_before{};
  ringbuf::Size size_after{};
  LevelChange level;
};

/// A replace or modify: `removed` was applied to the book first, `added` second (its index counts after `removed`).
/// When the outcome refuses the new order, the old one is gone all the same: the venue said so.
struct ReplaceResult {
  BookOutcome outcome = BookOutcome::applied;
  ringbuf::Side side = ringbuf::Side::none;
  ringbuf::InstrumentId instrument{};
  ringbuf::Price old_price{};
  ringbuf::Size old_size{};
  LevelChange removed;
  LevelChange added;
};

struct LevelResult {
  BookOutcome outcome = BookOutcome::applied;
  LevelChange level;
};

}  // namespace tickplant::feedhandlers
