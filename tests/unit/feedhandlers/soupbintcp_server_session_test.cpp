#include "feedhandlers/soupbintcp/server_session.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/soupbintcp_store.hpp"
#include "tests/support/soupbintcp_writer.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::soupbintcp::kNoDeadline;
using feedhandlers::soupbintcp::LinkError;
using feedhandlers::soupbintcp::LoginRequest;
using feedhandlers::soupbintcp::ServerSession;
using feedhandlers::soupbintcp::ServerState;
using platform::UnixNanos;

constexpr std::int64_t kSecond = platform::kNanosPerSecond;

struct Gate {
  bool is_authorised(const LoginRequest& request) { return request.password.text() == "secret"; }
  void on_unsequenced(std::span<const std::byte> message) { unsequenced.push_back(to_bytes(message)); }
  std::vector<Bytes> unsequenced;
};

class SoupBinTcpServer : public testing::Test {
 protected:
  void connect() {
    session_.on_connected(now_);
    (void)session_.take_output(now_);
  }
  void hear(const Bytes& bytes) { session_.on_bytes(as_span(bytes), now_, gate_); }
  void log_in(std::uint64_t sequence, std::string_view session = "") {
    connect();
    hear(soup_login_request("ME", "secret", session, sequence));
  }
  void pass(std::int64_t nanos) {
    now_ = now_ + nanos;
    session_.on_time(now_);
  }
  Bytes output() { return to_bytes(session_.take_output(now_)); }
  void expect_dead(LinkError error) {
    EXPECT_EQ(session_.state(), ServerState::dead);
    EXPECT_EQ(session_.error(), error);
    EXPECT_EQ(session_.counters().errors[static_cast<std::size_t>(error)], 1u);
    EXPECT_TRUE(session_.wants_close());
    EXPECT_EQ(session_.next_deadline(), kNoDeadline);
  }

