// A made-up trading day in ITCH 5.0: valid from the first message to the last, the same for the same seed, as long and
// as deep as asked.
//
//   Session day{{.seed = 7, .symbols = 3}};
//   Buffer file;                        // BinaryFILE frames; unframed() gives single messages
//   day.open(file); day.trade(100'000, file); day.close(file);
//   day.truth().books().at(1).bids...   // what a receiver must know now
//
// The mix is that of a busy day: 45 % adds, 40 % deletes, 7 % executions, 6 % replaces, the rest seldom, and all 23
// types in a long stream. Prices lie near a touch that wanders, with tails; a few orders are stubs at a cent or
// 199,999. Deletes and executions prefer young orders. Instruments are unequal: the first are the busiest.
//
// Threads: one. Without truth: flat arrays, no allocation after the start but for the caller's buffer.
// Not here: bytes of a message (itch_wire.hpp), meaning (itch_truth.hpp), packets (mold_writer.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "platform/check.hpp"
#include "tests/support/itch_price_ladder.hpp"
#include "tests/support/itch_truth.hpp"
#include "tests/support/itch_wire.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::itch {

struct SessionOptions {
  std::uint64_t seed = 1;
  std::uint32_t symbols = 3;                 // stock locates 1 to this; at most 65535
  std::uint32_t live_orders = 1000;          // rises to about this many and stays there; at least 20
  std::uint32_t young_percent = 70;          // how many deletes, executions and replaces hit one of the newest orders
  std::uint32_t mean_interval_nanos = 1000;  // between messages, after the open
  bool keep_truth = true;                    // off: ten times faster, truth() stays empty
  bool may_cross = false;                    // on: bids above asks, as before the open
  std::uint32_t dropped_per_million = 0;     // fault: messages of trade() that are not written
  std::uint32_t bad_length_per_million = 0;  // fault: written one byte too short or too long
};

class Session {
 public:
  explicit Session(const SessionOptions& options)
      : options_(options), random_(options.seed), ladder_(options.symbols), instruments_(options.symbols) {
    TP_CHECK(options.symbols >= 1 && options.symbols <= 0xffff);
    TP_CHECK(options.live_orders >= 20);
    orders_.reserve(options.live_orders + options.live_orders / 4);
    for (std::uint32_t i = 0; i < options.symbols; ++i) instruments_[i] = make_instrument(i);
  }

