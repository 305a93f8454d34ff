// Suite `seed_pipeline`: what many build from a message broker and a stream processor, here as one plant: three
// symbols, 10,000 messages a second, windows of five minutes every minute, crosses and alerts. From the moment a trade
// was due to be sent until another process has what was computed from it: the real tickplantd with its UDP source, feed
// handler, rings and analytics; and what of the machine that takes.
//
// This process sends and is the client. Event time passes sixty times as fast as ours, so that windows close often.
// The baseline is what is stated for such pipelines (Kafka with Spark or Flink: 2 to 5 s, 30 to 40 % of 8 cores, 6 to
// 8 GB); it is not run here. What would change our mind: a p99.9 above a hundredth of it on an idle machine.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "bench/harness/bench_clock.hpp"
#include "bench/harness/child_program.hpp"
#include "bench/harness/hiccup_meter.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/suites.hpp"
#include "clients/cpp/derived_subscriber.hpp"
#include "feedhandlers/venue/itch_encoder.hpp"
#include "feedhandlers/venue/random.hpp"
#include "platform/cpu_affinity.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::bench {
namespace {

using platform::LatencyHistogram;
using platform::read_tsc;
using platform::SetupError;
namespace venue = feedhandlers::venue;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond, kHour = 60 * kMinute;
constexpr std::int64_t kBound = 5 * kSecond;
constexpr std::uint64_t kSymbols = 3;
constexpr double kIntervalNanos = 100'000;

constexpr const char* kAnalytics =
    "watermarks:\n"
    "  default: {bound: 5s, lateness: 55s, idle: 60s, when_all_idle: hold}\n"
    "sets:\n"
    "  seed:\n"
    "    windows:\n"
    "      - {name: T60, size: 1m}\n"
    "      - {name: S300_60, size: 5m, slide: 1m}\n"
    "    indicators:\n"
    "      - {on: T60, of: [sma(5), sma(20), ema(20), rsi(14), \"bbands(20, 2)\"]}\n"
    "    signals:\n"
    "      - {name: price_x_ma_5min, on: ticks, cross: [price, ma_5min]}\n"
    "      - {name: sma5_x_sma20, on: T60, cross: [sma(5), sma(20)]}\n"
    "      - {name: price_change, on: T60, price_change: {bps: 10}}\n"
    "      - {name: volume, on: T60, volume_anomaly: {lookback: 20, minimum: 10, z: 3, robust: 3.5}}\n"
    "      - {name: swing_2pct, on: S300_60, swing: {percent: 2}, basis: tick}\n";

/// A multicast group of this process on the loopback interface, and a socket that sends there.
class Line {
 public:
  Line() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const auto pid = static_cast<std::uint32_t>(::getpid());
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(0xefc30000u | (pid & 0xffffu));  // 239.195.x.y
    address_.sin_port = htons(static_cast<std::uint16_t>(20'000 + pid % 20'000));
    const in_addr loopback{htonl(INADDR_LOOPBACK)};
    const bool ok = socket_ &&
                    ::setsockopt(socket_.get(), IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback) == 0 &&
                    ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0;
    if (!ok) throw SetupError{"no multicast on the loopback interface", "run where `lo` takes multicast"};
  }
  [[nodiscard]] std::string group() const {
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &address_.sin_addr, text.data(), text.size());
    return text.data();
  }
  [[nodiscard]] int port() const noexcept { return ntohs(address_.sin_port); }
  void send(const std::vector<std::byte>& datagram) const noexcept {
    (void)::send(socket_.get(), datagram.data(), datagram.size(), 0);
  }

 private:
  sockaddr_in address_{};
  platform::UniqueFd socket_;
};

/// Datagram i, from 1: one MoldUDP64 packet with one trade, `step` of event time after the one before.
class Trades {
 public:
  explicit Trades(std::int64_t step) : step_(step) { price_.fill(1'000'000); }

