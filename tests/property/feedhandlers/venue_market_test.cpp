// The simulated exchange against the plant's own feed: whatever the exchange says, a receiver ends with its books.
#include "feedhandlers/venue/market.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/itch_feed_in_memory.hpp"
#include "tests/support/random.hpp"
#include "tests/support/venue_day.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::OrderBookConfig;
using feedhandlers::itch50::Message;
using feedhandlers::itch50::Price4;
using feedhandlers::itch50::to_price;
using feedhandlers::venue::Buffer;
using feedhandlers::venue::MarketOptions;
using feedhandlers::venue::StockBook;
using feedhandlers::venue::unframed;
using itch::FeedInMemory;
using ringbuf::Side;

constexpr OrderBookConfig kBookConfig{.instrument_count = FeedInMemory::kInstruments + 1,
                                      .order_capacity = 65'536,
                                      .level_capacity = 65'536,
                                      .max_levels_per_side = 4096};

class MarketAgainstFeed : public testing::Test {
 protected:
  void receive(VenueDay& day) {
    const std::vector<Message> messages = unframed(day.stream());
    feed().on_messages(messages, next_number_);
    next_number_ += messages.size();
    EXPECT_EQ(next_number_ - 1, day.market().messages()) << "messages() counts what was written";
    day.stream().clear();
  }

  void compare(const VenueDay& day) {
    SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed());
    const auto& counters = feed().normaliser().counters();
    EXPECT_EQ(feed().counters().bad_lengths + feed().counters().unknown_types, 0u);
    for (const std::uint64_t unknown : counters.unknown_references) EXPECT_EQ(unknown, 0u);
    EXPECT_EQ(counters.refused_orders, 0u);
    EXPECT_EQ(counters.over_executions, 0u);
    EXPECT_EQ(counters.crossed_after_add, 0u) << "a displayed order came that should have traded";
    EXPECT_EQ(counters.backward_times, 0u);
    EXPECT_EQ(book_.open_orders(), day.market().live_orders());
    for (std::uint32_t i = 0; i < day.market().symbols(); ++i) compare(day.market().book(i));
  }

  [[nodiscard]] feedhandlers::itch50::Itch50Feed& feed() { return plant_.feed; }

  OrderBook book_{kBookConfig};
  FeedInMemory plant_{book_};

 private:
  void compare(const StockBook& expected) {
    SCOPED_TRACE(expected.symbol);
    const ringbuf::InstrumentId id = feed().normaliser().known_instrument(expected.locate);
    ASSERT_NE(id, ringbuf::kNoInstrument);
    EXPECT_EQ(plant_.directory.reader().symbol_of(id), expected.symbol + "@XNAS");
    EXPECT_EQ(book_.open_orders(id), expected.open_orders);
    compare(id, Side::bid, expected.bids);
    compare(id, Side::ask, expected.asks);

    ringbuf::ImageEntry image;
    ASSERT_EQ(ringbuf::ImageReader{plant_.image}.read(id, image), ringbuf::TableRead::value);
    EXPECT_EQ(image.trade_count, expected.trades);
    EXPECT_EQ(image.volume.value, expected.shares);
    EXPECT_EQ(image.notional_low, expected.notional_e4 * 100'000);
    EXPECT_EQ(image.notional_high, 0u) << "beyond what this test compares";
    if (expected.last_e4 == 0) {
      EXPECT_EQ(image.last_price, ringbuf::kNoPrice);
    } else {
      EXPECT_EQ(image.last_price, to_price(Price4{expected.last_e4}));
    }
  }

  void compare(ringbuf::InstrumentId id, Side side, const std::vector<StockBook::Level>& expected) {
    ASSERT_EQ(book_.level_count(id, side), expected.size());
    for (std::uint32_t i = 0; i < expected.size(); ++i) {
      const OrderBook::Level wanted{to_price(Price4{expected[i].price_e4}), {expected[i].shares}, expected[i].orders};
      EXPECT_EQ(book_.level(id, side, i), wanted) << "level " << i << " of side " << static_cast<int>(side);
    }
  }

  std::uint64_t next_number_ = 1;
};

/// Every session second is a thousand messages, so that a short stream sees news, pauses and new listings.
MarketOptions busy(std::uint32_t symbols) {
  return {.seed = test_seed(), .symbols = symbols, .live_orders = 50 * symbols, .session_seconds = 40};
}

TEST_F(MarketAgainstFeed, EndsADayWithTheSameBooksTradesAndVolumes) {
  VenueDay day{busy(60)};
  feed().begin_day({.date = 20190130});
  day.begin();
  receive(day);
  compare(day);
  for (int piece = 0; piece < 10 && !HasFailure(); ++piece) {
    day.trade(5'000);
    receive(day);
    compare(day);
  }
  day.close();
  receive(day);
  compare(day);
}

TEST_F(MarketAgainstFeed, IsAgreedWithForOneStockAndOneOrder) {
  VenueDay day{{.seed = test_seed(), .symbols = 1, .live_orders = 1, .session_seconds = 2}};
  feed().begin_day({.date = 20190130});
  day.begin();
  day.trade(5'000);
  day.close();
  receive(day);
  compare(day);
}

TEST_F(MarketAgainstFeed, IsAgreedWithWhenPricesFallAndRiseWithinSeconds) {
  VenueDay day{busy(20), 20'000'000};
  feed().begin_day({.date = 20190130});
  day.begin();
  day.trade(30'000);
  receive(day);
  compare(day);
}

}  // namespace
}  // namespace tickplant::tests::this_file
