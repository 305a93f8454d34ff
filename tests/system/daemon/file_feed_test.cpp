// A plant whose feed is a file: the same records as live, with the file's times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/daemon/live_plant.hpp"
#include "tests/system/daemon/venue_truth.hpp"

namespace tickplant {
namespace {

namespace counter = ringbuf::counter;
using tests::BookClient;
using tests::LivePlant;

class FileFeed : public testing::Test {
 protected:
  /// A day of the simulated exchange as a file, and what the exchange says of its books.
  void SetUp() override {
    tests::Program venue(
        "tickplant-venue",
        {"--write", day_file(), "--messages", "30000", "--symbols", "40", "--truth", live_.file("truth.json").string()},
        {}, tests::Streams{live_.file("venue.log")});
    ASSERT_EQ(venue.wait(), 0) << venue.output();
    std::ofstream(live_.config_file())
        << "plant: {name: demo}\ninstruments: {capacity: 1024}\nfeeds:\n  demo:\n    protocol: itch50\n"
           "    venue: XNAS\n    trading_date: 2025-01-02\n    source: {kind: day_file, path: "
        << day_file() << "}\n";
  }
  [[nodiscard]] std::string day_file() const { return live_.file("day.itch").string(); }
  [[nodiscard]] bool has_state(counter::SourceState state) const {
    return live_.feed_counter(counter::kSourceState) == static_cast<std::uint64_t>(state);
  }

  LivePlant live_;
};

TEST_F(FileFeed, GivesTheBooksOfTheDayWithTheTimesOfTheDay) {
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return live_.has_ended(); })) << live_.daemon().output();
  clients::Plant plant = live_.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  BookClient client;
  while (subscriber.poll(client) > 0) continue;
  EXPECT_EQ(client.bad_clocks, 0u);
  EXPECT_EQ(client.heartbeats, 0u) << "a heartbeat tells today's time";
  EXPECT_EQ(client.sessions, 1u);
  EXPECT_EQ(client.gaps + client.lost + client.unknown_orders, 0u);
  const nlohmann::json truth = tests::read_truth(live_.file("truth.json"));
  EXPECT_EQ(live_.feed_counter(counter::kMessages), truth["messages"]);
  tests::expect_books_equal_truth(truth, client, plant);
}

TEST_F(FileFeed, SaysThatItsFileIsCut) {
  std::filesystem::resize_file(day_file(), std::filesystem::file_size(day_file()) / 2 + 1);
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return has_state(counter::SourceState::failed); }));
  EXPECT_GT(live_.feed_counter(counter::kMessages), 10'000u) << "what came before the cut counts";
  EXPECT_TRUE(tests::eventually([&] { return live_.daemon().output().find("cut or damaged") != std::string::npos; }))
      << live_.daemon().output();
  EXPECT_NE(live_.command({"health"}), 0);
}

TEST_F(FileFeed, BeginsAnewAfterARestart) {
  for (int life = 1; life <= 2; ++life) {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    ASSERT_TRUE(tests::eventually([&] { return live_.has_ended(); }));
    EXPECT_EQ(live_.daemon().stop(), 0);
  }
  clients::Plant plant = live_.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  BookClient client;
  while (subscriber.poll(client) > 0) continue;
  EXPECT_EQ(client.sessions, 2u);
  EXPECT_TRUE(client.in_order);
}

}  // namespace
}  // namespace tickplant
