#include "feedhandlers/venue/rerequest_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue {

using platform::SetupError;
using platform::with_errno;

RerequestServer::RerequestServer(const std::string& address, std::uint16_t port, RerequestResponder responder)
    : responder_(std::move(responder)) {
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

void RerequestServer::serve(const MessageHistory& history, SinceStart now) noexcept {
  for (int i = 0; i < kMostPerCall; ++i) {
    std::array<std::byte, moldudp64::kRequestBytes + 1> request;  // one more, to see that one is too long
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t bytes = ::recvfrom(socket_.get(), request.data(), request.size(), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr*>(&from), &length);
    if (bytes < 0) return;
    const auto [packet, due] =
        responder_.answer(std::span(request).first(static_cast<std::size_t>(bytes)), history, now);
    if (packet.empty()) continue;
    if (due <= now)
      send(packet, from);
    else if (waiting_.size() < kMostWaiting)
      waiting_.push_back({due, from, {packet.begin(), packet.end()}});
    else
      ++responder_.counters().refused;
  }
}

void RerequestServer::send_due(SinceStart now) noexcept {
  for (int i = 0; i < kMostPerCall && next_due() <= now; ++i) {
    send(waiting_.front().packet, waiting_.front().to);
    waiting_.pop_front();
  }
}

void RerequestServer::send(std::span<const std::byte> packet, const sockaddr_in& to) noexcept {
  if (::sendto(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to),
               sizeof to) < 0)
    ++responder_.counters().refused;
}

}  // namespace tickplant::feedhandlers::venue
