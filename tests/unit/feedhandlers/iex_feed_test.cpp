// Packets of TOPS and DEEP as lines deliver them: lost, twice, late, damaged, of other products, in new sessions.
#include <gtest/gtest.h>

#include "tests/unit/feedhandlers/iex_fixture.hpp"

namespace tickplant::tests::iex::this_file {
namespace {

using feedhandlers::TradingDay;
using feedhandlers::iextp::session_id;

constexpr TradingDay kNextDay{
    .midnight = {kMidnight.value + platform::kNanosPerDay}, .date = 20170827, .utc_offset_seconds = -14'400};

struct FixedDays final : feedhandlers::TradingDays {
  [[nodiscard]] TradingDay day_of(platform::UnixNanos ts_recv) const noexcept override {
    asked = ts_recv;
    return kNextDay;
  }
  mutable platform::UnixNanos asked{};
};

std::array<char, 10> text(std::string_view session) {
  std::array<char, 10> out{};
  session.copy(out.data(), out.size());
  return out;
}

class IexFeedTest : public IexFixture {
 protected:
  void SetUp() override { start(kDeep); }

  /// A bid of ever more shares.
  Bytes bid(const Symbol& stock = kStock) { return encode(PriceLevelBuy{1, now(), stock, ++shares_, dollars(10)}); }
  Bytes at(std::uint64_t sequence, const std::vector<Bytes>& messages, std::uint32_t session = 0x43fc0000,
           std::uint64_t offset = 0) {
    return segment({.protocol = protocol_, .session = session, .stream_offset = offset, .first_sequence = sequence},
                   messages);
  }
  const feedhandlers::iex::FeedCounters& counters() const { return plant_->feed.counters(); }

  std::uint32_t shares_ = 0;
};

using IexFeed = IexFeedTest;

TEST_F(IexFeed, BeginsTheDayWithASessionRecord) {
  plant_.emplace();
  plant_->feed.begin_day(kDay, session_id(0x43fc0000, 1));
  const Records records = plant_->take();
  ASSERT_EQ(types_of(records), std::vector{RecordType::session});
  const auto session = records[0].as<ringbuf::SessionBody>();
  EXPECT_EQ(session.trading_date, 20170826);
  EXPECT_EQ(session.utc_offset_seconds, -14'400);
  EXPECT_EQ(session.session, text("43fc000001"));
  EXPECT_EQ(session.feed, ringbuf::FeedId{3});
  EXPECT_EQ(records[0].header.ts_event, kMidnight);
}

TEST_F(IexFeed, SaysBehindEachPacketHowFarTheSourceWasRead) {
  const Records records = receive(at(1, {bid(), bid(), bid()}, 0x43fc0000, 5'000));
  ASSERT_EQ(records.back().header.type, RecordType::source_position);
  const auto position = records.back().as<ringbuf::SourcePositionBody>();
  EXPECT_EQ(position.next_sequence, 4u);
  EXPECT_EQ(position.byte_offset, 5'000u + 3 * 32) << "of the next unread byte in IEX's stream";
  EXPECT_EQ(position.message_count, 3u);
  EXPECT_EQ(position.session, text("43fc000001"));
  EXPECT_EQ(position.feed, ringbuf::FeedId{3});
  EXPECT_EQ(records.back().header.flags, kEnd);
}

TEST_F(IexFeed, CountsHeartbeatsAndTellsNothing) {
  EXPECT_TRUE(receive(at(1, {})).empty());
  (void)receive(at(1, {bid()}));
  EXPECT_TRUE(receive(at(2, {})).empty());
  EXPECT_EQ(counters().heartbeats, 2u);
  EXPECT_EQ(plant_->feed.sessions().totals().packets, 3u);
}

TEST_F(IexFeed, TellsAGapWithItsExactRangeAndDoubtsEveryBook) {
  (void)receive(at(1, {bid(), bid(kOtherStock)}));
  const Records records = receive(at(10, {bid()}));
  ASSERT_EQ(types_of(records),
            (std::vector{RecordType::gap, RecordType::level, RecordType::quote, RecordType::source_position}));
  const auto gap = records[0].as<ringbuf::GapBody>();
  EXPECT_EQ(gap.first, 3u);
  EXPECT_EQ(gap.last, 9u);
  EXPECT_EQ(gap.session, text("43fc000001"));
  EXPECT_EQ(gap.feed, ringbuf::FeedId{3});
  EXPECT_EQ(gap.reason, ringbuf::GapReason::lost);
  EXPECT_EQ(records[1].header.flags, kDoubt);
  EXPECT_EQ(records[2].header.flags, kEnd | kDoubt);
  EXPECT_TRUE(plant_->book.is_maybe_bad(kSecond)) << "nothing says whose messages were lost";
  const Records newcomer = receive(at(11, {bid(symbol("NEW"))}));
  EXPECT_EQ(newcomer[0].header.type, RecordType::definition);
  EXPECT_TRUE(has(newcomer[1].header.flags, kDoubt)) << "its levels may be among what was lost";
}

TEST_F(IexFeed, TellsAGapThatAHeartbeatShows) {
  (void)receive(at(1, {bid()}));
  const Records records = receive(at(5, {}));
  ASSERT_EQ(types_of(records), std::vector{RecordType::gap});
  EXPECT_EQ(records[0].as<ringbuf::GapBody>().first, 2u);
  EXPECT_EQ(records[0].as<ringbuf::GapBody>().last, 4u);
  EXPECT_TRUE(plant_->book.is_maybe_bad(kFirst));
}

TEST_F(IexFeed, PassesOverWhatTheOtherLineBroughtAlready) {
  const Bytes first = at(1, {bid(), bid()});
  (void)receive(first);
  EXPECT_TRUE(receive(first).empty());
  EXPECT_EQ(plant_->feed.sessions().totals().duplicate_messages, 2u);
  const Records overlap = receive(at(2, {bid(), bid()}));
  EXPECT_EQ(types_of(overlap), (std::vector{RecordType::level, RecordType::quote, RecordType::source_position}))
      << "the part that is new";
  EXPECT_EQ(overlap.back().as<ringbuf::SourcePositionBody>().message_count, 1u);
  EXPECT_EQ(plant_->messages('8'), 3u);
}

TEST_F(IexFeed, TakesWhatComesLateAndSaysWhereTheSourceStandsAllTheSame) {
  (void)receive(at(1, {bid()}, 0x43fc0000, 0));
  (void)receive(at(3, {bid()}, 0x43fc0000, 64));
  const Records late = receive(at(2, {bid()}, 0x43fc0000, 32));
  ASSERT_EQ(late.back().header.type, RecordType::source_position);
  EXPECT_EQ(late.back().as<ringbuf::SourcePositionBody>().next_sequence, 4u);
  EXPECT_EQ(late.back().as<ringbuf::SourcePositionBody>().byte_offset, 96u);
  EXPECT_EQ(plant_->feed.sessions().totals().late_messages, 1u);
  EXPECT_TRUE(plant_->book.is_maybe_bad(kFirst)) << "its order is wrong";
}

TEST_F(IexFeed, DoubtsBooksOfDeepWhenItJoinsASessionInItsMiddle) {
  EXPECT_EQ(types_of(receive(at(500, {bid()}))),
            (std::vector{RecordType::definition, RecordType::level, RecordType::quote, RecordType::source_position}))
      << "that is no gap";
  EXPECT_TRUE(plant_->book.is_maybe_bad(kFirst));
}

TEST_F(IexFeed, TrustsAnInstrumentOfTopsAgainWithItsNextQuote) {
  start(kTops);
  const auto quoted = [&](const Symbol& stock) { return encode(QuoteUpdate{0, now(), stock, 1, 10, 20, 1}); };
  const Records joined = receive(at(500, {quoted(kStock), quoted(kOtherStock)}));
  for (const Record& one : joined) EXPECT_FALSE(has(one.header.flags, kDoubt)) << "a quote says all there is";
  const Records records = receive(at(600, {encode(SecurityEvent{'O', now(), kStock}), quoted(kStock)}));
  ASSERT_EQ(types_of(records),
            (std::vector{RecordType::gap, RecordType::status, RecordType::quote, RecordType::source_position}));
  EXPECT_TRUE(has(records[1].header.flags, kDoubt));
  EXPECT_FALSE(has(records[2].header.flags, kDoubt));
  EXPECT_TRUE(plant_->book.is_maybe_bad(kSecond)) << "not quoted since";
}

TEST_F(IexFeed, DeliversWhatIsWholeOfADamagedPacketAndTellsTheRestAsAGapLater) {
  const Bytes whole = at(1, {bid(), bid()});
  const Records records = receive(std::string_view(whole).substr(0, whole.size() - 1));
  EXPECT_EQ(counters().damaged_packets, 1u);
  EXPECT_EQ(plant_->messages('8'), 1u);
  EXPECT_EQ(records.back().as<ringbuf::SourcePositionBody>().next_sequence, 2u);
  EXPECT_EQ(records.back().as<ringbuf::SourcePositionBody>().byte_offset, 32u);
  const Records next = receive(at(3, {bid()}));
  ASSERT_EQ(next[0].header.type, RecordType::gap);
  EXPECT_EQ(next[0].as<ringbuf::GapBody>().first, 2u);
  EXPECT_EQ(next[0].as<ringbuf::GapBody>().last, 2u);
}

TEST_F(IexFeed, CountsWhatIsNoPacketAtAll) {
  EXPECT_TRUE(receive("").empty());
  EXPECT_TRUE(receive("too short").empty());
  EXPECT_TRUE(receive(segment({.version = 2}, {bid()})).empty());
  EXPECT_EQ(counters().damaged_packets, 3u);
  EXPECT_EQ(plant_->feed.sessions().sessions_seen(), 0u);
}

TEST_F(IexFeed, IsOfTheProductOfItsFirstPacketAndPassesOthersOver) {
  EXPECT_TRUE(receive(segment({.protocol = 0x8005}, {bid()})).empty()) << "DEEP+ is another protocol";
  EXPECT_EQ(plant_->feed.protocol(), feedhandlers::iextp::MessageProtocol::none);
  (void)receive(at(1, {bid()}));
  EXPECT_EQ(plant_->feed.protocol(), feedhandlers::iextp::MessageProtocol::deep);
  EXPECT_TRUE(receive(segment({.protocol = kTops, .first_sequence = 900}, {bid()})).empty());
  EXPECT_EQ(counters().foreign_packets, 2u);
  EXPECT_EQ(plant_->feed.sessions().totals().gaps, 0u);
}

TEST_F(IexFeed, CountsMessagesThatAreUnknownShortOrGrown) {
  const Bytes known = bid();
  Records records = receive(at(1, {"z", "", known.substr(0, known.size() - 1), known + "new field"}));
  EXPECT_EQ(counters().unknown_types, 1u);
  EXPECT_EQ(counters().bad_lengths, 2u);
  EXPECT_EQ(counters().grown_messages, 1u);
  EXPECT_EQ(plant_->messages('8'), 1u);
  EXPECT_EQ(types_of(records),
            (std::vector{RecordType::definition, RecordType::level, RecordType::quote, RecordType::source_position}));
  EXPECT_EQ(records.back().as<ringbuf::SourcePositionBody>().message_count, 4u);
}

TEST_F(IexFeed, ShowsEachMessageToAnObserverBehindItsRecords) {
  const Bytes payload = at(1, {bid(), bid()});
  std::vector<std::uint64_t> counts;
  plant_->feed.on_packet({.payload = as_span(payload), .ts_recv = {kStart}}, 0,
                         [&](feedhandlers::iex::Message) { counts.push_back(plant_->publisher.record_count()); });
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{1 + 3, 1 + 5})) << "the session, then definition, level, quote";
}

TEST_F(IexFeed, WritesHowLongAPacketTookToBePublished) {
  const Bytes payload = at(1, {bid()});
  plant_->feed.on_packet({.payload = as_span(payload), .ts_recv = {kStart}}, 6'400);
  for (const Record& one : plant_->take()) EXPECT_EQ(one.header.publish_delay, 100) << "units of 64 ns";
}

// --- sessions ---

TEST_F(IexFeed, StartsAnewWithTheFirstPacketOfAnotherSession) {
  (void)receive(at(1, {bid(), bid(kOtherStock)}));
  (void)receive(at(9, {bid()}));
  ASSERT_TRUE(plant_->book.is_maybe_bad(kFirst));
  const Records records = receive(at(1, {bid(kOtherStock)}, 0x44000000));
  ASSERT_EQ(types_of(records), (std::vector{RecordType::session, RecordType::definition, RecordType::level,
                                            RecordType::quote, RecordType::source_position}));
  EXPECT_EQ(records[0].as<ringbuf::SessionBody>().session, text("4400000001"));
  EXPECT_EQ(records[0].as<ringbuf::SessionBody>().trading_date, kDay.date) << "nobody said that the day is over";
  EXPECT_EQ(records[1].header.instrument, kSecond) << "ids stay";
  EXPECT_EQ(records[3].header.flags, kEnd) << "books are trusted again";
  EXPECT_EQ(plant_->book.bbo(kFirst), QuoteBody{});
  EXPECT_EQ(plant_->depth_of("ZXIET").bid_count, 0);
  EXPECT_EQ(plant_->depth_of("WWE").bid_count, 1);
}

TEST_F(IexFeed, TakesAnotherChannelForAnotherSession) {
  (void)receive(at(1, {bid()}));
  const Records records = receive(segment({.protocol = kDeep, .channel = 2, .first_sequence = 1}, {bid()}));
  EXPECT_EQ(records[0].header.type, RecordType::session);
  EXPECT_EQ(records[0].as<ringbuf::SessionBody>().session, text("43fc000002"));
}

TEST_F(IexFeed, AsksWhichDayItIsWhereSomebodyKnows) {
  const FixedDays days;
  plant_->feed.set_trading_days(&days);
  (void)receive(at(1, {bid()}));
  EXPECT_EQ(days.asked, platform::UnixNanos{}) << "the first session belongs to the day that was begun";
  const Records records = receive(at(1, {bid()}, 0x44000000));
  EXPECT_EQ(days.asked, recv_);
  EXPECT_EQ(records[0].as<ringbuf::SessionBody>().trading_date, kNextDay.date);
  EXPECT_EQ(records[0].header.ts_event, kNextDay.midnight);
}

TEST_F(IexFeed, TellsTheQuoteOfANewSessionThoughItIsThatOfTheOld) {
  const Bytes same = encode(PriceLevelBuy{1, now(), kStock, 5, dollars(10)});
  (void)receive(at(1, {same}));
  const Records records = receive(at(1, {same}, 0x44000000));
  EXPECT_EQ(types_of(records), (std::vector{RecordType::session, RecordType::definition, RecordType::level,
                                            RecordType::quote, RecordType::source_position}));
}

// --- a successor, and silence ---

TEST_F(IexFeed, ResumesWithEmptyDoubtedBooksAndTellsWhatItMissed) {
  (void)receive(at(1, {bid(), bid()}));
  feedhandlers::OrderBook book{
      {.instrument_count = 65, .order_capacity = 16, .level_capacity = 4096, .max_levels_per_side = 64}};
  feedhandlers::iex::IexFeed successor{plant_->publisher, plant_->directory, book, "IEXG", {3}, {}};
  const platform::UnixNanos now_on{kStart + 1'000'000'000};
  successor.resume(kDay, session_id(0x43fc0000, 1), 3, now_on);
  Records records = plant_->take();
  ASSERT_EQ(types_of(records), std::vector{RecordType::book_clear});
  EXPECT_EQ(records[0].header.flags, kEnd | kDoubt);
  EXPECT_EQ(records[0].header.ts_event, now_on);
  EXPECT_EQ(plant_->depth_of("ZXIET").bid_count, 0);
  const Bytes payload = at(7, {bid()});
  successor.on_packet({.payload = as_span(payload), .ts_recv = now_on}, 0);
  records = plant_->take();
  ASSERT_EQ(records[0].header.type, RecordType::gap);
  EXPECT_EQ(records[0].as<ringbuf::GapBody>().first, 3u);
  EXPECT_EQ(records[0].as<ringbuf::GapBody>().last, 6u);
  EXPECT_TRUE(has(records.at(2).header.flags, kDoubt));
}

TEST_F(IexFeed, TellsReadersThatTimePasses) {
  plant_->feed.publish_heartbeat({{kStart}, 42, -5, 1'000});
  const Records records = plant_->take();
  ASSERT_EQ(types_of(records), std::vector{RecordType::heartbeat});
  EXPECT_EQ(records[0].as<ringbuf::HeartbeatBody>().tsc, 42u);
  EXPECT_EQ(records[0].as<ringbuf::HeartbeatBody>().idle_nanos, 0u) << "never negative";
  EXPECT_EQ(records[0].as<ringbuf::HeartbeatBody>().clock_error_nanos, 1'000u);
  EXPECT_EQ(records[0].as<ringbuf::HeartbeatBody>().feed, ringbuf::FeedId{3});
}

}  // namespace
}  // namespace tickplant::tests::iex::this_file
