// What was computed of an instrument last: windows, average, signals, indicators, one consistent entry each.
#include "ringbuf/derived_image_table.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ringbuf/payload_view.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr InstrumentId kApple{3};
constexpr FunctionId kMinute{1}, kFiveMinutes{2}, kFifth{7}, kValues{3}, kLaterValues{5}, kCross{4};

class DerivedImageTest : public testing::Test {
 protected:
  DerivedRecord record(FunctionId function, std::int64_t time) {
    DerivedRecord out;
    out.header.stamp = ++sequence_;
    out.header.ts_event = {time};
    out.header.cause_seq = {100 + sequence_};
    out.header.instrument = kApple;
    out.header.function = function;
    return out;
  }
  template <class Body>
  void apply(FunctionId function, std::int64_t time, const Body& body, std::uint32_t revision = 0) {
    DerivedRecord out = record(function, time);
    out.header.revision = revision;
    writer_.apply(make_derived(out.header, body));
  }
  void row(FunctionId function, std::int64_t end, std::int64_t close, std::uint32_t revision = 0,
           double average_5min = kNoValue, Trend trend = Trend::neutral) {
    WindowRowBody body;
    body.start = {end - 60};
    body.end = {end};
    body.open = body.high = body.low = body.close = {close};
    body.volume = {10};
    body.count = 2;
    body.vwap = static_cast<double>(close);
    body.average_5min = average_5min;
    body.trend = trend;
    apply(function, end, body, revision);
  }
  void values(FunctionId function, std::int64_t end, std::uint16_t first, std::vector<double> all) {
    IndicatorValuesBody body;
    body.end = {end};
    body.first_output = first;
    body.count = static_cast<std::uint16_t>(all.size());
    std::copy(all.begin(), all.end(), body.value.begin());
    apply({static_cast<std::uint16_t>(function.value + first)}, end, body);
  }
  void signal(SignalValue what, std::int64_t time) {
    SignalBody body;
    body.what = what;
    body.price = {5};
    body.value[0] = 2.5;
    apply(kCross, time, body);
  }
  [[nodiscard]] DerivedImageEntry entry() const {
    DerivedImageEntry out;
    EXPECT_EQ(reader_.read(kApple, out), TableRead::value);
    return out;
  }

  PrivatePayload payload_{8 * kDerivedImageEntryBytes};
  std::span<DerivedImageSlot> slots_ = array_at<DerivedImageSlot>(payload_.bytes(), 0, 8);
  std::array<std::uint8_t, 6> places_{0, 1, 2, 0, 0, 0};
  DerivedImageWriter writer_{slots_, places_, 2};
  DerivedImageReader reader_{slots_};
  std::uint64_t sequence_ = 0;
};

TEST_F(DerivedImageTest, KnowsNothingBeforeTheFirstRecord) {
  DerivedImageEntry out;
  EXPECT_EQ(reader_.read(kApple, out), TableRead::never);
  EXPECT_EQ(reader_.read({8}, out), TableRead::never) << "beyond the table";
}

TEST_F(DerivedImageTest, SaysUpToWhichRecordItIsValid) {
  row(kMinute, 120, 7);
  row(kMinute, 180, 8);
  const DerivedImageEntry now = entry();
  EXPECT_EQ(now.sequence, Sequence{2});
  EXPECT_EQ(now.cause_seq, CauseSequence{102});
  EXPECT_EQ(now.ts_event, UnixNanos{180});
  EXPECT_EQ(now.instrument, kApple);
  EXPECT_EQ(now.shard, 2u);
}

TEST_F(DerivedImageTest, KeepsTheNewestRowOfEachOfItsWindows) {
  row(kMinute, 120, 7);
  row(kFiveMinutes, 120, 70, 0, 6.5, Trend::bullish);
  row(kMinute, 180, 8);
  row(kFifth, 180, 99);
  const DerivedImageEntry now = entry();
  EXPECT_EQ(now.window[0].close, Price{8});
  EXPECT_EQ(now.window[0].end, UnixNanos{180});
  EXPECT_EQ(now.window[0].function, kMinute);
  EXPECT_EQ(now.window[0].count, 2u);
  EXPECT_EQ(now.window[1].close, Price{70});
  EXPECT_EQ(now.window[2].function, FunctionId{0}) << "a window without a place";
  EXPECT_EQ(now.average_5min, 6.5) << "of the newest row that has one";
  EXPECT_EQ(now.trend, Trend::bullish);
  EXPECT_EQ(now.sequence, Sequence{4});
}

TEST_F(DerivedImageTest, ReplacesARowByItsRevisionAndNotByThatOfAnOlderWindow) {
  row(kMinute, 120, 7);
  row(kMinute, 180, 8);
  row(kMinute, 120, 1, 1);
  EXPECT_EQ(entry().window[0].close, Price{8});
  row(kMinute, 180, 9, 1);
  EXPECT_EQ(entry().window[0].close, Price{9});
  EXPECT_EQ(entry().window[0].revision, 1u);
}

