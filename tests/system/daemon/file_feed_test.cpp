// A plant whose feed is a file: the same records as live, with the file's times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/daemon/live_plant.hpp"
#include "tests/system/daemon/venue_truth.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using tests::BookClient;
using tests::LivePlant;

class FileFeed : public testing::Test {
 protected:
  /// A day of the simulated exchange as a file, and what the exchange says of its books.
  void SetUp() override {
    write_day("30000", "1");
    write_config();
  }
  void write_day(const std::string& messages, const std::string& seed) const {
    tests::Program venue("tickplant-venue",
                         {"--write", day_file(), "--messages", messages, "--symbols", "40", "--seed", seed, "--truth",
                          live_.file("truth.json").string()},
                         {}, tests::Streams{live_.file("venue.log")});
    ASSERT_EQ(venue.wait(), 0) << venue.output();
  }
  void write_config(const std::string& rest = "") const {
    std::ofstream(live_.config_file())
        << "plant: {name: demo}\ninstruments: {capacity: 1024}\nfeeds:\n  demo:\n    protocol: itch50\n"
           "    venue: XNAS\n    trading_date: 2025-01-02\n    source: {kind: day_file, path: "
        << day_file() << rest << "}\n";
  }
  [[nodiscard]] std::uint64_t messages_of_the_day() const {
    return tests::read_truth(live_.file("truth.json"))["messages"].get<std::uint64_t>();
  }
  /// A life of the plant, to the end of the file.
  void read_it() {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    ASSERT_TRUE(tests::eventually([&] { return live_.has_ended(); }));
    EXPECT_EQ(live_.daemon().stop(), 0);
  }
  [[nodiscard]] BookClient all_of_it() const {
    clients::Plant plant = live_.attach();
    clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
    BookClient client;
    while (subscriber.poll(client) > 0) continue;
    return client;
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

TEST_F(FileFeed, HasNothingNewToTellOfAFileThatWasReadBefore) {
  read_it();
  const std::uint64_t messages = live_.feed_counter(counter::kMessages);
  read_it();
  EXPECT_TRUE(live_.says("is gone on with behind what was read before"));
  EXPECT_EQ(live_.feed_counter(counter::kMessages), messages);
  const BookClient client = all_of_it();
  EXPECT_EQ(client.sessions, 1u);
  EXPECT_TRUE(client.in_order);
}

TEST_F(FileFeed, ReadsItOnceMoreWhereThatIsWished) {
  write_config(", restart: beginning");
  read_it();
  read_it();
  const BookClient client = all_of_it();
  EXPECT_EQ(client.sessions, 2u);
  EXPECT_TRUE(client.in_order);
}

TEST_F(FileFeed, ReadsAnotherFileFromItsBeginning) {
  read_it();
  const std::uint64_t messages = messages_of_the_day();
  write_day("31000", "7");
  read_it();
  EXPECT_TRUE(live_.says("is not the file that was read before"));
  const BookClient client = all_of_it();
  EXPECT_EQ(client.sessions, 2u);
  EXPECT_EQ(live_.feed_counter(counter::kMessages), messages + messages_of_the_day());
}

}  // namespace
}  // namespace tickplant::this_file