  std::vector<std::byte> next() {
    const std::uint64_t number = ++count_;
    const std::size_t symbol = number % kSymbols;
    price_[symbol] += 100 * (random_.below(5) - 2);
    venue::Buffer message;
    venue::Trade trade;
    trade.header.stock_locate = {static_cast<std::uint16_t>(symbol + 1)};
    trade.header.timestamp = {static_cast<std::uint64_t>(10 * kHour + static_cast<std::int64_t>(number) * step_)};
    trade.shares = 1 + random_.below(500);
    trade.stock = venue::symbol("SEED" + std::string(1, static_cast<char>('A' + symbol)));
    trade.price = {price_[symbol]};
    trade.match_number = {number};
    venue::encode_framed(trade, message);
    std::vector<std::byte> bytes(20, std::byte{' '});
    const auto put = [&](std::size_t at, std::uint64_t value, std::size_t width) {
      for (std::size_t i = 0; i < width; ++i) bytes[at + i] = static_cast<std::byte>(value >> (8 * (width - 1 - i)));
    };
    put(10, number, 8);
    put(18, 1, 2);
    bytes.insert(bytes.end(), message.begin(), message.end());
    return bytes;
  }

 private:
  std::int64_t step_;
  std::uint64_t count_ = 0;
  std::array<std::uint32_t, kSymbols> price_{};
  feedhandlers::venue::Random random_{20'240'123};
};

