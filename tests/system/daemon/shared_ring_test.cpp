// Two feeds on two threads that write one ring, and a recorder that loses none of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/daemon/live_plant.hpp"
#include "tests/system/daemon/venue_truth.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::Record;
using ringbuf::RecordType;
using tests::BookClient;
using tests::LivePlant;

class SharedRing : public testing::Test {
 protected:
  /// A day of each of two venues as a file, the same symbols at both.
  void write_days(int messages) {
    for (const char* name : {"one", "two"}) {
      tests::Program venue("tickplant-venue",
                           {"--write", file(name, ".itch"), "--messages", std::to_string(messages), "--symbols", "20",
                            "--seed", name == std::string("one") ? "1" : "2", "--truth", file(name, ".json")},
                           {}, tests::Streams{live_.file("venue.log")});
      ASSERT_EQ(venue.wait(), 0) << venue.output();
    }
  }
  /// A thread for each feed. `slots`: of the ring they share.
  void configure(std::uint64_t slots, const std::string& more = "") {
    std::string text = "plant: {name: demo, state_folder: " + live_.state_folder() +
                       "}\ninstruments: {capacity: 256}\nrings: {ticks: {slots: " + std::to_string(slots) +
                       "}}\nfeeds:\n";
    for (const auto& [name, venue] : {std::pair{"one", "XNAS"}, {"two", "XBOS"}}) {
      text += std::string("  ") + name + ": {protocol: itch50, venue: " + venue +
              ", trading_date: 2025-01-02, source: {kind: day_file, path: " + file(name, ".itch") + "}}\n";
    }
    std::ofstream(live_.config_file()) << text + more;
  }
  [[nodiscard]] std::string file(const std::string& name, const std::string& suffix) const {
    return live_.file(name + suffix).string();
  }
  [[nodiscard]] bool have_ended() const {
    const auto ended = static_cast<std::uint64_t>(counter::SourceState::ended);
    return live_.counter("feed.one", counter::kSourceState) == ended &&
           live_.counter("feed.two", counter::kSourceState) == ended;
  }
  [[nodiscard]] std::vector<Record> copy() const {
    std::ifstream in(live_.file("copy/ticks.ticks"), std::ios::binary);
    std::vector<Record> records;
    for (Record record; in.read(reinterpret_cast<char*>(&record), sizeof record);) records.push_back(record);
    return records;
  }

  LivePlant live_;
};

/// Hands each record to the client of its venue.
struct ByVenue {
  explicit ByVenue(const clients::Plant& from) : plant(from) {}
  void operator()(const Record& record) {
    ++records;
    no_holes = no_holes && (newest == 0 || record.header.stamp == newest + 1);
    newest = record.header.stamp;
    if (record.header.instrument == ringbuf::kNoInstrument) return;
    const auto [is_one, is_new] = is_of_one.try_emplace(record.header.instrument.value);
    if (is_new) is_one->second = plant.symbol_of(record.header.instrument).ends_with("@XNAS");
    (is_one->second ? one : two)(record);
  }
  const clients::Plant& plant;
  std::map<std::uint32_t, bool> is_of_one;
  BookClient one, two;
  std::uint64_t records = 0, newest = 0;
  bool no_holes = true;
};

TEST_F(SharedRing, HasEveryRecordOfBothFeedsOnceAndTheBooksOfBothVenues) {
  write_days(20'000);
  configure(1u << 20);
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return have_ended(); })) << live_.daemon().output();
  clients::Plant plant = live_.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  ByVenue client(plant);
  while (subscriber.poll(client) > 0) continue;
  EXPECT_TRUE(client.no_holes);
  EXPECT_EQ(client.records,
            live_.counter("feed.one", counter::kRecords) + live_.counter("feed.two", counter::kRecords));
  for (const auto& [name, at, books] : {std::tuple{"one", "@XNAS", &client.one}, {"two", "@XBOS", &client.two}}) {
    const nlohmann::json truth = tests::read_truth(file(name, ".json"));
    EXPECT_EQ(live_.counter(std::string("feed.") + name, counter::kMessages), truth["messages"]);
    tests::expect_books_equal_truth(truth, *books, plant, at);
  }
  EXPECT_EQ(live_.daemon().stop(), 0);
}