TEST_F(DerivedImageTest, GivesTheRoomOfWhatAReloadRemovedToWhatIsNew) {
  constexpr FunctionId kNew{6}, kOldValues{7}, kNewValues{9}, kOtherValues{8};
  row(kMinute, 600, 7);
  row(kFiveMinutes, 600, 70);
  values(kOldValues, 600, 0, {1, 2, 3});
  const std::array<std::uint8_t, 10> places{0, 0, 2, 0, 0, 0, 1};
  std::array<DerivedImageWriter::IndicatorRank, 10> ranks;
  ranks[kNewValues.value] = {.set = 0, .place = 0};
  ranks[kOtherValues.value] = {.set = 0, .place = 1};
  writer_.change(places, ranks);
  row(kNew, 180, 8);
  EXPECT_EQ(entry().window[0].function, kNew) << "though its window ended before";
  EXPECT_EQ(entry().window[1].close, Price{70});
  values(kOtherValues, 660, 0, {4});
  EXPECT_EQ(entry().first_indicator, kOtherValues);
  EXPECT_EQ(entry().indicator_count, 1u);
  values(kNewValues, 660, 0, {5, 6});
  EXPECT_EQ(entry().first_indicator, kNewValues) << "of the set's first window, whatever its number";
  values(kOtherValues, 720, 0, {7});
  EXPECT_EQ(entry().first_indicator, kNewValues);
  EXPECT_EQ(entry().indicator[0], 5);
}

TEST_F(DerivedImageTest, KeepsTheNewestCrossApartFromOtherSignals) {
  signal(SignalValue::golden, 10);
  signal(SignalValue::volume, 20);
  const DerivedImageEntry now = entry();
  EXPECT_EQ(now.cross.what, SignalValue::golden);
  EXPECT_EQ(now.cross.time, UnixNanos{10});
  EXPECT_EQ(now.cross.price, Price{5});
  EXPECT_EQ(now.cross.value, 2.5);
  EXPECT_EQ(now.signal.what, SignalValue::volume);
  EXPECT_EQ(now.window[0].function, FunctionId{0});
  EXPECT_TRUE(std::isnan(now.indicator[0]));
}

TEST_F(DerivedImageTest, PutsTogetherIndicatorsThatCameInSeveralRecords) {
  values(kValues, 60, 0, std::vector<double>(20, 1.0));
  values(kValues, 60, 20, {2.0, 3.0});
  DerivedImageEntry now = entry();
  EXPECT_EQ(now.first_indicator, kValues);
  EXPECT_EQ(now.indicator_count, 22u);
  EXPECT_EQ(now.indicator[19], 1.0);
  EXPECT_EQ(now.indicator[21], 3.0);
  EXPECT_TRUE(std::isnan(now.indicator[22]));
  EXPECT_EQ(now.indicator_end, UnixNanos{60});
  values(kValues, 0, 0, {9.0});
  EXPECT_EQ(entry().indicator[0], 1.0) << "of an older bar";
}

TEST_F(DerivedImageTest, HasNoRoomForMoreThanSixtyFourIndicators) {
  values(kValues, 60, 60, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(entry().indicator_count, 64u);
  EXPECT_EQ(entry().indicator[63], 4.0);
  values(kValues, 60, 64, {7});
  values(kValues, 60, 0xffff, {8});
  EXPECT_EQ(entry().indicator[63], 4.0);
}

TEST_F(DerivedImageTest, KeepsTheIndicatorsOfTheFirstWindowThatHasAny) {
  values(kLaterValues, 60, 0, {1.0, 2.0});
  values(kValues, 60, 0, {3.0});
  values(kLaterValues, 60, 0, {4.0, 5.0});
  const DerivedImageEntry now = entry();
  EXPECT_EQ(now.first_indicator, kValues);
  EXPECT_EQ(now.indicator_count, 1u);
  EXPECT_EQ(now.indicator[0], 3.0);
  EXPECT_TRUE(std::isnan(now.indicator[1]));
}

TEST_F(DerivedImageTest, PassesOverInstrumentsItHasNoEntryFor) {
  DerivedRecord beyond = record(kMinute, 60);
  for (const std::uint32_t id : {0u, 8u, 0xffff'ffffu}) {
    beyond.header.instrument = {id};
    writer_.apply(make_derived(beyond.header, WindowRowBody{}));
  }
  for (const DerivedImageSlot& slot : slots_) EXPECT_EQ(slot.stamp.load(), 0u);
}

TEST_F(DerivedImageTest, SaysBusyWhileItsWriterIsDeadHalfWayAndEmptyAfterwards) {
  row(kMinute, 120, 7);
  const std::uint64_t stamp = slots_[kApple.value].stamp.load();
  slots_[kApple.value].begin({stamp + 1});
  DerivedImageEntry out;
  EXPECT_EQ(reader_.read(kApple, out), TableRead::busy);
  EXPECT_EQ(forget_half_written(slots_), 1u);
  EXPECT_EQ(forget_half_written(slots_), 0u);
  EXPECT_EQ(entry().window[0].function, FunctionId{0});
  EXPECT_EQ(entry().instrument, kNoInstrument);
  row(kMinute, 60, 5);
  EXPECT_EQ(entry().window[0].close, Price{5}) << "nothing of it stands in the way of the next row";
  EXPECT_GT(slots_[kApple.value].stamp.load(), stamp + 1);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
