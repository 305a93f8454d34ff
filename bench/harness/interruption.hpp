// Ctrl-C and SIGTERM as an exception: what a measurement has started and made is ended and removed on the way out.
//
// Threads: one; at most one object at a time. Forked sides get the usual handling back (side_process.cpp).
#pragma once

#include <array>
#include <csignal>

#include "platform/setup_error.hpp"

namespace tickplant::bench {

class Interruption {
 public:
  Interruption() noexcept {
    struct sigaction action {};
    action.sa_handler = [](int) { arrived_ = 1; };  // no SA_RESTART: a wait is to end
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &before_[i]);
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  }

  /// Throws SetupError when a signal has come.
  static void check() {
    if (arrived_ != 0) throw platform::SetupError{"interrupted", "nothing: all is removed"};
  }
  /// In a forked child.
  static void forget() noexcept {
    for (const int number : kSignals) std::signal(number, SIG_DFL);
  }

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM};
  static inline volatile std::sig_atomic_t arrived_ = 0;
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace tickplant::bench
