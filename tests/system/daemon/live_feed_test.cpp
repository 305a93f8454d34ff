// From the simulated exchange to a separate client: multicast, loss, order, books.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "tests/support/shared_data.hpp"
#include "tests/system/daemon/live_plant.hpp"
#include "tests/system/daemon/venue_truth.hpp"

namespace tickplant::this_file {
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
  LivePlant live({.recovery_wait = "30s"});  // also on a machine that has no time for the server
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
  // Not packets held back: a daemon that is slow finds both copies in its sockets, and takes them in order.
  EXPECT_LT(live.feed_counter(counter::kDuplicateMessages), live.feed_counter(counter::kMessages))
      << "no packet was missed on one line: nothing was proven";
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

TEST(LiveFeed, IsTheSameWithReceiveOffload) {
  LivePlant live({.recovery_wait = "30s", .source = "      receive_offload: true\n"});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  EXPECT_THAT(live.daemon().output(), testing::HasSubstr(", receive offload), B "));
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  live.start_venue({"--seed", "13", "--symbols", "50", "--rate", "20000", "--pre-open", "300ms", "--duration", "500ms",
                    "--truth", live.file("truth.json").string()});
  BookClient client;
  read_to_the_end(live, subscriber, client);
  ASSERT_EQ(live.venue().wait(), 0) << live.venue().output();
  EXPECT_EQ(client.lost + client.gaps + client.unknown_orders, 0u);
  EXPECT_TRUE(client.in_order);
  const nlohmann::json truth = tests::read_truth(live.file("truth.json"));
  EXPECT_EQ(live.feed_counter(counter::kMessages), truth["messages"]);
  tests::expect_books_equal_truth(truth, client, plant);
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

/// A real capture and what independent decoders found in it.
struct RealDay {
  const char* name;
  const char* file;
  const char* trading_date;
  std::uint64_t messages, trades, shares;
  std::int64_t vwap_e6, last_e4, high_e4, low_e4;
  std::int64_t bid_e4, ask_e4;
  std::uint64_t bid_size, ask_size, bid_levels, ask_levels;
};

void PrintTo(const RealDay& day, std::ostream* out) { *out << day.file; }

class RealDays : public testing::TestWithParam<RealDay> {};

/// Through the venue, the wire, the daemon and the ring it is what they found, and what `inspect` finds in the file.
TEST_P(RealDays, ReachAClientAsTheyWere) {
  const RealDay& day = GetParam();
  TP_SHARED_DATA(file, day.file);
  LivePlant live({.trading_date = day.trading_date});
  ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
  clients::Plant plant = live.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  live.start_venue({"--replay", file.string(), "--rate", "20000"});
  BookClient client;
  read_to_the_end(live, subscriber, client);
  EXPECT_EQ(client.gaps + client.lost + client.unknown_orders, 0u);
  EXPECT_EQ(live.feed_counter(counter::kMessages), day.messages);

  const ringbuf::InstrumentId apple = plant.instrument("AAPL");
  const tests::ClientBook& book = client.books[apple.value];
  EXPECT_EQ(book.trades, day.trades);
  EXPECT_EQ(book.shares, day.shares);
  EXPECT_EQ(book.bids.size(), day.bid_levels);
  EXPECT_EQ(book.asks.size(), day.ask_levels);
  ASSERT_FALSE(book.bids.empty() || book.asks.empty());
  EXPECT_EQ(book.bids.begin()->first, day.bid_e4 * tests::kNanosPerE4);
  EXPECT_EQ(book.bids.begin()->second.size, day.bid_size);
  EXPECT_EQ(book.asks.begin()->first, day.ask_e4 * tests::kNanosPerE4);
  EXPECT_EQ(book.asks.begin()->second.size, day.ask_size);

  clients::ImageView view(plant);
  ringbuf::ImageEntry image;
  ASSERT_EQ(view.read(apple, image), ringbuf::TableRead::value);
  EXPECT_EQ(image.trade_count, day.trades);
  EXPECT_EQ(image.volume.value, day.shares);
  EXPECT_EQ((image.vwap().value + 500) / 1'000, day.vwap_e6) << "to six decimals";
  EXPECT_EQ(image.last_price.value, day.last_e4 * tests::kNanosPerE4);
  EXPECT_EQ(image.high.value, day.high_e4 * tests::kNanosPerE4);
  EXPECT_EQ(image.low.value, day.low_e4 * tests::kNanosPerE4);
  EXPECT_EQ(image.bid_price.value, day.bid_e4 * tests::kNanosPerE4);
  EXPECT_EQ(image.ask_price.value, day.ask_e4 * tests::kNanosPerE4);
  EXPECT_EQ(image.bid_size.value, day.bid_size);
  EXPECT_EQ(image.ask_size.value, day.ask_size);

  std::string inspected;
  ASSERT_EQ(live.command({"inspect", "--json", file.string()}, &inspected), 0) << inspected;
  const auto facts = nlohmann::json::parse(inspected)["instruments"]["AAPL"];
  EXPECT_EQ(facts["trades"], image.trade_count);
  EXPECT_EQ(facts["shares"], image.volume.value);
  EXPECT_NEAR(facts["vwap"].get<double>(), static_cast<double>(image.vwap().value) / 1e9, 5.1e-7);
  EXPECT_NEAR(facts["best_bid"].get<double>(), static_cast<double>(image.bid_price.value) / 1e9, 1e-9);
  EXPECT_NEAR(facts["best_ask"].get<double>(), static_cast<double>(image.ask_price.value) / 1e9, 1e-9);
  EXPECT_EQ(facts["best_bid_size"], image.bid_size.value);
  EXPECT_EQ(facts["best_ask_size"], image.ask_size.value);
}

INSTANTIATE_TEST_SUITE_P(
    LiveFeed, RealDays,
    testing::Values(RealDay{"AppleBeforeTheOpen20200130", "itch/runk-locate-13-10k.bin", "2020-01-30", 10'000,
                            849 + 240, 56'086 + 25'470, 321'088'769, 3'202'000, 3'224'500, 3'201'000, 3'201'400,
                            3'203'000, 25, 100, 79, 63},
                    RealDay{"AppleAtTheOpen20190130", "itch/aapl-20190130-open/aapl-20190130-open.rebuilt.itch",
                            "2019-01-30", 3 + 1 + 1 + 7'521 + 109 + 729 + 17 + 6 + 1'237 + 437, 746, 71'750,
                            162'958'047, 1'625'400, 1'633'300, 1'625'000, 1'625'000, 1'625'700, 245, 600, 493, 517}),
    [](const auto& day) { return std::string(day.param.name); });

}  // namespace
}  // namespace tickplant::this_file
