// Suite `journal`: does the journal write as fast as the disk takes it, what does a record cost the core that journals,
// what does publishing cost beside it, how quickly is a journal checked and computed again, and how quickly does it say
// where an instrument was, and a killed plant go on?
//
// Baselines in the same run: the disk written by nothing but io_uring, with the same blocks and depth; the same ring
// with a plain reader in the journal's place; the same files read in order and not looked at; the engine fed from
// memory; a question answered by a replay.
//
// What would change our mind: less than 0.9 of the raw rate; more than a tenth of a core at 1.5 M records/s, or one
// record lost; publishing more than 5 % dearer; checking slower than half of reading; fewer than 10 M records/s
// computed again; fewer than 1,000 questions a second; more than a second from a kill to the next record.
#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "analytics/replay/journal_follower.hpp"
#include "bench/analytics_config.hpp"
#include "bench/analytics_load.hpp"
#include "bench/harness/bench_clock.hpp"
#include "bench/harness/pairs.hpp"
#include "bench/harness/temp_folder.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/journal_past.hpp"
#include "bench/journal_path.hpp"
#include "bench/journal_restart.hpp"
#include "bench/recorded_journal.hpp"
#include "bench/suites.hpp"
#include "config/render_analytics.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::bench {
namespace {

namespace counter = ringbuf::counter;

struct NoFacts final : daemon::JournalFacts {
  void restate(ringbuf::FactsBuilder& facts) override { facts.add(ringbuf::PlantFact{}); }
};

double seconds_since(platform::UnixNanos began) { return static_cast<double>(platform::system_now() - began) / 1e9; }

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The kernel forgets what it has of the journal's files: the next reader goes to the disk.
void forget_pages(const std::filesystem::path& folder) {
  for (const ringbuf::JournalSegmentFile& segment : ringbuf::list_segments(folder)) {
    const platform::UniqueFd fd(::open(segment.path.c_str(), O_RDONLY | O_CLOEXEC));
    (void)::fdatasync(fd.get());
    (void)::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
  }
}

/// Bytes a second of reading the journal's files in order, a unit at a time.
double read_rate(const std::filesystem::path& folder) {
  std::vector<std::byte> unit(ringbuf::kJournalUnitBytes);
  std::uint64_t bytes = 0;
  const platform::UnixNanos began = platform::system_now();
  for (const ringbuf::JournalSegmentFile& segment : ringbuf::list_segments(folder)) {
    const platform::UniqueFd fd(::open(segment.path.c_str(), O_RDONLY | O_CLOEXEC));
    for (ssize_t count = 1; (count = ::read(fd.get(), unit.data(), unit.size())) > 0;) {
      bytes += static_cast<std::uint64_t>(count);
    }
  }
  return static_cast<double>(bytes) / seconds_since(began);
}

/// The same of checking every block.
double verify_rate(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  const platform::UnixNanos began = platform::system_now();
  ringbuf::JournalScanner scanner(folder);
  while (const auto block = scanner.next()) bytes += ringbuf::block_bytes(block->header.payload_bytes);
  return static_cast<double>(bytes) / seconds_since(began);
}

class JournalSuite {
 public:
  JournalSuite(const Options& options, Report& report)
      : options_(options), report_(report), cores_(choose_cores()), before_(platform::affinity_of_this_thread()) {}
  ~JournalSuite() { platform::set_affinity_of_this_thread(before_); }
  JournalSuite(const JournalSuite&) = delete;
  JournalSuite& operator=(const JournalSuite&) = delete;

  void run() {
    if (cores_.pinned) platform::pin_this_thread(cores_.reader);
    if (wants("write")) write();
    if (wants("verify")) verify();
    if (wants("replay")) replay();
    if (wants("cost")) cost();
    if (wants("past")) run_journal_past(options_, report_);
    if (wants("restart")) restart();
  }

 private:
  [[nodiscard]] bool wants(const std::string& part) const {
    return options_.only.empty() || std::find(options_.only.begin(), options_.only.end(), part) != options_.only.end();
  }
  [[nodiscard]] std::uint64_t size() const { return std::uint64_t{options_.smoke ? 8u : 512u} << 20; }

  // ---- as fast as the disk takes it

