#include "daemon/stages/recorder_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>

#include "platform/setup_error.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/clock_page.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/source.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::Record;
using ringbuf::RecordType;
using testing::ElementsAre;

constexpr std::uint64_t kSlots = 64;

class RecorderStageTest : public testing::Test {
 protected:
  RecorderStageTest() {
    platform::ClockParameters line;
    ringbuf::ClockPageWriter(clock_.bytes()).publish(line);
  }

  void publish(int count) {
    for (int i = 0; i < count; ++i) {
      ringbuf::QuoteBody quote;
      quote.bid_price = {static_cast<std::int64_t>(writer_.last().value) + 1};
      const Record record = ringbuf::make_record({3}, {5}, {6}, quote);
      writer_.publish(&record);
    }
    writer_.complete_batch();
  }
  RecorderStage make() {
    return {(folder_ / "copy").string(),
            {{"ticks", ringbuf::TickReader::over(std::as_const(ring_).bytes(), kSlots, {1}), page_, 0}},
            counters_.emplace_back(counter_bytes_.bytes(), 64),
            PlantClock(ringbuf::ClockPageReader(std::as_const(clock_).bytes()))};
  }
  [[nodiscard]] std::vector<Record> copy() const {
    std::ifstream file(folder_ / "copy/ticks.ticks", std::ios::binary);
    std::vector<Record> records;
    for (Record record; file.read(reinterpret_cast<char*>(&record), sizeof record);) records.push_back(record);
    return records;
  }
  [[nodiscard]] std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> all;
    for (const Record& record : copy()) all.push_back(record.header.stamp);
    return all;
  }
  [[nodiscard]] std::uint64_t count(std::string_view name) const {
    return ringbuf::CountersReader(std::as_const(counter_bytes_).bytes()).find(counter::kRecorder, name).value_or(999);
  }

  tests::TempDirectory folder_;
  ringbuf::PrivatePayload ring_{sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kTickSlotBytes};
  ringbuf::PrivatePayload gating_{sizeof(ringbuf::GatingPage<>)};
  ringbuf::PrivatePayload clock_{ringbuf::ClockPageWriter::payload_bytes()};
  ringbuf::PrivatePayload counter_bytes_{ringbuf::CountersWriter::payload_bytes(64)};
  std::deque<ringbuf::CountersWriter> counters_;  // each daemon has one
  ringbuf::GatingPage<>& page_ = ringbuf::object_at<ringbuf::GatingPage<>>(gating_.bytes(), 0);
  ringbuf::Gate gate_{page_, kSlots};
  ringbuf::TickWriter writer_ = ringbuf::TickWriter::over(ring_.bytes(), kSlots);
};

TEST_F(RecorderStageTest, CopiesEveryRecordAsItIs) {
  RecorderStage recorder = make();
  EXPECT_EQ(recorder.do_work(), 0u);
  publish(3);
  EXPECT_EQ(recorder.do_work(), 3u);
  EXPECT_THAT(sequences(), ElementsAre(1, 2, 3));
  EXPECT_EQ(copy()[2].as<ringbuf::QuoteBody>().bid_price, ringbuf::Price{3});
  EXPECT_EQ(copy()[2].header.instrument, ringbuf::InstrumentId{3});
  EXPECT_EQ(count(counter::kRecords), 3u);
  EXPECT_EQ(count(counter::kLostRecords), 0u);
}

TEST_F(RecorderStageTest, HoldsUpAWriterThatWaitsUntilItHasCopied) {
  RecorderStage recorder = make();
  publish(60);
  EXPECT_EQ(gate_.room(writer_.last()), 4u);
  recorder.do_work();
  EXPECT_EQ(gate_.room(writer_.last()), kSlots);
}

