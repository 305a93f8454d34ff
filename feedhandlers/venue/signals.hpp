// The signals that the program obeys, as a descriptor: read where it is convenient, in the one loop that waits.
//
// Threads: construct before any other thread is started, as the signals are blocked from then on.
#pragma once

#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::venue {

enum class Asked : unsigned char { nothing, to_stop, for_truth };

class Signals {
 public:
  /// SIGINT, SIGTERM and SIGHUP ask to stop, SIGUSR1 for the truth. Throws SetupError.
  Signals();

  /// Becomes readable when something was asked.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
  /// The oldest signal not yet taken. Never waits.
  [[nodiscard]] Asked take() noexcept;

 private:
  platform::UniqueFd descriptor_;
};

}  // namespace tickplant::feedhandlers::venue
