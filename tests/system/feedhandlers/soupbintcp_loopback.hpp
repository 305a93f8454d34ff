// A SoupBinTCP server on the loopback interface that behaves as badly as a test wants, and a clock that goes on only
// when neither end has anything to do: silences and waits of minutes take no time, and no run depends on the machine's.
//
// Threads: one, for both ends.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "feedhandlers/soupbintcp/server_session.hpp"
#include "tests/support/soupbintcp_store.hpp"
#include "tests/support/tcp_loopback.hpp"

namespace tickplant::tests {

inline constexpr platform::UnixNanos kLoopbackStart{1'548'857'400 * platform::kNanosPerSecond};

/// What the server does with a connection once it has sent so many of its bytes.
struct Fate {
  enum Kind : std::uint8_t {
    lives,
    closes,
    resets,
    hangs,  // neither reads nor sends any more, but keeps the connection
  };
  Kind kind = lives;
  std::size_t after_bytes = 0;
};

class SoupServer {
 public:
  SoupServer(const feedhandlers::soupbintcp::ServerOptions& options,
             feedhandlers::soupbintcp::SequencedMessages& messages)
      : session_(options, messages) {}

  /// Of the next connections.
  Fate fate{};
  bool authorises = true;

  /// Whether anything happened.
  bool turn(platform::UnixNanos now) {
    bool did = false;
    if (auto next = listener.accept()) {
      drop();
      peer_ = std::move(next);
      fate_ = fate;
      sent_ = 0;
      waiting_.clear();
      session_.on_connected(now);
      ++connections;
      did = true;
    }
    if (!peer_) return did;
    if (!is_hanging()) {
      const Bytes heard = peer_->receive();
      session_.on_bytes(as_span(heard), now, *this);
      session_.on_time(now);
      did |= !heard.empty();
      if (peer_->has_ended()) {
        drop();
        return true;
      }
      waiting_ += to_bytes(session_.take_output(now));
    }
    did |= send();
    if (is_cut() && fate_.kind != Fate::hangs) {
      if (fate_.kind == Fate::resets) peer_->reset();
      drop();
      return true;
    }
    if (session_.wants_close() && waiting_.empty()) {
      drop();
      return true;
    }
    return did;
  }

  [[nodiscard]] bool has_peer() const { return peer_ != nullptr; }
  [[nodiscard]] int peer_fd() const { return peer_ ? peer_->fd() : -1; }
  /// On the newest connection.
  [[nodiscard]] std::size_t sent() const { return sent_; }
  [[nodiscard]] bool is_hanging() const { return fate_.kind == Fate::hangs && is_cut(); }
  [[nodiscard]] const feedhandlers::soupbintcp::ServerSession& session() const { return session_; }
  [[nodiscard]] const feedhandlers::soupbintcp::LoginRequest& last_login() const { return last_login_; }
  [[nodiscard]] platform::UnixNanos next_deadline() const {
    return peer_ && !is_hanging() ? session_.next_deadline() : feedhandlers::soupbintcp::kNoDeadline;
  }

  TcpListener listener{};
  std::uint64_t connections = 0;

  // What the session asks.
  bool is_authorised(const feedhandlers::soupbintcp::LoginRequest& request) {
    last_login_ = request;
    return authorises;
  }
  void on_unsequenced(std::span<const std::byte>) {}

 private:
  [[nodiscard]] bool is_cut() const { return fate_.kind != Fate::lives && sent_ >= fate_.after_bytes; }
  bool send() {
    const std::size_t wanted =
        fate_.kind == Fate::lives ? waiting_.size() : std::min(waiting_.size(), fate_.after_bytes - sent_);
    if (wanted == 0) return false;
    const std::size_t taken = peer_->send(std::string_view(waiting_).substr(0, wanted));
    waiting_.erase(0, taken);
    sent_ += taken;
    return taken != 0;
  }
  void drop() {
    peer_.reset();
    session_.on_disconnected();
  }

  feedhandlers::soupbintcp::ServerSession session_;
  feedhandlers::soupbintcp::LoginRequest last_login_{};
  std::unique_ptr<TcpPeer> peer_;
  Fate fate_{};
  std::size_t sent_ = 0;
  Bytes waiting_;
};

/// A client under test and a server, by turns.
template <class Client, class Handler>
class LoopbackRun {
 public:
  using State = typename Client::State;

  /// `live`: the client's state once it is logged in.
  LoopbackRun(Client& client, State live, Handler& handler, SoupServer& server)
      : client_(client), live_(live), handler_(handler), server_(server) {}

  platform::UnixNanos now = kLoopbackStart;

  /// Until `done()`; fails the test where that does not come.
  template <class Done>
  void until(Done&& done) {
    for (int turns = 0; turns < 1'000'000; ++turns) {
      if (done()) return;
      if (turn()) continue;
      const platform::UnixNanos next = std::min(client_.next_deadline(), server_.next_deadline());
      ASSERT_LT(next, feedhandlers::soupbintcp::kNoDeadline) << "both sleep for ever: " << client_.describe(now);
      now = std::max(now, next);
    }
    FAIL() << "does not end: " << client_.describe(now);
  }

  /// Until neither end has anything to do at this time.
  void until_quiet() {
    while (turn()) continue;
  }

  /// One of each end. False: nothing to do, and nothing on its way.
  bool turn() {
    const std::uint64_t connections = server_.connections;
    bool did = server_.turn(now);
    if (server_.connections != connections) received_before_ = client_.counters().bytes_received;
    did |= client_.poll(now, handler_) > 0;
    if (did) return true;
    if (!is_under_way()) return false;
    EXPECT_TRUE(wait_for_any({server_.listener.fd(), server_.peer_fd(), client_.descriptors().front()}))
        << client_.describe(now);
    return !testing::Test::HasFailure();
  }

 private:
  /// The kernel has bytes, or an end of a connection, that the other side has not seen.
  [[nodiscard]] bool is_under_way() const {
    if (client_.state() == State::connecting) return true;
    if (client_.state() != State::logging_in && client_.state() != live_) return false;
    if (!server_.has_peer() || server_.connections != client_.counters().connects) return true;
    if (client_.counters().bytes_received - received_before_ != server_.sent()) return true;
    return !server_.is_hanging() && server_.session().state() == feedhandlers::soupbintcp::ServerState::awaiting_login;
  }

  Client& client_;
  State live_;
  Handler& handler_;
  SoupServer& server_;
  std::uint64_t received_before_ = 0;  // on connections before
};

}  // namespace tickplant::tests
