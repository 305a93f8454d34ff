// A feed that tells again what is in its ring: nothing twice, nothing missing, wherever its predecessor was cut short.
#include "daemon/told_feeds.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "feedhandlers/feed_records.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::daemon::this_file {
namespace {

using feedhandlers::Repeats;
using feedhandlers::TickPublisher;
using ringbuf::FeedId;
using ringbuf::InstrumentId;
using ringbuf::Record;
using ringbuf::RecordFlags;

constexpr std::uint64_t kSlots = 1024;
constexpr FeedId kFeed{1};
constexpr std::uint32_t kInstruments = 4;

/// A ring with its tables, as a plant has them.
struct Memory {
  ringbuf::PrivatePayload ring{sizeof(ringbuf::TickWriter::Control) + ringbuf::kRecordBytes * kSlots};
  ringbuf::PrivatePayload gating{sizeof(ringbuf::GatingPage<>)};
  std::vector<ringbuf::ImageSlot> image{kInstruments + 1};
  std::vector<ringbuf::NewestSlot> newest{kInstruments + 1};
  std::vector<ringbuf::DepthSlot> depth{kInstruments + 1};

  [[nodiscard]] TickPublisher publisher(std::uint64_t last = 0) {
    return {ringbuf::TickWriter::over(ring.bytes(), kSlots, {last}), ringbuf::ImageWriter{image},
            ringbuf::NewestWriter{newest}, ringbuf::DepthWriter{depth}};
  }
  /// One of two that write the ring.
  [[nodiscard]] TickPublisher shared_publisher(std::uint64_t last) {
    ringbuf::SharedTickWriter::open(ringbuf::object_at<ringbuf::BroadcastControl<>>(ring.bytes(), 0), {last});
    return {ringbuf::SharedTickWriter::over(ring.bytes(), kSlots, gating.bytes(), 0, 2), ringbuf::ImageWriter{image},
            ringbuf::NewestWriter{newest}, ringbuf::DepthWriter{depth}};
  }
  [[nodiscard]] std::vector<Record> records() const {
    std::vector<Record> all;
    auto reader = ringbuf::TickReader::over(ring.bytes(), kSlots, {1});
    for (Record record; reader.poll(&record) == ringbuf::ReadStatus::record;) all.push_back(record);
    return all;
  }
  [[nodiscard]] feedhandlers::ToldRecords told() const {
    ToldCollector collector({[](FeedId feed) { return feed == kFeed; }, [](InstrumentId) { return true; }});
    for (const Record& record : records()) collector.take(record);
    return std::move(collector).told();
  }
  [[nodiscard]] ringbuf::ImageEntry image_of(std::uint32_t id) const {
    ringbuf::ImageEntry entry;
    (void)ringbuf::ImageReader{image}.read({id}, entry);
    return entry;
  }
};

/// A source: what its record `i` is. Every seventh is a position; some say the very same as the one before.
struct Source {
  std::uint64_t salt = 0;

