#include "feedhandlers/sources/server_reason.hpp"

#include <algorithm>
#include <array>

namespace tickplant::feedhandlers::sources {
namespace {

using ringbuf::counter::ServerReason;
using soupbintcp::LinkError;
using soupbintcp::RejectReason;

// By TcpError, LinkError and SpinFailureCause. The counter has numbers of its own: those must not move.
constexpr std::array kOfTcp{ServerReason::none,
                            ServerReason::no_socket,
                            ServerReason::refused,
                            ServerReason::unreachable,
                            ServerReason::connect_timeout,
                            ServerReason::closed_by_peer,
                            ServerReason::reset,
                            ServerReason::lost,
                            ServerReason::output_full,
                            ServerReason::connection_failed};
constexpr std::array kOfLink{ServerReason::none,      ServerReason::wrong_packet,  ServerReason::impossible_length,
                             ServerReason::bad_login, ServerReason::wrong_session, ServerReason::silent,
                             ServerReason::late_login};
constexpr std::array kOfSpin{ServerReason::none,           ServerReason::none,  // that of its link
                             ServerReason::not_from_start, ServerReason::bad_marker,   ServerReason::cut_off,
                             ServerReason::too_slow,       ServerReason::other_session};

template <class Cause, std::size_t N>
ServerReason reason_at(const std::array<ServerReason, N>& reasons, Cause cause) noexcept {
  const auto index = static_cast<std::size_t>(cause);
  return index < N ? reasons[index] : ServerReason::none;
}

/// Its place in the table; 0: not in there.
template <std::size_t N>
std::size_t place_in(const std::array<ServerReason, N>& reasons, ServerReason reason) noexcept {
  const auto found = std::find(reasons.begin(), reasons.end(), reason);
  return found == reasons.end() || reason == ServerReason::none ? 0 : static_cast<std::size_t>(found - reasons.begin());
}

ServerReason of_reject(RejectReason letter) noexcept {
  switch (letter) {
    case RejectReason::not_authorised: return ServerReason::not_authorised;
    case RejectReason::session_not_available: return ServerReason::no_such_session;
  }
  return ServerReason::login_rejected;
}

}  // namespace

ServerFailure server_failure(const DownReason& reason) noexcept {
  switch (reason.cause) {
    case DownCause::none:
    case DownCause::ended: break;
    case DownCause::connection:
      return {reason_at(kOfTcp, reason.tcp_error), static_cast<std::uint64_t>(std::max(reason.error_number, 0))};
    case DownCause::protocol: return {reason_at(kOfLink, reason.link_error), 0};
    case DownCause::rejected:
      return {of_reject(reason.reject_reason), static_cast<unsigned char>(reason.reject_reason)};
  }
  return {};
}

ServerFailure server_failure(const SpinFailure& failure) noexcept {
  if (failure.cause != SpinFailureCause::link) return {reason_at(kOfSpin, failure.cause), 0};
  if (failure.down_reason.cause == DownCause::ended) return {ServerReason::cut_off, 0};
  return server_failure(failure.down_reason);
}

std::string as_text(const ServerFailure& failure) {
  const auto [reason, detail] = failure;
  if (const std::size_t place = place_in(kOfTcp, reason); place != 0) {
    return as_text(DownReason{.cause = DownCause::connection,
                              .tcp_error = static_cast<TcpError>(place),
                              .error_number = static_cast<int>(detail)});
  }
  if (const std::size_t place = place_in(kOfLink, reason); place != 0)
    return as_text(DownReason{.cause = DownCause::protocol, .link_error = static_cast<LinkError>(place)});
  if (const std::size_t place = place_in(kOfSpin, reason); place != 0)
    return as_text(SpinFailure{.cause = static_cast<SpinFailureCause>(place)});
  if (reason == ServerReason::none) return as_text(DownReason{});
  return as_text(DownReason{.cause = DownCause::rejected, .reject_reason = static_cast<RejectReason>(detail)});
}

std::string_view remedy_for(const ServerFailure& failure) noexcept {
  switch (failure.reason) {
    case ServerReason::none: return "";
    case ServerReason::no_socket: return "see this host's limits of descriptors and memory";
    case ServerReason::refused: return "is the server up, are host and port right, does a firewall refuse?";
    case ServerReason::unreachable:
    case ServerReason::connect_timeout: return "look at host, route, cable and firewall";
    case ServerReason::closed_by_peer:
    case ServerReason::reset: return "if it goes on, ask the venue why it closes; a second login may do it";
    case ServerReason::lost: return "look at the network between here and the server";
    case ServerReason::output_full: return "the server or the way to it hangs: ask the venue";
    case ServerReason::connection_failed: return "the system's error says what to look at";
    case ServerReason::wrong_packet:
    case ServerReason::impossible_length:
    case ServerReason::bad_login: return "does host and port name a server that speaks SoupBinTCP?";
    case ServerReason::wrong_session: return "correct `session` in the config, or leave it out";
    case ServerReason::silent: return "the connection was half open: look at the network and the server";
    case ServerReason::late_login: return "it takes connections and does not answer: ask the venue";
    case ServerReason::not_authorised: return "correct `username` and `password_file`";
    case ServerReason::no_such_session: return "correct or leave out `session`; it may not have come so far, either";
    case ServerReason::login_rejected: return "ask the venue what this letter means";
    case ServerReason::not_from_start:
    case ServerReason::bad_marker: return "does host and port name a GLIMPSE 5.0 server?";
    case ServerReason::cut_off: return "if it goes on, ask the venue why its snapshots break off";
    case ServerReason::too_slow: return "the way to the server is too slow for a whole snapshot";
    case ServerReason::other_session:
      return "has the server begun the day? `glimpse_same_session` if it names it otherwise";
  }
  return "unknown here: this program is older than the daemon";
}

std::string_view name_of(const ServerFailure& failure) noexcept {
  switch (failure.reason) {
    case ServerReason::none: return "none";
    case ServerReason::no_socket: return "no_socket";
    case ServerReason::refused: return "refused";
    case ServerReason::unreachable: return "unreachable";
    case ServerReason::connect_timeout: return "connect_timeout";
    case ServerReason::closed_by_peer: return "closed_by_peer";
    case ServerReason::reset: return "reset";
    case ServerReason::lost: return "lost";
    case ServerReason::output_full: return "output_full";
    case ServerReason::connection_failed: return "connection_failed";
    case ServerReason::wrong_packet: return "wrong_packet";
    case ServerReason::impossible_length: return "impossible_length";
    case ServerReason::bad_login: return "bad_login";
    case ServerReason::wrong_session: return "wrong_session";
    case ServerReason::silent: return "silent";
    case ServerReason::late_login: return "late_login";
    case ServerReason::not_authorised: return "not_authorised";
    case ServerReason::no_such_session: return "no_such_session";
    case ServerReason::login_rejected: return "login_rejected";
    case ServerReason::not_from_start: return "not_from_start";
    case ServerReason::bad_marker: return "bad_marker";
    case ServerReason::cut_off: return "cut_off";
    case ServerReason::too_slow: return "too_slow";
    case ServerReason::other_session: return "other_session";
  }
  return "unknown";
}

}  // namespace tickplant::feedhandlers::sources
