// Suite `book`: what a message of a real market costs, where one instrument has all its memory in the cache.
//
// Input: AAPL around the open and before it (ITCH 5.0), ES (Databento DBN, MBO: a snapshot, adds alone), each over and
// over into empty books whose memory has been in use, as that of the maps has, which malloc keeps; all of them private
// captures, left out by name where they are absent. Against parse + a book of std::map and std::unordered_map. What
// would change our mind: more than half of it. What each stage of the path costs where the memory is cold is the
// question of suite `itch`.
#include <algorithm>
#include <functional>
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
#include "feedhandlers/dbn/dbn_feed.hpp"
#include "feedhandlers/dbn/dbn_source.hpp"
#include "platform/cpu_affinity.hpp"

namespace tickplant::bench {
namespace {

namespace dbn = feedhandlers::dbn;
using feedhandlers::OrderBook;
using feedhandlers::OrderBookConfig;
using platform::read_tsc;

constexpr OrderBookConfig kOneInstrument{
    .instrument_count = 16'384, .order_capacity = 10'000, .level_capacity = 16'384, .max_levels_per_side = 8'192};

constexpr std::size_t kLookAhead = 16;  // records, as DbnFeed

/// All records of a DBN file, in memory.
struct MboDay {
  explicit MboDay(const std::filesystem::path& file) {
    dbn::DbnSource source = dbn::DbnSource::open(file);
    metadata = source.metadata();
    for (dbn::RecordBatch batch; source.next(batch) == dbn::DbnStatus::records;) {
      for (const dbn::RecordBytes record : batch.records) bytes.insert(bytes.end(), record.begin(), record.end());
    }
    for (std::size_t at = 0; at < bytes.size(); at += views.back().size()) {
      views.push_back(std::span{bytes}.subspan(at, dbn::length_of(bytes.data() + at)));
    }
  }
  MboDay(const MboDay&) = delete;
  MboDay& operator=(const MboDay&) = delete;

  template <class OnBatch>
  void for_each_batch(OnBatch&& on_batch) const {
    for (std::size_t at = 0; at < views.size(); at += dbn::DbnSource::kMaxBatch) {
      const std::size_t count = std::min(dbn::DbnSource::kMaxBatch, views.size() - at);
      on_batch(dbn::RecordBatch{std::span{views}.subspan(at, count), at + 1, 0});
    }
  }

  dbn::Metadata metadata;
  std::vector<std::byte> bytes;
  std::vector<dbn::RecordBytes> views;
};

/// What an MBO record does to a book of either kind; anything else is no concern of a book.
template <class Book>
class MboBook {
 public:
  explicit MboBook(Book& book) noexcept : book_(book) {}

  /// As the feed handler looks ahead; a book of maps has nothing to ask for.
  void prefetch(dbn::RecordBytes record) const noexcept {
    if constexpr (!kIsMap) {
      if (dbn::rtype_of(record.data()) == dbn::rtype::kMbo)
        book_.prefetch_add(dbn::Mbo{record.data()}.order(), {kInstrument});
    }
  }

  template <class Message>
  void on(const Message&) noexcept {}
  void on(const dbn::Mbo& m) {
    switch (m.action()) {
      case 'A': return add(m);
      case 'C': return take(m);
      case 'M': return replace(m);
      default: return;
    }
  }

 private:
  static constexpr std::uint32_t kInstrument = 1;
  static constexpr bool kIsMap = std::is_same_v<Book, MapBook>;

  void add(const dbn::Mbo& m) {
    if constexpr (kIsMap) {
      book_.add(m.order().value, kInstrument, m.side() == 'A', m.price().value, m.size());
    } else {
      (void)book_.add(m.order(), {kInstrument}, dbn::to_side(m.side()), m.price(), {m.size()});
    }
  }
  void take(const dbn::Mbo& m) {
    if constexpr (kIsMap) {
      book_.reduce(m.order().value, m.size());
    } else {
      (void)book_.cancel(m.order(), {m.size()});
    }
  }
  void replace(const dbn::Mbo& m) {
    if constexpr (kIsMap) {
      book_.replace(m.order().value, m.order().value, m.price().value, m.size());
    } else {
      (void)book_.modify(m.order(), m.price(), {m.size()});
    }
  }

  Book& book_;
};

/// The whole path of a DBN file.
struct MboPath {
  static constexpr std::uint32_t kInstruments = 64;

  MboPath(const MboDay& of, feedhandlers::PublishedForms forms)
      : day(of), feed(to.publisher(), directory, book, {1}, forms) {
    feed.begin_file(day.metadata);
  }
  void run() {
    day.for_each_batch([&](const dbn::RecordBatch& batch) { feed.on_batch(batch); });
  }

  const MboDay& day;
  PublishedTo to{kInstruments};
  ringbuf::PrivatePayload names{ringbuf::InstrumentDirectoryWriter::payload_bytes(kInstruments)};
  ringbuf::InstrumentDirectoryWriter directory{names.bytes(), kInstruments};
  OrderBook book{kOneInstrument};
  dbn::DbnFeed feed;
};

class BookSuite {
 public:
  BookSuite(const Options& options, Report& report)
      : options_(options), report_(report), before_(platform::affinity_of_this_thread()) {
    const Cores cores = choose_cores();
    if (cores.pinned) platform::pin_this_thread(cores.reader);
  }
  ~BookSuite() { platform::set_affinity_of_this_thread(before_); }
  BookSuite(const BookSuite&) = delete;
  BookSuite& operator=(const BookSuite&) = delete;

