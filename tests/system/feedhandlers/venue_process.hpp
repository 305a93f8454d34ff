// The real tickplant-venue as a process, and a receiver of one of its lines.
//
// Groups and ports derive from our pid, so that tests which run at the same time do not hear each other.
// Threads: one.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "platform/unique_fd.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests {

struct Line {
  std::string group;
  std::uint16_t port;
  [[nodiscard]] std::string address() const { return group + ':' + std::to_string(port); }
};
/// `number` 0 or 1.
inline Line line_of_this_process(int number) {
  const int pid = ::getpid();
  return {
      "239." + std::to_string(193 + number) + '.' + std::to_string(pid >> 8 & 255) + '.' + std::to_string(pid & 255),
      static_cast<std::uint16_t>(30'000 + pid % 2'000 * 2 + number)};
}

/// Hears one line on the loopback device.
class LineListener {
 public:
  explicit LineListener(const Line& line) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const int on = 1;
    const int buffer_bytes = 4 << 20;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
    sockaddr_in group{};
    group.sin_family = AF_INET;
    group.sin_port = htons(line.port);
    ::inet_pton(AF_INET, line.group.c_str(), &group.sin_addr);
    ip_mreqn wish{};
    wish.imr_multiaddr = group.sin_addr;
    wish.imr_address.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&group), sizeof group) != 0 ||
        ::setsockopt(socket_.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &wish, sizeof wish) != 0)
      throw std::runtime_error("cannot join " + line.address() + " on lo");
  }

  [[nodiscard]] int descriptor() const { return socket_.get(); }

  /// A datagram that has arrived. Valid until the next call.
  std::optional<std::span<const std::byte>> receive() {
    const ssize_t bytes = ::recv(socket_.get(), packet_.data(), packet_.size(), 0);
    if (bytes < 0) return std::nullopt;
    return std::span<const std::byte>(packet_.data(), static_cast<std::size_t>(bytes));
  }

 private:
  platform::UniqueFd socket_;
  std::array<std::byte, 9000> packet_{};
};

/// Sleeps until one of the descriptors is readable, 100 ms at most.
inline void wait_readable(std::initializer_list<int> descriptors) {
  std::vector<pollfd> all;
  for (const int descriptor : descriptors) all.push_back({descriptor, POLLIN, 0});
  ::poll(all.data(), all.size(), 100);
}

class VenueProcess {
 public:
  using Arguments = std::vector<std::string>;

  /// Starts it; lines and re-requests of this process where `arguments` do not say otherwise.
  explicit VenueProcess(const Arguments& arguments)
      : program_("tickplant-venue", with_our_lines(arguments), {}, {directory_ / "out", directory_ / "err"}) {}

  void send(int signal) const { program_.signal(signal); }

  /// Its exit code, negative for a signal; nothing when it does not end.
  std::optional<int> wait() { return program_.wait(); }

  [[nodiscard]] std::string out() const { return program_.output(); }
  [[nodiscard]] std::string err() const { return program_.errors(); }

  /// Once it is ready: the port that it says it answers re-requests on.
  [[nodiscard]] std::uint16_t rerequest_port() const {
    static constexpr std::string_view kBefore = "re-request 127.0.0.1:";
    std::string text;
    std::size_t at = std::string::npos;
    const bool is_said = eventually([&] {
      text = err();
      at = text.find(kBefore);
      return at != std::string::npos && text.find('\n', at) != std::string::npos;
    });
    if (!is_said) throw std::runtime_error("tickplant-venue did not start: " + text);
    return static_cast<std::uint16_t>(std::stoi(text.substr(at + kBefore.size())));
  }

 private:
  static Arguments with_our_lines(const Arguments& arguments) {
    Arguments words{"--line-a", line_of_this_process(0).address(), "--line-b", line_of_this_process(1).address()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }

  TempDirectory directory_;
  Program program_;
};

}  // namespace tickplant::tests
