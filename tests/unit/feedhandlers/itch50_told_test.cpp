// A successor that is told what its predecessor told: it goes on as that one would have.
#include <gtest/gtest.h>

#include "feedhandlers/feed_records.hpp"
#include "tests/support/itch_published.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::TradingDay;
using feedhandlers::sequencing::SessionId;
using platform::UnixNanos;
using ringbuf::InstrumentId;
using ringbuf::Record;
using ringbuf::RecordFlags;
using ringbuf::RecordType;

constexpr UnixNanos kMidnight{1'548'824'400'000'000'000};
constexpr TradingDay kDay{.midnight = kMidnight, .date = 20190130, .utc_offset_seconds = -18'000};
constexpr std::uint64_t kNine = 9 * 3'600'000'000'000ULL;
constexpr InstrumentId kA{1}, kB{2};

Header at(std::uint64_t number, std::uint16_t locate = 1) { return {{locate}, {}, {kNine + number}}; }
Symbol stock(std::uint16_t locate) { return symbol(Bytes(1, static_cast<char>('A' + locate - 1))); }

/// Message `number` of the day.
Bytes message(std::uint64_t number) {
  switch (number) {
    case 1: return to_bytes(encoded(StockDirectory{.header = at(1), .stock = stock(1)}));
    case 2: return to_bytes(encoded(StockTradingAction{.header = at(2), .stock = stock(1), .trading_state = 'T'}));
    case 3: return to_bytes(encoded(AddOrder{at(3), {31}, Side::bid, 100, stock(1), dollars(10)}));
    case 4: return to_bytes(encoded(AddOrder{at(4, 2), {41}, Side::ask, 50, stock(2), dollars(20)}));
    case 5: return to_bytes(encoded(OrderExecuted{at(5), {31}, 40, {5}}));
    case 6: return to_bytes(encoded(RegShoRestriction{.header = at(6), .stock = stock(1)}));
    // Behind the death.
    case 7: return to_bytes(encoded(OrderReplace{at(7), {31}, {71}, 60, dollars(11)}));
    case 8: return to_bytes(encoded(OrderExecuted{at(8, 2), {41}, 50, {8}}));
    default: return to_bytes(encoded(OrderDelete{at(9), {71}}));
  }
}

class Itch50Told : public testing::Test {
 protected:
  static SessionId session() {
    std::array<char, 10> text;
    text.fill(' ');
    text.front() = 'S';
    return SessionId::from_bytes(std::as_bytes(std::span{text}));
  }
  static void give(feedhandlers::itch50::Itch50Feed& feed, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t number = first; number <= last; ++number) {
      const Bytes packet = mold_packet("S", number, {message(number)});
      feed.on_packet({.payload = as_span(packet), .ts_recv = kMidnight + static_cast<std::int64_t>(kNine + number)}, 0);
    }
  }
  /// What the predecessor told, and where it died.
  Records live_and_die() {
    plant_.feed.begin_day(kDay);
    give(plant_.feed, 1, 6);
    return published_.take();
  }
  bool go_on(const Records& told) {
    return successor_.go_on(kDay, session(), 7, [&](const std::function<void(const Record&)>& take) {
      for (const Record& record : told) take(record);
      return true;
    });
  }
  static ringbuf::DepthEntry depth_of(const FeedInMemory& plant, InstrumentId id) {
    ringbuf::DepthEntry entry;
    EXPECT_EQ(ringbuf::DepthReader(plant.depth).read(id, entry), ringbuf::TableRead::value);
    return entry;
  }
  static Record heartbeat() {
    return ringbuf::make_record(ringbuf::kNoInstrument, kMidnight, kMidnight, ringbuf::HeartbeatBody{});
  }

  OrderBook book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{book_};
  Published published_{plant_};
  OrderBook fresh_book_{FeedInMemory::kBookConfig};
  feedhandlers::itch50::Itch50Feed successor_{plant_.publisher, plant_.directory, fresh_book_, "XNAS", {1}, {}};
};

