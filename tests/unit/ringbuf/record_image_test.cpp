// An image out of records equals the live table's, also when it goes on from what was stored of it.
#include "ringbuf/books/record_image.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "ringbuf/records/order.hpp"
#include "tests/support/random.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using tests::Random;

constexpr InstrumentId kId{3};

bool same(const ImageEntry& a, const ImageEntry& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

Record some_record(Random& random, std::uint64_t sequence) {
  const UnixNanos now{static_cast<std::int64_t>(1000 * sequence)};
  const RecordFlags flags = random.chance(1, 9) ? RecordFlags::maybe_bad_book : RecordFlags::none;
  Record record;
  switch (random.below(6)) {
    case 0: record = make_record(kId, now, now + 5, QuoteBody{{100 + random.below(9)}, {110}, {5}, {6}}, flags); break;
    case 1: {
      TradeBody trade;
      trade.price = {100 + random.below(50)}, trade.size = {1 + random.below(9)}, trade.trade_id = sequence;
      record = make_record(kId, now, now + 5, trade, flags);
      break;
    }
    case 2: {
      StatusBody status;
      status.kind = random.chance(1, 2) ? StatusKind::price_band : StatusKind::trading_action;
      status.price[0] = {random.below(9)};
      record = make_record(kId, now, now + 5, status, flags);
      break;
    }
    case 3: record = make_record(kId, now, now + 5, ImbalanceBody{}, flags); break;
    case 4: {
      SessionBody session;
      session.trading_date = 20200101 + static_cast<std::int32_t>(random.below(28));
      record = make_record(kNoInstrument, now, now + 5, session);
      break;
    }
    default: record = make_record(kId, now, now + 5, OrderBody{}, flags); break;
  }
  record.header.stamp = sequence;
  return record;
}

TEST(RecordImage, IsTheEntryOfTheLiveTable) {
  Random random(tests::test_seed());
  std::vector<ImageSlot> slots(5);
  ImageWriter live(slots);
  auto image = std::make_unique<RecordImage>();
  for (std::uint64_t sequence = 1; sequence < 2000; ++sequence) {
    const Record record = some_record(random, sequence);
    if (record.header.type == RecordType::session) {
      live.begin_day(record.as<SessionBody>().trading_date);
      live.on_session(record.header, kId, record.as<SessionBody>());
      image->begin_session(record.header, record.as<SessionBody>());
    } else {
      live.apply(record);
      image->apply(record);
    }
    ImageEntry truth, ours;
    const bool is_there = ImageReader(slots).read(kId, truth) == TableRead::value;
    ASSERT_EQ(image->read(ours), is_there);
    ASSERT_TRUE(same(truth, ours)) << sequence;
    if (!random.chance(1, 10)) continue;
    const RecordImage::State state = image->state();
    image = std::make_unique<RecordImage>();
    image->restore(state);
  }
}

TEST(RecordImage, RemembersTheDayThatBeganBeforeAnythingWasSaid) {
  RecordImage image;
  SessionBody session;
  session.trading_date = 20200102;
  image.begin_session({.stamp = 1}, session);
  RecordImage restored;
  restored.restore(image.state());
  ImageEntry out;
  EXPECT_FALSE(restored.read(out));
  Record quote = make_record(kId, {1}, {2}, QuoteBody{{100}, {101}, {1}, {1}});
  quote.header.stamp = 2;
  restored.apply(quote);
  ASSERT_TRUE(restored.read(out));
  EXPECT_EQ(out.trading_date, 20200102);
}

TEST(RecordImage, GoesOnWhereSequencesBeginAnew) {
  RecordImage image;
  Record quote = make_record(kId, {1}, {2}, QuoteBody{{100}, {101}, {1}, {1}});
  quote.header.stamp = 500;
  image.apply(quote);
  Record order = make_record(kId, {1}, {2}, OrderBody{});
  order.header.stamp = 1;
  image.apply(order);
  ImageEntry out;
  ASSERT_TRUE(image.read(out));
  EXPECT_EQ(out.stamp, 500u) << "an order says nothing of an image";
  quote.header.stamp = 2;
  image.apply(quote);
  ASSERT_TRUE(image.read(out));
  EXPECT_EQ(out.stamp, 2u);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
