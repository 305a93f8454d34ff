// Where the packets of the udp suite travel: the loopback interface, or a virtual cable between two network namespaces.
// One multicast group of this process on it for each receiver that listens at the same time.
//
// Threads: one. Children that are forked inherit where they are.
#pragma once

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "config/plant_config.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "tests/support/veth_pair.hpp"

namespace tickplant::bench {

class UdpRoute {
 public:
  static constexpr int kSegmentsPerSend = 64;  // the most that every kernel takes

  static UdpRoute over_loopback() { return UdpRoute("loopback", "lo", nullptr); }
  /// Throws SetupError where that is refused. The calling thread is at the receiver's end while the object lives.
  static UdpRoute over_veth(bool by_napi) {
    auto pair = std::make_unique<tests::VethPair>();
    if (by_napi && !pair->receive_by_napi())
      throw platform::SetupError{platform::with_errno("veth does not receive by NAPI", errno), "use a newer kernel"};
    return UdpRoute(by_napi ? "veth by NAPI" : "veth", tests::VethPair::kReceiver, std::move(pair));
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  [[nodiscard]] config::SourceConfig listen(unsigned number, config::ReceiveMethod method) const {
    config::SourceConfig config;
    config.receive = method;
    config.line_a = {.group = group(number), .port = port(), .interface = interface_};
    return config;
  }

  /// Sends to group `number`, in segments of `segment_bytes`: the kernel makes datagrams of them at the very end.
  [[nodiscard]] platform::UniqueFd sender(unsigned number, std::size_t segment_bytes) {
    const auto open = [&] {
      platform::UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      ip_mreqn out{};
      out.imr_ifindex = static_cast<int>(::if_nametoindex(cable_ ? tests::VethPair::kSender : "lo"));
      if (!cable_) out.imr_address.s_addr = htonl(INADDR_LOOPBACK);
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port());
      ::inet_pton(AF_INET, group(number).c_str(), &to.sin_addr);
      const int segment = static_cast<int>(segment_bytes);
      const int room = 8 << 20;
      if (::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) != 0)
        (void)::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
      if (!fd || ::setsockopt(fd.get(), IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof out) != 0 ||
          ::setsockopt(fd.get(), IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment) != 0 ||
          ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw platform::SetupError{platform::with_errno("no multicast over " + name_, errno),
                                   "run where it takes multicast, on Linux 4.18 or later"};
      return fd;
    };
    return cable_ ? cable_->at_sender(open) : open();
  }

 private:
  UdpRoute(std::string name, std::string interface, std::unique_ptr<tests::VethPair> cable)
      : name_(std::move(name)), interface_(std::move(interface)), cable_(std::move(cable)) {}

  [[nodiscard]] std::string group(unsigned number) const {
    return "239." + std::to_string(200 + number) + '.' + std::to_string(owner_ / 256 % 256) + '.' +
           std::to_string(owner_ % 256);
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return static_cast<std::uint16_t>(20'000 + owner_ % 10'000); }

  std::string name_;
  std::string interface_;
  std::unique_ptr<tests::VethPair> cable_;
  unsigned owner_ = static_cast<unsigned>(::getpid());  // children use the same addresses
};

}  // namespace tickplant::bench