  UnixNanos now_{1'548'857'400 * kSecond};
  SoupStore store_;
  Gate gate_;
  ServerSession session_{{.session = {"S1"}}, store_};
};

TEST_F(SoupBinTcpServer, SendsMessagesFromWhereTheClientWantsThem) {
  store_.messages = {"a", "b", "c"};
  log_in(2, "S1");
  EXPECT_EQ(output(), soup_accepted("S1", 2) + soup_sequenced("b") + soup_sequenced("c"));
  EXPECT_EQ(output(), "");
  store_.messages.push_back("d");
  EXPECT_EQ(output(), soup_sequenced("d")) << "as they are made";
  EXPECT_EQ(session_.state(), ServerState::live);
  EXPECT_EQ(session_.counters().messages, 3u);
}

TEST_F(SoupBinTcpServer, LetsAClientWaitForTheNextMessage) {
  log_in(1);
  EXPECT_EQ(output(), soup_accepted("S1", 1));
  store_.messages.push_back("a");
  EXPECT_EQ(output(), soup_sequenced("a"));
}

TEST_F(SoupBinTcpServer, StartsWithTheNewestForSequenceZero) {
  log_in(0);
  EXPECT_EQ(output(), soup_accepted("S1", 1)) << "there is none yet";
  store_.messages = {"a", "b", "c"};
  log_in(0);
  EXPECT_EQ(output(), soup_accepted("S1", 3) + soup_sequenced("c"));
}

TEST_F(SoupBinTcpServer, StartsWithTheOldestItHasWhereTheWantedIsGone) {
  store_.messages = {"a", "b", "c"};
  store_.oldest = 3;
  log_in(1);
  EXPECT_EQ(output(), soup_accepted("S1", 3) + soup_sequenced("c"));
}

TEST_F(SoupBinTcpServer, RejectsWhoIsNotAuthorised) {
  connect();
  hear(soup_login_request("ME", "wrong", "", 1) + soup_packet('U', "x"));
  EXPECT_EQ(output(), soup_rejected('A'));
  EXPECT_EQ(session_.state(), ServerState::rejected);
  EXPECT_TRUE(session_.wants_close());
  EXPECT_EQ(session_.counters().not_authorised, 1u);
  EXPECT_TRUE(gate_.unsequenced.empty());
}

TEST_F(SoupBinTcpServer, RejectsAnotherSessionAndMessagesOfTheFuture) {
  store_.messages = {"a"};
  log_in(1, "S2");
  EXPECT_EQ(output(), soup_rejected('S'));
  log_in(3, "S1");
  EXPECT_EQ(output(), soup_rejected('S'));
  EXPECT_EQ(session_.counters().sessions_not_available, 2u);
  log_in(2, "S1");
  EXPECT_EQ(output(), soup_accepted("S1", 2)) << "the next to come is fine";
}

TEST_F(SoupBinTcpServer, SaysTheEndWhenAllMessagesAreOut) {
  store_.messages = {"a"};
  store_.complete = true;
  log_in(1);
  EXPECT_EQ(output(), soup_accepted("S1", 1) + soup_sequenced("a") + soup_packet('Z'));
  EXPECT_EQ(session_.state(), ServerState::ended);
  EXPECT_EQ(output(), "");
}

TEST_F(SoupBinTcpServer, HoldsBackWhatTheOutputHasNoRoomFor) {
  ServerSession session{{.session = {"S1"}, .output_bytes = 100}, store_};
  for (int i = 0; i < 50; ++i) store_.messages.push_back(Bytes(20, static_cast<char>('A' + i)));
  store_.complete = true;
  session.on_connected(now_);
  session.on_bytes(as_span(soup_login_request("ME", "secret", "", 1)), now_, gate_);
  Bytes all;
  for (Bytes piece; !(piece = to_bytes(session.take_output(now_))).empty(); all += piece) ASSERT_LE(piece.size(), 100u);
  Bytes expected = soup_accepted("S1", 1);
  for (const Bytes& message : store_.messages) expected += soup_sequenced(message);
  EXPECT_EQ(all, expected + soup_packet('Z'));
}

TEST_F(SoupBinTcpServer, DisconnectsAClientThatFellBehindTheStore) {
  ServerSession session{{.session = {"S1"}, .output_bytes = 100}, store_};
  for (int i = 0; i < 50; ++i) store_.messages.push_back(Bytes(60, 'x'));
  session.on_connected(now_);
  session.on_bytes(as_span(soup_login_request("ME", "secret", "", 1)), now_, gate_);
  (void)session.take_output(now_);
  store_.oldest = 40;
  EXPECT_EQ(to_bytes(session.take_output(now_)), "");
  EXPECT_EQ(session.error(), LinkError::fell_behind);
}

TEST_F(SoupBinTcpServer, HeartbeatsAfterASecondWithoutSending) {
  log_in(1);
  (void)output();
  pass(kSecond - 1);
  EXPECT_EQ(output(), "");
  EXPECT_EQ(session_.next_deadline(), now_ + 1);
  pass(1);
  EXPECT_EQ(output(), soup_packet('H'));
  pass(kSecond / 2);
  store_.messages.push_back("a");
  (void)output();
  pass(kSecond / 2);
  EXPECT_EQ(output(), "") << "half a second since it sent";
}

TEST_F(SoupBinTcpServer, GivesASilentClientUpAfterFifteenSeconds) {
  log_in(1);
  pass(14 * kSecond);
  hear(soup_packet('R'));
  pass(15 * kSecond - 1);
  EXPECT_EQ(session_.state(), ServerState::live);
  pass(1);
  expect_dead(LinkError::silent_peer);
}

TEST_F(SoupBinTcpServer, GivesUpWhoConnectsAndDoesNotLogIn) {
  connect();
  for (int i = 0; i < 14; ++i) {
    pass(kSecond);
    hear(soup_packet('+', "wait"));
  }
  EXPECT_EQ(session_.state(), ServerState::awaiting_login);
  EXPECT_EQ(output(), "") << "no heartbeat before the login";
  pass(kSecond);
  expect_dead(LinkError::late_login);
}

TEST_F(SoupBinTcpServer, HearsUnsequencedMessagesAndTheLogout) {
  log_in(1);
  hear(soup_packet('U', "order") + soup_packet('R') + soup_packet('+', "debug") + soup_packet('O') +
       soup_packet('U', "late"));
  EXPECT_EQ(gate_.unsequenced, std::vector<Bytes>{"order"});
  EXPECT_EQ(session_.state(), ServerState::logged_out);
  EXPECT_TRUE(session_.wants_close());
  EXPECT_EQ(session_.counters().heartbeats, 1u);
  EXPECT_EQ(session_.counters().debug_packets, 1u);
}

TEST_F(SoupBinTcpServer, GivesUpAConnectionWhosePacketsAreNotAClients) {
  for (int type = 0; type < 256; ++type) {
    const char letter = static_cast<char>(type);
    if (std::string_view("RUO+").find(letter) != std::string_view::npos) continue;
    log_in(1);
    hear(soup_packet(letter));
    ASSERT_EQ(session_.error(), LinkError::wrong_type) << type;
  }
  for (const char type : {'U', 'R', 'O', 'S'}) {
    connect();
    hear(soup_packet(type));
    ASSERT_EQ(session_.error(), LinkError::wrong_type) << type << " before the login";
  }
}

TEST_F(SoupBinTcpServer, GivesUpAConnectionWithAnImpossibleLength) {
  for (const Bytes& wrong : {big(0, 2), soup_packet('R', "x"), soup_packet('O', "x")}) {
    log_in(1);
    hear(wrong);
    ASSERT_EQ(session_.error(), LinkError::impossible_length);
  }
  connect();
  hear(soup_packet('L', Bytes(47, ' ')));
  EXPECT_EQ(session_.error(), LinkError::impossible_length);
  connect();
  hear(soup_packet('L', Bytes(46, ' ')));
  EXPECT_EQ(session_.error(), LinkError::bad_login) << "no number";
}

TEST_F(SoupBinTcpServer, ServesTheNextConnectionAnew) {
  store_.messages = {"a", "b"};
  log_in(1);
  (void)output();
  hear(soup_packet('U', "cut").substr(0, 4));
  session_.on_disconnected();
  EXPECT_EQ(session_.state(), ServerState::disconnected);
  EXPECT_FALSE(session_.wants_close());
  log_in(2, "S1");
  EXPECT_EQ(output(), soup_accepted("S1", 2) + soup_sequenced("b"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
