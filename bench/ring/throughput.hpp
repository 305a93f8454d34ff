// How many records pass when none may be lost: the writer sends as fast as the reader lets it. The clock is read once
// per 1,024 records.
//
// Threads: the sides of run_peer().
#pragma once

#include "bench/ring/peer.hpp"

namespace tickplant::bench {

/// Records per microsecond, from before the first was sent until the last had arrived.
template <class Peer>
double measure_throughput(Stage& stage, std::uint64_t count) {
  constexpr std::uint64_t kBatch = 64, kStampEvery = 1'024;
  constexpr std::uint64_t kWindow = Peer::kTraits.window;
  static_assert(kWindow == 0 || kWindow >= 4 * kStampEvery);
  Meeting& meeting = stage.meeting();
  run_peer<Peer>(
      stage,
      [&](typename Peer::Writer& writer) {
        const std::uint64_t begin = platform::read_tsc();
        std::uint64_t stamp = begin;
        for (std::uint64_t i = 1; i <= count; ++i) {
          if (i % kStampEvery == 0) stamp = platform::read_tsc();
          const CheckedRecord record = make_record(i, stamp);
          while (!writer.try_send(record)) platform::cpu_pause();
          if (i % kBatch != 0) continue;
          writer.flush();
          if (kWindow != 0 && i + kBatch > kWindow) stage.wait_for_position(i + kBatch - kWindow);
        }
        writer.flush();
        stage.wait_for_position(count);
        const auto nanos = static_cast<double>(stage.clock().nanos(begin, platform::read_tsc()));
        meeting.figure[0].store(static_cast<double>(count) * 1e3 / nanos);
      },
      [&](typename Peer::Reader& reader) {
        CheckedRecord record;
        for (std::uint64_t i = 1; i <= count; ++i) {
          while (!reader.try_receive(record)) platform::cpu_pause();
          require_record(record, i);
          if (i % kStampEvery == 0 || i == count) meeting.reader_position.store(i, std::memory_order_release);
        }
      });
  return meeting.figure[0].load();
}

}  // namespace tickplant::bench
