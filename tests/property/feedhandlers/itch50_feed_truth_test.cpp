// The whole feed against the slow and obvious model, over made-up days: same orders, same levels, same complaints.
#include <gtest/gtest.h>

#include <map>

#include "tests/support/itch_feed_in_memory.hpp"
#include "tests/support/itch_session.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::itch50::kMessageTypes;
using feedhandlers::itch50::to_price;

class Itch50FeedAgainstTruth : public testing::Test {
 protected:
  void compare(const Session& session, std::string_view when) {
    SCOPED_TRACE(testing::Message() << when << ", TICKPLANT_TEST_SEED=" << test_seed());
    EXPECT_EQ(book_.open_orders(), session.truth().open_orders());
    for (const auto& [locate, expected] : session.truth().books()) {
      const ringbuf::InstrumentId id = plant_.feed.normaliser().known_instrument({locate});
      ASSERT_NE(id, ringbuf::kNoInstrument) << expected.symbol;
      EXPECT_EQ(book_.open_orders(id), expected.open_orders) << expected.symbol;
      compare_side(id, Side::bid, expected.bids);
      compare_side(id, Side::ask, expected.asks);
    }
    for (std::size_t row = 0; row < kMessageTypes.size(); ++row) {
      const char type = kMessageTypes[row].type;
      EXPECT_EQ(plant_.feed.counters().messages[row], count_of(session.truth().messages(), type)) << type;
      EXPECT_EQ(plant_.feed.normaliser().counters().unknown_references[row],
                count_of(session.truth().unknown_references(), type))
          << type;
    }
    EXPECT_EQ(plant_.feed.counters().bad_lengths, session.bad_lengths());
  }

  /// A day in pieces, compared after each.
  void run(const SessionOptions& options) {
    Session session{options};
    plant_.feed.begin_day({.midnight = {1'548'824'400'000'000'000}, .date = 20190130, .utc_offset_seconds = -18'000});
    Buffer piece;
    session.open(piece);
    for (int i = 0; i < 20 && !HasFailure(); ++i) {
      session.trade(500, piece);
      const auto messages = unframed(piece);
      plant_.feed.on_messages(messages, next_number_);
      next_number_ += messages.size();
      compare(session, "piece " + std::to_string(i));
      piece.clear();
    }
  }

  OrderBook book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{book_};

 private:
  template <class Levels>
  void compare_side(ringbuf::InstrumentId id, Side side, const Levels& expected) {
    ASSERT_EQ(book_.level_count(id, side), expected.size());
    std::uint32_t index = 0;
    for (const auto& [price, level] : expected) {
      const OrderBook::Level wanted{to_price(Price4{price}), {level.shares}, level.orders};
      EXPECT_EQ(book_.level(id, side, index), wanted) << "level " << index << " of side " << static_cast<int>(side);
      ++index;
    }
  }
  static std::uint64_t count_of(const std::map<char, std::uint64_t>& counts, char type) {
    const auto found = counts.find(type);
    return found == counts.end() ? 0 : found->second;
  }
  std::uint64_t next_number_ = 1;
};

TEST_F(Itch50FeedAgainstTruth, AgreesOnAQuietDay) { run({.seed = test_seed(), .symbols = 5, .live_orders = 300}); }

TEST_F(Itch50FeedAgainstTruth, AgreesWhenBooksCross) {
  run({.seed = test_seed() + 1, .symbols = 3, .live_orders = 300, .may_cross = true});
}

TEST_F(Itch50FeedAgainstTruth, AgreesOnUnknownReferencesWhenMessagesAreLost) {
  run({.seed = test_seed() + 2, .symbols = 5, .live_orders = 300, .dropped_per_million = 30'000});
}

TEST_F(Itch50FeedAgainstTruth, AgreesWhenLengthsAreWrong) {
  run({.seed = test_seed() + 3, .symbols = 5, .live_orders = 300, .bad_length_per_million = 30'000});
}

TEST_F(Itch50FeedAgainstTruth, StartsEachDayWithEmptyBooks) {
  run({.seed = test_seed() + 4, .symbols = 2, .live_orders = 100});
  plant_.feed.begin_day({.midnight = {1'548'910'800'000'000'000}, .date = 20190131, .utc_offset_seconds = -18'000});
  EXPECT_EQ(book_.open_orders(), 0u);
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
