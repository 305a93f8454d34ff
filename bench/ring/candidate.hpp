// A candidate as the cases see it: a name and two measurements. Each is compiled beside its library, so that no other
// file includes that library's headers.
//
// Threads: one.
#pragma once

#include <functional>

#include "bench/ring/hop.hpp"
#include "bench/ring/throughput.hpp"

namespace tickplant::bench {

struct Candidate {
  PeerTraits traits;
  std::function<Latencies(Stage&, const HopLoad&)> hop;
  std::function<double(Stage&, std::uint64_t)> throughput;
};

template <class Peer>
[[nodiscard]] Candidate candidate() {
  return {Peer::kTraits, measure_hop<Peer>, measure_throughput<Peer>};
}

}  // namespace tickplant::bench
