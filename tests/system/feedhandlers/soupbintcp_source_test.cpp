// A feed over SoupBinTCP against a server on the loopback interface that closes, resets, hangs, refuses and rejects.
#include "feedhandlers/sources/soupbintcp_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platform/clock.hpp"
#include "tests/support/random.hpp"
#include "tests/support/soupbintcp_writer.hpp"
#include "tests/system/feedhandlers/soupbintcp_loopback.hpp"

namespace tickplant::tests {
namespace {

using feedhandlers::Circuit;
using feedhandlers::soupbintcp::ClientOptions;
using feedhandlers::soupbintcp::kNoDeadline;
using feedhandlers::soupbintcp::LinkError;
using feedhandlers::soupbintcp::RejectReason;
using feedhandlers::soupbintcp::ServerState;
using feedhandlers::soupbintcp::SessionName;
using feedhandlers::sources::DownCause;
using feedhandlers::sources::DownReason;
using feedhandlers::sources::SoupBinTcpSource;
using feedhandlers::sources::SoupBinTcpSourceOptions;
using feedhandlers::sources::TcpError;
using platform::kNanosPerSecond;
using platform::UnixNanos;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;
using State = SoupBinTcpSource::State;

/// What a feed would hear. Each message must be the next one.
struct Heard {
  void on_login(const SessionName& session, std::uint64_t next) {
    logins.push_back(std::string(session.text()) + '/' + std::to_string(next));
  }
  void on_message(std::uint64_t sequence, std::span<const std::byte> message, UnixNanos ts_recv) {
    EXPECT_EQ(sequence, first + messages.size());
    messages.push_back(to_bytes(message));
    times.push_back(ts_recv);
  }
  void on_end_of_session() { ++ends; }
  void on_down(const DownReason& reason) { downs.push_back(reason); }

  std::uint64_t first = 1;
  std::vector<Bytes> messages{};
  std::vector<UnixNanos> times{};
  std::vector<std::string> logins{};
  std::vector<DownReason> downs{};
  int ends = 0;
};

class SoupSource : public testing::Test {
 protected:
  using Run = LoopbackRun<SoupBinTcpSource, Heard>;

  SoupSource() { store_.messages = {"first", "", "the third one", "4", Bytes(40, 'x'), "last"}; }

  SoupBinTcpSourceOptions options() const {
    return {.tcp = {.server = server_.listener.endpoint()},
            .session = {.username = {"QUOTES"}, .password = {"secret"}, .session = {}}};
  }
  /// Of all the server says in one connection: the accepted login, messages, the end.
  std::size_t stream_bytes() const {
    std::size_t bytes = 2 + 1 + 30;
    for (const Bytes& message : store_.messages) bytes += 3 + message.size();
    return bytes + 3;
  }

