// Client and server sessions on a bad network: what the client hears is what the server has, each message once, in
// order, whatever happens to the connections in between; and who is silent is found in bounded time.
#include "tests/property/feedhandlers/soupbintcp_network.hpp"

#include <gtest/gtest.h>

#include <list>
#include <string>
#include <vector>

#include "feedhandlers/soupbintcp/client_session.hpp"
#include "feedhandlers/soupbintcp/server_session.hpp"
#include "feedhandlers/sources/reconnect_backoff.hpp"
#include "tests/support/soupbintcp_store.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::ReconnectBackoff;
using feedhandlers::soupbintcp::ClientSession;
using feedhandlers::soupbintcp::ClientState;
using feedhandlers::soupbintcp::kNoDeadline;
using feedhandlers::soupbintcp::LinkError;
using feedhandlers::soupbintcp::LoginRequest;
using feedhandlers::soupbintcp::RejectReason;
using feedhandlers::soupbintcp::ServerSession;
using feedhandlers::soupbintcp::ServerState;
using feedhandlers::soupbintcp::SessionName;
using platform::UnixNanos;

constexpr std::int64_t kSecond = platform::kNanosPerSecond;
constexpr std::int64_t kFoundWithin = 15 * kSecond + SoupPipe::kMaxDelayNanos;
constexpr UnixNanos kStart{1'548'857'400 * kSecond};

struct Connection {
  Connection(Random& random, std::string_view name, SoupStore& store)
      : server({.session = {name}, .output_bytes = 400}, store), up(random), down(random) {}

  ServerSession server;
  SoupPipe up;    // client to server
  SoupPipe down;  // server to client
  bool client_open = true;
  bool server_open = true;
  UnixNanos up_lost = kNoDeadline;
  UnixNanos down_lost = kNoDeadline;
};

/// Everything of one run. Each step goes to the next moment at which something happens.
class World {
 public:
  World(std::uint64_t seed, std::string_view password)
      : random_(seed), client_({.username = {"ME"}, .password = {password}}), backoff_({}, seed) {}

  void run(std::uint32_t messages, std::uint32_t faults) {
    messages_left_ = messages;
    faults_left_ = faults;
    next_fault_ = faults == 0 ? kNoDeadline : kStart + some(20 * kSecond);
    next_message_ = kStart;
    for (int steps = 0; steps < 200'000 && !is_over(); ++steps) {
      step();
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_TRUE(is_over()) << "still " << messages_left_ << " messages, state " << static_cast<int>(client_.state());
  }

  // The client's handler.
  void on_login(const SessionName&, std::uint64_t next) {
    EXPECT_EQ(next, heard_ + 1);
    backoff_.on_up(now_);
  }
  void on_message(std::uint64_t sequence, std::span<const std::byte> message) {
    EXPECT_EQ(sequence, ++heard_) << "exactly once, in order";
    EXPECT_EQ(to_bytes(message), store_.messages[sequence - 1]);
  }
  void on_end_of_session() { EXPECT_EQ(heard_, store_.messages.size()) << "the end came before all was heard"; }

  // The server's.
  bool is_authorised(const LoginRequest& request) { return request.password.text() == "secret"; }
  void on_unsequenced(std::span<const std::byte>) {}

  ClientSession& client() { return client_; }
  [[nodiscard]] std::uint64_t heard() const { return heard_; }
  [[nodiscard]] std::uint32_t connections() const { return connection_count_; }
  SoupStore& store() { return store_; }
  std::string session_name = "S1";

  /// Servers that found their client silent.
  std::uint32_t silent_clients = 0;

 private:
  [[nodiscard]] bool is_over() const {
    const bool wants_no_more = client_.state() == ClientState::ended || client_.state() == ClientState::rejected;
    return wants_no_more && connections_.empty();
  }

  [[nodiscard]] std::int64_t some(std::int64_t most) {
    return static_cast<std::int64_t>(random_.fraction() * static_cast<double>(most));
  }

  void step() {
    now_ = std::max(now_, next_moment());
    if (now_ >= next_message_) make_message();
    if (now_ >= next_fault_) fault();
    if (now_ >= next_connect_) connect();
    for (Connection& connection : connections_) move(connection);
    connections_.remove_if([](const Connection& c) { return !c.client_open && !c.server_open; });
  }

  [[nodiscard]] UnixNanos next_moment() const {
    UnixNanos next = std::min({next_message_, next_fault_, next_connect_});
    for (const Connection& c : connections_) {
      if (c.client_open) next = std::min({next, client_.next_deadline(), c.down.next_arrival().value_or(kNoDeadline)});
      if (c.server_open) next = std::min({next, c.server.next_deadline(), c.up.next_arrival().value_or(kNoDeadline)});
    }
    EXPECT_NE(next, kNoDeadline) << "nothing will ever happen again";
    return next;
  }

  void make_message() {
    if (messages_left_ == 0) {
      store_.complete = true;
      next_message_ = kNoDeadline;
      return;
    }
    --messages_left_;
    store_.messages.push_back(std::to_string(store_.messages.size()) + Bytes(random_.below(80), '.'));
    // Mostly busy; now and then so quiet that heartbeats are all there is.
    next_message_ = now_ + (random_.chance(1, 50) ? some(40 * kSecond) : some(kSecond / 5));
  }

  void connect() {
    next_connect_ = kNoDeadline;
    ++connection_count_;
    Connection& connection = connections_.emplace_back(random_, session_name, store_);
    client_.on_connected(now_);
    connection.server.on_connected(now_);
  }

  void fault() {
    next_fault_ = --faults_left_ == 0 ? kNoDeadline : now_ + some(40 * kSecond);
    if (connections_.empty() || !connections_.back().client_open) return;
    Connection& connection = connections_.back();
    switch (random_.below(4)) {
      case 0:
        connection.up.cut(now_);
        connection.down.cut(now_);
        break;
      case 1: lose(connection.up, connection.up_lost); break;
      case 2: lose(connection.down, connection.down_lost); break;
      default:
        lose(connection.up, connection.up_lost);
        lose(connection.down, connection.down_lost);
        break;
    }
  }
  void lose(SoupPipe& pipe, UnixNanos& when) {
    pipe.lose();
    when = std::min(when, now_);
  }

  void move(Connection& c) {
    if (c.server_open) move_server(c);
    if (c.client_open) move_client(c);
  }

  void move_server(Connection& c) {
    while (const auto bytes = c.up.read(now_)) c.server.on_bytes(as_span(*bytes), now_, *this);
    c.server.on_time(now_);
    for (std::span<const std::byte> out; !(out = c.server.take_output(now_)).empty();) c.down.write(now_, out);
    if (c.up_lost != kNoDeadline) {
      EXPECT_LE(now_ - c.up_lost, kFoundWithin) << "the server did not find the silence";
    }
    if (!c.server.wants_close() && !c.up.is_closed(now_)) return;
    if (c.server.error() == LinkError::silent_peer) ++silent_clients;
    EXPECT_TRUE(c.server.error() == LinkError::none || c.server.error() == LinkError::silent_peer ||
                c.server.error() == LinkError::late_login)
        << "nobody wrote anything wrong: " << static_cast<int>(c.server.error());
    c.server.on_disconnected();
    c.down.close(now_);
    c.server_open = false;
  }

  void move_client(Connection& c) {
    while (const auto bytes = c.down.read(now_)) client_.on_bytes(as_span(*bytes), now_, *this);
    client_.on_time(now_);
    c.up.write(now_, client_.take_output());
    if (c.down_lost != kNoDeadline) {
      EXPECT_LE(now_ - c.down_lost, kFoundWithin) << "the client did not find the silence";
    }
    if (!client_.wants_close() && !c.down.is_closed(now_)) return;
    EXPECT_TRUE(client_.error() == LinkError::none || client_.error() == LinkError::silent_peer ||
                client_.error() == LinkError::late_login)
        << "nobody wrote anything wrong: " << static_cast<int>(client_.error());
    client_.on_disconnected();
    c.up.close(now_);
    c.client_open = false;
    const bool wants_more = client_.state() == ClientState::disconnected || client_.state() == ClientState::dead;
    if (wants_more) next_connect_ = backoff_.on_down(now_);
  }

  Random random_;
  SoupStore store_;
  ClientSession client_;
  ReconnectBackoff backoff_;
  std::list<Connection> connections_;  // the newest last; older ones may still be half-open at the server
  UnixNanos now_ = kStart;
  UnixNanos next_message_ = kNoDeadline;
  UnixNanos next_fault_ = kNoDeadline;
  UnixNanos next_connect_ = kStart;
  std::uint32_t messages_left_ = 0;
  std::uint32_t faults_left_ = 0;
  std::uint32_t connection_count_ = 0;
  std::uint64_t heard_ = 0;
};

TEST(SoupBinTcpNetwork, DeliversEachMessageOnceAndInOrderWhateverHappensToItsConnections) {
  std::uint32_t connections = 0;
  std::uint64_t silent_servers = 0;
  std::uint32_t silent_clients = 0;
  for (std::uint64_t run = 0; run < 100 && !HasFailure(); ++run) {
    SCOPED_TRACE(testing::Message() << "run " << run << ", TICKPLANT_TEST_SEED=" << test_seed());
    World world{test_seed() + run, "secret"};
    world.run(200, 12);
    EXPECT_EQ(world.client().state(), ClientState::ended);
    EXPECT_EQ(world.heard(), 200u);
    EXPECT_EQ(world.client().counters().messages, 200u);
    EXPECT_EQ(world.client().counters().missed_messages, 0u);
    EXPECT_EQ(world.client().counters().repeated_messages, 0u);
    connections += world.connections();
    silent_clients += world.silent_clients;
    silent_servers += world.client().counters().errors[static_cast<std::size_t>(LinkError::silent_peer)];
  }
  // The faults did happen.
  EXPECT_GT(connections, 300u);
  EXPECT_GT(silent_servers, 50u);
  EXPECT_GT(silent_clients, 50u);
}

TEST(SoupBinTcpNetwork, NeedsOneConnectionWhereNothingGoesWrong) {
  for (std::uint64_t run = 0; run < 20 && !HasFailure(); ++run) {
    SCOPED_TRACE(testing::Message() << "run " << run << ", TICKPLANT_TEST_SEED=" << test_seed());
    World world{test_seed() + run, "secret"};
    world.run(300, 0);
    EXPECT_EQ(world.heard(), 300u);
    EXPECT_EQ(world.connections(), 1u);
    EXPECT_EQ(world.silent_clients, 0u);
  }
}

TEST(SoupBinTcpNetwork, TellsAClientThatItIsNotAuthorised) {
  for (std::uint64_t run = 0; run < 20 && !HasFailure(); ++run) {
    SCOPED_TRACE(testing::Message() << "run " << run << ", TICKPLANT_TEST_SEED=" << test_seed());
    World world{test_seed() + run, "wrong"};
    world.run(10, 0);
    EXPECT_EQ(world.client().state(), ClientState::rejected);
    EXPECT_EQ(world.client().reject_reason(), RejectReason::not_authorised);
    EXPECT_EQ(world.heard(), 0u);
  }
}

TEST(SoupBinTcpNetwork, TellsAClientThatItsSessionIsOver) {
  for (std::uint64_t run = 0; run < 20 && !HasFailure(); ++run) {
    SCOPED_TRACE(testing::Message() << "run " << run << ", TICKPLANT_TEST_SEED=" << test_seed());
    World world{test_seed() + run, "secret"};
    world.client().start_over({"S1"}, 101);
    world.session_name = "S2";
    world.run(10, 0);
    EXPECT_EQ(world.client().state(), ClientState::rejected);
    EXPECT_EQ(world.client().reject_reason(), RejectReason::session_not_available);
    EXPECT_EQ(world.client().next_sequence(), 101u) << "it may still ask somebody else";
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
