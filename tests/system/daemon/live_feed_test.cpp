// From the simulated exchange to a separate client: multicast, loss, order, books.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "tests/support/shared_data.hpp"
#include "tests/system/daemon/live_plant.hpp"
#include "tests/system/daemon/venue_truth.hpp"

namespace tickplant {
namespace {

namespace counter = ringbuf::counter;
using tests::BookClient;
using tests::LivePlant;

/// Reads until the venue's session has ended and nothing more comes.
void read_to_the_end(const LivePlant& plant, clients::Subscriber& subscriber, BookClient& client,
                     std::chrono::seconds session = std::chrono::seconds(0)) {
  ASSERT_TRUE(tests::eventually(
      [&] {
        bool came = false;
        while (subscriber.poll(client) > 0) came = true;
        return !came && plant.has_ended();
      },
      session + tests::kPatience));
  while (subscriber.poll(client) > 0) continue;
}

/// How long the lossy session is: TICKPLANT_SESSION_SECONDS=600 makes it the long one, at 50,000 messages/s.
std::chrono::seconds session_seconds() {
  const char* wish = std::getenv("TICKPLANT_SESSION_SECONDS");
  return std::chrono::seconds(wish == nullptr ? 3 : std::atoi(wish));
}

TEST(LiveFeed, LosesNothingWhenEachLineLosesOnePercent) {
  const std::chrono::seconds session = session_seconds();
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  live.start_venue({"--seed", "11", "--symbols", "150", "--rate", session.count() > 60 ? "50000" : "20000",
                    "--pre-open", "300ms", "--duration", std::to_string(session.count()) + "s", "--loss", "1",
                    "--truth", live.file("truth.json").string()});
  BookClient client;
  read_to_the_end(live, subscriber, client, session);
  ASSERT_EQ(live.venue().wait(), 0) << live.venue().output();

  EXPECT_EQ(client.lost, 0u);
  EXPECT_EQ(client.gaps, 0u) << live.daemon().output();
  EXPECT_EQ(client.unknown_orders, 0u);
  EXPECT_TRUE(client.in_order);
  EXPECT_GT(live.feed_counter(counter::kHeldPackets), 0u) << "no packet was missed on one line: nothing was proven";
  const nlohmann::json truth = tests::read_truth(live.file("truth.json"));
  EXPECT_EQ(live.feed_counter(counter::kMessages), truth["messages"]);
  RecordProperty("messages", std::to_string(live.feed_counter(counter::kMessages)));
  RecordProperty("requests", std::to_string(live.feed_counter(counter::kRequests)));
  tests::expect_books_equal_truth(truth, client, plant);
}

TEST(LiveFeed, SurvivesTheDeathOfALine) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  live.start_venue({"--seed", "12", "--symbols", "50", "--rate", "10000", "--pre-open", "200ms", "--duration", "1s",
                    "--loss-a", "100", "--truth", live.file("truth.json").string()});
  BookClient client;
  read_to_the_end(live, subscriber, client);
  ASSERT_EQ(live.venue().wait(), 0) << live.venue().output();
  EXPECT_EQ(client.gaps, 0u);
  EXPECT_EQ(live.feed_counter(counter::kPacketsLineA), 0u);
  tests::expect_books_equal_truth(tests::read_truth(live.file("truth.json")), client, plant);
}

TEST(LiveFeed, TellsAsAGapWhatCameOnNoLineAndNobodyCanSendAgain) {
  LivePlant live({.line_b = false, .rerequest = false});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  live.start_venue({"--seed", "13", "--symbols", "50", "--rate", "10000", "--pre-open", "200ms", "--duration", "1s",
                    "--loss-a", "5"});
  BookClient client;
  read_to_the_end(live, subscriber, client);
  EXPECT_GT(client.gaps, 0u);
  EXPECT_EQ(client.gaps, live.feed_counter(counter::kGaps));
  EXPECT_GT(live.feed_counter(counter::kMissedMessages), 0u);
  EXPECT_NE(live.command({"health"}), 0) << "lost messages are not health";
}

TEST(LiveFeed, LetsTimePassOnAQuietFeed) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.types = {ringbuf::RecordType::heartbeat}});
  std::vector<ringbuf::Record> beats;
  ASSERT_TRUE(tests::eventually([&] {
    subscriber.poll([&](const ringbuf::Record& record) { beats.push_back(record); });
    return beats.size() >= 5;
  }));
  for (std::size_t i = 1; i < beats.size(); ++i) {
    EXPECT_GT(beats[i].header.ts_recv, beats[i - 1].header.ts_recv);
    EXPECT_GT(beats[i].as<ringbuf::HeartbeatBody>().tsc, beats[i - 1].as<ringbuf::HeartbeatBody>().tsc);
  }
}

