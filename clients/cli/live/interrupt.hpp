// SIGINT, SIGTERM and SIGHUP as a question asked in a loop, so that what runs until stopped ends in order.
//
// Threads: one; one object at a time.
#pragma once

#include <csignal>

namespace tickplant::cli {

class Interrupt {
 public:
  /// From here on these signals are noted instead of ending the process.
  Interrupt() noexcept;
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  /// As it was before.
  ~Interrupt();

  [[nodiscard]] bool came() const noexcept;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction before_[3]{};
};

}  // namespace tickplant::cli