  void run() {
    itch("AAPL around the open, 2019-01-30", "itch/aapl-20190130-open/aapl-20190130-open.rebuilt.itch");
    itch("AAPL before the open, 2020-01-30", "itch/runk-locate-13-10k.bin");
    mbo("ES MBO snapshot, 2023-12-24", "dbn/nautilus/esh4-glbx-mdp3-20231224.mbo.dbn.zst");
  }

 private:
  /// Runs each of `contestants` over and over, in turns; each returns how many ticks one pass took. Ns a message.
  std::vector<double> in_turns(std::size_t messages, const std::vector<std::function<std::uint64_t()>>& contestants) {
    const int passes = options_.smoke ? 2 : 40 * options_.rounds;
    std::vector<std::vector<double>> nanos(contestants.size());
    for (int pass = 0; pass < passes; ++pass) {
      for (std::size_t i = 0; i < contestants.size(); ++i) {
        nanos[i].push_back(static_cast<double>(clock_.nanos(0, contestants[i]())) / static_cast<double>(messages));
      }
    }
    std::vector<double> medians;
    for (const auto& values : nanos) medians.push_back(median(values));
    return medians;
  }

  template <class Work>
  static std::uint64_t ticks(Work&& work) {
    const std::uint64_t begin = read_tsc();
    work();
    return read_tsc() - begin;
  }

  void itch(const std::string& name, const std::string& capture) {
    const std::filesystem::path file = private_capture(capture);
    if (file.empty()) return left_out(name, capture);
    const ItchDay day = real_day(name, file);
    MapBook truth(1, 0);
    const auto map = [&] {
      MapFeed maps(kOneInstrument.order_capacity);
      const std::uint64_t took = ticks([&] {
        for_each_batch(day, [&](std::span<const ItchMessage> batch) {
          for (const ItchMessage message : batch) (void)feedhandlers::itch50::parse(message, maps);
        });
      });
      truth = maps.book();
      return took;
    };
    OrderBook book(kOneInstrument);
    ItchBookFeed feed(book, nullptr);
    ItchPath records(day, kOneInstrument, {.quotes = true, .levels = false, .depth = false});
    ItchPath depth(day, kOneInstrument, {.quotes = true, .levels = false, .depth = true});
    const auto pass = [&](auto& contestant, OrderBook& its_book) {
      const std::uint64_t took = ticks([&] { contestant.run(day); });
      require_equal(its_book, truth, 100'000);
      empty(its_book);
      return took;
    };
    add_rows(
        name, day.messages,
        in_turns(day.messages, {map, [&] { return pass(feed, book); }, [&] { return pass(records, records.book()); },
                                [&] { return pass(depth, depth.book()); }}));
  }

  void mbo(const std::string& name, const std::string& capture) {
    const std::filesystem::path file = private_capture(capture);
    if (file.empty()) return left_out(name, capture);
    const MboDay day(file);
    const auto parse_into = [&](auto& handler) {
      const dbn::RecordLayout layout = day.metadata.layout();
      for (std::size_t i = 0; i < day.views.size(); ++i) {
        if (i + kLookAhead < day.views.size()) handler.prefetch(day.views[i + kLookAhead]);
        (void)dbn::parse(day.views[i], layout, handler);
      }
    };
    MapBook truth(1, 0);
    const auto map = [&] {
      MapBook maps(2, kOneInstrument.order_capacity);
      MboBook<MapBook> into_maps(maps);
      const std::uint64_t took = ticks([&] { parse_into(into_maps); });
      truth = std::move(maps);
      return took;
    };
    OrderBook book(kOneInstrument);
    MboBook<OrderBook> handler(book);
    const auto book_alone = [&] {
      const std::uint64_t took = ticks([&] { parse_into(handler); });
      require_equal(book, truth, 1);
      empty(book);
      return took;
    };
    MboPath records(day, {.quotes = true, .levels = false, .depth = false});
    MboPath depth(day, {.quotes = true, .levels = false, .depth = true});
    const auto pass = [&](MboPath& path) {
      const std::uint64_t took = ticks([&] { path.run(); });
      require_equal(path.book, truth, 1);
      empty(path.book);
      return took;
    };
    add_rows(name, day.views.size(),
             in_turns(day.views.size(), {map, book_alone, [&] { return pass(records); }, [&] { return pass(depth); }}));
  }

  /// `nanos`: map book, book alone, with records, with depth.
  void add_rows(const std::string& name, std::uint64_t messages, const std::vector<double>& nanos) {
    const std::string conditions = name + ", " + std::to_string(messages) +
                                   " messages, over and over into empty books, all in cache; medians, in turns, pinned";
    const char* const stages[] = {"parse + book", "+ orders, trades, best prices", "+ ten-level depth, as shipped"};
    for (std::size_t i = 0; i < 3; ++i) {
      report_.add({"book", name.substr(0, name.find(',')) + ": " + stages[i], "mean", "ns", nanos[i + 1],
                   "parse + std::map book", nanos[0], conditions});
    }
  }

  static void require_equal(const OrderBook& book, const MapBook& truth, std::int64_t price_unit) {
    if (book.open_orders() == truth.open_orders() && best_levels_sum(book, price_unit) == truth.best_levels_sum())
      return;
    throw platform::SetupError{"benchmark book: the books disagree", "this is a bug: run the tests of feedhandlers"};
  }

  void left_out(const std::string& name, const std::string& capture) {
    report_.note("book: '" + name + "' is left out, there is no " + capture);
  }

  Options options_;
  Report& report_;
  platform::CpuList before_;
  BenchClock clock_;
};

}  // namespace

void run_book_suite(const Options& options, Report& report) { BookSuite(options, report).run(); }

}  // namespace tickplant::bench
