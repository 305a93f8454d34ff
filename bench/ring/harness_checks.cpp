// Does the harness see what it claims to see? A reader that pauses must show in the tail (a closed loop would hide it:
// coordinated omission), and a record with one wrong word must be recognised.
//
// Threads: those of the candidates.
#include "bench/ring/ring_suite.hpp"

namespace tickplant::bench {
namespace {

void recognises_wrong_words() {
  const CheckedRecord good = make_record(7, 1'000);
  bool all = is_record(good, 7) && !is_record(good, 8);
  for (std::size_t i = 0; i < 8; ++i) {
    CheckedRecord torn = good;
    torn.word[i] = make_record(7 + (1 << 16), 2'000).word[i];  // a word of the next lap
    all = all && !is_record(torn, 7);
  }
  if (!all) throw platform::SetupError{"the benchmark takes a torn record for a whole one", "this is a bug of bench"};
}

}  // namespace

void check_the_harness(Stage& stage) {
  recognises_wrong_words();

  // A twentieth of the run: the records due meanwhile are late by 0 to 100 % of the pause, evenly; one in five of them
  // makes the last hundredth, whose fastest is late by 80 % of it.
  constexpr double kInterval = 1'000;
  const std::uint64_t count = stage.sized<std::uint64_t>(200'000, 40'000);
  const double pause = kInterval * static_cast<double>(count) / 20;
  const Latencies latencies =
      broadcast_ring().hop(stage, {.interval_nanos = kInterval, .count = count, .reader_pause_nanos = pause});
  stage.add("self test: a pause of the reader is seen", "latency p99", "ns", {{latencies.p99, pause}}, "the pause",
            "reader stopped once for a twentieth of the run; ratio 0.8 on a quiet machine, an error below 0.5");
  if (latencies.p99 < pause / 2)
    throw platform::SetupError{"a pause of the reader does not show in p99", "this is a bug of bench"};
}

}  // namespace tickplant::bench
