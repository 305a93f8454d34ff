// A plant that is killed over and over gives what one gives that is not: the same ticks, bit for bit under the same
// numbers, and the same results.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/support/golden_csv.hpp"
#include "tests/support/itch_wire.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/system/daemon/plant_output.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using tests::LivePlant;

class Uninterrupted : public testing::Test {
 protected:
  void use(const std::string& day_file, const std::string& date, const std::string& analytics,
           const std::string& rest = "") {
    config_ =
        "rings:\n  ticks: {slots: 1048576}\ninstruments: {capacity: 256}\nfeeds:\n  demo:\n    protocol: itch50\n"
        "    venue: XNAS\n    trading_date: " +
        date + "\n    source: {kind: day_file, path: " + day_file + rest + "}\nanalytics: {file: " + analytics +
        "}\njournal: {folder: auto, segment: 8MiB, checkpoint: 100ms}\n";
  }
  /// The trades of golden/windows/`set`/input.csv as a day file. Empty: not there.
  std::string golden_day(const std::string& set) {
    const auto input = tests::golden_set("windows/" + set + "/input.csv");
    if (!input) return "";
    tests::itch::Buffer bytes;
    const tests::GoldenCsv csv(*input);
    std::map<std::string, std::uint16_t> locates;
    for (const std::vector<std::string>& row : csv.rows) {
      const std::int64_t time = std::stoll(row[1]) % (24 * 3'600 * platform::kNanosPerSecond);
      tests::itch::Header header;
      header.timestamp = {static_cast<std::uint64_t>(time)};
      const auto [locate, is_new] = locates.try_emplace(row[2], static_cast<std::uint16_t>(locates.size() + 1));
      header.stock_locate = {locate->second};
      if (is_new) {
        tests::itch::StockDirectory directory;
        directory.header = header;
        directory.stock = tests::itch::symbol(row[2]);
        tests::itch::encode_framed(directory, bytes);
      }
      tests::itch::Trade trade;
      trade.header = header;
      trade.stock = tests::itch::symbol(row[2]);
      trade.price = {static_cast<std::uint32_t>(std::stoul(row[4]))};
      trade.shares = static_cast<std::uint32_t>(std::stoul(row[5]));
      trade.match_number = {std::stoull(row[0]) + 1};
      tests::itch::encode_framed(trade, bytes);
    }
    const std::string path = files_ / (set + ".itch");
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path;
  }
  static void start(LivePlant& live) { ASSERT_TRUE(live.start_daemon()) << live.daemon().output(); }
  void write_config(const LivePlant& live) const {
    std::ofstream(live.config_file()) << "plant: {name: demo, state_folder: " << live.state_folder() << "}\n"
                                      << config_;
  }
  /// All of the file is in, ordered and computed.
  static bool is_done(const LivePlant& live) {
    if (!live.has_ended()) return false;
    const tests::AttachedAnalytics attached(live);
    return attached.derived_rings().empty() || attached.is_ordered();
  }
  [[nodiscard]] tests::PlantOutput run_through() const {
    LivePlant live;
    write_config(live);
    start(live);
    EXPECT_TRUE(tests::eventually([&] { return is_done(live); })) << live.daemon().output();
    EXPECT_EQ(live.daemon().stop(), 0);
    return tests::output_of(live);
  }
  tests::PlantOutput run_killed(tests::Random& random, int kills_wanted) {
    LivePlant live;
    write_config(live);
    int kills_amid = 0;
    for (int kill = 0; kill < kills_wanted; ++kill) {
      start(live);
      if (kill > 0) {
        EXPECT_TRUE(live.says("analytics goes on behind input")) << live.daemon().output();
      }
      std::this_thread::sleep_for(std::chrono::microseconds(random.below(30'000)));
      kills_amid += live.has_ended() ? 0 : 1;
      live.daemon().kill();
    }
    EXPECT_GE(kills_amid, 1) << "the file was over too soon";
    start(live);
    EXPECT_TRUE(tests::eventually([&] { return is_done(live); })) << live.daemon().output();
    EXPECT_EQ(live.counter(counter::kCheckpoints, counter::kDeterminismAlarms), 0u);
    EXPECT_EQ(live.daemon().stop(), 0);
    std::string audit;
    EXPECT_EQ(
        live.command({"journal", "audit", (std::filesystem::path(live.state_folder()) / "journal").string()}, &audit),
        0)
        << audit;
    return tests::output_of(live);
  }
  tests::TempDirectory files_{"/dev/shm"};
  std::string config_;
};

TEST_F(Uninterrupted, ADayOfTheExchangeIsWhatItIsWithoutKills) {
  const std::string day = files_ / "day.itch";
  tests::Program venue(
      "tickplant-venue",
      {"--write", day, "--messages", std::to_string(tests::some_where_slow(400'000, 800'000)), "--symbols", "40"}, {},
      tests::Streams{files_ / "venue.log"});
  ASSERT_EQ(venue.wait(), 0) << venue.output();
  const std::string analytics = files_ / "analytics.yaml";
  std::ofstream(analytics) << "watermarks: {default: {bound: 1ms, lateness: 5ms}}\nsets:\n  all:\n"
                              "    windows: [{name: W10, size: 10ms}, {name: W50, size: 50ms, slide: 10ms}]\n"
                              "    indicators: [{on: W10, of: [sma(3), rsi(5)]}]\n"
                              "    signals: [{name: turn, on: ticks, cross: [price, ema(5)]}]\n";
  use(day, "2025-01-02", analytics);
  tests::Random random(4711);
  const auto kills = static_cast<int>(tests::some_where_slow(4, 10));
  tests::expect_same_output(run_killed(random, kills), run_through());
}

TEST_F(Uninterrupted, TradesOfTheReferenceAreWhatTheyAreWithoutKills) {
  for (const char* const set : {"synth_1", "us_20131008"}) {
    if (set != std::string("synth_1") && tests::some_where_slow(1, 2) == 1) break;
    const std::string day = golden_day(set);
    if (day.empty()) GTEST_SKIP() << "golden data absent: " << set;
    use(day, set == std::string("synth_1") ? "2024-06-03" : "2013-10-08",
        std::string(TICKPLANT_SOURCE_DIR) + "/config/golden/P3.yaml", ", speed: 20000");
    tests::Random random(815);
    const auto kills = static_cast<int>(tests::some_where_slow(4, 8));
    tests::expect_same_output(run_killed(random, kills), run_through());
  }
}

/// A day of the exchange, sent over a wire to a plant that is killed, against the same day from its file.
class UninterruptedLive : public Uninterrupted {
 protected:
  explicit UninterruptedLive(bool is_whole = tests::some_where_slow(0, 1) != 0)
      : messages_(is_whole ? 150'000 : 60'000), kills_wanted_(is_whole ? 8 : 3) {}
  void SetUp() override {
    day_ = (files_ / "day.itch").string();
    tests::Program venue("tickplant-venue",
                         {"--write", day_, "--messages", std::to_string(messages_), "--symbols", "40"}, {},
                         tests::Streams{files_ / "venue.log"});
    ASSERT_EQ(venue.wait(), 0) << venue.output();
    use(day_, "2025-01-02", "none");
    expected_ = tests::without_source(run_through().ticks);
  }
  static std::string journal_of(const LivePlant& live) {
    return std::filesystem::path(live.state_folder()) / "journal";
  }
  using Between = std::function<void(LivePlant&, int kill)>;  // a death and the next start

  static void take_nothing(const LivePlant&, int) {}
  static void take_memory(const LivePlant& live, int) { std::filesystem::remove_all(live.folder()); }

  /// `segment`: of the journal, if each life is to fill one at least.
  void run_killed_live(bool over_tcp, std::uint64_t seed, const Between& between, const std::string& segment = "") {
    LivePlant live({.trading_date = "2025-01-02",
                    .ring_slots = 1 << 20,
                    .instruments = 256,
                    .recovery_wait = over_tcp ? "" : "20s",
                    .soupbintcp = over_tcp,
                    .extra = "analytics: {file: none}\njournal: {folder: auto, segment: " +
                             (segment.empty() ? "8MiB" : segment) + "}\n"});
    const std::string journal = journal_of(live);
    start(live);
    live.start_venue({"--replay", day_, "--rate", "50k", "--linger", "60s", "--history", "256MiB"});
    ASSERT_TRUE(tests::eventually([&] { return live.feed_counter(counter::kMessages) != 0; })) << live.venue().output();
    tests::Random random(seed);
    int kills = 0;
    for (; kills < kills_wanted_ && !live.has_ended(); ++kills) {
      const std::uint64_t before = live.counter(counter::kJournal, counter::kSegment);
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random.below(120)));
      EXPECT_TRUE(segment.empty() || tests::eventually([&] {
                    return live.counter(counter::kJournal, counter::kSegment) > before || live.has_ended();
                  }));
      live.daemon().kill();
      between(live, kills);
      start(live);
      EXPECT_TRUE(live.says("its books as they were told")) << live.daemon().output();
      started_ = live.daemon().output();
      starts_from_index_ += live.daemon().output().find("out of the index of segment") != std::string::npos ? 1 : 0;
    }
    EXPECT_GE(kills, segment.empty() ? kills_wanted_ / 2 : 1) << "the day was over too soon";
    ASSERT_TRUE(tests::eventually([&] { return live.has_ended(); })) << live.daemon().output();
    EXPECT_EQ(live.daemon().stop(), 0);
    live.venue().signal(SIGTERM);
    EXPECT_EQ(live.venue().wait(), 0);
    const std::vector<ringbuf::Record> told = tests::without_source(tests::journalled_ticks(journal));
    EXPECT_EQ(told.size(), expected_.size());
    for (std::size_t i = 0; i < std::min(told.size(), expected_.size()); ++i) {
      ASSERT_TRUE(feedhandlers::says_the_same(told[i], expected_[i])) << "record " << i << " of " << told.size();
    }
  }

  const int messages_, kills_wanted_;
  std::string day_;
  std::vector<ringbuf::Record> expected_;
  int starts_from_index_ = 0;
  std::string started_;  // what the newest one said
};

TEST_F(UninterruptedLive, OverTcpNothingIsMissedAndNothingToldTwice) { run_killed_live(true, 1, take_nothing); }
TEST_F(UninterruptedLive, OverTcpNorWhenSharedMemoryGoesToo) {
  run_killed_live(true, 2, [](const LivePlant& live, int kill) {
    if (kill % 2 == 0) take_memory(live, kill);
  });
}
TEST_F(UninterruptedLive, OverTcpNorWhenANewDeathComesBeforeAnythingIsToldInTheNewMemory) {
  run_killed_live(true, 5, [](LivePlant& live, int kill) {
    if (kill % 2 != 0) return;
    take_memory(live, kill);
    live.venue().signal(SIGSTOP);
    start(live);
    live.daemon().kill();
    live.venue().signal(SIGCONT);
  });
}
/// Always the whole day: books are put into an index only where enough was told since.
class UninterruptedLongDay : public UninterruptedLive {
 protected:
  UninterruptedLongDay() : UninterruptedLive(true) {}
};

TEST_F(UninterruptedLongDay, OverTcpNorWhereTheDayIsLongerThanTheJournalIsReadBack) {
  const auto leave_journal_and_indexes = [](const LivePlant& live, int kill) {
    take_memory(live, kill);
    std::string output;
    EXPECT_EQ(live.command({"journal", "index", journal_of(live)}, &output), 0) << output;
  };
  run_killed_live(true, 4, leave_journal_and_indexes, "2MiB");
  EXPECT_GE(starts_from_index_, 1) << started_;
}
TEST_F(UninterruptedLive, OverTheLinesNothingIsMissedAndNothingToldTwice) { run_killed_live(false, 3, take_nothing); }

}  // namespace
}  // namespace tickplant::this_file
