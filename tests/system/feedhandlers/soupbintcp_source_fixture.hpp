// A source over SoupBinTCP with a server on the loopback interface, and what a feed would hear of it.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "feedhandlers/sources/soupbintcp_source.hpp"
#include "tests/system/feedhandlers/soupbintcp_loopback.hpp"

namespace tickplant::tests {

/// What a feed would hear. Each message must be the next one.
struct SoupHeard {
  void on_login(const feedhandlers::soupbintcp::SessionName& session, std::uint64_t next) {
    logins.push_back(std::string(session.text()) + '/' + std::to_string(next));
  }
  void on_message(std::uint64_t sequence, std::span<const std::byte> message, platform::UnixNanos ts_recv) {
    EXPECT_EQ(sequence, first + messages.size());
    messages.push_back(to_bytes(message));
    times.push_back(ts_recv);
  }
  void on_end_of_session() { ++ends; }
  void on_down(const feedhandlers::sources::DownReason& reason) { downs.push_back(reason); }

  std::uint64_t first = 1;
  std::vector<Bytes> messages{};
  std::vector<platform::UnixNanos> times{};
  std::vector<std::string> logins{};
  std::vector<feedhandlers::sources::DownReason> downs{};
  int ends = 0;
};

class SoupSource : public testing::Test {
 protected:
  using Run = LoopbackRun<feedhandlers::sources::SoupBinTcpSource, SoupHeard>;

  SoupSource() { store_.messages = {"first", "", "the third one", "4", Bytes(40, 'x'), "last"}; }

  feedhandlers::sources::SoupBinTcpSourceOptions options() const {
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
  SoupHeard heard_;
};

}  // namespace tickplant::tests