  /// Bytes a second of the journal's writer that always has something to write, nothing synced.
  double writer_rate(const std::filesystem::path& folder, std::uint64_t bytes, std::string& how) {
    ringbuf::PrivatePayload memory(daemon::JournalStage::kMemoryBytes);
    daemon::DiskJournalIo io(folder, units_in(memory.bytes()));
    how = io.describe();
    daemon::SegmentSupply supply(io, bytes + 4 * ringbuf::kJournalUnitBytes, 0);
    (void)supply.step();  // written once before: not part of the measurement
    NoFacts facts;
    daemon::JournalStart start;
    start.chain = ringbuf::JournalChain(1, 1);
    daemon::JournalWriter writer(io, supply, facts, memory.bytes(), start,
                                 {"bench", config::JournalSync::none, 10'000'000, 1});
    const std::vector<std::byte> payload(ringbuf::kPayloadBytesMax, std::byte{0x5a});
    std::uint64_t next = 1, appended = 0;
    const platform::UnixNanos began = platform::system_now();
    while (appended < bytes) {
      const std::size_t room = writer.room(payload.size(), ringbuf::kRecordBytes);
      if (room != 0) {
        ringbuf::JournalBlockHeader header;
        header.kind = ringbuf::BlockKind::ticks;
        header.record_bytes = ringbuf::kRecordBytes;
        header.ring = 1;
        header.first = next;
        header.count = static_cast<std::uint32_t>(room / ringbuf::kRecordBytes);
        writer.append(0, header, std::span(payload).first(room));
        next += header.count;
        appended += ringbuf::block_bytes(room);
      }
      writer.turn(platform::system_now());
    }
    writer.finish([] { return platform::system_now(); }, platform::system_now() + 60 * platform::kNanosPerSecond);
    return static_cast<double>(appended) / seconds_since(began);
  }

  void write() {
    std::vector<Pair> pairs, of_fresh;
    std::string how;
    for (int round = 0; round < options_.rounds; ++round) {
      const TempFolder folder;
      const std::filesystem::path raw = folder.path() / "raw";
      {
        ringbuf::PrivatePayload memory(ringbuf::kJournalUnitBytes);
        daemon::DiskJournalIo io(folder.path(), units_in(memory.bytes()));
        const std::atomic<bool> is_unwanted{false};
        (void)io.prepare("raw", size(), is_unwanted);
      }
      const double same = raw_write_rate(raw, size(), false), fresh = raw_write_rate(raw, size(), true);
      std::filesystem::remove(raw);
      const double ours = writer_rate(folder.path(), size(), how);
      pairs.push_back({ours, same});
      of_fresh.push_back({ours, fresh});
    }
    const auto tell = [&](const std::vector<Pair>& all, const std::string& baseline) {
      const Pair pair = median_pair(all);
      report_.add({"journal", "writing, 256 KiB blocks, 8 under way", "rate", "MB/s", pair.value / 1e6, baseline,
                   pair.baseline / 1e6, how + "; files written once before; " + spread(all)});
    };
    tell(pairs, "raw io_uring, same blocks and depth");
    tell(of_fresh, "the same, each block new bytes");
  }

  // ---- one core journals, another publishes

  struct Beside {
    double publish_p50 = 0, core_share = 0, amplification = 0;
    std::uint64_t lost = 0;
  };
  static constexpr std::uint64_t kBatch = 15;
  static constexpr double kBatchNanos = 10'000;  // 1.5 M records/s

  template <class Reader>
  Beside publish_beside(SteadyTicks& ticks, std::uint64_t count, Reader&& reader) {
    std::atomic<bool> is_over{false};
    std::int64_t used = 0;
    std::thread thread([&] {
      if (cores_.pinned) platform::pin_this_thread(cores_.reader);
      used = reader(is_over);
    });
    if (cores_.pinned) platform::pin_this_thread(cores_.writer);
    std::vector<double> costs;
    costs.reserve(count / kBatch + 1);
    const platform::UnixNanos began = platform::system_now();
    ticks.publish(count, kBatch, kBatchNanos, clock_, [&](double nanos) { costs.push_back(nanos); });
    const double seconds = seconds_since(began);
    is_over.store(true);
    thread.join();
    Beside found;
    found.publish_p50 = median_of(std::move(costs));
    found.core_share = static_cast<double>(used) / 1e9 / seconds;
    return found;
  }

