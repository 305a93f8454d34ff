// What a TCP connection does when the kernel says what the loopback interface never says.
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <cerrno>

#include "feedhandlers/sources/soupbintcp_link.hpp"
#include "feedhandlers/sources/tcp_connection.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/refused_system_call.hpp"
#include "tests/support/tcp_loopback.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sources::DownCause;
using feedhandlers::sources::SoupBinTcpLink;
using feedhandlers::sources::TcpConnection;
using feedhandlers::sources::TcpError;
using feedhandlers::sources::TcpState;
using platform::UnixNanos;

constexpr UnixNanos kNow{1'548'857'400 * platform::kNanosPerSecond};

class TcpRefusals : public testing::Test {
 protected:
  /// The server's end of a connection that is there.
  std::unique_ptr<TcpPeer> connected() {
    connection.begin(kNow);
    while (connection.progress(kNow) == TcpState::connecting && wait_for_any({connection.descriptor()})) continue;
    EXPECT_EQ(connection.state(), TcpState::connected);
    EXPECT_TRUE(wait_for_any({listener.fd()}));
    return listener.accept();
  }
  void expect_closed(TcpError error, int error_number) const {
    EXPECT_EQ(connection.state(), TcpState::closed);
    EXPECT_EQ(connection.error(), error);
    EXPECT_EQ(connection.error_number(), error_number);
  }

  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint()}};
};

TEST_F(TcpRefusals, WithoutADescriptorThereIsNoConnectionToBegin) {
  with_refused({{SYS_epoll_create1, EMFILE}}, [&] {
    try {
      const TcpConnection other{{.server = listener.endpoint()}};
      ADD_FAILURE() << "made without a descriptor";
    } catch (const platform::SetupError& error) {
      EXPECT_NE(error.problem().find("no descriptor for a connection to 127.0.0.1:"), std::string::npos);
      EXPECT_NE(error.remedy().find("LimitNOFILE"), std::string::npos);
    }
  });
}

TEST_F(TcpRefusals, AHostWithoutSocketsIsSaidToHaveNone) {
  const std::size_t before = open_descriptors();
  with_refused({{SYS_socket, EMFILE}}, [&] { EXPECT_EQ(connection.begin(kNow), TcpState::closed); });
  expect_closed(TcpError::no_socket, EMFILE);
  with_refused({{SYS_epoll_ctl, ENOSPC, 1, EPOLL_CTL_ADD}}, [&] { connection.begin(kNow); });
  expect_closed(TcpError::no_socket, ENOSPC);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_NE(connected(), nullptr) << "the next attempt is free to succeed";
}

TEST_F(TcpRefusals, EachErrorOfTheNetworkHasItsKind) {
  const struct {
    int error_number;
    TcpError error;
  } kinds[] = {{ECONNREFUSED, TcpError::refused},     {ENETUNREACH, TcpError::unreachable},
               {EHOSTUNREACH, TcpError::unreachable}, {EHOSTDOWN, TcpError::unreachable},
               {ENETDOWN, TcpError::unreachable},     {ECONNABORTED, TcpError::reset},
               {ETIMEDOUT, TcpError::lost},           {EACCES, TcpError::other}};
  for (const auto& kind : kinds) {
    with_refused({{SYS_connect, kind.error_number}}, [&] { EXPECT_EQ(connection.begin(kNow), TcpState::closed); });
    expect_closed(kind.error, kind.error_number);
  }
  EXPECT_EQ(connection.counters().attempts, std::size(kinds));
  EXPECT_EQ(connection.counters().connections, 0u);
}

TEST_F(TcpRefusals, AnAttemptGoesOnWhileTheKernelSaysSo) {
  for (const int error : {EALREADY, EINPROGRESS, EINTR}) {
    connection.begin(kNow);
    with_refused({{SYS_connect, error}}, [&] {
      EXPECT_EQ(connection.progress(kNow), TcpState::connecting) << error;
      EXPECT_EQ(connection.progress(connection.connect_deadline()), TcpState::closed) << "in time only";
    });
    expect_closed(TcpError::connect_timeout, 0);
  }
}

TEST_F(TcpRefusals, AnAttemptThatIsThereAlreadyIsTakenForOne) {
  connection.begin(kNow);
  with_refused({{SYS_connect, EISCONN}}, [&] { EXPECT_EQ(connection.progress(kNow), TcpState::connected); });
  EXPECT_EQ(connection.progress(kNow), TcpState::connected) << "and stays it";
  EXPECT_EQ(connection.counters().connections, 1u);
}