TEST_F(Itch50Told, GoesOnAsIfThereHadBeenNoDeath) {
  OrderBook other_book(FeedInMemory::kBookConfig);
  FeedInMemory uninterrupted(other_book);
  Published all(uninterrupted);
  uninterrupted.feed.begin_day(kDay);
  give(uninterrupted.feed, 1, 6);
  (void)all.take();
  give(uninterrupted.feed, 7, 9);
  ASSERT_TRUE(go_on(live_and_die()));
  EXPECT_TRUE(published_.take().empty()) << "nothing is told again";
  EXPECT_EQ(fresh_book_.open_orders(), 2u);
  give(successor_, 7, 9);
  EXPECT_EQ(texts_of(published_.take()), texts_of(all.take()));
  EXPECT_TRUE(successor_.normaliser().instruments().doubts_newcomers() == false);
  for (const InstrumentId id : {kA, kB}) {
    const ringbuf::DepthEntry ours = depth_of(plant_, id), theirs = depth_of(uninterrupted, id);
    EXPECT_EQ(ours.bid_count, theirs.bid_count);
    EXPECT_EQ(ours.ask_count, theirs.ask_count);
  }
}

TEST_F(Itch50Told, HasTheDepthOfAllBooksWithItsFirstRecordWhicheverThatIs) {
  const Records told = live_and_die();
  for (const InstrumentId id : {kA, kB}) plant_.publisher.depth().clear(id, plant_.publisher.last(), kMidnight);
  ASSERT_TRUE(go_on(told));
  EXPECT_EQ(depth_of(plant_, kB).ask_count, 0);
  successor_.publish_heartbeat({kMidnight + static_cast<std::int64_t>(kNine + 7), 1, 0, 0});
  EXPECT_EQ(depth_of(plant_, kA).bid_count, 1);
  EXPECT_EQ(depth_of(plant_, kB).ask_count, 1);
}

TEST_F(Itch50Told, SaysWhenNotAllIsKnown) {
  EXPECT_FALSE(successor_.go_on(kDay, session(), 7, [](const auto&) { return false; }));
}

TEST_F(Itch50Told, DoubtsWhatItsPredecessorDoubted) {
  Records told = live_and_die();
  ringbuf::GapBody gap;
  gap.feed = {1};
  told.push_back(ringbuf::make_record(ringbuf::kNoInstrument, kMidnight, kMidnight, gap));
  ASSERT_TRUE(go_on(told));
  EXPECT_TRUE(fresh_book_.is_maybe_bad(kA));
  EXPECT_TRUE(successor_.normaliser().instruments().doubts_newcomers());
}

TEST_F(Itch50Told, HasEmptyBooksWhereThoseWereEmptied) {
  Records told = live_and_die();
  told.push_back(ringbuf::make_record(kB, kMidnight, kMidnight, ringbuf::BookClearBody{}));
  ASSERT_TRUE(go_on(told));
  EXPECT_EQ(fresh_book_.open_orders(), 1u);
  EXPECT_FALSE(fresh_book_.is_maybe_bad(kB));
  told.push_back(ringbuf::make_record(ringbuf::kNoInstrument, kMidnight, kMidnight, ringbuf::BookClearBody{}));
  ASSERT_TRUE(go_on(told));
  EXPECT_EQ(fresh_book_.open_orders(), 0u);
  EXPECT_TRUE(fresh_book_.is_maybe_bad(kA));
}

TEST_F(Itch50Told, PassesOverWhatSaysNothingOfBooksOrOfNobodyItKnows) {
  Records told = live_and_die();
  told.push_back(heartbeat());
  ringbuf::DefinitionBody definition;
  definition.venue_key = 9;
  for (const InstrumentId id : {ringbuf::kNoInstrument, InstrumentId{5'000}}) {
    told.push_back(ringbuf::make_record(id, kMidnight, kMidnight, definition));
  }
  ringbuf::StatusBody halt;
  halt.code = 'H';
  told.push_back(ringbuf::make_record(kA, kMidnight, kMidnight, halt));
  ASSERT_TRUE(go_on(told));
  EXPECT_EQ(fresh_book_.open_orders(), 2u);
  EXPECT_EQ(successor_.normaliser().instruments().known({9}), ringbuf::kNoInstrument);
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