/// What a process has had of the machine so far.
struct Use {
  double core_seconds = 0, memory_mb = 0;
};
Use use_of(std::uint32_t pid) {
  Use use;
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream stat(folder + "/stat");
  std::string line;
  std::getline(stat, line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string field;
  std::uint64_t ticks = 0;
  for (int i = 3; i <= 15 && fields >> field; ++i) {
    if (i >= 14) ticks += std::stoull(field);  // user and system time
  }
  use.core_seconds = static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::ifstream status(folder + "/status");
  while (std::getline(status, line)) {
    if (line.rfind("VmRSS:", 0) == 0) use.memory_mb = std::stod(line.substr(6)) / 1'024;
  }
  return use;
}

/// Where the plant lies: on tmpfs, as it asks for.
class Folder {
 public:
  Folder() : path_("/dev/shm/tickplant-bench-" + std::to_string(::getpid())) {
    std::filesystem::create_directory(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

struct Placement {
  const char* name = "";
  bool is_pinned = false;
  bool has_journal = false;
};

class LostTrades : public SetupError {
 public:
  using SetupError::SetupError;
};

struct Found {
  LatencyHistogram signals, rows;
  double cores = 0, memory_mb = 0;
  double journal_gb_a_day = 0;
};

class SeedPipelineSuite {
 public:
  SeedPipelineSuite(const Options& options, Report& report)
      : options_(options),
        report_(report),
        count_(options.smoke ? 2'500 : 100'000),
        step_(options.smoke ? 60 * kSecond / 1'000 : 60 * kSecond / 10'000),
        cores_(choose_cores()),
        all_cpus_(platform::affinity_of_this_thread()) {}

  void run() {
    measure({.name = "as installed, asleep between messages"});
    measure({.name = "the same with a journal", .has_journal = true});
    if (cores_.pinned) measure({.name = "fused, pinned, spinning", .is_pinned = true});
    platform::set_affinity_of_this_thread(all_cpus_);
  }

 private:
  void measure(const Placement& placement) {
    constexpr std::array kPercents{50.0, 99.0, 99.9, 100.0};
    constexpr std::array kNames{"latency p50", "latency p99", "latency p99.9", "latency max"};
    std::array<std::vector<double>, 4> signals, rows, idle;
    std::vector<double> cores, memory, journal;
    std::uint64_t signal_count = 0, row_count = 0;
    const int rounds = std::min(options_.rounds, 3);
    for (int round = 0; round < rounds; ++round) {
      const Found found = without_loss(placement);
      const LatencyHistogram hiccups = measure_hiccups(clock_, kIntervalNanos, count_ / 4);
      for (std::size_t i = 0; i < kPercents.size(); ++i) {
        signals[i].push_back(static_cast<double>(found.signals.percentile(kPercents[i])));
        rows[i].push_back(static_cast<double>(found.rows.percentile(kPercents[i])));
        idle[i].push_back(static_cast<double>(hiccups.percentile(kPercents[i])));
      }
      cores.push_back(found.cores);
      memory.push_back(found.memory_mb);
      journal.push_back(found.journal_gb_a_day);
      signal_count = found.signals.count();
      row_count = found.rows.count();
    }
    const std::string conditions = "median of " + std::to_string(rounds) + " rounds; open loop, " +
                                   std::to_string(count_) + " trades of 3 symbols by UDP, 10,000/s; event time " +
                                   std::to_string(step_ / 100'000) + " times as fast; from due to a client process; " +
                                   std::to_string(signal_count) + " crosses, " + std::to_string(row_count) +
                                   " rows; baseline: stated, not measured";
    const std::string name = std::string("seed pipeline, ") + placement.name;
    constexpr double kStated = 2e9;
    for (std::size_t i = 0; i < kPercents.size(); ++i) {
      add(name + ", trade to cross", kNames[i], "ns", signals[i], "Kafka + Spark or Flink, as stated", kStated,
          conditions);
    }
    for (std::size_t i = 0; i < kPercents.size(); ++i) {
      add(name + ", trade to rows", kNames[i], "ns", rows[i], "Kafka + Spark or Flink, as stated", kStated, conditions);
    }
    add(name + ", cores", "mean", "cores", cores, "30 % of 8 cores, as stated", 2.4, conditions);
    add(name + ", memory of the daemon", "resident", "MB", memory, "6 GB, as stated", 6'144, conditions);
    if (placement.has_journal) {
      add(name + ", journal", "bytes", "GB/day", journal, "1 GB, as stated", 1,
          conditions +
              "; not compressed; ticks, their order and results, of which there are so many times more as event time "
              "is faster");
    }
    for (std::size_t i = 2; i < kPercents.size(); ++i) {
      add(name + ", hiccup meter", kNames[i], "ns", idle[i], "", 0,
          "a loop on the client's core that only looks at the clock, same schedule");
    }
  }

  /// A stall of the host that is longer than a socket has room for costs datagrams, and says nothing about the plant.
  Found without_loss(const Placement& placement) {
    for (int tries = 1;; ++tries) {
      try {
        return through_the_plant(placement);
      } catch (const LostTrades& lost) {
        if (tries == 3) throw;
        report_.note(std::string("seed_pipeline: again, ") + lost.problem());
      }
    }
  }

  Found through_the_plant(const Placement& placement) {
    platform::set_affinity_of_this_thread(all_cpus_);  // the daemon inherits it
    const Folder folder;
    write_config(placement, folder.path());
    const ChildProgram daemon(sibling_program("tickplantd"), {"--config", (folder.path() / "plant.yaml").string()},
                              {"TICKPLANT_RUNTIME=" + (folder.path() / "run").string(),
                               "TICKPLANT_PLANT_STATE_FOLDER=" + (folder.path() / "state").string()},
                              (folder.path() / "log").string());
    clients::Plant plant = attached(folder.path());
    clients::DerivedSubscriber subscriber(plant, {});
    if (placement.is_pinned) platform::pin_this_thread(cores_.writer);

    Trades trades(step_);
    std::vector<std::vector<std::byte>> datagrams;
    for (std::uint64_t i = 0; i < count_; ++i) datagrams.push_back(trades.next());
    // Minutes whose end the watermark passes; each has two windows of every symbol.
    const std::int64_t minutes = (static_cast<std::int64_t>(count_) * step_ - kBound) / kMinute;
    const std::uint64_t rows_wanted = static_cast<std::uint64_t>(minutes) * kSymbols * 2;

    std::vector<std::uint64_t> due(count_ + 1);
    Found found;
    std::uint64_t rows = 0, trades_in_rows = 0;
    const auto trade_at = [&](std::int64_t time) {  // the first one at or after it; a session hour begins where we do
      return static_cast<std::uint64_t>((time % kHour + step_ - 1) / step_);
    };
    const auto look = [&](const ringbuf::DerivedRecord& record) {
      const std::uint64_t now = read_tsc();
      std::uint64_t trade = 0;
      LatencyHistogram* latencies = nullptr;
      if (record.header.type == ringbuf::DerivedType::window_row) {
        const auto row = record.as<ringbuf::WindowRowBody>();
        if (row.kind != ringbuf::RowKind::on_time) return;
        ++rows;
        if (row.end.value - row.start.value == kMinute) trades_in_rows += row.count;
        trade = trade_at(row.end.value + kBound);
        latencies = &found.rows;
      } else if (record.header.type == ringbuf::DerivedType::signal && record.header.basis == ringbuf::Basis::tick) {
        trade = trade_at(record.header.ts_event.value);
        latencies = &found.signals;
      }
      if (trade == 0 || trade > count_ || due[trade] == 0) return;
      latencies->record(clock_.nanos(due[trade], now));
    };

    const std::uint32_t pid = plant.daemon_pid();
    const Use before = use_of(pid);
    const std::uint64_t begin = read_tsc(), interval = clock_.ticks(kIntervalNanos), patience = clock_.ticks(10e9);
    std::uint64_t next = begin + clock_.ticks(1e6);
    for (std::uint64_t sent = 0; sent < count_ || rows < rows_wanted;) {
      const std::uint64_t now = read_tsc();
      if (sent < count_ && now >= next) {
        due[++sent] = next;
        line_.send(datagrams[sent - 1]);
        next += interval;
      }
      (void)subscriber.poll(look);
      if (now > next && now - next > patience) break;
    }
    const double seconds = static_cast<double>(clock_.nanos(begin, read_tsc())) / 1e9;
    const Use after = use_of(pid);
    found.cores = (after.core_seconds - before.core_seconds) / seconds;
    found.memory_mb = after.memory_mb;
    if (placement.has_journal) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // ten sync intervals
      const auto bytes = plant.counters().find(ringbuf::counter::kJournal, ringbuf::counter::kBytes).value_or(0);
      constexpr double kMessagesADay = 86'400e9 / kIntervalNanos;
      found.journal_gb_a_day = static_cast<double>(bytes) / static_cast<double>(count_) * kMessagesADay / 1e9;
    }
    const auto in_minutes = static_cast<std::uint64_t>(minutes * kMinute / step_) - 1;  // the first is one step late
    if (rows != rows_wanted || trades_in_rows != in_minutes || found.signals.count() == 0) {
      throw LostTrades{"benchmark seed_pipeline: " + std::to_string(rows) + " of " + std::to_string(rows_wanted) +
                           " rows came, with " + std::to_string(trades_in_rows) + " of " + std::to_string(in_minutes) +
                           " trades, and " + std::to_string(found.signals.count()) + " crosses",
                       "run again on a quieter machine, or raise net.core.rmem_max"};
    }
    return found;
  }

  void write_config(const Placement& placement, const std::filesystem::path& folder) const {
    std::ofstream(folder / "analytics.yaml") << kAnalytics;
    std::ofstream out(folder / "plant.yaml");
    out << "plant:\n  name: seed\ninstruments:\n  capacity: 1024\nrings:\n  ticks:\n    slots: 65536\n"
           "feeds:\n  seed:\n    protocol: itch50\n    venue: XNAS\n    trading_date: 2025-01-02\n"
           "    source:\n      kind: udp_multicast\n      line_a:\n        group: "
        << line_.group() << "\n        port: " << line_.port() << "\n        interface: lo\n"
        << "analytics:\n  file: " << (folder / "analytics.yaml").string() << "\n  sequencer_slots: 65536\n";
    if (placement.is_pinned) {
      out << "threads:\n  all:\n    stages: [feed.seed, analytics]\n    core: cpu" << cores_.reader
          << "\n    idle: spin\n";
    }
    if (placement.has_journal) {
      out << "journal:\n  folder: " << (folder / "journal").string() << "\n  segment: 16MiB\n";
    }
    out << "log:\n  level: warn\n";
  }

  /// The daemon is ready; throws SetupError with its own words when it is not within ten seconds.
  static clients::Plant attached(const std::filesystem::path& folder) {
    for (int tries = 0; tries < 1'000; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      try {
        clients::Plant plant = clients::Plant::in_folder(folder / "run");
        const auto ready = plant.counters().find(ringbuf::counter::kHousekeeping, ringbuf::counter::kReadyAt);
        if (ready.value_or(0) != 0) return plant;
      } catch (const SetupError&) {  // not yet
      }
    }
    std::ifstream log(folder / "log");
    throw SetupError{"tickplantd did not become ready: " + std::string(std::istreambuf_iterator<char>(log), {}),
                     "see above"};
  }

  void add(const std::string& name, const char* metric, const char* unit, const std::vector<double>& values,
           const char* baseline, double baseline_value, const std::string& conditions) {
    report_.add({"seed_pipeline", name, metric, unit, median(values), baseline, baseline_value, conditions});
  }

  Options options_;
  Report& report_;
  BenchClock clock_;
  Line line_;
  std::uint64_t count_;
  std::int64_t step_;  // of event time, between trades
  Cores cores_;
  platform::CpuList all_cpus_;
};

}  // namespace

void run_seed_pipeline_suite(const Options& options, Report& report) { SeedPipelineSuite(options, report).run(); }

}  // namespace tickplant::bench
