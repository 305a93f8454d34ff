// What a successor finds after a death at each step of publishing, and what it makes of it.
#include "ringbuf/ring_repair.hpp"

#include <gtest/gtest.h>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::ringbuf {
namespace {

constexpr std::uint64_t kSlots = 64;
constexpr std::uint64_t kInstruments = 8;
constexpr InstrumentId kApple{3};

class RingRepairTest : public testing::Test {
 protected:
  static Record trade(std::int64_t price, std::uint64_t size) {
    TradeBody body;
    body.price = {price};
    body.size = {size};
    return make_record(kApple, {1}, {2}, body);
  }
  static Record quote(std::int64_t bid) {
    QuoteBody body;
    body.bid_price = {bid};
    return make_record(kApple, {1}, {2}, body);
  }

  Record publish(Record record) {
    record.header.stamp = writer_.publish(&record).value;
    return record;
  }
  void publish_and_enter(const Record& record) {
    const Record published = publish(record);
    NewestWriter(newest_).apply(published);
    ImageWriter(image_).apply(published);
  }
  void end_batch() {
    writer_.flush();
    writer_.complete_image();
  }

  RingRepair repair() { return repair_ring(ring_.bytes(), kSlots, image_, newest_); }
  ImageEntry image() {
    ImageEntry entry;
    EXPECT_EQ(ImageReader(image_).read(kApple, entry), TableRead::value);
    return entry;
  }
  NewestEntry newest() {
    NewestEntry entry;
    EXPECT_EQ(NewestReader(newest_).read(kApple, entry), TableRead::value);
    return entry;
  }
  BroadcastControl<>& control() { return object_at<BroadcastControl<>>(ring_.bytes(), 0); }
  BroadcastSlot<64>& slot(std::uint64_t sequence) {
    return array_at<BroadcastSlot<64>>(ring_.bytes(), sizeof(BroadcastControl<>), kSlots)[sequence % kSlots];
  }

  PrivatePayload ring_{sizeof(BroadcastControl<>) + kSlots * 64};
  PrivatePayload image_bytes_{kInstruments * kImageEntryBytes};
  PrivatePayload newest_bytes_{kInstruments * kNewestEntryBytes};
  std::span<ImageSlot> image_ = array_at<ImageSlot>(image_bytes_.bytes(), 0, kInstruments);
  std::span<NewestSlot> newest_ = array_at<NewestSlot>(newest_bytes_.bytes(), 0, kInstruments);
  TickWriter writer_ = TickWriter::over(ring_.bytes(), kSlots);
};

TEST_F(RingRepairTest, FindsNothingToDoInARingThatNobodyWrote) {
  const RingRepair found = repair();
  EXPECT_EQ(found.last, Sequence{0});
  EXPECT_EQ(found.re_entered + found.half_written + found.no_longer_in_ring, 0u);
}

TEST_F(RingRepairTest, FindsNothingToDoBehindAWholeBatch) {
  publish_and_enter(trade(100, 7));
  end_batch();
  const RingRepair found = repair();
  EXPECT_EQ(found.last, Sequence{1});
  EXPECT_EQ(found.re_entered, 0u);
  EXPECT_EQ(image().volume.value, 7u);
}

TEST_F(RingRepairTest, CountsRecordsThatWerePublishedAfterTheLastFlush) {
  for (int i = 0; i < 5; ++i) publish_and_enter(quote(100 + i));
  EXPECT_EQ(control().published.load(), 0u);
  EXPECT_EQ(repair().last, Sequence{5});
  EXPECT_EQ(control().published.load(), 5u);
  EXPECT_EQ(control().image_complete_through.load(), 5u);
}

TEST_F(RingRepairTest, EntersWhatTheTablesLackAndNothingTwice) {
  publish_and_enter(trade(100, 7));
  const Record second = publish(trade(101, 5));  // died before newest
  const Record third = publish(trade(102, 3));
  (void)second;
  (void)third;
  EXPECT_EQ(repair().re_entered, 3u);
  EXPECT_EQ(image().volume.value, 15u);
  EXPECT_EQ(image().trade_count, 3u);
  EXPECT_EQ(image().last_price, Price{102});
  EXPECT_EQ(newest().volume.value, 15u);
  EXPECT_EQ(repair().re_entered, 0u);
  EXPECT_EQ(image().volume.value, 15u);
}

TEST_F(RingRepairTest, EntersIntoTheImageWhatNewestHasAlready) {
  const Record record = publish(trade(100, 7));
  NewestWriter(newest_).apply(record);  // died between the two
  repair();
  EXPECT_EQ(newest().volume.value, 7u);
  EXPECT_EQ(image().volume.value, 7u);
}

TEST_F(RingRepairTest, PassesOverTheSlotThatWasBeingWritten) {
  publish_and_enter(quote(100));
  slot(2).stamp.store(writing(2));
  slot(2).word[3].store(77);
  EXPECT_EQ(repair().last, Sequence{1});
  TickWriter successor = TickWriter::over(ring_.bytes(), kSlots, {1});
  const Record next = quote(200);
  EXPECT_EQ(successor.publish(&next), Sequence{2});
}

TEST_F(RingRepairTest, DoesNotTakeAnEarlierLapForTheNextRecord) {
  for (std::uint64_t i = 0; i < kSlots + 3; ++i) publish_and_enter(quote(100));
  end_batch();
  EXPECT_EQ(repair().last, Sequence{kSlots + 3});
}

TEST_F(RingRepairTest, SettlesAHalfWrittenImageAndSaysThatItsSumsMayLackOneRecord) {
  publish_and_enter(trade(100, 7));
  const Record record = publish(trade(101, 5));
  NewestWriter(newest_).apply(record);
  image_[kApple.value].begin({2});  // died in the image
  const RingRepair found = repair();
  EXPECT_EQ(found.half_written, 1u);
  EXPECT_EQ(image().stamp, 2u);
  EXPECT_TRUE(has(image().quality, Quality::gap_inside));
  EXPECT_EQ(image().volume.value, 7u);
}

TEST_F(RingRepairTest, SettlesAHalfWrittenNewest) {
  publish_and_enter(trade(100, 7));
  publish(trade(101, 5));
  newest_[kApple.value].begin({2});
  EXPECT_EQ(repair().half_written, 1u);
  EXPECT_EQ(newest().stamp, 2u);
  EXPECT_EQ(image().volume.value, 12u) << "the image had not been begun: it gets the trade";
}

TEST_F(RingRepairTest, CountsWhatTheRingHasOverwritten) {
  for (std::uint64_t i = 0; i < 3 * kSlots; ++i) publish(quote(100 + static_cast<std::int64_t>(i)));
  const RingRepair found = repair();
  EXPECT_EQ(found.no_longer_in_ring + found.re_entered, 3 * kSlots);
  EXPECT_GT(found.no_longer_in_ring, kSlots);
  EXPECT_EQ(image().bid_price, Price{100 + 3 * static_cast<std::int64_t>(kSlots) - 1});
}

TEST_F(RingRepairTest, LeavesRecordsAboutUnknownInstrumentsOut) {
  Record record = quote(100);
  record.header.instrument = {static_cast<std::uint32_t>(kInstruments) + 5};
  publish(record);
  record.header.instrument = kNoInstrument;
  publish(record);
  EXPECT_EQ(repair().re_entered, 0u);
}

}  // namespace
}  // namespace tickplant::ringbuf
