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

constexpr int kMostMessagesPerRound = 1024;  // then lines, requests and signals have their turn
constexpr std::int64_t kSpinNanos = 100'000;
constexpr std::int64_t kEndOfSessionIntervalNanos = 50'000'000;
constexpr std::int64_t kDrainNanos = 100'000;

std::int64_t monotonic_nanos() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * platform::kNanosPerSecond + time.tv_nsec;
}

}  // namespace

Transmitter::Transmitter(const TransmitterOptions& options, Packetiser packetiser, std::vector<LineSender>& lines,
                         MessageHistory* history, RerequestServer* server, Signals& signals, TransmitterEvents events)
    : options_(options),
      packetiser_(std::move(packetiser)),
      lines_(lines),
      history_(history),
      server_(server),
      signals_(signals),
      events_(std::move(events)) {}

SinceStart Transmitter::elapsed() const noexcept { return {monotonic_nanos() - start_nanos_}; }

bool Transmitter::run(Script& script) {
  ::prctl(PR_SET_TIMERSLACK, 1);  // else every wait is 50 us too long
  start_nanos_ = monotonic_nanos();
  heartbeat_due_ = {options_.heartbeat_nanos};
  status_due_ = {options_.status_nanos};
  bool was_stopped = false;
  while (script.next_due() != kNever) {
    send_due(script);
    const SinceStart now = elapsed();
    if (!packetiser_.is_empty() && (now >= flush_due_ || script.next_due() > flush_due_)) send_open_packet(now);
    if (script.next_due() == kNever) break;
    if (packetiser_.is_empty() && now >= heartbeat_due_) {
      send_on_all_lines(packetiser_.heartbeat(), now);
      ++counters_.heartbeats;
    }
    if (lateness_.take_complaint(now)) events_.on_cannot_keep_up(lateness_.nanos_now());
    // What is due while a packet is open can wait until that goes out, else every message would cost a wake-up.
    const bool is_open = !packetiser_.is_empty() && script.next_due() > now;
    pump(std::min(is_open ? flush_due_ : script.next_due(), heartbeat_due_));
    if (stops_asked_ > 0 && !std::exchange(was_stopped, true)) script.stop(elapsed());
  }
  end_session();
  return was_stopped;
}

void Transmitter::send_due(Script& script) {
  SinceStart now = elapsed();
  for (int i = 0; i < kMostMessagesPerRound && script.next_due() <= now; ++i) {
    if (options_.has_schedule) lateness_.on_message(script.next_due(), now);
    const auto message = script.take(now);
    if (!packetiser_.has_room(message.size())) send_open_packet(now = elapsed());
    if (packetiser_.is_empty()) flush_due_ = now + options_.flush_nanos;
    packetiser_.add(message);
    if (history_ != nullptr) history_->add(message);
    ++counters_.messages;
  }
}

void Transmitter::send_open_packet(SinceStart now) {
  send_on_all_lines(packetiser_.take(), now);
  ++counters_.packets;
}

void Transmitter::send_on_all_lines(std::span<const std::byte> packet, SinceStart now) {
  for (LineSender& line : lines_) line.send(packet, now);
  heartbeat_due_ = now + options_.heartbeat_nanos;
}

void Transmitter::end_session() {
  SinceStart now = elapsed();
  if (!packetiser_.is_empty()) send_open_packet(now);
  said_at_ = now;
  for (LineSender& line : lines_) line.release_held(now);
  const int stops_before = stops_asked_;
  const SinceStart end = now + options_.linger_nanos;
  SinceStart next = now;
  do {
    if (now >= next) {
      send_on_all_lines(packetiser_.end_of_session(), now);
      next = now + kEndOfSessionIntervalNanos;
    }
    pump(now < end ? std::min(next, end) : now + kDrainNanos);
    now = elapsed();
    if (now >= end) next = kNever;  // only what is delayed has still to go
  } while ((now < end || next_departure() != kNever) && stops_asked_ == stops_before);
}

/// Of any packet that waits in a line; kNever for none.
SinceStart Transmitter::next_departure() const noexcept {
  SinceStart next = kNever;
  for (LineSender& line : lines_) next = std::min(next, line.next_due());
  return next;
}

/// All that goes on beside the script: lines, requests, signals, status. Returns at `wake`, or before.
void Transmitter::pump(SinceStart wake) {
  const SinceStart now = elapsed();
  for (LineSender& line : lines_) line.transmit(now);
  if (now >= status_due_) {
    events_.on_status(*this);
    status_due_ = now + options_.status_nanos;
  }
  wait_until(std::min({wake, next_departure(), status_due_}));
}

void Transmitter::wait_until(SinceStart wake) {
  std::array<pollfd, 2> descriptors{
      {{signals_.descriptor(), POLLIN, 0}, {server_ == nullptr ? -1 : server_->descriptor(), POLLIN, 0}}};
  const std::int64_t spare = options_.spin ? kSpinNanos : 0;
  const std::int64_t left = std::max<std::int64_t>(0, wake - elapsed() - spare);
  const timespec timeout{left / platform::kNanosPerSecond, left % platform::kNanosPerSecond};
  if (::ppoll(descriptors.data(), descriptors.size(), &timeout, nullptr) > 0) {
    if (descriptors[0].revents != 0) obey_signals();
    if (descriptors[1].revents != 0) server_->serve(*history_);
    return;
  }
  if (options_.spin) {
    while (elapsed() < wake) platform::cpu_pause();
  }
}

void Transmitter::obey_signals() {
  for (Asked asked = signals_.take(); asked != Asked::nothing; asked = signals_.take()) {
    if (asked == Asked::to_stop) ++stops_asked_;
    if (asked == Asked::for_truth) events_.on_truth_asked();
  }
}

}  // namespace tickplant::feedhandlers::venue
