// Thrown by Subscriber::poll() where a loss must not be passed over (OnOverrun::raise).
//
// Threads: a plain value.
#pragma once

#include <stdexcept>
#include <string>

#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::clients {

class OverrunError : public std::runtime_error {
 public:
  OverrunError(const std::string& ring, ringbuf::SequenceRange lost)
      : std::runtime_error("lost " + std::to_string(lost.count()) + " records of ring '" + ring + "': sequences " +
                           std::to_string(lost.first) + " to " + std::to_string(lost.last) +
                           " were overwritten before they were read"),
        ring_(ring),
        lost_(lost) {}

  [[nodiscard]] const std::string& ring() const noexcept { return ring_; }
  [[nodiscard]] ringbuf::SequenceRange lost() const noexcept { return lost_; }

 private:
  std::string ring_;
  ringbuf::SequenceRange lost_;
};

}  // namespace tickplant::clients
