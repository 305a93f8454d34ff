// Multicast on the loopback interface: groups and ports that parallel tests do not share, and a sender.
//
// Threads: one.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "platform/unique_fd.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::tests {

/// A group of this process: `number` from 0 to 63.
inline std::string own_group(unsigned number) {
  const auto pid = static_cast<unsigned>(::getpid());
  return "239." + std::to_string(64 + number) + '.' + std::to_string(pid / 256 % 256) + '.' + std::to_string(pid % 256);
}

inline sockaddr_in endpoint(const std::string& address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &out.sin_addr);
  return out;
}

/// A UDP socket on 127.0.0.1, at `port` or, if that is 0, at one that is free.
class LocalSocket {
 public:
  explicit LocalSocket(std::uint16_t port = 0) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in local = endpoint("127.0.0.1", port);
    socklen_t length = sizeof local;
    auto* const generic = reinterpret_cast<sockaddr*>(&local);
    if (::bind(fd_.get(), generic, length) != 0 || ::getsockname(fd_.get(), generic, &length) != 0)
      throw std::runtime_error("no UDP socket on 127.0.0.1");
    port_ = ntohs(local.sin_port);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// To a group, by way of lo, or to a host. False: not taken.
  bool send(std::string_view bytes, const std::string& address, std::uint16_t port) const {
    const in_addr loopback{htonl(INADDR_LOOPBACK)};
    const int on = 1;
    (void)::setsockopt(fd_.get(), IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback);
    (void)::setsockopt(fd_.get(), IPPROTO_IP, IP_MULTICAST_LOOP, &on, sizeof on);
    return send_to(bytes, endpoint(address, port));
  }

  /// As datagrams of `segment_bytes`, the last one shorter: together as far as the receiving socket, which is handed
  /// them as one if it asked for that (UDP_GRO). False: not taken.
  bool send_together(std::string_view bytes, std::uint16_t segment_bytes, const std::string& address,
                     std::uint16_t port) const {
    const in_addr loopback{htonl(INADDR_LOOPBACK)};
    (void)::setsockopt(fd_.get(), IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback);
    sockaddr_in to = endpoint(address, port);
    iovec payload{const_cast<char*>(bytes.data()), bytes.size()};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof segment_bytes)> control{};
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = sizeof to;
    message.msg_iov = &payload;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const segments = CMSG_FIRSTHDR(&message);
    segments->cmsg_level = IPPROTO_UDP;
    segments->cmsg_type = UDP_SEGMENT;
    segments->cmsg_len = CMSG_LEN(sizeof segment_bytes);
    std::memcpy(CMSG_DATA(segments), &segment_bytes, sizeof segment_bytes);
    return ::sendmsg(fd_.get(), &message, 0) == static_cast<ssize_t>(bytes.size());
  }

  /// What somebody sent here within a second, empty if nobody did; answer() goes back to the sender.
  std::string receive() {
    const timeval second{1, 0};
    (void)::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    std::string bytes(65'536, '\0');
    socklen_t length = sizeof peer_;
    const ssize_t size =
        ::recvfrom(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&peer_), &length);
    bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return bytes;
  }
  [[nodiscard]] std::uint16_t peer_port() const { return ntohs(peer_.sin_port); }
  bool answer(std::string_view bytes) const { return send_to(bytes, peer_); }

 private:
  [[nodiscard]] bool send_to(std::string_view bytes, const sockaddr_in& to) const {
    return ::sendto(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) ==
           static_cast<ssize_t>(bytes.size());
  }

  platform::UniqueFd fd_;
  std::uint16_t port_ = 0;
  sockaddr_in peer_{};
};

/// The first socket of a host that wants stamps has the kernel stamp arrivals a moment later; until then a datagram
/// gets the time at which it is taken, and two sockets' datagrams have no order. Sends one a time, lets it lie and
/// takes it, until its stamp is that of its arrival. `take()` gives that stamp. False: it was not sent, or never was.
template <class Send, class Take>
bool wait_until_arrivals_are_stamped(Send&& send, Take&& take) {
  using namespace std::chrono_literals;
  for (int tries = 0; tries < 200; ++tries) {
    const auto sent = std::chrono::system_clock::now();
    if (!send()) return false;
    std::this_thread::sleep_for(5ms);
    const platform::UnixNanos stamp = take();
    if (std::chrono::system_clock::time_point(std::chrono::nanoseconds(stamp.value)) < sent + 4ms) return true;
  }
  return false;
}

}  // namespace tickplant::tests
