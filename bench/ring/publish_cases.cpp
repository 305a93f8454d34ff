// What a publish costs the writer, records in a row, and that readers cannot change it: alone, polled at the head, with
// readers that sleep, are stopped, killed or ten laps behind. And that neither publish nor poll makes a system call.
//
// A cost is the median over blocks, so that stalls of the host do not count. Besides records in a row, one record after
// each microsecond or so of other work: what publishing adds to a feed that is not saturated and whose readers have
// caught up, so that each has the line that is about to be written.
//
// Threads: a writer and up to two readers, a process each.
#include <time.h>

#include <algorithm>
#include <optional>

#include "bench/harness/futex.hpp"
#include "bench/harness/without_system_calls.hpp"
#include "bench/peers/broadcast_ring.hpp"
#include "bench/ring/floor.hpp"
#include "bench/ring/ring_suite.hpp"

namespace tickplant::bench {
namespace {

using ringbuf::ReadStatus;

enum class Readers { none, at_the_head, asleep, stopped, killed, ten_laps_behind };

constexpr std::uint64_t kBlock = 1'024;

void sleep_a_millisecond() noexcept {
  const timespec time{0, 1'000'000};
  ::nanosleep(&time, nullptr);
}

/// Reads what comes; whoever is more than `patience` records behind goes to the head.
void poll_forever(ringbuf::TickReader reader, std::uint64_t patience) {
  CheckedRecord record;
  for (std::uint64_t looks = 0;; ++looks) {
    const ReadStatus status = reader.poll(&record);
    if (status == ReadStatus::record) require_record(record, record.word[0]);
    if (status == ReadStatus::empty) platform::cpu_pause();
    if (looks % 16 != 0) continue;
    const std::uint64_t head = reader.published().value;
    if (head > reader.next().value + patience) reader.seek({head});
  }
}

/// Looks only when the writer is ten laps ahead, is told what it lost, and waits for the next ten.
void lag_forever(ringbuf::TickReader reader) {
  CheckedRecord record;
  for (;;) {
    sleep_a_millisecond();
    if (reader.published().value < reader.next().value + 10 * RingMemory::kSlots) continue;
    if (reader.poll(&record) != ReadStatus::overrun || reader.lost().count() < 9 * RingMemory::kSlots)
      SideProcess::fail("a reader that was ten laps behind was not told so");
  }
}

void sleep_forever(const RingMemory& ring, bool by_futex) {
  // The plant's wake word does not exist yet: the reserved bytes behind `claimed` stay zero.
  const auto* word = reinterpret_cast<const std::atomic<std::uint32_t>*>(&ring.read_only_control().reserved);
  for (;;) {
    if (by_futex) {
      futex_wait(*word, 0, 1'000);
    } else {
      sleep_a_millisecond();
    }
  }
}

void publish(ringbuf::TickWriter& writer, std::uint64_t count, std::uint64_t due = 1) noexcept {
  for (std::uint64_t i = 0; i < count; ++i) {
    const CheckedRecord record = make_record(writer.last().value + 1, due);
    writer.publish(&record);
  }
}

enum class Pace { in_a_row, between_other_work };

/// About a microsecond of arithmetic that nothing can run beside: each step needs the one before.
[[gnu::noinline]] std::uint64_t work(std::uint64_t value) noexcept {
  for (int i = 0; i < 800; ++i) value = value * 0x5851f42d4c957f2d + 1;
  return value;
}

class PublishCost {
 public:
  explicit PublishCost(Stage& stage) : stage_(stage) {}

  /// ns per record.
  double measure(Readers readers, Pace pace = Pace::in_a_row) {
    stage_.reset_meeting();
    RingMemory ring;
    std::optional<SideProcess> first, second;
    if (readers != Readers::none) start(first, ring, readers, true);
    if (readers == Readers::asleep) start(second, ring, readers, false);
    SideProcess writer([&] { write(ring, pace); });
    // Once around and a bit, with the readers awake; then they get into the state that is asked for.
    Stage::wait_for_side(stage_.meeting().is_warm);
    if (readers == Readers::stopped) first->stop();
    if (readers == Readers::killed) first->kill();
    stage_.meeting().go.store(1, std::memory_order_release);
    SideProcess::join_all({&writer}, Stage::kPatience);
    return stage_.meeting().figure[0].load();
  }

 private:
  void start(std::optional<SideProcess>& side, RingMemory& ring, Readers readers, bool by_futex) {
    side.emplace([this, &ring, readers, by_futex] {
      const ringbuf::TickReader reader = ring.reader();
      stage_.enter_reader();
      stage_.reader_is_ready();
      if (readers == Readers::asleep) sleep_forever(ring, by_futex);
      if (readers == Readers::ten_laps_behind) lag_forever(reader);
      poll_forever(reader, 64);
    });
    Stage::wait_for_side(stage_.meeting().reader_is_ready);
    stage_.meeting().reader_is_ready.store(0);
  }

  void write(RingMemory& ring, Pace pace) {
    ringbuf::TickWriter writer = ring.writer();
    stage_.enter_writer();
    publish(writer, RingMemory::kSlots + kBlock);
    stage_.meeting().is_warm.store(1, std::memory_order_release);
    while (stage_.meeting().go.load(std::memory_order_acquire) == 0) platform::cpu_pause();
    double nanos = 0;
    if (pace == Pace::in_a_row) {
      platform::LatencyHistogram picoseconds(kLongest);
      const int blocks = stage_.sized(4'000, 200);
      for (int i = 0; i < blocks; ++i) time_block(picoseconds, kBlock, [&] { publish(writer, kBlock); });
      nanos = median(picoseconds);
    } else {
      constexpr int kTurns = 64;
      std::uint64_t value = 1;
      const auto turns = [&](bool with_record) {
        for (int i = 0; i < kTurns; ++i) {
          value = work(value);
          if (with_record) publish(writer, 1, value);  // needs the work's result, as a feed's would
        }
      };
      // By turns: the clock of a core changes by more than what is looked for.
      platform::LatencyHistogram with(kLongest), without(kLongest);
      const int blocks = stage_.sized(2'000, 50);
      for (int i = 0; i < blocks; ++i) {
        time_block(without, kTurns, [&] { turns(false); });
        time_block(with, kTurns, [&] { turns(true); });
      }
      nanos = median(with) - median(without);
    }
    stage_.meeting().figure[0].store(nanos);
  }

  static constexpr std::int64_t kLongest = std::int64_t{1} << 40;

  /// Enters the picoseconds that each of its records took.
  template <class Block>
  void time_block(platform::LatencyHistogram& picoseconds, std::uint64_t records, Block&& block) {
    const std::uint64_t begin = platform::read_tsc();
    block();
    const std::int64_t nanos = stage_.clock().nanos(begin, platform::read_tsc());
    picoseconds.record(nanos * 1'000 / static_cast<std::int64_t>(records));
  }
  static double median(const platform::LatencyHistogram& picoseconds) {
    return static_cast<double>(picoseconds.percentile(50)) / 1e3;
  }

  Stage& stage_;
};

void count_system_calls(Stage& stage) {
  const auto add = [&](const char* what, SystemCalls calls) {
    stage.add(what, "system calls (0 none, 1 some)", "", std::vector<double>{calls == SystemCalls::none ? 0.0 : 1.0},
              "200,000 records under a filter that ends the process at its first system call");
  };
  if (system_calls_of([] { sleep_a_millisecond(); }) != SystemCalls::some) {
    stage.note("left out: system calls (no seccomp filters here)");
    return;
  }
  RingMemory ring;
  ringbuf::TickWriter writer = ring.writer();
  ringbuf::TickReader reader = ring.reader();
  add("publish", system_calls_of([&] { publish(writer, 200'000); }));
  // The writer's object is the child's copy: here the ring's end must be found anew.
  add("poll: lapped, full, empty", system_calls_of([&] {
        CheckedRecord record;
        for (int i = 0; i < 200'000; ++i) (void)reader.poll(&record);
      }));
}

}  // namespace

void measure_publish_cost(Stage& stage) {
  struct Case {
    Readers readers;
    const char* name;
    const char* conditions;
  };
  static constexpr Case kCases[] = {
      {Readers::at_the_head, "publish, a reader polling at the head", "one that falls 64 behind goes to the head"},
      {Readers::asleep, "publish, readers asleep", "one in a futex wait on its read-only mapping, one in nanosleep"},
      {Readers::stopped, "publish, reader stopped", "SIGSTOP while it read at the head"},
      {Readers::killed, "publish, reader killed", "SIGKILL while it read at the head"},
      {Readers::ten_laps_behind, "publish, reader ten laps behind", "it looks, is told, and falls behind again"},
  };
  PublishCost cost(stage);
  std::vector<Pair> alone_to_floor, paced_alone, paced_polled;
  std::vector<double> floors;
  std::vector<std::vector<Pair>> to_floor(std::size(kCases)), to_alone(std::size(kCases));
  for (int round = 0; round < stage.options().rounds; ++round) {
    const double floor = floor_nanos(stage);
    floors.push_back(floor);
    alone_to_floor.push_back({cost.measure(Readers::none), floor});
    paced_alone.push_back({cost.measure(Readers::none, Pace::between_other_work), floor});
    paced_polled.push_back({cost.measure(Readers::at_the_head, Pace::between_other_work), floor});
    for (std::size_t i = 0; i < std::size(kCases); ++i) {
      const double alone = cost.measure(Readers::none);
      const double with_readers = cost.measure(kCases[i].readers);
      to_floor[i].push_back({with_readers, floor});
      to_alone[i].push_back({with_readers, alone});
    }
  }
  const std::string common = "records in a row, median of blocks of 1,024; " + stage.placement(floors);
  stage.add("publish, no reader", "cost per record", "ns", alone_to_floor, kFloor, common);
  for (std::size_t i = 0; i < std::size(kCases); ++i) {
    const std::string conditions = std::string(kCases[i].conditions) + "; " + common;
    stage.add(kCases[i].name, "cost per record", "ns", to_floor[i], kFloor, conditions);
    stage.add(kCases[i].name, "cost per record", "ns", to_alone[i], "no reader", conditions);
  }
  const std::string paced =
      "what one record adds to about a microsecond of other work, median of blocks of 64; " + stage.placement(floors);
  stage.add("publish between other work, no reader", "cost per record", "ns", paced_alone, kFloor, paced);
  stage.add("publish between other work, polled at the head", "cost per record", "ns", paced_polled, kFloor, paced);
  count_system_calls(stage);
}

}  // namespace tickplant::bench
