// What the feed does when the venue starts a new session, when a predecessor was in the middle of one, and when nothing
// comes.
#include <gtest/gtest.h>

#include <limits>

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
constexpr TradingDay kNextDay{
    .midnight = {kMidnight.value + platform::kNanosPerDay}, .date = 20190131, .utc_offset_seconds = -18'000};
constexpr InstrumentId kApple{1};
constexpr std::uint64_t kNine = 9 * 3'600'000'000'000ULL;

/// A bid of 1 share for "A" (locate 1), "B" (locate 2), ...
Bytes add(std::uint64_t reference, std::uint16_t locate = 1) {
  return to_bytes(encoded(AddOrder{{{locate}, {}, {kNine + reference}},
                                   {reference},
                                   Side::bid,
                                   1,
                                   symbol(Bytes(1, static_cast<char>('A' + locate - 1))),
                                   dollars(10)}));
}

std::array<char, 10> text(std::string_view session) {
  std::array<char, 10> out;
  out.fill(' ');
  session.copy(out.data(), out.size());
  return out;
}

SessionId id_of(std::string_view session) {
  const std::array<char, 10> bytes = text(session);
  return SessionId::from_bytes(std::as_bytes(std::span{bytes}));
}

struct FixedDays final : feedhandlers::TradingDays {
  [[nodiscard]] TradingDay day_of(UnixNanos ts_recv) const noexcept override {
    asked = ts_recv;
    return kNextDay;
  }
  mutable UnixNanos asked{};
};

class Itch50FeedSessions : public testing::Test {
 protected:
  Records receive(std::string_view payload) { return receive(plant_, published_, payload); }
  Records receive(FeedInMemory& plant, Published& published, std::string_view payload) {
    recv_ = recv_ + 1'000;
    plant.feed.on_packet({.payload = as_span(payload), .ts_recv = recv_}, 0);
    return published.take();
  }
  Records begin() {
    plant_.feed.begin_day(kDay);
    return published_.take();
  }

  static std::vector<RecordType> types_of(const Records& records) {
    std::vector<RecordType> types;
    for (const Record& record : records) types.push_back(record.header.type);
    return types;
  }

  OrderBook book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{book_};
  Published published_{plant_};
  UnixNanos recv_{kMidnight + static_cast<std::int64_t>(kNine)};
};

TEST_F(Itch50FeedSessions, StartAnewWithTheFirstPacketOfAnother) {
  (void)begin();
  (void)receive(mold_packet("S", 5, {add(1), add(2, 2)}));
  const Records records = receive(mold_packet("T", 1, {add(3, 2)}));
  ASSERT_EQ(types_of(records), (std::vector{RecordType::session, RecordType::definition, RecordType::order,
                                            RecordType::quote, RecordType::source_position}))
      << "stock locates are told anew";
  const auto session = records[0].as<ringbuf::SessionBody>();
  EXPECT_EQ(session.session, text("T"));
  EXPECT_EQ(session.trading_date, kDay.date) << "nobody said that the day is over";
  EXPECT_EQ(session.utc_offset_seconds, kDay.utc_offset_seconds);
  EXPECT_EQ(session.feed, ringbuf::FeedId{1});
  EXPECT_EQ(records[0].header.ts_recv, recv_);
  EXPECT_EQ(records[0].header.flags, RecordFlags::end_of_event) << "its time is right";
  EXPECT_EQ(book_.open_orders(), 1u);
  ringbuf::DepthEntry depth;
  ASSERT_EQ(ringbuf::DepthReader(plant_.depth).read(kApple, depth), ringbuf::TableRead::value);
  EXPECT_EQ(depth.bid_count, 0);
}

TEST_F(Itch50FeedSessions, TrustBooksAgainInANewOne) {
  (void)begin();
  (void)receive(mold_packet("S", 1, {add(1)}));
  (void)receive(mold_packet("S", 3, {add(3)}));
  ASSERT_TRUE(book_.is_maybe_bad(kApple));
  (void)receive(mold_packet("T", 1, {add(1)}));
  EXPECT_FALSE(book_.is_maybe_bad(kApple));
}

TEST_F(Itch50FeedSessions, TellTheBeginningOfANewOneThatWasLost) {
  (void)begin();
  (void)receive(mold_packet("MON", 7, {add(1)}));
  const Records records = receive(mold_packet("TUE", 4, {add(2)}));
  EXPECT_EQ(types_of(records), (std::vector{RecordType::session, RecordType::gap, RecordType::definition,
                                            RecordType::order, RecordType::quote, RecordType::source_position}));
  const auto gap = records[1].as<ringbuf::GapBody>();
  EXPECT_EQ(gap.first, 1u);
  EXPECT_EQ(gap.last, 3u);
  EXPECT_EQ(gap.session, text("TUE"));
  EXPECT_TRUE(book_.is_maybe_bad(kApple));
  EXPECT_TRUE(has(records[3].header.flags, RecordFlags::maybe_bad_book));
}

TEST_F(Itch50FeedSessions, AskWhichDayItIsWhereSomebodyKnows) {
  (void)begin();
  const FixedDays days;
  plant_.feed.set_trading_days(&days);
  (void)receive(mold_packet("S", 1, {add(1)}));
  EXPECT_EQ(days.asked, UnixNanos{}) << "the first session belongs to the day that was begun";
  const Records records = receive(mold_packet("T", 1, {add(3)}));
  EXPECT_EQ(days.asked, recv_);
  EXPECT_EQ(records[0].as<ringbuf::SessionBody>().trading_date, kNextDay.date);
  EXPECT_EQ(records[0].header.ts_event, kNextDay.midnight);
  EXPECT_EQ(records[2].header.ts_event, kNextDay.midnight + static_cast<std::int64_t>(kNine + 3));
}

TEST_F(Itch50FeedSessions, DoNotStartAnewForOnesThatAreKnown) {
  (void)begin();
  (void)receive(mold_packet("S", 1, {add(1)}));
  (void)receive(mold_packet("T", 1, {add(1)}));
  EXPECT_EQ(types_of(receive(mold_packet("S", 2, {add(2)}))).front(), RecordType::order);
  EXPECT_EQ(types_of(receive(mold_packet("T", 2, {add(3)}))).front(), RecordType::order);
  EXPECT_EQ(types_of(receive(mold_packet("", 0, {add(4)}))).front(), RecordType::order) << "it stands in no session";
  EXPECT_EQ(book_.open_orders(), 4u);
}

// --- a successor ---

/// Over the memory that a predecessor left.
class Itch50FeedSuccessor : public Itch50FeedSessions {
 protected:
  Itch50FeedSuccessor() {
    plant_.feed.begin_day(kDay);
    (void)receive(mold_packet("S", 1, {add(1), add(2, 2)}));
    ringbuf::InstrumentSpec other;
    other.symbol = "OTHER";
    other.venue = "XNYS";
    other.feed = {2};
    (void)plant_.directory.find_or_add(other);
    plant_.publisher.depth().clear(kOther, {777}, kMidnight);
  }

  static constexpr InstrumentId kOther{3};
  const UnixNanos now_{kMidnight + static_cast<std::int64_t>(2 * kNine)};
  OrderBook fresh_book_{FeedInMemory::kBookConfig};
  feedhandlers::itch50::Itch50Feed successor_{plant_.publisher, plant_.directory, fresh_book_, "XNAS", {1}, {}};
};

TEST_F(Itch50FeedSuccessor, TellsThatBooksAreEmptyAndBeginsNoDay) {
  ringbuf::ImageEntry before;
  ASSERT_EQ(ringbuf::ImageReader(plant_.image).read(kApple, before), ringbuf::TableRead::value);
  successor_.resume(kDay, id_of("S"), 3, now_);
  const Records records = published_.take();
  ASSERT_EQ(types_of(records), std::vector{RecordType::book_clear});
  EXPECT_EQ(records[0].as<ringbuf::BookClearBody>().reason, ringbuf::BookClearBody::Reason::recovery);
  EXPECT_EQ(records[0].header.instrument, ringbuf::kNoInstrument);
  EXPECT_EQ(records[0].header.ts_event, now_);
  EXPECT_EQ(records[0].header.ts_recv, now_);
  EXPECT_EQ(records[0].header.flags, RecordFlags::end_of_event | RecordFlags::maybe_bad_book);
  ringbuf::ImageEntry after;
  ASSERT_EQ(ringbuf::ImageReader(plant_.image).read(kApple, after), ringbuf::TableRead::value);
  EXPECT_EQ(after.stamp, records[0].header.stamp);
  EXPECT_EQ(after.quality, ringbuf::Quality::gap_inside) << "what else it says was true once";
  EXPECT_EQ(after.bid_price, before.bid_price);
  EXPECT_EQ(after.volume, before.volume);
  EXPECT_EQ(after.trading_date, before.trading_date);
  const auto reader = ringbuf::TickReader::over(plant_.ring.bytes(), FeedInMemory::kSlots, {1});
  EXPECT_EQ(reader.image_complete_through(), plant_.publisher.last());
}

TEST_F(Itch50FeedSuccessor, ClearsTheDepthOfItsOwnInstrumentsOnly) {
  successor_.resume(kDay, id_of("S"), 3, now_);
  for (const InstrumentId id : {kApple, InstrumentId{2}}) {
    ringbuf::DepthEntry depth;
    ASSERT_EQ(ringbuf::DepthReader(plant_.depth).read(id, depth), ringbuf::TableRead::value);
    EXPECT_EQ(depth.bid_count, 0) << id.value;
    EXPECT_EQ(depth.stamp, plant_.publisher.last().value) << id.value;
  }
  ringbuf::DepthEntry other;
  ASSERT_EQ(ringbuf::DepthReader(plant_.depth).read(kOther, other), ringbuf::TableRead::value);
  EXPECT_EQ(other.stamp, 777u);
}

TEST_F(Itch50FeedSuccessor, TellsWhatItMissedAsAGap) {
  successor_.resume(kDay, id_of("S"), 3, now_);
  (void)published_.take();
  const Bytes packet = mold_packet("S", 10, {add(10)});
  successor_.on_packet({.payload = as_span(packet), .ts_recv = now_}, 0);
  const Records records = published_.take();
  ASSERT_EQ(types_of(records).front(), RecordType::gap);
  EXPECT_EQ(records[0].as<ringbuf::GapBody>().first, 3u);
  EXPECT_EQ(records[0].as<ringbuf::GapBody>().last, 9u);
  EXPECT_TRUE(has(records.at(2).header.flags, RecordFlags::maybe_bad_book));
  EXPECT_EQ(records.at(2).header.ts_event, kMidnight + static_cast<std::int64_t>(kNine + 10));
}

TEST_F(Itch50FeedSuccessor, DoubtsBooksEvenWhenNothingWasMissed) {
  successor_.resume(kDay, id_of("S"), 3, now_);
  (void)published_.take();
  const Bytes packet = mold_packet("S", 3, {add(10)});
  successor_.on_packet({.payload = as_span(packet), .ts_recv = now_}, 0);
  const Records records = published_.take();
  ASSERT_EQ(types_of(records).front(), RecordType::definition);
  EXPECT_TRUE(has(records.at(1).header.flags, RecordFlags::maybe_bad_book)) << "orders of before are unknown";
  EXPECT_TRUE(fresh_book_.is_maybe_bad({2})) << "heard of or not";
}

TEST_F(Itch50FeedSuccessor, BeginsTheNextSessionLikeAnyOther) {
  successor_.resume(kDay, id_of("S"), 3, now_);
  (void)published_.take();
  const Bytes packet = mold_packet("T", 1, {add(1)});
  successor_.on_packet({.payload = as_span(packet), .ts_recv = now_}, 0);
  ASSERT_EQ(types_of(published_.take()).front(), RecordType::session);
  EXPECT_FALSE(fresh_book_.is_maybe_bad(kApple));
  ringbuf::ImageEntry entry;
  ASSERT_EQ(ringbuf::ImageReader(plant_.image).read({2}, entry), ringbuf::TableRead::value);
  EXPECT_GT(entry.stamp, 2u) << "the day of an instrument it only knows from the directory begins anew as well";
  EXPECT_EQ(entry.bid_price, ringbuf::kNoPrice);
}

TEST_F(Itch50FeedSuccessor, ExpectsNothingWhereItIsNotToldWhatTheOtherKnew) {
  successor_.resume(kDay, {}, 0, now_);
  (void)published_.take();
  const Bytes packet = mold_packet("S", 10, {add(10)});
  successor_.on_packet({.payload = as_span(packet), .ts_recv = now_}, 0);
  EXPECT_EQ(types_of(published_.take()).front(), RecordType::definition) << "no gap and no new session";
}

// --- heartbeats ---

TEST_F(Itch50FeedSessions, TellThatTimePasses) {
  (void)begin();
  const UnixNanos now = recv_ + 5'000;
  plant_.feed.publish_heartbeat({now, 42, 1'000'000'000, 250});
  const Records records = published_.take();
  ASSERT_EQ(types_of(records), std::vector{RecordType::heartbeat});
  EXPECT_EQ(records[0].header.ts_event, now);
  EXPECT_EQ(records[0].header.ts_recv, now);
  EXPECT_EQ(records[0].header.instrument, ringbuf::kNoInstrument);
  EXPECT_EQ(records[0].header.flags, RecordFlags::end_of_event);
  EXPECT_EQ(records[0].header.publish_delay, 0);
  const auto body = records[0].as<ringbuf::HeartbeatBody>();
  EXPECT_EQ(body.tsc, 42u);
  EXPECT_EQ(body.idle_nanos, 1'000'000'000u);
  EXPECT_EQ(body.clock_error_nanos, 250u);
  EXPECT_EQ(body.feed, ringbuf::FeedId{1});
  const auto reader = ringbuf::TickReader::over(plant_.ring.bytes(), FeedInMemory::kSlots, {1});
  EXPECT_EQ(reader.image_complete_through(), plant_.publisher.last());
}

TEST_F(Itch50FeedSessions, TellNoNonsenseAboutAClockThatIsFarOff) {
  (void)begin();
  plant_.feed.publish_heartbeat({recv_, 42, -1, std::numeric_limits<std::int64_t>::max()});
  const auto body = published_.take().at(0).as<ringbuf::HeartbeatBody>();
  EXPECT_EQ(body.idle_nanos, 0u);
  EXPECT_EQ(body.clock_error_nanos, 0xffff'ffffu);
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
