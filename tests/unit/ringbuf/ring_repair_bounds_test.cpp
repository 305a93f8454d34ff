// Repair over remains that do not quite fit each other: tables of different lengths, notes about nothing, no directory.
#include <gtest/gtest.h>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/ring_repair.hpp"
#include "ringbuf/table_undo.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 16;
constexpr InstrumentId kKnown{1}, kUnknown{2}, kLast{7};

class RingRepairBounds : public testing::Test {
 protected:
  RingRepairBounds() {
    InstrumentSpec spec;
    spec.symbol = "A";
    spec.venue = "X";
    spec.feed = {1};
    directory_.find_or_add(spec);
  }

  template <class Body>
  Record publish(InstrumentId id, const Body& body) {
    Record record = make_record(id, {1}, {2}, body);
    record.header.stamp = ring_.publish(&record).value;
    return record;
  }
  static TradeBody trade(std::uint64_t size) {
    TradeBody body;
    body.price = {100};
    body.size = {size};
    return body;
  }
  RingRepair repair() { return repair_ring(remains_); }

  static std::uint64_t stamp_of(const auto& slot) { return slot.stamp.load(); }

  PrivatePayload ring_bytes_{sizeof(BroadcastControl<>) + kSlots * kTickSlotBytes};
  std::vector<ImageSlot> image_slots_ = std::vector<ImageSlot>(8);
  std::vector<NewestSlot> newest_slots_ = std::vector<NewestSlot>(8);
  std::span<ImageSlot> image_{image_slots_};
  std::span<NewestSlot> newest_{newest_slots_};
  PrivatePayload directory_bytes_{InstrumentDirectoryWriter::payload_bytes(8)};
  InstrumentDirectoryWriter directory_{directory_bytes_.bytes(), 8};
  GatingPage<> gating_{};
  TickWriter ring_ = TickWriter::over(ring_bytes_.bytes(), kSlots);
  RingRemains remains_{ring_bytes_.bytes(), kSlots, image_, newest_, &gating_, &directory_.reader()};
};

TEST_F(RingRepairBounds, PassesOverInstrumentsThatOneTableHasAndTheOtherHasNot) {
  publish(kLast, trade(5));
  remains_.newest = newest_.first(7);
  EXPECT_EQ(repair().re_entered, 0u);
  EXPECT_EQ(stamp_of(image_[7]), 0u);
  object_at<BroadcastControl<>>(ring_bytes_.bytes(), 0).image_complete_through = 0;
  remains_.newest = newest_;
  remains_.image = image_.first(7);
  EXPECT_EQ(repair().re_entered, 0u);
  EXPECT_EQ(stamp_of(newest_[7]), 0u);
}

TEST_F(RingRepairBounds, PassesOverNotesAboutInstrumentsThatNoTableHas) {
  gating_.undo[0].word[0] = 1;
  gating_.undo[0].word[1] = 1'000;
  gating_.undo[1].word[0] = 1;
  gating_.undo[1].word[1] = 7;
  publish(kKnown, trade(5));
  remains_.image = image_.first(7);
  EXPECT_EQ(repair().re_entered, 1u);
  EXPECT_EQ(stamp_of(newest_[1]), 1u);
}

TEST_F(RingRepairBounds, ANoteOfAnotherInstrumentDoesNotCount) {
  const Record first = publish(kKnown, trade(5));
  NewestWriter(newest_).apply(first);
  ImageWriter(image_).apply(first);
  publish(kKnown, trade(6));
  TableUndo(gating_.undo[0], image_, newest_).note({2}, kUnknown, true);
  image_[1].begin({2});
  const RingRepair found = repair();
  EXPECT_EQ(found.half_written, 1u);
  ImageEntry entry;
  ASSERT_EQ(image_[1].read(&entry), TableRead::value);
  EXPECT_TRUE(has(entry.quality, Quality::gap_inside)) << "nobody knows whether its sums have the trade";
}

TEST_F(RingRepairBounds, AHalfWrittenEntryWhoseRecordIsGoneKeepsWhatItHas) {
  const Record first = publish(kKnown, trade(5));
  NewestWriter(newest_).apply(first);
  ImageWriter(image_).apply(first);
  const Record second = publish(kKnown, trade(6));
  TableUndo(gating_.undo[0], image_, newest_).note({2}, kKnown, true);
  image_[1].begin({2});
  for (std::uint64_t i = 0; i < 2 * kSlots; ++i) publish(kUnknown, QuoteBody{{99}, {101}, {1}, {1}});  // over its slot
  const RingRepair found = repair();
  EXPECT_GT(found.no_longer_in_ring, 0u);
  ImageEntry entry;
  ASSERT_EQ(image_[1].read(&entry), TableRead::value);
  EXPECT_EQ(entry.stamp, second.header.stamp);
  EXPECT_TRUE(has(entry.quality, Quality::gap_inside));
  EXPECT_EQ(entry.volume, Size{5});
}

TEST_F(RingRepairBounds, AHalfWrittenEntryWithoutANoteKeepsWhatItHas) {
  const Record first = publish(kKnown, trade(5));
  NewestWriter(newest_).apply(first);
  ImageWriter(image_).apply(first);
  image_[1].begin({40});  // of a record that the ring never had
  newest_[1].begin({40});
  EXPECT_EQ(repair().half_written, 2u);
  ImageEntry entry;
  ASSERT_EQ(image_[1].read(&entry), TableRead::value);
  EXPECT_TRUE(has(entry.quality, Quality::gap_inside));
  EXPECT_EQ(entry.volume, Size{5});
}

TEST_F(RingRepairBounds, WithoutADirectoryADayIsNotBegun) {
  const Record first = publish(kKnown, trade(5));
  NewestWriter(newest_).apply(first);
  ImageWriter(image_).apply(first);
  SessionBody session;
  session.feed = {1};
  publish(kNoInstrument, session);
  remains_.directory = nullptr;
  EXPECT_EQ(repair().last, Sequence{2});
  EXPECT_EQ(stamp_of(image_[1]), 1u);
}

TEST_F(RingRepairBounds, ADayBeginsOnlyForInstrumentsThatTheDirectoryKnowsAndOfThatFeed) {
  for (const InstrumentId id : {kKnown, kUnknown}) {
    const Record record = publish(id, trade(5));
    NewestWriter(newest_).apply(record);
    ImageWriter(image_).apply(record);
  }
  SessionBody session;
  session.feed = {2};
  publish(kNoInstrument, session);
  session.feed = {1};
  publish(kNoInstrument, session);
  repair();
  EXPECT_EQ(stamp_of(image_[1]), 4u);
  EXPECT_EQ(stamp_of(image_[2]), 2u) << "nobody knows whose it is";
}

TEST_F(RingRepairBounds, EntersIntoNewestWhatTheImageHasAlready) {
  ImageWriter(image_).apply(publish(kKnown, trade(5)));
  EXPECT_EQ(repair().re_entered, 1u);
  ImageEntry entry;
  ASSERT_EQ(image_[1].read(&entry), TableRead::value);
  EXPECT_EQ(entry.volume, Size{5}) << "not twice";
  EXPECT_EQ(stamp_of(newest_[1]), 1u);
}

TEST_F(RingRepairBounds, BelievesNoCounterThatTheSlotsDoNotBack) {
  object_at<BroadcastControl<>>(ring_bytes_.bytes(), 0).published = 9;
  const RingRepair found = repair();
  EXPECT_EQ(found.re_entered, 0u);
  EXPECT_EQ(found.last, Sequence{9}) << "told as published: never given a second content";
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
