// How long one record travels: open loop, a record's latency counts from when it was due.
//
// Threads: the sides of run_peer().
#pragma once

#include <algorithm>

#include "bench/ring/peer.hpp"

namespace tickplant::bench {

struct HopLoad {
  double interval_nanos = 0;
  std::uint64_t count = 0;
  double reader_pause_nanos = 0;  // once, half-way: what a measurement must not overlook
};

template <class Peer>
Latencies measure_hop(Stage& stage, const HopLoad& load) {
  // A reader that the host has stopped for longer than a ring lasts would be lapped: now and then the writer looks
  // where it is. Waiting there is charged like any other delay.
  constexpr std::uint64_t kLookEvery = 1'024;
  static_assert(Peer::kTraits.window == 0 || Peer::kTraits.window >= 4 * kLookEvery);
  Meeting& meeting = stage.meeting();
  run_peer<Peer>(
      stage,
      [&](typename Peer::Writer& writer) {
        LoadSchedule schedule(platform::read_tsc() + stage.clock().ticks(200'000),
                              stage.clock().ticks(load.interval_nanos));
        for (std::uint64_t i = 1; i <= load.count; ++i) {
          const CheckedRecord record = make_record(i, schedule.wait());
          while (!writer.try_send(record)) platform::cpu_pause();
          writer.flush();
          if (Peer::kTraits.window != 0 && i % kLookEvery == 0 && i > Peer::kTraits.window / 2)
            stage.wait_for_position(i - Peer::kTraits.window / 2);
        }
        stage.wait_for_position(load.count);
      },
      [&](typename Peer::Reader& reader) {
        CheckedRecord record;
        for (std::uint64_t i = 1; i <= load.count; ++i) {
          while (!reader.try_receive(record)) platform::cpu_pause();
          const std::uint64_t now = platform::read_tsc();
          meeting.latency_ticks[i - 1] = now - std::min(now, record.due());
          require_record(record, i);
          if (i % kLookEvery == 0 || i == load.count) meeting.reader_position.store(i, std::memory_order_release);
          if (load.reader_pause_nanos != 0 && i == load.count / 2) {
            const std::uint64_t end = now + stage.clock().ticks(load.reader_pause_nanos);
            while (platform::read_tsc() < end) platform::cpu_pause();
          }
        }
      });
  return stage.latencies(load.count);
}

}  // namespace tickplant::bench
