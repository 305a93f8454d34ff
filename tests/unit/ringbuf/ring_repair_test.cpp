// What a successor finds after a death at each step of publishing, and what it makes of it.
#include "ringbuf/ring_repair.hpp"

#include <gtest/gtest.h>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/trade.hpp"
#include "ringbuf/shared_broadcast_writer.hpp"
#include "ringbuf/table_undo.hpp"

namespace tickplant::ringbuf::this_file {
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

  RingRepair repair() { return repair_ring({ring_.bytes(), kSlots, image_, newest_}); }
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

// --- with the notes of the writer: exact ---

class RingRepairWithNotes : public RingRepairTest {
 protected:
  GatingPage<>& gating() { return object_at<GatingPage<>>(gating_bytes_.bytes(), 0); }
  TableUndo undo(std::size_t writer = 0) { return {gating().undo[writer], image_, newest_}; }
  Record publish_and_note(const Record& record, std::size_t writer = 0) {
    const Record published = publish(record);
    undo(writer).note({published.header.stamp}, kApple, record.header.type == RecordType::trade);
    return published;
  }
  RingRepair repair() { return repair_ring({ring_.bytes(), kSlots, image_, newest_, &gating(), directory_}); }

  PrivatePayload gating_bytes_{sizeof(GatingPage<>)};
  const InstrumentDirectoryReader* directory_ = nullptr;
};

TEST_F(RingRepairWithNotes, GivesAHalfWrittenImageItsTradeExactlyOnce) {
  publish_and_enter(trade(100, 7));
  const Record record = publish_and_note(trade(101, 5));
  NewestWriter(newest_).apply(record);
  ImageSlot& entry = image_[kApple.value];
  ImageSlot before;
  std::memcpy(static_cast<void*>(&before), &entry, sizeof entry);
  // Died in the image: before its first word, and behind each of them as a whole write would leave it.
  ImageWriter(image_).apply(record);
  ImageSlot after;
  std::memcpy(static_cast<void*>(&after), &entry, sizeof entry);
  for (std::size_t words = 0; words <= ImageSlot::kWords; ++words) {
    std::memcpy(static_cast<void*>(&entry), &before, sizeof entry);
    entry.stamp.store(writing(2));
    for (std::size_t i = 0; i < words; ++i) entry.word[i].store(after.word[i].load());
    control().image_complete_through.store(0);
    EXPECT_EQ(repair().half_written, 1u);
    EXPECT_EQ(std::memcmp(&entry, &after, sizeof entry), 0) << words << " words";
    EXPECT_EQ(image().volume.value, 12u);
    EXPECT_FALSE(has(image().quality, Quality::gap_inside));
  }
}

TEST_F(RingRepairWithNotes, GivesAHalfWrittenNewestItsRecordExactlyOnce) {
  publish_and_enter(trade(100, 7));
  publish_and_note(trade(101, 5));
  NewestSlot& entry = newest_[kApple.value];
  entry.begin({2});
  entry.word[0].store(2);
  entry.word[1].store(2);
  repair();
  EXPECT_EQ(newest().update_count, 2u);
  EXPECT_EQ(newest().trade_count, 2u);
  EXPECT_EQ(newest().volume.value, 12u);
  EXPECT_EQ(image().volume.value, 12u);
}

TEST_F(RingRepairWithNotes, GivesAFirstImageItsAbsentPrices) {
  const Record record = publish_and_note(trade(101, 5));
  NewestWriter(newest_).apply(record);
  image_[kApple.value].begin({1});
  image_[kApple.value].word[3].store(99);
  repair();
  EXPECT_EQ(image().volume.value, 5u);
  EXPECT_EQ(image().bid_price, kNoPrice);
}

TEST_F(RingRepairWithNotes, UsesTheNoteOfEachOfSeveralWriters) {
  constexpr InstrumentId kOther{5};
  publish_and_enter(trade(100, 7));
  publish_and_note(trade(101, 5), 3);
  Record other = trade(200, 11);
  other.header.instrument = kOther;
  other = publish(other);
  undo(9).note({3}, kOther, true);
  newest_[kApple.value].begin({2});
  newest_[kApple.value].word[2].store(12);
  newest_[kOther.value].begin({3});
  newest_[kOther.value].word[0].store(1);
  EXPECT_EQ(repair().half_written, 2u);
  EXPECT_EQ(newest().volume.value, 12u);
  NewestEntry entry;
  EXPECT_EQ(NewestReader(newest_).read(kOther, entry), TableRead::value);
  EXPECT_EQ(entry.update_count, 1u);
  EXPECT_EQ(entry.volume.value, 11u);
}

TEST_F(RingRepairWithNotes, FillsTakenSequencesWithPadding) {
  SharedTickWriter::open(control(), {0});
  SharedTickWriter one = SharedTickWriter::over(ring_.bytes(), kSlots, gating_bytes_.bytes(), 0, 2);
  Record record = quote(100);
  record.header.ts_recv = {70};
  one.publish(&record);
  control().claimed.fetch_add(1);  // 2: taken, not begun
  record.header.ts_recv = {80};
  one.publish(&record);
  control().claimed.fetch_add(1);
  slot(4).stamp.store(writing(4));  // 4: begun

  const RingRepair found = repair();
  EXPECT_EQ(found.last, Sequence{4});
  EXPECT_EQ(found.padded, 2u);
  EXPECT_EQ(found.last_ts_recv, UnixNanos{80});
  EXPECT_EQ(gating().writer[0].value.load(), kNoFloor);
  TickReader in = TickReader::over(ring_.bytes(), kSlots, {1});
  const RecordType expected[] = {RecordType::quote, RecordType::padding, RecordType::quote, RecordType::padding};
  std::int64_t newest = 0;
  for (const RecordType type : expected) {
    ASSERT_EQ(in.poll(&record), ReadStatus::record);
    EXPECT_EQ(record.header.type, type);
    EXPECT_GE(record.header.ts_recv.value, newest) << "receive times never decrease";
    newest = record.header.ts_recv.value;
  }
  EXPECT_EQ(repair().padded, 0u) << "run again it finds nothing";
}

TEST_F(RingRepairWithNotes, StartsTheDayOfASessionThatWasCutShort) {
  PrivatePayload bytes(InstrumentDirectoryWriter::payload_bytes(kInstruments - 1));
  InstrumentDirectoryWriter directory(bytes.bytes(), kInstruments - 1);
  for (const char* symbol : {"A", "B", "C", "D"}) {
    InstrumentSpec spec;
    spec.symbol = symbol;
    spec.venue = "XNAS";
    spec.feed = {static_cast<std::uint16_t>(symbol[0] == 'D' ? 2 : 1)};
    ASSERT_EQ(directory.find_or_add(spec).outcome, AddOutcome::added);
  }
  directory_ = &directory.reader();
  constexpr InstrumentId kUntouched{1}, kHalfDone{3}, kOtherFeed{4};
  for (const InstrumentId id : {kUntouched, kHalfDone, kOtherFeed}) {
    Record record = trade(100, 7);
    record.header.instrument = id;
    publish_and_enter(record);
  }
  SessionBody session;
  session.feed = {1};
  session.trading_date = 20190131;
  publish(make_record(kNoInstrument, {9}, {9}, session));
  ImageSlot& half_done = image_[kHalfDone.value];
  half_done.begin({4});
  half_done.store(offsetof(ImageEntry, previous_close), std::array<Price, 1>{Price{100}}.data(), 8);
  half_done.store(offsetof(ImageEntry, last_price), std::array<Price, 1>{kNoPrice}.data(), 8);

  EXPECT_EQ(repair().last, Sequence{4});
  const ImageReader images(image_);
  for (const InstrumentId id : {kUntouched, kHalfDone}) {
    ImageEntry entry;
    ASSERT_EQ(images.read(id, entry), TableRead::value);
    EXPECT_EQ(entry.stamp, 4u);
    EXPECT_EQ(entry.previous_close, Price{100});
    EXPECT_EQ(entry.last_price, kNoPrice);
    EXPECT_EQ(entry.volume.value, 0u);
    EXPECT_EQ(entry.trading_date, 20190131);
  }
  ImageEntry entry;
  ASSERT_EQ(images.read(kOtherFeed, entry), TableRead::value);
  EXPECT_EQ(entry.volume.value, 7u);
  ASSERT_EQ(images.read({2}, entry), TableRead::never) << "nothing was said about it yet";
}

TEST_F(RingRepairWithNotes, TellsWhenTheNewestRecordWasReceived) {
  EXPECT_EQ(repair().last_ts_recv, UnixNanos{0});
  publish_and_enter(quote(100));
  end_batch();
  EXPECT_EQ(repair().last_ts_recv, UnixNanos{2});
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
