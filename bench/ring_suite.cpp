// Suite `ring`: how long a record travels through the broadcast ring between two pinned processes, how many pass per
// second, what publishing costs the writer.
//
// The floor is the bare hand-over: one cache line that carries nothing but the time it was due, stored by one process
// and polled by the other, on the same cores, with the same clock reads, in turns with the ring. What would change our
// mind: a hop above 1.2 floors (p50) or 1.5 floors (p90), a publish above 0.3 floors.
#include <atomic>
#include <new>
#include <string>
#include <vector>

#include "bench/harness/bench_clock.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/suites.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"

namespace tickplant::bench {
namespace {

using platform::LatencyHistogram;
using platform::read_tsc;
using ringbuf::BroadcastControl;
using ringbuf::ReadStatus;
using Slot = ringbuf::BroadcastSlot<ringbuf::kTickSlotBytes>;

constexpr std::uint64_t kSlots = 1 << 16;
constexpr std::uint64_t kEnd = 1;  // no time stamp is this small

/// What the reader process hands back; also where the two wait for each other.
struct Meeting {
  alignas(64) std::atomic<std::uint32_t> reader_is_ready;
  alignas(64) std::atomic<std::uint64_t> reader_position;
  alignas(64) std::atomic<std::uint64_t> bad_records;
  alignas(64) std::atomic<std::uint64_t> line;  // the bare hand-over
  alignas(64) std::uint64_t latency_ticks[1 << 21];
};

struct Words {
  std::uint64_t word[8];
};

/// Content of a record, a function of its sequence and the time it was due: a torn one is recognised.
Words make_words(std::uint64_t sequence, std::uint64_t due) {
  return {{0, due, sequence, sequence ^ due, ~sequence, sequence + due, sequence * 3, due * 5}};
}
bool is_intact(const Words& words, std::uint64_t sequence) {
  const Words expected = make_words(sequence, words.word[1]);
  return words.word[0] == sequence && std::equal(words.word + 1, words.word + 8, expected.word + 1);
}

class RingSuite {
 public:
  RingSuite(const Options& options, Report& report)
      : options_(options),
        report_(report),
        ring_memory_(sizeof(BroadcastControl<>) + kSlots * sizeof(Slot)),
        meeting_memory_(sizeof(Meeting)),
        meeting_(*new (meeting_memory_.writable()) Meeting),
        cores_(choose_cores()) {}

  void run() {
    for (const double interval : {1'000.0, 10'000.0}) hop(interval);
    publish_cost();
    throughput();
  }

 private:
  struct Percentiles {
    double p50, p90, p99, p999;
  };

  ringbuf::TickWriter new_writer() {
    auto* control = new (ring_memory_.writable()) BroadcastControl<>;
    auto* slots = reinterpret_cast<Slot*>(ring_memory_.writable() + sizeof(BroadcastControl<>));
    for (std::uint64_t i = 0; i < kSlots; ++i) slots[i].stamp.store(0);
    return {*control, slots, kSlots};
  }
  ringbuf::TickReader new_reader() const {
    const auto* control = reinterpret_cast<const BroadcastControl<>*>(ring_memory_.read_only());
    const auto* slots = reinterpret_cast<const Slot*>(ring_memory_.read_only() + sizeof(BroadcastControl<>));
    return {*control, slots, kSlots, {1}};
  }

  void meet() {
    meeting_.reader_is_ready.store(0), meeting_.bad_records.store(0), meeting_.reader_position.store(0),
        meeting_.line.store(0);
  }
  void reader_ready() { meeting_.reader_is_ready.store(1, std::memory_order_release); }
  void wait_for_reader() {
    while (meeting_.reader_is_ready.load(std::memory_order_acquire) == 0) platform::cpu_pause();
  }

  Percentiles percentiles(std::uint64_t count) const {
    LatencyHistogram histogram;
    for (std::uint64_t i = count / 10; i < count; ++i)
      histogram.record(clock_.nanos(0, meeting_.latency_ticks[i]));  // the first tenth is warm-up
    return {static_cast<double>(histogram.percentile(50)), static_cast<double>(histogram.percentile(90)),
            static_cast<double>(histogram.percentile(99)), static_cast<double>(histogram.percentile(99.9))};
  }

