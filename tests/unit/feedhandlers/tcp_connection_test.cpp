// One end of each test is a real socket on the loopback interface; time is given.
#include "feedhandlers/sources/tcp_connection.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/wait.h>

#include <cerrno>

#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/tcp_loopback.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sources::as_text;
using feedhandlers::sources::resolve_endpoint;
using feedhandlers::sources::TcpConnection;
using feedhandlers::sources::TcpEndpoint;
using feedhandlers::sources::TcpError;
using feedhandlers::sources::TcpOptions;
using feedhandlers::sources::TcpRead;
using feedhandlers::sources::TcpState;
using platform::UnixNanos;
using testing::HasSubstr;

constexpr UnixNanos kNow{1'548'857'400 * platform::kNanosPerSecond};

TcpState settled(TcpConnection& connection) {
  while (connection.progress(kNow) == TcpState::connecting)
    if (!wait_for_any({connection.descriptor()})) break;
  return connection.state();
}

/// Connects; the server's end.
std::unique_ptr<TcpPeer> connect(TcpConnection& connection, TcpListener& listener) {
  connection.begin(kNow);
  EXPECT_EQ(settled(connection), TcpState::connected);
  EXPECT_TRUE(wait_for_any({listener.fd()}));
  return listener.accept();
}

/// All that comes until there are `count` bytes or the connection is gone.
Bytes receive(TcpConnection& connection, std::size_t count) {
  Bytes all;
  while (all.size() < count && connection.state() == TcpState::connected) {
    const TcpRead read = connection.receive();
    all += to_bytes(read.bytes);
    if (read.bytes.empty() && connection.state() == TcpState::connected && !wait_for_any({connection.descriptor()}))
      break;
  }
  return all;
}

Bytes receive(TcpPeer& peer, std::size_t count) {
  Bytes all;
  while (all.size() < count) {
    if (!wait_for_any({peer.fd()})) break;
    all += peer.receive();
    if (peer.has_ended()) break;
  }
  return all;
}

TEST(TcpConnection, CarriesBytesBothWays) {
  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint()}};
  EXPECT_EQ(connection.state(), TcpState::closed);
  const auto peer = connect(connection, listener);
  EXPECT_TRUE(connection.send(as_span("login")));
  EXPECT_EQ(receive(*peer, 5), "login");
  peer->send("accepted");
  EXPECT_EQ(receive(connection, 8), "accepted");
  EXPECT_TRUE(connection.receive().bytes.empty()) << "nothing more, and nothing wrong";
  EXPECT_EQ(connection.state(), TcpState::connected);
  EXPECT_EQ(connection.counters().attempts, 1u);
  EXPECT_EQ(connection.counters().connections, 1u);
  EXPECT_EQ(connection.counters().bytes_received, 8u);
  EXPECT_EQ(connection.counters().bytes_sent, 5u);
}

TEST(TcpConnection, TellsWhenTheKernelGotTheBytes) {
  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint()}};
  const auto peer = connect(connection, listener);
  const UnixNanos before = platform::system_now();
  // The kernel begins to stamp a moment after it was asked to, when a thread of its own gets to it.
  TcpRead read;
  for (int i = 0; i < 200'000 && read.ts_recv == platform::kNoTime; ++i) {
    ::sched_yield();
    peer->send("x");
    ASSERT_TRUE(wait_for_any({connection.descriptor()}));
    read = connection.receive();
  }
  EXPECT_GE(read.ts_recv, before);
  EXPECT_LE(read.ts_recv, platform::system_now());
}

TEST(TcpConnection, TellsThatNobodyListens) {
  const TcpListener listener{std::nullopt};
  TcpConnection connection{{.server = listener.endpoint()}};
  connection.begin(kNow);
  EXPECT_EQ(settled(connection), TcpState::closed);
  EXPECT_EQ(connection.error(), TcpError::refused);
  EXPECT_EQ(connection.error_number(), ECONNREFUSED);
  EXPECT_EQ(connection.counters().connections, 0u);
  EXPECT_FALSE(is_readable(connection.descriptor()));
}

