#include "feedhandlers/tick_publisher.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/order.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::TickPublisher;
using platform::kNoTime;
using platform::UnixNanos;
using ringbuf::InstrumentId;
using ringbuf::kNoInstrument;
using ringbuf::kNoPrice;
using ringbuf::Price;
using ringbuf::QuoteBody;
using ringbuf::Record;
using ringbuf::RecordFlags;
using ringbuf::Sequence;
using ringbuf::TradeBody;

constexpr std::uint64_t kSlots = 64;
constexpr InstrumentId kFirst{1};
constexpr InstrumentId kSecond{2};
constexpr RecordFlags kEnd = RecordFlags::end_of_event;

class TickPublisherTest : public testing::Test {
 protected:
  Record record(Sequence sequence) const {
    auto reader = ringbuf::TickReader::over(ring_.bytes(), kSlots, sequence);
    Record out;
    EXPECT_EQ(reader.poll(&out), ringbuf::ReadStatus::record);
    return out;
  }
  ringbuf::TickReader reader() const { return ringbuf::TickReader::over(ring_.bytes(), kSlots, {1}); }
  ringbuf::ImageEntry image(InstrumentId id) const {
    ringbuf::ImageEntry entry;
    EXPECT_EQ(ringbuf::ImageReader{image_}.read(id, entry), ringbuf::TableRead::value);
    return entry;
  }
  ringbuf::TableRead newest(InstrumentId id, ringbuf::NewestEntry& out) const {
    return ringbuf::NewestReader{newest_}.read(id, out);
  }

  /// One record without any meaning.
  Record publish_in_packet(UnixNanos ts_recv, std::int64_t delay_nanos = 0) {
    publisher_.begin_packet(ts_recv, delay_nanos);
    return record(publisher_.publish(kFirst, {5}, ringbuf::OrderBody{}, kEnd));
  }
  Sequence trade(InstrumentId id, std::int64_t price, std::uint64_t size) {
    TradeBody body;
    body.price = {price};
    body.size = {size};
    return publisher_.publish(id, {7}, body, kEnd);
  }

  ringbuf::PrivatePayload ring_{sizeof(ringbuf::TickWriter::Control) + ringbuf::kRecordBytes * kSlots};
  std::vector<ringbuf::ImageSlot> image_{3};
  std::vector<ringbuf::NewestSlot> newest_{3};
  std::vector<ringbuf::DepthSlot> depth_{3};
  TickPublisher publisher_{ringbuf::TickWriter::over(ring_.bytes(), kSlots), ringbuf::ImageWriter{image_},
                           ringbuf::NewestWriter{newest_}, ringbuf::DepthWriter{depth_}};
};

