#include "feedhandlers/sources/multicast_socket.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/net_tstamp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>

#include "platform/card_stamps.hpp"
#include "platform/memory_wish.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

using platform::SetupError;
using platform::with_errno;

in_addr address_of(const std::string& text, const std::string& whose) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1)
    throw SetupError{whose + ": '" + text + "' is not an IPv4 address", "write it as in 239.192.1.1"};
  return address;
}

sockaddr_in endpoint(in_addr address, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr = address;
  out.sin_port = htons(port);
  return out;
}

template <class Value>
bool set_option(int fd, int level, int option, const Value& value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

platform::UniqueFd udp_socket() {
  platform::UniqueFd fd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (fd.get() < 0) throw SetupError{with_errno("no UDP socket", errno), "raise LimitNOFILE= or `ulimit -n`"};
  return fd;
}

/// What the kernel gave, which notes it when that is less than was asked for.
std::size_t set_buffer(int fd, std::size_t asked, const std::string& name, std::vector<std::string>& notes) {
  const int bytes = static_cast<int>(std::min<std::size_t>(asked, INT_MAX / 2));
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes)) (void)set_option(fd, SOL_SOCKET, SO_RCVBUF, bytes);
  int doubled = 0;  // the kernel counts its own overhead too
  socklen_t length = sizeof doubled;
  (void)::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &doubled, &length);
  const auto granted = static_cast<std::size_t>(doubled) / 2;
  if (granted < asked)
    notes.push_back(name + ": the receive buffer is " + platform::bytes_as_text(granted) + ", not " +
                    platform::bytes_as_text(asked) + "; sysctl net.core.rmem_max=" + std::to_string(asked) +
                    " allows it, CAP_NET_ADMIN does too");
  return granted;
}

void ask_for_stamps(int fd) {
  const int on = 1;
  (void)set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, on);
  (void)set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, on);
}

/// Both stamps instead of the kernel's alone, where the card makes them.
bool ask_for_card_stamps(int fd, const std::string& interface, const std::string& name,
                         std::vector<std::string>& notes) {
  switch (platform::card_stamps(fd, interface)) {
    case platform::CardStamps::none: return false;
    case platform::CardStamps::off:
      notes.push_back(name + ": the card of " + interface +
                      " could stamp packets, but is not told to; `hwstamp_ctl -i " + interface +
                      " -r 1` tells it, and its clock must be kept in step (phc2sys)");
      return false;
    case platform::CardStamps::every_one: break;
  }
  const int off = 0;
  const unsigned both = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_HARDWARE |
                        SOF_TIMESTAMPING_RAW_HARDWARE;
  if (!set_option(fd, SOL_SOCKET, SO_TIMESTAMPING, both)) {
    notes.push_back(with_errno(name + ": the card's stamps are not to be had, the kernel's are used", errno));
    return false;
  }
  (void)set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, off);  // SO_TIMESTAMPING tells the same
  return true;
}

/// What the kernel gave, which counts in microseconds.
std::int64_t set_busy_poll(int fd, std::int64_t nanos, const std::string& name, std::vector<std::string>& notes) {
  if (nanos <= 0) return 0;
  const int micros = static_cast<int>(std::clamp<std::int64_t>(nanos / 1'000, 1, 1'000'000));
  const int on = 1;
  const std::string remedy = "; CAP_NET_ADMIN allows it: AmbientCapabilities= of the unit";
  if (!set_option(fd, SOL_SOCKET, SO_BUSY_POLL, micros)) {
    notes.push_back(with_errno(name + ": no busy polling", errno) + remedy);
    return 0;
  }
  if (!set_option(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, on))  // Linux 5.11
    notes.push_back(with_errno(name + ": busy polling, but the card's interrupts go on beside it", errno) + remedy);
  return micros * std::int64_t{1'000};
}

bool set_receive_offload(int fd, const std::string& name, std::vector<std::string>& notes) {
  const int on = 1;
  if (set_option(fd, IPPROTO_UDP, UDP_GRO, on)) return true;
  notes.push_back(with_errno(name + ": no receive offload, datagrams come one by one", errno) + "; it needs Linux 5.0");
  return false;
}

std::string names_of_interfaces() {
  std::string names;
  const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> all(::if_nameindex(), ::if_freenameindex);
  for (const struct if_nameindex* one = all.get(); one != nullptr && one->if_index != 0; ++one)
    names += (names.empty() ? "" : ", ") + std::string(one->if_name);
  return names;
}

/// The interface that has this address; empty when none has.
std::string interface_with(in_addr address) {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(first, ::freeifaddrs);
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    sockaddr_in candidate;
    std::memcpy(&candidate, one->ifa_addr, sizeof candidate);
    if (candidate.sin_addr.s_addr == address.s_addr) return one->ifa_name;
  }
  return {};
}

/// The name of the interface that config means; empty for "auto".
std::string resolve_interface(const std::string& wanted, const std::string& name) {
  if (wanted == "auto") return {};
  in_addr address{};
  if (::inet_pton(AF_INET, wanted.c_str(), &address) != 1) {
    if (::if_nametoindex(wanted.c_str()) != 0) return wanted;
    throw SetupError{name + ": there is no interface '" + wanted + "', there are " + names_of_interfaces(),
                     "name one of them, or its address, or auto"};
  }
  const std::string found = interface_with(address);
  if (!found.empty()) return found;
  throw SetupError{name + ": no interface has the address " + wanted + "; there are " + names_of_interfaces(),
                   "`ip -4 address` shows their addresses: name one of them, or an interface, or auto"};
}

void note_if_down(int fd, const std::string& interface, const std::string& name, std::vector<std::string>& notes) {
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  if (::ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) == 0)
    notes.push_back(name + ": interface " + interface + " is down, nothing comes before `ip link set " + interface +
                    " up`");
}

void bind_to(int fd, const config::LineConfig& line, in_addr group, const std::string& name) {
  const sockaddr_in local = endpoint(group, line.port);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0) return;
  const int error = errno;
  const std::string problem =
      with_errno(name + ": cannot listen on " + line.group + ':' + std::to_string(line.port), error);
  if (error == EADDRINUSE)
    throw SetupError{
        problem + ": a program holds the port and does not share it",
        "`ss -ulpn 'sport = :" + std::to_string(line.port) + "'` names it: stop it, or give the line another port"};
  if (error == EACCES)
    throw SetupError{problem, "ports below 1024 need CAP_NET_BIND_SERVICE: AmbientCapabilities= of the unit"};
  throw SetupError{problem, "`ip -4 address` and `ss -uln` show what this host has and uses"};
}

