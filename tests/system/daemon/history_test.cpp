// History of a running plant: what a reader of everything from the start is given equals what a live client saw, while
// the daemon writes, although the ring laps the reader again and again, and over a kill.
#include "clients/cpp/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "clients/cpp/derived_subscriber.hpp"
#include "clients/cpp/subscriber.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

using tests::LivePlant;

/// Records in the order they were told, with losses.
template <class Record>
struct SeenOf {
  void operator()(const Record& record) { records.push_back(record); }
  void on_lost(std::string_view, ringbuf::SequenceRange range) { lost += range.count(); }

  std::vector<Record> records;
  std::uint64_t lost = 0;
};
using Seen = SeenOf<ringbuf::Record>;

template <class Record>
std::size_t differences(const std::vector<Record>& a, const std::vector<Record>& b) {
  std::size_t count = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    count += std::memcmp(&a[i], &b[i], sizeof a[i]) != 0 ? 1 : 0;
  }
  return count;
}

class HistoryOfADaemon : public testing::Test {
 protected:
  void start(std::uint64_t ring_slots, const std::string& more = "") {
    live_.configure(
        {.ring_slots = ring_slots, .instruments = 256, .extra = more + "journal: {folder: auto, segment: 2MiB}\n"});
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", "50", "--rate", "40000", "--pre-open", "100ms"});
  }
  [[nodiscard]] std::filesystem::path folder() const { return std::filesystem::path(live_.state_folder()) / "journal"; }

  LivePlant live_;
  tests::TempDirectory plain_;  // a copy of the journal, without indexes
};

