// Hop latency: ours at two rates against the floor and the hiccup meter, then each peer at a rate that it can sustain
// against the floor and ours, in turns.
//
// Threads: those of the candidates.
#include <string>

#include "bench/harness/hiccup_meter.hpp"
#include "bench/ring/floor.hpp"
#include "bench/ring/ring_suite.hpp"
#include "bench/ring/sustained_rate.hpp"

namespace tickplant::bench {
namespace {

struct CoreHiccups {
  double p99 = 0, p999 = 0, late_share = 0, lost_share = 0;
};

/// What the host takes from the reader's core while both are busy, as during a hop.
CoreHiccups measure_core_hiccups(Stage& stage, double interval_nanos, std::uint64_t count) {
  stage.reset_meeting();
  SideProcess reader([&] {
    stage.enter_reader();
    const Hiccups hiccups = measure_lost_time(stage.clock(), interval_nanos, count);
    std::uint64_t late = 0;
    hiccups.late.for_each_bucket([&](std::int64_t first, std::int64_t, std::uint64_t times) {
      if (first > 1'000) late += times;
    });
    auto& figure = stage.meeting().figure;
    figure[0].store(static_cast<double>(hiccups.late.percentile(99)));
    figure[1].store(static_cast<double>(hiccups.late.percentile(99.9)));
    figure[2].store(static_cast<double>(late) / static_cast<double>(count));
    figure[3].store(hiccups.lost_share);
  });
  SideProcess writer([&] {
    stage.enter_writer();
    (void)measure_lost_time(stage.clock(), interval_nanos, count);
  });
  SideProcess::join_all({&writer, &reader}, Stage::kPatience);
  const auto& figure = stage.meeting().figure;
  return {figure[0].load(), figure[1].load(), figure[2].load(), figure[3].load()};
}

std::string every(double interval_nanos) {
  return "one record per " + std::to_string(static_cast<int>(interval_nanos / 1'000)) + " us";
}

std::string load_of(std::uint64_t count) {
  return "open loop, " + std::to_string(count) + " records, first tenth dropped";
}

void measure_ours(Stage& stage, double interval_nanos, std::uint64_t count) {
  const Candidate ours = broadcast_ring();
  std::vector<Pair> p50, p90, p99, p999, late_to_lost, late_to_late, late_to_floor;
  std::vector<double> floors;
  for (int round = 0; round < stage.options().rounds; ++round) {
    const Latencies floor = measure_floor(stage, interval_nanos, count);
    const Latencies hop = ours.hop(stage, {.interval_nanos = interval_nanos, .count = count});
    const CoreHiccups core = measure_core_hiccups(stage, interval_nanos, count);
    floors.push_back(floor.p50);
    p50.push_back({hop.p50, floor.p50});
    p90.push_back({hop.p90, floor.p90});
    p99.push_back({hop.p99, core.p99});
    p999.push_back({hop.p999, core.p999});
    late_to_lost.push_back({100 * hop.late_share, 100 * core.lost_share});
    late_to_late.push_back({100 * hop.late_share, 100 * core.late_share});
    late_to_floor.push_back({100 * hop.late_share, 100 * floor.late_share});
  }
  const std::string name = "hop, " + every(interval_nanos);
  const std::string conditions = load_of(count) + "; " + ours.traits.how + "; " + stage.placement(floors);
  const std::string meter = "hiccup meter, reader core";
  stage.add(name, "latency p50", "ns", p50, kFloor, conditions);
  stage.add(name, "latency p90", "ns", p90, kFloor, conditions);
  stage.add(name, "latency p99", "ns", p99, meter, conditions);
  stage.add(name, "latency p99.9", "ns", p999, meter, conditions);
  stage.add(name, "later than 1 us", "%", late_to_lost, "time lost, reader core",
            conditions +
                "; against the share of time in which a loop on the reader's core did not get to look at the "
                "clock; a hop meets the stalls of both cores");
  stage.add(name, "later than 1 us", "%", late_to_late, meter, conditions);
  stage.add(name, "later than 1 us", "%", late_to_floor, kFloor, conditions);
}

void measure_peer(Stage& stage, const Candidate& peer, double interval_nanos) {
  const auto full =
      static_cast<std::uint64_t>(interval_nanos < 5'000 ? 150e6 / interval_nanos : 300e6 / interval_nanos);
  const std::uint64_t count = stage.sized<std::uint64_t>(full, 400);
  const Candidate ours = broadcast_ring();
  std::vector<Pair> p50, p90, against_ours;
  std::vector<double> floors, p99, p999;
  bool fell_behind = false;
  for (int round = 0; round < stage.options().rounds; ++round) {
    const HopLoad load{.interval_nanos = interval_nanos, .count = count};
    const Latencies floor = measure_floor(stage, interval_nanos, count);
    const Latencies our_hop = ours.hop(stage, load);
    const Latencies hop = peer.hop(stage, load);
    fell_behind = fell_behind || hop.fell_behind();
    floors.push_back(floor.p50);
    p50.push_back({hop.p50, floor.p50});
    p90.push_back({hop.p90, floor.p90});
    p99.push_back(hop.p99);
    p999.push_back(hop.p999);
    against_ours.push_back({hop.p50, our_hop.p50});
  }
  const std::string name = "hop, " + every(interval_nanos) + ": " + peer.traits.name;
  const std::string conditions = load_of(count) + "; " + peer.traits.how + "; " + stage.placement(floors) +
                                 (fell_behind ? "; FELL BEHIND the schedule: not a latency" : "");
  stage.add(name, "latency p50", "ns", against_ours, "ours", conditions);
  stage.add(name, "latency p50", "ns", p50, kFloor, conditions);
  stage.add(name, "latency p90", "ns", p90, kFloor, conditions);
  stage.add(name, "latency p99", "ns", p99, conditions);
  stage.add(name, "latency p99.9", "ns", p999, conditions);
}

}  // namespace

void measure_hops(Stage& stage, const Peers& peers) {
  for (const double interval : {1'000.0, 10'000.0})
    measure_ours(stage, interval, stage.sized<std::uint64_t>(interval < 5'000 ? 400'000 : 60'000, 2'000));
  for (const Candidate& peer : peers.all) {
    const double shortest = sustained_interval(peer, rough_rate(stage, peer));
    measure_peer(stage, peer, shortest);
    if (shortest < 5'000) measure_peer(stage, peer, 10'000);
  }
}

}  // namespace tickplant::bench
