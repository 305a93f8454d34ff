// The feed as a whole: packets of two lines and day files in, records out. What a message becomes is the normaliser's
// test.
#include "feedhandlers/itch50/itch50_feed.hpp"

#include <gtest/gtest.h>

#include "tests/support/itch_published.hpp"
#include "tests/support/itch_session.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::itch50::Message;
using feedhandlers::itch50::message_index;
using ringbuf::GapBody;
using ringbuf::kNoInstrument;
using ringbuf::Record;
using ringbuf::RecordFlags;
using ringbuf::RecordType;
using ringbuf::SourcePositionBody;

constexpr platform::UnixNanos kMidnight{1'548'824'400'000'000'000};
constexpr feedhandlers::TradingDay kDay{.midnight = kMidnight, .date = 20190130, .utc_offset_seconds = -18'000};
constexpr ringbuf::InstrumentId kApple{1};
constexpr std::uint64_t kNine = 9 * 3'600'000'000'000ULL;

/// A message of one's own whose number is its order reference and its nanosecond.
Bytes add(std::uint64_t number) {
  return to_bytes(encoded(AddOrder{{{1}, {}, {kNine + number}}, {number}, Side::bid, 1, symbol("AAPL"), dollars(10)}));
}
std::vector<Bytes> adds(std::uint64_t first, std::uint64_t last) {
  std::vector<Bytes> messages;
  for (std::uint64_t number = first; number <= last; ++number) messages.push_back(add(number));
  return messages;
}

std::array<char, 10> session_text(std::string_view text) {
  std::array<char, 10> out;
  out.fill(' ');
  text.copy(out.data(), out.size());
  return out;
}

class Itch50Feed : public testing::Test {
 protected:
  void SetUp() override {
    plant_.feed.begin_day(kDay);
    (void)published_.take();
  }

  Records receive(std::string_view payload, std::int64_t delay_nanos = 0) {
    recv_ = recv_ + 1'000;
    plant_.feed.on_packet({.payload = as_span(payload), .ts_recv = recv_}, delay_nanos,
                          [&](Message message) { observed_.push_back(to_bytes(message)); });
    return published_.take();
  }
  /// Messages `first` to `last` of session S.
  Records receive_adds(std::uint64_t first, std::uint64_t last) {
    return receive(mold_packet("S", first, adds(first, last)));
  }

  static std::vector<RecordType> types_of(const Records& records) {
    std::vector<RecordType> types;
    for (const Record& record : records) types.push_back(record.header.type);
    return types;
  }
  /// The order references added, in the order of the ring.
  static std::vector<std::uint64_t> references_of(const Records& records) {
    std::vector<std::uint64_t> references;
    for (const Record& record : records)
      if (record.header.type == RecordType::order) references.push_back(record.as<ringbuf::OrderBody>().order_id);
    return references;
  }
  void expect_position(const Records& records, std::uint64_t next_sequence, std::uint16_t message_count) const {
    ASSERT_FALSE(records.empty());
    const Record& last = records.back();
    ASSERT_EQ(last.header.type, RecordType::source_position);
    EXPECT_EQ(last.header.instrument, kNoInstrument);
    EXPECT_EQ(last.header.flags, RecordFlags::end_of_event);
    EXPECT_EQ(last.header.ts_event, plant_.feed.normaliser().last_time());
    EXPECT_EQ(last.header.ts_recv, recv_);
    const auto body = last.as<SourcePositionBody>();
    EXPECT_EQ(body.next_sequence, next_sequence);
    EXPECT_EQ(body.message_count, message_count);
    EXPECT_EQ(body.session, session_text("S"));
    EXPECT_EQ(body.feed, ringbuf::FeedId{1});
  }

  OrderBook book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{book_};
  Published published_{plant_};
  platform::UnixNanos recv_{kMidnight + static_cast<std::int64_t>(kNine)};
  std::vector<Bytes> observed_;
};

// --- packets ---

TEST_F(Itch50Feed, PublishesThePositionBehindTheRecordsOfEachPacket) {
  const Records first = receive_adds(1, 2);
  EXPECT_EQ(types_of(first), (std::vector{RecordType::definition, RecordType::order, RecordType::quote,
                                          RecordType::order, RecordType::quote, RecordType::source_position}));
  expect_position(first, 3, 2);
  expect_position(receive_adds(3, 3), 4, 1);
  EXPECT_EQ(plant_.feed.counters().messages[message_index('A')], 3u);
}

TEST_F(Itch50Feed, GivesAllRecordsOfAPacketItsReceiveTimeAndDelay) {
  for (const Record& record : receive(mold_packet("S", 1, adds(1, 3)), 6'400)) {
    EXPECT_EQ(record.header.ts_recv, recv_);
    EXPECT_EQ(record.header.publish_delay, 100);
  }
}

TEST_F(Itch50Feed, TellsJoinersWhenAPacketIsInRingAndTables) {
  (void)receive_adds(1, 2);
  const auto reader = ringbuf::TickReader::over(plant_.ring.bytes(), FeedInMemory::kSlots, {1});
  EXPECT_EQ(reader.published(), plant_.publisher.last());
  EXPECT_EQ(reader.image_complete_through(), plant_.publisher.last());
}

TEST_F(Itch50Feed, JoinsASessionInItsMiddleWithoutAGap) {
  const Records records = receive_adds(1'000, 1'000);
  EXPECT_EQ(references_of(records), (std::vector<std::uint64_t>{1'000}));
  expect_position(records, 1'001, 1);
}

TEST_F(Itch50Feed, TellsAGapExactlyAndDoubtsTheBooks) {
  (void)receive_adds(1, 2);
  const Records records = receive_adds(7, 7);
  EXPECT_EQ(types_of(records),
            (std::vector{RecordType::gap, RecordType::order, RecordType::quote, RecordType::source_position}));
  const auto gap = records[0].as<GapBody>();
  EXPECT_EQ(gap.first, 3u);
  EXPECT_EQ(gap.last, 6u);
  EXPECT_EQ(gap.session, session_text("S"));
  EXPECT_EQ(gap.feed, ringbuf::FeedId{1});
  EXPECT_EQ(gap.reason, ringbuf::GapReason::lost);
  EXPECT_EQ(records[0].header.flags, RecordFlags::end_of_event);
  EXPECT_EQ(records[0].header.ts_recv, recv_);
  EXPECT_TRUE(has(records[1].header.flags, RecordFlags::maybe_bad_book)) << "the first record behind the gap already";
  EXPECT_TRUE(book_.is_maybe_bad(kApple));
  expect_position(records, 8, 1);
  EXPECT_EQ(types_of(receive_adds(8, 8)).front(), RecordType::order) << "told once";
}

TEST_F(Itch50Feed, TellsAGapThatAHeartbeatReveals) {
  (void)receive_adds(1, 2);
  const Records records = receive(mold_heartbeat("S", 5));
  ASSERT_EQ(types_of(records), std::vector{RecordType::gap}) << "and no position: no message came";
  EXPECT_EQ(records[0].as<GapBody>().first, 3u);
  EXPECT_EQ(records[0].as<GapBody>().last, 4u);
}

TEST_F(Itch50Feed, DropsWhatItHasSeen) {
  (void)receive_adds(1, 3);
  EXPECT_TRUE(receive_adds(1, 3).empty()) << "a copy";
  EXPECT_TRUE(receive_adds(2, 2).empty());
  const Records overlap = receive_adds(2, 5);
  EXPECT_EQ(references_of(overlap), (std::vector<std::uint64_t>{4, 5})) << "the rest of an overlap is new";
  expect_position(overlap, 6, 2);
  EXPECT_EQ(book_.open_orders(), 5u);
  EXPECT_EQ(plant_.feed.sessions().totals().duplicate_messages, 6u);
}

TEST_F(Itch50Feed, TakesFromTheOtherLineWhatThisOneLost) {
  (void)receive_adds(1, 2);
  (void)receive_adds(6, 7);
  const Records late = receive_adds(3, 4);
  EXPECT_EQ(references_of(late), (std::vector<std::uint64_t>{3, 4}));
  for (const Record& record : late) {
    EXPECT_EQ(has(record.header.flags, RecordFlags::late), record.header.type != RecordType::source_position);
    EXPECT_FALSE(has(record.header.flags, RecordFlags::bad_clock)) << "it was received now";
  }
  expect_position(late, 8, 2);  // not 5: what was told before stays told
  EXPECT_EQ(references_of(receive_adds(3, 5)), (std::vector<std::uint64_t>{5}));
  EXPECT_EQ(book_.open_orders(), 7u);
  EXPECT_TRUE(receive_adds(1, 7).empty());
}

TEST_F(Itch50Feed, CountsEachSessionApart) {
  (void)receive_adds(1, 2);
  const Records other = receive(mold_packet("T", 1, {add(50)}));
  EXPECT_EQ(references_of(other), (std::vector<std::uint64_t>{50}));
  for (const Record& record : other) EXPECT_NE(record.header.type, RecordType::gap) << "none between sessions";
  EXPECT_EQ(other.back().as<SourcePositionBody>().session, session_text("T"));
  EXPECT_EQ(other.back().as<SourcePositionBody>().next_sequence, 2u);
  expect_position(receive_adds(3, 3), 4, 1);
}

TEST_F(Itch50Feed, DeliversPacketsWithoutNumbersEachTime) {
  for (int copy = 0; copy < 2; ++copy) {
    const Records records = receive(mold_packet("", 0, {add(1)}));
    EXPECT_EQ(records.back().as<SourcePositionBody>().message_count, 1);
    EXPECT_EQ(records.back().as<SourcePositionBody>().next_sequence, 0u) << "there is no number to go on from";
  }
  EXPECT_EQ(plant_.feed.counters().messages[message_index('A')], 2u);
  EXPECT_EQ(plant_.feed.normaliser().counters().refused_orders, 1u) << "the copy cannot be told from a second add";
}

TEST_F(Itch50Feed, CountsHeartbeatsAndEndsOfSession) {
  (void)receive_adds(1, 1);
  EXPECT_TRUE(receive(mold_heartbeat("S", 2)).empty());
  EXPECT_TRUE(receive(mold_heartbeat("S", 2)).empty());
  EXPECT_TRUE(receive(mold_end_of_session("S", 2)).empty());
  EXPECT_EQ(plant_.feed.counters().heartbeats, 2u);
  EXPECT_EQ(plant_.feed.counters().ends_of_session, 1u);
  EXPECT_EQ(plant_.feed.counters().damaged_packets, 0u);
}

TEST_F(Itch50Feed, DeliversWhatIsIntactOfADamagedDatagram) {
  const Bytes whole = mold_packet("S", 1, adds(1, 3));
  const Bytes cut = whole.substr(0, whole.size() - 1);
  expect_position(receive(cut), 3, 2);
  EXPECT_EQ(plant_.feed.counters().damaged_packets, 1u);
  EXPECT_EQ(references_of(receive(whole)), (std::vector<std::uint64_t>{3})) << "the other line has it whole";
  EXPECT_TRUE(receive("short").empty());
  EXPECT_TRUE(receive("").empty());
  EXPECT_EQ(plant_.feed.counters().damaged_packets, 3u);
  EXPECT_EQ(plant_.feed.counters().heartbeats, 0u) << "too short to say what it was";
  expect_position(receive(mold_packet("S", 4, {add(4)}) + "x"), 5, 1);
  EXPECT_EQ(plant_.feed.counters().damaged_packets, 4u);
}

TEST_F(Itch50Feed, CountsMessagesThatAreNone) {
  Bytes long_one = add(4);
  long_one += 'x';
  const Records records = receive(mold_packet("S", 1, {"", "z", Bytes(36, 'z'), add(1), long_one}));
  EXPECT_EQ(references_of(records), (std::vector<std::uint64_t>{1}));
  expect_position(records, 6, 5);
  EXPECT_EQ(plant_.feed.counters().bad_lengths, 2u);
  EXPECT_EQ(plant_.feed.counters().unknown_types, 2u);
  EXPECT_EQ(observed_.size(), 5u);
}

TEST_F(Itch50Feed, TakesAPacketOfMoreMessagesThanItWorksOnAtOnce) {
  std::vector<Bytes> messages;
  for (std::uint64_t number = 1; number <= 700; ++number) messages.push_back(add(1 + number % 2));
  const Records records = receive(mold_packet("S", 1, messages));  // mostly duplicates: the ring of the test is small
  expect_position(records, 701, 700);
  EXPECT_EQ(observed_, messages);
  EXPECT_EQ(plant_.feed.counters().messages[message_index('A')], 700u);
}

TEST_F(Itch50Feed, ShowsEachMessageOnceWhenItsRecordsAreOut) {
  const std::vector<Bytes> messages = adds(1, 40);
  std::uint64_t seen = 0;
  const Bytes packet = mold_packet("S", 1, messages);
  plant_.feed.on_packet({.payload = as_span(packet), .ts_recv = recv_}, 0, [&](Message message) {
    EXPECT_EQ(to_bytes(message), messages[seen]);
    ++seen;
    EXPECT_EQ(book_.open_orders(), seen);
    EXPECT_EQ(plant_.publisher.last().value, 2 + 2 * seen) << "session, definition, order and quote of each";
  });
  EXPECT_EQ(seen, messages.size());
}

// --- days and day files ---

TEST_F(Itch50Feed, BeginsADayWithASessionRecord) {
  constexpr std::string_view kName = "0000012345";
  const auto name =
      feedhandlers::sequencing::SessionId::from_bytes(std::as_bytes(std::span<const char, 10>(kName.data(), 10)));
  plant_.feed.begin_day(
      {.midnight = kMidnight + platform::kNanosPerDay, .date = 20190131, .utc_offset_seconds = -18'000}, name);
  const Records records = published_.take();
  ASSERT_EQ(records.size(), 1u);
  const auto session = records[0].as<ringbuf::SessionBody>();
  EXPECT_EQ(session.trading_date, 20190131);
  EXPECT_EQ(session.utc_offset_seconds, -18'000);
  EXPECT_EQ(session.session, session_text("0000012345"));
  EXPECT_EQ(session.feed, ringbuf::FeedId{1});
  EXPECT_EQ(records[0].header.ts_event, kMidnight + platform::kNanosPerDay);
  EXPECT_EQ(records[0].header.ts_recv, kMidnight + platform::kNanosPerDay);
}

TEST_F(Itch50Feed, BeginsALiveDayWhenItsFirstPacketCame) {
  const platform::UnixNanos nine = kMidnight + 9 * 3'600 * platform::kNanosPerSecond;
  plant_.feed.publish_heartbeat({nine, 1, 0, 0});
  plant_.feed.begin_day({.midnight = kMidnight, .date = 20190130}, {}, nine + 5);
  const Records records = published_.take();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].header.ts_event, kMidnight);
  EXPECT_EQ(records[1].header.ts_recv, nine + 5);
  EXPECT_FALSE(ringbuf::has(records[1].header.flags, ringbuf::RecordFlags::bad_clock));
}

TEST_F(Itch50Feed, TakesMessagesOfADayFileAsReceivedWhenTheyHappened) {
  const std::vector<Bytes> messages = adds(1, 3);
  std::vector<Message> views;
  for (const Bytes& message : messages) views.push_back(as_span(message));
  plant_.feed.on_messages(views, 11, [&](Message message) { observed_.push_back(to_bytes(message)); });
  const Records records = published_.take();
  EXPECT_EQ(observed_, messages);
  for (const Record& record : records) {
    EXPECT_EQ(record.header.ts_recv, record.header.ts_event);
    EXPECT_EQ(record.header.publish_delay, 0);
  }
  recv_ = kMidnight + static_cast<std::int64_t>(kNine + 3);
  const auto position = records.back().as<SourcePositionBody>();
  EXPECT_EQ(position.next_sequence, 14u);
  EXPECT_EQ(position.message_count, 3);
  EXPECT_EQ(position.session, (std::array<char, 10>{}));
  const auto reader = ringbuf::TickReader::over(plant_.ring.bytes(), FeedInMemory::kSlots, {1});
  EXPECT_EQ(reader.image_complete_through(), plant_.publisher.last());
}

TEST_F(Itch50Feed, TakesAnEmptyBatch) {
  plant_.feed.on_messages({}, 5);
  const Records records = published_.take();
  ASSERT_EQ(types_of(records), std::vector{RecordType::source_position});
  EXPECT_EQ(records[0].as<SourcePositionBody>().next_sequence, 5u);
}

TEST_F(Itch50Feed, FlagsADayFileWhoseTimeGoesBack) {
  const std::vector<Bytes> messages{add(9), add(5)};
  plant_.feed.on_messages(std::vector<Message>{as_span(messages[0]), as_span(messages[1])}, 1);
  const Records records = published_.take();
  const Record& late = records.at(records.size() - 2);
  EXPECT_EQ(late.header.ts_event, kMidnight + static_cast<std::int64_t>(kNine + 5));
  EXPECT_EQ(late.header.ts_recv, kMidnight + static_cast<std::int64_t>(kNine + 9)) << "never decreases";
  EXPECT_EQ(late.header.flags, RecordFlags::end_of_event | RecordFlags::late | RecordFlags::bad_clock);
}

// --- the same again ---

/// A made-up morning through a plant of its own.
class Itch50FeedTwice : public testing::Test {
 protected:
  struct Run {
    OrderBook book{FeedInMemory::kBookConfig};
    FeedInMemory plant{book, {.quotes = true, .levels = true, .depth = true}};
    Published published{plant};
    Records records;  // without positions

    void keep() {
      for (const Record& record : published.take())
        if (record.header.type != RecordType::source_position) records.push_back(record);
    }
  };

  Itch50FeedTwice() {
    Session session{{.seed = test_seed(), .symbols = 4, .live_orders = 200, .bad_length_per_million = 10'000}};
    session.open(file_);
    session.trade(3'000, file_);
    session.close(file_);
    messages_ = unframed(file_);
  }

  /// In batches of `batch` messages; 0: of any size.
  void replay(Run& run, std::size_t batch) const {
    Random random{test_seed()};
    run.plant.feed.begin_day(kDay);
    for (std::size_t at = 0; at < messages_.size();) {
      const std::size_t wanted = batch != 0 ? batch : random.below(100);
      const std::size_t count = std::min(wanted, messages_.size() - at);
      run.plant.feed.on_messages(std::span{messages_}.subspan(at, count), at + 1, [&](Message) { run.keep(); });
      run.keep();
      at += count;
    }
  }

  Buffer file_;
  std::vector<Message> messages_;
};

TEST_F(Itch50FeedTwice, GivesTheSameBitsForTheSameBytes) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed());
  Run first;
  Run second;
  replay(first, 50);
  replay(second, 50);
  const auto same = [](const auto& a, const auto& b) {
    const auto bytes_a = std::as_bytes(std::span{a});
    const auto bytes_b = std::as_bytes(std::span{b});
    return std::equal(bytes_a.begin(), bytes_a.end(), bytes_b.begin(), bytes_b.end());
  };
  EXPECT_GT(first.plant.publisher.last().value, FeedInMemory::kSlots) << "every slot was written";
  EXPECT_TRUE(same(first.plant.ring.bytes(), second.plant.ring.bytes()));
  EXPECT_TRUE(same(first.plant.image, second.plant.image));
  EXPECT_TRUE(same(first.plant.newest, second.plant.newest));
  EXPECT_TRUE(same(first.plant.depth, second.plant.depth));
  EXPECT_TRUE(same(first.plant.directory_bytes.bytes(), second.plant.directory_bytes.bytes()));
}

TEST_F(Itch50FeedTwice, DoesNotCareWhereBatchesEnd) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed());
  Run whole;
  replay(whole, messages_.size());
  const Texts expected = texts_of(whole.records);
  ASSERT_GT(expected.size(), messages_.size());
  for (const std::size_t batch : {std::size_t{1}, std::size_t{7}, std::size_t{16}, std::size_t{17}, std::size_t{0}}) {
    Run cut;
    replay(cut, batch);
    const Texts texts = texts_of(cut.records);
    ASSERT_EQ(texts.size(), expected.size()) << "batches of " << batch;
    for (std::size_t i = 0; i < texts.size(); ++i) ASSERT_EQ(texts[i], expected[i]) << "batches of " << batch;
  }
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
