// Two network namespaces joined by a virtual cable (veth), one for a sender and one for a receiver, made without names:
// they are gone with the last process or descriptor that holds them, however that ends.
//
//   VethPair pair;                 // the calling thread is in the receiver's namespace from here on
//   pair.at_sender([&] { ... });   // in the sender's; what is opened there stays there
//
// Root, or anybody where user namespaces are allowed; such a thread cannot go back, so fork first.
//
// Threads: the one that made it. Children and threads that it starts are in the receiver's namespace, too.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>

#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::tests {

class VethPair {
 public:
  static constexpr const char* kReceiver = "veth-receiver";  // the interfaces' names
  static constexpr const char* kSender = "veth-sender";
  static constexpr const char* kReceiverAddress = "10.99.0.1";
  static constexpr const char* kSenderAddress = "10.99.0.2";

  /// Throws SetupError where namespaces or veth are refused.
  VethPair() : before_(this_namespace()) {
    try {
      leave_for_a_new_one();
      sender_ = this_namespace();
      leave_for_a_new_one();
      receiver_ = this_namespace();
      lay_cable();
      give_address(kReceiver, kReceiverAddress);
      at_sender([&] { give_address(kSender, kSenderAddress); });
      bring_up("lo");
    } catch (...) {
      (void)::setns(before_.get(), CLONE_NEWNET);
      throw;
    }
  }
  VethPair(const VethPair&) = delete;
  VethPair& operator=(const VethPair&) = delete;
  ~VethPair() { (void)::setns(before_.get(), CLONE_NEWNET); }

  /// Runs `work` in the sender's namespace; what it returns.
  template <class Work>
  std::invoke_result_t<Work> at_sender(Work&& work) {
    struct Visit {
      const VethPair& pair;
      explicit Visit(const VethPair& of) : pair(of) { enter(pair.sender_); }
      Visit(const Visit&) = delete;
      Visit& operator=(const Visit&) = delete;
      ~Visit() { (void)::setns(pair.receiver_.get(), CLONE_NEWNET); }
    } visit(*this);
    return work();
  }

  /// Lets the receiving end take packets by NAPI, as a card's driver does (generic receive offload switched on): then a
  /// receiver can ask it itself (busy polling). False: refused.
  bool receive_by_napi() const {
    ethtool_value value{};
    value.cmd = ETHTOOL_SGRO;
    value.data = 1;
    ifreq request = request_for(kReceiver);
    request.ifr_data = reinterpret_cast<char*>(&value);
    return ::ioctl(any_socket().get(), SIOCETHTOOL, &request) == 0;
  }

 private:
  [[noreturn]] static void refuse(const std::string& what) {
    throw platform::SetupError{platform::with_errno(what, errno),
                               "run as root, or allow user namespaces (kernel.unprivileged_userns_clone=1), where the "
                               "kernel has veth"};
  }

  static platform::UniqueFd this_namespace() {
    platform::UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!fd) refuse("cannot open this network namespace");
    return fd;
  }

  static void leave_for_a_new_one() {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) refuse("no network namespace");
  }

  static void enter(const platform::UniqueFd& where) {
    if (::setns(where.get(), CLONE_NEWNET) != 0) refuse("cannot enter a network namespace");
  }

  static platform::UniqueFd any_socket() {
    platform::UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!fd) refuse("no socket");
    return fd;
  }

  static ifreq request_for(const char* interface) {
    ifreq request{};
    std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
    return request;
  }

  static void bring_up(const char* interface) {
    const platform::UniqueFd fd = any_socket();
    ifreq request = request_for(interface);
    if (::ioctl(fd.get(), SIOCGIFFLAGS, &request) != 0) refuse(std::string("no interface ") + interface);
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    if (::ioctl(fd.get(), SIOCSIFFLAGS, &request) != 0) refuse(std::string("cannot bring up ") + interface);
  }

  static void give_address(const char* interface, const char* address) {
    const platform::UniqueFd fd = any_socket();
    ifreq request = request_for(interface);
    sockaddr_in in{};
    in.sin_family = AF_INET;
    for (const auto& [what, text] : {std::pair<unsigned long, const char*>{SIOCSIFADDR, address},
                                     std::pair<unsigned long, const char*>{SIOCSIFNETMASK, "255.255.255.0"}}) {
      ::inet_pton(AF_INET, text, &in.sin_addr);
      std::memcpy(&request.ifr_addr, &in, sizeof in);
      if (::ioctl(fd.get(), what, &request) != 0) refuse(std::string("no address for ") + interface);
    }
    bring_up(interface);
  }

  /// Of route netlink, put together piece by piece.
  struct Message {
    alignas(nlmsghdr) std::array<std::byte, 512> bytes{};
    std::size_t used = 0;
    void put(const void* data, std::size_t size) {
      std::memcpy(bytes.data() + used, data, size);
      used += NLMSG_ALIGN(size);
    }
    void attribute(int type, const void* data, std::size_t size) {
      const rtattr header{static_cast<unsigned short>(RTA_LENGTH(size)), static_cast<unsigned short>(type)};
      put(&header, sizeof header);
      put(data, size);
    }
    std::size_t open(int type) {
      const std::size_t at = used;
      const rtattr header{0, static_cast<unsigned short>(type)};
      put(&header, sizeof header);
      return at;
    }
    void close(std::size_t at) {
      const auto length = static_cast<unsigned short>(used - at);
      std::memcpy(bytes.data() + at + offsetof(rtattr, rta_len), &length, sizeof length);
    }
  };

  /// RTM_NEWLINK: here kReceiver, its peer kSender in the other namespace.
  void lay_cable() const {
    Message message;
    nlmsghdr header{};
    header.nlmsg_type = RTM_NEWLINK;
    header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    message.put(&header, sizeof header);
    const ifinfomsg any{};
    message.put(&any, sizeof any);
    message.attribute(IFLA_IFNAME, kReceiver, std::strlen(kReceiver) + 1);
    const std::size_t info = message.open(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, "veth", 4);
    const std::size_t data = message.open(IFLA_INFO_DATA);
    const std::size_t peer = message.open(VETH_INFO_PEER);
    message.put(&any, sizeof any);
    message.attribute(IFLA_IFNAME, kSender, std::strlen(kSender) + 1);
    const int where = sender_.get();
    message.attribute(IFLA_NET_NS_FD, &where, sizeof where);
    for (const std::size_t at : {peer, data, info}) message.close(at);
    header.nlmsg_len = static_cast<std::uint32_t>(message.used);
    std::memcpy(message.bytes.data(), &header, sizeof header);

    const platform::UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!fd || ::send(fd.get(), message.bytes.data(), message.used, 0) < 0) refuse("no route netlink");
    struct {
      nlmsghdr header;
      nlmsgerr error;
      std::array<std::byte, 512> quoted;
    } answer{};
    if (::recv(fd.get(), &answer, sizeof answer, 0) < 0) refuse("no answer of route netlink");
    errno = -answer.error.error;
    if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error != 0) refuse("no veth pair");
  }

  platform::UniqueFd before_;
  platform::UniqueFd sender_;
  platform::UniqueFd receiver_;
};

}  // namespace tickplant::tests
