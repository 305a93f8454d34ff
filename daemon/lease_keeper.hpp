// Keeps the leases of sequence numbers ahead of the rings while the plant runs, and tells operators when that fails.
//
// Threads: housekeeping. Not here: the leases (sequence_leases.hpp).
#pragma once

#include <string>

#include "daemon/plant_segments.hpp"
#include "daemon/sequence_leases.hpp"
#include "ringbuf/counters.hpp"

namespace tickplant::daemon {

class LeaseKeeper {
 public:
  /// After take(): complains about it where it failed. Throws SetupError when the counters are full.
  LeaseKeeper(PlantSegments& segments, SequenceLeases& leases);

  /// Call about once a second.
  void turn();

 private:
  void tell();

  PlantSegments& segments_;
  SequenceLeases& leases_;
  ringbuf::Counter failures_, at_risk_;
  std::uint64_t counted_ = 0;
  std::string told_;
};

}  // namespace tickplant::daemon
