#include "feedhandlers/venue/transmitter.hpp"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "platform/cpu_pause.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

constexpr std::int64_t kSpinNanos = 100'000;

std::int64_t monotonic_nanos() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * platform::kNanosPerSecond + time.tv_nsec;
}

}  // namespace

Transmitter::Transmitter(const TransmitterOptions& options, SimulatedLines& lines, std::vector<LineSender>& senders,
                         const Servers& servers, Signals& signals, TransmitterEvents events)
    : options_(options),
      lines_(lines),
      senders_(senders),
      servers_(servers),
      signals_(signals),
      events_(std::move(events)),
      start_nanos_(monotonic_nanos()),
      status_due_{options.status_nanos} {
  ::prctl(PR_SET_TIMERSLACK, 1);  // else every wait is 50 us too long
}

SinceStart Transmitter::elapsed() const noexcept { return {monotonic_nanos() - start_nanos_}; }

void Transmitter::run() {
  while (!lines_.is_over() || lines_.next_departure() != kNever) {
    lines_.advance(elapsed());
    const SinceStart now = elapsed();
    for (LineSender& sender : senders_) sender.transmit(now);
    serve(now);
    if (lines_.lateness().take_complaint(now)) events_.on_cannot_keep_up(lines_.lateness().nanos_now());
    if (now >= status_due_) {
      events_.on_status();
      status_due_ = now + options_.status_nanos;
    }
    if (lines_.is_over() && lines_.next_departure() == kNever) break;
    wait_until(std::min({lines_.next_due(), lines_.next_departure(), serve_due_, status_due_}));
  }
}

/// What servers have to do without being asked.
void Transmitter::serve(SinceStart now) {
  serve_due_ = kNever;
  if (servers_.rerequest != nullptr) {
    servers_.rerequest->send_due(now);
    serve_due_ = servers_.rerequest->next_due();
  }
  for (TcpServer* server : {servers_.soupbintcp, servers_.glimpse})
    if (server != nullptr && server->clients() > 0)
      serve_due_ = std::min(serve_due_, server->send(now) ? now : server->next_deadline());
}

void Transmitter::wait_until(SinceStart wake) {
  const auto descriptor_of = [](const auto* server) { return server == nullptr ? -1 : server->descriptor(); };
  std::array<pollfd, 4> descriptors{{{signals_.descriptor(), POLLIN, 0},
                                     {descriptor_of(servers_.rerequest), POLLIN, 0},
                                     {descriptor_of(servers_.soupbintcp), POLLIN, 0},
                                     {descriptor_of(servers_.glimpse), POLLIN, 0}}};
  const std::int64_t spare = options_.spin ? kSpinNanos : 0;
  const std::int64_t left = std::max<std::int64_t>(0, wake - elapsed() - spare);
  const timespec timeout{left / platform::kNanosPerSecond, left % platform::kNanosPerSecond};
  if (::ppoll(descriptors.data(), descriptors.size(), &timeout, nullptr) > 0) {
    if (descriptors[0].revents != 0) obey_signals();
    if (descriptors[1].revents != 0) servers_.rerequest->serve(*lines_.history(), elapsed());
    if (descriptors[2].revents != 0) servers_.soupbintcp->receive(elapsed());
    if (descriptors[3].revents != 0) servers_.glimpse->receive(elapsed());
    return;
  }
  if (options_.spin) {
    while (elapsed() < wake) platform::cpu_pause();
  }
}

void Transmitter::obey_signals() {
  for (Asked asked = signals_.take(); asked != Asked::nothing; asked = signals_.take()) {
    if (asked == Asked::for_truth) events_.on_truth_asked();
    if (asked != Asked::to_stop) continue;
    was_signalled_ = true;
    if (lines_.said_at() != kNever) {
      lines_.cut_short();
    } else {
      lines_.stop(elapsed());
      was_stopped_ = true;
    }
  }
}

}  // namespace tickplant::feedhandlers::venue
