// What a plant asks of the operating system about its memory, and what came of it: rings on huge pages, on the NUMA
// node of their writer, nothing ever swapped out. Wishes: a refused one costs latency, never the start. It is said
// once, in the log with its reason, and shown by `tickplant status` from counters of owner "memory".
//
// Threads: set-up. Not here: making the segments (plant_segments.hpp), the system calls (platform/numa_memory.hpp).
#pragma once

#include "config/plant_config.hpp"
#include "daemon/plant_segments.hpp"
#include "daemon/thread_plan.hpp"

namespace tickplant::daemon {

/// After the segments are made, before anything is stored in them. Throws SetupError when the counters are full.
void wish_for_memory(const config::PlantConfig& config, const ThreadPlans& plans, PlantSegments& segments);

}  // namespace tickplant::daemon
