// A plant whose daemon is killed, again and again, and two clients that outlive it all: one of ticks, one of results.
// In the end its life is one: computed again from the journal nothing is missing and all is equal to the bit, numbers
// are dense, and what clients were shown is what the journal has.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "clients/cpp/derived_subscriber.hpp"
#include "clients/cpp/subscriber.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "tests/system/daemon/kill_recorder.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::tests {

[[nodiscard]] inline bool are_equal(const ringbuf::DerivedRecord& a, const ringbuf::DerivedRecord& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

/// Results that a client was shown, by number.
struct ShownResults {
  std::map<std::uint64_t, ringbuf::DerivedRecord> results;
  std::uint64_t twice = 0, contradicted = 0;

  void operator()(const ringbuf::DerivedRecord& record) {
    const auto [at, is_new] = results.try_emplace(record.header.stamp, record);
    twice += is_new ? 0 : 1;
    contradicted += is_new || are_equal(at->second, record) ? 0 : 1;
  }
};

class RecoveringPlant {
 public:
  /// Rules on ticks, quotes, bars of the set and beside it, and on silence.
  static constexpr const char* kAlerts =
      "alerts:\n"
      "  - {name: cross, when: \"price crosses sma(5s)\", hysteresis_bps: 1}\n"
      "  - {name: busy, when: \"volume(1s) > 2000 and quality ok\", cooldown: 200ms}\n"
      "  - {name: strong, when: \"rsi(3, 1s) > 60 for 2 bars\", symbols: [\"*A*\"]}\n"
      "  - {name: wide, when: \"spread > 3 bps for 100ms\", cooldown: 1s}\n"
      "  - {name: quiet, when: \"silent > 300ms\"}\n"
      "  - {name: turned, when: signal(turn), cooldown: 500ms}\n"
      "  - name: fall\n    pattern: {on: ticks, steps: [{name: a, where: \"size > 100\"}, {name: b, times: 3, "
      "consecutive: true, where: \"price < a[0].price\"}]}\n    cooldown: 300ms\n";
  /// Rows and indicators every 100 ms, of each instrument, and signals on ticks.
  static constexpr const char* kAnalytics =
      "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n  all:\n"
      "    windows: [{name: W100, size: 100ms}, {name: W500, size: 500ms, slide: 100ms}]\n"
      "    indicators: [{on: W100, of: [sma(3), rsi(4)]}]\n"
      "    signals: [{name: turn, on: ticks, cross: [price, ema(5)]}]\n";
  [[nodiscard]] static std::string analytics_with_alerts() { return std::string(kAnalytics) + kAlerts; }

  explicit RecoveringPlant(const std::string& journal = "segment: 4MiB, checkpoint: 150ms",
                           const std::string& analytics = analytics_with_alerts(), const std::string& trading_date = "",
                           const std::string& day_file = "", int speed = 0) {
    std::ofstream(live_.file("analytics.yaml")) << analytics;
    live_.configure({.trading_date = trading_date,
                     .ring_slots = 1 << 18,
                     .instruments = 256,
                     .day_file = day_file,
                     .speed = speed,
                     .extra = "analytics: {file: " + live_.file("analytics.yaml").string() +
                              "}\njournal: {folder: auto, " + journal + "}\n"});
  }

  /// The first start, and the clients; the market is a file.
  void begin_with_file() {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    join();
  }
  /// The first start, the market and the clients.
  void begin() { begin({"--symbols", "20", "--rate", "20000", "--pre-open", "100ms"}); }
  void begin(const std::vector<std::string>& venue) {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue(venue);
    join();
  }
  /// The clients are new ones: a plant that was built anew closes their rings.
  void join() {
    clients_.emplace(live_);
    look();
  }
  /// Until there is nothing more just now. How much there was.
  std::size_t look() {
    std::size_t all = 0;
    for (std::size_t count = 1; count != 0; all += count) {
      count = clients_->ticks.poll(ticks) + clients_->derived.poll(shown);
    }
    return all;
  }
  [[nodiscard]] std::uint64_t ordered() const {
    return live_.counter(ringbuf::counter::kSequencer, ringbuf::counter::kOrdered);
  }
  /// Until so many records more have a place.
  void trade_for(std::uint64_t records) {
    const std::uint64_t before = ordered();
    ASSERT_TRUE(eventually([&] {
      look();
      return ordered() > before + records;
    })) << live_.daemon().output();
  }
  /// The next daemon, which goes on with what the one before had.
  void go_on() {
    ++restarts_;
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    ASSERT_TRUE(live_.says("analytics goes on behind input")) << live_.daemon().output();
    look();
  }

  /// The market ends, and the daemon in order.
  void end() {
    namespace counter = ringbuf::counter;
    ASSERT_TRUE(eventually([&] {
      look();
      return !live_.has_venue() || shown.results.size() > kResultsMin;
    })) << "nothing was computed";
    if (live_.has_venue()) live_.venue().kill();
    ASSERT_TRUE(eventually([&] { return look() == 0 && live_.counter(counter::kJournal, counter::kBehind) == 0; }));
    EXPECT_EQ(live_.counter(counter::kCheckpoints, counter::kDeterminismAlarms), 0u);
    EXPECT_EQ(live_.daemon().stop(), 0) << live_.daemon().output();
    look();
  }
  /// The same, and all of it is one life.
  void expect_one_life() {
    end();
    expect_equal_to_the_bit();
    expect_shown_is_stored();
  }

  /// It is one life, with nothing missing, and all results are equal.
  void expect_equal_to_the_bit() {
    audited = audit();
    ASSERT_EQ(audited["lives"].size(), 1u) << audited.dump(1);
    const nlohmann::json& life = audited["lives"][0];
    EXPECT_GE(life["restarts"], restarts_);
    EXPECT_EQ(life["lost_inputs"], 0) << audited.dump(1);
    EXPECT_EQ(life["unpublished"], 0) << "who goes on publishes what its predecessor had not";
    EXPECT_GT(life["equal"], kResultsMin);
    EXPECT_EQ(audited["is_equal"], true) << audited.dump(1);
  }

  LivePlant& live() noexcept { return live_; }
  [[nodiscard]] std::filesystem::path journal() const {
    return std::filesystem::path(live_.state_folder()) / "journal";
  }
  [[nodiscard]] nlohmann::json audit(int expected_code = 0) const {
    std::string output;
    EXPECT_EQ(live_.command({"journal", "audit", journal().string(), "--json"}, &output), expected_code) << output;
    return nlohmann::json::parse(output);
  }

  KillRecorder ticks;
  ShownResults shown;
  nlohmann::json audited;  // by expect_one_life()

 private:
  static constexpr std::size_t kResultsMin = 10;  // of a life: with fewer equality says little

  struct Clients {
    explicit Clients(const LivePlant& live) : plant(live.attach()) {}
    clients::Plant plant;
    clients::Subscriber ticks{plant, {.join = clients::Join::oldest}};
    clients::DerivedSubscriber derived{plant, {.join = clients::DerivedJoin::oldest}};
  };

  void expect_shown_is_stored() {
    ringbuf::JournalReader reader(journal(), {.rings = {"ticks", "derived"}});
    std::uint64_t stored = 0, different = 0, holes = 0;
    std::map<std::string, std::uint64_t> next;
    while (const auto item = reader.next()) {
      const auto* const records = std::get_if<ringbuf::JournalRecords>(&*item);
      if (records == nullptr) continue;
      const std::string ring(ringbuf::text_of(records->ring->name));
      const std::uint64_t expected = std::exchange(next[ring], records->first + records->count());
      holes += records->first != (expected == 0 ? 1 : expected) ? 1 : 0;
      for (std::size_t i = 0; i < records->count(); ++i) {
        if (ring == "ticks") {
          ticks.compare(records->as<ringbuf::Record>(i));
          continue;
        }
        const auto record = records->as<ringbuf::DerivedRecord>(i);
        const auto at = shown.results.find(record.header.stamp);
        stored += at == shown.results.end() ? 0 : 1;
        different += at == shown.results.end() || are_equal(at->second, record) ? 0 : 1;
      }
    }
    EXPECT_EQ(holes, 0u) << "numbers are dense over all kills";
    EXPECT_EQ(different, 0u);
    EXPECT_EQ(stored, shown.results.size()) << "what a client was shown is in the journal";
    EXPECT_GT(stored, kResultsMin);
    EXPECT_EQ(shown.contradicted, 0u) << "a result's number got a second content";
    EXPECT_EQ(ticks.two_contents, 0u) << "a tick's number got a second content";
    // A client that the machine let wait for longer than the ring holds lost something, and was told what.
    EXPECT_EQ(ticks.shown_twice + ticks.missing_untold, 0u);
    EXPECT_GE(ticks.compared, ticks.records);
  }

  LivePlant live_;
  std::optional<Clients> clients_;
  int restarts_ = 0;
};

}  // namespace tickplant::tests
