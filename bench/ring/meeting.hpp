// Where the sides of a measurement meet: memory that both write, beside what is measured.
//
//   reader_is_ready    the reader       the writer: may begin
//   is_warm, go        publish cost     when the warm-up is over, when to measure
//   reader_position    the reader       the writer: what may be overwritten, when all has arrived
//   schedule_start     the writer       the floor's reader: when its first stamp was due
//   line               the writer       the floor's reader: the one cache line of the bare hand-over
//   figure             either           a result
//   latency_ticks      the reader       how late each record came, in TSC ticks
#pragma once

#include <atomic>
#include <cstdint>

namespace tickplant::bench {

struct Meeting {
  static constexpr std::uint64_t kLatencies = 1 << 20;

  alignas(64) std::atomic<std::uint32_t> reader_is_ready;
  alignas(64) std::atomic<std::uint32_t> is_warm;
  alignas(64) std::atomic<std::uint32_t> go;
  alignas(64) std::atomic<std::uint64_t> reader_position;
  alignas(64) std::atomic<std::uint64_t> schedule_start;
  alignas(64) std::atomic<std::uint64_t> line;
  alignas(64) std::atomic<double> figure[4];
  alignas(64) std::uint64_t latency_ticks[kLatencies];
};

}  // namespace tickplant::bench
