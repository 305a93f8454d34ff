// A made-up trading day in memory, shaped like a full ITCH feed, for measuring books.
//
//   activity    8,000 instruments, Zipf 0.9: the busiest has 4 % of the messages
//   references  4 n + engine, from four matching engines that count on their own: what NASDAQ's look like
//   prices      in cents, an exponential distance from the touch, so that half of the adds are at the best three
//   levels, as in real
//               books; one in 32 far away
//   lifetimes   the age of an order that is taken off is log-uniform from 1 to a million orders
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace tickplant::bench {

struct BookMessage {
  enum class Type : std::uint8_t { add, remove, execute, replace, cancel };

  std::uint64_t reference;
  std::uint64_t new_reference;  // replace only
  std::uint32_t price;          // 1e-4; add and replace
  std::uint32_t size;           // all but remove
  std::uint16_t instrument;     // in every message, as ITCH has it
  Type type;
  bool is_ask;  // add only
};
static_assert(sizeof(BookMessage) == 32);

class BookStream {
 public:
  static constexpr std::size_t kInstruments = 8'000;

  explicit BookStream(std::uint64_t seed) : random_(seed), touch_(kInstruments), last_(kInstruments) {
    std::uniform_int_distribution<std::uint32_t> dollars(5, 400);
    for (auto& touch : touch_) touch = dollars(random_) * 100;
    std::vector<double> weight(kInstruments);
    for (std::size_t i = 0; i < kInstruments; ++i) weight[i] = 1.0 / std::pow(static_cast<double>(i + 1), 0.9);
    std::shuffle(weight.begin(), weight.end(), random_);
    std::partial_sum(weight.begin(), weight.end(), last_.begin());
  }

  /// About 45 % adds, 39 % removes, 7 % executions, 6 % replaces, 1 % cancels, such that open orders rise evenly to
  /// `open_at_end`.
  std::vector<BookMessage> make(std::size_t count, std::size_t open_at_end) {
    std::vector<BookMessage> messages;
    messages.reserve(count);
    while (messages.size() < count) {
      const double wanted =
          static_cast<double>(open_at_end) * static_cast<double>(messages.size()) / static_cast<double>(count);
      messages.push_back(next(static_cast<double>(open_) < wanted));
    }
    return messages;
  }

  [[nodiscard]] std::size_t open() const noexcept { return open_; }

 private:
  struct Order {
    std::uint64_t reference;
    std::uint32_t size;  // 0: gone
    std::uint16_t instrument;
    bool is_ask;
  };

  BookMessage next(bool too_few) {
    using Type = BookMessage::Type;
    const double choice = fraction();
    if (open_ < 100 || choice < (too_few ? 0.50 : 0.42)) return add();
    Order& order = victim();
    if (choice < 0.86) {
      take(order, order.size);
      return {order.reference, 0, 0, 0, order.instrument, Type::remove, false};
    }
    if (choice < 0.93) return {order.reference, 0, 0, take(order, part(order)), order.instrument, Type::execute, false};
    if (choice < 0.99) return replace(order);
    return {order.reference, 0, 0, take(order, (order.size + 1) / 2), order.instrument, Type::cancel, false};
  }

  BookMessage add() {
    const auto found = std::upper_bound(last_.begin(), last_.end(), fraction() * last_.back());
    const auto instrument =
        static_cast<std::uint16_t>(std::min<std::ptrdiff_t>(found - last_.begin(), kInstruments - 1));
    const Order order{new_reference(instrument), round_lots(), instrument, random_() % 2 == 0};
    open(order);
    return {order.reference, 0, price(order), order.size, instrument, BookMessage::Type::add, order.is_ask};
  }

  BookMessage replace(Order& old) {
    const Order order{new_reference(old.instrument), round_lots(), old.instrument, old.is_ask};
    const std::uint64_t reference = old.reference;
    take(old, old.size);
    open(order);
    return {reference, order.reference, price(order), order.size, order.instrument, BookMessage::Type::replace, false};
  }

  std::uint32_t price(const Order& order) {
    const bool far = random_() % 32 == 0;
    const double cents = far ? fraction() * 0.1 * touch_[order.instrument] : -3.5 * std::log(1.0 - fraction());
    const auto distance = static_cast<std::uint32_t>(cents);
    const std::uint32_t touch = touch_[order.instrument];
    return 100 * (order.is_ask ? touch + 1 + distance : touch - std::min(distance, touch - 1));
  }

  std::uint64_t new_reference(std::uint16_t instrument) {
    const std::size_t engine = instrument % 4;
    next_number_[engine] += random_() % 16 == 0 ? 2 : 1;
    return 4 * next_number_[engine] + engine;
  }

  std::uint32_t round_lots() { return static_cast<std::uint32_t>(100 * (1 + random_() % 5)); }
  std::uint32_t part(const Order& order) { return random_() % 2 == 0 ? order.size : std::min(order.size, 100U); }

  void open(const Order& order) {
    orders_.push_back(order);
    ++open_;
  }

  std::uint32_t take(Order& order, std::uint32_t size) {
    order.size -= size;
    open_ -= order.size == 0;
    return size;
  }

  /// An open order; most are young.
  Order& victim() {
    for (;;) {
      const double age = std::pow(1e6, fraction());
      if (age > static_cast<double>(orders_.size())) continue;
      Order& order = orders_[orders_.size() - static_cast<std::size_t>(age)];
      if (order.size > 0) return order;
    }
  }

  double fraction() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

  std::mt19937_64 random_;
  std::vector<std::uint32_t> touch_;  // cents
  std::vector<double> last_;          // cumulative weight
  std::array<std::uint64_t, 4> next_number_{8'525'948, 4'730'777, 5'877'069, 5'340'337};
  std::vector<Order> orders_;
  std::size_t open_ = 0;
};

}  // namespace tickplant::bench
