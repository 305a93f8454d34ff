#include "feedhandlers/sources/glimpse_source.hpp"

#include <algorithm>

namespace tickplant::feedhandlers::sources {
namespace {

using glimpse::SpinState;

ReconnectOptions retry_of(const GlimpseSourceOptions& options) noexcept {
  ReconnectOptions retry = options.retry;
  retry.stable_nanos = 0;  // a whole spin is good, however soon the next one is asked for
  return retry;
}

}  // namespace

const char* as_text(GlimpseState state) noexcept {
  switch (state) {
    case GlimpseState::idle: return "idle";
    case GlimpseState::connecting: return "connecting";
    case GlimpseState::logging_in: return "logging in";
    case GlimpseState::spinning: return "spinning";
    case GlimpseState::complete: return "complete";
    case GlimpseState::failed: break;
  }
  return "waiting to ask again";
}

std::string as_text(const SpinFailure& failure) {
  switch (failure.cause) {
    case SpinFailureCause::none: return "nothing happened";
    case SpinFailureCause::link: return as_text(failure.down_reason);
    case SpinFailureCause::not_from_start: return "the spin does not begin with its first message";
    case SpinFailureCause::bad_marker: return "the spin's last message does not say where the live feed goes on";
    case SpinFailureCause::ended_early: return "end of session in the middle of the spin";
    case SpinFailureCause::too_slow: return "the spin takes too long";
    case SpinFailureCause::other_session: break;
  }
  return "the snapshot is of another session than the lines";
}

GlimpseSource::GlimpseSource(const GlimpseSourceOptions& options, std::uint64_t seed)
    : options_(options),
      link_(options.tcp, options.session),
      backoff_(retry_of(options), seed),
      descriptor_(link_.descriptor()) {}

bool GlimpseSource::request(platform::UnixNanos now) noexcept {
  if (state_ != State::idle && state_ != State::complete) return false;
  ++requests_;
  next_attempt_ = std::max(next_attempt_, now);
  state_ = State::failed;  // which is: waiting for its time
  return true;
}

void GlimpseSource::begin(platform::UnixNanos now) noexcept {
  link_.start_over(options_.session.session, 1);
  spoiled_ = SpinFailureCause::none;
  attempt_deadline_ = now + options_.attempt_nanos;
  state_ = State::connecting;
  link_.connect(now);
}

bool GlimpseSource::settle(platform::UnixNanos now) noexcept {
  if (state_ == State::spinning && reader_.state() == SpinState::complete) {
    link_.close(now);
    backoff_.on_up(now);
    failures_in_a_row_ = 0;
    failure_ = {};
    state_ = State::complete;
  } else if (spoiled_ != SpinFailureCause::none) {
    fail({.cause = spoiled_}, now);
  } else if (link_.is_down()) {
    fail({.cause = SpinFailureCause::link, .down_reason = link_.down_reason()}, now);
  } else if (now >= attempt_deadline_) {
    fail({.cause = SpinFailureCause::too_slow}, now);
  } else {
    return false;
  }
  return true;
}

void GlimpseSource::fail(const SpinFailure& failure, platform::UnixNanos now) noexcept {
  link_.close(now);
  failure_ = failure;
  ++failures_in_a_row_;
  next_attempt_ = backoff_.on_down(now);
  if (failure.down_reason.cause == DownCause::rejected)
    next_attempt_ = std::max(next_attempt_, now + options_.reject_wait_nanos);
  state_ = State::failed;
}

void GlimpseSource::cancel(platform::UnixNanos now) noexcept {
  link_.close(now);
  state_ = State::idle;
}

platform::UnixNanos GlimpseSource::next_deadline() const noexcept {
  switch (state_) {
    case State::idle:
    case State::complete: return soupbintcp::kNoDeadline;
    case State::failed: return next_attempt_;
    case State::connecting:
    case State::logging_in:
    case State::spinning: break;
  }
  return std::min(link_.next_deadline(), attempt_deadline_);
}

GlimpseSourceCounters GlimpseSource::counters() const noexcept {
  return {.requests = requests_,
          .attempts = link_.tcp().counters().attempts,
          .connects = link_.tcp().counters().connections,
          .complete = reader_.counters().complete,
          .failures = backoff_.total_failures(),
          .messages = reader_.counters().messages,
          .bytes_received = link_.tcp().counters().bytes_received};
}

std::string GlimpseSource::describe(platform::UnixNanos now) const {
  std::string text = "GLIMPSE " + as_text(options_.tcp.server) + ", " + as_text(state());
  if (state_ == State::spinning)
    text += ", " + std::to_string(reader_.counters().messages - spin_began_at_) + " messages";
  if (state_ == State::complete) text += ", the live feed goes on at " + std::to_string(reader_.live_from());
  if (state_ != State::failed) return text;
  const std::string reason = failure_.cause == SpinFailureCause::none ? std::string() : as_text(failure_);
  return text + retry_text(reason, failures_in_a_row_, next_attempt_ - now);
}

}  // namespace tickplant::feedhandlers::sources
