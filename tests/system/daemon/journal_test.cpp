// The journal of the real daemon: over kill -9 and restarts it holds what an outside client was shown, and what was
// called durable.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>

#include "clients/cpp/subscriber.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_facts.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "tests/support/random.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using counter::JournalState;
using ringbuf::BlockKind;
using testing::HasSubstr;
using tests::LivePlant;

/// All that the journal of a folder holds of a ring, and what is missing.
struct RingInJournal {
  std::map<std::uint64_t, ringbuf::Record> ticks;
  std::map<BlockKind, std::uint64_t> newest;  // by kind, of the first ring of that kind
  std::uint64_t holes = 0, twice = 0, losses = 0, epochs = 0;
  bool is_closed = false;

  static RingInJournal read(const std::filesystem::path& folder) {
    RingInJournal out;
    std::map<std::uint32_t, std::uint64_t> next;
    std::uint64_t epoch = 0;
    ringbuf::JournalScanner scanner(folder);
    while (const auto block = scanner.next()) {
      const ringbuf::JournalBlockHeader& header = block->header;
      out.epochs += header.epoch != epoch ? 1 : 0;
      epoch = header.epoch;
      out.is_closed = false;
      if (header.kind == BlockKind::facts) {
        out.take_facts(block->payload, next);
        continue;
      }
      std::uint64_t& expected = next[header.ring];
      if (expected != 0 && header.first > expected) ++out.holes;
      if (expected != 0 && header.first < expected) ++out.twice;
      expected = header.first + header.count;
      out.newest[header.kind] = expected - 1;
      for (std::uint32_t i = 0; i < header.count && header.kind == BlockKind::ticks; ++i) {
        ringbuf::Record record;
        std::memcpy(static_cast<void*>(&record), block->payload.data() + i * sizeof record, sizeof record);
        out.ticks[header.first + i] = record;
      }
    }
    EXPECT_NE(scanner.end().kind, ringbuf::JournalEndKind::damaged);
    return out;
  }

 private:
  void take_facts(std::span<const std::byte> payload, std::map<std::uint32_t, std::uint64_t>& next) {
    ringbuf::FactsReader facts(payload);
    while (const auto fact = facts.next()) {
      is_closed = fact->kind == ringbuf::FactKind::closed;
      if (fact->kind != ringbuf::FactKind::loss) continue;
      const auto loss = fact->as<ringbuf::LossFact>();
      losses += loss.last - loss.first + 1;
      next[loss.ring] = loss.last + 1;
    }
  }
};

class JournalOfADaemon : public testing::Test {
 protected:
  static tests::PlantOptions options(const std::string& journal) {
    return {
        .ring_slots = 1 << 18, .instruments = 256, .extra = "analytics: {file: auto}\njournal: {" + journal + "}\n"};
  }
  [[nodiscard]] std::filesystem::path folder() const { return std::filesystem::path(live_.state_folder()) / "journal"; }
  [[nodiscard]] std::uint64_t journal(std::string_view name) const { return live_.counter(counter::kJournal, name); }
  [[nodiscard]] JournalState state() const { return static_cast<JournalState>(journal(counter::kJournalState)); }
  [[nodiscard]] static std::uint64_t durable_of(clients::Plant& plant) {
    const auto ring = plant.open("ticks", {ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema});
    return ringbuf::object_at<const ringbuf::BroadcastControl<>>(ring->payload(), 0).durable.load();
  }

  LivePlant live_;
};

TEST_F(JournalOfADaemon, HoldsWhatAClientWasShownOverKills) {
  live_.configure(options("folder: auto, segment: 2MiB"));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "50", "--rate", "30000", "--pre-open", "100ms"});
  tests::Random random(tests::test_seed());
  std::map<std::uint64_t, ringbuf::Record> shown;
  clients::Plant plant = live_.attach();
  clients::Subscriber client(plant, {.join = clients::Join::oldest});
  const auto look = [&] {
    return client.poll([&](const ringbuf::Record& record) { shown[record.header.stamp] = record; });
  };
  for (int kills = 0; kills < 4; ++kills) {
    const std::uint64_t wanted = shown.size() + 5'000 + random.below(10'000);
    ASSERT_TRUE(tests::eventually([&] { return look() != 0 && shown.size() > wanted; }));
    live_.daemon().kill();
    const std::uint64_t durable = durable_of(plant);
    const RingInJournal found = RingInJournal::read(folder());
    EXPECT_GT(durable, 0u);
    EXPECT_GE(found.ticks.rbegin()->first, durable);
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  }
  live_.venue().kill();
  ASSERT_TRUE(tests::eventually([&] { return look() == 0 && journal(counter::kBehind) == 0; }));
  live_.daemon().signal(SIGTERM);
  EXPECT_EQ(live_.daemon().wait(), 0);
  while (look() != 0) continue;

  const RingInJournal found = RingInJournal::read(folder());
  EXPECT_EQ(found.holes, 0u);
  EXPECT_EQ(found.twice, 0u);
  EXPECT_EQ(found.losses, 0u);
  EXPECT_EQ(found.epochs, 5u);
  EXPECT_TRUE(found.is_closed);
  EXPECT_EQ(state(), JournalState::closed);
  EXPECT_GT(found.newest.at(BlockKind::runs), 0u);
  EXPECT_GT(found.newest.at(BlockKind::derived), 0u);
  EXPECT_EQ(durable_of(plant), found.ticks.rbegin()->first);
  ASSERT_GT(shown.size(), 20'000u);
  std::uint64_t missing = 0, different = 0;
  for (const auto& [sequence, record] : shown) {
    const auto stored = found.ticks.find(sequence);
    missing += stored == found.ticks.end() ? 1 : 0;
    different += stored != found.ticks.end() && std::memcmp(&stored->second, &record, sizeof record) != 0 ? 1 : 0;
  }
  EXPECT_EQ(missing, 0u);
  EXPECT_EQ(different, 0u);
  EXPECT_EQ(found.ticks.size(), shown.size());
  std::string output;
  EXPECT_EQ(live_.command({"journal", "verify", folder().string()}, &output), 0) << output;
  EXPECT_THAT(output, HasSubstr("closed in order"));
}

