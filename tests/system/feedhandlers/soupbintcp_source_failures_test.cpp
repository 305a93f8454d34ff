// A feed over SoupBinTCP against servers that hang, refuse, reject, speak something else or do not read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "platform/clock.hpp"
#include "tests/support/random.hpp"
#include "tests/support/soupbintcp_writer.hpp"
#include "tests/system/feedhandlers/soupbintcp_source_fixture.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Circuit;
using feedhandlers::soupbintcp::LinkError;
using feedhandlers::soupbintcp::RejectReason;
using feedhandlers::soupbintcp::SessionName;
using feedhandlers::sources::DownCause;
using feedhandlers::sources::DownReason;
using feedhandlers::sources::SoupBinTcpSource;
using feedhandlers::sources::SoupBinTcpSourceOptions;
using feedhandlers::sources::TcpError;
using platform::kNanosPerSecond;
using platform::UnixNanos;
using testing::ElementsAre;
using testing::HasSubstr;
using State = SoupBinTcpSource::State;

TEST_F(SoupSource, FindsAConnectionDeadOnWhichNothingIsHeard) {
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  server_.fate = {Fate::hangs, stream_bytes() - 3};  // all messages
  run.until([&] { return heard_.messages.size() == 6; });
  server_.fate = {};
  run.until([&] { return !heard_.downs.empty(); });
  EXPECT_EQ(run.now - kLoopbackStart, 15 * kNanosPerSecond);
  EXPECT_EQ(heard_.downs.front().cause, DownCause::protocol);
  EXPECT_EQ(heard_.downs.front().link_error, LinkError::silent_peer);
  EXPECT_EQ(source.counters().silences, 1u);
  EXPECT_EQ(source.state(), State::waiting);
  EXPECT_THAT(source.describe(run.now), HasSubstr("nothing heard for too long; again in "));
  store_.messages.push_back("while it was away");
  run.until([&] { return heard_.messages.size() == 7; });
  EXPECT_THAT(heard_.logins, ElementsAre("MONDAY/1", "MONDAY/7"));
  EXPECT_LE(run.now - kLoopbackStart, 16 * kNanosPerSecond);
}

TEST_F(SoupSource, BelievesBytesThatWaitedInTheKernelRatherThanTheClock) {
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  run.until([&] { return heard_.messages.size() == 6; });
  store_.messages.push_back("while the thread was stopped");
  const std::size_t sent = server_.sent();
  while (server_.sent() == sent) server_.turn(run.now);
  ASSERT_TRUE(wait_for_any({source.descriptors().front()}));
  run.now = run.now + 20 * kNanosPerSecond;
  while (heard_.messages.size() == 6 && source.state() == State::live) source.poll(run.now, heard_);
  EXPECT_EQ(source.state(), State::live);
  EXPECT_EQ(heard_.messages.size(), 7u);
}

TEST_F(SoupSource, GivesUpOnAServerThatAcceptsAndSaysNothing) {
  SoupBinTcpSourceOptions asked = options();
  asked.session.times.login_nanos = 5 * kNanosPerSecond;
  SoupBinTcpSource source{asked, test_seed()};
  Run run{source, State::live, heard_, server_};
  server_.fate = {Fate::hangs, 0};
  run.until([&] { return !heard_.downs.empty(); });
  EXPECT_EQ(run.now - kLoopbackStart, 5 * kNanosPerSecond);
  EXPECT_EQ(heard_.downs.front().link_error, LinkError::late_login);
  server_.fate = {};
  run.until([&] { return heard_.messages.size() == 6; });
}

TEST_F(SoupSource, KeepsTryingWhereNobodyListensAndTellsIt) {
  const TcpListener refusing{std::nullopt};
  SoupBinTcpSourceOptions asked = options();
  asked.tcp.server = refusing.endpoint();
  SoupBinTcpSource source{asked, test_seed()};
  Run run{source, State::live, heard_, server_};
  run.until([&] { return heard_.downs.size() == 4; });
  EXPECT_EQ(source.circuit(run.now), Circuit::closed);
  run.until([&] { return heard_.downs.size() == 5; });
  EXPECT_EQ(source.circuit(run.now), Circuit::open);
  EXPECT_GE(run.now - kLoopbackStart, (500 + 1000 + 2000 + 4000) / 2 * 1'000'000LL) << "each wait twice the one before";
  EXPECT_LE(run.now - kLoopbackStart, (500 + 1000 + 2000 + 4000) * 1'000'000LL);
  for (const DownReason& reason : heard_.downs) {
    EXPECT_EQ(reason.cause, DownCause::connection);
    EXPECT_EQ(reason.tcp_error, TcpError::refused);
  }
  EXPECT_EQ(source.counters().attempts, 5u);
  EXPECT_EQ(source.counters().connects, 0u);
  EXPECT_THAT(source.describe(run.now),
              HasSubstr("waiting to connect, next 1; nobody listens there: Connection refused (errno 111), "
                        "5 failures in a row; again in "));
  EXPECT_EQ(source.poll(source.next_deadline() + -1, heard_), 0u) << "not before its time";
  EXPECT_EQ(source.counters().attempts, 5u);
}