  void cost() {
    const std::uint64_t count = options_.smoke ? 30'000 : 7'500'000;
    std::vector<Pair> publish;
    std::vector<double> shares, amplifications, losses;
    std::string how;
    // One ring for all of it: where its pages happen to lie does not count.
    const auto ticks = std::make_unique<SteadyTicks>();
    const auto beside_reader = [&] {
      return publish_beside(*ticks, count,
                            [&](const std::atomic<bool>& is_over) { return read_beside(*ticks, is_over); })
          .publish_p50;
    };
    const auto beside_journal = [&] {
      const TempFolder folder;
      if (cores_.pinned) platform::pin_this_thread(cores_.reader);  // where the thread that prepares files stays
      JournalOfTicks journal(folder.path(), *ticks, std::uint64_t{options_.smoke ? 16u : 256u} << 20);
      how = journal.describe();
      const Beside found =
          publish_beside(*ticks, count, [&](const std::atomic<bool>& is_over) { return journal.run(is_over); });
      shares.push_back(found.core_share);
      amplifications.push_back(static_cast<double>(journal.count(counter::kWrittenBytes)) /
                               static_cast<double>(journal.count(counter::kBytes)));
      losses.push_back(static_cast<double>(count - std::min(count, journal.count(counter::kRecords))));
      return found.publish_p50;
    };
    (void)beside_reader();  // every page is there now
    for (int round = 0; round < options_.rounds; ++round) {
      Pair pair;
      if (round % 2 == 0) pair.baseline = beside_reader();
      pair.value = beside_journal();
      if (round % 2 != 0) pair.baseline = beside_reader();
      publish.push_back(pair);
    }
    const std::string load = "1.5 M records/s, 15 every 10 us; " + how + ", sync every 10 ms";
    const Pair pair = median_pair(publish);
    report_.add({"journal", "publishing beside the journal", "p50 a record", "ns", pair.value,
                 "a plain reader in its place", pair.baseline, load + "; " + spread(publish)});
    report_.add({"journal", "journalling", "busy", "cores", median_of(shares), "a tenth of a core", 0.1, load});
    report_.add({"journal", "journalling", "written for each byte of blocks", "bytes", median_of(amplifications),
                 "each byte once", 1, load + "; what was written to prepare files not counted"});
    report_.add({"journal", "journalling", "records lost", "records", *std::max_element(losses.begin(), losses.end()),
                 "", 0, load});
  }

  /// Reads everything in the journal's rhythm, and does nothing with it.
  static std::int64_t read_beside(SteadyTicks& ticks, const std::atomic<bool>& is_over) {
    const std::int64_t before = core_nanos();
    ringbuf::TickReader reader =
        ringbuf::TickReader::over(ticks.payload(), SteadyTicks::kSlots, {ticks.published() + 1});
    ringbuf::Record record;
    while (!is_over.load(std::memory_order_relaxed)) {
      if (reader.poll(&record) != ringbuf::ReadStatus::empty) continue;
      const timespec pause{0, 1'000'000};
      ::clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
    }
    return core_nanos() - before;
  }

  // ---- reading it again

  void verify() {
    const TempFolder folder;
    std::string how;
    (void)writer_rate(folder.path(), size(), how);
    for (const bool is_cold : {true, false}) {
      std::vector<Pair> pairs;
      for (int round = 0; round < options_.rounds; ++round) {
        if (is_cold) forget_pages(folder.path());
        const double baseline = read_rate(folder.path());
        if (is_cold) forget_pages(folder.path());
        pairs.push_back({verify_rate(folder.path()), baseline});
      }
      const Pair pair = median_pair(pairs);
      report_.add({"journal", is_cold ? "checking, from disk" : "checking, from the page cache", "rate", "MB/s",
                   pair.value / 1e6, "reading the files in order", pair.baseline / 1e6, spread(pairs)});
    }
  }

  struct Nowhere final : analytics::EngineOutput {
    void publish(const ringbuf::DerivedRecord&) noexcept override {}
  };

