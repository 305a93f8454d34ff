// Spins fetched from a GLIMPSE server on the loopback interface that cuts them, hangs, refuses and lies.
#include "feedhandlers/sources/glimpse_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/random.hpp"
#include "tests/support/soupbintcp_writer.hpp"
#include "tests/system/feedhandlers/soupbintcp_loopback.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Circuit;
using feedhandlers::soupbintcp::kNoDeadline;
using feedhandlers::soupbintcp::ServerState;
using feedhandlers::sources::DownCause;
using feedhandlers::sources::GlimpseSource;
using feedhandlers::sources::GlimpseSourceOptions;
using feedhandlers::sources::SpinFailureCause;
using feedhandlers::sources::TcpError;
using platform::kNanosPerSecond;
using platform::UnixNanos;
using testing::ElementsAreArray;
using testing::HasSubstr;
using State = GlimpseSource::State;

/// What a feed would have at the end of a spin.
struct Spun {
  void on_spin() {
    ++spins;
    messages.clear();
  }
  void on_message(std::span<const std::byte> message, UnixNanos ts_recv) {
    EXPECT_GT(spins, 0);
    EXPECT_GT(ts_recv.value, 0);
    messages.push_back(to_bytes(message));
  }

  int spins = 0;
  std::vector<Bytes> messages{};
};

class GlimpseSpins : public testing::Test {
 protected:
  using Run = LoopbackRun<GlimpseSource, Spun>;

  GlimpseSpins() { say("77"); }

  /// Six messages and a marker.
  void say(std::string_view live_from) {
    itch_ = {"S opens", "R directory", "H trading", "A an order", Bytes(300, 'A'), "A another"};
    store_.messages = itch_;
    store_.messages.push_back("G" + padded_left(live_from, 20));
  }
  GlimpseSourceOptions options() const {
    return {.tcp = {.server = server_.listener.endpoint(), .read_bytes = 16 << 10},
            .session = {.username = {"QUOTES"}, .password = {"secret"}, .session = {}}};
  }

  std::vector<Bytes> itch_;
  SoupStore store_;
  SoupServer server_{{.session = {"SPIN"}}, store_};
  Spun spun_;
};

TEST_F(GlimpseSpins, AreFetchedWhenAskedFor) {
  GlimpseSource source{options(), test_seed()};
  Run run{source, State::spinning, spun_, server_};
  EXPECT_EQ(source.state(), State::idle);
  EXPECT_EQ(source.poll(run.now, spun_), 0u);
  EXPECT_EQ(source.next_deadline(), kNoDeadline);
  EXPECT_EQ(source.counters().attempts, 0u);

  EXPECT_TRUE(source.request(run.now));
  EXPECT_EQ(source.next_deadline(), run.now);
  EXPECT_FALSE(source.request(run.now)) << "one at a time";
  run.until([&] { return source.state() == State::complete; });
  EXPECT_EQ(source.live_from(), 77u);
  EXPECT_EQ(spun_.spins, 1);
  EXPECT_THAT(spun_.messages, ElementsAreArray(itch_));
  EXPECT_EQ(run.now, kLoopbackStart) << "no time was needed";
  EXPECT_EQ(source.next_deadline(), kNoDeadline);
  EXPECT_EQ(source.poll(run.now + 3600 * kNanosPerSecond, spun_), 0u);
  EXPECT_EQ(server_.last_login().sequence, 1u);
  EXPECT_EQ(source.counters().attempts, 1u);
  EXPECT_EQ(source.counters().complete, 1u);
  EXPECT_EQ(source.counters().messages, 6u);
  EXPECT_EQ(source.counters().failures, 0u);
  EXPECT_THAT(source.describe(run.now), HasSubstr("complete, the live feed goes on at 77"));
  while (server_.has_peer() && wait_for_any({server_.peer_fd()})) server_.turn(run.now);
  EXPECT_EQ(server_.session().state(), ServerState::logged_out) << "it has what it wanted";
}

