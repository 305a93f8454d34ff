// The parts of suite `ring`, one file each. `--only` takes their names.
//
// Threads: one.
#pragma once

#include "bench/peers/peers.hpp"
#include "bench/ring/stage.hpp"

namespace tickplant::bench {

inline constexpr const char* kRingParts[] = {"checks",  "hop",  "throughput", "batch",
                                             "publish", "poll", "image",      "wake"};

void check_the_harness(Stage& stage);
void measure_hops(Stage& stage, const Peers& peers);
void measure_throughputs(Stage& stage, const Peers& peers);
void measure_batches(Stage& stage);
void measure_publish_cost(Stage& stage);
void measure_empty_polls(Stage& stage);
void measure_image_reads(Stage& stage);
void measure_wakes(Stage& stage);

}  // namespace tickplant::bench
