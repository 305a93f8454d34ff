// What `tickplant feed status` says of a feed's server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <sstream>

#include "clients/cli/live/feed_status.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::cli::this_file {
namespace {

namespace counter = ringbuf::counter;
using counter::ServerReason;
using counter::ServerState;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr platform::UnixNanos kNow{1'736'139'600 * platform::kNanosPerSecond};

FeedFacts with_server(ServerState state, ServerReason reason = ServerReason::none, std::uint64_t detail = 0) {
  FeedFacts feed;
  feed.name = "nasdaq";
  feed.reconnects = 0;
  feed.server = ServerFacts{state, kNow + -3 * platform::kNanosPerSecond, {reason, detail}};
  return feed;
}
PlantFacts now() {
  PlantFacts facts;
  facts.state = clients::PlantState::live;
  facts.now = kNow;
  return facts;
}
std::string text_of(const FeedFacts& feed) { return feed_status_text(now(), feed, Style{}); }

TEST(ServerStatus, SaysWhyAServerIsDownAndWhatToLookAt) {
  EXPECT_THAT(text_of(with_server(ServerState::down, ServerReason::not_authorised, 'A')),
              HasSubstr("server         down for 3.00 s, login rejected: not authorised (A),\n"
                        "               correct `username` and `password_file`\n"));
}

TEST(ServerStatus, SaysThatAServerIsUp) {
  EXPECT_THAT(text_of(with_server(ServerState::up)), HasSubstr("server         up for 3.00 s\n"));
  EXPECT_THAT(text_of(with_server(ServerState::up, ServerReason::silent)),
              HasSubstr("server         up for 3.00 s, last failure: nothing heard for too long\n"));
  EXPECT_THAT(text_of(with_server(ServerState::ended)), HasSubstr("server         session ended\n"));
  FeedFacts idle = with_server(ServerState::idle);
  idle.server->since.reset();
  EXPECT_THAT(text_of(idle), HasSubstr("server         not asked\n"));
}

TEST(ServerStatus, IsNeverWiderThanAScreen) {
  for (std::uint64_t reason = 0; reason < 50; ++reason) {
    std::istringstream lines(text_of(with_server(ServerState::down, static_cast<ServerReason>(reason), EADDRINUSE)));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST(ServerStatus, HasKeysForPrograms) {
  const Json down = feed_status_json(now(), with_server(ServerState::down, ServerReason::refused, ECONNREFUSED));
  EXPECT_EQ(down["server"]["state"], "down");
  EXPECT_EQ(down["server"]["since"], kNow.value - 3 * platform::kNanosPerSecond);
  EXPECT_EQ(down["server"]["last_failure"], "refused");
  EXPECT_EQ(down["server"]["detail"], ECONNREFUSED);
  EXPECT_EQ(down["server"]["text"], "nobody listens there: Connection refused (errno 111)");
  EXPECT_THAT(down["server"]["remedy"], HasSubstr("firewall"));
  const Json up = feed_status_json(now(), with_server(ServerState::up));
  EXPECT_EQ(up["server"]["state"], "up");
  EXPECT_TRUE(up["server"]["last_failure"].is_null());
  EXPECT_TRUE(up["server"]["text"].is_null());
  EXPECT_TRUE(feed_status_json(now(), FeedFacts{})["server"].is_null());
}

TEST(ServerStatus, ComesFromTheCounters) {
  tests::PlantInFolder made;
  clients::Plant plant = clients::Plant::in_folder(made.folder());
  const auto look = [&] { return PlantProbe(plant).look().feeds.at(0).server; };
  EXPECT_FALSE(look()) << "a feed of lines alone";
  made.count("feed.feed-ticks", std::string(counter::kServerReason), 31);
  made.count("feed.feed-ticks", std::string(counter::kServerDetail), 'A');
  made.count("feed.feed-ticks", std::string(counter::kServerState), 2);
  const auto server = look();
  ASSERT_TRUE(server);
  EXPECT_EQ(server->state, ServerState::down);
  EXPECT_EQ(server->since, std::nullopt);
  EXPECT_EQ(server->failure, (feedhandlers::sources::ServerFailure{ServerReason::not_authorised, 'A'}));
}

}  // namespace
}  // namespace tickplant::cli::this_file
