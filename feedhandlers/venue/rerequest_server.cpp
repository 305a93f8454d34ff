#include "feedhandlers/venue/rerequest_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "feedhandlers/moldudp64/request.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue {

using platform::SetupError;
using platform::with_errno;

RerequestServer::RerequestServer(const std::string& address, std::uint16_t port, const SessionName& session,
                                 std::size_t packet_bytes)
    : session_(session), packet_(packet_bytes) {
  const std::string place = address + ':' + std::to_string(port);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &local.sin_addr) != 1)
    throw SetupError{"'" + address + "' is not an IPv4 address", "give --rerequest like 127.0.0.1:26499, or none"};
  socket_.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_) throw SetupError{with_errno("no UDP socket", errno), "raise the limit of open files (ulimit -n)"};
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    const int error = errno;
    const std::string remedy = error == EADDRINUSE
                                   ? "`ss -ulpn 'sport = :" + std::to_string(port) +
                                         "'` shows who has it; stop that, or choose another port by --rerequest"
                                   : "give --rerequest an address of this host (`ip -br address`), or none";
    throw SetupError{with_errno("cannot serve re-requests on " + place, error), remedy};
  }
  socklen_t length = sizeof local;
  if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&local), &length) == 0) port_ = ntohs(local.sin_port);
}

void RerequestServer::serve(const MessageHistory& history) noexcept {
  for (int i = 0; i < kMostPerCall; ++i) {
    std::array<std::byte, moldudp64::kRequestBytes + 1> request;  // one more, to see that one is too long
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t bytes = ::recvfrom(socket_.get(), request.data(), request.size(), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr*>(&from), &length);
    if (bytes < 0) return;
    const std::size_t answer_bytes = answer({request.data(), static_cast<std::size_t>(bytes)}, history);
    if (answer_bytes == 0) continue;
    if (::sendto(socket_.get(), packet_.data(), answer_bytes, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&from),
                 length) < 0)
      ++counters_.refused;
  }
}

/// Writes the answer into packet_: how long it is, 0 for none.
std::size_t RerequestServer::answer(std::span<const std::byte> bytes, const MessageHistory& history) noexcept {
  const auto request = moldudp64::parse_request(bytes);
  if (!request) {
    ++counters_.malformed;
    return 0;
  }
  if (request->session != sequencing::SessionId::from_bytes(std::as_bytes(std::span(session_)))) {
    ++counters_.unknown_session;
    return 0;
  }
  const sequencing::SequenceRange there = history.range();
  if (request->first < there.begin || request->first >= there.end) {
    ++counters_.out_of_history;
    return 0;
  }
  const auto copied = history.copy({request->first, request->first + request->count},
                                   std::span(packet_).subspan(moldudp64::kHeaderBytes));
  store_header(session_, request->first, copied.messages, packet_);
  ++counters_.answered;
  counters_.messages += copied.messages;
  return moldudp64::kHeaderBytes + copied.bytes;
}

}  // namespace tickplant::feedhandlers::venue
