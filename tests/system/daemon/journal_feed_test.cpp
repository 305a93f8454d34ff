// A plant that is fed from the journal of another one tells what that one told, and computes what it computed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/system/daemon/plant_output.hpp"
#include "tests/system/daemon/venue_truth.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using tests::LivePlant;

class JournalAsAFeed : public testing::Test {
 protected:
  void SetUp() override {
    tests::Program venue("tickplant-venue",
                         {"--write", (files_ / "day.itch").string(), "--messages", "60000", "--symbols", "40",
                          "--truth", files_ / "truth.json"},
                         {}, tests::Streams{files_ / "venue.log"});
    ASSERT_EQ(venue.wait(), 0) << venue.output();
    std::ofstream(files_ / "analytics.yaml")
        << "watermarks: {default: {bound: 1ms, lateness: 5ms}}\nsets:\n  all:\n"
           "    windows: [{name: W10, size: 10ms}]\n    indicators: [{on: W10, of: [sma(3)]}]\n";
  }
  void configure(const LivePlant& live, const std::string& protocol, const std::string& source) const {
    std::ofstream(live.config_file())
        << "plant: {name: demo, state_folder: " << live.state_folder()
        << "}\nrings:\n  ticks: {slots: 524288}\ninstruments: {capacity: 256}\nfeeds:\n  demo:\n    protocol: "
        << protocol << "\n    venue: XNAS\n    source: {" << source
        << "}\nanalytics: {file: " << (files_ / "analytics.yaml") << "}\njournal: {folder: auto, segment: 4MiB}\n";
  }
  static void run(LivePlant& live) {
    ASSERT_TRUE(live.start_daemon()) << live.daemon().output();
    ASSERT_TRUE(tests::eventually([&] { return live.has_ended() && tests::AttachedAnalytics(live).is_ordered(); }))
        << live.daemon().output();
  }
  static std::string journal_of(const LivePlant& live) {
    return (std::filesystem::path(live.state_folder()) / "journal").string();
  }

  tests::TempDirectory files_{"/dev/shm"};
};

TEST_F(JournalAsAFeed, TellsAndComputesWhatTheOtherPlantDid) {
  LivePlant first, second;
  configure(first, "itch50", "kind: day_file, path: " + (files_ / "day.itch").string());
  run(first);
  EXPECT_EQ(first.daemon().stop(), 0);
  configure(second, "journal", "kind: journal, path: " + journal_of(first));
  run(second);
  tests::expect_same_output(tests::output_of(second), tests::output_of(first));

  clients::Plant plant = second.attach();
  clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
  tests::BookClient client;
  while (subscriber.poll(client) > 0) continue;
  tests::expect_books_equal_truth(tests::read_truth(files_ / "truth.json"), client, plant);
  EXPECT_EQ(second.daemon().stop(), 0);
}

TEST_F(JournalAsAFeed, GoesOnBehindAKill) {
  LivePlant first, second;
  configure(first, "itch50", "kind: day_file, path: " + (files_ / "day.itch").string());
  run(first);
  EXPECT_EQ(first.daemon().stop(), 0);
  configure(second, "journal", "kind: journal, path: " + journal_of(first));
  ASSERT_TRUE(second.start_daemon()) << second.daemon().output();
  second.daemon().kill();
  run(second);
  EXPECT_TRUE(second.says("analytics goes on")) << second.daemon().output();
  tests::expect_same_output(tests::output_of(second), tests::output_of(first));
  EXPECT_EQ(second.daemon().stop(), 0);
}

TEST_F(JournalAsAFeed, SaysWhatIsNotThere) {
  LivePlant live;
  configure(live, "journal", "kind: journal, path: " + (files_ / "nothing").string());
  EXPECT_FALSE(live.start_daemon());
  EXPECT_THAT(live.daemon().output(), testing::HasSubstr("nothing"));
}

}  // namespace
}  // namespace tickplant::this_file