TEST_F(SharedRing, IsTakenOverWithItsHolesFilled) {
  write_days(60'000);
  configure(1u << 20);
  std::uint64_t newest = 0;
  clients::RecordTypes every = clients::RecordTypes::all();
  every.add(RecordType::padding);
  for (int life = 0; life < 3; ++life) {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    ASSERT_TRUE(tests::eventually([&] { return live_.counter("feed.two", counter::kRecords) > 1'000; }));
    live_.daemon().kill();
    clients::Plant plant = live_.attach();
    clients::Subscriber subscriber(plant, {.types = every, .join = clients::Join::oldest});
    ByVenue client(plant);
    while (subscriber.poll(client) > 0) continue;
    EXPECT_TRUE(client.no_holes);
    EXPECT_GE(client.newest, newest);
    newest = client.newest;
  }
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return have_ended(); })) << live_.daemon().output();
  clients::Plant plant = live_.attach();
  clients::Subscriber subscriber(plant, {.types = every, .join = clients::Join::oldest});
  ByVenue client(plant);
  while (subscriber.poll(client) > 0) continue;
  EXPECT_TRUE(client.no_holes);
  for (const auto& [name, at, books] : {std::tuple{"one", "@XNAS", &client.one}, {"two", "@XBOS", &client.two}}) {
    tests::expect_books_equal_truth(tests::read_truth(file(name, ".json")), *books, plant, at);
  }
  EXPECT_EQ(live_.daemon().stop(), 0);
}

TEST_F(SharedRing, IsCopiedWithoutALossByARecorderThatTheFeedsWaitFor) {
  write_days(20'000);
  configure(16'384, "recorder: {folder: " + live_.file("copy").string() + "}\n");
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return have_ended(); })) << live_.daemon().output();
  const std::uint64_t published =
      live_.counter("feed.one", counter::kRecords) + live_.counter("feed.two", counter::kRecords);
  EXPECT_EQ(live_.daemon().stop(), 0) << "the recorder ends behind the feeds";
  const std::vector<Record> records = copy();
  EXPECT_GT(published, 2u * 16'384) << "the ring went around";
  ASSERT_EQ(records.size(), published);
  for (std::size_t i = 0; i < records.size(); ++i) ASSERT_EQ(records[i].header.stamp, i + 1);
}

TEST_F(SharedRing, IsCopiedByARecorderInTheThreadOfItsFeeds) {
  write_days(15'000);
  configure(16'384, "threads: {all: {stages: [feed.one, recorder, feed.two]}}\nrecorder: {folder: " +
                        live_.file("copy").string() + "}\n");
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return have_ended(); })) << "nobody waits for himself";
  EXPECT_EQ(live_.daemon().stop(), 0);
  std::uint64_t due = 1;
  for (const Record& record : copy()) {
    ASSERT_EQ(record.header.stamp, due++);
    ASSERT_NE(record.header.type, RecordType::gap);
  }
  EXPECT_GT(due, 16'384u);
}

TEST_F(SharedRing, IsCopiedAcrossKillsWithNothingTwice) {
  write_days(30'000);
  configure(16'384, "recorder: {folder: " + live_.file("copy").string() + "}\n");
  for (int life = 0; life < 3; ++life) {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    ASSERT_TRUE(tests::eventually([&] { return live_.counter(counter::kRecorder, counter::kRecords) > 500; }));
    live_.daemon().kill();
  }
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return have_ended(); })) << live_.daemon().output();
  EXPECT_EQ(live_.daemon().stop(), 0);
  std::uint64_t due = 1;
  for (const Record& record : copy()) {
    ASSERT_EQ(record.header.stamp, due++) << "what one recorder had not copied the next one did";
  }
}

}  // namespace
}  // namespace tickplant::this_file
