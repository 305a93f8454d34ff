// What the log says of a feed's server: each failure once, in words, with what to look at.
#include "daemon/server_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "daemon/stages/server_counters.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::daemon::this_file {
namespace {

using feedhandlers::sources::ServerFailure;
using ringbuf::counter::ServerReason;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kSecond = platform::kNanosPerSecond;

config::FeedConfig over_tcp() {
  config::FeedConfig feed;
  feed.name = "demo";
  feed.source.kind = config::SourceKind::soupbintcp;
  feed.source.server.host = "10.1.2.3";
  feed.source.server.port = 18'000;
  return feed;
}

class ServerWatchTest : public testing::Test {
 protected:
  /// Empty: no news.
  std::string look() {
    const auto news = watch_->look(reader_);
    return news ? (news->is_bad ? "bad: " : "good: ") + news->text : std::string();
  }
  void down(ServerReason reason, std::uint64_t detail = 0) { server_.on_down({reason, detail}, tick()); }
  platform::UnixNanos tick() { return now_ = now_ + kSecond; }

  ringbuf::PrivatePayload memory_{ringbuf::CountersWriter::payload_bytes(16)};
  ringbuf::CountersWriter counters_{memory_.bytes(), 16};
  ringbuf::CountersReader reader_{memory_.bytes()};
  ServerCounters server_{counters_, "feed.demo"};
  platform::UnixNanos now_{1'548'857'400 * kSecond};
  std::optional<ServerWatch> watch_ = ServerWatch::of(over_tcp());
};

TEST_F(ServerWatchTest, SaysWhichServerFailedWhyAndWhatToLookAt) {
  EXPECT_EQ(look(), "") << "nobody asked it yet";
  down(ServerReason::not_authorised, 'A');
  EXPECT_EQ(look(),
            "bad: feed.demo: its SoupBinTCP server 10.1.2.3:18000 is down: login rejected: not authorised (A) "
            "(correct `username` and `password_file`)");
}

TEST_F(ServerWatchTest, SaysTheSameFailureOnce) {
  down(ServerReason::refused, ECONNREFUSED);
  EXPECT_THAT(look(), HasSubstr("nobody listens there: Connection refused (errno 111)"));
  down(ServerReason::refused, ECONNREFUSED);
  EXPECT_EQ(look(), "");
  down(ServerReason::silent);
  EXPECT_THAT(look(), HasSubstr("nothing heard for too long")) << "another one";
  EXPECT_EQ(look(), "");
}

TEST_F(ServerWatchTest, SaysThatItIsUpAndWhenItFailsAgain) {
  server_.on_up(tick());
  EXPECT_EQ(look(), "good: feed.demo: its SoupBinTCP server 10.1.2.3:18000 is up");
  EXPECT_EQ(look(), "");
  down(ServerReason::reset, ECONNRESET);
  EXPECT_THAT(look(), HasSubstr("is down: reset by the server"));
  server_.on_up(tick());
  EXPECT_THAT(look(), HasSubstr("is up"));
  down(ServerReason::reset, ECONNRESET);
  EXPECT_THAT(look(), HasSubstr("is down: reset by the server")) << "it was up in between";
}

TEST_F(ServerWatchTest, NoticesAFailureBetweenTwoLooks) {
  server_.on_up(tick());
  (void)look();
  down(ServerReason::closed_by_peer);
  server_.on_up(tick());
  EXPECT_THAT(look(), AllOf(HasSubstr("bad: "), HasSubstr("is up again, and was down for a moment: closed by the")));
  EXPECT_EQ(look(), "");
}

TEST_F(ServerWatchTest, LeavesTheEndOfASessionToTheFeed) {
  server_.on_up(tick());
  (void)look();
  server_.on_end(tick());
  EXPECT_EQ(look(), "");
}

TEST_F(ServerWatchTest, KnowsTheServerOfSnapshots) {
  config::FeedConfig feed = over_tcp();
  feed.source.kind = config::SourceKind::udp_multicast;
  EXPECT_FALSE(ServerWatch::of(feed)) << "lines, and nobody to ask";
  feed.source.glimpse = {.host = "glimpse.venue", .port = 18'001};
  watch_ = ServerWatch::of(feed);
  ASSERT_TRUE(watch_);
  down(ServerReason::cut_off);
  EXPECT_THAT(look(), HasSubstr("its GLIMPSE server glimpse.venue:18001 is down: end of session in the middle of"));
}

TEST_F(ServerWatchTest, BeginsAnewWithEachDaemon) {
  down(ServerReason::silent);
  ringbuf::CountersWriter successor(memory_.bytes(), 16);
  const ServerCounters again(successor, "feed.demo");
  EXPECT_EQ(look(), "");
  EXPECT_EQ(reader_.find("feed.demo", ringbuf::counter::kServerReason), 0u);
}

TEST_F(ServerWatchTest, CountsSinceTheFirstFailureInARow) {
  down(ServerReason::refused);
  const platform::UnixNanos first = now_;
  down(ServerReason::silent);
  EXPECT_EQ(reader_.find("feed.demo", ringbuf::counter::kServerSince), static_cast<std::uint64_t>(first.value));
}

}  // namespace
}  // namespace tickplant::daemon::this_file
