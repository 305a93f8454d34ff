// Several feeds, of which two share a ring, and several shards: killed over and over, at times with all shared memory,
// the plant tells what one tells that is not, of each instrument in its order, and computes one life.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>
#include <tuple>

#include <nlohmann/json.hpp>

#include "feedhandlers/told_records.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "tests/support/random.hpp"
#include "tests/support/sanitizers.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::Record;
using tests::LivePlant;

class UninterruptedFeeds : public testing::Test {
 protected:
  using Told = std::map<std::string, std::vector<Record>>;  // by instrument

  void SetUp() override {
    const std::string messages = std::to_string(tests::some_where_slow(60'000, 200'000));
    for (const auto& [venue, seed] : {std::pair{"XNAS", "1"}, {"XBOS", "2"}, {"XPHL", "3"}}) {
      tests::Program writer("tickplant-venue",
                            {"--write", day_of(venue), "--messages", messages, "--symbols", "20", "--seed", seed}, {},
                            tests::Streams{files_ / "venue.log"});
      ASSERT_EQ(writer.wait(), 0) << writer.output();
    }
    std::ofstream(files_ / "analytics.yaml")
        << "watermarks: {default: {bound: 1ms, lateness: 5ms}}\nnbbo: {enabled: true}\nsets:\n  all:\n"
           "    windows: [{name: W10, size: 10ms}]\n    indicators: [{on: W10, of: [sma(3), rsi(5)]}]\n"
           "    signals: [{name: turn, on: ticks, cross: [price, ema(5)]}]\n";
  }
  [[nodiscard]] std::string day_of(const std::string& venue) const { return files_ / (venue + ".itch"); }

  void configure(const LivePlant& live) const {
    std::ofstream out(live.config_file());
    out << "plant: {name: demo, state_folder: " << live.state_folder()
        << "}\nrings: {alone: {slots: 262144}, shared: {slots: 262144}}\ninstruments: {capacity: 256}\nanalytics: "
           "{shards: 2, file: "
        << std::string(files_ / "analytics.yaml")
        << "}\njournal: {folder: auto, segment: 8MiB, checkpoint: 100ms}\nfeeds:\n";
    for (const auto& [feed, venue, ring] :
         {std::tuple{"one", "XNAS", "alone"}, {"two", "XBOS", "shared"}, {"three", "XPHL", "shared"}}) {
      out << "  " << feed << ": {protocol: itch50, venue: " << venue << ", trading_date: 2025-01-02, ring: " << ring
          << ", source: {kind: day_file, path: " << day_of(venue) << "}}\n";
    }
  }
  static bool have_ended(const LivePlant& live) {
    const auto ended = static_cast<std::uint64_t>(counter::SourceState::ended);
    for (const char* const feed : {"feed.one", "feed.two", "feed.three"}) {
      if (live.counter(feed, counter::kSourceState) != ended) return false;
    }
    return true;
  }
  /// To its end, and what its journal has then. `kills` before that.
  Told run(int kills) {
    LivePlant live;
    configure(live);
    tests::Random random(42);
    int kills_amid = 0;
    for (int kill = 1; kill <= kills; ++kill) {
      start(live);
      if (kill > 1) {
        EXPECT_TRUE(live.says("analytics goes on behind input")) << "kill " << kill << '\n' << live.daemon().output();
      }
      std::this_thread::sleep_for(std::chrono::microseconds(random.below(30'000)));
      kills_amid += have_ended(live) ? 0 : 1;
      live.daemon().kill();
      if (kill % 3 == 0) std::filesystem::remove_all(live.folder());
    }
    EXPECT_TRUE(kills == 0 || kills_amid > 1) << "the files were over too soon";
    start(live);
    EXPECT_TRUE(tests::eventually([&] { return have_ended(live); })) << live.daemon().output();
    EXPECT_EQ(live.counter(counter::kCheckpoints, counter::kDeterminismAlarms), 0u);
    EXPECT_EQ(live.daemon().stop(), 0) << live.daemon().output();
    const std::filesystem::path journal = std::filesystem::path(live.state_folder()) / "journal";
    std::string audited;
    EXPECT_EQ(live.command({"journal", "audit", journal.string(), "--json"}, &audited), 0) << audited;
    const nlohmann::json found = nlohmann::json::parse(audited, nullptr, false);
    const bool is_one_life = found.is_object() && found["lives"].size() == 1;
    EXPECT_TRUE(is_one_life && found["is_equal"] == true && found["lives"][0]["lost_inputs"] == 0) << audited;
    return told_in(journal);
  }
  static void start(LivePlant& live) { ASSERT_TRUE(live.start_daemon()) << live.daemon().output(); }
  static Told told_in(const std::filesystem::path& journal) {
    Told told;
    ringbuf::JournalReader reader(journal, {.rings = {"alone", "shared"}});
    while (const auto item = reader.next()) {
      const auto* const records = std::get_if<ringbuf::JournalRecords>(&*item);
      if (records == nullptr) {
        const auto& loss = std::get<ringbuf::JournalLoss>(*item);
        EXPECT_EQ(loss.reason, ringbuf::LossReason::skipped) << loss.range.first;
        continue;
      }
      for (std::size_t i = 0; i < records->count(); ++i) {
        auto record = records->as<Record>(i);
        if (record.header.instrument == ringbuf::kNoInstrument) continue;
        const ringbuf::InstrumentEntry* const entry = reader.knowledge().instrument(record.header.instrument);
        record.header.instrument = {1};  // numbered as feeds came to define them
        told[entry == nullptr ? "?" : name_of(*entry)].push_back(record);
      }
    }
    return told;
  }

  tests::TempDirectory files_{"/dev/shm"};
};

TEST_F(UninterruptedFeeds, TellTheSameOfEachInstrumentOverKillsAndLostMemory) {
  const Told expected = run(0), told = run(static_cast<int>(tests::some_where_slow(4, 9)));
  ASSERT_EQ(expected.size(), 60u);
  ASSERT_EQ(told.size(), expected.size());
  for (const auto& [name, records] : expected) {
    ASSERT_TRUE(told.contains(name)) << name;
    const std::vector<Record>& ours = told.at(name);
    ASSERT_EQ(ours.size(), records.size()) << name;
    for (std::size_t i = 0; i < records.size(); ++i) {
      ASSERT_TRUE(feedhandlers::says_the_same(ours[i], records[i])) << name << ", record " << i;
    }
  }
}

}  // namespace
}  // namespace tickplant::this_file
