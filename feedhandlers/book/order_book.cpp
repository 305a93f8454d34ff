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
using Kind = LevelChange::Kind;

std::size_t checked_instruments(std::size_t instrument_count) {
  constexpr std::size_t kMost = std::size_t{1} << 24;
  if (instrument_count == 0 || instrument_count > kMost) {
    throw platform::SetupError("an order book for " + std::to_string(instrument_count) + " instruments",
                               "ask for 1 to " + std::to_string(kMost));
  }
  return instrument_count;
}

constexpr bool is_side(Side side) noexcept { return side == Side::bid || side == Side::ask; }

}  // namespace

OrderBook::OrderBook(const OrderBookConfig& config)
    : orders_(config.order_capacity),
      arena_(config.level_capacity, config.max_levels_per_side),
      books_(checked_instruments(config.instrument_count), "book headers") {
  std::fill_n(books_.data(), books_.size(), Book{});
}

BookOutcome OrderBook::refuse(BookOutcome outcome) noexcept {
  ++counters_.outcomes[static_cast<std::size_t>(outcome)];
  return outcome;
}

BookOutcome OrderBook::refuse(BookOutcome outcome, InstrumentId instrument) noexcept {
  books_[instrument.value].bid.maybe_bad = true;
  return refuse(outcome);
}

bool OrderBook::put_order(const OrderStore::Place& place, const StoredOrder& order, LevelChange& change) noexcept {
  SideLevels levels = levels_of(order.instrument, order.side);
  const LevelPosition at = levels.find(order.price);
  change = {order.price, order.size, 1, at.index, order.side, Kind::inserted};
  if (at.found) {
    LevelAmount& amount = levels.amount(at.index);
    amount.size += order.size.value;
    amount.order_count += 1;
    change.size = {amount.size};
    change.order_count = amount.order_count;
    change.kind = Kind::changed;
  } else if (!levels.insert(at.index, order.price, {order.size.value, 1, 0})) [[unlikely]] {
    change = {};
    return false;
  }
  if (at.index == 0) levels.set_best(order.price, change.size);
  levels.count_orders(+1);
  orders_.insert(place, order);
  return true;
}

LevelChange OrderBook::take_from_level(const StoredOrder& order, Size size, bool leaves) noexcept {
  SideLevels levels = levels_of(order.instrument, order.side);
  if (leaves) levels.count_orders(-1);
  const LevelPosition at = levels.find(order.price);
  if (!at.found) [[unlikely]] {
    mismatch(order.instrument);
    return {order.price, {}, 0, at.index, order.side, Kind::none};
  }
  LevelAmount& amount = levels.amount(at.index);
  const std::uint32_t leaving = leaves ? 1 : 0;
  if (amount.size < size.value || amount.order_count < leaving) [[unlikely]] {
    mismatch(order.instrument);
    amount = {size.value, leaving, 0};
  }
  amount.size -= size.value;
  amount.order_count -= leaving;
  LevelChange change{order.price, {amount.size}, amount.order_count, at.index, order.side, Kind::changed};
  if (amount.size == 0 || amount.order_count == 0) {
    change.size = {};
    change.order_count = 0;
    change.kind = Kind::removed;
    levels.remove(at.index);
  }
  if (at.index == 0) levels.refresh_best();
  return change;
}

OrderResult OrderBook::add(OrderReference reference, InstrumentId instrument, Side side, Price price,
                           Size size) noexcept {
  OrderResult result{BookOutcome::applied, side, instrument, price, {}, {}, {}};
  if (instrument.value >= books_.size()) [[unlikely]] {
    result.outcome = refuse(BookOutcome::unknown_instrument);
    return result;
  }
  result.outcome = place_order({reference, price, size, instrument, side, {}}, result.level);
  if (result.outcome == BookOutcome::applied) result.size_after = size;
  return result;
}

BookOutcome OrderBook::place_order(const StoredOrder& order, LevelChange& change) noexcept {
  if (order.size.value == 0 || !is_side(order.side)) [[unlikely]]
    return refuse(BookOutcome::invalid);
  const OrderStore::Place place = orders_.place_for(order.reference);
  if (place.found) [[unlikely]]
    return refuse(BookOutcome::duplicate_reference);
  if (place.slot == nullptr) [[unlikely]]
    return refuse(BookOutcome::store_full, order.instrument);
  if (!put_order(place, order, change)) [[unlikely]]
    return refuse(BookOutcome::levels_full, order.instrument);
  return BookOutcome::applied;
}

OrderResult OrderBook::reduce(OrderReference reference, Size size) noexcept {
  OrderResult result;
  StoredOrder* const order = orders_.find(reference);
  if (order == nullptr) [[unlikely]] {
    result.outcome = refuse(BookOutcome::unknown_reference);
    return result;
  }
  result = {BookOutcome::applied, order->side, order->instrument, order->price, order->size, order->size, {}};
  if (size.value == 0) [[unlikely]] {
    result.outcome = refuse(BookOutcome::invalid);
    return result;
  }
  if (size > order->size) [[unlikely]] {
    result.outcome = refuse(BookOutcome::over_executed);
    size = order->size;
  }
  result.size_after = {order->size.value - size.value};
  const bool leaves = result.size_after.value == 0;
  result.level = take_from_level(*order, size, leaves);
  if (leaves) {
    orders_.erase(order);
  } else {
    order->size = result.size_after;
  }
  return result;
}