TEST(TcpConnection, TellsThatThereIsNoWayToTheHost) {
  TcpConnection connection{{.server = {0xffff'ffff, 9}}};  // no host of TCP
  EXPECT_EQ(connection.begin(kNow), TcpState::closed);
  EXPECT_EQ(connection.error(), TcpError::unreachable);
  EXPECT_EQ(connection.error_number(), ENETUNREACH);
}

TEST(TcpConnection, GivesUpOnAServerThatDoesNotAnswer) {
  TcpListener listener{0};
  TcpConnection first{{.server = listener.endpoint()}};  // all that its queue holds
  first.begin(kNow);
  ASSERT_EQ(settled(first), TcpState::connected);
  TcpConnection second{{.server = listener.endpoint(), .connect_nanos = 1000}};
  EXPECT_EQ(second.begin(kNow), TcpState::connecting);
  EXPECT_EQ(second.connect_deadline(), kNow + 1000);
  EXPECT_EQ(second.progress(kNow + 999), TcpState::connecting);
  EXPECT_EQ(second.progress(kNow + 1000), TcpState::closed);
  EXPECT_EQ(second.error(), TcpError::connect_timeout);
}

TEST(TcpConnection, GivesWhatCameBeforeTheServerClosed) {
  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint()}};
  const auto peer = connect(connection, listener);
  peer->send("last words");
  peer->close();
  EXPECT_EQ(receive(connection, 100), "last words");
  EXPECT_EQ(connection.state(), TcpState::closed);
  EXPECT_EQ(connection.error(), TcpError::closed_by_peer);
  EXPECT_EQ(connection.error_number(), 0);
}

TEST(TcpConnection, TellsThatTheServerResetIt) {
  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint()}};
  const auto peer = connect(connection, listener);
  peer->reset();
  EXPECT_EQ(receive(connection, 1), "");
  EXPECT_EQ(connection.error(), TcpError::reset);
  EXPECT_EQ(connection.error_number(), ECONNRESET);
  EXPECT_FALSE(connection.send(as_span("x")));
  EXPECT_FALSE(connection.flush());
}

TEST(TcpConnection, IsNotKilledWhenItWritesToAConnectionThatIsGone) {
  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint()}};
  const auto peer = connect(connection, listener);
  peer->close();
  for (int i = 0; i < 100'000 && connection.send(as_span("x")); ++i) continue;  // the first one meets a closed door
  EXPECT_EQ(connection.state(), TcpState::closed);
  EXPECT_EQ(connection.error(), TcpError::reset);
}

TEST(TcpConnection, ReceivesNoMoreAtATimeThanItWasMadeFor) {
  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint(), .read_bytes = 1000}};
  const auto peer = connect(connection, listener);
  const Bytes bytes(10'000, 'b');
  ASSERT_EQ(peer->send(bytes), bytes.size());
  std::size_t received = 0;
  while (received < bytes.size()) {
    const TcpRead read = connection.receive();
    ASSERT_LE(read.bytes.size(), 1000u);
    received += read.bytes.size();
    if (read.bytes.empty()) {
      ASSERT_TRUE(wait_for_any({connection.descriptor()}));
    }
  }
  EXPECT_EQ(received, bytes.size());
}

class TcpConnectionToASlowReader : public testing::Test {
 protected:
  /// Until the kernel takes no more, and a thread could sleep on it; all that was said.
  Bytes fill() {
    Bytes said;
    const auto is_full = [&] { return connection_.has_output() && !is_readable(connection_.descriptor()); };
    for (char piece = 'a'; !is_full() && said.size() < (64u << 20);
         piece = piece == 'z' ? 'a' : static_cast<char>(piece + 1)) {
      EXPECT_TRUE(connection_.flush());
      if (connection_.has_output()) continue;
      const Bytes bytes(1000, piece);
      EXPECT_TRUE(connection_.send(as_span(bytes)));
      said += bytes;
    }
    EXPECT_TRUE(is_full());
    return said;
  }

  TcpListener listener_{TcpListener::kBacklog, 4096};
  TcpConnection connection_{{.server = listener_.endpoint(), .output_bytes = 3000}};
  std::unique_ptr<TcpPeer> peer_ = connect(connection_, listener_);
};

TEST_F(TcpConnectionToASlowReader, KeepsWhatTheKernelDoesNotTakeAndSendsItInOrderLater) {
  Bytes said = fill();
  Bytes heard;
  while (!is_readable(connection_.descriptor())) {
    ASSERT_TRUE(wait_for_any({peer_->fd(), connection_.descriptor()}));
    heard += peer_->receive();
  }
  EXPECT_TRUE(connection_.send(as_span("behind it"))) << "though there is room by now";
  said += "behind it";
  EXPECT_TRUE(connection_.has_output());
  while (connection_.has_output()) {
    ASSERT_TRUE(wait_for_any({peer_->fd(), connection_.descriptor()}));
    heard += peer_->receive();
    if (is_readable(connection_.descriptor())) {
      ASSERT_TRUE(connection_.flush());
    }
  }
  heard += receive(*peer_, said.size() - heard.size());
  EXPECT_TRUE(heard == said);
  EXPECT_EQ(connection_.counters().bytes_sent, said.size());
  EXPECT_FALSE(is_readable(connection_.descriptor())) << "nothing waits any more";
}

TEST_F(TcpConnectionToASlowReader, ClosesWhenThereIsNoRoomForWhatWaits) {
  fill();
  EXPECT_FALSE(connection_.send(as_span(Bytes(3000, 'x'))));
  EXPECT_EQ(connection_.state(), TcpState::closed);
  EXPECT_EQ(connection_.error(), TcpError::output_full);
  EXPECT_FALSE(connection_.has_output()) << "nothing of it goes to the next connection";
}

