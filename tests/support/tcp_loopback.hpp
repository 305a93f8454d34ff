// TCP on the loopback interface, the server's side of it, in the same thread as the client under test: nothing blocks
// but wait_for_any(), which is what a parked thread does.
//
// Threads: one.
#pragma once

#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "feedhandlers/sources/tcp_endpoint.hpp"
#include "platform/unique_fd.hpp"
#include "tests/support/capture_writer.hpp"

namespace tickplant::tests {

/// The server's end of one connection.
class TcpPeer {
 public:
  explicit TcpPeer(platform::UniqueFd fd) : fd_(std::move(fd)) {}

  /// How many of them the kernel took.
  std::size_t send(std::string_view bytes) {
    const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  /// What is there now; has_ended() afterwards where the client is gone.
  Bytes receive() {
    Bytes bytes(65'536, '\0');
    const ssize_t count = ::recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    has_ended_ = count == 0 || (count < 0 && errno != EAGAIN);
    bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return bytes;
  }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  /// In good order.
  void close() { fd_.reset(); }
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    (void)::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_.reset();
  }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  platform::UniqueFd fd_;
  bool has_ended_ = false;
};

/// A port of 127.0.0.1 that is free; until listen() it refuses.
class TcpListener {
 public:
  static constexpr int kBacklog = 16;

  explicit TcpListener(std::optional<int> backlog = kBacklog, int receive_buffer_bytes = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof local;
    auto* const generic = reinterpret_cast<sockaddr*>(&local);
    if (receive_buffer_bytes != 0)
      (void)::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    if (::bind(fd_.get(), generic, length) != 0 || ::getsockname(fd_.get(), generic, &length) != 0)
      throw std::runtime_error("no TCP port on 127.0.0.1");
    port_ = ntohs(local.sin_port);
    if (backlog) listen(*backlog);
  }

  void listen(int backlog = kBacklog) {
    if (::listen(fd_.get(), backlog) != 0) throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  /// A connection that waits, if one does.
  [[nodiscard]] std::unique_ptr<TcpPeer> accept() {
    platform::UniqueFd fd{::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    return fd ? std::make_unique<TcpPeer>(std::move(fd)) : nullptr;
  }
  [[nodiscard]] feedhandlers::sources::TcpEndpoint endpoint() const { return {INADDR_LOOPBACK, port_}; }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  platform::UniqueFd fd_;
  std::uint16_t port_ = 0;
};

/// Sleeps until one of them is readable, five seconds at most. Negative ones are left out.
inline bool wait_for_any(std::initializer_list<int> descriptors) {
  std::vector<pollfd> all;
  for (const int fd : descriptors) all.push_back({fd, POLLIN, 0});
  return ::poll(all.data(), all.size(), 5000) > 0;
}
inline bool is_readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 0) > 0;
}

/// The socket in this process that is connected to there; negative where none is.
inline int socket_to(feedhandlers::sources::TcpEndpoint endpoint) {
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) == 0 && ntohs(peer.sin_port) == endpoint.port)
      return fd;
  }
  return -1;
}

/// Of this process.
inline std::size_t open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  std::size_t count = 0;
  while (::readdir(folder.get()) != nullptr) ++count;
  return count;
}

}  // namespace tickplant::tests