void join(int fd, const config::LineConfig& line, in_addr group, const std::string& interface,
          const std::string& name) {
  ip_mreqn membership{};
  membership.imr_multiaddr = group;
  membership.imr_ifindex = interface.empty() ? 0 : static_cast<int>(::if_nametoindex(interface.c_str()));
  if (set_option(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, membership)) return;
  const int error = errno;
  const std::string problem =
      with_errno(name + ": cannot join " + line.group + (interface.empty() ? "" : " on " + interface), error);
  if (interface.empty() && error == ENODEV)
    throw SetupError{problem + ": no route says which interface multicast comes from",
                     "name the interface of the line, or `ip route add 224.0.0.0/4 dev INTERFACE`"};
  throw SetupError{problem, "`ip -d link show " + interface +
                                "`: it must be up and have an IPv4 address; "
                                "net.ipv4.igmp_max_memberships limits how many groups"};
}

}  // namespace

OpenSocket open_multicast_socket(const config::LineConfig& line, const std::string& name, std::size_t buffer_bytes,
                                 const ReceiveOptions& options, std::vector<std::string>& notes) {
  const in_addr group = address_of(line.group, name);
  if (!IN_MULTICAST(ntohl(group.s_addr)))
    throw SetupError{name + ": " + line.group + " is not a multicast group",
                     "use one from 224.0.0.0 to 239.255.255.255, the one the venue sends to"};
  OpenSocket out;
  out.interface = resolve_interface(line.interface, name);
  out.fd = udp_socket();
  const int fd = out.fd.get();
  const int on = 1;
  const int off = 0;
  (void)set_option(fd, SOL_SOCKET, SO_REUSEADDR, on);
  (void)set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, off);  // else groups that other sockets joined come here, too
  out.buffer_bytes = set_buffer(fd, buffer_bytes, name, notes);
  ask_for_stamps(fd);
  bind_to(fd, line, group, name);
  join(fd, line, group, out.interface, name);
  if (!out.interface.empty()) note_if_down(fd, out.interface, name, notes);
  if (options.card_stamps && !out.interface.empty())
    out.has_card_stamps = ask_for_card_stamps(fd, out.interface, name, notes);
  out.busy_poll_ns = set_busy_poll(fd, options.busy_poll_ns, name, notes);
  out.has_offload = options.receive_offload && set_receive_offload(fd, name, notes);
  out.address = ntohl(group.s_addr);
  out.port = line.port;
  return out;
}

bool change_membership(const OpenSocket& socket, Membership change) noexcept {
  ip_mreqn membership{};
  membership.imr_multiaddr.s_addr = htonl(socket.address);
  membership.imr_ifindex = socket.interface.empty() ? 0 : static_cast<int>(::if_nametoindex(socket.interface.c_str()));
  const int option = change == Membership::join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP;
  return set_option(socket.fd.get(), IPPROTO_IP, option, membership) ||
         errno == (change == Membership::join ? EADDRINUSE : EADDRNOTAVAIL);
}

OpenSocket open_rerequest_socket(const config::RerequestConfig& server, std::size_t buffer_bytes,
                                 std::vector<std::string>& notes) {
  const std::string name = "re-request server";
  const in_addr address = address_of(server.address, name);
  OpenSocket out;
  out.fd = udp_socket();
  out.buffer_bytes = set_buffer(out.fd.get(), buffer_bytes, name, notes);
  ask_for_stamps(out.fd.get());
  const sockaddr_in remote = endpoint(address, server.port);
  if (::connect(out.fd.get(), reinterpret_cast<const sockaddr*>(&remote), sizeof remote) != 0)
    throw SetupError{with_errno(name + ": no way to " + server.address + ':' + std::to_string(server.port), errno),
                     "`ip route get " + server.address + "` shows why; or leave `rerequest` out"};
  out.address = ntohl(address.s_addr);
  out.port = server.port;
  return out;
}

}  // namespace tickplant::feedhandlers::sources
