#include "ringbuf/newest_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "ringbuf/records/quote.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

class NewestTable : public testing::Test {
 protected:
  template <RecordBody Body>
  void apply(InstrumentId id, const Body& body) {
    Record record = make_record(id, UnixNanos{1}, UnixNanos{2}, body);
    record.header.stamp = ++sequence_;
    writer_.apply(record);
  }
  NewestEntry read(InstrumentId id) {
    NewestEntry entry;
    EXPECT_EQ(reader_.read(id, entry), TableRead::value);
    return entry;
  }
  std::vector<std::uint32_t> changed_since(std::uint64_t sequence) {
    std::vector<std::uint32_t> ids;
    reader_.scan({sequence}, [&](InstrumentId id) { ids.push_back(id.value); });
    return ids;
  }

  std::vector<NewestSlot> slots_ = std::vector<NewestSlot>(6);
  NewestWriter writer_{slots_};
  NewestReader reader_{slots_};
  std::uint64_t sequence_ = 0;
};

TEST_F(NewestTable, CountsUpdatesTradesAndVolume) {
  TradeBody trade;
  trade.size = {30};
  apply({2}, QuoteBody{});
  apply({2}, trade);
  trade.size = {12};
  apply({2}, trade);
  trade.eligibility = TradeEligibility::last;
  apply({2}, trade);
  const NewestEntry entry = read({2});
  EXPECT_EQ(entry.stamp, 4u);
  EXPECT_EQ(entry.update_count, 4u);
  EXPECT_EQ(entry.trade_count, 2u);
  EXPECT_EQ(entry.volume, Size{42});
}

TEST_F(NewestTable, FindsExactlyWhatChangedSince) {
  EXPECT_TRUE(changed_since(0).empty());
  apply({1}, QuoteBody{});
  apply({4}, QuoteBody{});
  apply({5}, QuoteBody{});
  EXPECT_THAT(changed_since(0), testing::ElementsAre(1u, 4u, 5u));
  EXPECT_THAT(changed_since(2), testing::ElementsAre(5u));
  apply({1}, QuoteBody{});
  EXPECT_THAT(changed_since(2), testing::ElementsAre(1u, 5u));
  EXPECT_TRUE(changed_since(4).empty());
}

TEST_F(NewestTable, PassesOverRecordsAboutNoInstrumentAndIdsBeyondTheTable) {
  apply(kNoInstrument, QuoteBody{});
  apply({6}, QuoteBody{});
  EXPECT_TRUE(changed_since(0).empty());
}

TEST_F(NewestTable, AnInstrumentBeingWrittenCountsAsChanged) {
  apply({3}, QuoteBody{});
  slots_[3].begin({9});
  EXPECT_THAT(changed_since(5), testing::ElementsAre(3u));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
