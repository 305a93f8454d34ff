// Suite `itch`: what a NASDAQ TotalView-ITCH 5.0 message costs, from its bytes to the records in the ring.
//
// Input: a generated day, after a warm-up that brings the books to their size. Parse alone is compared with a bare loop
// that picks the same fields by hand; parse + book + publish with parse + a book of std::map and std::unordered_map
// that publishes nothing. What would change our mind: parse above 1.3 bare loops, the whole path above a tenth of the
// map book.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "bench/harness/bench_clock.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/map_feed.hpp"
#include "bench/suites.hpp"
#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/itch50/itch50_feed.hpp"
#include "platform/cpu_affinity.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/itch_session.hpp"

namespace tickplant::bench {
namespace {

namespace itch50 = feedhandlers::itch50;
using itch50::Message;
using platform::read_tsc;

constexpr std::size_t kBatch = 512;

struct Shape {
  std::uint32_t symbols;
  std::uint32_t live_orders;
  std::uint64_t messages;
};

/// Framed messages: those that fill the books, and those that are measured.
struct Stream {
  std::vector<std::byte> bytes;
  std::size_t measured_from = 0;
  std::uint64_t measured_messages = 0;
};

Stream make_stream(const Shape& shape) {
  tests::itch::Session session(
      {.seed = 7, .symbols = shape.symbols, .live_orders = shape.live_orders, .keep_truth = false});
  Stream stream;
  stream.bytes.reserve(34 * (shape.messages + 8 * std::uint64_t{shape.live_orders}));
  session.open(stream.bytes);
  while (session.live_orders() < shape.live_orders - shape.live_orders / 50) session.trade(1000, stream.bytes);
  stream.measured_from = stream.bytes.size();
  session.trade(shape.messages, stream.bytes);
  stream.measured_messages = shape.messages;
  return stream;
}

/// Cuts a stream into messages, up to kBatch at a time.
template <class OnBatch>
void for_each_batch(std::span<const std::byte> bytes, OnBatch&& on_batch) {
  std::array<Message, kBatch> batch;
  std::size_t count = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = feedhandlers::load_big<std::uint16_t>(bytes.data() + at);
    batch[count++] = bytes.subspan(at + 2, length);
    at += 2 + length;
    if (count == kBatch || at == bytes.size()) on_batch(std::span<const Message>{batch.data(), count}), count = 0;
  }
}

/// Everything that a feed writes to, as in a plant, in private memory.
class Path {
 public:
  explicit Path(const Shape& shape)
      : capacity_(shape.symbols + 1),
        ring_(sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kTickSlotBytes),
        image_(capacity_ * ringbuf::kImageEntryBytes),
        newest_(capacity_ * ringbuf::kNewestEntryBytes),
        depth_(capacity_ * ringbuf::kDepthEntryBytes),
        instruments_(ringbuf::InstrumentDirectoryWriter::payload_bytes(shape.symbols)),
        directory_(instruments_.bytes(), shape.symbols),
        publisher_(ringbuf::TickWriter::over(ring_.bytes(), kSlots),
                   ringbuf::ImageWriter(ringbuf::array_at<ringbuf::ImageSlot>(image_.bytes(), 0, capacity_)),
                   ringbuf::NewestWriter(ringbuf::array_at<ringbuf::NewestSlot>(newest_.bytes(), 0, capacity_)),
                   ringbuf::DepthWriter(ringbuf::array_at<ringbuf::DepthSlot>(depth_.bytes(), 0, capacity_))),
        book_({.instrument_count = capacity_, .order_capacity = shape.live_orders + shape.live_orders / 4}),
        feed_(publisher_, directory_, book_, "XNAS", {1}, {}) {
    feed_.begin_day({});
  }

  template <class Observer = itch50::NoObserver>
  void run(std::span<const std::byte> bytes, Observer&& observer = {}) {
    for_each_batch(bytes, [&](std::span<const Message> batch) { feed_.on_messages(batch, 1, observer); });
  }

