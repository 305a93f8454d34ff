// One change to one resting order: full depth, order by order. Enough to rebuild the book, and the only form that is.
#pragma once

#include "ringbuf/records/price.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {

/// `size` is always the amount of this action: what was added, cancelled or executed.
enum class OrderAction : std::uint8_t {
  add = 1,
  cancel = 2,   // less size, price and priority kept; the order is gone when nothing is left
  execute = 3,  // likewise, by a trade; a `trade` record follows
  modify = 4,   // price or size set anew under the same id; `size` is the new open size
};

/// Why, where it matters for priority.
enum class OrderReason : std::uint8_t {
  plain = 0,
  replaced = 1,  // a cancel and an add that the venue sent as one message: the new order lost its priority
  deleted = 2,   // a cancel of all that was left
};

//  +0 order_id 8   +8 price 8   +16 size 8   +24 action 1   +25 side 1   +26 reason 1   +27 reserved 1
//  +28 attribution 4
struct OrderBody {
  static constexpr RecordType kType = RecordType::order;
  std::uint64_t order_id = 0;
  Price price{};  // of the resting order, also for executions at another price (the trade has that one)
  Size size{};
  OrderAction action = OrderAction::add;
  Side side = Side::none;
  OrderReason reason = OrderReason::plain;
  std::uint8_t reserved = 0;
  std::array<char, 4> attribution{};  // market participant, zero when anonymous
};
static_assert(RecordBody<OrderBody> && offsetof(OrderBody, action) == 24 && offsetof(OrderBody, attribution) == 28);

/// The book of an instrument is empty from here on (feed restart, session change, snapshot follows).
//  +0 reason 1   +1 reserved 31
struct BookClearBody {
  static constexpr RecordType kType = RecordType::book_clear;
  enum class Reason : std::uint8_t { session = 1, snapshot = 2, recovery = 3, venue = 4 };
  Reason reason = Reason::session;
  std::array<std::uint8_t, 31> reserved{};
};
static_assert(RecordBody<BookClearBody>);

}  // namespace tickplant::ringbuf
