// What does the order book alone cost per message, how much of it is waiting for memory, and how far is it from the
// book that everybody writes first? A design that is slower than the kept one here is not worth its code.
//
//   book_micro_bench [messages] [rounds] [case]       20,000,000 messages, 5 rounds, all cases in turns
//
// Prints the median over rounds per case in ns/message, and the ratio to the map book of the same run. The stream is
// made beforehand (book_stream.hpp). For instruction counts: valgrind --tool=callgrind with 1,000,000 messages and one
// case.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/book/book_stream.hpp"
#include "bench/book/map_book.hpp"
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
constexpr std::size_t kSlotsAhead = 16;
constexpr std::size_t kLevelsAhead = 8;

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

struct Outcome {
  double ns_per_message = 0;
  std::size_t open_orders = 0;
  std::int64_t bbo_sum = 0;  // over instruments: both books must agree
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

void prefetch_slot(const OrderBook& book, const BookMessage& message) {
  if (message.type == BookMessage::Type::add) {
    book.prefetch_add({message.reference}, InstrumentId{message.instrument});
  } else {
    book.prefetch({message.reference});
    if (message.type == BookMessage::Type::replace) book.prefetch({message.new_reference});
  }
}

void prefetch_levels(OrderBook& book, const BookMessage& message) {
  if (message.type == BookMessage::Type::add) {
    book.prefetch_levels(InstrumentId{message.instrument}, message.is_ask ? Side::ask : Side::bid);
  } else {
    book.prefetch_levels(OrderReference{message.reference});
  }
}

using Messages = std::vector<BookMessage>;

void run_plain(OrderBook& book, const Messages& messages, Sink& sink) {
  for (const BookMessage& message : messages) apply(book, message, sink);
}

/// A day file: look ahead without end.
void run_pipelined(OrderBook& book, const Messages& messages, Sink& sink) {
  const std::size_t count = messages.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (i + kSlotsAhead < count) prefetch_slot(book, messages[i + kSlotsAhead]);
    if (i + kLevelsAhead < count) prefetch_levels(book, messages[i + kLevelsAhead]);
    apply(book, messages[i], sink);
  }
}

/// A live feed: packets of eight messages, no look past the end of one.
void run_packets(OrderBook& book, const Messages& messages, Sink& sink) {
  constexpr std::size_t kPacket = 8;
  for (std::size_t begin = 0; begin < messages.size(); begin += kPacket) {
    const std::size_t end = std::min(begin + kPacket, messages.size());
    for (std::size_t i = begin; i < end; ++i) prefetch_slot(book, messages[i]);
    for (std::size_t i = begin; i < end; ++i) prefetch_levels(book, messages[i]);
    for (std::size_t i = begin; i < end; ++i) apply(book, messages[i], sink);
  }
}

void run_map(MapBook& book, const Messages& messages) {
  for (const BookMessage& message : messages) {
    switch (message.type) {
      case BookMessage::Type::add:
        book.add(message.reference, message.instrument, message.is_ask, nine_decimals(message.price), message.size);
        break;
      case BookMessage::Type::remove: book.remove(message.reference); break;
      case BookMessage::Type::execute:
      case BookMessage::Type::cancel: book.reduce(message.reference, message.size); break;
      case BookMessage::Type::replace:
        book.replace(message.reference, message.new_reference, nine_decimals(message.price), message.size);
        break;
    }
  }
}

/// Processor time of this thread: what other programs take of a shared machine is not counted (what they do to its
/// caches is).
template <typename Work>
double ns_per_message(const Messages& messages, Work&& work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
  };
  const double begin = now();
  work();
  return (now() - begin) / static_cast<double>(messages.size());
}

using Run = void (*)(OrderBook&, const Messages&, Sink&);

Outcome measure(Run run, const Messages& messages) {
  const auto book = std::make_unique<OrderBook>(
      feedhandlers::OrderBookConfig{.instrument_count = BookStream::kInstruments, .order_capacity = kOrderCapacity});
  Sink sink;
  Outcome outcome;
  outcome.ns_per_message = ns_per_message(messages, [&] { run(*book, messages, sink); });
  volatile std::uint64_t kept = sink.sum;
  (void)kept;
  outcome.open_orders = book->open_orders();
  for (std::uint32_t id = 0; id < BookStream::kInstruments; ++id) {
    const ringbuf::QuoteBody bbo = book->bbo({id});
    if (is_present(bbo.bid_price)) outcome.bbo_sum += bbo.bid_price.value;
    if (is_present(bbo.ask_price)) outcome.bbo_sum += bbo.ask_price.value;
  }
  return outcome;
}

Outcome measure_map(const Messages& messages) {
  MapBook book(BookStream::kInstruments, kOrderCapacity);
  Outcome outcome;
  outcome.ns_per_message = ns_per_message(messages, [&] { run_map(book, messages); });
  outcome.open_orders = book.open_orders();
  for (std::uint32_t id = 0; id < BookStream::kInstruments; ++id)
    outcome.bbo_sum += book.best_bid(id) + book.best_ask(id);
  return outcome;
}

struct Case {
  const char* name;
  std::function<Outcome(const Messages&)> measure;
  std::vector<double> rounds;
};

int run(std::size_t message_count, std::size_t rounds, std::string_view only) {
  BookStream stream(1);
  const Messages messages = stream.make(message_count, message_count * 7 / 100);
  std::vector<Case> cases;
  const auto offer = [&](const char* name, std::function<Outcome(const Messages&)> measure_case) {
    if (only.empty() || only == name) cases.push_back({name, std::move(measure_case), {}});
  };
  offer("pipelined", [](const Messages& all) { return measure(run_pipelined, all); });
  offer("packets", [](const Messages& all) { return measure(run_packets, all); });
  offer("plain", [](const Messages& all) { return measure(run_plain, all); });
  offer("map", measure_map);
  std::printf("%zu messages, %zu open at the end, median of %zu rounds\n", messages.size(), stream.open(), rounds);

  std::int64_t bbo_sum = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (Case& one : cases) {
      const Outcome outcome = one.measure(messages);
      if (bbo_sum == 0) bbo_sum = outcome.bbo_sum;
      if (outcome.open_orders != stream.open() || outcome.bbo_sum != bbo_sum) {
        std::fprintf(stderr, "%s: wrong book at the end\n", one.name);
        return 1;
      }
      one.rounds.push_back(outcome.ns_per_message);
    }
  }
  for (Case& one : cases) std::sort(one.rounds.begin(), one.rounds.end());
  for (const Case& one : cases) {
    const double median = one.rounds[one.rounds.size() / 2];
    const double peer = cases.back().rounds[cases.back().rounds.size() / 2];
    std::printf("%-10s %7.1f ns/message (best %.1f, worst %.1f)  %.1f x faster than %s\n", one.name, median,
                one.rounds.front(), one.rounds.back(), peer / median, cases.back().name);
  }
  return 0;
}

}  // namespace
}  // namespace tickplant::bench

int main(int argc, char** argv) {
  const auto number = [&](int index, std::size_t otherwise) {
    return argc > index ? std::strtoull(argv[index], nullptr, 10) : otherwise;
  };
  return tickplant::bench::run(std::max<std::size_t>(1, number(1, 20'000'000)), std::max<std::size_t>(1, number(2, 5)),
                               argc > 3 ? argv[3] : "");
}