TEST_F(SoupSource, TellsThatThereIsNoWayToTheHostWithoutWaiting) {
  SoupBinTcpSourceOptions asked = options();
  asked.tcp.server = {0xffff'ffff, 9};
  SoupBinTcpSource source{asked, test_seed()};
  EXPECT_EQ(source.poll(kLoopbackStart, heard_), 1u);
  ASSERT_EQ(heard_.downs.size(), 1u);
  EXPECT_EQ(heard_.downs.front().tcp_error, TcpError::unreachable);
  EXPECT_EQ(source.state(), State::waiting);
  EXPECT_GT(source.next_deadline(), kLoopbackStart);
}

TEST_F(SoupSource, IsGoodAgainOnlyAfterAConnectionThatHeld) {
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  server_.fate = {Fate::closes, 40};  // accepts the login and closes
  run.until([&] { return heard_.downs.size() == 6; });
  EXPECT_EQ(source.failures_in_a_row(), 6u);
  EXPECT_EQ(source.circuit(run.now), Circuit::open);
  server_.fate = {};
  run.until([&] { return source.state() == State::live; });
  const UnixNanos up = run.now;
  EXPECT_EQ(source.circuit(up), Circuit::open) << "up, but for how long";
  run.until([&] { return run.now >= up + 30 * kNanosPerSecond; });
  EXPECT_EQ(source.circuit(run.now), Circuit::closed);
}

TEST_F(SoupSource, AsksSeldomWhereItsLoginIsRejected) {
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  server_.authorises = false;
  run.until([&] { return heard_.downs.size() == 3; });
  EXPECT_EQ(run.now - kLoopbackStart, 60 * kNanosPerSecond) << "one each 30 s";
  for (const DownReason& reason : heard_.downs) {
    EXPECT_EQ(reason.cause, DownCause::rejected);
    EXPECT_EQ(reason.reject_reason, RejectReason::not_authorised);
  }
  EXPECT_EQ(source.counters().rejects, 3u);
  EXPECT_THAT(source.describe(run.now),
              HasSubstr("login rejected: not authorised (A), 3 failures in a row; again in 30.0 s"));
  server_.authorises = true;
  run.until([&] { return heard_.messages.size() == 6; });
}

TEST_F(SoupSource, DoesNotTakeAnotherSessionForItsOwn) {
  SoupBinTcpSourceOptions asked = options();
  asked.session.session = {"SUNDAY"};
  SoupBinTcpSource source{asked, test_seed()};
  Run run{source, State::live, heard_, server_};
  run.until([&] { return !heard_.downs.empty(); });
  EXPECT_EQ(heard_.downs.front().reject_reason, RejectReason::session_not_available);
  EXPECT_TRUE(heard_.messages.empty());
  EXPECT_EQ(source.session(), SessionName{"SUNDAY"});

  source.start_over({"MONDAY"}, 2, run.now);
  heard_.first = 2;
  EXPECT_LE(source.next_deadline(), run.now);
  run.until([&] { return heard_.messages.size() == 5; });
  EXPECT_EQ(source.session(), SessionName{"MONDAY"});
}

TEST_F(SoupSource, ClosesWhereAServerGivesItAnotherSession) {
  SoupBinTcpSourceOptions asked = options();
  asked.session.session = {"SUNDAY"};
  SoupBinTcpSource source{asked, test_seed()};
  source.poll(kLoopbackStart, heard_);
  ASSERT_TRUE(wait_for_any({server_.listener.fd()}));
  const auto peer = server_.listener.accept();
  ASSERT_EQ(peer->send(soup_accepted("MONDAY", 1)), 33u);
  while (heard_.downs.empty())
    if (source.poll(kLoopbackStart, heard_) == 0) {
      ASSERT_TRUE(wait_for_any({source.descriptors().front()}));
    }
  EXPECT_EQ(heard_.downs.front().link_error, LinkError::wrong_session);
  EXPECT_EQ(source.session(), SessionName{"SUNDAY"});
}

TEST_F(SoupSource, GivesUpOnAServerThatSpeaksAnotherProtocol) {
  SoupBinTcpSourceOptions asked = options();
  asked.session.max_payload_bytes = 1000;  // "HT" would be a packet of 18 kB
  SoupBinTcpSource source{asked, test_seed()};
  source.poll(kLoopbackStart, heard_);
  ASSERT_TRUE(wait_for_any({server_.listener.fd()}));
  const auto peer = server_.listener.accept();
  peer->send("HTTP/1.1 400 Bad Request\r\n\r\n");
  while (heard_.downs.empty())
    if (source.poll(kLoopbackStart, heard_) == 0) {
      ASSERT_TRUE(wait_for_any({source.descriptors().front()}));
    }
  EXPECT_EQ(heard_.downs.front().link_error, LinkError::impossible_length);
  EXPECT_EQ(source.state(), State::waiting);
}

/// Alive, but takes nothing off the connection: heartbeats pile up, second by second, until the kernel takes no more.
class SoupSourceWithADeafServer : public testing::Test {
 protected:
  SoupSourceWithADeafServer() {
    source_.poll(now_, heard_);
    EXPECT_TRUE(wait_for_any({listener_.fd()}));
    peer_ = listener_.accept();
    const int smallest = 1;  // the kernel makes it a few kilobytes
    EXPECT_EQ(::setsockopt(socket_to(listener_.endpoint()), SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest), 0);
    peer_->send(soup_accepted("DEAF", 1));
    while (source_.state() != State::live && wait_for_any({source_.descriptors().front()})) source_.poll(now_, heard_);
  }

  /// The server says a heartbeat, the source hears it and says one.
  void live_a_second() {
    peer_->send(soup_packet('H'));
    now_ = now_ + kNanosPerSecond;
    const std::uint64_t heartbeats = source_.counters().heartbeats;
    while (source_.counters().heartbeats == heartbeats && source_.state() == State::live)
      if (source_.poll(now_, heard_) == 0 && !wait_for_any({source_.descriptors().front()})) return;
    ++seconds_;
  }
  /// Until the kernel takes nothing.
  void fill() {
    for (std::uint64_t before = 0; before != source_.counters().bytes_sent && seconds_ < 20'000;) {
      before = source_.counters().bytes_sent;
      live_a_second();
    }
  }

  TcpListener listener_{TcpListener::kBacklog, 4096};
  UnixNanos now_ = kLoopbackStart;
  SoupBinTcpSource source_{{.tcp = {.server = listener_.endpoint(), .output_bytes = 300}}, test_seed()};
  SoupHeard heard_;
  std::unique_ptr<TcpPeer> peer_;
  std::size_t seconds_ = 0;
};

TEST_F(SoupSourceWithADeafServer, SaysLaterWhatTheKernelDidNotTake) {
  fill();
  for (int i = 0; i < 20; ++i) live_a_second();
  Bytes expected = soup_login_request("", "", "", 1);
  for (std::size_t i = 0; i < seconds_; ++i) expected += soup_packet('R');
  Bytes said;
  for (int turns = 0; turns < 100'000 && said.size() < expected.size(); ++turns) {
    ASSERT_TRUE(wait_for_any({peer_->fd(), source_.descriptors().front()}));
    said += peer_->receive();
    source_.poll(now_, heard_);
  }
  EXPECT_TRUE(said == expected) << "once and in order";
  EXPECT_TRUE(heard_.downs.empty());
}

TEST_F(SoupSourceWithADeafServer, ClosesInTheEnd) {
  fill();
  for (int i = 0; i < 200 && heard_.downs.empty(); ++i) live_a_second();
  ASSERT_EQ(heard_.downs.size(), 1u);
  EXPECT_EQ(heard_.downs.front().tcp_error, TcpError::output_full);
  EXPECT_EQ(source_.state(), State::waiting);
}

}  // namespace
}  // namespace tickplant::tests::this_file
