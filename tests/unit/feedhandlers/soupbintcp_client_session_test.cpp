#include "feedhandlers/soupbintcp/client_session.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/soupbintcp_writer.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::soupbintcp::ClientSession;
using feedhandlers::soupbintcp::ClientState;
using feedhandlers::soupbintcp::kNoDeadline;
using feedhandlers::soupbintcp::LinkError;
using feedhandlers::soupbintcp::RejectReason;
using feedhandlers::soupbintcp::SessionName;
using platform::UnixNanos;

constexpr std::int64_t kSecond = platform::kNanosPerSecond;

struct Events {
  void on_login(const SessionName& session, std::uint64_t next) {
    texts.push_back("login " + std::string(session.text()) + " " + std::to_string(next));
  }
  void on_message(std::uint64_t sequence, std::span<const std::byte> message) {
    texts.push_back(std::to_string(sequence) + " " + to_bytes(message));
  }
  void on_unsequenced(std::span<const std::byte> message) { texts.push_back("U " + to_bytes(message)); }
  void on_end_of_session() { texts.push_back("end"); }
  std::vector<std::string> texts;
};

class SoupBinTcpClient : public testing::Test {
 protected:
  using Texts = std::vector<std::string>;

  void hear(const Bytes& bytes) { session_.on_bytes(as_span(bytes), now_, events_); }
  void pass(std::int64_t nanos) {
    now_ = now_ + nanos;
    session_.on_time(now_);
  }
  Bytes output() { return to_bytes(session_.take_output()); }
  Texts heard() { return std::exchange(events_.texts, {}); }

  void log_in(std::uint64_t sequence = 1) {
    session_.on_connected(now_);
    (void)output();
    hear(soup_accepted("S1", sequence));
    (void)heard();
  }
  void expect_dead(LinkError error) {
    EXPECT_EQ(session_.state(), ClientState::dead);
    EXPECT_EQ(session_.error(), error);
    EXPECT_EQ(session_.counters().errors[static_cast<std::size_t>(error)], 1u);
    EXPECT_TRUE(session_.wants_close());
    EXPECT_EQ(session_.next_deadline(), kNoDeadline);
  }

