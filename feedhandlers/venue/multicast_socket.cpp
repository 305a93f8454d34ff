#include "feedhandlers/venue/multicast_socket.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "config/text_kinds.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

using platform::SetupError;
using platform::with_errno;

constexpr int kSendBufferBytes = 4 << 20;

std::string interface_names() {
  std::string names;
  struct if_nameindex* const all = ::if_nameindex();
  for (const struct if_nameindex* at = all; at != nullptr && at->if_index != 0; ++at)
    names += (names.empty() ? "" : ", ") + std::string(at->if_name);
  if (all != nullptr) ::if_freenameindex(all);
  return names;
}

/// By name or by address.
ip_mreqn interface_of(const LineAddress& address) {
  ip_mreqn wish{};
  if (::inet_pton(AF_INET, address.interface.c_str(), &wish.imr_address) == 1) return wish;
  wish.imr_ifindex = static_cast<int>(::if_nametoindex(address.interface.c_str()));
  if (wish.imr_ifindex == 0) {
    throw SetupError{"there is no network interface '" + address.interface + "' to send to " + address.group + " from",
                     "choose one of " + interface_names() + " by --interface"};
  }
  return wish;
}

}  // namespace

std::string to_string(const LineAddress& address) {
  return address.group + ':' + std::to_string(address.port) +
         (address.interface == "auto" ? "" : " on " + address.interface);
}

platform::UniqueFd open_multicast_sender(const LineAddress& address, int ttl) {
  sockaddr_in group{};
  group.sin_family = AF_INET;
  group.sin_port = htons(address.port);
  if (!config::is_multicast_group(address.group) || ::inet_pton(AF_INET, address.group.c_str(), &group.sin_addr) != 1) {
    throw SetupError{"'" + address.group + "' is not a multicast group",
                     "choose one from 239.0.0.0 to 239.255.255.255, which never leave an organisation's network"};
  }
  platform::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) throw SetupError{with_errno("no UDP socket", errno), "raise the limit of open files (ulimit -n)"};

  if (address.interface != "auto") {
    const ip_mreqn wish = interface_of(address);
    if (::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_IF, &wish, sizeof wish) != 0) {
      throw SetupError{with_errno("cannot send multicast from interface '" + address.interface + "'", errno),
                       "`ip -br address` shows the interfaces of this host and their addresses"};
    }
  }
  const int on = 1;
  const bool is_set = ::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) == 0 &&
                      ::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_LOOP, &on, sizeof on) == 0;
  if (!is_set) throw SetupError{with_errno("the kernel refuses TTL " + std::to_string(ttl), errno), "use --ttl 1"};
  // What net.core.wmem_max allows: a smaller buffer makes a burst wait, it loses nothing.
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);

  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&group), sizeof group) != 0) {
    throw SetupError{with_errno("cannot reach multicast group " + to_string(address), errno),
                     "name an interface that is up (--interface lo reaches receivers on this host), or add a route: "
                     "ip route add " +
                         address.group + "/32 dev eth0"};
  }
  return socket;
}

}  // namespace tickplant::feedhandlers::venue
