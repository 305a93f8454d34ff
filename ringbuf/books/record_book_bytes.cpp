// RecordBook as bytes, all of them packed numbers:
//
//   flags (1: orders, 2: levels, 4: maybe bad), stamp, ts_event
//   of each side (none, bid, ask) of open orders: how many prices; of each, from the best on: price less the one
//     before, how many orders; of each, by id: id less the one before, size
//   of each side (bid, ask) of level records: how many; of each, from the best on: price less the one before, size,
//     order count
//
// Within a side prices go one way and ids rise, so most differences take a byte or four.
#include <algorithm>
#include <array>
#include <tuple>

#include "ringbuf/books/record_book.hpp"
#include "ringbuf/packed_numbers.hpp"

namespace tickplant::ringbuf {
namespace {

constexpr std::uint64_t kHasOrders = 1, kHasLevels = 2, kMaybeBad = 4;
constexpr std::array kOrderSides{Side::none, Side::bid, Side::ask};

std::uint64_t difference(std::int64_t to, std::int64_t from) noexcept {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}
std::int64_t sum(std::int64_t from, std::uint64_t difference) noexcept {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + difference);
}

}  // namespace

std::vector<std::byte> RecordBook::bytes() const {
  struct Row {
    std::int64_t key;
    std::uint64_t id, size;
  };
  std::vector<std::byte> out;
  pack_number((has_orders_ ? kHasOrders : 0) | (has_levels_ ? kHasLevels : 0) | (is_bad_ ? kMaybeBad : 0), out);
  pack_number(stamp_, out);
  pack_number(static_cast<std::uint64_t>(ts_event_.value), out);
  std::array<std::vector<Row>, kOrderSides.size()> sides;
  for (const auto& [id, order] : orders_) {
    const bool is_bid = order.side == Side::bid, is_ask = order.side == Side::ask;
    sides[is_bid ? 1 : is_ask ? 2 : 0].push_back({key_of(order.side, order.price), id, order.size});
  }
  for (std::vector<Row>& rows : sides) {
    std::ranges::sort(rows, {}, [](const Row& row) { return std::tuple(row.key, row.id); });
    std::uint64_t prices = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) prices += i == 0 || rows[i].key != rows[i - 1].key ? 1 : 0;
    pack_number(prices, out);
    std::int64_t key = 0;
    for (auto row = rows.begin(); row != rows.end();) {
      const auto end = std::find_if(row, rows.end(), [&](const Row& each) { return each.key != row->key; });
      pack_number(zigzag(static_cast<std::int64_t>(difference(row->key, key))), out);
      pack_number(static_cast<std::uint64_t>(end - row), out);
      key = row->key;
      for (std::uint64_t id = 0; row != end; id = row++->id) {
        pack_number(row->id - id, out);
        pack_number(row->size, out);
      }
    }
  }
  for (const Levels* levels : {&of_levels_.bids, &of_levels_.asks}) {
    pack_number(levels->size(), out);
    std::int64_t before = 0;
    for (const auto& [key, level] : *levels) {
      pack_number(zigzag(static_cast<std::int64_t>(difference(key, before))), out);
      pack_number(level.size, out);
      pack_number(level.order_count, out);
      before = key;
    }
  }
  return out;
}

std::optional<RecordBook> RecordBook::of(std::span<const std::byte> bytes) {
  RecordBook book;
  PackedNumbers numbers(bytes);
  const std::uint64_t flags = numbers.next();
  book.has_orders_ = (flags & kHasOrders) != 0;
  book.has_levels_ = (flags & kHasLevels) != 0;
  book.is_bad_ = (flags & kMaybeBad) != 0;
  book.stamp_ = numbers.next();
  book.ts_event_ = {static_cast<std::int64_t>(numbers.next())};
  book.orders_.reserve(bytes.size() / 8);
  const auto next_key = [&](std::int64_t before) {
    return sum(before, static_cast<std::uint64_t>(from_zigzag(numbers.next())));
  };
  for (const Side side : kOrderSides) {
    std::int64_t key = 0;
    for (std::uint64_t prices = numbers.next(); prices != 0; --prices) {
      key = next_key(key);
      std::uint64_t id = 0;
      for (std::uint64_t orders = numbers.next(); orders != 0; --orders) {
        id += numbers.next();
        const Order order{side, key_of(side, key), numbers.next()};
        if (numbers.is_broken() || !book.orders_.try_emplace(id, order).second) return std::nullopt;
        book.put(order);
      }
      if (numbers.is_broken()) return std::nullopt;
    }
  }
  for (Levels* levels : {&book.of_levels_.bids, &book.of_levels_.asks}) {
    std::int64_t key = 0;
    for (std::uint64_t count = numbers.next(); count != 0; --count) {
      key = next_key(key);
      const std::uint64_t size = numbers.next(), order_count = numbers.next();
      if (numbers.is_broken() || order_count > std::uint32_t(-1)) return std::nullopt;
      levels->insert_or_assign(levels->end(), key, Level{size, static_cast<std::uint32_t>(order_count)});
    }
  }
  if (numbers.is_broken() || !numbers.rest().empty()) return std::nullopt;
  return book;
}

}  // namespace tickplant::ringbuf
