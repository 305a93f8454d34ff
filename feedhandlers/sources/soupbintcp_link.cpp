#include "feedhandlers/sources/soupbintcp_link.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

using soupbintcp::ClientState;
using soupbintcp::LinkError;
using soupbintcp::RejectReason;

const char* text_of(LinkError error) noexcept {
  switch (error) {
    case LinkError::none: return "nothing is wrong";
    case LinkError::wrong_type: return "a packet that cannot be, or not now";
    case LinkError::impossible_length: return "a packet of impossible length";
    case LinkError::bad_login: return "an answer to the login that says nothing";
    case LinkError::wrong_session: return "logged in to another session than asked for";
    case LinkError::silent_peer: return "nothing heard for too long";
    case LinkError::late_login: return "no answer to the login";
    case LinkError::fell_behind: break;  // only a server says this
  }
  return "fell behind";
}

std::string text_of(RejectReason reason) {
  const char letter = static_cast<char>(reason);  // any byte
  const std::string shown = std::isprint(static_cast<unsigned char>(letter)) != 0 ? std::string(1, letter) : "?";
  switch (reason) {
    case RejectReason::not_authorised: return "not authorised (" + shown + ')';
    case RejectReason::session_not_available: return "no such session, or not from there (" + shown + ')';
  }
  return "for a reason of the server's own (" + shown + ')';
}

}  // namespace

std::string as_text(const DownReason& reason) {
  switch (reason.cause) {
    case DownCause::none: return "nothing happened";
    case DownCause::connection:
      return reason.error_number == 0 ? as_text(reason.tcp_error)
                                      : platform::with_errno(as_text(reason.tcp_error), reason.error_number);
    case DownCause::protocol: return text_of(reason.link_error);
    case DownCause::rejected: return "login rejected: " + text_of(reason.reject_reason);
    case DownCause::ended: break;
  }
  return "end of session";
}

std::string retry_text(const std::string& reason, std::uint32_t failures_in_a_row, std::int64_t wait_nanos) {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.1f s",
                static_cast<double>(std::max<std::int64_t>(wait_nanos, 0)) / platform::kNanosPerSecond);
  std::string text = reason.empty() ? reason : "; " + reason;
  if (failures_in_a_row > 1) text += ", " + std::to_string(failures_in_a_row) + " failures in a row";
  return text + "; again in " + seconds.data();
}

void SoupBinTcpLink::connect(platform::UnixNanos now) noexcept {
  session_.on_disconnected();
  down_reason_ = {};
  if (tcp_.begin(now) == TcpState::closed) return note_tcp_end();
  if (tcp_.state() != TcpState::connected) return;
  session_.on_connected(now);
  settle(now);
}

bool SoupBinTcpLink::has_connected(platform::UnixNanos now) noexcept {
  if (tcp_.progress(now) == TcpState::connecting) return false;
  if (is_down()) {
    note_tcp_end();
    return false;
  }
  session_.on_connected(now);
  return true;
}

bool SoupBinTcpLink::settle(platform::UnixNanos now) noexcept {
  if (!is_down()) {
    session_.on_time(now);
    const std::span<const std::byte> output = session_.take_output();
    // What waits goes first, so that the new has room.
    if (tcp_.flush() && !output.empty()) tcp_.send(output);
  }
  if (session_.wants_close()) {  // it heard the reason before the connection went, if that went too
    down_reason_ = reason_of_session();
    tcp_.close();
    return true;
  }
  if (!is_down()) return false;
  note_tcp_end();
  return true;
}

void SoupBinTcpLink::note_tcp_end() noexcept {
  session_.on_disconnected();
  down_reason_ = {.cause = DownCause::connection, .tcp_error = tcp_.error(), .error_number = tcp_.error_number()};
}

DownReason SoupBinTcpLink::reason_of_session() const noexcept {
  switch (session_.state()) {
    case ClientState::ended: return {.cause = DownCause::ended};
    case ClientState::rejected: return {.cause = DownCause::rejected, .reject_reason = session_.reject_reason()};
    default: return {.cause = DownCause::protocol, .link_error = session_.error()};
  }
}

void SoupBinTcpLink::close(platform::UnixNanos now) noexcept {
  if (session_.logout(now)) tcp_.send(session_.take_output());
  session_.on_disconnected();
  tcp_.close();
  down_reason_ = {};
}

}  // namespace tickplant::feedhandlers::sources
