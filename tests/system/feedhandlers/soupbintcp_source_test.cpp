// A feed over SoupBinTCP: its session from start to end, over however many connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "platform/clock.hpp"
#include "tests/support/random.hpp"
#include "tests/support/soupbintcp_writer.hpp"
#include "tests/system/feedhandlers/soupbintcp_source_fixture.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::soupbintcp::kNoDeadline;
using feedhandlers::soupbintcp::ServerState;
using feedhandlers::sources::SoupBinTcpSource;
using feedhandlers::sources::SoupBinTcpSourceOptions;
using platform::kNanosPerSecond;
using platform::UnixNanos;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;
using State = SoupBinTcpSource::State;

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
      SoupHeard heard;
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
    SoupHeard heard;
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
}  // namespace tickplant::tests::this_file