  void tell(TickPublisher& publisher, std::uint64_t i) const {
    publisher.begin_packet({static_cast<std::int64_t>(1'000 + i)}, 0);
    if (i % 7 == 6) {
      feedhandlers::publish_position(publisher, kFeed, {static_cast<std::int64_t>(i)}, {.next_sequence = i + 1});
    } else {
      ringbuf::TradeBody trade;
      trade.price = {static_cast<std::int64_t>(salt + i / 2)};
      trade.size = {1};
      publisher.publish({static_cast<std::uint32_t>(i / 2 % kInstruments) + 1}, {static_cast<std::int64_t>(i / 2)},
                        trade, RecordFlags::end_of_event);
    }
    publisher.end_batch();
  }
};

constexpr std::uint64_t kCount = 300;

Memory& uninterrupted() {
  static Memory memory;
  static const bool once = [] {
    TickPublisher publisher = memory.publisher();
    for (std::uint64_t i = 0; i < kCount; ++i) Source{}.tell(publisher, i);
    return true;
  }();
  EXPECT_TRUE(once);
  return memory;
}

bool has_same_bits(const std::vector<Record>& a, const std::vector<Record>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Record)) == 0;
}

TEST(ToldFeeds, AFileIsGoneOnWithWhereverItsReaderWasCutShort) {
  for (std::uint64_t cut = 0; cut <= kCount; ++cut) {
    Memory memory;
    TickPublisher predecessor = memory.publisher();
    for (std::uint64_t i = 0; i < cut; ++i) Source{}.tell(predecessor, i);
    Repeats told(memory.told(), Repeats::From::beginning);
    TickPublisher publisher = memory.publisher(cut);
    publisher.tell_again(told, false);
    for (std::uint64_t i = 0; i < kCount; ++i) Source{}.tell(publisher, i);
    ASSERT_TRUE(has_same_bits(memory.records(), uninterrupted().records())) << "cut behind " << cut;
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      const ringbuf::ImageEntry a = memory.image_of(id), b = uninterrupted().image_of(id);
      ASSERT_EQ(std::memcmp(&a, &b, sizeof a), 0) << "cut behind " << cut;
    }
    EXPECT_TRUE(told.is_through());
    EXPECT_EQ(publisher.is_passing_over(), cut == kCount) << "the first record that is new ends it";
  }
}

TEST(ToldFeeds, AServerSendsAgainFromTheLastPosition) {
  for (std::uint64_t cut = 0; cut <= kCount; ++cut) {
    Memory memory;
    TickPublisher predecessor = memory.publisher();
    for (std::uint64_t i = 0; i < cut; ++i) Source{}.tell(predecessor, i);
    feedhandlers::ToldRecords what = memory.told();
    const std::uint64_t next =
        what.position ? what.position->as<ringbuf::SourcePositionBody>().next_sequence : std::uint64_t{0};
    Repeats told(std::move(what), Repeats::From::position);
    TickPublisher publisher = memory.publisher(cut);
    publisher.tell_again(told, false);
    for (std::uint64_t i = next; i < kCount; ++i) Source{}.tell(publisher, i);
    ASSERT_TRUE(has_same_bits(memory.records(), uninterrupted().records())) << "cut behind " << cut;
  }
}

TEST(ToldFeeds, AServerThatCutsItsPacketsOtherwiseTellsNothingTwice) {
  constexpr std::uint64_t kMessages = 60;
  const auto message = [](TickPublisher& publisher, std::uint64_t i) {
    if (i % 5 == 4) return;  // one that no record comes from
    ringbuf::TradeBody trade;
    trade.price = {static_cast<std::int64_t>(i / 2)};
    publisher.publish({1}, {static_cast<std::int64_t>(i / 2)}, trade, RecordFlags::end_of_event);
  };
  // A life sends from the last position on, in packets of `packet` messages, and ends with `cut` messages told.
  const auto live = [&](Memory& memory, std::uint64_t packet, std::uint64_t cut) {
    feedhandlers::ToldRecords what = memory.told();
    std::uint64_t next =
        what.position ? what.position->as<ringbuf::SourcePositionBody>().next_sequence : std::uint64_t{0};
    Repeats told(std::move(what), Repeats::From::position);
    TickPublisher publisher = memory.publisher(memory.records().size());
    publisher.tell_again(told, false);
    for (std::uint64_t end = next + packet; next < cut; end += packet) {
      for (; next < std::min(end, cut); ++next) message(publisher, next);
      if (next == end)
        feedhandlers::publish_position(publisher, kFeed, {static_cast<std::int64_t>(end)}, {.next_sequence = end});
    }
    EXPECT_TRUE(cut < kMessages || told.is_through());
  };
  const auto without_positions = [](const Memory& memory) {
    std::vector<Record> found;
    for (const Record& record : memory.records())
      if (record.header.type != ringbuf::RecordType::source_position) found.push_back(record);
    return found;
  };
  Memory uncut;
  live(uncut, 10, kMessages);
  const std::vector<Record> expected = without_positions(uncut);
  for (std::uint64_t first = 1; first < kMessages; ++first) {
    for (const std::uint64_t packet : {1u, 3u, 4u, 10u, 30u}) {
      Memory memory;
      live(memory, 20, first);
      live(memory, packet, std::min(first + 7, kMessages));
      live(memory, 6, std::min(first + 8, kMessages));
      live(memory, 2, kMessages);
      const std::vector<Record> told = without_positions(memory);
      ASSERT_EQ(told.size(), expected.size()) << "cut behind " << first << ", packets of " << packet;
      for (std::size_t i = 0; i < told.size(); ++i) ASSERT_TRUE(feedhandlers::says_the_same(told[i], expected[i]));
    }
  }
}

TEST(ToldFeeds, TablesThatAreNewTakeWhatIsToldAgainAndTheRingDoesNot) {
  constexpr std::uint64_t kCut = 155;
  for (const bool is_shared : {false, true}) {
    Memory before, after;
    TickPublisher predecessor = before.publisher();
    for (std::uint64_t i = 0; i < kCut; ++i) Source{}.tell(predecessor, i);
    Repeats told(before.told(), Repeats::From::beginning);
    TickPublisher publisher = is_shared ? after.shared_publisher(kCut) : after.publisher(kCut);  // numbers go on
    publisher.tell_again(told, true);
    for (std::uint64_t i = 0; i < kCount; ++i) Source{}.tell(publisher, i);
    EXPECT_EQ(publisher.record_count(), kCount - kCut);
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      EXPECT_EQ(after.image_of(id).volume.value, uninterrupted().image_of(id).volume.value) << is_shared;
      EXPECT_EQ(after.image_of(id).last_price, uninterrupted().image_of(id).last_price);
    }
  }
}