  [[nodiscard]] std::size_t open_orders() const noexcept { return book_.open_orders(); }
  [[nodiscard]] std::uint64_t best_levels_sum() const noexcept {
    std::uint64_t sum = 0;
    const auto add = [&](ringbuf::Price price, ringbuf::Size size) {
      if (ringbuf::is_present(price)) sum += static_cast<std::uint64_t>(price.value / 100'000) * size.value;
    };
    for (std::uint32_t i = 1; i < capacity_; ++i) {
      const ringbuf::QuoteBody bbo = book_.bbo({i});
      add(bbo.bid_price, bbo.bid_size);
      add(bbo.ask_price, bbo.ask_size);
    }
    return sum;
  }

 private:
  static constexpr std::uint64_t kSlots = 1 << 16;
  std::size_t capacity_;
  ringbuf::PrivatePayload ring_;
  ringbuf::PrivatePayload image_;
  ringbuf::PrivatePayload newest_;
  ringbuf::PrivatePayload depth_;
  ringbuf::PrivatePayload instruments_;
  ringbuf::InstrumentDirectoryWriter directory_;
  feedhandlers::TickPublisher publisher_;
  feedhandlers::OrderBook book_;
  itch50::Itch50Feed feed_;
};

/// What both parse loops compute, so that neither can leave work out: the fields of orders, added up.
struct FieldSum {
  std::uint64_t sum = 0;
  template <class M>
  void on(const M& m) noexcept {
    if constexpr (requires { m.order_ref(); }) sum += m.order_ref().value;
    if constexpr (requires { m.shares(); }) sum += m.shares().value;
    if constexpr (requires { m.price().raw; }) sum += m.price().raw;
    sum += m.timestamp().nanos;
  }
};

std::uint64_t parse_with_ours(std::span<const std::byte> bytes) {
  FieldSum fields;
  for_each_batch(bytes, [&](std::span<const Message> batch) {
    for (const Message message : batch) (void)itch50::parse(message, fields);
  });
  return fields.sum;
}

std::uint64_t parse_bare(std::span<const std::byte> bytes) {
  using feedhandlers::load_big;
  std::uint64_t sum = 0;
  for_each_batch(bytes, [&](std::span<const Message> batch) {
    for (const Message message : batch) {
      const std::byte* m = message.data();
      sum += load_big<std::uint64_t>(m + 3) & 0xffff'ffff'ffff;
      switch (static_cast<char>(*m)) {
        case 'A':
        case 'F':
        case 'P':
          sum += load_big<std::uint64_t>(m + 11) + load_big<std::uint32_t>(m + 20) + load_big<std::uint32_t>(m + 32);
          break;
        case 'E':
        case 'C':
        case 'X':
        case 'D': sum += load_big<std::uint64_t>(m + 11); break;
        case 'U': sum += load_big<std::uint32_t>(m + 27) + load_big<std::uint32_t>(m + 31); break;
        case 'Q': sum += load_big<std::uint64_t>(m + 11) + load_big<std::uint32_t>(m + 27); break;
        default: break;
      }
    }
  });
  return sum;
}

class ItchSuite {
 public:
  ItchSuite(const Options& options, Report& report)
      : options_(options),
        report_(report),
        shape_(options.smoke ? Shape{50, 2'000, 50'000} : Shape{8'000, 1'400'000, 20'000'000}),
        stream_(make_stream(shape_)),
        before_(platform::affinity_of_this_thread()) {
    const Cores cores = choose_cores();
    if (cores.pinned) platform::pin_this_thread(cores.reader);
  }
  ~ItchSuite() { platform::set_affinity_of_this_thread(before_); }
  ItchSuite(const ItchSuite&) = delete;
  ItchSuite& operator=(const ItchSuite&) = delete;

  void run() {
    parse();
    whole_path();
    tail();
  }

 private:
  [[nodiscard]] std::span<const std::byte> warm_up() const {
    return std::span{stream_.bytes}.first(stream_.measured_from);
  }
  [[nodiscard]] std::span<const std::byte> measured() const {
    return std::span{stream_.bytes}.subspan(stream_.measured_from);
  }

  template <class Work>
  double nanos_per_message(Work&& work) const {
    const std::uint64_t begin = read_tsc();
    work();
    return static_cast<double>(clock_.nanos(begin, read_tsc())) / static_cast<double>(stream_.measured_messages);
  }

  void parse() {
    std::vector<double> ours, bare;
    std::uint64_t sums[2] = {};
    for (int round = 0; round < options_.rounds; ++round) {
      bare.push_back(nanos_per_message([&] { sums[0] = parse_bare(measured()); }));
      ours.push_back(nanos_per_message([&] { sums[1] = parse_with_ours(measured()); }));
    }
    require(sums[0] == sums[1], "the two parse loops read different fields");
    add("parse", "mean", median(ours), "bare loop over the same fields", median(bare));
  }

  void whole_path() {
    std::vector<double> ours, map;
    for (int round = 0; round < std::min(options_.rounds, 3); ++round) {
      Path path(shape_);
      path.run(warm_up());
      ours.push_back(nanos_per_message([&] { path.run(measured()); }));

      const auto map_feed = std::make_unique<MapFeed>(shape_.live_orders + shape_.live_orders / 4);
      run_map(*map_feed, warm_up(), [] {});
      map.push_back(nanos_per_message([&] { run_map(*map_feed, measured(), [] {}); }));
      require(path.open_orders() == map_feed->book().open_orders() &&
                  path.best_levels_sum() == map_feed->book().best_levels_sum(),
              "the books disagree");
    }
    add("parse + book + publish, against map book", "mean", median(ours), "parse + std::map book", median(map));
  }

  /// Time between the ends of successive messages, in a run of its own: a clock read each costs about 10 ns.
  void tail() {
    platform::LatencyHistogram ours, map;
    std::uint64_t last = 0;
    const auto lap = [&](platform::LatencyHistogram& histogram) {
      const std::uint64_t now = read_tsc();
      histogram.record(clock_.nanos(last, now));
      last = now;
    };
    {
      Path path(shape_);
      path.run(warm_up());
      last = read_tsc();
      path.run(measured(), [&](Message) { lap(ours); });
    }
    const auto map_feed = std::make_unique<MapFeed>(shape_.live_orders + shape_.live_orders / 4);
    run_map(*map_feed, warm_up(), [] {});
    last = read_tsc();
    run_map(*map_feed, measured(), [&] { lap(map); });
    for (const auto& [name, percent] : {std::pair{"p50", 50.0}, {"p99", 99.0}, {"p99.9", 99.9}}) {
      add("parse + book + publish, one message", name, static_cast<double>(ours.percentile(percent)),
          "parse + std::map book", static_cast<double>(map.percentile(percent)));
    }
  }

  template <class After>
  static void run_map(MapFeed& feed, std::span<const std::byte> bytes, After&& after) {
    for_each_batch(bytes, [&](std::span<const Message> batch) {
      for (const Message message : batch) {
        (void)itch50::parse(message, feed);
        after();
      }
    });
  }

  static void require(bool holds, const char* what) {
    if (!holds)
      throw platform::SetupError{std::string("benchmark itch: ") + what,
                                 "this is a bug: run the tests of feedhandlers"};
  }

  void add(const char* name, const char* metric, double value, const char* baseline, double baseline_value) {
    report_.add({"itch", name, metric, "ns", value, baseline, baseline_value,
                 std::to_string(stream_.measured_messages) + " messages, " + std::to_string(shape_.symbols) +
                     " symbols, " + std::to_string(shape_.live_orders) + " live orders, batches of " +
                     std::to_string(kBatch) +
                     ", 30 % of deletes and executions hit old orders; orders, trades, quotes and depth published; "
                     "medians of " +
                     std::to_string(options_.rounds) + " rounds (map book at most 3), pinned"});
  }

  Options options_;
  Report& report_;
  Shape shape_;
  Stream stream_;
  platform::CpuList before_;
  BenchClock clock_;
};

}  // namespace

void run_itch_suite(const Options& options, Report& report) { ItchSuite(options, report).run(); }

}  // namespace tickplant::bench
