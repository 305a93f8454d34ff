#include "clients/cli/live/interrupt.hpp"

#include <cstddef>

namespace tickplant::cli {
namespace {

volatile std::sig_atomic_t signal_came = 0;

}  // namespace

Interrupt::Interrupt() noexcept {
  signal_came = 0;
  struct sigaction note {};
  note.sa_handler = [](int) { signal_came = 1; };  // no SA_RESTART: sleeps and polls end at once
  for (std::size_t i = 0; i < 3; ++i) ::sigaction(kSignals[i], &note, &before_[i]);
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < 3; ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

bool Interrupt::came() const noexcept { return signal_came != 0; }

}  // namespace tickplant::cli
