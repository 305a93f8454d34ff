// Instruments beyond the end of a table, and values that are absent: passed over, never written beside it.
#include <gtest/gtest.h>

#include "ringbuf/catalog.hpp"
#include "ringbuf/depth_table.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/mpmc_queue.hpp"
#include "ringbuf/newest_table.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/resolve_symbol.hpp"
#include "ringbuf/table_undo.hpp"
#include "ringbuf/text_layout.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint32_t kEntries = 3;  // ids 1 and 2
constexpr InstrumentId kBeyond{kEntries};

/// A table whose memory goes on behind its end, so that a stray write is seen and not a crash.
template <class Slot>
class Table {
 public:
  [[nodiscard]] std::span<Slot> slots() noexcept { return std::span(all_).first(kEntries); }
  [[nodiscard]] bool is_untouched() const {
    for (const Slot& slot : all_) {
      if (slot.stamp.load() != 0) return false;
      for (const auto& word : slot.word) {
        if (word.load() != 0) return false;
      }
    }
    return true;
  }

 private:
  std::vector<Slot> all_ = std::vector<Slot>(kEntries + 2);
};

TEST(TableBounds, DepthBeyondTheEndIsPassedOver) {
  Table<DepthSlot> table;
  DepthWriter writer(table.slots());
  writer.update(kBeyond, {1}, UnixNanos{5}, false, {Side::bid, 0, kDepthLevels}, 1, [](std::size_t) {
    return DepthLevel{{100}, {7}, 1};
  });
  writer.clear(kBeyond, {2}, UnixNanos{6});
  writer.prefetch(kBeyond);
  writer.prefetch({1});
  EXPECT_TRUE(table.is_untouched());
}

TEST(TableBounds, NewestBeyondTheEndIsPassedOver) {
  Table<NewestSlot> table;
  NewestWriter writer(table.slots());
  Record record = make_record(kBeyond, {1}, {2}, TradeBody{});
  writer.apply(record);
  record.header.instrument = kNoInstrument;
  writer.apply(record);
  writer.prefetch(kBeyond);
  writer.prefetch({1});
  NewestEntry entry;
  EXPECT_EQ(NewestReader(table.slots()).read(kBeyond, entry), TableRead::never);
  EXPECT_TRUE(table.is_untouched());
}

TEST(TableBounds, AnImageBeyondTheEndIsPassedOver) {
  Table<ImageSlot> table;
  ImageWriter writer(table.slots());
  Record record = make_record(kBeyond, {1}, {2}, TradeBody{});
  writer.apply(record);
  record.header.instrument = kNoInstrument;
  writer.apply(record);
  writer.prefetch(kBeyond);
  writer.prefetch({1});
  EXPECT_TRUE(table.is_untouched());
}

TEST(TableBounds, ANewDayLeavesAnImageAloneThatNothingWasSaidAbout) {
  Table<ImageSlot> table;
  RecordHeader header;
  header.stamp = 4;
  ImageWriter(table.slots()).on_session(header, {1}, SessionBody{});
  EXPECT_TRUE(table.is_untouched());
}

TEST(TableBounds, NothingIsNotedOfAnInstrumentBeyondTheEnd) {
  Table<ImageSlot> image;
  Table<NewestSlot> newest;
  UndoSlot<> slot{};
  TableUndo undo(slot, image.slots(), newest.slots());
  undo.note({1}, kBeyond, true);
  undo.note({2}, kNoInstrument, true);
  for (const auto& word : slot.word) EXPECT_EQ(word.load(), 0u);
  undo.note({3}, {1}, true);
  EXPECT_EQ(slot.word[0].load(), 3u);
}

TEST(TableBounds, TheChangeOfADayWantsBothPrices) {
  ImageEntry entry;
  EXPECT_EQ(entry.day_change(), 0);
  entry.last_price = {105};
  EXPECT_EQ(entry.day_change(), 0) << "nothing to compare with";
  entry.previous_close = {100};
  EXPECT_EQ(entry.day_change(), 5);
  entry.last_price = kNoPrice;
  EXPECT_EQ(entry.day_change(), 0);
}

TEST(TableBounds, AnIdThatIsNotAssignedHasNoSymbol) {
  PrivatePayload bytes(InstrumentDirectoryWriter::payload_bytes(2));
  InstrumentDirectoryWriter writer(bytes.bytes(), 2);
  EXPECT_EQ(writer.reader().symbol_of(kNoInstrument), "");
  EXPECT_EQ(writer.reader().symbol_of({1}), "");
}

TEST(TableBounds, ACatalogEntryThatWasCountedAndNeverWrittenIsNotTold) {
  PrivatePayload bytes(CatalogWriter::payload_bytes());
  CatalogWriter(bytes.bytes());
  object_at<CatalogControl>(bytes.bytes(), 0).feed_count = 1;
  EXPECT_TRUE(CatalogReader(std::as_const(bytes).bytes()).feeds().empty());
}

TEST(TableBounds, ASymbolMayHaveSignsBehindTheLetters) {
  PrivatePayload bytes(InstrumentDirectoryWriter::payload_bytes(2));
  InstrumentDirectoryWriter writer(bytes.bytes(), 2);
  InstrumentSpec spec;
  spec.symbol = "A~B{";
  spec.venue = "X";
  ASSERT_EQ(writer.find_or_add(spec).outcome, AddOutcome::added);
  EXPECT_EQ(nearest_symbols(writer.reader(), "a~b{", 3), std::vector<std::string>{"A~B{@X"});
}

TEST(TableBounds, ADirectoryOfImpossibleCapacityIsRefused) {
  PrivatePayload bytes(InstrumentDirectoryWriter::payload_bytes(2));
  InstrumentDirectoryWriter(bytes.bytes(), 2);
  auto& control = object_at<InstrumentsControl>(bytes.bytes(), 0);
  for (const std::uint32_t capacity : {0u, 1u << 30, ~0u}) {
    control.capacity = capacity;
    EXPECT_THROW(InstrumentDirectoryReader(std::as_const(bytes).bytes()), platform::SetupError) << capacity;
  }
}

TEST(TableBounds, ValuesThatDifferInOneFieldAreNotEqual) {
  EXPECT_NE((DepthLevel{{1}, {2}, 3}), (DepthLevel{{9}, {2}, 3}));
  EXPECT_NE((DepthLevel{{1}, {2}, 3}), (DepthLevel{{1}, {2}, 4}));
  EXPECT_NE((TextReference{8, 2, 3}), (TextReference{9, 2, 3}));
  EXPECT_NE((TextReference{8, 2, 3}), (TextReference{8, 2, 4}));
  EXPECT_NE((QueueRepair{1, 0}), (QueueRepair{2, 0}));
  EXPECT_NE((QueueRepair{1, 0}), (QueueRepair{1, 1}));
  CatalogFeed feed;
  feed.id = {1};
  EXPECT_NE(feed, CatalogFeed{});
  CatalogSegment segment;
  segment.name = "ticks";
  EXPECT_NE(segment, CatalogSegment{});
}

TEST(TableBounds, StrongNumbersAreOrderedAsTheirValues) {
  EXPECT_TRUE((InstrumentId{1} <=> InstrumentId{1}) == 0 && InstrumentId{1} < InstrumentId{2});
  EXPECT_TRUE((Sequence{3} <=> Sequence{3}) == 0 && Sequence{3} > Sequence{2});
  EXPECT_TRUE((Price{1} <=> Price{1}) == 0 && Price{-1} < Price{1});
  EXPECT_TRUE((Size{2} <=> Size{2}) == 0 && Size{2} > Size{1});
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
