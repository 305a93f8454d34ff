#include "daemon/lease_keeper.hpp"

#include "daemon/log.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {

namespace counter = ringbuf::counter;

LeaseKeeper::LeaseKeeper(PlantSegments& segments, SequenceLeases& leases)
    : segments_(segments),
      leases_(leases),
      failures_(segments.counters().add(
          counter::kHousekeeping,
          {counter::kLeaseFailures, "times the file of sequence numbers could not be written", "writes"})),
      at_risk_(segments.counters().add(
          counter::kHousekeeping,
          {counter::kNumbersAtRisk, "1: that file is behind, a reboot now could use numbers twice; 0: it is not",
           "yes or no", ringbuf::CounterKind::level})) {
  tell();
}

void LeaseKeeper::turn() {
  leases_.renew(segments_.sequence_uses());
  tell();
}

void LeaseKeeper::tell() {
  const std::uint64_t count = leases_.failure_count();
  failures_.add(count - counted_);
  counted_ = count;
  at_risk_.set(leases_.problem().empty() ? 0 : 1);
  if (leases_.problem() == told_) return;
  if (leases_.problem().empty()) {
    log_info("the sequence numbers taken are on disk again: '" + leases_.path() + "'");
  } else {
    log_error("the sequence numbers taken are not on disk: " + leases_.problem());
  }
  told_ = leases_.problem();
}

}  // namespace tickplant::daemon