TEST_F(TcpRefusals, AnAttemptThatTheKernelGivesUpTimedOut) {
  connection.begin(kNow);
  with_refused({{SYS_connect, ETIMEDOUT}}, [&] { EXPECT_EQ(connection.progress(kNow), TcpState::closed); });
  expect_closed(TcpError::connect_timeout, ETIMEDOUT);
}

TEST_F(TcpRefusals, AConnectionThatCannotBeWatchedIsNone) {
  connection.begin(kNow);
  ASSERT_TRUE(wait_for_any({connection.descriptor()}));
  with_refused({{SYS_epoll_ctl, ENOMEM, 1, EPOLL_CTL_MOD}},
               [&] { EXPECT_EQ(connection.progress(kNow), TcpState::closed); });
  expect_closed(TcpError::no_socket, ENOMEM);
  EXPECT_EQ(connection.counters().connections, 0u);
}

TEST_F(TcpRefusals, ASignalOrAnEmptySocketEndsNothing) {
  const auto peer = connected();
  peer->send("heard later");
  ASSERT_TRUE(wait_for_any({connection.descriptor()}));
  for (const int error : {EINTR, EAGAIN}) {
    with_refused({{SYS_recvmsg, error}, {SYS_sendto, error}}, [&] {
      EXPECT_TRUE(connection.receive().bytes.empty());
      EXPECT_TRUE(connection.send(as_span("said"))) << "it waits";
      EXPECT_TRUE(connection.flush());
    });
  }
  EXPECT_EQ(to_bytes(connection.receive().bytes), "heard later");
  EXPECT_TRUE(connection.flush());
  EXPECT_FALSE(connection.has_output());
  ASSERT_TRUE(wait_for_any({peer->fd()}));
  EXPECT_EQ(peer->receive(), "saidsaid");
}

TEST_F(TcpRefusals, AReadOrAWriteThatFailsEndsTheConnection) {
  auto peer = connected();
  with_refused({{SYS_recvmsg, ETIMEDOUT}}, [&] { EXPECT_TRUE(connection.receive().bytes.empty()); });
  expect_closed(TcpError::lost, ETIMEDOUT);
  EXPECT_TRUE(connection.receive().bytes.empty()) << "nothing comes from a connection that is gone";
  peer = connected();
  with_refused({{SYS_sendto, ECONNABORTED}}, [&] { EXPECT_FALSE(connection.send(as_span("said"))); });
  expect_closed(TcpError::reset, ECONNABORTED);
  EXPECT_FALSE(connection.send(as_span("again")));
}

TEST_F(TcpRefusals, WhatWaitsGoesWithAConnectionThatFailsMeanwhile) {
  auto peer = connected();
  with_refused({{SYS_sendto, EAGAIN}}, [&] { EXPECT_TRUE(connection.send(as_span("waits"))); });
  ASSERT_TRUE(connection.has_output());
  with_refused({{SYS_sendto, EPIPE}}, [&] { EXPECT_FALSE(connection.flush()); });
  expect_closed(TcpError::reset, EPIPE);
  EXPECT_FALSE(connection.has_output());
}

TEST_F(TcpRefusals, OutputThatNobodyWouldTellToGoOnEndsTheConnection) {
  auto peer = connected();
  with_refused({{SYS_sendto, EAGAIN}, {SYS_epoll_ctl, ENOMEM, 1, EPOLL_CTL_MOD}},
               [&] { EXPECT_FALSE(connection.send(as_span("waits"))); });
  expect_closed(TcpError::no_socket, ENOMEM);
  peer = connected();
  with_refused({{SYS_sendto, EAGAIN}}, [&] { EXPECT_TRUE(connection.send(as_span("waits"))); });
  with_refused({{SYS_epoll_ctl, ENOMEM, 1, EPOLL_CTL_MOD}}, [&] { EXPECT_FALSE(connection.flush()); });
  expect_closed(TcpError::no_socket, ENOMEM);
}

TEST_F(TcpRefusals, NothingToSayIsSaidWithoutTheKernel) {
  const auto peer = connected();
  with_refused({{SYS_sendto, EPIPE}}, [&] { EXPECT_TRUE(connection.send({})); });
  EXPECT_EQ(connection.counters().bytes_sent, 0u);
}