TEST(ToldFeeds, HeartbeatsGoOutMeanwhile) {
  Memory memory;
  TickPublisher predecessor = memory.publisher();
  for (std::uint64_t i = 0; i < 10; ++i) Source{}.tell(predecessor, i);
  Repeats told(memory.told(), Repeats::From::position);
  TickPublisher publisher = memory.publisher(10);
  publisher.tell_again(told, false);
  feedhandlers::publish_heartbeat(publisher, kFeed, {});
  EXPECT_EQ(memory.records().size(), 11u);
  EXPECT_TRUE(publisher.is_passing_over());
  for (std::uint64_t i = 7; i < 11; ++i) Source{}.tell(publisher, i);
  EXPECT_EQ(memory.records().size(), 12u);
  EXPECT_FALSE(publisher.is_passing_over());
}

TEST(ToldFeeds, AnotherFileNeverComesToTheSamePlace) {
  Memory memory;
  TickPublisher predecessor = memory.publisher();
  for (std::uint64_t i = 0; i < 100; ++i) Source{}.tell(predecessor, i);
  Repeats told(memory.told(), Repeats::From::beginning);
  TickPublisher publisher = memory.publisher(100);
  publisher.tell_again(told, false);
  for (std::uint64_t i = 0; i < kCount; ++i) Source{1}.tell(publisher, i);
  EXPECT_TRUE(told.is_before());
  EXPECT_EQ(memory.records().size(), 100u);
  publisher.stop_passing_over();
  Source{1}.tell(publisher, 0);
  EXPECT_EQ(memory.records().size(), 101u);
}

TEST(ToldFeeds, WhatSaysSomethingElseIsNew) {
  Memory memory;
  TickPublisher predecessor = memory.publisher();
  for (std::uint64_t i = 0; i < 10; ++i) Source{}.tell(predecessor, i);
  Repeats told(memory.told(), Repeats::From::position);
  TickPublisher publisher = memory.publisher(10);
  publisher.tell_again(told, false);
  for (std::uint64_t i = 7; i < 14; ++i) Source{1}.tell(publisher, i);
  EXPECT_EQ(memory.records().size(), 17u);
  EXPECT_FALSE(publisher.is_passing_over()) << "a packet of nothing but news: no repeat is behind it";
}

TEST(ToldFeeds, RecordsOfOtherFeedsInTheRingAreNotItsOwn) {
  ToldCollector collector({[](FeedId feed) { return feed == kFeed; }, [](InstrumentId id) { return id.value == 1; }});
  Memory memory;
  TickPublisher publisher = memory.publisher();
  Source{}.tell(publisher, 0);  // of instrument 1
  Source{}.tell(publisher, 2);  // of instrument 2
  Source{}.tell(publisher, 6);
  feedhandlers::publish_position(publisher, {2}, {9}, {.next_sequence = 99});
  feedhandlers::publish_heartbeat(publisher, kFeed, {});
  Source{}.tell(publisher, 3);
  Source{}.tell(publisher, 8);
  for (const Record& record : memory.records()) collector.take(record);
  const feedhandlers::ToldRecords told = std::move(collector).told();
  ASSERT_TRUE(told.position);
  EXPECT_EQ(told.position->as<ringbuf::SourcePositionBody>().next_sequence, 7u);
  EXPECT_EQ(told.before.size(), 1u);
  ASSERT_EQ(told.behind.size(), 1u);
  EXPECT_EQ(told.behind[0].header.instrument, InstrumentId{1});
}

}  // namespace
}  // namespace tickplant::daemon::this_file