OrderResult OrderBook::remove(OrderReference reference) noexcept {
  OrderResult result;
  StoredOrder* const order = orders_.find(reference);
  if (order == nullptr) [[unlikely]] {
    result.outcome = refuse(BookOutcome::unknown_reference);
    return result;
  }
  result = {BookOutcome::applied, order->side, order->instrument, order->price, order->size, {}, {}};
  result.level = take_from_level(*order, order->size, true);
  orders_.erase(order);
  return result;
}

ReplaceResult OrderBook::replace(OrderReference old_reference, OrderReference new_reference, Price price,
                                 Size size) noexcept {
  ReplaceResult result;
  StoredOrder* const old_order = orders_.find(old_reference);
  if (old_order == nullptr) [[unlikely]] {
    result.outcome = refuse(BookOutcome::unknown_reference);
    return result;
  }
  const StoredOrder order{new_reference, price, size, old_order->instrument, old_order->side, {}};
  result = {BookOutcome::applied, order.side, order.instrument, old_order->price, old_order->size, {}, {}};
  result.removed = take_from_level(*old_order, old_order->size, true);
  orders_.erase(old_order);
  result.outcome = place_order(order, result.added);
  return result;
}

ReplaceResult OrderBook::modify(OrderReference reference, Price price, Size size) noexcept {
  StoredOrder* const order = orders_.find(reference);
  if (order == nullptr || order->price != price || size.value == 0) return replace(reference, reference, price, size);
  ReplaceResult result{BookOutcome::applied, order->side, order->instrument, order->price, order->size, {}, {}};
  SideLevels levels = levels_of(order->instrument, order->side);
  const LevelPosition at = levels.find(price);
  if (!at.found || levels.amount(at.index).size < order->size.value) [[unlikely]] {
    return replace(reference, reference, price, size);  // counts the mismatch and mends the level
  }
  LevelAmount& amount = levels.amount(at.index);
  amount.size += size.value - order->size.value;
  order->size = size;
  if (at.index == 0) levels.set_best(price, {amount.size});
  result.added = {price, {amount.size}, amount.order_count, at.index, order->side, Kind::changed};
  return result;
}

LevelResult OrderBook::set_level(InstrumentId instrument, Side side, Price price, Size size,
                                 std::uint32_t order_count) noexcept {
  if (instrument.value >= books_.size()) [[unlikely]]
    return {refuse(BookOutcome::unknown_instrument), {}};
  if (!is_side(side)) [[unlikely]]
    return {refuse(BookOutcome::invalid), {}};
  SideLevels levels = levels_of(instrument, side);
  const LevelPosition at = levels.find(price);
  LevelChange change{price, size, size.value == 0 ? 0 : order_count, at.index, side, Kind::none};
  if (size.value == 0) {
    if (!at.found) return {BookOutcome::applied, change};
    levels.remove(at.index);
    change.kind = Kind::removed;
  } else if (at.found) {
    LevelAmount& amount = levels.amount(at.index);
    if (amount.size == size.value && amount.order_count == order_count) return {BookOutcome::applied, change};
    amount = {size.value, order_count, 0};
    change.kind = Kind::changed;
  } else {
    if (!levels.insert(at.index, price, {size.value, order_count, 0})) [[unlikely]] {
      return {refuse(BookOutcome::levels_full, instrument), {}};
    }
    change.kind = Kind::inserted;
  }
  if (at.index == 0) levels.refresh_best();
  return {BookOutcome::applied, change};
}

std::size_t OrderBook::clear(InstrumentId instrument) noexcept {
  if (instrument.value >= books_.size()) [[unlikely]] {
    refuse(BookOutcome::unknown_instrument);
    return 0;
  }
  const std::size_t open = open_orders(instrument);
  if (open > 0) {
    orders_.erase_if([instrument](const StoredOrder& order) { return order.instrument == instrument; });
  }
  forget_levels(instrument);
  return open;
}

void OrderBook::clear_all() noexcept {
  orders_.clear();
  for (std::uint32_t i = 0; i < books_.size(); ++i) forget_levels({i});
}

void OrderBook::forget_levels(InstrumentId instrument) noexcept {
  levels_of(instrument, Side::bid).clear();
  levels_of(instrument, Side::ask).clear();
  books_[instrument.value].bid.maybe_bad = false;
}

OrderBook::Level OrderBook::level(InstrumentId instrument, Side side, std::uint32_t index) const noexcept {
  const BookSide& levels = side_of(instrument, side);
  TP_CHECK(index < levels.level_count);
  const std::uint32_t at = levels.begin + levels.level_count - 1 - index;
  const LevelAmount& amount = arena_.amounts()[at];
  return {SideLevels::price_of(arena_.keys()[at], side), {amount.size}, amount.order_count};
}

void OrderBook::mismatch(InstrumentId instrument) noexcept {
  ++counters_.level_mismatches;
  books_[instrument.value].bid.maybe_bad = true;
}

}  // namespace tickplant::feedhandlers