  /// Start of messages, every instrument with its state, circuit breaker levels, opening crosses, start of trading.
  void open(Buffer& out) {
    time_nanos_ = 3 * kHourNanos;
    write(SystemEvent{no_instrument(), 'O'}, out);
    for (std::uint32_t i = 0; i < options_.symbols; ++i) {
      const Symbol stock = instruments_[i].stock;
      write(StockDirectory{.header = header(i), .stock = stock}, out);
      write(StockTradingAction{.header = header(i), .stock = stock}, out);
      write(RegShoRestriction{header(i), stock, '0'}, out);
    }
    time_nanos_ = 4 * kHourNanos;
    write(SystemEvent{no_instrument(), 'S'}, out);
    write(MwcbDeclineLevels{no_instrument(), {260'000'000'000}, {243'000'000'000}, {224'000'000'000}}, out);
    time_nanos_ = 9 * kHourNanos + kHourNanos / 2;
    write(SystemEvent{no_instrument(), 'Q'}, out);
    for (std::uint32_t i = 0; i < options_.symbols; ++i) write(cross(i, 'O'), out);
  }

  /// `message_count` messages of continuous trading, dropped ones counted too.
  void trade(std::uint64_t message_count, Buffer& out) {
    for (std::uint64_t i = 0; i < message_count; ++i) trade_once(out);
  }

  /// End of trading, closing crosses, end of messages.
  void close(Buffer& out) {
    write(SystemEvent{no_instrument(), 'M'}, out);
    for (std::uint32_t i = 0; i < options_.symbols; ++i) write(cross(i, 'C'), out);
    write(SystemEvent{no_instrument(), 'E'}, out);
    write(SystemEvent{no_instrument(), 'C'}, out);
  }

  /// Fault: the first `bytes` bytes (1 to 37) of one more framed message. It means nothing: truth() does not know it.
  void cut_off(std::size_t bytes, Buffer& out) {
    TP_CHECK(bytes >= 1 && bytes < 2 + kEncodedBytes<AddOrder>);
    const std::size_t whole = out.size();
    encode_framed(AddOrder{header(0), next_reference(), Side::bid, 100, instruments_[0].stock, {10'000}}, out);
    out.resize(whole + bytes);
  }

  [[nodiscard]] const Truth& truth() const { return truth_; }
  [[nodiscard]] std::uint64_t live_orders() const { return orders_.size(); }
  [[nodiscard]] std::uint64_t written() const { return written_; }  // messages, bad lengths among them
  [[nodiscard]] std::uint64_t bad_lengths() const { return bad_lengths_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  static constexpr std::uint64_t kHourNanos = 3'600'000'000'000;
  static constexpr std::uint16_t kStub = 0;  // step of an order far outside the ladder

  struct Instrument {
    Symbol stock{};
    std::uint32_t increment = 100;  // raw price of one step: a cent, or 0.0001 below a dollar
    std::uint32_t base = 0;         // raw price of step 0
    int middle = PriceLadder::kSteps / 2;
  };
  struct Order {
    OrderReference reference{};
    std::uint32_t shares = 0;
    std::uint32_t price = 0;  // raw
    std::uint16_t instrument = 0;
    std::uint16_t step = kStub;
    Side side = Side::bid;
  };

  Instrument make_instrument(std::uint32_t index) {
    Instrument made;
    made.stock = symbol("");
    std::size_t letters = index < 26 ? 1 : index < 26 * 26 ? 2 : index < 26 * 26 * 26 ? 3 : 4;
    for (std::uint32_t rest = index; letters > 0; rest /= 26)
      made.stock[--letters] = static_cast<char>('A' + rest % 26);
    const bool penny = index % 16 == 15;
    made.increment = penny ? 1 : 100;
    made.base = penny ? 1000 + random_.below(8000) : 100 * (100 + random_.below(50'000));
    return made;
  }

  // --- one message of the day ---------------------------------------------------------------------------------------

  void trade_once(Buffer& out) {
    // Of 1024: adds and deletes share 870 so that the number of live orders comes to its target; executions fill 46.
    const std::uint32_t roll = random_.below(1024);
    if (roll < adds_of_1024() || orders_.empty()) return add(out);
    if (roll < 870) return remove(out);
    if (roll < 942) return execute(out);
    if (roll < 1003) return replace(out);
    if (roll < 1011) return cancel(out);
    if (roll < 1015) return execute_with_price(out);
    if (roll < 1020) return put(hidden_trade(), out);
    seldom(out);
  }

  [[nodiscard]] std::uint32_t adds_of_1024() const {
    constexpr std::int64_t balanced = 458;
    constexpr std::int64_t most = 130;
    const auto target = static_cast<std::int64_t>(options_.live_orders);
    const auto missing = target - static_cast<std::int64_t>(orders_.size());
    return static_cast<std::uint32_t>(balanced + std::clamp(missing * 20 * most / target, -most, most));
  }

  void add(Buffer& out) {
    Order order;
    order.instrument = static_cast<std::uint16_t>(busy_instrument());
    order.side = random_.chance(1, 2) ? Side::bid : Side::ask;
    order.reference = next_reference();
    order.shares = some_shares();
    price(order);
    const Symbol stock = instruments_[order.instrument].stock;
    if (random_.chance(1, 32)) {
      put(AddOrderAttributed{header(order.instrument),
                             order.reference,
                             order.side,
                             order.shares,
                             stock,
                             {order.price},
                             padded<4>(random_.chance(1, 2) ? "GSCO" : "NITE")},
          out);
    } else {
      put(AddOrder{header(order.instrument), order.reference, order.side, order.shares, stock, {order.price}}, out);
    }
    rest(order);
  }

  void remove(Buffer& out) {
    const std::size_t index = some_order();
    put(OrderDelete{header(orders_[index].instrument), orders_[index].reference}, out);
    take(index);
  }

  void cancel(Buffer& out) {
    const std::size_t index = some_order();
    Order& order = orders_[index];
    if (order.shares < 2) return remove(out);
    const std::uint32_t shares = 1 + random_.below(order.shares - 1);
    put(OrderCancel{header(order.instrument), order.reference, shares}, out);
    order.shares -= shares;
  }

  void execute(Buffer& out) {
    const std::size_t index = order_near_the_touch();
    const std::uint32_t shares = some_of(orders_[index]);
    const std::uint16_t instrument = orders_[index].instrument;
    put(OrderExecuted{header(instrument), orders_[index].reference, shares, next_match(instrument)}, out);
    reduce(index, shares);
  }

  void execute_with_price(Buffer& out) {
    const std::size_t index = order_near_the_touch();
    const Order order = orders_[index];
    const std::uint32_t shares = some_of(order);
    const std::uint32_t better = instruments_[order.instrument].increment * random_.below(3);
    put(OrderExecutedWithPrice{header(order.instrument),
                               order.reference,
                               shares,
                               next_match(order.instrument),
                               random_.chance(3, 4) ? 'Y' : 'N',
                               {order.price + better}},
        out);
    reduce(index, shares);
  }

  void replace(Buffer& out) {
    const std::size_t index = some_order();
    Order order = orders_[index];
    const OrderReference original = order.reference;
    take(index);
    order.reference = next_reference();
    order.shares = some_shares();
    price(order);
    put(OrderReplace{header(order.instrument), original, order.reference, order.shares, {order.price}}, out);
    rest(order);
  }

  Trade hidden_trade() {
    const std::uint32_t i = busy_instrument();
    return {header(i), {}, Side::bid, some_shares(), instruments_[i].stock, middle_price(i), next_match(i)};
  }

  CrossTrade cross(std::uint32_t i, char type) {
    return {header(i), std::uint64_t{some_shares()} * 10, instruments_[i].stock, middle_price(i), next_match(i), type};
  }

  void seldom(Buffer& out) {
    const std::uint32_t i = busy_instrument();
    const Symbol stock = instruments_[i].stock;
    const Price4 middle = middle_price(i);
    const Price4 above{middle.raw + 10 * instruments_[i].increment};
    const Price4 below{middle.raw - 10 * instruments_[i].increment};
    const std::uint64_t seconds = time_nanos_ / 1'000'000'000;
    switch (random_.below(13)) {
      case 0: return put(cross(i, 'H'), out);
      case 1: return break_trade(out);
      case 2: return put(NetOrderImbalance{header(i), 1000, 300, 'B', stock, above, below, middle, 'C', 'L'}, out);
      case 3: return put(RetailPriceImprovement{header(i), stock, "BSAN"[random_.below(4)]}, out);
      case 4: return put(StockTradingAction{header(i), stock, "HPQT"[random_.below(4)], ' ', padded<4>("T1")}, out);
      case 5: return put(RegShoRestriction{header(i), stock, "012"[random_.below(3)]}, out);
      case 6: return put(MarketParticipantPosition{header(i), padded<4>("NITE"), stock}, out);
      case 7: return put(LuldAuctionCollar{header(i), stock, middle, above, below, random_.below(3)}, out);
      case 8: return put(IpoQuotingPeriod{header(i), stock, static_cast<std::uint32_t>(seconds), 'A', middle}, out);
      case 9: return put(OperationalHalt{header(i), stock, 'Q', random_.chance(1, 2) ? 'H' : 'T'}, out);
      case 10: return put(DirectListing{header(i), stock, 'Y', below, above, middle, {time_nanos_}, below, above}, out);
      case 11: return put(MwcbStatus{no_instrument(), "123"[random_.below(3)]}, out);
      default: return put(MwcbDeclineLevels{no_instrument(), {above.raw}, {middle.raw}, {below.raw}}, out);
    }
  }

  void break_trade(Buffer& out) {
    const Matched& matched = matched_[random_.below(static_cast<std::uint32_t>(matched_.size()))];
    put(BrokenTrade{header(matched.instrument), matched.number}, out);
  }

  // --- orders -------------------------------------------------------------------------------------------------------

  void price(Order& order) {
    Instrument& instrument = instruments_[order.instrument];
    const auto chance = static_cast<std::uint32_t>(random_.next());
    if ((chance & 0xff) == 0) {  // a stub: far outside, on its own side
      order.step = kStub;
      order.price = order.side == Side::bid ? instrument.increment : 1'999'990'000;
      return;
    }
    if ((chance & 0xf00) == 0)
      instrument.middle = std::clamp(instrument.middle + ((chance & 0x1000) != 0 ? 1 : -1), 128, 383);
    const int away = 1 + steps_from_best();
    const int wanted = order.side == Side::bid ? instrument.middle - away : instrument.middle + away;
    if (options_.may_cross) {
      order.step = static_cast<std::uint16_t>(order.side == Side::bid ? wanted + 3 : wanted - 3);
    } else {
      order.step = ladder_.passive_step(order.instrument, order.side, wanted);
    }
    order.price = instrument.base + order.step * instrument.increment;
  }

  /// Half at the best price, half as many one step away, and so on; one in five further out, one in ten anywhere.
  [[nodiscard]] int steps_from_best() {
    const int near = std::countr_zero(static_cast<std::uint32_t>(random_.next()) | 0x800u);
    const std::uint32_t tail = random_.below(10);
    if (tail == 0) return static_cast<int>(random_.below(120));
    return tail < 3 ? 8 * near : near;
  }

  void rest(const Order& order) {
    if (order.step != kStub && !options_.may_cross) ladder_.add(order.instrument, order.side, order.step);
    orders_.push_back(order);
  }

  void take(std::size_t index) {
    const Order& order = orders_[index];
    if (order.step != kStub && !options_.may_cross) ladder_.remove(order.instrument, order.side, order.step);
    orders_[index] = orders_.back();
    orders_.pop_back();
  }

  void reduce(std::size_t index, std::uint32_t shares) {
    orders_[index].shares -= shares;
    if (orders_[index].shares == 0) take(index);
  }

  [[nodiscard]] std::size_t some_order() {
    const auto count = static_cast<std::uint32_t>(orders_.size());
    if (!random_.chance(options_.young_percent, 100)) return random_.below(count);
    return count - 1 - random_.below(std::min(count, 1024u));  // the newest stand at the end, roughly
  }

  [[nodiscard]] std::size_t order_near_the_touch() {
    std::size_t nearest = some_order();
    for (int i = 0; i < 3; ++i)
      if (const std::size_t other = some_order(); steps_away(orders_[other]) < steps_away(orders_[nearest]))
        nearest = other;
    return nearest;
  }
  [[nodiscard]] int steps_away(const Order& order) const {
    if (order.step == kStub) return PriceLadder::kSteps;
    return order.side == Side::bid ? ladder_.best_bid(order.instrument) - order.step
                                   : order.step - ladder_.best_ask(order.instrument);
  }

  /// All of it, three times out of five.
  [[nodiscard]] std::uint32_t some_of(const Order& order) {
    return random_.chance(3, 5) ? order.shares : 1 + random_.below(order.shares);
  }
  [[nodiscard]] std::uint32_t some_shares() {
    return random_.chance(3, 4) ? 100 * (1 + random_.below(10)) : 1 + random_.below(500);
  }

  [[nodiscard]] std::uint32_t busy_instrument() {
    const std::uint64_t chance = random_.next() >> 32;
    return static_cast<std::uint32_t>(((chance * chance >> 32) * options_.symbols) >> 32);
  }
  [[nodiscard]] Price4 middle_price(std::uint32_t i) const {
    return {instruments_[i].base + static_cast<std::uint32_t>(instruments_[i].middle) * instruments_[i].increment};
  }

  // --- numbers that only grow ---------------------------------------------------------------------------------------

  [[nodiscard]] OrderReference next_reference() {
    last_reference_ += random_.chance(7, 8) ? 1 : 1 + random_.below(16);
    return {last_reference_};
  }
  [[nodiscard]] MatchNumber next_match(std::uint32_t instrument) {
    const MatchNumber number{++last_match_};
    matched_[last_match_ % matched_.size()] = {number, instrument};
    return number;
  }
  [[nodiscard]] Header header(std::uint32_t instrument) {
    time_nanos_ += random_.below(2 * options_.mean_interval_nanos + 1);
    return {{static_cast<std::uint16_t>(instrument + 1)}, {++tracking_}, {time_nanos_}};
  }
  [[nodiscard]] Header no_instrument() {
    Header made = header(0);
    made.stock_locate = {};
    return made;
  }

  // --- out ----------------------------------------------------------------------------------------------------------

  template <class Message>
  void write(const Message& message, Buffer& out) {
    encode_framed(message, out);
    ++written_;
    if (options_.keep_truth) truth_.apply(message);
  }

  /// As `write`, with the faults asked for.
  template <class Message>
  void put(const Message& message, Buffer& out) {
    if (options_.dropped_per_million != 0 && random_.chance(options_.dropped_per_million, 1'000'000)) {
      ++dropped_;
      return;
    }
    if (options_.bad_length_per_million != 0 && random_.chance(options_.bad_length_per_million, 1'000'000))
      return put_with_bad_length(message, out);
    write(message, out);
  }

  template <class Message>
  void put_with_bad_length(const Message& message, Buffer& out) {
    const std::size_t begin = out.size();
    encode_framed(message, out);
    out.resize(random_.chance(1, 2) ? out.size() - 1 : out.size() + 1);
    feedhandlers::venue::detail::Cursor{out.data() + begin}.put(static_cast<std::uint16_t>(out.size() - begin - 2));
    ++written_;
    ++bad_lengths_;
  }

  struct Matched {
    MatchNumber number{};
    std::uint32_t instrument = 0;
  };

  SessionOptions options_;
  Random random_;
  PriceLadder ladder_;
  std::vector<Instrument> instruments_;
  std::vector<Order> orders_;
  std::array<Matched, 64> matched_{};
  Truth truth_;
  std::uint64_t time_nanos_ = 0;
  std::uint64_t last_reference_ = 10'000;
  std::uint64_t last_match_ = 0;
  std::uint16_t tracking_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t bad_lengths_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace tickplant::tests::itch