  void replay() {
    constexpr std::uint32_t kInstruments = 1'000;
    LoadShape shape;
    shape.instruments = kInstruments;
    shape.trades_per_minute = options_.smoke ? 10'000 : 1'000'000;
    shape.trades = 2 * shape.trades_per_minute;
    const std::vector<ringbuf::Record> records = make_load(shape);
    const config::AnalyticsConfig config = windows_config();
    const TempFolder folder;
    write_journal_of(records, kInstruments, config, folder.path());
    (void)read_rate(folder.path());  // into the page cache
    std::vector<Pair> pairs;
    for (int round = 0; round < options_.rounds; ++round) {
      const analytics::Program program(config, kLoadFeeds);
      const LoadInstruments lookup(kInstruments);
      Nowhere output;
      analytics::Engine engine(program, {}, lookup, output);
      std::int64_t before = core_nanos();
      std::uint64_t cause = 2;
      for (const ringbuf::Record& record : records) engine.on_record({cause++}, record);
      const double direct = static_cast<double>(records.size()) * 1e9 / static_cast<double>(core_nanos() - before);
      before = core_nanos();
      analytics::JournalFollower follower(folder.path());
      while (follower.poll() != 0) continue;
      const double replayed = static_cast<double>(records.size()) * 1e9 / static_cast<double>(core_nanos() - before);
      if (follower.computed() == nullptr || follower.computed()->counts().inputs != records.size() ||
          follower.computed()->engine(0).output_hash() != engine.output_hash()) {
        throw platform::SetupError{"benchmark journal: a replay computed something else",
                                   "this is a bug: run the tests of analytics"};
      }
      pairs.push_back({replayed, direct});
    }
    const Pair pair = median_pair(pairs);
    report_.add({"journal", "replay into the standard windows, 1,000 instruments", "rate", "M records/s",
                 pair.value / 1e6, "the engine fed from memory", pair.baseline / 1e6,
                 "from the page cache, one core; " + spread(pairs)});
  }

  // ---- a kill

  void restart() {
    constexpr std::uint32_t kInstruments = 1'000;
    LoadShape shape;
    shape.instruments = kInstruments;
    shape.trades_per_minute = 1'000'000;
    const std::uint64_t killed_at = options_.smoke ? 20'000 : 5'000'000;
    shape.trades = killed_at + (options_.smoke ? 2'000'000u : 5'000'000u);
    const config::AnalyticsConfig config = windows_config();
    const TempFolder folder;
    std::vector<ringbuf::Record> records = make_load(shape);
    for (std::size_t i = 31; i < records.size(); i += 32) {  // where the source was: as feeds tell it with each packet
      ringbuf::SourcePositionBody position;
      position.next_sequence = i + 1;
      records[i] =
          ringbuf::make_record(ringbuf::kNoInstrument, records[i].header.ts_event, records[i].header.ts_recv, position);
    }
    write_journal_of(records, kInstruments, config, folder.path(), std::uint64_t{64} << 20);
    platform::set_affinity_of_this_thread(before_);  // the daemon inherits it
    RestartWish wish{folder.path(), config::to_yaml(config), kInstruments, 60, killed_at};
    std::vector<double> ready, live;
    std::string told;
    for (int round = 0; round < options_.rounds; ++round) {
      const RestartTimes times = restart_after_kill(wish);
      ready.push_back(times.ready_ms);
      live.push_back(times.first_live_ms);
      told = times.told;
    }
    if (cores_.pinned) platform::pin_this_thread(cores_.reader);
    const std::string conditions = "1 M records/s for " + std::to_string(killed_at / 1'000'000) +
                                   " s without a checkpoint, kill -9, journal and shared memory stay; last: " + told;
    report_.add({"journal", "restart after a kill", "ready", "ms", median_of(ready), "goal", 1'000, conditions});
    report_.add(
        {"journal", "restart after a kill", "first live record", "ms", median_of(live), "goal", 1'000, conditions});
  }

  Options options_;
  Report& report_;
  BenchClock clock_;
  Cores cores_;
  platform::CpuList before_;
};

}  // namespace

void run_journal_suite(const Options& options, Report& report) { JournalSuite(options, report).run(); }

}  // namespace tickplant::bench
