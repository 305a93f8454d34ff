// The exchange's TCP ports on real sockets of the loopback device: many clients, slow ones, rude ones.
#include "feedhandlers/venue/tcp_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <vector>

#include "feedhandlers/glimpse/end_marker.hpp"
#include "feedhandlers/soupbintcp/client_session.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/venue_script.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

using soupbintcp::ClientOptions;
using soupbintcp::ClientSession;
using soupbintcp::ClientState;
using tests::Bytes;
using tests::VenueScript;

constexpr SessionName kToday{'T', 'O', 'D', 'A', 'Y', ' ', ' ', ' ', ' ', ' '};
constexpr std::int64_t kSecond = 1'000'000'000;

bool is_readable(int descriptor, int patience_ms) {
  pollfd readable{descriptor, POLLIN, 0};
  return ::poll(&readable, 1, patience_ms) == 1;
}

/// A client on a socket. It counts what it hears, and that nothing is missing.
class Caller {
 public:
  explicit Caller(std::uint16_t port, const ClientOptions& options = {}, int receive_buffer = 0)
      : session(options), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    session.on_connected({0});
  }
  void write(std::span<const std::byte> bytes) const {
    EXPECT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void log_in() { write(session.take_output()); }
  /// What has arrived. False when the connection has ended.
  bool read() {
    std::array<std::byte, 65'536> bytes;
    for (;;) {
      const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (count <= 0) return count < 0 && errno == EAGAIN;
      session.on_bytes(std::span(bytes).first(static_cast<std::size_t>(count)), {0}, *this);
    }
  }
  void close() { socket_.reset(); }

  void on_login(const soupbintcp::SessionName&, std::uint64_t next) { first = next; }
  void on_message(std::uint64_t, std::span<const std::byte> message) {
    ++messages;
    last = tests::to_bytes(message);
  }
  void on_end_of_session() {}

  ClientSession session;
  std::uint64_t first = 0;
  std::uint64_t messages = 0;
  Bytes last;

 private:
  platform::UniqueFd socket_;
};

class TcpServerTest : public testing::Test {
 protected:
  explicit TcpServerTest(Service service = Service::live) : server_({"--port", "127.0.0.1", 0, service}, lines_) {}

  static SimulatedLinesOptions options() {
    return {.lines = {{}}, .packet_bytes = 9000, .history_bytes = MessageHistory::kLeastBytes, .keeps_told = true};
  }
  void say_all() {
    while (lines_.said_at() == kNever) lines_.advance({kSecond});
  }
  /// The server's turns, and the callers' where something arrives, until `done`. False when it never is.
  template <class Done>
  bool serve_until(std::initializer_list<Caller*> callers, Done&& done, SinceStart now = {}) {
    for (int turns = 0; turns < 100'000; ++turns) {
      const bool has_more = server_.send(now);
      for (Caller* caller : callers) is_open_ = caller->read() && is_open_;
      if (done()) return true;
      // Loopback needs no time, but the kernel may do its part a little later.
      if (is_readable(server_.descriptor(), has_more ? 0 : 1)) server_.receive(now);
    }
    return false;
  }
  bool log_in(Caller& caller) {
    caller.log_in();
    return serve_until({&caller}, [&] { return caller.session.state() != ClientState::logging_in; });
  }

