#include "clients/cli/bench/hop_measurement.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>

#include "clients/cli/bench/two_sides.hpp"
#include "clients/cli/failure.hpp"
#include "platform/clock.hpp"
#include "platform/cpu_affinity.hpp"
#include "platform/cpu_pause.hpp"
#include "platform/latency_histogram.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"

namespace tickplant::cli {
namespace {

using platform::read_tsc;
using ringbuf::ReadStatus;

constexpr std::uint64_t kSlots = 1 << 16;
constexpr std::chrono::milliseconds kPatience{20'000};  // a round takes a fraction of a second
constexpr int kTorn = 3;                                // exit codes of the reading side
constexpr int kTooLate = 4;

/// A record that shows whether it is whole.
struct CheckedRecord {
  std::array<std::uint64_t, 8> word;  // number (the ring's own stamp), when it was due, then both mixed
};
static_assert(sizeof(CheckedRecord) == ringbuf::kTickSlotBytes);

CheckedRecord checked_record(std::uint64_t number, std::uint64_t due) noexcept {
  CheckedRecord record{{number, due, 0, 0, 0, 0, 0, 0}};
  for (std::size_t i = 2; i < record.word.size(); ++i) record.word[i] = number * 0x9e3779b97f4a7c15u + due + i;
  return record;
}

bool is_whole(const CheckedRecord& record, std::uint64_t number) noexcept {
  return record.word == checked_record(number, record.word[1]).word;
}

/// Where the sides meet.
///   reader_is_ready  the reader   the writer: may begin
///   start            the writer   the bare hand-over's reader: when its first stamp was due
///   line             the writer   the bare hand-over's reader: the cache line
///   late_ticks       the reader   the parent, when it has ended: how late each came
struct Meeting {
  alignas(64) std::atomic<std::uint32_t> reader_is_ready;
  alignas(64) std::atomic<std::uint64_t> start;
  alignas(64) std::atomic<std::uint64_t> line;
  alignas(64) std::uint64_t late_ticks[1];  // as many as there are records
};

struct Percentiles {
  double p50 = 0, p90 = 0, p99 = 0, p999 = 0;
};

/// One writer, one reader, on cores of their own while this lives.
class HopStage {
 public:
  explicit HopStage(const HopPlan& plan)
      : plan_(plan),
        before_(platform::affinity_of_this_thread()),
        line_(usable_clock()),
        ring_(sizeof(ringbuf::BroadcastControl<>) + kSlots * sizeof(ringbuf::TickWriter::Slot)),
        meeting_(sizeof(Meeting) + sizeof(std::uint64_t) * plan.records) {
    is_pinned_ = before_.size() > 1;
    writer_cpu_ = before_.front();
    reader_cpu_ = is_pinned_ ? before_[1] : before_.front();
    if (is_pinned_) platform::pin_this_thread(writer_cpu_);
  }
  ~HopStage() {
    if (!is_pinned_) return;
    try {
      platform::set_affinity_of_this_thread(before_);
    } catch (const platform::SetupError&) {  // we go on where we are
    }
  }
  HopStage(const HopStage&) = delete;
  HopStage& operator=(const HopStage&) = delete;

  [[nodiscard]] int writer_cpu() const noexcept { return writer_cpu_; }
  [[nodiscard]] int reader_cpu() const noexcept { return reader_cpu_; }
  [[nodiscard]] bool is_pinned() const noexcept { return is_pinned_; }

  [[nodiscard]] Percentiles bare() {
    return run([this] { return read_line(); }, [this] { write_line(); });
  }
  [[nodiscard]] Percentiles ring() {
    return run([this] { return read_ring(); }, [this] { write_ring(); });
  }
  /// Median over blocks, so that stalls of the host do not count.
  [[nodiscard]] double publish_ns() {
    constexpr std::uint64_t kBlock = 1'024, kBlocks = 400;
    ringbuf::TickWriter writer = new_writer();
    std::vector<double> costs;
    for (std::uint64_t block = 0; block < kBlocks; ++block) {
      const std::uint64_t begin = platform::read_tsc_ordered();
      for (std::uint64_t i = 0; i < kBlock; ++i) {
        const CheckedRecord record = checked_record(writer.last().value + 1, begin);
        writer.publish(&record);
      }
      const std::uint64_t end = platform::read_tsc_ordered();
      costs.push_back(static_cast<double>(nanos(end - begin)) / static_cast<double>(kBlock));
    }
    std::nth_element(costs.begin(), costs.begin() + kBlocks / 2, costs.end());
    return costs[kBlocks / 2];
  }

 private:
  static platform::ClockParameters usable_clock() {
    const platform::ClockParameters line = platform::TscClock{}.parameters();
    if (line.source == platform::ClockSource::tsc) return line;
    throw Failure(ExitCode::check_failed, "the time stamp counter of this machine is not usable",
                  "`tickplant doctor` says why; figures in nanoseconds would be guesses");
  }

  [[nodiscard]] std::int64_t nanos(std::uint64_t ticks) const noexcept {
    return platform::nanos_between(line_, 0, ticks);
  }
  [[nodiscard]] std::uint64_t ticks(std::int64_t nanoseconds) const noexcept {
    return static_cast<std::uint64_t>(static_cast<double>(nanoseconds) * 1e9 /
                                      static_cast<double>(nanos(1'000'000'000)));
  }
  [[nodiscard]] Meeting& meeting() const noexcept { return *reinterpret_cast<Meeting*>(meeting_.writable()); }
  [[nodiscard]] std::uint64_t* late_ticks() const noexcept { return &meeting().late_ticks[0]; }

  [[nodiscard]] ringbuf::TickWriter new_writer() const {
    new (ring_.writable()) ringbuf::BroadcastControl<>;
    std::fill(ring_.writable() + sizeof(ringbuf::BroadcastControl<>), ring_.writable() + ring_.size(), std::byte{0});
    return ringbuf::TickWriter::over({ring_.writable(), payload_bytes()}, kSlots);
  }
  [[nodiscard]] static std::size_t payload_bytes() noexcept {
    return sizeof(ringbuf::BroadcastControl<>) + kSlots * sizeof(ringbuf::TickWriter::Slot);
  }

  template <class Read, class Write>
  Percentiles run(Read&& read, Write&& write) {
    meeting().reader_is_ready.store(0, std::memory_order_relaxed);
    meeting().start.store(0, std::memory_order_relaxed);
    meeting().line.store(0, std::memory_order_relaxed);
    writer_.emplace_back(new_writer());
    deadline_ = read_tsc() + ticks(std::chrono::nanoseconds(kPatience).count());
    SideProcess reader([&] {
      if (is_pinned_) platform::pin_this_thread(reader_cpu_);
      ring_.touch();
      meeting_.touch();
      return read();
    });
    while (meeting().reader_is_ready.load(std::memory_order_acquire) == 0 && read_tsc() < deadline_) {
      platform::cpu_pause();
    }
    write();
    writer_.clear();
    switch (reader.wait(kPatience)) {
      case 0: return percentiles();
      case kTorn:
        throw Failure(ExitCode::check_failed, "a record came torn, or out of its order",
                      "this is a bug, or this machine's memory is broken: report it");
      default:
        throw Failure(ExitCode::check_failed, "the reading process did not get its records in time",
                      "the machine is too busy for a measurement: try again when it is idle");
    }
  }

  /// The first tenth is warm-up and dropped.
  [[nodiscard]] Percentiles percentiles() const {
    platform::LatencyHistogram late;
    for (std::uint64_t i = plan_.records / 10; i < plan_.records; ++i) late.record(nanos(late_ticks()[i]));
    const auto of = [&](double percent) { return static_cast<double>(late.percentile(percent)); };
    return {of(50), of(90), of(99), of(99.9)};
  }

  /// Spins until the record that was due at `due` may go.
  static void wait_until(std::uint64_t due) noexcept {
    while (read_tsc() < due) {
    }
  }

  void write_line() const noexcept {
    const std::uint64_t start = read_tsc() + ticks(200'000), step = ticks(plan_.interval_ns);
    meeting().start.store(start, std::memory_order_release);
    for (std::uint64_t i = 0; i < plan_.records; ++i) {
      wait_until(start + i * step);
      meeting().line.store(start + i * step, std::memory_order_release);
    }
  }
  /// A stamp that was overwritten before we looked counts, too: it was seen as late as the one that replaced it.
  [[nodiscard]] int read_line() const noexcept {
    meeting().reader_is_ready.store(1, std::memory_order_release);
    const std::uint64_t step = ticks(plan_.interval_ns);
    std::uint64_t due = 0, last = 0;
    while ((due = meeting().start.load(std::memory_order_acquire)) == 0) {
      if (read_tsc() > deadline_) return kTooLate;
    }
    for (std::uint64_t seen = 0; seen < plan_.records;) {
      std::uint64_t newest = 0;
      while ((newest = meeting().line.load(std::memory_order_acquire)) == last) {
        if (read_tsc() > deadline_) return kTooLate;
        platform::cpu_pause();
      }
      last = newest;
      const std::uint64_t now = read_tsc();
      for (; due <= newest && seen < plan_.records; due += step) late_ticks()[seen++] = now - std::min(now, due);
    }
    return 0;
  }

  void write_ring() noexcept {
    const std::uint64_t start = read_tsc() + ticks(200'000), step = ticks(plan_.interval_ns);
    ringbuf::TickWriter& writer = writer_.front();
    for (std::uint64_t i = 0; i < plan_.records; ++i) {
      wait_until(start + i * step);
      const CheckedRecord record = checked_record(i + 1, start + i * step);
      writer.publish(&record);
      writer.flush();
    }
  }
  [[nodiscard]] int read_ring() const {
    ringbuf::TickReader reader = ringbuf::TickReader::over({ring_.read_only(), payload_bytes()}, kSlots, {1});
    meeting().reader_is_ready.store(1, std::memory_order_release);
    CheckedRecord record{};
    for (std::uint64_t seen = 0; seen < plan_.records;) {
      const ReadStatus status = reader.poll(&record);
      if (status == ReadStatus::record) {
        const std::uint64_t now = read_tsc();
        late_ticks()[seen] = now - std::min(now, record.word[1]);
        if (!is_whole(record, ++seen)) return kTorn;
      } else if (status == ReadStatus::overrun || read_tsc() > deadline_) {
        return kTooLate;
      } else {
        platform::cpu_pause();
      }
    }
    return 0;
  }

  HopPlan plan_;
  platform::CpuList before_;
  platform::ClockParameters line_;
  SharedPages ring_;
  SharedPages meeting_;
  std::vector<ringbuf::TickWriter> writer_;  // of the run
  std::uint64_t deadline_ = 0;
  int writer_cpu_ = 0, reader_cpu_ = 0;
  bool is_pinned_ = false;
};

HopFigure middle(const char* name, std::vector<HopFigure> rounds) {
  const auto at = rounds.begin() + static_cast<std::ptrdiff_t>(rounds.size() / 2);
  std::nth_element(rounds.begin(), at, rounds.end(),
                   [](const HopFigure& a, const HopFigure& b) { return a.ratio() < b.ratio(); });
  at->percentile = name;
  return *at;
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

HopResult measure_hop(const HopPlan& plan) {
  HopStage stage(plan);
  HopResult result{.plan = plan,
                   .writer_cpu = stage.writer_cpu(),
                   .reader_cpu = stage.reader_cpu(),
                   .is_pinned = stage.is_pinned(),
                   .hop = {},
                   .publish_ns = 0,
                   .publish_ratio = 0};
  std::vector<HopFigure> p50, p90, p99, p999;
  for (std::uint64_t round = 0; round < plan.rounds; ++round) {
    const Percentiles bare = stage.bare();
    const Percentiles ring = stage.ring();
    p50.push_back({"", ring.p50, bare.p50});
    p90.push_back({"", ring.p90, bare.p90});
    p99.push_back({"", ring.p99, bare.p99});
    p999.push_back({"", ring.p999, bare.p999});
  }
  result.hop = {middle("p50", p50), middle("p90", p90), middle("p99", p99), middle("p99.9", p999)};
  result.publish_ns = stage.publish_ns();
  result.publish_ratio = result.hop.front().bare_ns > 0 ? result.publish_ns / result.hop.front().bare_ns : 0;
  return result;
}

BenchConditions bench_conditions() {
  BenchConditions conditions;
  conditions.processor = processor_name();
  conditions.processors = static_cast<std::uint64_t>(std::max(0l, ::sysconf(_SC_NPROCESSORS_ONLN)));
  std::getline(std::ifstream("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), conditions.governor);
  utsname kernel{};
  if (::uname(&kernel) == 0) conditions.kernel = kernel.release;
  double load = 0;
  if (::getloadavg(&load, 1) == 1) conditions.load_average = load;
  return conditions;
}

}  // namespace tickplant::cli