TEST_F(JournalOfADaemon, HasOneDaemon) {
  live_.configure(options("folder: auto, segment: 2MiB"));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  LivePlant other;
  other.configure(options("folder: " + folder().string() + ", segment: 2MiB"));
  EXPECT_FALSE(other.start_daemon());
  EXPECT_EQ(other.daemon().exit_code(), 2);
  EXPECT_THAT(other.daemon().output(), HasSubstr("is already written by process"));
  EXPECT_THAT(other.daemon().output(), HasSubstr("journal.folder"));
}

/// The smaller one has no room for the first file.
class JournalOnASmallDisk : public JournalOfADaemon, public testing::WithParamInterface<const char*> {};

TEST_P(JournalOnASmallDisk, IsDegradedHoldsUpNobodyAndGoesOnByItself) {
  live_.configure(options("folder: auto, segment: 2MiB"));
  const bool is_mounted = tests::on_small_disk(folder(), GetParam(), [&] {
    ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
    live_.start_venue({"--symbols", "50", "--rate", "50000", "--pre-open", "100ms"});
    ASSERT_TRUE(tests::eventually([&] { return state() == JournalState::degraded; }));
    EXPECT_EQ(journal(counter::kErrorNumber), static_cast<std::uint64_t>(ENOSPC));
    std::string output;
    EXPECT_EQ(live_.command({"health"}, &output), 1);
    EXPECT_THAT(output, HasSubstr("degraded: journal: No space left on device"));
    const std::uint64_t packets = live_.feed_counter(counter::kPackets);
    ASSERT_TRUE(tests::eventually([&] { return live_.feed_counter(counter::kPackets) > packets + 1'000; }));
    EXPECT_EQ(state(), JournalState::degraded);

    ASSERT_TRUE(tests::grow_disk(folder(), "512m"));
    ASSERT_TRUE(tests::eventually([&] { return state() == JournalState::writing; }));
    live_.venue().kill();
    ASSERT_TRUE(tests::eventually([&] {
      return journal(counter::kBehind) == 0 &&
             live_.daemon().output().find("the journal is written again") != std::string::npos;
    }));
    live_.daemon().signal(SIGTERM);
    EXPECT_EQ(live_.daemon().wait(), 0);
    const RingInJournal found = RingInJournal::read(folder());
    EXPECT_EQ(found.holes, 0u) << "what is missing is told";
    EXPECT_EQ(found.losses, journal(counter::kLostRecords));
    EXPECT_TRUE(found.is_closed);
    EXPECT_THAT(live_.daemon().output(), HasSubstr("degraded: journal: No space left on device"));
  });
  if (!is_mounted) GTEST_SKIP() << "mounting is for root";
}

INSTANTIATE_TEST_SUITE_P(Sizes, JournalOnASmallDisk, testing::Values("1m", "6m"));

TEST_F(JournalOfADaemon, IsToldOfInStatusAndLog) {
  live_.configure(options("folder: auto, segment: 2MiB"));
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  ASSERT_TRUE(tests::eventually([&] { return state() == JournalState::writing; }));
  std::string output;
  EXPECT_EQ(live_.command({"status"}, &output), 0);
  EXPECT_THAT(output, HasSubstr("writing, file 1"));
  EXPECT_THAT(live_.daemon().output(), HasSubstr("journal in " + folder().string()));
  EXPECT_THAT(live_.daemon().output(), HasSubstr("thread journal: journal, not pinned"));
}

}  // namespace
}  // namespace tickplant::this_file
