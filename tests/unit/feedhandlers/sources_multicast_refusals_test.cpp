// What is said and done when the kernel refuses a piece of a live feed's sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "feedhandlers/sources/io_uring_intake.hpp"
#include "feedhandlers/sources/multicast_socket.hpp"
#include "feedhandlers/sources/udp_multicast_source.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/multicast_loopback.hpp"
#include "tests/support/refused_system_call.hpp"

namespace tickplant::tests::this_file {
namespace {

using config::LineConfig;
using feedhandlers::sources::IoUringIntake;
using feedhandlers::sources::open_multicast_socket;
using feedhandlers::sources::open_rerequest_socket;
using feedhandlers::sources::OpenSocket;
using feedhandlers::sources::ReceiveOptions;
using feedhandlers::sources::UdpMulticastSource;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MulticastRefusals : public testing::Test {
 protected:
  /// Opens `line` under these refusals; what went wrong, with the remedy, or "".
  std::string refusal(const std::vector<RefusedCall>& calls) {
    std::string text;
    notes.clear();
    with_refused(calls, [&] {
      try {
        opened = open_multicast_socket(line, "line A", 64 << 10, options, notes);
      } catch (const platform::SetupError& error) {
        text = error.what();
      }
    });
    return text;
  }

  LineConfig line{.group = own_group(40), .port = LocalSocket{}.port(), .interface = "lo"};
  ReceiveOptions options;
  OpenSocket opened;
  std::vector<std::string> notes;
};

TEST_F(MulticastRefusals, AHostWithoutSocketsIsToldHowToHaveMore) {
  EXPECT_THAT(refusal({{SYS_socket, EMFILE, 1, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK}}),
              AllOf(HasSubstr("no UDP socket: Too many open files"), HasSubstr("LimitNOFILE")));
}

TEST_F(MulticastRefusals, APortThatIsReservedNamesTheCapability) {
  EXPECT_THAT(refusal({{SYS_bind, EACCES}}),
              AllOf(HasSubstr("line A: cannot listen on " + line.group), HasSubstr("CAP_NET_BIND_SERVICE")));
  EXPECT_THAT(refusal({{SYS_bind, EADDRNOTAVAIL}}),
              AllOf(HasSubstr("line A: cannot listen on " + line.group), HasSubstr("`ip -4 address` and `ss -uln`")));
}

TEST_F(MulticastRefusals, AGroupThatCannotBeJoinedSaysWhatToLookAt) {
  const RefusedCall full{SYS_setsockopt, ENOBUFS, 2, IP_ADD_MEMBERSHIP};
  EXPECT_THAT(refusal({full}),
              AllOf(HasSubstr("cannot join " + line.group + " on lo: "), HasSubstr("net.ipv4.igmp_max_memberships")));
  line.interface = "auto";
  EXPECT_THAT(refusal({full}),
              AllOf(HasSubstr("cannot join " + line.group + ": "), HasSubstr("net.ipv4.igmp_max_memberships")));
  EXPECT_THAT(refusal({{SYS_setsockopt, ENODEV, 2, IP_ADD_MEMBERSHIP}}),
              AllOf(HasSubstr("no route says which interface"), HasSubstr("ip route add 224.0.0.0/4")));
}

TEST_F(MulticastRefusals, AnAddressIsNobodysWhereTheInterfacesCannotBeAskedFor) {
  line.interface = "127.0.0.1";
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(opened.interface, "lo");
  EXPECT_THAT(refusal({{SYS_socket, EMFILE, 0, AF_NETLINK}}), HasSubstr("no interface has the address 127.0.0.1"));
}

TEST_F(MulticastRefusals, BusyPollingThatIsNotAllowedIsANote) {
  options.busy_poll_ns = 50'000;
  EXPECT_EQ(refusal({{SYS_setsockopt, EPERM, 2, SO_BUSY_POLL}}), "");
  EXPECT_EQ(opened.busy_poll_ns, 0);
  EXPECT_THAT(notes, testing::Contains(AllOf(HasSubstr("line A: no busy polling: "), HasSubstr("CAP_NET_ADMIN"))));
  EXPECT_EQ(refusal({{SYS_setsockopt, ENOPROTOOPT, 2, SO_PREFER_BUSY_POLL}}), "");
  EXPECT_THAT(notes, testing::Contains(HasSubstr("the card's interrupts go on beside it")));
}

TEST_F(MulticastRefusals, ReceiveOffloadThatIsNotToBeHadIsANote) {
  options.receive_offload = true;
  EXPECT_EQ(refusal({{SYS_setsockopt, ENOPROTOOPT, 1, IPPROTO_UDP}}), "");
  EXPECT_FALSE(opened.has_offload);
  EXPECT_THAT(notes, ElementsAre(AllOf(HasSubstr("line A: no receive offload, datagrams come one by one: "),
                                       HasSubstr("it needs Linux 5.0"))));
  EXPECT_EQ(refusal({}), "");
  EXPECT_TRUE(opened.has_offload);
  EXPECT_THAT(notes, IsEmpty());
  options.receive_offload = false;
  EXPECT_EQ(refusal({}), "");
  EXPECT_FALSE(opened.has_offload);
}

TEST_F(MulticastRefusals, ABufferThatIsNotGrantedIsANoteWithTheSizeThatIs) {
  EXPECT_EQ(refusal({{SYS_setsockopt, EPERM, 2, SO_RCVBUFFORCE}, {SYS_setsockopt, EPERM, 2, SO_RCVBUF}}), "");
  const std::size_t usual = opened.buffer_bytes;
  std::vector<std::string> more;
  with_refused({{SYS_setsockopt, EPERM, 2, SO_RCVBUFFORCE}, {SYS_setsockopt, EPERM, 2, SO_RCVBUF}},
               [&] { opened = open_multicast_socket(line, "line A", std::size_t{64} << 20, options, more); });
  EXPECT_EQ(opened.buffer_bytes, usual) << "what a socket has when nobody asks";
  EXPECT_THAT(more, testing::Contains(AllOf(HasSubstr("the receive buffer is "), HasSubstr("not 64 MiB"))));
}

TEST_F(MulticastRefusals, AnInterfaceThatDoesNotSayWhetherItIsUpIsTakenToBe) {
  EXPECT_EQ(refusal({{SYS_ioctl, EPERM, 1, SIOCGIFFLAGS}}), "");
  EXPECT_THAT(notes, IsEmpty());
}

TEST_F(MulticastRefusals, AServerThatThereIsNoWayToIsNamed) {
  with_refused({{SYS_connect, ENETUNREACH}}, [&] {
    try {
      const OpenSocket socket = open_rerequest_socket({.address = "10.1.2.3", .port = 18'000}, 64 << 10, notes);
      ADD_FAILURE() << "there is no way";
    } catch (const platform::SetupError& error) {
      EXPECT_THAT(error.problem(), HasSubstr("no way to 10.1.2.3:18000: Network is unreachable"));
      EXPECT_THAT(error.remedy(), HasSubstr("ip route get 10.1.2.3"));
    }
  });
}

TEST_F(MulticastRefusals, ARequestThatTheKernelDoesNotTakeIsNotSent) {
  const LocalSocket server;
  config::SourceConfig config;
  config.receive = config::ReceiveMethod::recvmmsg;
  config.receive_buffer_bytes = 64 << 10;
  config.line_a = line;
  config.rerequest = {.address = "127.0.0.1", .port = server.port()};
  UdpMulticastSource source{config};
  const std::string request = "again, please";
  const auto bytes = std::as_bytes(std::span(request));
  for (const int error : {ECONNREFUSED, ENOBUFS})
    with_refused({{SYS_sendto, error}}, [&] { EXPECT_FALSE(source.send_request(bytes)) << error; });
  EXPECT_TRUE(source.send_request(bytes));
}

TEST_F(MulticastRefusals, WithoutAnInterfaceTheRouteDecidesAndNoCardIsAsked) {
  line.interface = "auto";
  const RefusedCall joined{SYS_setsockopt, 0, 2, IP_ADD_MEMBERSHIP};  // a route, whatever this host has
  EXPECT_EQ(refusal({joined}), "");
  EXPECT_EQ(opened.interface, "");
  EXPECT_FALSE(opened.has_card_stamps);
  config::SourceConfig config;
  config.receive = config::ReceiveMethod::recvmmsg;
  config.receive_buffer_bytes = 64 << 10;
  config.line_a = line;
  with_refused({joined}, [&] {
    const UdpMulticastSource source{config};
    EXPECT_THAT(source.describe(), AllOf(HasSubstr("A " + line.group), testing::Not(HasSubstr(" on "))));
  });
}

TEST_F(MulticastRefusals, IoUringThatCannotBeTriedOutIsRefusedAtSetUp) {
  opened = open_multicast_socket(line, "line A", 64 << 10, options, notes);
  const int sockets[] = {opened.fd.get()};
  const auto problem = [&](const RefusedCall& call) {
    std::string text;
    with_refused({call}, [&] {
      try {
        const IoUringIntake intake{sockets, {.buffers = 64, .buffer_bytes = 2048}};
      } catch (const platform::SetupError& error) {
        text = error.what();
      }
    });
    return text;
  };
  EXPECT_THAT(problem({SYS_socketpair, EMFILE}),
              AllOf(HasSubstr("no pair of sockets to try io_uring with"), HasSubstr("LimitNOFILE")));
  EXPECT_THAT(problem({SYS_io_uring_setup, ENOSYS}), HasSubstr("io_uring"));
  EXPECT_THAT(problem({SYS_io_uring_enter, EAGAIN}), HasSubstr("io_uring"));
  EXPECT_THAT(problem({SYS_sendto, EPERM}), HasSubstr("io_uring"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