TEST_F(GlimpseSpins, AreFetchedAnewEachTime) {
  GlimpseSource source{options(), test_seed()};
  Run run{source, State::spinning, spun_, server_};
  for (int spin = 1; spin <= 3; ++spin) {
    say(std::to_string(100 * spin));
    store_.complete = spin == 2;  // whether the server says the end of the session makes no difference
    EXPECT_TRUE(source.request(run.now));
    EXPECT_EQ(source.live_from(), 0u);
    run.until([&] { return source.state() == State::complete; });
    EXPECT_EQ(source.live_from(), 100u * static_cast<unsigned>(spin));
    EXPECT_EQ(spun_.spins, spin);
    EXPECT_THAT(spun_.messages, ElementsAreArray(itch_));
  }
  EXPECT_EQ(run.now, kLoopbackStart);
  EXPECT_EQ(source.counters().requests, 3u);
}

TEST_F(GlimpseSpins, AreAskedForAgainWhereverTheyAreCut) {
  std::size_t stream = 33;
  std::vector<std::size_t> cuts{0, 1, 32, 33};
  for (const Bytes& message : store_.messages) {  // before, in and behind each message
    cuts.insert(cuts.end(), {stream + 1, stream + 3, stream + 2 + message.size()});
    stream += 3 + message.size();
    if (&message != &store_.messages.back()) cuts.push_back(stream);
  }
  const std::size_t descriptors = open_descriptors();
  for (const Fate::Kind kind : {Fate::closes, Fate::resets, Fate::hangs}) {
    for (const std::size_t cut : cuts) {
      if (HasFailure()) return;
      SCOPED_TRACE(testing::Message() << "fate " << kind << " after " << cut << " of " << stream << " bytes");
      SoupServer server{{.session = {"SPIN"}}, store_};
      GlimpseSourceOptions asked = options();
      asked.tcp.server = server.listener.endpoint();
      GlimpseSource source{asked, test_seed()};
      Spun spun;
      Run run{source, State::spinning, spun, server};
      server.fate = {kind, cut};
      source.request(run.now);
      run.until([&] { return source.state() == State::failed && source.counters().failures == 1; });
      EXPECT_EQ(source.failure().cause, SpinFailureCause::link);
      EXPECT_EQ(source.live_from(), 0u);
      EXPECT_EQ(source.next_deadline(), source.next_attempt());
      EXPECT_GT(source.next_attempt(), run.now);
      EXPECT_EQ(spun.spins, cut < 33 ? 0 : 1);
      server.fate = {};
      run.until([&] { return source.state() == State::complete; });
      EXPECT_EQ(source.live_from(), 77u);
      EXPECT_EQ(spun.spins, cut < 33 ? 1 : 2);
      EXPECT_THAT(spun.messages, ElementsAreArray(itch_));
      EXPECT_EQ(source.failure().cause, SpinFailureCause::none);
    }
  }
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST_F(GlimpseSpins, HoldUpTheThreadForNoMoreThanAPieceATurn) {
  store_.messages.clear();
  for (int i = 0; i < 3000; ++i) store_.messages.push_back(Bytes(36, 'A'));
  store_.messages.push_back("G" + padded_left("9", 20));
  GlimpseSourceOptions asked = options();
  asked.tcp.read_bytes = 390;  // ten messages
  GlimpseSource source{asked, test_seed()};
  source.request(kLoopbackStart);
  std::size_t turns = 0;
  while (source.state() != State::complete) {
    server_.turn(kLoopbackStart);
    const std::uint64_t bytes = source.counters().bytes_received;
    const std::uint64_t messages = source.counters().messages;
    const std::size_t done = source.poll(kLoopbackStart, spun_);
    ASSERT_LE(source.counters().bytes_received - bytes, 390u);
    ASSERT_LE(source.counters().messages - messages, 11u) << "one of which began in the piece before";
    if (source.counters().messages > messages) {
      ASSERT_EQ(done, source.counters().messages - messages);
    } else if (done == 0) {
      ASSERT_TRUE(wait_for_any({source.descriptors().front(), server_.peer_fd(), server_.listener.fd()}));
    }
    ++turns;
  }
  EXPECT_EQ(spun_.messages.size(), 3000u);
  EXPECT_GT(turns, 280u);
}

TEST_F(GlimpseSpins, FailWhenTheyTakeTooLong) {
  store_.messages.pop_back();  // alive, but never a marker
  GlimpseSourceOptions asked = options();
  asked.attempt_nanos = 7'300'000'000;  // when no heartbeat is due
  GlimpseSource source{asked, test_seed()};
  Run run{source, State::spinning, spun_, server_};
  source.request(run.now);
  run.until([&] { return source.state() == State::failed && source.counters().failures == 1; });
  EXPECT_EQ(source.failure().cause, SpinFailureCause::too_slow);
  EXPECT_EQ(run.now - kLoopbackStart, 7'300'000'000);
  EXPECT_THAT(source.describe(run.now), HasSubstr("waiting to ask again; the spin takes too long; again in "));
  say("5");
  run.until([&] { return source.state() == State::complete; });
  EXPECT_EQ(source.live_from(), 5u);
}

TEST_F(GlimpseSpins, FailWhenTheyEndWithoutAMarker) {
  store_.messages.pop_back();
  store_.complete = true;
  GlimpseSource source{options(), test_seed()};
  Run run{source, State::spinning, spun_, server_};
  source.request(run.now);
  run.until([&] { return source.counters().failures == 1; });
  EXPECT_EQ(source.failure().cause, SpinFailureCause::ended_early);
}

TEST_F(GlimpseSpins, FailWhenTheMarkerSaysNothing) {
  store_.messages.back().back() = 'x';
  GlimpseSource source{options(), test_seed()};
  Run run{source, State::spinning, spun_, server_};
  source.request(run.now);
  run.until([&] { return source.counters().failures == 1; });
  EXPECT_EQ(source.failure().cause, SpinFailureCause::bad_marker);
  EXPECT_EQ(source.spin_counters().bad_markers, 1u);
  say("78");
  run.until([&] { return source.state() == State::complete; });
  EXPECT_EQ(source.live_from(), 78u);
  EXPECT_THAT(spun_.messages, ElementsAreArray(itch_));
}

TEST_F(GlimpseSpins, FailWhenTheyDoNotBeginWithTheFirstMessage) {
  store_.oldest = 3;
  GlimpseSource source{options(), test_seed()};
  Run run{source, State::spinning, spun_, server_};
  source.request(run.now);
  run.until([&] { return source.counters().failures == 1; });
  EXPECT_EQ(source.failure().cause, SpinFailureCause::not_from_start);
  EXPECT_EQ(spun_.spins, 0);
  EXPECT_TRUE(spun_.messages.empty());
  store_.oldest = 1;
  run.until([&] { return source.state() == State::complete; });
  EXPECT_EQ(source.counters().attempts, 2u);
}

TEST_F(GlimpseSpins, AreAskedForLessAndLessOftenWhereNobodyListens) {
  const TcpListener refusing{std::nullopt};
  GlimpseSourceOptions asked = options();
  asked.tcp.server = refusing.endpoint();
  GlimpseSource source{asked, test_seed()};
  Run run{source, State::spinning, spun_, server_};
  source.request(run.now);
  run.until([&] { return source.counters().failures == 5; });
  EXPECT_GE(run.now - kLoopbackStart, (500 + 1000 + 2000 + 4000) / 2 * 1'000'000LL);
  EXPECT_LE(run.now - kLoopbackStart, (500 + 1000 + 2000 + 4000) * 1'000'000LL);
  EXPECT_EQ(source.circuit(run.now), Circuit::open);
  EXPECT_EQ(source.failures_in_a_row(), 5u);
  EXPECT_EQ(source.failure().down_reason.tcp_error, TcpError::refused);
  EXPECT_THAT(source.describe(run.now), HasSubstr("nobody listens there: Connection refused (errno 111), 5 failures in "
                                                  "a row; again in "));
  const UnixNanos next = source.next_attempt();
  source.cancel(run.now);
  EXPECT_EQ(source.state(), State::idle);
  EXPECT_TRUE(source.request(run.now)) << "somebody who is impatient";
  EXPECT_EQ(source.next_deadline(), next) << "does not hurry it";
  EXPECT_EQ(source.poll(next + -1, spun_), 0u);
  EXPECT_EQ(source.counters().attempts, 5u);
  EXPECT_GT(source.poll(next, spun_), 0u);
  EXPECT_EQ(source.counters().attempts, 6u);
}

TEST_F(GlimpseSpins, AreGoodAtOnceWhenWhole) {
  GlimpseSource source{options(), test_seed()};
  Run run{source, State::spinning, spun_, server_};
  server_.fate = {Fate::closes, 100};
  source.request(run.now);
  run.until([&] { return source.counters().failures == 6; });
  EXPECT_EQ(source.circuit(run.now), Circuit::open);
  server_.fate = {};
  run.until([&] { return source.state() == State::complete; });
  EXPECT_EQ(source.circuit(run.now), Circuit::closed);
  EXPECT_EQ(source.failures_in_a_row(), 0u);
  server_.fate = {Fate::closes, 100};
  source.request(run.now);
  run.until([&] { return source.counters().failures == 7; });
  EXPECT_LE(source.next_attempt() - run.now, kNanosPerSecond / 2) << "as after a first failure";
}

TEST_F(GlimpseSpins, AreAskedForSeldomWhereTheLoginIsRejected) {
  GlimpseSource source{options(), test_seed()};
  Run run{source, State::spinning, spun_, server_};
  server_.authorises = false;
  source.request(run.now);
  run.until([&] { return source.counters().failures == 2; });
  EXPECT_EQ(run.now - kLoopbackStart, 30 * kNanosPerSecond);
  EXPECT_EQ(source.failure().down_reason.cause, DownCause::rejected);
}

TEST_F(GlimpseSpins, CanBeCancelledAtAnyMoment) {
  const std::size_t descriptors = open_descriptors();
  for (const State when : {State::connecting, State::logging_in, State::spinning, State::complete, State::failed}) {
    SCOPED_TRACE(as_text(when));
    SoupServer server{{.session = {"SPIN"}}, store_};
    GlimpseSourceOptions asked = options();
    asked.tcp.server = server.listener.endpoint();
    asked.tcp.read_bytes = 50;
    GlimpseSource source{asked, test_seed()};
    Spun spun;
    Run run{source, State::spinning, spun, server};
    if (when == State::failed) server.fate = {Fate::closes, 20};
    source.request(run.now);
    if (when == State::failed) run.until([&] { return source.counters().failures == 1; });
    run.until([&] { return source.state() == when; });
    source.cancel(run.now);
    EXPECT_EQ(source.state(), State::idle);
    EXPECT_EQ(source.next_deadline(), kNoDeadline);
    EXPECT_EQ(source.live_from(), 0u);
    EXPECT_FALSE(is_readable(source.descriptors().front()));
    server.fate = {};
    source.request(run.now);
    run.until([&] { return source.state() == State::complete; });
    EXPECT_THAT(spun.messages, ElementsAreArray(itch_));
  }
  EXPECT_EQ(open_descriptors(), descriptors);
}

TEST_F(GlimpseSpins, TellHowFarTheyAreButNeitherNameNorPassword) {
  store_.messages.pop_back();
  GlimpseSource source{options(), test_seed()};
  Run run{source, State::spinning, spun_, server_};
  server_.fate = {Fate::closes, 33 + 3 + 7};  // behind the first message
  source.request(run.now);
  run.until([&] { return source.counters().failures == 1; });
  server_.fate = {};
  run.until([&] { return spun_.messages.size() == 6; });
  EXPECT_EQ(source.describe(run.now), "GLIMPSE " + as_text(server_.listener.endpoint()) + ", spinning, 6 messages");
}

/// Takes spins of one session.
struct ChoosySpun : Spun {
  [[nodiscard]] bool takes(const feedhandlers::soupbintcp::SessionName& session) {
    offered.emplace_back(session.text());
    return session == wanted;
  }

  feedhandlers::soupbintcp::SessionName wanted{"ANOTHER"};
  std::vector<std::string> offered{};
};

TEST_F(GlimpseSpins, OfASessionThatIsNotTakenFailBeforeTheirFirstMessage) {
  GlimpseSource source{options(), test_seed()};
  ChoosySpun spun;
  LoopbackRun<GlimpseSource, ChoosySpun> run{source, State::spinning, spun, server_};
  EXPECT_TRUE(source.request(run.now));
  run.until([&] { return source.counters().failures == 3; });
  EXPECT_EQ(source.failure().cause, SpinFailureCause::other_session);
  EXPECT_GT(run.now, kLoopbackStart) << "it is not asked at once again";
  EXPECT_THAT(source.describe(run.now), HasSubstr("the snapshot is of another session than the lines, 3 failures"));
  EXPECT_THAT(spun.offered, ElementsAreArray({"SPIN", "SPIN", "SPIN"}));
  EXPECT_EQ(spun.spins, 0);
  EXPECT_THAT(spun.messages, ElementsAreArray(std::vector<Bytes>{}));

  spun.wanted = {"SPIN"};
  run.until([&] { return source.state() == State::complete; });
  EXPECT_THAT(spun.messages, ElementsAreArray(itch_));
}

}  // namespace
}  // namespace tickplant::tests::this_file
