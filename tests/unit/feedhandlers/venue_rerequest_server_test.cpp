#include "feedhandlers/venue/rerequest_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <optional>

#include "feedhandlers/moldudp64/request.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

using tests::as_span;
using tests::Bytes;

/// A server on a free port of the loopback device, and a receiver that asks it. On loopback a datagram has arrived when
/// send() returns, so nothing here waits.
class RerequestServerTest : public testing::Test {
 protected:
  static constexpr std::size_t kPacketBytes = 60;  // header and 40 bytes of blocks

  RerequestServerTest() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    connect_to(server_.port());
    for (const char* message : {"message 1", "message 2", "message 3", "message 4", "message 5"})
      history_.add(as_span(message));
  }

  void connect_to(std::uint16_t port) const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  void send(const Bytes& request) const {
    ASSERT_EQ(::send(socket_.get(), request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  }
  [[nodiscard]] std::optional<Bytes> received() const {
    std::array<char, 2000> packet;
    const ssize_t bytes = ::recv(socket_.get(), packet.data(), packet.size(), 0);
    return bytes < 0 ? std::nullopt : std::optional(Bytes(packet.data(), static_cast<std::size_t>(bytes)));
  }
  [[nodiscard]] std::optional<Bytes> answer_to(const Bytes& request) {
    send(request);
    server_.serve(history_, {});
    return received();
  }

  MessageHistory history_{MessageHistory::kLeastBytes};
  RerequestServer server_{"127.0.0.1", 0, RerequestResponder(make_session_name("TODAY").value(), kPacketBytes)};
  platform::UniqueFd socket_;
};

// A request has the layout of a header alone.
Bytes request(std::uint64_t first, std::uint16_t count) { return tests::mold_header("TODAY", first, count); }

TEST_F(RerequestServerTest, AnswersWithADownstreamPacketOfWhatWasAsked) {
  EXPECT_EQ(answer_to(request(2, 2)), tests::mold_packet("TODAY", 2, {"message 2", "message 3"}));
  EXPECT_EQ(server_.counters().answered, 1U);
  EXPECT_EQ(server_.counters().messages, 2U);
}

TEST_F(RerequestServerTest, GivesAsManyAsFitIntoAPacket) {
  EXPECT_EQ(answer_to(request(1, 5)), tests::mold_packet("TODAY", 1, {"message 1", "message 2", "message 3"}));
}

TEST_F(RerequestServerTest, GivesWhatIsThereOfWhatIsNotAllThereYet) {
  EXPECT_EQ(answer_to(request(5, 0xffff)), tests::mold_packet("TODAY", 5, {"message 5"}));
}

TEST_F(RerequestServerTest, CountsButDoesNotAnswerWhatItCannot) {
  EXPECT_EQ(answer_to(tests::mold_header("YESTERDAY", 1, 1)), std::nullopt);
  EXPECT_EQ(server_.counters().unknown_session, 1U);
  EXPECT_EQ(answer_to(request(6, 1)), std::nullopt) << "not sent yet";
  EXPECT_EQ(server_.counters().out_of_history, 1U);
  EXPECT_EQ(answer_to(request(1, 1).substr(0, 19)), std::nullopt);
  EXPECT_EQ(answer_to(request(1, 1) + "x"), std::nullopt);
  EXPECT_EQ(answer_to(""), std::nullopt);
  EXPECT_EQ(server_.counters().malformed, 3U);
  EXPECT_EQ(server_.counters().answered, 0U);
}

TEST_F(RerequestServerTest, DoesNotAnswerWhatTheHistoryHasForgotten) {
  for (int i = 0; i < 70; ++i) history_.add(as_span(Bytes(65'535, 'x')));
  ASSERT_GT(history_.range().begin, 1U);
  EXPECT_EQ(answer_to(request(1, 1)), std::nullopt);
  EXPECT_EQ(server_.counters().out_of_history, 1U);
}

TEST_F(RerequestServerTest, TakesABoundedNumberOfRequestsACall) {
  for (int i = 0; i < RerequestServer::kMostPerCall + 2; ++i) send(request(1, 1));
  server_.serve(history_, {});
  EXPECT_EQ(server_.counters().answered, static_cast<unsigned>(RerequestServer::kMostPerCall));
  server_.serve(history_, {});
  EXPECT_EQ(server_.counters().answered, static_cast<unsigned>(RerequestServer::kMostPerCall) + 2);
}

TEST_F(RerequestServerTest, KeepsALateAnswerUntilItIsDue) {
  server_ = {"127.0.0.1", 0, RerequestResponder(make_session_name("TODAY").value(), kPacketBytes, {.delay_nanos = 50})};
  connect_to(server_.port());
  send(request(1, 1));
  send(request(2, 1));
  server_.serve(history_, {1000});
  EXPECT_EQ(received(), std::nullopt);
  EXPECT_EQ(server_.next_due(), SinceStart{1050});
  server_.send_due({1049});
  EXPECT_EQ(received(), std::nullopt);
  server_.send_due({1050});
  EXPECT_EQ(received(), tests::mold_packet("TODAY", 1, {"message 1"}));
  EXPECT_EQ(received(), tests::mold_packet("TODAY", 2, {"message 2"}));
  EXPECT_EQ(server_.next_due(), kNever);
}

TEST_F(RerequestServerTest, DropsLateAnswersThatAreTooManyToKeep) {
  server_ = {"127.0.0.1", 0, RerequestResponder(make_session_name("TODAY").value(), kPacketBytes, {.delay_nanos = 50})};
  connect_to(server_.port());
  for (std::size_t i = 0; i <= RerequestServer::kMostWaiting; ++i) {
    send(request(1, 1));
    server_.serve(history_, {});
  }
  EXPECT_EQ(server_.counters().refused, 1U);
}

TEST_F(RerequestServerTest, ServesTheSessionThatHasBegun) {
  server_.begin_session(make_session_name("TOMORROW").value());
  EXPECT_EQ(answer_to(request(1, 1)), std::nullopt);
  EXPECT_EQ(server_.counters().unknown_session, 1U);
  EXPECT_EQ(answer_to(tests::mold_header("TOMORROW", 1, 1)), tests::mold_packet("TOMORROW", 1, {"message 1"}));
}

TEST_F(RerequestServerTest, NamesThePortThatIsTakenAndHowToSeeByWhom) {
  try {
    const RerequestServer second("127.0.0.1", server_.port(), RerequestResponder(SessionName{}, kPacketBytes));
    FAIL() << "bound twice";
  } catch (const platform::SetupError& error) {
    EXPECT_NE(error.problem().find("127.0.0.1:" + std::to_string(server_.port())), std::string::npos);
    EXPECT_NE(error.remedy().find("ss -ulpn"), std::string::npos);
  }
}

TEST_F(RerequestServerTest, RefusesAnAddressThatIsNoneOrElsewhere) {
  EXPECT_THROW(RerequestServer("localhost", 0, RerequestResponder(SessionName{}, kPacketBytes)), platform::SetupError);
  EXPECT_THROW(RerequestServer("192.0.2.77", 0, RerequestResponder(SessionName{}, kPacketBytes)), platform::SetupError);
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