TEST(LiveFeed, StartsAnewWithANewSessionOfTheVenue) {
  LivePlant live;
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  BookClient both;
  for (const char* seed : {"1", "2"}) {
    live.start_venue({"--seed", seed, "--symbols", "20", "--rate", "5000", "--pre-open", "100ms", "--duration", "500ms",
                      "--session", std::string("SESSION") + seed, "--truth", live.file("truth.json").string()});
    ASSERT_EQ(live.venue().wait(), 0) << live.venue().output();
    BookClient client;
    read_to_the_end(live, subscriber, client);
    EXPECT_EQ(client.sessions, 1u);
    EXPECT_EQ(client.bad_clocks, 0u);
    EXPECT_EQ(client.unknown_orders, 0u);
    EXPECT_EQ(client.gaps, 0u);
    const nlohmann::json truth = tests::read_truth(live.file("truth.json"));
    clients::ImageView view(plant);
    for (const auto& stock : truth["stocks"]) {
      ringbuf::DepthEntry depth;
      const auto read = view.read(plant.instrument(stock["symbol"].get<std::string>()), depth);
      if (read != ringbuf::TableRead::value) depth = {};
      EXPECT_EQ(tests::depth_json(depth.bid, depth.bid_count), tests::best_ten(stock["bids"])) << stock["symbol"];
    }
  }
}

/// A real capture through the venue, the wire, the daemon and the ring equals what independent decoders found.
TEST(LiveFeed, ShowsARealMorningOfAppleAsItWas) {
  TP_SHARED_DATA(file, "itch/runk-locate-13-10k.bin");
  LivePlant live({.trading_date = "2020-01-30"});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  live.start_venue({"--replay", file.string(), "--rate", "20000"});
  BookClient client;
  read_to_the_end(live, subscriber, client);

  const ringbuf::InstrumentId apple = plant.instrument("AAPL");
  clients::ImageView view(plant);
  ringbuf::ImageEntry image;
  ASSERT_EQ(view.read(apple, image), ringbuf::TableRead::value);
  EXPECT_EQ(client.books[apple.value].trades, 849u + 240u);
  EXPECT_EQ(client.books[apple.value].shares, 56'086u + 25'470u);
  EXPECT_EQ(image.trade_count, 849u + 240u);
  EXPECT_EQ(image.volume.value, 56'086u + 25'470u);
  EXPECT_EQ((image.vwap().value + 500) / 1'000, 321'088'769) << "to six decimals";
  EXPECT_EQ(image.last_price.value, 320'200'000'000);
  EXPECT_EQ(image.high.value, 322'450'000'000);
  EXPECT_EQ(image.low.value, 320'100'000'000);
  EXPECT_EQ(image.bid_price.value, 320'140'000'000);
  EXPECT_EQ(image.bid_size.value, 25u);
  EXPECT_EQ(image.ask_price.value, 320'300'000'000);
  EXPECT_EQ(image.ask_size.value, 100u);
  EXPECT_EQ(client.books[apple.value].bids.size(), 79u);
  EXPECT_EQ(client.books[apple.value].asks.size(), 63u);
  EXPECT_EQ(client.gaps + client.lost + client.unknown_orders, 0u);
  EXPECT_EQ(live.feed_counter(counter::kMessages), 10'000u);
}

}  // namespace
}  // namespace tickplant
