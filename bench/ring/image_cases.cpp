// Reading an image entry that is being written all the time: a writer publishes quotes and trades of one instrument as
// fast as it can, to ring, newest and image as a feed does; the reader asks for that instrument's image until it gets
// a value.
//
// Threads: writer and reader, a process each.
#include <new>

#include "bench/peers/broadcast_ring.hpp"
#include "bench/ring/floor.hpp"
#include "bench/ring/ring_suite.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/newest_table.hpp"

namespace tickplant::bench {
namespace {

using namespace ringbuf;

constexpr InstrumentId kInstrument{1};

/// Ring, newest and image of two instruments (one that is none).
struct Tables {
  RingMemory ring;
  SharedBlock image{2 * sizeof(ImageSlot)};
  SharedBlock newest{2 * sizeof(NewestSlot)};
};

/// Every field follows from `number`, so that a mixture is recognised.
QuoteBody quote_of(std::uint64_t number) noexcept {
  const auto price = static_cast<std::int64_t>(number);
  return {{price}, {price + 1}, {number + 2}, {number + 3}};
}

void require_consistent(const ImageEntry& entry) {
  const auto number = static_cast<std::uint64_t>(entry.bid_price.value);
  const QuoteBody quote{entry.bid_price, entry.ask_price, entry.bid_size, entry.ask_size};
  // A trade follows its quote; it has the quote's number as its id and size.
  const bool right = quote == quote_of(number) && (entry.stamp == 2 * number || entry.stamp == 2 * number - 1) &&
                     entry.last_trade_id == entry.stamp / 2 && entry.last_size.value == entry.stamp / 2;
  if (!right) throw platform::SetupError{"an image entry is torn", "this is a bug: run the stress tests of ringbuf"};
}

class Feed {
 public:
  explicit Feed(Tables& tables)
      : ring_(tables.ring.writer()),
        image_({reinterpret_cast<ImageSlot*>(tables.image.writable()), 2}),
        newest_({reinterpret_cast<NewestSlot*>(tables.newest.writable()), 2}) {
    tables.image.prefault();
    tables.newest.prefault();
  }
  void quote_and_trade(std::uint64_t number) noexcept {
    publish(quote_of(number));
    TradeBody trade{};
    trade.price = {static_cast<std::int64_t>(1 + number % 16)};
    trade.size = {number};
    trade.trade_id = number;
    publish(trade);
  }

 private:
  template <RecordBody Body>
  void publish(const Body& body) noexcept {
    ringbuf::Record record = ringbuf::make_record(kInstrument, {}, {}, body);
    record.header.stamp = ring_.publish(&record).value;
    newest_.apply(record.header, body);
    image_.apply(record.header, body);
  }
  TickWriter ring_;
  ImageWriter image_;
  NewestWriter newest_;
};

struct ReadCost {
  double p50 = 0, p99 = 0, busy_share = 0;
};

ReadCost measure_reads(Stage& stage, std::uint64_t count) {
  stage.reset_meeting();
  Meeting& meeting = stage.meeting();
  Tables tables;
  SideProcess writer([&] {
    Feed feed(tables);
    stage.enter_writer();
    for (std::uint64_t number = 1; meeting.reader_position.load(std::memory_order_relaxed) == 0; ++number) {
      feed.quote_and_trade(number);
      if (number == 1'000) meeting.is_warm.store(1, std::memory_order_release);
    }
  });
  SideProcess reader([&] {
    const ImageReader image({reinterpret_cast<const ImageSlot*>(tables.image.read_only()), 2});
    tables.image.prefault();
    stage.enter_reader();
    while (meeting.is_warm.load(std::memory_order_acquire) == 0) platform::cpu_pause();
    ImageEntry entry;
    std::uint64_t busy = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t begin = platform::read_tsc_ordered();
      for (TableRead read = image.read(kInstrument, entry); read != TableRead::value;
           read = image.read(kInstrument, entry))
        ++busy;
      meeting.latency_ticks[i] = platform::read_tsc() - begin;
      require_consistent(entry);
    }
    meeting.figure[0].store(static_cast<double>(busy) / static_cast<double>(count + busy));
    meeting.reader_position.store(1, std::memory_order_release);
  });
  SideProcess::join_all({&writer, &reader}, Stage::kPatience);
  const Latencies latencies = stage.latencies(count);
  return {latencies.p50, latencies.p99, meeting.figure[0].load()};
}

}  // namespace

void measure_image_reads(Stage& stage) {
  const std::uint64_t count = stage.sized<std::uint64_t>(500'000, 5'000);
  std::vector<Pair> p50, p99;
  std::vector<double> floors, busy;
  for (int round = 0; round < stage.options().rounds; ++round) {
    const double floor = floor_nanos(stage);
    const ReadCost cost = measure_reads(stage, count);
    floors.push_back(floor);
    p50.push_back({cost.p50, floor});
    p99.push_back({cost.p99, floor});
    busy.push_back(100 * cost.busy_share);
  }
  const std::string conditions = std::to_string(count) +
                                 " reads, each until it gave a value; the writer publishes quotes and trades of that "
                                 "instrument without a pause; " +
                                 stage.placement(floors);
  stage.add("image read, entry being written", "latency p50", "ns", p50, kFloor, conditions);
  stage.add("image read, entry being written", "latency p99", "ns", p99, kFloor, conditions);
  stage.add("image read, entry being written", "reads answered busy", "%", busy, conditions);
}

}  // namespace tickplant::bench