  VenueScript script_{20'000, 0};
  SimulatedLines lines_{options(), kToday, script_};
  TcpServer server_;
  bool is_open_ = true;
};

class GlimpseServerTest : public TcpServerTest {
 protected:
  GlimpseServerTest() : TcpServerTest(Service::glimpse) {}
};

TEST_F(TcpServerTest, SendsEveryMessageToSeveralClientsEachFromWhereItWants) {
  Caller all(server_.port());
  Caller rest(server_.port(), {.sequence = 19'001});
  say_all();
  all.log_in();
  rest.log_in();
  const auto has_ended = [](const Caller& caller) { return caller.session.state() == ClientState::ended; };
  ASSERT_TRUE(serve_until({&all, &rest}, [&] { return has_ended(all) && has_ended(rest); }));
  EXPECT_EQ(all.messages, 20'000U);
  EXPECT_EQ(rest.first, 19'001U);
  EXPECT_EQ(rest.messages, 1'000U);
  EXPECT_EQ(all.last, "message 20000");
  EXPECT_EQ(rest.last, "message 20000");

  all.close();
  rest.close();
  ASSERT_TRUE(serve_until({}, [&] { return server_.clients() == 0; }));
  const TcpServerCounters counters = server_.counters();
  EXPECT_EQ(counters.connections, 2U);
  EXPECT_EQ(counters.logins, 2U);
  EXPECT_EQ(counters.messages, 21'000U);
  EXPECT_GT(counters.bytes, 21'000U * 12);
}

TEST_F(TcpServerTest, GoesOnWhereAClientWasThatCameBack) {
  Caller first(server_.port());
  lines_.advance({0});  // one round
  ASSERT_TRUE(log_in(first));
  ASSERT_TRUE(serve_until({&first}, [&] { return first.messages == SimulatedLines::kMostMessagesPerRound; }));
  first.close();
  say_all();
  Caller second(server_.port(), {.session = {"TODAY"}, .sequence = first.messages + 1});
  ASSERT_TRUE(log_in(second));
  ASSERT_TRUE(serve_until({&second}, [&] { return second.session.state() == ClientState::ended; }));
  EXPECT_EQ(first.messages + second.messages, 20'000U);
}

TEST_F(TcpServerTest, DoesNotWaitForAClientThatDoesNotRead) {
  VenueScript long_script;
  for (int i = 0; i < 500; ++i) long_script.add({0}, Bytes(8'000, 'x'));
  say_all();
  while (!lines_.is_over()) lines_.advance({2 * kSecond});
  lines_.begin_session(next_session_name(kToday), long_script, {2 * kSecond});
  Caller sleeper(server_.port(), {}, 4096);
  Caller reader(server_.port());
  sleeper.log_in();
  reader.log_in();
  while (lines_.said_at() == kNever) lines_.advance({2 * kSecond});
  ASSERT_TRUE(serve_until({&reader}, [&] { return reader.session.state() == ClientState::ended; }));
  EXPECT_EQ(reader.messages, 500U);
  EXPECT_EQ(sleeper.messages, 0U);
  ASSERT_TRUE(serve_until({&sleeper}, [&] { return sleeper.session.state() == ClientState::ended; }));
  EXPECT_EQ(sleeper.messages, 500U) << "all was kept for it";
}

TEST_F(TcpServerTest, BeatsAndGivesUpWhoIsSilent) {
  Caller caller(server_.port());
  ASSERT_TRUE(log_in(caller));
  EXPECT_EQ(server_.next_deadline(), SinceStart{kSecond});
  ASSERT_TRUE(serve_until({&caller}, [&] { return caller.session.counters().heartbeats == 1; }, {kSecond}));
  ASSERT_TRUE(serve_until({&caller}, [&] { return !is_open_; }, {15 * kSecond}));
  EXPECT_EQ(server_.counters().silent, 1U);
  EXPECT_EQ(server_.clients(), 1U) << "for a moment, that the client can close";
  server_.send({16 * kSecond});
  EXPECT_EQ(server_.clients(), 0U);
}

TEST_F(TcpServerTest, ClosesOnWhoSpeaksAnotherLanguage) {
  Caller caller(server_.port());
  caller.write(tests::as_span(Bytes("GET / HTTP/1.1\r\n\r\n")));
  ASSERT_TRUE(serve_until({&caller}, [&] { return !is_open_; }));
  EXPECT_EQ(server_.counters().misspoken, 1U);
  caller.close();
  EXPECT_TRUE(serve_until({}, [&] { return server_.clients() == 0; }));
}

TEST_F(TcpServerTest, RejectsALoginToAnotherSession) {
  Caller caller(server_.port(), {.session = {"OTHER"}});
  ASSERT_TRUE(log_in(caller));
  EXPECT_EQ(caller.session.state(), ClientState::rejected);
  ASSERT_TRUE(serve_until({&caller}, [&] { return !is_open_; }));
  EXPECT_EQ(server_.counters().rejects, 1U);
}

TEST_F(TcpServerTest, EndsTheConnectionsOfASessionThatIsOver) {
  Caller caller(server_.port());
  ASSERT_TRUE(log_in(caller));
  say_all();
  while (!lines_.is_over()) lines_.advance({2 * kSecond});
  VenueScript next(1, 0);
  lines_.begin_session(next_session_name(kToday), next, {2 * kSecond});
  EXPECT_TRUE(serve_until({&caller}, [&] { return !is_open_; }));
  EXPECT_EQ(caller.messages, 0U);
}

TEST_F(TcpServerTest, TurnsAwayWhoIsOneTooMany) {
  std::vector<std::unique_ptr<Caller>> callers;
  for (std::size_t i = 0; i <= TcpServer::kMostClients; ++i)
    callers.push_back(std::make_unique<Caller>(server_.port()));
  EXPECT_TRUE(serve_until({callers.back().get()}, [&] { return !is_open_; }));
  EXPECT_EQ(server_.clients(), TcpServer::kMostClients);
  EXPECT_EQ(server_.counters().turned_away, 1U);
  ASSERT_TRUE(log_in(*callers.front())) << "the others stay";
  EXPECT_EQ(callers.front()->session.state(), ClientState::live);
}

TEST_F(GlimpseServerTest, GivesASpinAndTheEndAndCloses) {
  say_all();
  Caller caller(server_.port());
  ASSERT_TRUE(log_in(caller));
  ASSERT_TRUE(serve_until({&caller}, [&] { return caller.session.state() == ClientState::ended; }));
  EXPECT_EQ(glimpse::parse_end_marker(tests::as_span(caller.last)), 20'001U);
  EXPECT_TRUE(serve_until({&caller}, [&] { return !is_open_; }));
}

TEST_F(TcpServerTest, NamesThePortThatIsTakenAndWhatIsNoAddress) {
  try {
    const TcpServer second({"--glimpse", "127.0.0.1", server_.port(), Service::glimpse}, lines_);
    FAIL() << "bound twice";
  } catch (const platform::SetupError& error) {
    EXPECT_NE(error.problem().find("127.0.0.1:" + std::to_string(server_.port())), std::string::npos);
    EXPECT_NE(error.remedy().find("ss -tlpn"), std::string::npos);
    EXPECT_NE(error.remedy().find("--glimpse"), std::string::npos);
  }
  EXPECT_THROW(TcpServer({"--glimpse", "localhost", 0, Service::glimpse}, lines_), platform::SetupError);
  EXPECT_THROW(TcpServer({"--glimpse", "192.0.2.77", 0, Service::glimpse}, lines_), platform::SetupError);
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
