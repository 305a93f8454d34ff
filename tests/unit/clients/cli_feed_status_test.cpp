// What a feed says of itself: its counters as values, its state by its venue's hours, its status as lines and JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <sstream>

#include "clients/cli/live/feed_status.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::cli::this_file {
namespace {

namespace counter = ringbuf::counter;
using counter::SourceState;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::PlantInFolder;

constexpr std::int64_t kSecond = platform::kNanosPerSecond;
constexpr std::int64_t kHour = 3'600 * kSecond;

// 2025-01-06, 00:00 in New York: a Monday in winter.
constexpr platform::UnixNanos kMidnight{1'736'139'600 * kSecond};

TradingHours new_york() { return {std::chrono::hours(4), std::chrono::hours(20), "America/New_York"}; }

// --- hours ----------------------------------------------------------------------------------------------------------

TEST(TradingHours, BeginAndEndByTheVenuesClock) {
  EXPECT_EQ(open_since(new_york(), kMidnight + (4 * kHour - 1)), std::nullopt);
  EXPECT_EQ(open_since(new_york(), kMidnight + 4 * kHour), kMidnight + 4 * kHour);
  EXPECT_EQ(open_since(new_york(), kMidnight + (20 * kHour - 1)), kMidnight + 4 * kHour);
  EXPECT_EQ(open_since(new_york(), kMidnight + 20 * kHour), std::nullopt);
}

TEST(TradingHours, FollowSummerTime) {
  const platform::UnixNanos july = kMidnight + (180 * 24 - 1) * kHour;  // 2025-07-05, 00:00
  EXPECT_EQ(open_since(new_york(), july + (4 * kHour - 1)), std::nullopt);
  EXPECT_EQ(open_since(new_york(), july + 4 * kHour), july + 4 * kHour);
}

TEST(TradingHours, MayBeTheWholeDay) {
  const TradingHours all{std::chrono::hours(0), std::chrono::hours(24), "UTC"};
  EXPECT_EQ(open_since(all, platform::UnixNanos{5 * kHour}), platform::UnixNanos{0});
  EXPECT_EQ(open_since(all, platform::UnixNanos{24 * kHour - 1}), platform::UnixNanos{0});
  EXPECT_EQ(all.text(), "00:00-24:00 UTC");
}

TEST(TradingHours, NeverEndInAZoneNobodyKnows) {
  TradingHours hours = new_york();
  hours.time_zone = "America/Gotham";
  EXPECT_NE(open_since(hours, kMidnight), std::nullopt) << "better a false alarm than none";
}

// --- state ----------------------------------------------------------------------------------------------------------

TEST(FeedState, TellsClosedFromStale) {
  FeedFacts feed;
  EXPECT_EQ(state_of(feed, kMidnight), FeedState::unknown);
  feed.source = SourceState::silent;
  EXPECT_EQ(state_of(feed, kMidnight), FeedState::silent) << "hours are not told";
  feed.hours = new_york();
  EXPECT_EQ(state_of(feed, kMidnight), FeedState::closed);
  EXPECT_EQ(state_of(feed, kMidnight + 10 * kHour), FeedState::stale);
  feed.source = SourceState::waiting;
  EXPECT_EQ(state_of(feed, kMidnight), FeedState::closed);
  EXPECT_EQ(state_of(feed, kMidnight + 10 * kHour), FeedState::waiting);
}

TEST(FeedState, IsLiveWheneverPacketsCome) {
  FeedFacts feed;
  feed.hours = new_york();
  feed.source = SourceState::live;
  EXPECT_EQ(state_of(feed, kMidnight), FeedState::live);
  feed.source = SourceState::ended;
  EXPECT_EQ(state_of(feed, kMidnight), FeedState::ended);
  feed.source = SourceState::failed;
  EXPECT_EQ(state_of(feed, kMidnight), FeedState::failed);
}

TEST(FeedState, OfADeadPlantIsThatOfItsLastSignOfLife) {
  PlantFacts facts;
  facts.now = kMidnight;
  facts.heartbeat = kMidnight + 10 * kHour;
  FeedFacts feed;
  feed.source = SourceState::silent;
  feed.hours = new_york();
  facts.state = clients::PlantState::live;
  EXPECT_EQ(state_of(facts, feed), FeedState::closed);
  facts.state = clients::PlantState::dead;
  EXPECT_EQ(state_of(facts, feed), FeedState::stale);
}

TEST(FeedState, HasAWordForEach) {
  std::vector<std::string_view> words;
  for (int state = 0; state <= static_cast<int>(FeedState::failed); ++state) {
    words.push_back(name_of(static_cast<FeedState>(state)));
  }
  EXPECT_THAT(words,
              testing::ElementsAre("unknown", "waiting", "live", "silent", "stale", "closed", "ended", "failed"));
}

// --- counters to values ---------------------------------------------------------------------------------------------

class FeedFactsOf : public testing::Test {
 protected:
  void count(std::string_view name, std::uint64_t value) { made_.count("feed.feed-ticks", std::string(name), value); }
  void capture(std::string_view name, std::uint64_t value) {
    made_.count("capture.feed-ticks", std::string(name), value);
  }
  [[nodiscard]] FeedFacts look() { return PlantProbe(plant_).look().feeds.at(0); }

  PlantInFolder made_;
  clients::Plant plant_ = clients::Plant::in_folder(made_.folder());
};

TEST_F(FeedFactsOf, WithoutCountersHaveNothingThatDoesNotApply) {
  const FeedFacts feed = look();
  EXPECT_FALSE(feed.has_lines);
  EXPECT_EQ(feed.reconnects, std::nullopt);
  EXPECT_EQ(feed.hours, std::nullopt);
  EXPECT_FALSE(feed.snapshots);
  EXPECT_FALSE(feed.capture);
}

TEST_F(FeedFactsOf, ReadWhatLinesCount) {
  count(counter::kPacketsLineA, 20);
  count(counter::kHeldPackets, 3);
  count(counter::kComparedPackets, 12);
  count(counter::kDifferingPackets, 13);
  count(counter::kRequests, 4);
  count(counter::kPacketsRecovered, 5);
  count(counter::kDuplicateMessages, 6);
  count(counter::kCardStamps, 7);
  count(counter::kForeignPackets, 8);
  count(counter::kBadMessages, 9);
  count(counter::kUnknownOrders, 10);
  count(counter::kNextSequence, 11);
  const FeedFacts feed = look();
  EXPECT_TRUE(feed.has_lines);
  EXPECT_EQ(feed.held_packets, 3u);
  EXPECT_EQ(feed.compared_packets, 12u);
  EXPECT_EQ(feed.differing_packets, 13u);
  EXPECT_EQ(feed.requests, 4u);
  EXPECT_EQ(feed.packets_recovered, 5u);
  EXPECT_EQ(feed.duplicate_messages, 6u);
  EXPECT_EQ(feed.card_stamps, 7u);
  EXPECT_EQ(feed.foreign_packets, 8u);
  EXPECT_EQ(feed.bad_messages, 9u);
  EXPECT_EQ(feed.unknown_orders, 10u);
  EXPECT_EQ(feed.next_sequence, 11u);
}

TEST_F(FeedFactsOf, ReadWhatSnapshotsCount) {
  count(counter::kSnapshotAttempts, 5);
  count(counter::kSnapshotFailures, 2);
  count(counter::kSnapshots, 3);
  count(counter::kRebuiltBooks, 40);
  count(counter::kDifferingBooks, 1);
  EXPECT_FALSE(look().snapshots) << "the level says whether there is a server to ask";
  count(counter::kBooksInDoubt, 2);
  const auto snapshots = look().snapshots;
  ASSERT_TRUE(snapshots);
  EXPECT_EQ(snapshots->attempts, 5u);
  EXPECT_EQ(snapshots->failures, 2u);
  EXPECT_EQ(snapshots->complete, 3u);
  EXPECT_EQ(snapshots->rebuilt_books, 40u);
  EXPECT_EQ(snapshots->differing_books, 1u);
  EXPECT_EQ(snapshots->in_doubt, BooksInDoubt::all);
}

TEST_F(FeedFactsOf, ReadWhatTheirCaptureCounts) {
  capture(counter::kPackets, 100);
  capture(counter::kBytes, 5'000);
  capture(counter::kFiles, 2);
  capture(counter::kNotCaptured, 3);
  capture(counter::kErrors, 1);
  capture(counter::kErrorNumber, ENOSPC);
  const auto captured = look().capture;
  ASSERT_TRUE(captured);
  EXPECT_EQ(captured->packets, 100u);
  EXPECT_EQ(captured->bytes, 5'000u);
  EXPECT_EQ(captured->files, 2u);
  EXPECT_EQ(captured->not_captured, 3u);
  EXPECT_EQ(captured->errors, 1u);
  EXPECT_EQ(captured->error, ENOSPC);
}

TEST_F(FeedFactsOf, TakeTheHoursFromTheDaemonAndTheZoneFromTheCatalog) {
  count(counter::kTradingOpens, 4 * 60);
  EXPECT_EQ(look().hours, std::nullopt);
  count(counter::kTradingCloses, 20 * 60);
  ASSERT_TRUE(look().hours);
  EXPECT_EQ(look().hours->text(), "04:00-20:00 America/New_York");
}

// --- values to text -------------------------------------------------------------------------------------------------

/// Two lines that lost something, a snapshot server, a capture on a full disk.
FeedFacts troubled() {
  FeedFacts feed;
  feed.name = "nasdaq";
  feed.protocol = "itch50";
  feed.venue = "XNAS";
  feed.ring = "ticks";
  feed.source = SourceState::silent;
  feed.hours = new_york();
  feed.last_packet = kMidnight + (10 * kHour - 3 * kSecond);
  feed.messages = 1'234'567;
  feed.records = 2'345'678;
  feed.next_sequence = 1'234'576;
  feed.has_lines = true;
  feed.packets_line_a = 20'000;
  feed.kernel_drops = 2;
  feed.card_stamps = 19'999;
  feed.venue_heartbeats = 12;
  feed.duplicate_messages = 600'000;
  feed.held_packets = 1;
  feed.requests = 4;
  feed.packets_recovered = 3;
  feed.gaps = 1;
  feed.missed_messages = 8;
  feed.snapshots = SnapshotFacts{3, 1, 2, 400, 1, BooksInDoubt::all};
  feed.damaged_packets = 1;
  feed.foreign_packets = 2;
  feed.bad_messages = 3;
  feed.unknown_orders = 4;
  feed.capture = CaptureFacts{20'000, 13'000'000, 1, 5, 1, ENOSPC};
  return feed;
}

PlantFacts at_ten(const FeedFacts& feed) {
  PlantFacts facts;
  facts.state = clients::PlantState::live;
  facts.now = kMidnight + 10 * kHour;
  facts.feeds = {feed};
  return facts;
}

std::string text_of(const FeedFacts& feed) { return feed_status_text(at_ten(feed), feed, Style{}); }

TEST(FeedStatusText, GoesDownTheLadder) {
  EXPECT_EQ(text_of(troubled()),
            "nasdaq  itch50 of XNAS into ring ticks\n"
            "source         stale, last packet 3.00 s ago, trading hours 04:00-20:00 America/New_York\n"
            "delivered      1,234,567 messages, 2,345,678 records, next is 1,234,576\n"
            "lines          A 20,000 packets, B none, 2 dropped by the kernel, 19,999 stamped by the card,\n"
            "               12 heartbeats\n"
            "arbitration    600,000 duplicate messages, 1 packet held\n"
            "re-requests    4 sent, 3 packets recovered\n"
            "gaps           1, 8 messages missed\n"
            "snapshots      3 attempts, 1 failed, 2 told, 400 books rebuilt, 1 book found different\n"
            "books          all books in doubt, 8 messages lost so far\n"
            "passed over    1 damaged packet, 2 foreign packets, 3 bad messages, 4 messages about unknown orders\n"
            "capture        20,000 packets, 12.4 MiB, 1 file finished, 5 packets not captured,\n"
            "               the capture's disk refuses: No space left on device\n");
}

TEST(FeedStatusText, IsNeverWiderThanAScreen) {
  FeedFacts feed = troubled();
  for (std::uint64_t* count : {&feed.packets_line_a, &feed.packets_line_b, &feed.kernel_drops, &feed.card_stamps,
                               &feed.messages, &feed.records, &feed.next_sequence, &feed.damaged_packets,
                               &feed.foreign_packets, &feed.bad_messages, &feed.unknown_orders, &feed.missed_messages,
                               &feed.snapshots->attempts, &feed.snapshots->failures, &feed.snapshots->rebuilt_books}) {
    *count = 123'456'789'012'345;
  }
  std::istringstream lines(text_of(feed));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(FeedStatusText, OfAFileHasNoLinesNoRequestsAndNoConnection) {
  FeedFacts feed;
  feed.name = "day";
  feed.protocol = "dbn";
  feed.venue = "XNAS";
  feed.ring = "ticks";
  feed.source = SourceState::ended;
  feed.packets = 40;
  feed.messages = 1'000;
  EXPECT_EQ(text_of(feed),
            "day  dbn of XNAS into ring ticks\n"
            "source         ended, no packet yet\n"
            "delivered      1,000 messages, 0 records\n"
            "file           40 packets\n"
            "gaps           none\n");
}

TEST(FeedStatusText, OfAConnectionTellsHowOftenItWasLost) {
  FeedFacts feed;
  feed.source = SourceState::live;
  feed.bytes = 2'048;
  feed.reconnects = 0;
  EXPECT_THAT(text_of(feed), AllOf(HasSubstr("connection     2.0 KiB, never lost\n"), Not(HasSubstr("lines"))));
  feed.reconnects = 2;
  EXPECT_THAT(text_of(feed), HasSubstr("connection     2.0 KiB, lost or refused 2 times\n"));
}

TEST(FeedStatusText, SaysWhichBooksAreInDoubt) {
  FeedFacts feed = troubled();
  feed.snapshots->in_doubt = BooksInDoubt::single;
  EXPECT_THAT(text_of(feed), HasSubstr("books          single books in doubt\n"));
  feed.snapshots->in_doubt = BooksInDoubt::none;
  EXPECT_THAT(text_of(feed), HasSubstr("books          none in doubt\n"));
  feed.snapshots->in_doubt = BooksInDoubt::all;
  feed.missed_messages = 0;
  EXPECT_EQ(doubt_text(feed), "all books in doubt") << "after a start in mid-day nothing was lost";
}

TEST(FeedStatusText, SaysWhetherTheLinesAgreeWhereTheyAreCompared) {
  FeedFacts feed = troubled();
  feed.compared_packets = 1'250;
  EXPECT_THAT(text_of(feed), HasSubstr("1 packet held, 1,250 compared, lines agree\n"));
  feed.differing_packets = 2;
  EXPECT_THAT(text_of(feed), HasSubstr("1,250 compared, 2 differ between the lines\n"));
  EXPECT_EQ(feed_status_json(at_ten(feed), feed)["lines"]["differing_packets"], 2);
}

TEST(FeedStatusText, LetsNoNameDisturbTheTerminal) {
  FeedFacts feed = troubled();
  feed.name = "a\x1b[2J";
  EXPECT_THAT(text_of(feed), Not(HasSubstr("\x1b")));
}

TEST(FeedStatusJson, HasAllNumbers) {
  const FeedFacts feed = troubled();
  const Json json = feed_status_json(at_ten(feed), feed);
  EXPECT_EQ(json["state"], "stale");
  EXPECT_EQ(json["last_packet"], feed.last_packet->value);
  EXPECT_EQ(json["trading_hours"]["open_minutes"], 240);
  EXPECT_EQ(json["trading_hours"]["is_open"], true);
  EXPECT_EQ(json["lines"]["packets_a"], 20'000);
  EXPECT_EQ(json["lines"]["packets_b"], 0);
  EXPECT_EQ(json["lines"]["requests"], 4);
  EXPECT_EQ(json["snapshots"]["books_in_doubt"], "all");
  EXPECT_EQ(json["snapshots"]["rebuilt_books"], 400);
  EXPECT_EQ(json["foreign_packets"], 2);
  EXPECT_EQ(json["capture"]["not_captured"], 5);
  EXPECT_EQ(json["capture"]["errno"], ENOSPC);
  EXPECT_TRUE(json["reconnects"].is_null());
  EXPECT_TRUE(json["publish_delay"].is_null());
}

TEST(FeedStatusJson, HasNullForWhatDoesNotApply) {
  const Json json = feed_status_json(PlantFacts{}, FeedFacts{});
  for (const char* key : {"state", "last_packet", "trading_hours", "lines", "reconnects", "snapshots", "capture"}) {
    EXPECT_TRUE(json.at(key).is_null()) << key;
  }
}

}  // namespace
}  // namespace tickplant::cli::this_file
