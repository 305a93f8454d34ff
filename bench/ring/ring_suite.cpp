// Suite `ring`: how long a record travels through the broadcast ring between two pinned processes, how many pass, what
// publishing, looking and waking cost; each against the bare hand-over of one cache line and, where there are some,
// against peers. Every record of every candidate is checked; a lost or torn one ends the run.
//
// What would change our mind: a hop above 1.2 floors (p50) or 1.5 floors (p90), less than 1.5 times as fast as boost's
// spsc_queue or less than 4 times its throughput, a publish above 0.3 floors or one whose cost depends on readers.
#include "bench/ring/ring_suite.hpp"

#include <algorithm>

#include "bench/harness/interruption.hpp"

namespace tickplant::bench {

void run_ring_suite(const Options& options, Report& report) {
  const Interruption interruption;
  Stage stage(options, report);
  const auto wanted = [&](const char* part) {
    return options.only.empty() || std::find(options.only.begin(), options.only.end(), part) != options.only.end();
  };
  if (wanted("checks")) check_the_harness(stage);
  if (wanted("hop") || wanted("throughput")) {
    const Peers peers = all_peers();
    for (const std::string& text : peers.left_out) stage.note(text);
    if (wanted("hop")) measure_hops(stage, peers);
    if (wanted("throughput")) measure_throughputs(stage, peers);
  }
  if (wanted("batch")) measure_batches(stage);
  if (wanted("publish")) measure_publish_cost(stage);
  if (wanted("poll")) measure_empty_polls(stage);
  if (wanted("image")) measure_image_reads(stage);
  if (wanted("wake")) measure_wakes(stage);
}

}  // namespace tickplant::bench
