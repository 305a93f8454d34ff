// No sequence ever gets a second content, whatever happens to a plant and its memory; and operators hear when that is
// not certain.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cpp/subscriber.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/records/source.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::GapBody;
using ringbuf::GapReason;
using ringbuf::RecordType;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::LivePlant;

/// What a client that comes now is shown: all that the ring holds.
struct Shown {
  std::vector<ringbuf::Record> records;

  [[nodiscard]] std::uint64_t first() const { return records.front().header.stamp; }
  [[nodiscard]] std::uint64_t last() const { return records.back().header.stamp; }
  /// The skipped range that the first record tells of.
  [[nodiscard]] std::optional<ringbuf::SequenceRange> skipped() const {
    if (records.front().header.type != RecordType::gap) return std::nullopt;
    const auto gap = records.front().as<GapBody>();
    if (gap.reason != GapReason::restart) return std::nullopt;
    return ringbuf::SequenceRange{gap.first, gap.last};
  }
};

class Numbering : public testing::Test {
 protected:
  /// Runs until a few records are published (heartbeats: there is no venue).
  Shown run() {
    Shown shown;
    if (!live_.start_daemon()) {
      ADD_FAILURE() << live_.daemon().output();
      return shown;
    }
    clients::Plant plant = live_.attach();
    clients::Subscriber subscriber(plant, {.join = clients::Join::oldest});
    EXPECT_TRUE(tests::eventually([&] {
      subscriber.poll([&](const ringbuf::Record& record) { shown.records.push_back(record); });
      return shown.records.size() >= 3;
    }));
    return shown;
  }
  /// The newest sequence of a plant that is not running.
  [[nodiscard]] std::uint64_t left_behind() const {
    const clients::Plant plant = live_.attach();
    const auto ring = ringbuf::ReadOnlySegment::attach(std::filesystem::path(live_.folder()) / "ticks.seg",
                                                       {ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema});
    return ringbuf::TickReader::over(ring.payload(), ring.header().slot_count, {1}).published().value;
  }
  void reboot() {
    live_.daemon().kill();
    std::filesystem::remove_all(live_.folder());
  }
  [[nodiscard]] std::filesystem::path sequences() const {
    return std::filesystem::path(live_.state_folder()) / "sequences";
  }

  LivePlant live_{{.ring_slots = 4096}};
};

TEST_F(Numbering, ResumesAboveTheLeaseAfterARebootAndSaysWhatItSkipped) {
  const Shown before = run();
  reboot();
  const Shown after = run();
  ASSERT_TRUE(after.skipped().has_value());
  EXPECT_GT(after.first(), before.last());
  EXPECT_EQ(after.skipped()->last, after.first() - 1);
  EXPECT_EQ(after.skipped()->first, 1u) << "nothing is known of any of these";
  const Shown again = (reboot(), run());
  EXPECT_GT(again.first(), after.last()) << "each reboot has numbers of its own";
  EXPECT_EQ(again.skipped()->first, after.first()) << "those before were told of already";
  for (const ringbuf::Record& record : again.records) EXPECT_NE(record.header.ts_recv.value, 0);
}

TEST_F(Numbering, GoesOnExactlyAfterStopTookTheMemoryAway) {
  (void)run();
  const clients::Plant mapped = live_.attach();
  const auto ring = ringbuf::ReadOnlySegment::attach(std::filesystem::path(live_.folder()) / "ticks.seg",
                                                     {ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema});
  std::thread reaper([&] { (void)live_.daemon().wait(); });
  std::string output;
  EXPECT_EQ(live_.command({"stop"}, &output), 0) << output;
  reaper.join();
  ASSERT_FALSE(std::filesystem::exists(std::filesystem::path(live_.folder()) / "ticks.seg"));
  const std::uint64_t last = ringbuf::TickReader::over(ring.payload(), ring.header().slot_count, {1}).published().value;
  const Shown after = run();
  EXPECT_EQ(after.first(), last + 1);
  EXPECT_EQ(after.skipped(), std::nullopt) << "nothing was skipped";
}

