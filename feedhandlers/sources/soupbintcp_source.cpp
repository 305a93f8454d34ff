#include "feedhandlers/sources/soupbintcp_source.hpp"

#include <algorithm>

namespace tickplant::feedhandlers::sources {
namespace {

using soupbintcp::ClientState;
using soupbintcp::LinkError;

}  // namespace

const char* as_text(SoupBinTcpSourceState state) noexcept {
  using State = SoupBinTcpSourceState;
  switch (state) {
    case State::waiting: return "waiting to connect";
    case State::connecting: return "connecting";
    case State::logging_in: return "logging in";
    case State::live: return "live";
    case State::ended: return "session ended";
    case State::stopped: break;
  }
  return "stopped";
}

SoupBinTcpSource::SoupBinTcpSource(const SoupBinTcpSourceOptions& options, std::uint64_t seed)
    : options_(options),
      link_(options.tcp, options.session),
      backoff_(options.reconnect, seed),
      descriptor_(link_.descriptor()) {}

bool SoupBinTcpSource::note_end(platform::UnixNanos now) noexcept {
  if (link_.down_reason().cause == DownCause::ended) {
    over_ = State::ended;
    return false;
  }
  last_down_ = link_.down_reason();
  next_attempt_ = backoff_.on_down(now);
  if (last_down_.cause == DownCause::rejected)
    next_attempt_ = std::max(next_attempt_, now + options_.reject_wait_nanos);
  return true;
}

void SoupBinTcpSource::stop(platform::UnixNanos now) noexcept {
  link_.close(now);
  over_ = State::stopped;
}

void SoupBinTcpSource::start_over(const soupbintcp::SessionName& session, std::uint64_t sequence,
                                  platform::UnixNanos now) noexcept {
  link_.close(now);
  link_.start_over(session, sequence);
  next_attempt_ = now;
  over_ = State::waiting;
}

platform::UnixNanos SoupBinTcpSource::next_deadline() const noexcept {
  if (is_over()) return soupbintcp::kNoDeadline;
  return link_.is_down() ? next_attempt_ : link_.next_deadline();
}

SoupBinTcpSource::State SoupBinTcpSource::state() const noexcept {
  if (is_over() || link_.is_down()) return over_;
  if (link_.is_connecting()) return State::connecting;
  return link_.session().state() == ClientState::logging_in ? State::logging_in : State::live;
}

SoupBinTcpSourceCounters SoupBinTcpSource::counters() const noexcept {
  const soupbintcp::ClientCounters& session = link_.session().counters();
  const TcpCounters& tcp = link_.tcp().counters();
  return {.attempts = tcp.attempts,
          .connects = tcp.connections,
          .logins = session.logins,
          .rejects = session.rejects,
          .failures = backoff_.total_failures(),
          .silences = session.errors[static_cast<std::size_t>(LinkError::silent_peer)],
          .messages = session.messages,
          .repeated_messages = session.repeated_messages,
          .missed_messages = session.missed_messages,
          .heartbeats = session.heartbeats,
          .bytes_received = tcp.bytes_received,
          .bytes_sent = tcp.bytes_sent};
}

std::string SoupBinTcpSource::describe(platform::UnixNanos now) const {
  std::string text = "SoupBinTCP " + as_text(options_.tcp.server) + ", session ";
  text += session().is_blank() ? std::string("whichever is current") : std::string(session().text());
  text += std::string(", ") + as_text(state()) + ", next ";
  text += next_sequence() == 0 ? std::string("the newest") : std::to_string(next_sequence());
  if (state() != State::waiting) return text;
  const std::string reason = last_down_.cause == DownCause::none ? std::string() : as_text(last_down_);
  return text + retry_text(reason, failures_in_a_row(), next_attempt_ - now);
}

}  // namespace tickplant::feedhandlers::sources
