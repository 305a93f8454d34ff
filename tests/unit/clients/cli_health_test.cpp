// Every reason against a plant's health, one at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/live/health.hpp"

namespace tickplant::cli::this_file {
namespace {

using clients::PlantState;
using ringbuf::counter::SourceState;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kSecond = platform::kNanosPerSecond;

/// Up for a minute, a packet a millisecond ago.
PlantFacts well() {
  PlantFacts facts;
  facts.state = PlantState::live;
  facts.now = {1'000 * kSecond};
  facts.heartbeat = facts.now;
  facts.ready_at = platform::UnixNanos{940 * kSecond};
  facts.clock_error_ns = 1'500;
  FeedFacts feed;
  feed.name = "nasdaq";
  feed.source = SourceState::live;
  feed.last_packet = facts.now + -1'000'000;
  facts.feeds = {feed};
  return facts;
}

std::vector<std::string> keys(const PlantFacts& facts, const HealthLimits& limits = {}) {
  std::vector<std::string> out;
  for (const HealthReason& reason : reasons_against(facts, limits)) {
    EXPECT_FALSE(reason.text.empty());
    out.push_back(reason.key);
  }
  return out;
}

TEST(Health, HasNothingAgainstAPlantThatIsWell) { EXPECT_THAT(keys(well()), IsEmpty()); }

TEST(Health, TellsEachStateThatIsNotLive) {
  PlantFacts facts = well();
  facts.state = PlantState::stalled;
  facts.heartbeat = facts.now + -4 * kSecond;
  EXPECT_THAT(keys(facts), ElementsAre("stalled"));
  EXPECT_EQ(reasons_against(facts, {}).front().text, "no sign of life for 4.00 s");
  facts.state = PlantState::dead;
  EXPECT_THAT(keys(facts), ElementsAre("dead"));
  facts.state = PlantState::closed;
  EXPECT_THAT(keys(facts), ElementsAre("stopped"));
}

TEST(Health, WaitsForReadiness) {
  PlantFacts facts = well();
  facts.ready_at.reset();
  facts.created_at = facts.now;
  EXPECT_THAT(keys(facts), ElementsAre("starting"));
}

TEST(Health, CountsStalledThreads) {
  PlantFacts facts = well();
  facts.stalled_threads = 1;
  EXPECT_THAT(keys(facts), ElementsAre("thread_stalled"));
}

TEST(Health, CallsAFeedSilentBehindTheLimitOnly) {
  PlantFacts facts = well();
  facts.feeds[0].source = SourceState::silent;
  facts.feeds[0].last_packet = facts.now + -5 * kSecond;
  EXPECT_THAT(keys(facts), IsEmpty()) << "exactly the limit";
  facts.feeds[0].last_packet = facts.now + (-5 * kSecond - 1);
  EXPECT_THAT(keys(facts), ElementsAre("feed_silent"));
  EXPECT_EQ(reasons_against(facts, {}).front().subject, "nasdaq");
  EXPECT_THAT(keys(facts, {.silent_ns = 6 * kSecond}), IsEmpty());
}

TEST(Health, GivesAFeedTimeToSpeakAfterTheStart) {
  PlantFacts facts = well();
  facts.feeds[0].source = SourceState::waiting;
  facts.feeds[0].last_packet.reset();
  EXPECT_THAT(keys(facts), ElementsAre("feed_silent"));
  facts.ready_at = facts.now + -kSecond;
  EXPECT_THAT(keys(facts), IsEmpty());
  facts.feeds[0].last_packet = facts.now + -100 * kSecond;
  EXPECT_THAT(keys(facts), IsEmpty()) << "a packet that a predecessor had";
}

/// Trading hours of that length around now, in UTC: well() is 1,000 s after midnight.
TradingHours around_now(std::int64_t open_minutes, std::int64_t close_minutes) {
  return {std::chrono::minutes(open_minutes), std::chrono::minutes(close_minutes), "UTC"};
}

TEST(Health, ExpectsPacketsInTradingHoursOnly) {
  PlantFacts facts = well();
  facts.feeds[0].source = SourceState::silent;
  facts.feeds[0].last_packet = facts.now + -60 * kSecond;
  facts.feeds[0].hours = around_now(20, 30);
  EXPECT_THAT(keys(facts), IsEmpty()) << "it opens at 00:20";
  facts.feeds[0].hours = around_now(0, 10);
  EXPECT_THAT(keys(facts), IsEmpty()) << "it closed at 00:10";
  facts.feeds[0].hours = around_now(5, 30);
  EXPECT_THAT(keys(facts), ElementsAre("feed_silent"));
  EXPECT_EQ(reasons_against(facts, {}).front().text, "stale: no packet for 60.0 s in its trading hours");
}

TEST(Health, CountsSilenceFromWhenTheVenueOpened) {
  PlantFacts facts = well();
  facts.ready_at = platform::UnixNanos{0};
  facts.feeds[0].source = SourceState::silent;
  facts.feeds[0].last_packet = platform::UnixNanos{1};
  facts.feeds[0].hours = around_now(16, 30);  // 960 s: 40 s ago
  EXPECT_THAT(keys(facts, {.silent_ns = 40 * kSecond}), IsEmpty());
  EXPECT_THAT(keys(facts, {.silent_ns = 40 * kSecond - 1}), ElementsAre("feed_silent"));
}

TEST(Health, TellsBooksInDoubt) {
  PlantFacts facts = well();
  facts.feeds[0].snapshots.emplace();
  EXPECT_THAT(keys(facts), IsEmpty());
  facts.feeds[0].snapshots->in_doubt = BooksInDoubt::single;
  EXPECT_THAT(keys(facts), ElementsAre("books_in_doubt"));
  facts.feeds[0].snapshots->in_doubt = BooksInDoubt::all;
  facts.feeds[0].gaps = 1;
  facts.feeds[0].missed_messages = 8;
  EXPECT_THAT(keys(facts), ElementsAre("books_in_doubt", "gaps"));
  EXPECT_EQ(reasons_against(facts, {}).front().text, "all books in doubt, 8 messages lost so far");
}

TEST(Health, TellsACaptureThatIsNotWhole) {
  PlantFacts facts = well();
  facts.feeds[0].capture.emplace();
  EXPECT_THAT(keys(facts), IsEmpty());
  facts.feeds[0].capture->error = ENOSPC;
  facts.feeds[0].capture->not_captured = 5;
  EXPECT_THAT(keys(facts), ElementsAre("capture", "capture_lost"));
  EXPECT_EQ(reasons_against(facts, {}).front().text, "the capture's disk refuses: No space left on device");
}

TEST(Health, DoesNotExpectPacketsBehindTheEnd) {
  PlantFacts facts = well();
  facts.feeds[0].source = SourceState::ended;
  facts.feeds[0].last_packet = facts.now + -500 * kSecond;
  EXPECT_THAT(keys(facts), IsEmpty());
}

TEST(Health, TellsAFailedFeedOnce) {
  PlantFacts facts = well();
  facts.feeds[0].source = SourceState::failed;
  facts.feeds[0].last_packet = facts.now + -500 * kSecond;
  EXPECT_THAT(keys(facts), ElementsAre("feed_failed")) << "and not that it is silent, too";
}

TEST(Health, TellsWhatWasLost) {
  PlantFacts facts = well();
  facts.feeds[0].gaps = 2;
  facts.feeds[0].missed_messages = 30;
  facts.feeds[0].differing_packets = 1;
  facts.feeds[0].kernel_drops = 1;
  EXPECT_THAT(keys(facts), ElementsAre("gaps", "lines_differ", "kernel_drops"));
  EXPECT_EQ(reasons_against(facts, {}).front().text, "2 gaps, 30 messages missed");
}

TEST(Health, DoubtsAClockOutsideItsBound) {
  PlantFacts facts = well();
  facts.clock_error_ns = 10'000'001;
  EXPECT_THAT(keys(facts), ElementsAre("clock"));
  EXPECT_THAT(keys(facts, {.clock_error_ns = 20'000'000}), IsEmpty());
}

TEST(Health, NoticesAFullDirectory) {
  PlantFacts facts = well();
  facts.instruments_refused = 3;
  EXPECT_THAT(keys(facts), ElementsAre("instruments_full"));
}

TEST(Health, TellsThatNumbersMayComeTwice) {
  PlantFacts facts = well();
  facts.recorder = RecorderFacts{100, 0, 0};
  EXPECT_THAT(keys(facts), ElementsAre());
  facts.recorder = RecorderFacts{100, 7, ENOSPC};
  EXPECT_THAT(keys(facts), ElementsAre("recorder", "recorder_lost"));
  facts.recorder.reset();
  facts.numbers_at_risk = true;
  EXPECT_THAT(keys(facts), ElementsAre("numbers"));
}

TEST(Health, NoticesAJournalThatIsDegradedOrLacksRecords) {
  using ringbuf::counter::JournalState;
  PlantFacts facts = well();
  facts.journal.emplace().state = JournalState::writing;
  EXPECT_THAT(keys(facts), IsEmpty());
  facts.journal->state = JournalState::degraded;
  facts.journal->error = ENOSPC;
  EXPECT_THAT(keys(facts), ElementsAre("journal"));
  facts.journal->state = JournalState::writing;
  facts.journal->lost_records = 3;
  EXPECT_THAT(keys(facts), ElementsAre("journal_lost"));
}

TEST(Health, NoticesWhatAnalyticsWasTooSlowFor) {
  PlantFacts facts = well();
  facts.analytics.emplace().rows = 100;
  EXPECT_THAT(keys(facts), IsEmpty());
  facts.analytics->lost_records = 3;
  EXPECT_THAT(keys(facts), ElementsAre("analytics_lost"));
  facts.analytics->lost_records = 0;
  facts.analytics->lost_for_alerts = 1;
  EXPECT_THAT(keys(facts), ElementsAre("alerts_lost"));
}

TEST(Health, DoesNotMindARefusedWishForMemory) {
  PlantFacts facts = well();
  facts.memory_wishes = {{"lock", "", ringbuf::counter::MemoryOutcome::limit_too_low}};
  EXPECT_THAT(keys(facts), IsEmpty());
}

}  // namespace
}  // namespace tickplant::cli::this_file
