#include "ringbuf/records/record.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/status.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

template <class Body>
class RecordBodies : public testing::Test {};
using AllBodies = testing::Types<TradeBody, QuoteBody, OrderBody, LevelBody, BookClearBody, StatusBody, ImbalanceBody,
                                 AuctionPricesBody, TradeCancelBody, GapBody, SourcePositionBody, HeartbeatBody,
                                 SessionBody, DefinitionBody, CommandBody>;
TYPED_TEST_SUITE(RecordBodies, AllBodies);

TYPED_TEST(RecordBodies, ComeOutOfARecordAsTheyWentIn) {
  std::array<std::byte, kRecordBodyBytes> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i + 1);
  const auto body = std::bit_cast<TypeParam>(bytes);
  const Record record = make_record({7}, UnixNanos{100}, UnixNanos{200}, body, RecordFlags::late);
  EXPECT_EQ(record.header.type, TypeParam::kType);
  EXPECT_EQ(record.body, bytes);
  EXPECT_EQ((std::bit_cast<std::array<std::byte, kRecordBodyBytes>>(record.as<TypeParam>())), bytes);
}

TEST(RecordBodyTypes, AreAllDifferentAndLeaveNoNumberOut) {
  std::uint32_t seen = 0;
  const auto see = [&](RecordType type) {
    const std::uint32_t bit = 1u << static_cast<unsigned>(type);
    EXPECT_EQ(seen & bit, 0u) << static_cast<unsigned>(type);
    seen |= bit;
  };
  for (const RecordType type : {TradeBody::kType, QuoteBody::kType, OrderBody::kType, LevelBody::kType,
                                BookClearBody::kType, StatusBody::kType, ImbalanceBody::kType, AuctionPricesBody::kType,
                                TradeCancelBody::kType, GapBody::kType, SourcePositionBody::kType, HeartbeatBody::kType,
                                SessionBody::kType, DefinitionBody::kType, CommandBody::kType}) {
    see(type);
  }
  EXPECT_EQ(seen, 0xfffeu);  // 1 to 15
}

TEST(Record, KeepsWhatItIsMadeFrom) {
  const Record record = make_record({7}, UnixNanos{100}, UnixNanos{200}, QuoteBody{}, RecordFlags::late);
  EXPECT_EQ(record.header.instrument, InstrumentId{7});
  EXPECT_EQ(record.header.ts_event, UnixNanos{100});
  EXPECT_EQ(record.header.ts_recv, UnixNanos{200});
  EXPECT_EQ(record.header.flags, RecordFlags::late);
  EXPECT_EQ(record.header.publish_delay, 0u);
  EXPECT_EQ(record.sequence(), Sequence{0});
}

TEST(Record, AbsentPricesSayNothing) {
  EXPECT_FALSE(is_present(QuoteBody{}.bid_price));
  EXPECT_FALSE(is_present(QuoteBody{}.ask_price));
  EXPECT_TRUE(is_present(Price{0}));
  EXPECT_TRUE(is_present(Price{-1}));
}

TEST(Record, FlagsAreASet) {
  const RecordFlags flags = RecordFlags::snapshot | RecordFlags::delayed;
  EXPECT_TRUE(has(flags, RecordFlags::snapshot));
  EXPECT_TRUE(has(flags, RecordFlags::delayed));
  EXPECT_FALSE(has(flags, RecordFlags::late));
  EXPECT_FALSE(has(RecordFlags::none, RecordFlags::snapshot));
}

TEST(PublishDelay, IsCountedIn64NanosecondsAndStaysWithinItsField) {
  EXPECT_EQ(encode_publish_delay(-1), 0u);
  EXPECT_EQ(encode_publish_delay(0), 0u);
  EXPECT_EQ(encode_publish_delay(63), 0u);
  EXPECT_EQ(encode_publish_delay(64), 1u);
  EXPECT_EQ(encode_publish_delay(4'194'239), 65534u);
  EXPECT_EQ(encode_publish_delay(4'194'240), 65535u);
  EXPECT_EQ(encode_publish_delay(4'194'304), 65535u);
  EXPECT_EQ(encode_publish_delay(std::numeric_limits<std::int64_t>::max()), 65535u);
  EXPECT_EQ(encode_publish_delay(std::numeric_limits<std::int64_t>::min()), 0u);
}

TEST(SequenceRange, CountsBothEnds) {
  EXPECT_EQ((SequenceRange{5, 5}.count()), 1u);
  EXPECT_EQ((SequenceRange{5, 14}.count()), 10u);
}

TEST(Side, HasAnOpposite) {
  EXPECT_EQ(opposite(Side::bid), Side::ask);
  EXPECT_EQ(opposite(Side::ask), Side::bid);
  EXPECT_EQ(opposite(Side::none), Side::none);
}

#ifndef NDEBUG
TEST(Record, IsNotReadAsAnotherType) {
  const Record record = make_record({7}, UnixNanos{1}, UnixNanos{2}, QuoteBody{});
  EXPECT_DEATH((void)record.as<TradeBody>().trade_id, "kType");
}
#endif

}  // namespace
}  // namespace tickplant::ringbuf::this_file
