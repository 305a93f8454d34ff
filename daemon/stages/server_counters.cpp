#include "daemon/stages/server_counters.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::CounterKind;

}  // namespace

ServerCounters::ServerCounters(ringbuf::CountersWriter& counters, const std::string& owner)
    : state_(counters.add(owner, {counter::kServerState, "of its server: 0 not asked, 1 up, 2 down, 3 session ended",
                                  "state", CounterKind::level})),
      since_(counters.add(owner, {counter::kServerSince, "since when, 0: ever", "ns UTC", CounterKind::level})),
      reason_(counters.add(owner, {counter::kServerReason, "why it last failed, 0: never did; `feed status` has words",
                                   "reason", CounterKind::level})),
      detail_(counters.add(owner, {counter::kServerDetail, "errno, or the letter of a rejected login, 0: neither",
                                   "number", CounterKind::level})) {
  // A predecessor's are history.
  for (ringbuf::Counter* each : {&state_, &since_, &reason_, &detail_}) each->set(0);
}

}  // namespace tickplant::daemon
