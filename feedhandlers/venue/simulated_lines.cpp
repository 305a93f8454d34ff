#include "feedhandlers/venue/simulated_lines.hpp"

#include <algorithm>

#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {

SimulatedLines::SimulatedLines(const SimulatedLinesOptions& options, const SessionName& session, Script& script)
    : options_(options),
      script_(&script),
      packetiser_(session, options.packet_bytes),
      burst_loss_(options.burst_loss),
      heartbeat_due_{options.heartbeat_nanos} {
  lines_.reserve(options.lines.size());
  for (const FaultOptions& faults : options.lines) lines_.emplace_back(faults, options.packet_bytes);
  if (options.history_bytes > 0) history_.emplace(options.history_bytes);
  if (options.keeps_told) told_.emplace();
}

void SimulatedLines::advance(SinceStart now) {
  now_ = now;
  if (phase_ == Phase::saying) say_due(now);
  if (phase_ == Phase::telling_end) tell_end(now);
}

SinceStart SimulatedLines::next_due() const noexcept {
  switch (phase_) {
    case Phase::saying: {
      // What is due while a packet is open can wait until that goes out, else every message would cost a wake-up.
      const bool is_open = !packetiser_.is_empty() && script_->next_due() > now_;
      return std::min(is_open ? flush_due_ : script_->next_due(), heartbeat_due_);
    }
    case Phase::telling_end: return std::min(tell_due_, over_at_);
    case Phase::over: break;
  }
  return kNever;
}

void SimulatedLines::cut_short() noexcept {
  if (phase_ == Phase::telling_end) phase_ = Phase::over;
}

void SimulatedLines::begin_session(const SessionName& session, Script& script, SinceStart now) {
  TP_CHECK(is_over());
  script_ = &script;
  packetiser_ = Packetiser(session, options_.packet_bytes);
  if (history_) history_->clear();
  if (told_) told_->clear();
  ++counters_.sessions;
  phase_ = Phase::saying;
  most_messages_ = std::numeric_limits<std::uint64_t>::max();
  now_ = now;
  heartbeat_due_ = now + options_.heartbeat_nanos;
  said_at_ = kNever;
}

SinceStart SimulatedLines::next_departure() noexcept {
  SinceStart next = kNever;
  for (FaultyLine& line : lines_) next = std::min(next, line.next_due());
  return next;
}

void SimulatedLines::say_due(SinceStart now) {
  for (int i = 0; i < kMostMessagesPerRound && script_->next_due() <= now; ++i) {
    if (packetiser_.next_sequence() > most_messages_) {
      most_messages_ = std::numeric_limits<std::uint64_t>::max();
      script_->stop(now);
      continue;
    }
    if (options_.has_schedule) lateness_.on_message(script_->next_due(), now);
    say(script_->take(now), now);
  }
  if (!packetiser_.is_empty() && (now >= flush_due_ || script_->next_due() > flush_due_)) send_open_packet(now);
  if (script_->next_due() == kNever) return end_script(now);
  if (packetiser_.is_empty() && now >= heartbeat_due_) {
    send_on_all_lines(packetiser_.heartbeat(), now);
    ++counters_.heartbeats;
  }
}

void SimulatedLines::say(std::span<const std::byte> message, SinceStart now) {
  if (!packetiser_.has_room(message.size())) send_open_packet(now);
  if (packetiser_.is_empty()) flush_due_ = now + options_.flush_nanos;
  packetiser_.add(message);
  if (history_) history_->add(message);
  if (told_) told_->on_message(message);
  ++counters_.messages;
}

void SimulatedLines::end_script(SinceStart now) {
  if (!packetiser_.is_empty()) send_open_packet(now);
  for (FaultyLine& line : lines_) line.release_held(now);
  if (history_) history_->complete();
  said_at_ = tell_due_ = now;
  over_at_ = now + options_.linger_nanos;
  phase_ = Phase::telling_end;
}

void SimulatedLines::tell_end(SinceStart now) {
  if (now >= tell_due_) {
    send_on_all_lines(packetiser_.end_of_session(), now);
    tell_due_ = now + kEndOfSessionIntervalNanos;
  }
  if (now >= over_at_) phase_ = Phase::over;
}

void SimulatedLines::send_open_packet(SinceStart now) {
  send_on_all_lines(packetiser_.take(), now);
  ++counters_.packets;
}

void SimulatedLines::send_on_all_lines(std::span<const std::byte> packet, SinceStart now) {
  const bool is_lost = burst_loss_.next();
  for (FaultyLine& line : lines_) line.send(packet, now, is_lost);
  heartbeat_due_ = now + options_.heartbeat_nanos;
}

}  // namespace tickplant::feedhandlers::venue
