// What does the order book alone cost per message, how much of it is waiting for memory, and how far is it from the
// book that everybody writes first? A design that is slower than the kept one here is not worth its code.
//
//   book_micro_bench [messages] [case]       20,000,000 messages, all cases: pipelined, packets, plain, map
//
// The stream is made beforehand (book_stream.hpp). The cases run in turns, 100,000 messages at a time, so that a noisy
// machine is equally noisy to all; the ratio is the result, the nanoseconds are colour. For instruction counts:
// valgrind --tool=callgrind --toggle-collect='*Book*::run*' with 2,000,000 messages and one case.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "bench/book/book_stream.hpp"
#include "bench/map_book.hpp"
#include "feedhandlers/book/order_book.hpp"

namespace tickplant::bench {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::OrderReference;
using ringbuf::InstrumentId;
using ringbuf::Price;
using ringbuf::Side;
using ringbuf::Size;

constexpr std::size_t kOrderCapacity = 2'000'000;

/// What a normaliser would read of every result; keeps the work from being optimised away.
struct Sink {
  std::uint64_t sum = 0;

  void take(const OrderBook& book, InstrumentId instrument, const feedhandlers::LevelChange& change) {
    sum += change.size.value + change.index + change.order_count;
    if (change.bbo_changed()) {
      const ringbuf::QuoteBody bbo = book.bbo(instrument);
      sum += static_cast<std::uint64_t>(bbo.bid_price.value) + bbo.ask_size.value;
    }
  }
};

constexpr std::int64_t nine_decimals(std::uint32_t price) { return std::int64_t{price} * 100'000; }

void apply(OrderBook& book, const BookMessage& message, Sink& sink) {
  const OrderReference reference{message.reference};
  switch (message.type) {
    case BookMessage::Type::add: {
      const auto result = book.add(reference, InstrumentId{message.instrument}, message.is_ask ? Side::ask : Side::bid,
                                   {nine_decimals(message.price)}, {message.size});
      sink.take(book, result.instrument, result.level);
      break;
    }
    case BookMessage::Type::remove: {
      const auto result = book.remove(reference);
      sink.take(book, result.instrument, result.level);
      break;
    }
    case BookMessage::Type::execute: {
      const auto result = book.execute(reference, {message.size});
      sink.take(book, result.instrument, result.level);
      break;
    }
    case BookMessage::Type::cancel: {
      const auto result = book.cancel(reference, {message.size});
      sink.take(book, result.instrument, result.level);
      break;
    }
    case BookMessage::Type::replace: {
      const auto result =
          book.replace(reference, {message.new_reference}, {nine_decimals(message.price)}, {message.size});
      sink.take(book, result.instrument, result.removed);
      sink.take(book, result.instrument, result.added);
      break;
    }
  }
}

/// The order's slot and the book's header.
void prefetch_first(const OrderBook& book, const BookMessage& message) {
  book.prefetch_add({message.reference}, InstrumentId{message.instrument});
  if (message.type == BookMessage::Type::replace) [[unlikely]]
    book.prefetch({message.new_reference});
}

void prefetch_second(OrderBook& book, const BookMessage& message) {
  const Side side = message.is_ask ? Side::ask : Side::bid;
  book.prefetch_levels({message.reference}, InstrumentId{message.instrument},
                       message.type == BookMessage::Type::add ? side : Side::none);
}

using Messages = std::span<const BookMessage>;

/// One contestant. Takes the stream a turn at a time; `turn` is a part of `all`.
class Contestant {
 public:
  virtual ~Contestant() = default;
  virtual void run(Messages all, std::size_t begin, std::size_t end) = 0;
  [[nodiscard]] virtual std::size_t open_orders() const = 0;
  [[nodiscard]] virtual std::int64_t bbo_sum() const = 0;  // over instruments: all must agree
};

enum class LookAhead { none, packet, unlimited };

template <LookAhead kLookAhead>
class OurBook final : public Contestant {
 public:
  void run(Messages all, std::size_t begin, std::size_t end) override {
    if constexpr (kLookAhead == LookAhead::none) {
      for (std::size_t i = begin; i < end; ++i) apply(book_, all[i], sink_);
    } else if constexpr (kLookAhead == LookAhead::packet) {
      constexpr std::size_t kPacketMessages = 8;
      for (std::size_t first = begin; first < end; first += kPacketMessages) {
        const Messages packet = all.subspan(first, std::min(kPacketMessages, end - first));
        for (const BookMessage& message : packet) prefetch_first(book_, message);
        for (const BookMessage& message : packet) prefetch_second(book_, message);
        for (const BookMessage& message : packet) apply(book_, message, sink_);
      }
    } else {
      for (std::size_t i = begin; i < end; ++i) {
        prefetch_first(book_, all[std::min(i + kFirstAhead, all.size() - 1)]);
        prefetch_second(book_, all[std::min(i + kSecondAhead, all.size() - 1)]);
        apply(book_, all[i], sink_);
      }
    }
  }

  [[nodiscard]] std::size_t open_orders() const override { return book_.open_orders(); }
  [[nodiscard]] std::int64_t bbo_sum() const override {
    std::int64_t sum = 0;
    for (std::uint32_t id = 0; id < BookStream::kInstruments; ++id) {
      const ringbuf::QuoteBody bbo = book_.bbo({id});
      if (is_present(bbo.bid_price)) sum += bbo.bid_price.value;
      if (is_present(bbo.ask_price)) sum += bbo.ask_price.value;
    }
    return sum;
  }

 private:
  static constexpr std::size_t kFirstAhead = 16;
  static constexpr std::size_t kSecondAhead = 8;

  OrderBook book_{{.instrument_count = BookStream::kInstruments, .order_capacity = kOrderCapacity}};
  Sink sink_;
};

class PeerBook final : public Contestant {
 public:
  void run(Messages all, std::size_t begin, std::size_t end) override {
    for (const BookMessage& message : all.subspan(begin, end - begin)) {
      switch (message.type) {
        case BookMessage::Type::add:
          book_.add(message.reference, message.instrument, message.is_ask, nine_decimals(message.price), message.size);
          break;
        case BookMessage::Type::remove: book_.remove(message.reference); break;
        case BookMessage::Type::execute:
        case BookMessage::Type::cancel: book_.reduce(message.reference, message.size); break;
        case BookMessage::Type::replace:
          book_.replace(message.reference, message.new_reference, nine_decimals(message.price), message.size);
          break;
      }
    }
  }

  [[nodiscard]] std::size_t open_orders() const override { return book_.open_orders(); }
  [[nodiscard]] std::int64_t bbo_sum() const override {
    std::int64_t sum = 0;
    for (std::uint32_t id = 0; id < BookStream::kInstruments; ++id) sum += book_.best_bid(id) + book_.best_ask(id);
    return sum;
  }

 private:
  MapBook book_{BookStream::kInstruments, kOrderCapacity};
};

/// Processor time of this thread: what other programs take of a shared machine is not counted (what they do to its
/// caches is).
double thread_nanos() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double measure_turn(Contestant& contestant, Messages all, std::size_t begin, std::size_t end) {
  const double before = thread_nanos();
  contestant.run(all, begin, end);
  return thread_nanos() - before;
}

struct Case {
  const char* name;
  std::unique_ptr<Contestant> contestant;
  double total_ns = 0;
  std::vector<double> turns;  // ns/message
};

int run(std::size_t message_count, std::string_view only) {
  constexpr std::size_t kTurnMessages = 100'000;
  BookStream stream(1);
  const std::vector<BookMessage> messages = stream.make(message_count, message_count * 7 / 100);
  std::vector<Case> cases;
  const auto offer = [&]<typename T>(const char* name, std::type_identity<T>) {
    if (only.empty() || only == name) cases.push_back({name, std::make_unique<T>(), 0, {}});
  };
  offer("pipelined", std::type_identity<OurBook<LookAhead::unlimited>>{});
  offer("packets", std::type_identity<OurBook<LookAhead::packet>>{});
  offer("plain", std::type_identity<OurBook<LookAhead::none>>{});
  offer("map", std::type_identity<PeerBook>{});
  if (cases.empty()) {
    std::fprintf(stderr, "no such case: pipelined, packets, plain or map\n");
    return 2;
  }
  for (std::size_t begin = 0; begin < messages.size(); begin += kTurnMessages) {
    const std::size_t end = std::min(begin + kTurnMessages, messages.size());
    for (Case& one : cases) {
      const double taken = measure_turn(*one.contestant, messages, begin, end);
      one.total_ns += taken;
      one.turns.push_back(taken / static_cast<double>(end - begin));
    }
  }
  std::printf("%zu messages, %zu orders open at the end; ns/message\n", messages.size(), stream.open());
  const double peer = cases.back().total_ns;
  for (Case& one : cases) {
    if (one.contestant->open_orders() != stream.open() ||
        one.contestant->bbo_sum() != cases.front().contestant->bbo_sum()) {
      std::fprintf(stderr, "%s: wrong book at the end\n", one.name);
      return 1;
    }
    std::sort(one.turns.begin(), one.turns.end());
    std::printf("%-10s mean %6.1f  median turn %6.1f  best tenth %6.1f  %5.1f x faster than %s\n", one.name,
                one.total_ns / static_cast<double>(messages.size()), one.turns[one.turns.size() / 2],
                one.turns[one.turns.size() / 10], peer / one.total_ns, cases.back().name);
  }
  return 0;
}

}  // namespace
}  // namespace tickplant::bench

int main(int argc, char** argv) {
  const std::size_t messages = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000'000;
  return tickplant::bench::run(std::max<std::size_t>(1, messages), argc > 2 ? argv[2] : "");
}
