#include "ringbuf/books/record_book.hpp"

#include <algorithm>

namespace tickplant::ringbuf {

void RecordBook::apply(const Record& record) {
  switch (record.header.type) {
    case RecordType::order: apply(record.as<OrderBody>()); break;
    case RecordType::level: apply(record.as<LevelBody>()); break;
    case RecordType::book_clear: clear(); break;
    default: return;
  }
  stamp_ = record.header.stamp;
  ts_event_ = record.header.ts_event;
  is_bad_ = has(record.header.flags, RecordFlags::maybe_bad_book);
}

void RecordBook::clear() noexcept {
  orders_.clear();
  of_orders_ = {};
  of_levels_ = {};
}

void RecordBook::put(const Order& order) {
  Level& level = side_of(of_orders_, order.side)[key_of(order.side, order.price)];
  level.size += order.size;
  ++level.order_count;
}

void RecordBook::take(const Order& order, std::uint64_t size, bool is_gone) {
  Levels& levels = side_of(of_orders_, order.side);
  const auto level = levels.find(key_of(order.side, order.price));
  if (level == levels.end()) return;
  level->second.size -= size;
  level->second.order_count -= is_gone ? 1 : 0;
  if (level->second.order_count == 0) levels.erase(level);
}

void RecordBook::apply(const OrderBody& body) {
  has_orders_ = true;
  const auto known = orders_.find(body.order_id);
  if (body.action == OrderAction::add || body.action == OrderAction::modify) {
    if (known != orders_.end()) take(known->second, known->second.size, true);
    const Order order{body.side, body.price.value, body.size.value};
    orders_.insert_or_assign(body.order_id, order);
    return put(order);
  }
  if (known == orders_.end()) return;  // of a book that it was told to doubt
  Order& order = known->second;
  const std::uint64_t size = std::min(order.size, body.size.value);
  const bool is_gone = size == order.size;
  take(order, size, is_gone);
  order.size -= size;
  if (is_gone) orders_.erase(known);
}

void RecordBook::apply(const LevelBody& body) {
  has_levels_ = true;
  Levels& levels = side_of(of_levels_, body.side);
  const std::int64_t key = key_of(body.side, body.price.value);
  if (body.size.value == 0) {
    levels.erase(key);
  } else {
    levels[key] = {body.size.value, body.order_count};
  }
}

DepthEntry RecordBook::depth() const {
  const auto fill = [](const Levels& levels, Side side, auto& out) {
    std::uint16_t count = 0;
    for (const auto& [key, level] : levels) {
      if (count == kDepthLevels) break;
      out[count++] = {{key_of(side, key)}, {level.size}, level.order_count, 0};
    }
    return count;
  };
  const Sides& sides = has_orders_ ? of_orders_ : of_levels_;
  DepthEntry out;
  out.stamp = stamp_;
  out.ts_event = ts_event_;
  out.flags = is_bad_ ? DepthEntry::kMaybeBad : 0;
  out.bid_count = fill(sides.bids, Side::bid, out.bid);
  out.ask_count = fill(sides.asks, Side::ask, out.ask);
  return out;
}

}  // namespace tickplant::ringbuf
