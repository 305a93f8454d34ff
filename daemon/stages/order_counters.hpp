// What people see of the order that a sequencer makes.
//
// Threads: one, the sequencer's.
#pragma once

#include "ringbuf/counter_names.hpp"
#include "ringbuf/counters.hpp"
#include "ringbuf/sequencer.hpp"

namespace tickplant::daemon {

class OrderCounters {
 public:
  explicit OrderCounters(ringbuf::CountersWriter& counters)
      : ordered_(counters.add(ringbuf::counter::kSequencer,
                              {ringbuf::counter::kOrdered, "place of the newest record in the order of everything",
                               "place", ringbuf::CounterKind::level})),
        pauses_(counters.add(ringbuf::counter::kSequencer,
                             {ringbuf::counter::kPauses, "pauses in it: there was nothing to read", "pauses"})) {}

  void on_pause() noexcept { pauses_.add(1); }
  void follow(const ringbuf::Sequencer& order) noexcept { ordered_.set(order.next().value - 1); }

 private:
  ringbuf::Counter ordered_, pauses_;
};

}  // namespace tickplant::daemon
