#include "bench/ring/floor.hpp"

#include "bench/harness/side_process.hpp"

namespace tickplant::bench {

using platform::read_tsc;

Latencies measure_floor(Stage& stage, double interval_nanos, std::uint64_t count) {
  stage.reset_meeting();
  Meeting& meeting = stage.meeting();
  const std::uint64_t interval = stage.clock().ticks(interval_nanos);
  SideProcess reader([&] {
    stage.enter_reader();
    stage.reader_is_ready();
    std::uint64_t due = 0;
    while ((due = meeting.schedule_start.load(std::memory_order_acquire)) == 0) platform::cpu_pause();
    std::uint64_t last = 0;
    for (std::uint64_t seen = 0; seen < count;) {
      std::uint64_t newest;
      while ((newest = meeting.line.load(std::memory_order_acquire)) == last) platform::cpu_pause();
      last = newest;
      const std::uint64_t now = read_tsc();
      for (; due <= newest; due += interval) meeting.latency_ticks[seen++] = now - due;
    }
  });
  SideProcess writer([&] {
    stage.enter_writer();
    stage.wait_for_reader();
    const std::uint64_t start = read_tsc() + stage.clock().ticks(200'000);
    meeting.schedule_start.store(start, std::memory_order_release);
    LoadSchedule schedule(start, interval);
    for (std::uint64_t i = 0; i < count; ++i) meeting.line.store(schedule.wait(), std::memory_order_release);
  });
  SideProcess::join_all({&writer, &reader}, Stage::kPatience);
  return stage.latencies(count);
}

double floor_nanos(Stage& stage) { return measure_floor(stage, 1'000, stage.sized<std::uint64_t>(50'000, 3'000)).p50; }

}  // namespace tickplant::bench