  SoupStore store_;
  SoupServer server_{{.session = {"MONDAY"}}, store_};
  Heard heard_;
};

TEST_F(SoupSource, HandsOnTheSessionFromItsStartToItsEnd) {
  store_.complete = true;
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  EXPECT_EQ(source.state(), State::waiting);
  EXPECT_LE(source.next_deadline(), run.now) << "the first turn connects";
  run.until([&] { return source.state() == State::ended; });
  EXPECT_THAT(heard_.messages, ElementsAreArray(store_.messages));
  EXPECT_THAT(heard_.logins, ElementsAre("MONDAY/1"));
  EXPECT_EQ(heard_.ends, 1);
  EXPECT_TRUE(heard_.downs.empty());
  EXPECT_EQ(run.now, kLoopbackStart) << "no time was needed";
  EXPECT_EQ(source.next_deadline(), kNoDeadline);
  const auto counters = source.counters();
  EXPECT_EQ(counters.attempts, 1u);
  EXPECT_EQ(counters.connects, 1u);
  EXPECT_EQ(counters.logins, 1u);
  EXPECT_EQ(counters.messages, 6u);
  EXPECT_EQ(counters.failures, 0u);
  EXPECT_EQ(counters.bytes_received, stream_bytes());
  EXPECT_EQ(counters.bytes_sent, 2 + 1 + 46u);
  EXPECT_EQ(source.poll(run.now + 3600 * kNanosPerSecond, heard_), 0u) << "nobody goes back to a session that is over";
}

TEST_F(SoupSource, SaysWhatItWasTold) {
  SoupBinTcpSourceOptions asked = options();
  asked.session.session = {"MONDAY"};
  asked.session.sequence = 3;
  heard_.first = 3;
  SoupBinTcpSource source{asked, test_seed()};
  Run run{source, State::live, heard_, server_};
  run.until([&] { return source.next_sequence() == 7; });
  EXPECT_EQ(server_.last_login().username.text(), "QUOTES");
  EXPECT_EQ(server_.last_login().password.text(), "secret");
  EXPECT_EQ(server_.last_login().session.text(), "MONDAY");
  EXPECT_EQ(server_.last_login().sequence, 3u);
  EXPECT_THAT(heard_.logins, ElementsAre("MONDAY/3"));
}

TEST_F(SoupSource, StampsMessagesWithTheTimeAtWhichTheKernelGotThemOrElseWithNow) {
  const UnixNanos before = platform::system_now();
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  run.until([&] { return heard_.messages.size() == 6; });
  for (const UnixNanos time : heard_.times) {
    if (time == run.now) continue;
    EXPECT_GE(time, before);
    EXPECT_LE(time, platform::system_now());
  }
}

TEST_F(SoupSource, StaysLoggedInWhileNothingHappensAndHearsWhatThenComes) {
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  run.until([&] { return run.now >= kLoopbackStart + 3600 * kNanosPerSecond; });
  EXPECT_EQ(source.state(), State::live);
  EXPECT_TRUE(heard_.downs.empty());
  EXPECT_EQ(heard_.messages.size(), 6u);
  EXPECT_GT(source.counters().heartbeats, 3500u);
  EXPECT_GT(server_.session().counters().heartbeats, 3500u);
  store_.messages.push_back("after an hour");
  run.until([&] { return heard_.messages.size() == 7; });
  EXPECT_EQ(heard_.messages.back(), "after an hour");
}

/// The first connection ends after so many bytes, in each way; later ones are good.
TEST_F(SoupSource, DeliversOnceAndInOrderWhereverAConnectionIsLost) {
  store_.complete = true;
  for (const Fate::Kind kind : {Fate::closes, Fate::resets, Fate::hangs}) {
    for (std::size_t cut = 0; cut < stream_bytes() && !HasFailure(); ++cut) {
      SCOPED_TRACE(testing::Message() << "fate " << kind << " after " << cut << " bytes");
      SoupServer server{{.session = {"MONDAY"}}, store_};
      SoupBinTcpSourceOptions asked = options();
      asked.tcp.server = server.listener.endpoint();
      asked.tcp.read_bytes = 1 + cut % 40;
      SoupBinTcpSource source{asked, test_seed()};
      Heard heard;
      Run run{source, State::live, heard, server};
      server.fate = {kind, cut};
      run.until([&] { return server.connections == 1; });
      server.fate = {};
      run.until([&] { return source.state() == State::ended; });
      EXPECT_THAT(heard.messages, ElementsAreArray(store_.messages));
      EXPECT_EQ(heard.ends, 1);
      EXPECT_EQ(heard.downs.size(), 1u);
      EXPECT_EQ(source.counters().attempts, 2u);
      EXPECT_EQ(source.counters().failures, 1u);
      EXPECT_EQ(source.counters().repeated_messages, 0u);
      EXPECT_EQ(source.counters().missed_messages, 0u);
    }
  }
}

TEST_F(SoupSource, DeliversOnceAndInOrderHoweverOftenTheConnectionIsLost) {
  const std::size_t descriptors = open_descriptors();
  for (std::uint64_t round = 0; round < 8 && !HasFailure(); ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round << ", TICKPLANT_TEST_SEED=" << test_seed());
    Random random{test_seed() + round};
    SoupStore store;
    for (std::uint64_t i = 0; i < 300; ++i) {
      Bytes message = std::to_string(i);
      message.resize(message.size() + random.below(i % 10 == 0 ? 3000 : 60), '.');
      store.messages.push_back(message);
    }
    store.complete = true;
    SoupServer server{{.session = {"MONDAY"}, .output_bytes = 4000}, store};
    SoupBinTcpSourceOptions asked = options();
    asked.tcp.server = server.listener.endpoint();
    asked.tcp.read_bytes = 1 + random.below(2000);
    SoupBinTcpSource source{asked, test_seed()};
    Heard heard;
    Run run{source, State::live, heard, server};
    std::uint64_t seen = UINT64_MAX;
    run.until([&] {
      if (server.connections != seen) {  // the next one has a fate of its own
        seen = server.connections;
        server.fate = {static_cast<Fate::Kind>(1 + random.below(3)), random.below(5000)};
      }
      return source.state() == State::ended;
    });
    EXPECT_THAT(heard.messages, ElementsAreArray(store.messages));
    EXPECT_EQ(heard.ends, 1);
    EXPECT_EQ(heard.downs.size(), source.counters().failures);
    EXPECT_GT(source.counters().failures, 3u);
    EXPECT_EQ(source.counters().repeated_messages + source.counters().missed_messages, 0u);
  }
  EXPECT_EQ(open_descriptors(), descriptors);
}

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
  Heard heard_;
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

TEST_F(SoupSource, TellsWhatTheServerDoesNotHaveAnyMore) {
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  server_.fate = {Fate::resets, 33 + 3 + 5};  // behind the first message
  run.until([&] { return !heard_.downs.empty(); });
  store_.oldest = 4;
  server_.fate = {};
  heard_.first += 2;  // and then each is the next one
  run.until([&] { return heard_.messages.size() == 4; });
  EXPECT_THAT(heard_.logins, ElementsAre("MONDAY/1", "MONDAY/4"));
  EXPECT_EQ(source.counters().missed_messages, 2u);
}

TEST_F(SoupSource, StopsWhenToldAndStartsOverWhenToldAgain) {
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  run.until([&] { return heard_.messages.size() == 6; });
  source.stop(run.now);
  EXPECT_EQ(source.state(), State::stopped);
  EXPECT_EQ(source.next_deadline(), kNoDeadline);
  run.until_quiet();
  while (server_.has_peer() && wait_for_any({server_.peer_fd()})) server_.turn(run.now);
  EXPECT_EQ(server_.session().state(), ServerState::logged_out);
  EXPECT_TRUE(heard_.downs.empty());
  EXPECT_FALSE(is_readable(source.descriptors().front()));

  source.start_over({}, 1, run.now);
  heard_.messages.clear();
  run.until([&] { return heard_.messages.size() == 6; });
  source.start_over({}, 1, run.now);  // while it is live
  heard_.messages.clear();
  run.until([&] { return heard_.messages.size() == 6; });
  EXPECT_EQ(server_.connections, 3u);
  EXPECT_EQ(source.counters().failures, 0u);
}

TEST_F(SoupSource, GoesToTheNextSessionAfterTheEndOfOne) {
  store_.complete = true;
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  run.until([&] { return source.state() == State::ended; });
  source.start_over({}, 1, run.now);
  EXPECT_EQ(source.state(), State::waiting);
  heard_.messages.clear();
  run.until([&] { return source.state() == State::ended; });
  EXPECT_EQ(heard_.messages.size(), 6u);
  EXPECT_EQ(heard_.ends, 2);
}

TEST_F(SoupSource, TakesNoMoreInATurnThanItWasMadeFor) {
  for (int i = 0; i < 2000; ++i) store_.messages.push_back(Bytes(20, 'm'));
  SoupBinTcpSourceOptions asked = options();
  asked.tcp.read_bytes = 230;  // ten messages
  SoupBinTcpSource source{asked, test_seed()};
  Run run{source, State::live, heard_, server_};
  run.until([&] { return source.state() == State::live; });
  std::size_t turns = 0;
  while (heard_.messages.size() < store_.messages.size()) {
    server_.turn(run.now);
    const std::size_t before = heard_.messages.size();
    const std::uint64_t bytes = source.counters().bytes_received;
    const std::size_t done = source.poll(run.now, heard_);
    ASSERT_LE(source.counters().bytes_received - bytes, 230u);
    ASSERT_LE(heard_.messages.size() - before, 11u) << "one of which began in the piece before";
    if (heard_.messages.size() > before) {
      ASSERT_EQ(done, heard_.messages.size() - before);
    } else if (done == 0) {
      ASSERT_TRUE(wait_for_any({source.descriptors().front(), server_.peer_fd()}));
    }
    ++turns;
  }
  EXPECT_GT(turns, 190u);
}

TEST_F(SoupSource, CanBeSleptOnWithOneDescriptorForEver) {
  SoupBinTcpSource source{options(), test_seed()};
  ASSERT_EQ(source.descriptors().size(), 1u);
  const int descriptor = source.descriptors().front();
  Run run{source, State::live, heard_, server_};
  server_.fate = {Fate::closes, 40};
  run.until([&] { return heard_.downs.size() == 3; });
  EXPECT_FALSE(is_readable(descriptor)) << "asleep until its next attempt";
  server_.fate = {};
  run.until([&] { return heard_.messages.size() == 6; });
  run.until_quiet();
  EXPECT_FALSE(is_readable(descriptor)) << "asleep until something comes";
  store_.messages.push_back("wakes it");
  server_.turn(run.now);
  EXPECT_TRUE(wait_for_any({descriptor}));
  EXPECT_EQ(source.descriptors().front(), descriptor);
}

TEST_F(SoupSource, NeverShowsNameOrPassword) {
  SoupBinTcpSource source{options(), test_seed()};
  Run run{source, State::live, heard_, server_};
  server_.authorises = false;
  const auto expect_nothing_secret = [&] {
    EXPECT_THAT(source.describe(run.now), Not(HasSubstr("QUOTES")));
    EXPECT_THAT(source.describe(run.now), Not(HasSubstr("secret")));
  };
  expect_nothing_secret();
  run.until([&] { return !heard_.downs.empty(); });
  expect_nothing_secret();
  server_.authorises = true;
  run.until([&] { return source.state() == State::live; });
  expect_nothing_secret();
  EXPECT_EQ(source.describe(run.now), "SoupBinTCP " + as_text(server_.listener.endpoint()) +
                                          ", session MONDAY, live, next " + std::to_string(source.next_sequence()));
}

}  // namespace
}  // namespace tickplant::tests
