#include "feedhandlers/book/order_book.hpp"

#include <algorithm>
#include <string>

#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers {
namespace {

using ringbuf::InstrumentId;
using ringbuf::Price;
using ringbuf::Side;
using ringbuf::Size;

std::size_t checked_instruments(std::size_t instrument_count) {
  constexpr std::size_t kMost = std::size_t{1} << 24;
  if (instrument_count == 0 || instrument_count > kMost) {
    throw platform::SetupError("an order book for " + std::to_string(instrument_count) + " instruments",
                               "ask for 1 to " + std::to_string(kMost));
  }
  return instrument_count;
}

}  // namespace

OrderBook::OrderBook(const OrderBookConfig& config)
    : orders_(config.order_capacity),
      arena_(config.level_capacity, config.max_levels_per_side),
      books_(checked_instruments(config.instrument_count), "book headers") {
  std::fill_n(books_.data(), books_.size(), Book{});
}

ReplaceResult OrderBook::modify(OrderReference reference, Price price, Size size) noexcept {
  StoredOrder* const order = open_order(reference);
  if (order == nullptr || order->price != price || size.value == 0) return replace(reference, reference, price, size);
  ReplaceResult result{BookOutcome::applied, order->side, order->instrument, order->price, order->size, {}, {}};
  bool fits = true;
  result.added = levels_of(order->instrument, order->side).resize(price, order->size, size, fits);
  if (!fits) [[unlikely]]
    mismatch(order->instrument);
  order->size = size;
  return result;
}

LevelResult OrderBook::set_level(InstrumentId instrument, Side side, Price price, Size size,
                                 std::uint32_t order_count) noexcept {
  if (instrument.value >= books_.size()) [[unlikely]]
    return {count(BookOutcome::unknown_instrument), {}};
  if (side == Side::none) [[unlikely]]
    return {count(BookOutcome::invalid), {}};
  LevelResult result;
  bool full = false;
  result.level = levels_of(instrument, side).set(price, size, order_count, full);
  if (full) [[unlikely]]
    result.outcome = count(BookOutcome::levels_full, instrument);
  return result;
}

std::size_t OrderBook::clear(InstrumentId instrument) noexcept {
  if (instrument.value >= books_.size()) [[unlikely]] {
    count(BookOutcome::unknown_instrument);
    return 0;
  }
  const std::size_t open = open_orders(instrument);
  levels_of(instrument, Side::bid).clear();
  levels_of(instrument, Side::ask).clear();
  Book& book = books_[instrument.value];
  book.sides[0].order_count = 0;
  book.sides[1].order_count = 0;
  book.bid().maybe_bad = false;
  stale_orders_ += open;
  if (++book.bid().generation == kNoGeneration) [[unlikely]] {
    // Generations come round again: nothing of their last time may be left.
    sweep(orders_.slot_count());
    ++book.bid().generation;
  }
  return open;
}

void OrderBook::sweep(std::size_t slot_count) noexcept {
  for (; slot_count > 0 && stale_orders_ > 0; --slot_count) {
    StoredOrder& slot = orders_.slot(next_swept_);
    if (++next_swept_ == orders_.slot_count()) next_swept_ = 0;
    if (slot.size.value == 0 || slot.generation == books_[slot.instrument.value].bid().generation) continue;
    orders_.erase(slot);
    --stale_orders_;
  }
}

BookOutcome OrderBook::count(BookOutcome outcome, InstrumentId instrument) noexcept {
  mark_maybe_bad(instrument);
  return count(outcome);
}

void OrderBook::mismatch(InstrumentId instrument) noexcept {
  ++counters_.level_mismatches;
  mark_maybe_bad(instrument);
}

}  // namespace tickplant::feedhandlers
