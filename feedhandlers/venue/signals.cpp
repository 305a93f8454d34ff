#include "feedhandlers/venue/signals.hpp"

#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>

#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue {

Signals::Signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&set, signal);
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0)
    descriptor_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor_)
    throw platform::SetupError{platform::with_errno("no descriptor for signals", errno),
                               "raise the limit of open files (ulimit -n)"};
}

Asked Signals::take() noexcept {
  signalfd_siginfo signal{};
  if (::read(descriptor_.get(), &signal, sizeof signal) != sizeof signal) return Asked::nothing;
  return signal.ssi_signo == SIGUSR1 ? Asked::for_truth : Asked::to_stop;
}

}  // namespace tickplant::feedhandlers::venue