  UnixNanos now_{1'548'857'400 * kSecond};
  Events events_;
  ClientSession session_{{.username = {"QUOTES"}, .password = {"secret"}}};
};

TEST_F(SoupBinTcpClient, SaysNothingBeforeItIsConnected) {
  pass(100 * kSecond);
  hear(soup_accepted("S1", 1));
  EXPECT_EQ(session_.state(), ClientState::disconnected);
  EXPECT_EQ(session_.next_deadline(), kNoDeadline);
  EXPECT_FALSE(session_.wants_close());
  EXPECT_EQ(output(), "");
  EXPECT_EQ(heard(), Texts{});
}

TEST_F(SoupBinTcpClient, LogsInAndHandsOnMessagesWithTheirNumbers) {
  session_.on_connected(now_);
  EXPECT_EQ(output(), soup_login_request("QUOTES", "secret", "", 1));
  hear(soup_packet('+', "hello") + soup_accepted("S1", 1) + soup_sequenced("a") + soup_packet('H') +
       soup_sequenced(""));
  EXPECT_EQ(heard(), (Texts{"login S1 1", "1 a", "2 "})) << "an empty message uses up a number";
  hear(soup_packet('U', "note") + soup_sequenced("c"));
  EXPECT_EQ(heard(), (Texts{"U note", "3 c"}));
  EXPECT_EQ(session_.state(), ClientState::live);
  EXPECT_EQ(session_.next_sequence(), 4u);
  EXPECT_EQ(session_.counters().messages, 3u);
  EXPECT_EQ(session_.counters().heartbeats, 1u);
  EXPECT_EQ(session_.counters().debug_packets, 1u);
}

TEST_F(SoupBinTcpClient, GoesOnWhereItWasWhenTheConnectionIsLostInTheMiddleOfAPacket) {
  log_in();
  hear(soup_sequenced("a") + soup_sequenced("b").substr(0, 3));
  session_.on_disconnected();
  EXPECT_EQ(session_.state(), ClientState::disconnected);
  session_.on_connected(now_);
  EXPECT_EQ(output(), soup_login_request("QUOTES", "secret", "S1", 2)) << "the half of b is forgotten";
  hear(soup_accepted("S1", 2) + soup_sequenced("b"));
  EXPECT_EQ(heard(), (Texts{"1 a", "login S1 2", "2 b"}));
}

TEST_F(SoupBinTcpClient, StartsWithTheNewestAndCountsOnFromThere) {
  ClientSession session{{.username = {"QUOTES"}, .sequence = 0}};
  session.on_connected(now_);
  EXPECT_EQ(to_bytes(session.take_output()), soup_login_request("QUOTES", "", "", 0));
  session.on_bytes(as_span(soup_accepted("S1", 5000) + soup_sequenced("x")), now_, events_);
  EXPECT_EQ(heard(), (Texts{"login S1 5000", "5000 x"}));
  EXPECT_EQ(session.counters().missed_messages, 0u);
  session.on_disconnected();
  session.on_connected(now_);
  EXPECT_EQ(to_bytes(session.take_output()), soup_login_request("QUOTES", "", "S1", 5001));
}

TEST_F(SoupBinTcpClient, DropsWhatAServerSendsAgain) {
  log_in();
  hear(soup_sequenced("a") + soup_sequenced("b"));
  session_.on_disconnected();
  session_.on_connected(now_);
  hear(soup_accepted("S1", 1) + soup_sequenced("a") + soup_sequenced("b") + soup_sequenced("c"));
  EXPECT_EQ(heard(), (Texts{"1 a", "2 b", "login S1 3", "3 c"}));
  EXPECT_EQ(session_.counters().repeated_messages, 2u);
}

TEST_F(SoupBinTcpClient, TellsWhatAServerSkipped) {
  log_in();
  hear(soup_sequenced("a"));
  session_.on_disconnected();
  session_.on_connected(now_);
  hear(soup_accepted("S1", 10) + soup_sequenced("j"));
  EXPECT_EQ(heard(), (Texts{"1 a", "login S1 10", "10 j"}));
  EXPECT_EQ(session_.counters().missed_messages, 8u);
}

TEST_F(SoupBinTcpClient, TellsWhyItsLoginWasRejected) {
  for (const char reason : {'A', 'S'}) {
    session_.on_connected(now_);
    hear(soup_rejected(reason) + soup_accepted("S1", 1));
    EXPECT_EQ(session_.state(), ClientState::rejected);
    EXPECT_EQ(static_cast<char>(session_.reject_reason()), reason);
    EXPECT_TRUE(session_.wants_close());
    session_.on_disconnected();
    EXPECT_EQ(session_.state(), ClientState::rejected) << "why it ended stays to be asked";
  }
  EXPECT_EQ(session_.reject_reason(), RejectReason::session_not_available);
  EXPECT_EQ(session_.counters().rejects, 2u);
  EXPECT_EQ(heard(), Texts{}) << "nothing behind a reject is read";
}

TEST_F(SoupBinTcpClient, AsksForAnotherSessionWhenItStartsOver) {
  log_in();
  hear(soup_sequenced("a"));
  session_.start_over({}, 1);
  session_.on_connected(now_);
  EXPECT_EQ(output(), soup_login_request("QUOTES", "secret", "", 1));
  hear(soup_accepted("S2", 1) + soup_sequenced("x"));
  EXPECT_EQ(heard(), (Texts{"1 a", "login S2 1", "1 x"}));
}

TEST_F(SoupBinTcpClient, HeartbeatsAfterASecondWithoutSending) {
  log_in();
  pass(kSecond - 1);
  EXPECT_EQ(output(), "");
  EXPECT_EQ(session_.next_deadline(), now_ + 1);
  pass(1);
  EXPECT_EQ(output(), soup_packet('R'));
  EXPECT_EQ(session_.next_deadline(), now_ + kSecond);
  pass(kSecond / 2);
  EXPECT_TRUE(session_.send_unsequenced(as_span("order"), now_));
  EXPECT_EQ(output(), soup_packet('U', "order"));
  pass(kSecond / 2);
  EXPECT_EQ(output(), "") << "half a second since it sent";
}

TEST_F(SoupBinTcpClient, DoesNotPileUpHeartbeatsOnAConnectionThatTakesNothing) {
  log_in();
  for (int i = 0; i < 10; ++i) {
    hear(soup_packet('H'));
    pass(kSecond);
  }
  EXPECT_GT(session_.next_deadline(), now_);
  EXPECT_EQ(output(), soup_packet('R'));
}

TEST_F(SoupBinTcpClient, GivesASilentServerUpAfterFifteenSeconds) {
  log_in();
  pass(14 * kSecond);
  hear(soup_packet('H'));
  pass(15 * kSecond - 1);
  EXPECT_EQ(session_.state(), ClientState::live);
  pass(1);
  expect_dead(LinkError::silent_peer);
  hear(soup_sequenced("late"));
  EXPECT_EQ(heard(), Texts{});
  session_.on_connected(now_);
  EXPECT_EQ(session_.error(), LinkError::none);
  EXPECT_EQ(session_.state(), ClientState::logging_in);
}

TEST_F(SoupBinTcpClient, GivesAServerUpThatLivesButDoesNotAnswerTheLogin) {
  session_.on_connected(now_);
  for (int i = 0; i < 14; ++i) {
    pass(kSecond);
    hear(soup_packet('H'));
  }
  EXPECT_EQ(session_.state(), ClientState::logging_in);
  pass(kSecond);
  expect_dead(LinkError::late_login);
}

TEST_F(SoupBinTcpClient, EndsWithTheSession) {
  log_in();
  hear(soup_sequenced("a") + soup_packet('Z') + soup_sequenced("b"));
  EXPECT_EQ(heard(), (Texts{"1 a", "end"}));
  EXPECT_EQ(session_.state(), ClientState::ended);
  EXPECT_TRUE(session_.wants_close());
  session_.on_disconnected();
  EXPECT_EQ(session_.state(), ClientState::ended);
}

TEST_F(SoupBinTcpClient, StillHandsOnWhatWasUnderWayWhenItLogsOut) {
  log_in();
  EXPECT_TRUE(session_.logout(now_));
  EXPECT_EQ(output(), soup_packet('O'));
  hear(soup_sequenced("a"));
  EXPECT_EQ(heard(), Texts{"1 a"});
  EXPECT_EQ(session_.state(), ClientState::logging_out);
  EXPECT_FALSE(session_.logout(now_)) << "once is enough";
  session_.on_disconnected();
  EXPECT_EQ(session_.state(), ClientState::disconnected);
}

TEST_F(SoupBinTcpClient, SendsNothingUnsequencedWithoutALogin) {
  EXPECT_FALSE(session_.send_unsequenced(as_span("x"), now_));
  session_.on_connected(now_);
  EXPECT_FALSE(session_.send_unsequenced(as_span("x"), now_));
  hear(soup_accepted("S1", 1));
  EXPECT_TRUE(session_.send_unsequenced(as_span("x"), now_));
  EXPECT_FALSE(session_.send_unsequenced(as_span(Bytes(ClientSession::kOutputBytes, 'x')), now_)) << "no room";
}

TEST_F(SoupBinTcpClient, GivesUpAConnectionWhosePacketsAreNotAServers) {
  for (int type = 0; type < 256; ++type) {
    const char letter = static_cast<char>(type);
    if (std::string_view("SHU+Z").find(letter) != std::string_view::npos) continue;
    SCOPED_TRACE(type);
    session_.start_over({}, 1);
    log_in();
    hear(soup_packet(letter, "x") + soup_sequenced("a"));
    ASSERT_EQ(session_.state(), ClientState::dead);
    ASSERT_EQ(session_.error(), LinkError::wrong_type);
  }
  EXPECT_EQ(heard(), Texts{});
}

TEST_F(SoupBinTcpClient, GivesUpAConnectionThatSaysThingsBeforeTheLogin) {
  for (const char type : {'S', 'U', 'Z'}) {
    session_.on_connected(now_);
    hear(soup_packet(type));
    ASSERT_EQ(session_.error(), LinkError::wrong_type) << type;
  }
  EXPECT_EQ(heard(), Texts{});
}

TEST_F(SoupBinTcpClient, GivesUpAConnectionWithAnImpossibleLength) {
  for (const Bytes& wrong :
       {big(0, 2), soup_packet('H', "x"), soup_packet('Z', "x"), soup_packet('A', "x"), soup_packet('J', "AS")}) {
    SCOPED_TRACE(testing::PrintToString(wrong));
    session_.start_over({}, 1);
    session_.on_connected(now_);
    if (wrong[2] == 'Z') hear(soup_accepted("S1", 1));
    hear(wrong);
    ASSERT_EQ(session_.error(), LinkError::impossible_length);
  }
}

TEST_F(SoupBinTcpClient, GivesUpAMessageLongerThanItWasMadeFor) {
  ClientSession session{{.username = {"QUOTES"}, .max_payload_bytes = 50}};
  session.on_connected(now_);
  session.on_bytes(as_span(soup_accepted("S1", 1) + soup_sequenced(Bytes(50, 'x'))), now_, events_);
  EXPECT_EQ(session.state(), ClientState::live);
  session.on_bytes(as_span(soup_sequenced(Bytes(51, 'x'))), now_, events_);
  EXPECT_EQ(session.error(), LinkError::impossible_length);
}

TEST_F(SoupBinTcpClient, GivesUpALoginThatSaysNothing) {
  const Bytes not_a_number = soup_packet('A', padded_left("S1", 10) + padded_left("x", 20));
  for (const Bytes& wrong : {not_a_number, soup_accepted("S1", 0), soup_accepted("S1", ClientSession::kMaxSequence)}) {
    session_.on_connected(now_);
    hear(wrong);
    ASSERT_EQ(session_.error(), LinkError::bad_login);
  }
  EXPECT_EQ(session_.next_sequence(), 1u);
}

TEST_F(SoupBinTcpClient, GivesUpALoginToAnotherSessionThanItsOwn) {
  log_in();
  session_.on_disconnected();
  session_.on_connected(now_);
  hear(soup_accepted("S2", 1));
  expect_dead(LinkError::wrong_session);
  EXPECT_EQ(session_.session(), SessionName{"S1"});
}

}  // namespace
}  // namespace tickplant::tests::this_file