TEST_F(TcpRefusals, AUserWithoutTheRightGetsTheReceiveBufferThatAnyoneMayHave) {
  TcpConnection sized{{.server = listener.endpoint(), .receive_buffer_bytes = 12'345}};
  with_refused({{SYS_setsockopt, EPERM, 2, SO_RCVBUFFORCE}}, [&] { sized.begin(kNow); });
  ASSERT_TRUE(wait_for_any({sized.descriptor()}));
  ASSERT_EQ(sized.progress(kNow), TcpState::connected);
  int bytes = 0;
  socklen_t length = sizeof bytes;
  ASSERT_EQ(::getsockopt(socket_to(listener.endpoint()), SOL_SOCKET, SO_RCVBUF, &bytes, &length), 0);
  EXPECT_EQ(bytes, 2 * 12'345);
}

TEST_F(TcpRefusals, BytesThatNobodyStampedHaveNoTime) {
  with_refused({{SYS_setsockopt, ENOPROTOOPT, 2, SO_TIMESTAMPNS}}, [&] { connection.begin(kNow); });
  ASSERT_TRUE(wait_for_any({connection.descriptor()}));
  ASSERT_EQ(connection.progress(kNow), TcpState::connected);
  ASSERT_TRUE(wait_for_any({listener.fd()}));
  listener.accept()->send("unstamped");
  ASSERT_TRUE(wait_for_any({connection.descriptor()}));
  const auto read = connection.receive();
  EXPECT_EQ(to_bytes(read.bytes), "unstamped");
  EXPECT_EQ(read.ts_recv, platform::kNoTime);
}

TEST_F(TcpRefusals, AnAttemptThatIsThereAtOnceIsConnectedWithoutAskingAgain) {
  with_refused({{SYS_connect, 0}}, [&] { EXPECT_EQ(connection.begin(kNow), TcpState::connected); });
  EXPECT_EQ(connection.counters().connections, 1u);
}

/// To whom nothing matters here.
struct Deaf {
  void on_login(const feedhandlers::soupbintcp::SessionName&, std::uint64_t) const {}
  void on_message(std::uint64_t, std::span<const std::byte>, UnixNanos) const {}
  void on_end_of_session() const {}
};

TEST_F(TcpRefusals, ALinkThatIsThereAtOnceLogsInAtOnce) {
  SoupBinTcpLink link{{.server = listener.endpoint()}, {}};
  with_refused({{SYS_connect, 0}, {SYS_sendto, EAGAIN}}, [&] { link.connect(kNow); });
  EXPECT_FALSE(link.is_down());
  EXPECT_FALSE(link.is_connecting());
  EXPECT_TRUE(link.tcp().has_output()) << "the login waits";
  with_refused({{SYS_recvmsg, EAGAIN}, {SYS_sendto, EPIPE}},
               [&] { EXPECT_TRUE(link.poll(kNow, Deaf{})) << "it was not to be said"; });
  EXPECT_EQ(as_text(link.down_reason()), "reset by the server: Broken pipe (errno 32)");
  EXPECT_FALSE(link.poll(kNow, Deaf{})) << "nothing comes from a link that is down";
}

TEST_F(TcpRefusals, ALinkThatConnectsIsDueWhenTheAttemptGivesUp) {
  SoupBinTcpLink link{{.server = listener.endpoint(), .connect_nanos = 1'000}, {}};
  link.connect(kNow);
  ASSERT_TRUE(link.is_connecting());
  EXPECT_EQ(link.next_deadline(), kNow + 1'000);
}

TEST_F(TcpRefusals, ALinkSaysWhyItIsDown) {
  SoupBinTcpLink link{{.server = listener.endpoint()}, {}};
  with_refused({{SYS_connect, EHOSTUNREACH}}, [&] { link.connect(kNow); });
  EXPECT_TRUE(link.is_down());
  EXPECT_EQ(link.down_reason().cause, DownCause::connection);
  EXPECT_EQ(link.down_reason().tcp_error, TcpError::unreachable);
  EXPECT_EQ(as_text(link.down_reason()), "no way to the host: No route to host (errno 113)");
}

}  // namespace
}  // namespace tickplant::tests::this_file
