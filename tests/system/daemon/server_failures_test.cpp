// Servers that refuse, cut off or have the wrong day: the log and `tickplant feed status` say which one, why, and what
// to look at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "platform/clock.hpp"
#include "tests/support/soupbintcp_writer.hpp"
#include "tests/system/daemon/live_plant.hpp"
#include "tests/system/feedhandlers/soupbintcp_loopback.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using testing::HasSubstr;
using tests::Fate;
using tests::LivePlant;
using tests::SoupServer;
using tests::SoupStore;

/// A daemon, and in this thread the server of its feed.
class ServerFailures : public testing::Test {
 protected:
  [[nodiscard]] std::string port() const { return std::to_string(server_.listener.endpoint().port); }

  void start_over_tcp() {
    std::ofstream(live_.config_file()) << "plant: {name: demo, state_folder: " << live_.state_folder()
                                       << "}\ninstruments: {capacity: 64}\nfeeds:\n  demo:\n    protocol: itch50\n"
                                       << "    venue: XNAS\n    source: {kind: soupbintcp, server: {host: 127.0.0.1, "
                                       << "port: " << port() << ", username: ME}}\n";
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  }
  void start_with_snapshots(const std::string& more = {}) {
    live_.configure({.rerequest = false,
                     .source = "      glimpse: {host: 127.0.0.1, port: " + port() + "}\n" +
                               "      glimpse_compare: 100ms\n" + more});
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  }
  void start_lines_of_today() {
    live_.start_venue({"--session", "TODAY", "--seed", "31", "--symbols", "4", "--rate", "500", "--pre-open", "100ms",
                       "--duration", "10s"});
  }
  /// The server does its part.
  template <class Condition>
  bool eventually(Condition&& condition) {
    return tests::eventually([&] {
      while (server_.turn(platform::system_now())) continue;
      return condition();
    });
  }
  bool log_says(const std::string& text) {
    return eventually([&] { return live_.daemon().output().find(text) != std::string::npos; });
  }
  [[nodiscard]] nlohmann::json status() const {
    std::string output;
    EXPECT_EQ(live_.command({"feed", "status", "--json"}, &output), 0) << output;
    const nlohmann::json all = nlohmann::json::parse(output, nullptr, false);
    return all.is_discarded() ? all : all["feeds"][0]["server"];
  }

  SoupStore store_;
  SoupServer server_{{.session = {"YESTERDAY"}}, store_};
  LivePlant live_;
};

TEST_F(ServerFailures, ARejectedLoginIsToldWithItsReason) {
  server_.authorises = false;
  start_over_tcp();
  EXPECT_TRUE(log_says("feed.demo: its SoupBinTCP server 127.0.0.1:" + port() +
                       " is down: login rejected: not authorised (A) (correct `username` and `password_file`)"))
      << live_.daemon().output();
  const nlohmann::json server = status();
  EXPECT_EQ(server["state"], "down");
  EXPECT_EQ(server["last_failure"], "not_authorised");
  EXPECT_EQ(server["text"], "login rejected: not authorised (A)");
  EXPECT_GT(server["since"], 0);
  std::string text;
  EXPECT_EQ(live_.command({"feed", "status"}, &text), 0);
  EXPECT_THAT(text, HasSubstr("login rejected: not authorised (A)"));
}

TEST_F(ServerFailures, AServerThatIsBackIsUpAndItsFailureIsKnown) {
  server_.fate = {Fate::closes, 0};
  start_over_tcp();
  const auto closed = static_cast<std::uint64_t>(counter::ServerReason::closed_by_peer);
  EXPECT_TRUE(eventually([&] { return live_.feed_counter(counter::kServerReason) == closed; }));
  server_.fate = {};
  EXPECT_TRUE(log_says("feed.demo: its SoupBinTCP server 127.0.0.1:" + port() + " is up")) << live_.daemon().output();
  const nlohmann::json server = status();
  EXPECT_EQ(server["state"], "up");
  EXPECT_EQ(server["last_failure"], "closed_by_peer");
}

TEST_F(ServerFailures, ASnapshotWithoutAnEndIsTold) {
  store_.messages = {"G, but not the marker that ends a spin"};
  start_with_snapshots();
  EXPECT_TRUE(log_says("feed.demo: its GLIMPSE server 127.0.0.1:" + port() +
                       " is down: the spin's last message does not say where the live feed goes on"))
      << live_.daemon().output();
  EXPECT_EQ(status()["last_failure"], "bad_marker");
}

TEST_F(ServerFailures, ASnapshotThatIsCutOffIsTold) {
  store_.complete = true;
  start_with_snapshots();
  EXPECT_TRUE(log_says("is down: end of session in the middle of the spin")) << live_.daemon().output();
  EXPECT_EQ(status()["last_failure"], "cut_off");
}

TEST_F(ServerFailures, ASnapshotOfAnotherSessionThanTheLinesIsVoidAndTold) {
  store_.messages = {"G" + tests::padded_left("1", 20)};  // whole, and of no book at all
  start_with_snapshots();
  start_lines_of_today();
  EXPECT_TRUE(log_says("is down: the snapshot is of another session than the lines")) << live_.daemon().output();
  EXPECT_EQ(status()["last_failure"], "other_session");
  EXPECT_EQ(live_.feed_counter(counter::kRebuiltBooks), 0u);
  EXPECT_EQ(live_.feed_counter(counter::kDifferingBooks), 0u);
  EXPECT_GT(live_.feed_counter(counter::kSnapshotFailures), 0u);
  EXPECT_LE(live_.feed_counter(counter::kSnapshotFailures), live_.feed_counter(counter::kSnapshotAttempts));
}

TEST_F(ServerFailures, AServerWithNamesOfItsOwnIsTakenAtItsWordWhereConfigSaysSo) {
  store_.messages = {"G" + tests::padded_left("1", 20)};
  start_with_snapshots("      glimpse_same_session: false\n");
  start_lines_of_today();
  EXPECT_TRUE(eventually([&] { return live_.feed_counter(counter::kMessages) > 0; }));
  const std::uint64_t before = live_.feed_counter(counter::kSnapshotAttempts);
  EXPECT_TRUE(eventually([&] { return live_.feed_counter(counter::kSnapshotAttempts) >= before + 2; }));
  EXPECT_EQ(live_.feed_counter(counter::kServerReason), 0u);
  EXPECT_EQ(live_.feed_counter(counter::kServerState), static_cast<std::uint64_t>(counter::ServerState::up));
}

}  // namespace
}  // namespace tickplant::this_file