TEST(TcpConnection, HasOneDescriptorThatIsReadableWheneverThereIsSomethingToDo) {
  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint()}};
  const int descriptor = connection.descriptor();
  EXPECT_FALSE(is_readable(descriptor)) << "no connection";
  for (int round = 0; round < 3; ++round) {
    connection.begin(kNow);
    EXPECT_TRUE(wait_for_any({descriptor})) << "connected";
    ASSERT_EQ(settled(connection), TcpState::connected);
    EXPECT_FALSE(is_readable(descriptor)) << "nothing came";
    ASSERT_TRUE(wait_for_any({listener.fd()}));
    const auto peer = listener.accept();
    peer->send("x");
    EXPECT_TRUE(wait_for_any({descriptor}));
    EXPECT_EQ(receive(connection, 1), "x");
    EXPECT_FALSE(is_readable(descriptor));
    peer->close();
    EXPECT_TRUE(wait_for_any({descriptor})) << "closed by the server";
    EXPECT_EQ(receive(connection, 1), "");
    EXPECT_EQ(connection.state(), TcpState::closed);
    EXPECT_FALSE(is_readable(descriptor));
  }
  EXPECT_EQ(connection.descriptor(), descriptor);
}

TEST(TcpConnection, IsNotWokenByAConnectionItClosedThoughAChildStillHasIt) {
  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint()}};
  const auto peer = connect(connection, listener);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[1]);
    char byte = 0;
    ::_exit(::read(ends[0], &byte, 1) == 0 ? 0 : 1);  // lives until the test lets go
  }
  ::close(ends[0]);
  connection.close();
  peer->send("to nobody");
  EXPECT_FALSE(is_readable(connection.descriptor()));
  ::close(ends[1]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

int option_of(int fd, int level, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  EXPECT_EQ(::getsockopt(fd, level, option, &value, &length), 0);
  return value;
}

TEST(TcpConnection, HasASocketThatSpeaksAtOnceNeverBlocksAndIsNotInherited) {
  TcpListener listener;
  TcpConnection connection{{.server = listener.endpoint(), .receive_buffer_bytes = 12'345}};
  const auto peer = connect(connection, listener);
  const int fd = socket_to(listener.endpoint());
  ASSERT_GE(fd, 0);
  EXPECT_NE(option_of(fd, IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_EQ(option_of(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(option_of(fd, SOL_SOCKET, SO_RCVBUF), 2 * 12'345) << "the kernel doubles it for its own needs";
  EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_NE(::fcntl(connection.descriptor(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(TcpConnection, LosesNoDescriptorHoweverAConnectionEnds) {
  TcpListener listener;
  const TcpListener refusing{std::nullopt};
  const std::size_t before = open_descriptors();
  {
    TcpConnection connection{{.server = listener.endpoint()}};
    TcpConnection refused{{.server = refusing.endpoint()}};
    TcpConnection unreachable{{.server = {0xffff'ffff, 9}}};
    for (int i = 0; i < 50; ++i) {
      refused.begin(kNow);
      EXPECT_EQ(settled(refused), TcpState::closed);
      unreachable.begin(kNow);
    }
    for (int i = 0; i < 50; ++i) {
      const auto peer = connect(connection, listener);
      if (i % 3 == 2) continue;  // the next begin() drops it
      i % 3 == 0 ? peer->reset() : peer->close();
      receive(connection, 1);
    }
    connection.close();
    EXPECT_EQ(open_descriptors(), before + 3) << "one each to sleep on";
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(TcpConnection, ForgetsAnEarlierEndWhenItBeginsAgain) {
  TcpListener listener{std::nullopt};
  TcpConnection connection{{.server = listener.endpoint()}};
  connection.begin(kNow);
  EXPECT_EQ(settled(connection), TcpState::closed);
  listener.listen();
  connection.begin(kNow);
  EXPECT_EQ(settled(connection), TcpState::connected);
  EXPECT_EQ(connection.error(), TcpError::none);
  EXPECT_EQ(connection.error_number(), 0);
  EXPECT_EQ(connection.counters().attempts, 2u);
  EXPECT_EQ(connection.counters().connections, 1u);
}

TEST(TcpEndpoint, IsAnAddressOrAName) {
  EXPECT_EQ(resolve_endpoint("10.1.2.3", 18'000, "feed"), (TcpEndpoint{0x0a010203, 18'000}));
  EXPECT_EQ(as_text(TcpEndpoint{0x0a010203, 18'000}), "10.1.2.3:18000");
  EXPECT_EQ(resolve_endpoint("localhost", 80, "feed"), (TcpEndpoint{INADDR_LOOPBACK, 80}));
}

TEST(TcpEndpoint, IsRefusedWithARemedyWhereThereIsNone) {
  const auto problem_of = [](const std::string& host, std::uint16_t port) -> std::string {
    try {
      (void)resolve_endpoint(host, port, "snapshot server");
      return "accepted";
    } catch (const platform::SetupError& error) {
      EXPECT_FALSE(error.remedy().empty());
      return error.problem();
    }
  };
  const std::string too_long(300, 'x');  // which no name server is asked for
  EXPECT_THAT(problem_of(too_long, 1), HasSubstr("snapshot server: no IPv4 address for '" + too_long));
  EXPECT_THAT(problem_of("127.0.0.1", 0), HasSubstr("0 is not a port"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