TEST_F(TickPublisherTest, PutsARecordInTheRingAsItWasSaid) {
  publisher_.begin_packet({1'000}, 640);
  const QuoteBody quote{{10}, {11}, {1}, {2}};
  const Sequence sequence = publisher_.publish(kSecond, {900}, quote, kEnd | RecordFlags::late);
  EXPECT_EQ(sequence, Sequence{1});
  EXPECT_EQ(publisher_.last(), sequence);
  const Record out = record(sequence);
  EXPECT_EQ(out.sequence(), sequence);
  EXPECT_EQ(out.header.ts_event, UnixNanos{900});
  EXPECT_EQ(out.header.ts_recv, UnixNanos{1'000});
  EXPECT_EQ(out.header.instrument, kSecond);
  EXPECT_EQ(out.header.type, ringbuf::RecordType::quote);
  EXPECT_EQ(out.header.flags, kEnd | RecordFlags::late);
  EXPECT_EQ(out.header.publish_delay, 10);
  EXPECT_EQ(out.as<QuoteBody>(), quote);
}

TEST_F(TickPublisherTest, StampsTheTablesWithTheSequenceOfTheRecord) {
  publisher_.begin_packet({1'000}, 0);
  (void)trade(kFirst, 10, 100);
  const Sequence second = trade(kSecond, 20, 7);
  EXPECT_EQ(second, Sequence{2});
  EXPECT_EQ(image(kFirst).stamp, 1u);
  EXPECT_EQ(image(kSecond).stamp, 2u);
  EXPECT_EQ(image(kSecond).last_price, Price{20});
  EXPECT_EQ(image(kSecond).ts_event, UnixNanos{7});
  EXPECT_EQ(image(kSecond).ts_recv, UnixNanos{1'000});
  ringbuf::NewestEntry entry;
  ASSERT_EQ(newest(kSecond, entry), ringbuf::TableRead::value);
  EXPECT_EQ(entry.stamp, 2u);
  EXPECT_EQ(entry.update_count, 1u);
  EXPECT_EQ(entry.trade_count, 1u);
  EXPECT_EQ(entry.volume.value, 7u);
}

TEST_F(TickPublisherTest, LeavesTheImageAloneWithRecordsThatHaveNoPlaceInIt) {
  (void)publish_in_packet({1'000});
  ringbuf::ImageEntry entry;
  EXPECT_EQ(ringbuf::ImageReader{image_}.read(kFirst, entry), ringbuf::TableRead::never);
  ringbuf::NewestEntry counts;
  EXPECT_EQ(newest(kFirst, counts), ringbuf::TableRead::value) << "every record counts as an update";
}

TEST_F(TickPublisherTest, PassesOverTablesWithRecordsOfNoInstrumentOrOneBeyondThem) {
  publisher_.begin_packet({1'000}, 0);
  (void)trade(kNoInstrument, 10, 100);
  (void)trade({3}, 10, 100);
  ringbuf::NewestEntry counts;
  for (const InstrumentId id : {kNoInstrument, kFirst, kSecond}) {
    EXPECT_EQ(newest(id, counts), ringbuf::TableRead::never);
  }
  EXPECT_EQ(publisher_.last(), Sequence{2}) << "the ring has them";
}

TEST_F(TickPublisherTest, ClampsAndFlagsAReceiveTimeThatGoesBack) {
  EXPECT_EQ(publisher_.ts_recv(), kNoTime);
  EXPECT_EQ(publish_in_packet({1'000}).header.flags, kEnd);
  const Record clamped = publish_in_packet({999});
  EXPECT_EQ(clamped.header.ts_recv, UnixNanos{1'000});
  EXPECT_EQ(clamped.header.flags, kEnd | RecordFlags::bad_clock);
  const Record same = publish_in_packet({1'000});
  EXPECT_EQ(same.header.ts_recv, UnixNanos{1'000});
  EXPECT_EQ(same.header.flags, kEnd) << "the same time again is none";
  EXPECT_EQ(publish_in_packet(kNoTime).header.flags, kEnd | RecordFlags::bad_clock) << "no time at all";
  EXPECT_EQ(publish_in_packet({1'001}).header.ts_recv, UnixNanos{1'001});
  EXPECT_EQ(publisher_.ts_recv(), UnixNanos{1'001});
}

TEST_F(TickPublisherTest, SaturatesThePublishDelay) {
  struct Row {
    std::int64_t nanos;
    std::uint16_t units;
  };
  for (const Row row :
       {Row{0, 0}, Row{-1, 0}, Row{63, 0}, Row{64, 1}, Row{64 * 65'535 - 1, 65'534}, Row{64 * 65'535, 65'535},
        Row{std::numeric_limits<std::int64_t>::max(), 65'535}, Row{std::numeric_limits<std::int64_t>::min(), 0}}) {
    EXPECT_EQ(publish_in_packet({1'000}, row.nanos).header.publish_delay, row.units) << row.nanos;
  }
}

TEST_F(TickPublisherTest, TellsJoinersOfABatchWhenItIsInRingAndTables) {
  publisher_.begin_packet({1'000}, 0);
  (void)trade(kFirst, 10, 100);
  (void)trade(kFirst, 11, 100);
  EXPECT_EQ(reader().image_complete_through(), Sequence{0});
  publisher_.end_batch();
  EXPECT_EQ(reader().published(), Sequence{2});
  EXPECT_EQ(reader().image_complete_through(), Sequence{2});
  for (int i = 0; i < 40; ++i) (void)trade(kFirst, 12, 1);
  EXPECT_EQ(reader().image_complete_through(), Sequence{2}) << "a long batch counts when it is over";
  EXPECT_GE(reader().published(), Sequence{32}) << "the ring alone may be ahead";
  publisher_.end_batch();
  EXPECT_EQ(reader().published(), Sequence{42});
  EXPECT_EQ(reader().image_complete_through(), Sequence{42});
}

TEST_F(TickPublisherTest, StartsDayValuesAnewAndKeepsThePreviousClose) {
  publisher_.begin_packet({1'000}, 0);
  (void)trade(kFirst, 10, 100);
  (void)trade(kFirst, 12, 50);
  (void)trade(kSecond, 99, 1);
  (void)publisher_.publish(kFirst, {8}, QuoteBody{{10}, {11}, {1}, {2}}, kEnd);

  const std::array today{kFirst};
  publisher_.begin_packet({2'000}, 0);
  publisher_.begin_session({1'990}, {.trading_date = 20190131}, today);
  const Record session = record(publisher_.last());
  EXPECT_EQ(session.header.type, ringbuf::RecordType::session);
  EXPECT_EQ(session.header.instrument, kNoInstrument);
  EXPECT_EQ(session.header.flags, kEnd);
  EXPECT_EQ(session.header.ts_event, UnixNanos{1'990});
  EXPECT_EQ(session.as<ringbuf::SessionBody>().trading_date, 20190131);

  const ringbuf::ImageEntry fresh = image(kFirst);
  EXPECT_EQ(fresh.stamp, publisher_.last().value);
  EXPECT_EQ(fresh.ts_event, UnixNanos{1'990});
  EXPECT_EQ(fresh.ts_recv, UnixNanos{2'000});
  EXPECT_EQ(fresh.previous_close, Price{12});
  EXPECT_EQ(fresh.trading_date, 20190131);
  EXPECT_EQ(fresh.last_price, kNoPrice);
  EXPECT_EQ(fresh.bid_price, kNoPrice);
  EXPECT_EQ(fresh.open, kNoPrice);
  EXPECT_EQ(fresh.volume.value, 0u);
  EXPECT_EQ(fresh.trade_count, 0u);
  EXPECT_EQ(image(kSecond).volume.value, 1u) << "of another feed: its day goes on";

  publisher_.begin_session({3'000}, {.trading_date = 20190201}, today);
  EXPECT_EQ(image(kFirst).previous_close, Price{12}) << "a day without a trade has no close of its own";
  ringbuf::NewestEntry counts;
  ASSERT_EQ(newest(kFirst, counts), ringbuf::TableRead::value);
  EXPECT_EQ(counts.volume.value, 150u) << "newest counts over all days";
}

TEST_F(TickPublisherTest, TakesHintsAboutAnyInstrument) {
  for (const InstrumentId id : {kNoInstrument, kSecond, InstrumentId{3}, InstrumentId{0xffff'ffff}}) {
    publisher_.prefetch(id);
  }
  EXPECT_EQ(publisher_.last(), Sequence{0});
}

}  // namespace
}  // namespace tickplant::tests::this_file
