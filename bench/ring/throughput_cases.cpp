// Lossless throughput: ours and each peer in turns.
//
// Threads: those of the candidates.
#include "bench/ring/floor.hpp"
#include "bench/ring/ring_suite.hpp"
#include "bench/ring/sustained_rate.hpp"

namespace tickplant::bench {
namespace {

/// A quarter of a second of it.
std::uint64_t fitting_count(Stage& stage, const Candidate& candidate) {
  const double rate = rough_rate(stage, candidate);
  return stage.sized<std::uint64_t>(static_cast<std::uint64_t>(std::clamp(rate * 250'000, 10'000.0, 40e6)), 5'000);
}

}  // namespace

void measure_throughputs(Stage& stage, const Peers& peers) {
  const Candidate ours = broadcast_ring();
  const std::uint64_t our_count = stage.sized<std::uint64_t>(fitting_count(stage, ours), 100'000);
  const std::string common = "; every record checked, clock read once per 1,024; ";

  std::vector<Pair> to_floor;
  std::vector<double> floors;
  for (int round = 0; round < stage.options().rounds; ++round) {
    floors.push_back(floor_nanos(stage));
    to_floor.push_back({ours.throughput(stage, our_count), 1e3 / floors.back()});
  }
  stage.add("throughput, one lossless reader", "records", "M/s", to_floor, "one hand-over after another",
            std::to_string(our_count) + " records, reader's position looked at once per 64; " + ours.traits.how +
                common + stage.placement(floors));

  for (const Candidate& peer : peers.all) {
    const std::uint64_t count = fitting_count(stage, peer);
    std::vector<Pair> pairs;
    for (int round = 0; round < stage.options().rounds; ++round) {
      const double our_rate = ours.throughput(stage, our_count);
      pairs.push_back({our_rate, peer.throughput(stage, count)});
    }
    stage.add("throughput, one lossless reader", "records", "M/s", pairs, peer.traits.name,
              std::to_string(our_count) + " records against " + std::to_string(count) + "; " + peer.traits.how +
                  common + stage.placement(floors));
  }
}

}  // namespace tickplant::bench
