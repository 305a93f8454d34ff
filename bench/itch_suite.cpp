// Suite `itch`: what a NASDAQ TotalView-ITCH 5.0 message costs, from its bytes to the records in the ring, where cache
// misses are everything.
//
// Input: a whole day of 8,000 symbols that the simulated exchange writes, from its first message to its last. Parse
// alone is compared with a bare loop that picks the same fields by hand; all else with parse + a book of std::map and
// std::unordered_map that publishes nothing. What would change our mind: parse above 1.3 bare loops, the whole path
// above a tenth of the map book.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "bench/harness/bench_clock.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/itch_book_feed.hpp"
#include "bench/itch_days.hpp"
#include "bench/itch_path.hpp"
#include "bench/map_feed.hpp"
#include "bench/suites.hpp"
#include "feedhandlers/byte_order.hpp"
#include "platform/cpu_affinity.hpp"

namespace tickplant::bench {
namespace {

namespace itch50 = feedhandlers::itch50;
using feedhandlers::OrderBook;
using feedhandlers::OrderBookConfig;
using feedhandlers::PublishedForms;
using platform::read_tsc;

constexpr std::int64_t kPriceUnit = 100'000;  // of the map book: 1e-4

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

std::uint64_t parse_with_ours(const ItchDay& day) {
  FieldSum fields;
  for_each_batch(day, [&](std::span<const ItchMessage> batch) {
    for (const ItchMessage message : batch) (void)itch50::parse(message, fields);
  });
  return fields.sum;
}

std::uint64_t parse_bare(const ItchDay& day) {
  using feedhandlers::load_big;
  std::uint64_t sum = 0;
  for_each_batch(day, [&](std::span<const ItchMessage> batch) {
    for (const ItchMessage message : batch) {
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

/// How much of the path a row measures.
struct Stage {
  const char* name;
  bool has_order_records;
  bool has_quotes;
  bool has_depth;
};
constexpr std::array<Stage, 4> kStages{{
    {"parse + book", false, false, false},
    {"parse + book + best prices, order records off", false, true, false},
    {"parse + book + orders, trades, best prices", true, true, false},
    {"the same + ten-level depth, as shipped", true, true, true},
}};

class ItchSuite {
 public:
  ItchSuite(const Options& options, Report& report)
      : options_(options),
        report_(report),
        day_(options.smoke ? written_day(50, 50'000) : written_day(8'000, 20'000'000)),
        before_(platform::affinity_of_this_thread()) {
    const Cores cores = choose_cores();
    if (cores.pinned) platform::pin_this_thread(cores.reader);
    look_at_day();
  }
  ~ItchSuite() { platform::set_affinity_of_this_thread(before_); }
  ItchSuite(const ItchSuite&) = delete;
  ItchSuite& operator=(const ItchSuite&) = delete;

  void run() {
    parse();
    stages();
    tail();
    memory();
  }

 private:
  /// How many orders are open at its busiest.
  void look_at_day() {
    config_.instrument_count = day_.symbols + std::size_t{1};
    config_.order_capacity = options_.smoke ? 100'000 : 8'000'000;
    OrderBook book(config_);
    ItchBookFeed(book, nullptr).run(day_, [&] { most_orders_ = std::max(most_orders_, book.open_orders()); });
    config_.order_capacity = most_orders_ + most_orders_ / 8;
  }

  template <class Work>
  double nanos_per_message(Work&& work) const {
    const std::uint64_t begin = read_tsc();
    work();
    return static_cast<double>(clock_.nanos(begin, read_tsc())) / static_cast<double>(day_.messages);
  }

  void parse() {
    std::vector<double> ours, bare;
    std::uint64_t sums[2] = {};
    for (int round = 0; round < options_.rounds; ++round) {
      bare.push_back(nanos_per_message([&] { sums[0] = parse_bare(day_); }));
      ours.push_back(nanos_per_message([&] { sums[1] = parse_with_ours(day_); }));
    }
    require(sums[0] == sums[1], "the two parse loops read different fields");
    parse_ = median(ours);
    add("parse", "mean", parse_, "bare loop over the same fields", median(bare));
  }

  void stages() {
    std::array<std::vector<double>, kStages.size()> ours;
    std::vector<double> map;
    for (int round = 0; round < std::min(options_.rounds, 3); ++round) {
      const auto map_feed = std::make_unique<MapFeed>(config_.order_capacity);
      map.push_back(nanos_per_message([&] { run_map(*map_feed, [](ItchMessage) {}); }));
      for (std::size_t i = 0; i < kStages.size(); ++i) {
        ours[i].push_back(run_stage(kStages[i], map_feed->book()));
      }
    }
    std::array<double, kStages.size()> mean;
    for (std::size_t i = 0; i < kStages.size(); ++i) {
      mean[i] = median(ours[i]);
      add(kStages[i].name, "mean", mean[i], "parse + std::map book", median(map));
    }
    add("of it: book", "mean", mean[0] - parse_);
    add("of it: publish, order records off", "mean", mean[1] - mean[0]);
    add("of it: publish, order records on", "mean", mean[2] - mean[0]);
    add("of it: ten-level depth", "mean", mean[3] - mean[2]);
  }

  double run_stage(const Stage& stage, const MapBook& truth) {
    double nanos = 0;
    if (stage.has_order_records) {
      ItchPath path(day_, config_, {.quotes = stage.has_quotes, .levels = false, .depth = stage.has_depth});
      nanos = nanos_per_message([&] { path.run(day_); });
      require_equal(path.book(), truth);
    } else {
      OrderBook book(config_);
      PublishedTo to(day_.symbols);
      ItchBookFeed feed(book, stage.has_quotes ? &to.publisher() : nullptr);
      nanos = nanos_per_message([&] { feed.run(day_); });
      require_equal(book, truth);
    }
    return nanos;
  }

  /// Time between the ends of successive messages, in a run of its own: a clock read each costs about 10 ns.
  void tail() {
    struct Tail {
      platform::LatencyHistogram all;
      std::vector<platform::LatencyHistogram> by_type{std::vector<platform::LatencyHistogram>(kTypes)};
      std::array<char, kTypes> name{};
    };
    const auto ours = std::make_unique<Tail>();
    const auto map = std::make_unique<Tail>();
    std::uint64_t last = 0;
    const auto lap = [&](Tail& tail, ItchMessage message) {
      const std::uint64_t now = read_tsc();
      const std::int64_t nanos = clock_.nanos(last, now);
      tail.all.record(nanos);
      tail.by_type[type_index(message)].record(nanos);
      tail.name[type_index(message)] = static_cast<char>(message.front());
      last = read_tsc();  // what noting it took is nobody's
    };
    {
      ItchPath path(day_, config_, {});
      last = read_tsc();
      path.run(day_, [&](ItchMessage message) { lap(*ours, message); });
    }
    {
      const auto map_feed = std::make_unique<MapFeed>(config_.order_capacity);
      last = read_tsc();
      run_map(*map_feed, [&](ItchMessage message) { lap(*map, message); });
    }
    for (const auto& [name, percent] : {std::pair{"p50", 50.0}, {"p99", 99.0}, {"p99.9", 99.9}}) {
      add("one message, whole path as shipped", name, static_cast<double>(ours->all.percentile(percent)),
          "parse + std::map book", static_cast<double>(map->all.percentile(percent)));
    }
    std::size_t worst = 0;  // of no type
    for (std::size_t type = 1; type < kTypes; ++type) {
      const auto& histogram = ours->by_type[type];
      if (histogram.count() < kFewest) continue;  // so few have no 99.9 %
      if (worst == 0 || histogram.percentile(99.9) > ours->by_type[worst].percentile(99.9)) worst = type;
    }
    if (worst == 0) return;
    add("worst message type: " + std::string(1, ours->name[worst]) + " (" +
            std::to_string(ours->by_type[worst].count()) + " of them)",
        "p99.9", static_cast<double>(ours->by_type[worst].percentile(99.9)), "parse + std::map book",
        static_cast<double>(map->by_type[worst].percentile(99.9)));
  }

  /// What the books of the day take, beside what the maps take at its end.
  void memory() {
    const std::size_t before = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
    const auto map_feed = std::make_unique<MapFeed>(0);
    run_map(*map_feed, [](ItchMessage) {});
    const std::size_t of_maps = ::mallinfo2().uordblks + ::mallinfo2().hblkhd - before;
    const ItchPath path(day_, config_, {});
    const auto per_order = [&](std::size_t bytes) {
      return static_cast<double>(bytes) / static_cast<double>(most_orders_);
    };
    add("an open order's slot", "bytes", "B", static_cast<double>(sizeof(feedhandlers::StoredOrder)));
    add("table of open orders, at the most open at a time", "bytes an order", "B",
        per_order(bytes_of_orders(path.book())));
    add("book: orders, levels, headers", "bytes", "MB", static_cast<double>(bytes_of(path.book(), config_)) / 1e6,
        "std::map book, at the end of the day", static_cast<double>(of_maps) / 1e6);
    add("ring of 65,536 records and tables", "bytes", "MB", static_cast<double>(path.published_bytes()) / 1e6);
  }

  template <class After>
  void run_map(MapFeed& feed, After&& after) {
    for_each_batch(day_, [&](std::span<const ItchMessage> batch) {
      for (const ItchMessage message : batch) {
        (void)itch50::parse(message, feed);
        after(message);
      }
    });
  }

  static void require_equal(const OrderBook& book, const MapBook& truth) {
    require(book.open_orders() == truth.open_orders() && best_levels_sum(book, kPriceUnit) == truth.best_levels_sum(),
            "the books disagree");
  }
  static void require(bool holds, const char* what) {
    if (!holds)
      throw platform::SetupError{std::string("benchmark itch: ") + what,
                                 "this is a bug: run the tests of feedhandlers"};
  }

  void add(const std::string& name, const char* metric, double value, const char* baseline = "",
           double baseline_value = 0) {
    add(name, metric, "ns", value, baseline, baseline_value);
  }
  void add(const std::string& name, const char* metric, const char* unit, double value, const char* baseline = "",
           double baseline_value = 0) {
    report_.add({"itch", name, metric, unit, value, baseline, baseline_value,
                 "whole " + day_.name + ", " + std::to_string(day_.messages) + " messages, " +
                     std::to_string(day_.symbols) + " symbols, at most " + std::to_string(most_orders_) +
                     " orders open, batches of " + std::to_string(kItchBatch) + "; medians of " +
                     std::to_string(options_.rounds) + " rounds (books at most 3), in turns, pinned"});
  }

  static constexpr std::uint64_t kFewest = 5'000;
  static constexpr std::size_t kTypes = 64;
  /// Letters of either case, in the places of their alphabet: the types in use do not meet.
  static std::size_t type_index(ItchMessage message) noexcept {
    return std::to_integer<std::size_t>(message.front()) % kTypes;
  }

  Options options_;
  Report& report_;
  ItchDay day_;
  platform::CpuList before_;
  BenchClock clock_;
  OrderBookConfig config_;
  std::size_t most_orders_ = 0;
  double parse_ = 0;
};

}  // namespace

void run_itch_suite(const Options& options, Report& report) { ItchSuite(options, report).run(); }

}  // namespace tickplant::bench
