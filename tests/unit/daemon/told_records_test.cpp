// Where what was told of a feed is found: in its ring, and in the journal as far as the ring does not go back.
#include <gtest/gtest.h>

#include <vector>

#include "daemon/told_feeds.hpp"
#include "feedhandlers/feed_records.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using namespace ringbuf;

constexpr std::uint64_t kSlots = 64;

class ToldRecordsTest : public testing::Test {
 protected:
  ToldRecordsTest() {
    config_.plant.name = "demo";
    config_.instruments.capacity = 16;
    config_.text.size_bytes = 65'536;
    config_.rings[0].slot_count = kSlots;
    FactsBuilder facts;
    facts.add(PlantFact{});
    facts.add(tests::JournalInFolder::ring_fact(1, "ticks"));
    for (const auto& [id, name] : {std::pair<std::uint16_t, const char*>{1, "ours"}, {2, "theirs"}}) {
      FeedEntry feed;
      feed.id = {id};
      set_text(feed.name, name);
      set_text(feed.ring, "ticks");
      facts.add(feed);
      InstrumentEntry entry = tests::JournalInFolder::instrument(id, name, "XNAS");
      entry.feed = {id};
      facts.add(entry);
    }
    journal_.append_facts(facts);
  }

  /// Of instrument and feed `id`; its size is its number in the ring.
  static Record trade(std::uint64_t number, std::uint32_t id = 1) {
    TradeBody body;
    body.size = {number};
    Record record = make_record({id}, {1}, {1}, body);
    record.header.stamp = number;
    return record;
  }
  static Record position(std::uint64_t number) {
    SourcePositionBody body;
    body.feed = {1};
    Record record = make_record(kNoInstrument, {1}, {1}, body);
    record.header.stamp = number;
    return record;
  }
  void put_into_journal(const std::vector<Record>& records) {
    journal_.append(tests::JournalInFolder::header_of(BlockKind::ticks, 1, records.front().header.stamp, records),
                    std::as_bytes(std::span(records)));
  }
  /// What a predecessor leaves that told `count` trades, the ring being theirs alone.
  void leave_ring(std::uint64_t count) {
    PlantSegments segments(config_, folder_.path(), {1});
    define(segments);
    segments.announce();
    feedhandlers::TickPublisher& publisher = segments.ring("ticks").publishers.front();
    for (std::uint64_t number = 1; number <= count; ++number) {
      publisher.begin_packet({1}, 0);
      publisher.publish({1}, {1}, trade(number).as<TradeBody>(), RecordFlags::none);
      publisher.end_batch();
    }
  }
  static void define(PlantSegments& segments) {
    for (const char* const name : {"ours", "theirs"}) {
      InstrumentSpec spec;
      spec.symbol = name, spec.venue = "XNAS", spec.price_unit = 100'000;
      spec.feed = segments.put_feed({.name = name, .ring = "ticks"}, "UTC");
      (void)segments.directory().find_or_add(spec);
    }
  }
  feedhandlers::ToldRecords told() {
    PlantSegments segments(config_, folder_.path(), {2});
    define(segments);
    const InstrumentDirectoryReader directory = segments.directory().reader();
    return told_records({&segments.ring("ticks"), &directory, journal_folder_.path(), {1}, "ours", "ticks"});
  }
  static std::vector<std::uint64_t> numbers_of(const std::vector<Record>& records) {
    std::vector<std::uint64_t> numbers;
    for (const Record& record : records) numbers.push_back(record.as<TradeBody>().size.value);
    return numbers;
  }
  static std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t number = first; number <= last; ++number) numbers.push_back(number);
    return numbers;
  }

  config::PlantConfig config_;
  tests::TempDirectory folder_{"/dev/shm"}, journal_folder_;
  tests::JournalInFolder journal_{journal_folder_.path()};
};

TEST_F(ToldRecordsTest, OfANewRingAreInTheJournalBehindThePosition) {
  put_into_journal({trade(1), position(2), trade(3), trade(4, 2), trade(5)});
  const feedhandlers::ToldRecords found = told();
  ASSERT_TRUE(found.position);
  EXPECT_EQ(numbers_of(found.before), from_to(1, 1));
  EXPECT_EQ(numbers_of(found.behind), (std::vector<std::uint64_t>{3, 5}));
}

TEST_F(ToldRecordsTest, OfAFeedThatWasKilledBeforeItsFirstPositionAreAllInTheJournal) {
  put_into_journal({trade(1), trade(2, 2), trade(3)});
  const feedhandlers::ToldRecords found = told();
  EXPECT_FALSE(found.position);
  EXPECT_EQ(numbers_of(found.behind), (std::vector<std::uint64_t>{1, 3}));
}

TEST_F(ToldRecordsTest, AreEachFoundOnceWhereRingAndJournalOverlap) {
  std::vector<Record> first;
  for (std::uint64_t number = 1; number <= 50; ++number) first.push_back(trade(number));
  put_into_journal(first);
  leave_ring(100);
  EXPECT_EQ(numbers_of(told().behind), from_to(1, 100)) << "of the first the journal tells, of the last the ring";
}

TEST_F(ToldRecordsTest, GoOnInTheRingBehindThePositionThatTheJournalHas) {
  std::vector<Record> first;
  for (std::uint64_t number = 1; number <= 50; ++number) first.push_back(number == 10 ? position(10) : trade(number));
  put_into_journal(first);
  leave_ring(100);
  const feedhandlers::ToldRecords found = told();
  ASSERT_TRUE(found.position);
  EXPECT_EQ(numbers_of(found.behind), from_to(11, 100));
}

TEST_F(ToldRecordsTest, OfARingWithAPositionAreInTheRingAlone) {
  put_into_journal({trade(1), position(2)});
  {
    PlantSegments segments(config_, folder_.path(), {1});
    define(segments);
    segments.announce();
    feedhandlers::TickPublisher& publisher = segments.ring("ticks").publishers.front();
    publisher.begin_packet({1}, 0);
    feedhandlers::publish_position(publisher, {1}, {7}, {.next_sequence = 7});
    publisher.publish({1}, {1}, trade(2).as<TradeBody>(), RecordFlags::none);
    publisher.end_batch();
  }
  const feedhandlers::ToldRecords found = told();
  EXPECT_EQ(found.position->as<SourcePositionBody>().next_sequence, 7u);
  EXPECT_EQ(numbers_of(found.behind), from_to(2, 2));
}

}  // namespace
}  // namespace tickplant::daemon::this_file