TEST_F(RecorderStageTest, TellsInTheCopyWhatWasOverwrittenBeforeItCame) {
  RecorderStage recorder = make();
  publish(200);  // a live source does not wait
  while (recorder.do_work() != 0) continue;
  const std::vector<Record> all = copy();
  ASSERT_EQ(all.size(), 33u);
  ASSERT_EQ(all[0].header.type, RecordType::gap);
  const auto gap = all[0].as<ringbuf::GapBody>();
  EXPECT_EQ(gap.reason, ringbuf::GapReason::internal_reader);
  EXPECT_EQ(gap.first, 1u);
  EXPECT_EQ(gap.last, 168u);
  EXPECT_EQ(all[1].header.stamp, 169u);
  EXPECT_EQ(all.back().header.stamp, 200u);
  EXPECT_EQ(count(counter::kLostRecords), 168u);
  EXPECT_EQ(count(counter::kGaps), 1u);
  EXPECT_EQ(count(counter::kRecords), 32u);
}

TEST_F(RecorderStageTest, GoesOnBehindACopyThatIsThere) {
  {
    RecorderStage recorder = make();
    publish(3);
    recorder.do_work();
    publish(2);  // not copied: killed before
  }
  RecorderStage successor = make();
  publish(1);
  successor.do_work();
  EXPECT_THAT(sequences(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(RecorderStageTest, CutsOffARecordThatWasNotWrittenToItsEnd) {
  publish(2);
  { make().do_work(); }
  std::ofstream(folder_ / "copy/ticks.ticks", std::ios::binary | std::ios::app) << "half a record";
  RecorderStage successor = make();
  publish(1);
  successor.do_work();
  EXPECT_THAT(sequences(), ElementsAre(1, 2, 3));
}

TEST_F(RecorderStageTest, TellsWhatTheRingLostBetweenTwoCopies) {
  publish(2);
  { make().do_work(); }
  publish(300);
  make().do_work();
  const std::vector<Record> all = copy();
  ASSERT_GT(all.size(), 3u);
  ASSERT_EQ(all[2].header.type, RecordType::gap);
  EXPECT_EQ(all[2].as<ringbuf::GapBody>().first, 3u);
  EXPECT_EQ(all[2].as<ringbuf::GapBody>().last + 1, all[3].header.stamp);
}

TEST_F(RecorderStageTest, StartsAtTheBeginningOfARingWhoseNumbersBeganAnew) {
  std::filesystem::create_directory(folder_ / "copy");
  Record old;
  old.header.stamp = 1'000'000;
  std::ofstream(folder_ / "copy/ticks.ticks", std::ios::binary).write(reinterpret_cast<const char*>(&old), sizeof old);
  publish(2);
  make().do_work();
  EXPECT_THAT(sequences(), ElementsAre(1'000'000, 1, 2));
}

TEST_F(RecorderStageTest, CopiesWhatIsThereWhenItStopsAndHoldsUpNobodyAfterwards) {
  RecorderStage recorder = make();
  publish(50);
  recorder.on_stop();
  EXPECT_EQ(copy().size(), 50u);
  publish(30);
  EXPECT_EQ(gate_.room(writer_.last()), kSlots);
}

TEST_F(RecorderStageTest, HoldsUpNobodyWhileTheDiskRefuses) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  std::filesystem::create_directory(folder_ / "copy");
  std::filesystem::create_symlink("/dev/full", folder_ / "copy/ticks.ticks");
  RecorderStage recorder = make();
  publish(10);
  EXPECT_EQ(recorder.do_work(), 0u);
  EXPECT_EQ(count(counter::kErrorNumber), static_cast<std::uint64_t>(ENOSPC));
  EXPECT_EQ(gate_.room(writer_.last()), kSlots);
}

TEST_F(RecorderStageTest, RefusesAFolderThatCannotBe) {
  folder_.write("copy", "a file");
  try {
    make();
    FAIL();
  } catch (const platform::SetupError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("copy"));
    EXPECT_THAT(error.remedy(), testing::HasSubstr("recorder.folder"));
  }
}

}  // namespace
}  // namespace tickplant::daemon::this_file