TEST_F(HistoryOfADaemon, FromTheStartEqualsWhatALiveClientSaw) {
  start(1 << 14);
  clients::Plant plant = live_.attach();
  clients::Subscriber client(plant, {.join = clients::Join::oldest});
  Seen truth, found;
  const auto watch = [&] {
    while (client.poll(truth) != 0) continue;
  };
  ASSERT_TRUE(tests::eventually([&] { return watch(), truth.records.size() > 30'000; }));
  clients::History history(plant, {.from = ringbuf::Sequence{1}, .journal = folder()});
  // Too slow each time it has joined: it is lapped, and goes back to the journal.
  std::size_t paused_until = 0;
  ASSERT_TRUE(tests::eventually([&] {
    watch();
    if (truth.records.size() < paused_until) return false;
    const bool was_joined = history.is_joined();
    (void)history.poll(found, 2'000);
    if (history.is_joined() && !was_joined) paused_until = truth.records.size() + 20'000;
    return history.lapped_count() >= 3;
  }));
  live_.venue().kill();
  ASSERT_TRUE(tests::eventually([&] {
    watch();
    (void)history.poll(found, 2'000);
    return history.is_joined() && found.records.size() >= truth.records.size() && history.poll(found) == 0;
  }));
  ASSERT_EQ(client.lost_count(), 0u);
  EXPECT_EQ(found.lost, 0u);
  EXPECT_EQ(history.unknown_count(), 0u);
  EXPECT_EQ(differences(truth.records, found.records), 0u);

  // The daemon is gone: the journal to its end, and what the ring has beyond.
  live_.daemon().kill();
  watch();  // time goes on to its last moment
  Seen left;
  clients::History rest(plant, {.from = ringbuf::Sequence{1}, .journal = folder()});
  ASSERT_TRUE(tests::eventually([&] { return rest.poll(left, 5'000) == 0 && rest.is_joined(); }));
  while (rest.poll(left, 5'000) != 0) continue;
  EXPECT_EQ(left.lost, 0u);
  EXPECT_EQ(differences(truth.records, left.records), 0u);
}

TEST_F(HistoryOfADaemon, FromATimeBeginsThereAndGoesOnOverARestart) {
  start(1 << 15);  // what the venue tells again after the restart comes at once, and laps nobody
  clients::Plant plant = live_.attach();
  clients::Subscriber client(plant, {.join = clients::Join::oldest});
  Seen truth;
  const auto watch = [&] {
    while (client.poll(truth) != 0) continue;
  };
  ASSERT_TRUE(tests::eventually([&] { return watch(), truth.records.size() > 40'000; }));
  const platform::UnixNanos from = truth.records[5'000].header.ts_recv;
  std::size_t first = 0;
  while (truth.records[first].header.ts_recv < from) ++first;

  Seen found;
  clients::History history(plant, {.from = from, .journal = folder()});
  (void)history.poll(found, 1'000);
  live_.daemon().kill();
  watch();
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] {
    watch();
    (void)history.poll(found, 2'000);
    return truth.records.size() > 60'000;
  }));
  live_.venue().kill();
  ASSERT_TRUE(tests::eventually([&] {
    watch();
    return history.poll(found, 2'000) == 0 && history.is_joined() &&
           found.records.size() >= truth.records.size() - first;
  }));
  EXPECT_EQ(client.lost_count(), 0u);
  EXPECT_EQ(found.lost, 0u);
  truth.records.erase(truth.records.begin(), truth.records.begin() + static_cast<std::ptrdiff_t>(first));
  EXPECT_EQ(differences(truth.records, found.records), 0u);
}

TEST_F(HistoryOfADaemon, OfResultsEqualsWhatALiveClientSawOverARestart) {
  std::ofstream(live_.file("analytics.yaml"))
      << "watermarks: {default: {bound: 0s, lateness: 50ms}}\nsets:\n  all:\n"
         "    windows: [{name: W100, size: 100ms}]\n    indicators: [{on: W100, of: [sma(3), rsi(4)]}]\n";
  start(1 << 16, "analytics: {file: " + live_.file("analytics.yaml").string() + ", shards: 2, ring_slots: 1024}\n");
  clients::Plant plant = live_.attach();
  clients::DerivedSubscriber client(plant, {.join = clients::DerivedJoin::oldest});
  SeenOf<ringbuf::DerivedRecord> truth, found;
  const auto watch = [&] {
    while (client.poll(truth) != 0) continue;
  };
  ASSERT_TRUE(tests::eventually([&] { return watch(), truth.records.size() > 2'000; }));
  live_.daemon().kill();
  watch();
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  // More than the rings hold: the first of them are in the journal alone.
  ASSERT_TRUE(tests::eventually([&] { return watch(), truth.records.size() > 3 * 1'024; }));
  live_.venue().kill();
  clients::DerivedHistory history(plant, {.from = ringbuf::Sequence{1}, .journal = folder()});
  ASSERT_TRUE(tests::eventually([&] {
    watch();
    return history.poll(found, 2'000) == 0 && history.is_joined() && found.records.size() >= truth.records.size();
  }));
  EXPECT_EQ(client.lost_count(), 0u);
  EXPECT_EQ(found.lost, 0u);
  EXPECT_EQ(history.unknown_count(), 0u);
  const auto in_order = [](std::vector<ringbuf::DerivedRecord>& records) {  // each ring's is kept
    std::ranges::stable_sort(records, {}, [](const auto& record) { return record.header.instrument.value % 2; });
  };
  in_order(truth.records);
  in_order(found.records);
  EXPECT_EQ(differences(truth.records, found.records), 0u);

  std::string lines;
  const std::string symbol = plant.symbol_of(truth.records.front().header.instrument);
  EXPECT_EQ(live_.command({"tail", "--derived", "--from", "1", "--journal", folder().string(), "--function", "W100",
                           "--count", "2", "--json", symbol},
                          &lines),
            0)
      << lines;
  EXPECT_NE(lines.find("\"type\":\"window_row\""), std::string::npos) << lines;
  EXPECT_EQ(live_.daemon().stop(), 0);
}

TEST_F(HistoryOfADaemon, ImageAndBookOfAPastTimeAreThoseOfThen) {
  start(1 << 13);
  clients::Plant plant = live_.attach();
  ASSERT_TRUE(tests::eventually([&] { return live_.feed_counter(ringbuf::counter::kRecords) > 60'000; }));
  live_.venue().kill();
  ASSERT_TRUE(tests::eventually([&] {
    return live_.counter(ringbuf::counter::kJournal, ringbuf::counter::kBehind) == 0 &&
           live_.feed_counter(ringbuf::counter::kSourceState) !=
               static_cast<std::uint64_t>(ringbuf::counter::SourceState::live);
  }));
  for (std::uint32_t id = 1; id <= 50; id += 7) {
    const std::string symbol = plant.symbol_of({id});
    for (const char* verb : {"image", "book"}) {
      std::string now, then;
      ASSERT_EQ(live_.command({verb, symbol}, &now), 0);
      EXPECT_EQ(live_.command({verb, symbol, "--at", "-1ms"}, &then), 0) << then;
      then.resize(
          std::min(then.size(), then.find("tickplant: ")));  // that an index would make it quicker, where it is slow
      EXPECT_EQ(now, then) << symbol;
    }
  }
}

TEST_F(HistoryOfADaemon, QuestionsAboutThePastAreAnsweredByIndexesAsByAReplay) {
  if (tests::is_quick()) GTEST_SKIP() << "the daemon looks every five seconds what there is to index";
  start(1 << 13);
  clients::Plant plant = live_.attach();
  clients::Subscriber client(plant, {.join = clients::Join::oldest});
  Seen truth;
  ASSERT_TRUE(tests::eventually([&] {
    while (client.poll(truth) != 0) continue;
    return std::filesystem::exists(folder() / ringbuf::index_file_name(2));
  }));
  live_.venue().kill();
  ASSERT_TRUE(tests::eventually([&] {
    while (client.poll(truth) != 0) continue;
    const std::size_t segments = ringbuf::list_segments(folder()).size();
    return segments > 2 && std::filesystem::exists(folder() / ringbuf::index_file_name(segments - 1));
  }));
  live_.daemon().kill();
  std::filesystem::copy(folder(), plain_.path());
  for (const auto& entry : std::filesystem::directory_iterator(plain_.path())) {
    if (ringbuf::index_number_of(entry.path().filename().string())) std::filesystem::remove(entry);
  }
  const std::size_t asked = tests::some_where_slow(8, 40);  // each by a replay of its own, too
  std::string questions;
  for (std::size_t i = 0; i < asked; ++i) {
    const ringbuf::Record& record = truth.records.at(i * (truth.records.size() / asked));
    questions +=
        plant.symbol_of({static_cast<std::uint32_t>(1 + i)}) + ' ' + std::to_string(record.header.ts_recv.value) + '\n';
  }
  const std::filesystem::path file = plain_.path() / "questions";
  std::ofstream(file) << questions;
  for (const char* verb : {"image", "book"}) {
    std::string indexed, replayed;
    (void)live_.command({verb, "--json", "--at-file", file.string(), "--journal", folder().string()}, &indexed);
    (void)live_.command({verb, "--json", "--at-file", file.string(), "--journal", plain_.path().string()}, &replayed);
    EXPECT_EQ(indexed.find("replay"), std::string::npos) << indexed;
    EXPECT_NE(replayed.find("replay"), std::string::npos);
    const auto answers = [](const std::string& text) {
      std::vector<std::string> out;
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('{')) out.push_back(line);
      }
      return out;
    };
    const std::vector<std::string> ours = answers(indexed), truth_of_them = answers(replayed);
    ASSERT_EQ(ours.size(), asked) << indexed;
    ASSERT_EQ(truth_of_them.size(), asked) << replayed;
    for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_EQ(ours[i], truth_of_them[i]);
  }
  std::string made;
  EXPECT_EQ(live_.command({"journal", "index", plain_.path().string(), "--json"}, &made), 0) << made;
  EXPECT_TRUE(std::filesystem::exists(plain_.path() / ringbuf::index_file_name(2)));
}

}  // namespace
}  // namespace tickplant::this_file