TEST_F(Numbering, GoesOnExactlyInARingOfAnotherSizeAfterKillMinusNine) {
  (void)run();
  live_.daemon().kill();
  const std::uint64_t last = left_behind();
  live_.configure({.ring_slots = 8192});
  const Shown after = run();
  EXPECT_EQ(after.first(), last + 1);
  EXPECT_EQ(after.skipped(), std::nullopt) << "the old ring held all that was published";
}

TEST_F(Numbering, RefusesToStartOnADamagedFile) {
  (void)run();
  reboot();
  std::filesystem::resize_file(sequences(), std::filesystem::file_size(sequences()) - 1);
  tests::Program daemon("tickplantd", {"--config", live_.config_file()}, live_.environment(),
                        tests::Streams{live_.file("refused.log")});
  EXPECT_EQ(daemon.wait(), 2);
  EXPECT_THAT(daemon.output(), AllOf(HasSubstr(sequences().string()), HasSubstr("remedy: "), HasSubstr("rm '")));
  EXPECT_FALSE(std::filesystem::exists(live_.folder())) << "a start that failed leaves a trace";
  std::filesystem::remove(sequences());
  EXPECT_EQ(run().first(), 1u) << "the remedy works";
}

TEST_F(Numbering, RefusesTheStateOfAPlantThatRuns) {
  (void)run();
  tests::Program::Environment elsewhere = live_.environment();
  elsewhere["TICKPLANT_RUNTIME"] = live_.file("elsewhere").string();
  elsewhere["TICKPLANT_FEEDS_DEMO_SOURCE_LINE_A_PORT"] = std::to_string(live_.port());
  tests::Program second("tickplantd", {"--config", live_.config_file()}, elsewhere,
                        tests::Streams{live_.file("second.log")});
  EXPECT_EQ(second.wait(), 2);
  EXPECT_THAT(second.output(), HasSubstr("another daemon keeps"));
}

TEST_F(Numbering, GoesOnLoudlyWhereItsStateCannotBeWritten) {
  live_.configure({.ring_slots = 4096, .state_folder = "/proc/no-such-folder"});
  (void)run();
  EXPECT_THAT(live_.daemon().output(),
              AllOf(HasSubstr("error: "), HasSubstr("/proc/no-such-folder"), HasSubstr("plant.state_folder")));
  EXPECT_EQ(live_.counter(counter::kHousekeeping, counter::kNumbersAtRisk), 1u);
  EXPECT_GE(live_.counter(counter::kHousekeeping, counter::kLeaseFailures), 1u);
  std::string said;
  EXPECT_EQ(live_.command({"health", "--ignore", "feed_silent"}, &said), 1);
  EXPECT_THAT(said, HasSubstr("numbers"));
  EXPECT_EQ(live_.command({"status"}, &said), 0);
  EXPECT_THAT(said, HasSubstr("sequence numbers may come twice"));
}

TEST_F(Numbering, SaysWhereItsStateIs) {
  tests::Program check("tickplantd", {"--config", live_.config_file(), "--check-config"}, live_.environment(),
                       tests::Streams{live_.file("check.log")});
  EXPECT_EQ(check.wait(), 0);
  EXPECT_THAT(check.output(), HasSubstr(live_.state_folder()));
  EXPECT_FALSE(std::filesystem::exists(live_.state_folder())) << "a check makes nothing";
}

TEST_F(Numbering, LeavesTheFileToTheDaemonAlone) {
  (void)run();
  EXPECT_EQ(std::filesystem::status(live_.state_folder()).permissions(), std::filesystem::perms::owner_all);
  EXPECT_EQ(std::filesystem::status(sequences()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::string said;
  EXPECT_EQ(live_.command({"status"}, &said), 0);
  EXPECT_THAT(said, Not(HasSubstr("sequence numbers may come twice")));
}

}  // namespace
}  // namespace tickplant::this_file
