// A plant as plain values, read from real segments, and what `status` makes of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/live/plant_facts.hpp"
#include "clients/cli/live/status_table.hpp"
#include "ringbuf/counter_names.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::cli::this_file {
namespace {

namespace counter = ringbuf::counter;
using testing::HasSubstr;
using tests::PlantInFolder;

constexpr auto kLevel = ringbuf::CounterKind::level;

class PlantFactsOf : public testing::Test {
 protected:
  void count_feed(std::string_view name, std::uint64_t value) {
    made_.count("feed.feed-ticks", std::string(name), value);
  }
  void count_thread(std::string_view name, std::uint64_t value) {
    made_.count("thread.feeds", std::string(name), value);
  }
  [[nodiscard]] PlantFacts look() { return probe_.look(); }

  PlantInFolder made_;
  clients::Plant plant_ = clients::Plant::in_folder(made_.folder());
  PlantProbe probe_{plant_};
};

TEST_F(PlantFactsOf, AnEmptyPlantHoldsWhatItIsMadeOf) {
  const PlantFacts facts = look();
  EXPECT_EQ(facts.name, "demo");
  EXPECT_EQ(facts.folder, made_.folder().string());
  EXPECT_EQ(facts.state, clients::PlantState::live);
  EXPECT_EQ(facts.pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(facts.epoch, 1u);
  EXPECT_EQ(facts.ready_at, std::nullopt);
  EXPECT_EQ(facts.clock_error_ns, std::nullopt);
  EXPECT_EQ(facts.instruments, 0u);
  EXPECT_EQ(facts.instrument_capacity, 64u);
  EXPECT_GT(facts.memory_bytes, 64u * 1024);
  ASSERT_EQ(facts.rings.size(), 1u);
  EXPECT_EQ(facts.rings[0].slots, 1024u);
  EXPECT_EQ(facts.rings[0].published, 0u);
  EXPECT_EQ(facts.rings[0].delay.count, 0u);
  ASSERT_EQ(facts.feeds.size(), 1u);
  EXPECT_EQ(facts.feeds[0].source, std::nullopt);
  EXPECT_EQ(facts.feeds[0].last_packet, std::nullopt);
  EXPECT_TRUE(facts.threads.empty());
}

TEST_F(PlantFactsOf, ReadsWhatItsFeedsCount) {
  count_feed(counter::kPackets, 30);
  count_feed(counter::kPacketsLineA, 20);
  count_feed(counter::kPacketsLineB, 10);
  count_feed(counter::kMessages, 50);
  count_feed(counter::kRecords, 70);
  count_feed(counter::kGaps, 2);
  count_feed(counter::kMissedMessages, 9);
  count_feed(counter::kKernelDrops, 4);
  count_feed(counter::kSourceState, 2);
  count_feed(counter::kLastPacket, 1'000);
  const FeedFacts feed = look().feeds.at(0);
  EXPECT_EQ(feed.name, "feed-ticks");
  EXPECT_EQ(feed.source, counter::SourceState::silent);
  EXPECT_EQ(feed.packets, 30u);
  EXPECT_EQ(feed.packets_line_a, 20u);
  EXPECT_EQ(feed.packets_line_b, 10u);
  EXPECT_EQ(feed.messages, 50u);
  EXPECT_EQ(feed.records, 70u);
  EXPECT_EQ(feed.gaps, 2u);
  EXPECT_EQ(feed.missed_messages, 9u);
  EXPECT_EQ(feed.kernel_drops, 4u);
  EXPECT_EQ(feed.last_packet, platform::UnixNanos{1'000});
}

TEST_F(PlantFactsOf, ReadsWhatItsThreadsCount) {
  count_thread(counter::kCycles, 100);
  count_thread(counter::kBusyTime, 25);
  count_thread(counter::kCore, 3);
  made_.count("thread.feeds", std::string(counter::kIdle), 3, kLevel);
  made_.count("thread.other", std::string(counter::kCycles), 1);
  const PlantFacts facts = look();
  ASSERT_EQ(facts.threads.size(), 2u);
  EXPECT_EQ(facts.threads[0].name, "feeds");
  EXPECT_EQ(facts.threads[0].core, 2u) << "the counter is the cpu's number plus 1";
  EXPECT_EQ(facts.threads[0].idle, "park");
  EXPECT_EQ(facts.threads[0].busy_ns, 25u);
  EXPECT_EQ(facts.threads[1].core, std::nullopt);
}

TEST_F(PlantFactsOf, ReadsWhatHousekeepingWarnsOf) {
  EXPECT_FALSE(look().numbers_at_risk);
  made_.count("housekeeping", std::string(counter::kNumbersAtRisk), 1, kLevel);
  made_.count("housekeeping", std::string(counter::kOwnUidClients), 3, kLevel);
  const PlantFacts facts = look();
  EXPECT_TRUE(facts.numbers_at_risk);
  EXPECT_EQ(facts.own_uid_clients, 3u);
}

TEST_F(PlantFactsOf, ReadsWhatCameOfItsWishesForMemory) {
  using counter::MemoryOutcome;
  const auto count = [&](const std::string& name, MemoryOutcome outcome) {
    made_.count("memory", name, static_cast<std::uint64_t>(outcome), kLevel);
  };
  count("lock", MemoryOutcome::limit_too_low);
  count("pages.ticks", MemoryOutcome::transparent_pages);
  count("node.ticks", MemoryOutcome::not_wished);
  const std::vector<MemoryWishFacts> wishes = look().memory_wishes;
  ASSERT_EQ(wishes.size(), 2u) << "what was not wished is not shown";
  EXPECT_EQ(wishes[0].wish, "lock");
  EXPECT_EQ(wishes[0].ring, "");
  EXPECT_TRUE(wishes[0].is_refused());
  EXPECT_EQ(wishes[1].wish, "huge_pages");
  EXPECT_EQ(wishes[1].ring, "ticks");
  EXPECT_FALSE(wishes[1].is_refused());
}

TEST(MemoryWishes, HaveAReasonAndARemedyWhenRefused) {
  for (std::uint64_t value = 0; value <= static_cast<std::uint64_t>(counter::MemoryOutcome::failed); ++value) {
    MemoryWishFacts wish;
    wish.outcome = static_cast<counter::MemoryOutcome>(value);
    EXPECT_NE(reason_of(wish.outcome), "unknown to this program") << value;
    EXPECT_EQ(remedy_for(wish.outcome).empty(), !wish.is_refused()) << value;
  }
  EXPECT_EQ(reason_of(static_cast<counter::MemoryOutcome>(99)), "unknown to this program") << "of a newer daemon";
}

TEST_F(PlantFactsOf, MeasuresTheDelayOfTheNewestRecords) {
  const auto apple = made_.define("AAPL");
  feedhandlers::TickPublisher& to = made_.publisher();
  to.begin_packet(made_.now(), 64'000);
  for (int i = 0; i < 99; ++i) to.publish(apple, made_.now(), ringbuf::QuoteBody{}, ringbuf::RecordFlags::none);
  to.end_batch();
  const DelayFacts delay = look().rings.at(0).delay;
  EXPECT_EQ(delay.count, 100u) << "with the definition";
  EXPECT_EQ(delay.p99, 64'000);
}

TEST_F(PlantFactsOf, MeasuresTheDelayOfARingThatHasGoneAround) {
  const auto apple = made_.define("AAPL");
  for (int i = 0; i < 5'000; ++i) made_.quote(apple, 1, 2);
  EXPECT_EQ(look().rings.at(0).delay.count, 512u) << "the newer half";
}

TEST_F(PlantFactsOf, FollowARingThatWasBuiltAnew) {
  EXPECT_EQ(look().rings.at(0).slots, 1024u);
  made_.succeed({.ring_slots = 2048});
  const PlantFacts facts = look();
  EXPECT_EQ(facts.rings.at(0).slots, 2048u);
  EXPECT_EQ(facts.rings.at(0).published, PlantInFolder::kSequencesLeftOut);
}

TEST(PerSecond, IsZeroForWhatWentBackOrTookNoTime) {
  EXPECT_EQ(per_second(0, 500, 250'000'000), 2'000);
  EXPECT_EQ(per_second(500, 0, 250'000'000), 0);
  EXPECT_EQ(per_second(0, 500, 0), 0);
}

TEST(RateText, KeepsADecimalOfWhatIsSmall) {
  EXPECT_EQ(rate_text(0), "0");
  EXPECT_EQ(rate_text(2.54), "2.5");
  EXPECT_EQ(rate_text(12'345.4), "12,345");
}

/// 250 ms apart, 1,000 records between them.
struct TwoLooks {
  TwoLooks() {
    before.name = "demo";
    before.state = clients::PlantState::live;
    before.now = {1'000'000'000'000};
    before.ready_at = platform::UnixNanos{0};
    RingFacts ring;
    ring.name = "ticks";
    ring.slot_bytes = 64;
    ring.slots = 65'536;
    ring.published = 5'000;
    before.rings = {ring};
    ThreadFacts thread;
    thread.name = "feeds";
    thread.idle = "park";
    thread.cycles = 100;
    thread.busy_ns = 90'000'000;
    before.threads = {thread};
    now = before;
    now.now = now.now + 250'000'000;
    now.rings[0].published = 6'000;
    now.threads[0].cycles = 200;
    now.threads[0].busy_ns = 152'500'000;
  }
  PlantFacts before, now;
};

TEST(StatusText, SaysHowLongARingHoldsAtItsRate) {
  const TwoLooks looks;
  EXPECT_EQ(rings_text(looks.before, looks.now, {}),
            "ring    slots  slot bytes  published  records/s   holds\n"
            "ticks  65,536          64      6,000      4,000  16.4 s\n");
  EXPECT_THAT(rings_text(looks.now, looks.now, {}), HasSubstr("6,000          0      -\n")) << "nothing comes";
}

TEST(StatusText, CountsAThreadsBusyShareBetweenTheLooks) {
  const TwoLooks looks;
  EXPECT_DOUBLE_EQ(busy_share(looks.before, looks.now, looks.now.threads[0]), 0.25) << "62.5 of 250 ms";
  EXPECT_EQ(busy_share({}, looks.now, looks.now.threads[0]), 0) << "was not there before";
  EXPECT_EQ(busy_share(looks.now, looks.now, looks.now.threads[0]), 0) << "no time has passed";
}

TEST(StatusText, ShowsEachRefusedWishWithItsRemedy) {
  PlantFacts facts;
  facts.memory_wishes = {{"lock", "", counter::MemoryOutcome::limit_too_low},
                         {"huge_pages", "ticks", counter::MemoryOutcome::transparent_pages},
                         {"huge_pages", "other", counter::MemoryOutcome::not_mounted_huge}};
  const std::string text = status_text(facts, facts, Style{});
  EXPECT_THAT(text, HasSubstr("memory.lock: the limit on locked memory is too low (LimitMEMLOCK=infinity"));
  EXPECT_THAT(text, HasSubstr("memory.huge_pages of other: none are reserved"));
  EXPECT_THAT(text, testing::Not(HasSubstr("of ticks"))) << "what was granted is no news";
  const Json json = status_json(facts, facts);
  EXPECT_EQ(json["memory_wishes"].size(), 3u);
  EXPECT_EQ(json["memory_wishes"][0]["granted"], false);
  EXPECT_EQ(json["memory_wishes"][0]["ring"], nullptr);
  EXPECT_EQ(json["memory_wishes"][1]["reason"], "transparent pages");
  EXPECT_EQ(json["memory_wishes"][1]["remedy"], nullptr);
}

TEST(StatusText, WarnsOfWhatCouldWriteAndWhatCouldComeTwice) {
  PlantFacts facts;
  EXPECT_THAT(status_text(facts, facts, Style{}), testing::Not(HasSubstr("!")));
  facts.own_uid_clients = 1;
  facts.recorder = RecorderFacts{100, 7, ENOSPC};
  facts.numbers_at_risk = true;
  facts.analytics.emplace().lost_records = 9;
  const std::string text = status_text(facts, facts, Style{});
  EXPECT_THAT(text, HasSubstr("! 9 records overwritten before analytics took them"));
  EXPECT_THAT(text, HasSubstr("! 1 client under the daemon's own user"));
  EXPECT_THAT(text, HasSubstr("! sequence numbers may come twice"));
  EXPECT_THAT(text, HasSubstr("! the recorder's disk refuses: No space left on device"));
  EXPECT_THAT(text, HasSubstr("! 7 records missing in the recorder's copy"));
}

TEST(StatusText, TellsOfTheJournal) {
  PlantFacts facts;
  EXPECT_THAT(status_text(facts, facts, Style{}), testing::Not(HasSubstr("journal")));
  EXPECT_EQ(status_json(facts, facts).at("journal"), nullptr);
  JournalFacts& journal = facts.journal.emplace();
  journal.state = ringbuf::counter::JournalState::degraded;
  journal.error = ENOSPC;
  journal.segment = 3;
  journal.newest_block = 40;
  journal.durable_block = 38;
  journal.lost_records = 7;
  const std::string text = status_text(facts, facts, Style{});
  EXPECT_THAT(text, HasSubstr("degraded, file 3, 0 records, block 40, on disk up to 38"));
  EXPECT_THAT(text, HasSubstr("! degraded: journal: No space left on device"));
  EXPECT_THAT(text, HasSubstr("! 7 records missing in the journal"));
  EXPECT_EQ(status_json(facts, facts).at("journal").at("state"), "degraded");
  EXPECT_EQ(status_json(facts, facts).at("journal").at("durable_block"), 38);
}

TEST(StatusText, TellsWhatIsComputed) {
  PlantFacts facts;
  EXPECT_THAT(status_text(facts, facts, Style{}), testing::Not(HasSubstr("analytics")));
  EXPECT_EQ(status_json(facts, facts).at("analytics"), nullptr);
  AnalyticsFacts& computed = facts.analytics.emplace();
  computed.file = "standard.yaml";
  computed.sets = {"stocks", "futures"};
  computed.windows = {"T60", "S300_60"};
  computed.shards = 2;
  computed.instruments = 40;
  computed.rows = 1234;
  computed.signals = 1;
  computed.lag = 5;
  computed.state_hash = 0x1a2b;
  EXPECT_THAT(
      status_text(facts, facts, Style{}),
      HasSubstr("standard.yaml: stocks, futures (T60, S300_60), 2 shards; 40 instruments, 1,234 rows, 1 signal, "
                "state 0000000000001a2b, lag 5"));
  const Json json = status_json(facts, facts).at("analytics");
  EXPECT_EQ(json.at("state_hash"), "0000000000001a2b");
  EXPECT_EQ(json.at("windows"), (Json{"T60", "S300_60"}));
  EXPECT_EQ(json.at("newest_event"), nullptr);
}

TEST(StatusText, WarnsOfBooksInDoubtAndOfACaptureThatIsNotWhole) {
  PlantFacts facts;
  facts.feeds.emplace_back();
  facts.feeds[0].name = "nasdaq";
  facts.feeds[0].snapshots.emplace();
  facts.feeds[0].capture.emplace();
  EXPECT_THAT(status_text(facts, facts, Style{}), testing::Not(HasSubstr("!")));
  facts.feeds[0].snapshots->in_doubt = BooksInDoubt::single;
  facts.feeds[0].capture->error = ENOSPC;
  facts.feeds[0].capture->not_captured = 5;
  const std::string text = status_text(facts, facts, Style{});
  EXPECT_THAT(text, HasSubstr("! feed nasdaq: single books in doubt\n"));
  EXPECT_THAT(text, HasSubstr("! feed nasdaq: the capture's disk refuses: No space left on device\n"));
  EXPECT_THAT(text, HasSubstr("! feed nasdaq: 5 packets not captured\n"));
}

TEST(Status, TellsClosedFromStale) {
  PlantFacts facts;
  facts.state = clients::PlantState::live;
  facts.now = {1'000 * platform::kNanosPerSecond};
  facts.feeds.emplace_back();
  facts.feeds[0].source = counter::SourceState::silent;
  EXPECT_EQ(status_json(facts, facts)["feeds"][0]["state"], "silent");
  facts.feeds[0].hours = TradingHours{std::chrono::minutes(0), std::chrono::minutes(10), "UTC"};
  EXPECT_EQ(status_json(facts, facts)["feeds"][0]["state"], "closed");
  EXPECT_THAT(status_text(facts, facts, {}), HasSubstr("  closed "));
  facts.feeds[0].hours->close = std::chrono::minutes(20);
  EXPECT_EQ(status_json(facts, facts)["feeds"][0]["state"], "stale");
}

TEST(StatusText, LooksRightWithoutFeedsThreadsAndRings) {
  PlantFacts facts;
  facts.name = "empty";
  const std::string text = status_text(facts, facts, {});
  EXPECT_THAT(text, HasSubstr("plant          empty, closed\n"));
  EXPECT_THAT(text, HasSubstr("not ready yet\n"));
  EXPECT_THAT(text, HasSubstr("\nno feeds\n\nno threads\n\nno rings\n"));
}

TEST(StatusText, ShowsAFeedThatHasHadNoPacket) {
  PlantFacts facts;
  facts.feeds.emplace_back();
  facts.feeds[0].name = "nasdaq";
  facts.feeds[0].source = counter::SourceState::waiting;
  EXPECT_THAT(
      status_text(facts, facts, {}),
      HasSubstr(
          "nasdaq  waiting          0          0         0        0     0       0            -          -    -\n"));
}

TEST(StatusJson, HasNullForWhatIsNotKnown) {
  PlantFacts facts;
  facts.feeds.emplace_back();
  const Json json = status_json(facts, facts);
  EXPECT_TRUE(json.at("ready_at").is_null());
  EXPECT_TRUE(json.at("clock_error_ns").is_null());
  EXPECT_TRUE(json.at("feeds").at(0).at("last_packet").is_null());
  EXPECT_TRUE(json.at("feeds").at(0).at("publish_delay").is_null());
  EXPECT_EQ(json.at("state"), "closed");
}

}  // namespace
}  // namespace tickplant::cli::this_file