  Percentiles hop_through_line(double interval_nanos, std::uint64_t count) {
    meet();
    run_in_two_processes(
        cores_,
        [&] {
          wait_for_reader();
          LoadSchedule schedule(read_tsc() + clock_.ticks(100'000), clock_.ticks(interval_nanos));
          for (std::uint64_t i = 0; i < count; ++i) meeting_.line.store(schedule.wait(), std::memory_order_release);
          meeting_.line.store(kEnd, std::memory_order_release);
        },
        [&] {
          reader_ready();
          // A value that was overwritten before we looked is not charged: the floor stays a floor.
          std::uint64_t seen = 0;
          for (std::uint64_t last = 0, due = 0; due != kEnd; last = due) {
            while ((due = meeting_.line.load(std::memory_order_acquire)) == last) platform::cpu_pause();
            if (due != kEnd) meeting_.latency_ticks[seen++] = read_tsc() - due;
          }
          meeting_.reader_position.store(seen, std::memory_order_release);
        });
    return percentiles(meeting_.reader_position.load());
  }

  Percentiles hop_through_ring(double interval_nanos, std::uint64_t count) {
    meet();
    ringbuf::TickWriter writer = new_writer();
    run_in_two_processes(
        cores_,
        [&] {
          wait_for_reader();
          LoadSchedule schedule(read_tsc() + clock_.ticks(100'000), clock_.ticks(interval_nanos));
          for (std::uint64_t i = 1; i <= count; ++i) {
            const Words words = make_words(i, schedule.wait());
            writer.publish(&words);
          }
        },
        [&] {
          ringbuf::TickReader reader = new_reader();
          reader_ready();
          Words words;
          for (std::uint64_t i = 0; i < count;) {
            const ReadStatus status = reader.poll(&words);
            if (status == ReadStatus::empty) {
              platform::cpu_pause();
              continue;
            }
            if (status == ReadStatus::overrun) {  // the host stole the core for longer than a ring lasts
              meeting_.bad_records.store(reader.lost().count());
              return;
            }
            meeting_.latency_ticks[i++] = read_tsc() - words.word[1];
            if (!is_intact(words, i)) meeting_.bad_records.fetch_add(1);
          }
        });
    require_intact();
    return percentiles(count);
  }

  void require_intact() const {
    if (meeting_.bad_records.load() != 0) {
      throw platform::SetupError{
          std::to_string(meeting_.bad_records.load()) + " records of the benchmark were lost or torn",
          "this is a bug: run the stress tests of ringbuf"};
    }
  }

  void hop(double interval_nanos) {
    const std::uint64_t count = options_.smoke ? 20'000 : interval_nanos < 5'000 ? 1'000'000 : 200'000;
    std::vector<double> ring[4], line[4];
    for (int round = 0; round < options_.rounds; ++round) {
      const Percentiles floor = hop_through_line(interval_nanos, count);
      const Percentiles ours = hop_through_ring(interval_nanos, count);
      const double floors[] = {floor.p50, floor.p90, floor.p99, floor.p999};
      const double hops[] = {ours.p50, ours.p90, ours.p99, ours.p999};
      for (int i = 0; i < 4; ++i) line[i].push_back(floors[i]), ring[i].push_back(hops[i]);
    }
    if (floor_nanos_ == 0) floor_nanos_ = median(line[0]);
    const std::string name = "hop, one record per " + std::to_string(static_cast<int>(interval_nanos / 1'000)) + " us";
    const std::string conditions =
        "open loop, " + std::to_string(count) + " records, first tenth dropped; " + placement();
    const char* floor = "bare hand-over of a line";
    add(name, "latency p50", "ns", median(ring[0]), floor, median(line[0]), conditions);
    add(name, "latency p90", "ns", median(ring[1]), floor, median(line[1]), conditions);
    // No ratio: a stall of the host delays every record due meanwhile, but the bare line shows only its newest value.
    const std::string tail =
        conditions + "; tails show the stalls of the host, each charged to every record it delayed";
    add(name, "latency p99", "ns", median(ring[2]), "", 0, tail);
    add(name, "latency p99.9", "ns", median(ring[3]), "", 0, tail);
  }

  void publish_cost() {
    const std::uint64_t count = options_.smoke ? 100'000 : 20'000'000;
    std::vector<double> alone;
    for (int round = 0; round < options_.rounds; ++round) {
      ringbuf::TickWriter writer = new_writer();
      Words words = make_words(1, 1);
      const std::uint64_t begin = read_tsc();
      for (std::uint64_t i = 1; i <= count; ++i) {
        words.word[2] = i;
        writer.publish(&words);
      }
      alone.push_back(static_cast<double>(clock_.nanos(begin, read_tsc())) / static_cast<double>(count));
    }
    add("publish, nobody polling", "cost per record", "ns", median(alone), "bare hand-over of a line", floor_nanos_,
        std::to_string(count) + " records in a row");
  }

  void throughput() {
    const std::uint64_t count = options_.smoke ? 200'000 : 40'000'000;
    std::vector<double> rates;
    for (int round = 0; round < options_.rounds; ++round) rates.push_back(lossless_rate(count));
    add("throughput, one lossless reader", "records", "M/s", median(rates), "one hand-over after the other",
        1e3 / floor_nanos_, "reader's position looked at once per 64 records; every record checked; " + placement());
  }

  double lossless_rate(std::uint64_t count) {
    constexpr std::uint64_t kBatch = 64;
    meet();
    ringbuf::TickWriter writer = new_writer();
    double rate = 0;
    run_in_two_processes(
        cores_,
        [&] {
          wait_for_reader();
          const std::uint64_t begin = read_tsc();
          for (std::uint64_t i = 1; i <= count; ++i) {
            const Words words = make_words(i, begin);
            writer.publish(&words);
            if (i % kBatch != 0) continue;
            while (i + kBatch - meeting_.reader_position.load(std::memory_order_acquire) > kSlots)
              platform::cpu_pause();
          }
          while (meeting_.reader_position.load(std::memory_order_acquire) < count) platform::cpu_pause();
          rate = static_cast<double>(count) * 1e3 / static_cast<double>(clock_.nanos(begin, read_tsc()));
        },
        [&] {
          ringbuf::TickReader reader = new_reader();
          reader_ready();
          Words words;
          for (std::uint64_t next = 1; next <= count;) {
            const ReadStatus status = reader.poll(&words);
            if (status == ReadStatus::empty) {
              platform::cpu_pause();
              continue;
            }
            if (status != ReadStatus::record || !is_intact(words, next)) meeting_.bad_records.fetch_add(1);
            if (next % (kBatch * 16) == 0 || next == count)
              meeting_.reader_position.store(next, std::memory_order_release);
            ++next;
          }
        });
    require_intact();
    return rate;
  }

  void add(const std::string& name, const char* metric, const char* unit, double value, const char* baseline,
           double baseline_value, const std::string& conditions) {
    report_.add({"ring", name, metric, unit, value, baseline, baseline_value,
                 "median of " + std::to_string(options_.rounds) + " rounds; " + conditions});
  }

  std::string placement() const {
    return cores_.pinned
               ? "writer on cpu " + std::to_string(cores_.writer) + ", reader on cpu " + std::to_string(cores_.reader)
               : "not pinned: one core only";
  }

  Options options_;
  Report& report_;
  BenchClock clock_;
  SharedBlock ring_memory_;
  SharedBlock meeting_memory_;
  Meeting& meeting_;
  Cores cores_;
  double floor_nanos_ = 0;  // of the fastest schedule: what the other cases are compared with
};

}  // namespace

void run_ring_suite(const Options& options, Report& report) { RingSuite(options, report).run(); }

}  // namespace tickplant::bench
