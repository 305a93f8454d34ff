// What an IEX feed does not know: where a late packet left the source, whose instruments the directory holds, which
// books can be trusted again.
#include "feedhandlers/iex/symbol_table.hpp"

#include "tests/unit/feedhandlers/iex_fixture.hpp"

namespace tickplant::tests::iex::this_file {
namespace {

using feedhandlers::iex::SymbolTable;
using feedhandlers::iextp::session_id;

class IexDoubt : public IexFixture {
 protected:
  void SetUp() override { start(kDeep); }

  Bytes bid() { return encode(PriceLevelBuy{1, now(), kStock, ++shares_, dollars(10)}); }
  Bytes at(std::uint64_t sequence, const std::vector<Bytes>& messages, std::uint64_t offset = 0,
           std::uint32_t session = 0x43fc0000) {
    return segment({.protocol = protocol_, .session = session, .stream_offset = offset, .first_sequence = sequence},
                   messages);
  }
  ringbuf::SourcePositionBody position_of(const Records& records) {
    EXPECT_EQ(records.back().header.type, RecordType::source_position);
    return records.back().as<ringbuf::SourcePositionBody>();
  }

  std::uint32_t shares_ = 0;
};

// --- positions ---

TEST_F(IexDoubt, TheOffsetBehindALatePacketIsUnknownWhereAHeartbeatHadToldTheGap) {
  (void)receive(at(1, {bid()}, 0));
  (void)receive(at(9, {}, 256));
  const auto position = position_of(receive(at(2, {bid()}, 32)));
  EXPECT_EQ(position.next_sequence, 9u);
  EXPECT_EQ(position.byte_offset, 0u) << "no packet that we read ended there";
}

TEST_F(IexDoubt, ALatePacketThatEndsWhereTheSourceStandsTellsItsOwnOffset) {
  (void)receive(at(1, {bid()}, 0));
  (void)receive(at(3, {}, 64));
  const auto position = position_of(receive(at(2, {bid()}, 32)));
  EXPECT_EQ(position.next_sequence, 3u);
  EXPECT_EQ(position.byte_offset, 64u);
}

TEST_F(IexDoubt, ALatePacketOfTheSessionBeforeTellsOfThatSession) {
  (void)receive(at(1, {bid()}, 0));
  (void)receive(at(4, {bid()}, 96));
  (void)receive(at(1, {bid()}, 0, 0x43fd0000));
  const auto position = position_of(receive(at(2, {bid()}, 32)));
  EXPECT_EQ(std::string_view(position.session.data(), 10), "43fc000001");
  EXPECT_EQ(position.next_sequence, 5u);
  EXPECT_EQ(position.byte_offset, 0u) << "the newest packet was of the other one";
  (void)receive(at(3, {bid()}, 64, 0x43fd0000));
  EXPECT_EQ(position_of(receive(at(2, {bid()}, 32, 0x43fd0000))).byte_offset, 96u);
}

TEST_F(IexDoubt, PacketsWithoutNumbersAreReadAndTellNoPlace) {
  (void)receive(at(1, {bid()}, 0));
  const Records records = receive(at(0, {bid()}, 32));
  EXPECT_GT(records.size(), 1u);
  EXPECT_EQ(position_of(records).next_sequence, 0u);
}

TEST_F(IexDoubt, ASuccessorThatKnowsNoPlaceMissesNothing) {
  feedhandlers::OrderBook book{
      {.instrument_count = 65, .order_capacity = 16, .level_capacity = 4096, .max_levels_per_side = 64}};
  feedhandlers::iex::IexFeed successor{plant_->publisher, plant_->directory, book, "IEXG", {3}, {}};
  successor.resume(kDay, session_id(0x43fc0000, 1), 0, {kStart});
  (void)plant_->take();
  const Bytes payload = at(700, {bid()});
  successor.on_packet({.payload = as_span(payload), .ts_recv = {kStart}}, 0);
  for (const Record& one : plant_->take()) EXPECT_NE(one.header.type, RecordType::gap);
  EXPECT_TRUE(book.is_maybe_bad(kFirst)) << "but it has not the levels told before";
}

// --- whose instruments ---

TEST_F(IexDoubt, ASuccessorTakesOverItsOwnInstrumentsAndOnlyThoseItHasABookFor) {
  (void)receive(at(1, {bid()}));
  ringbuf::InstrumentSpec stranger;
  stranger.symbol = "ZXIET";
  stranger.venue = "XNAS";
  stranger.feed = {4};
  const ringbuf::InstrumentId other = plant_->directory.find_or_add(stranger).id;
  (void)receive(at(2, {encode(PriceLevelBuy{1, now(), kOtherStock, 5, dollars(3)})}));
  const auto write_depth = [&](ringbuf::InstrumentId id) {
    plant_->publisher.depth().update(id, plant_->publisher.last(), {1}, false, {Side::bid, 0, 1}, 1,
                                     [](std::size_t) -> ringbuf::DepthLevel {
                                       return {px(1), {1}, 1, 0};
                                     });
  };
  const auto bids = [&](ringbuf::InstrumentId id) {
    ringbuf::DepthEntry entry;
    (void)ringbuf::DepthReader{plant_->depth}.read(id, entry);
    return entry.bid_count;
  };
  write_depth(other);
  const InstrumentId last = plant_->id_of("WWE");
  ASSERT_EQ(last.value, 3u);
  ASSERT_EQ(bids(kFirst), 1);
  feedhandlers::OrderBook book{
      {.instrument_count = 3, .order_capacity = 16, .level_capacity = 4096, .max_levels_per_side = 64}};
  feedhandlers::iex::IexFeed successor{plant_->publisher, plant_->directory, book, "IEXG", {3}, {}};
  successor.resume(kDay, session_id(0x43fc0000, 1), 3, {kStart});
  EXPECT_EQ(bids(kFirst), 0);
  EXPECT_EQ(bids(other), 1) << "of another feed";
  EXPECT_EQ(bids(last), 1) << "beyond its book";
  const Bytes payload = at(3, {encode(PriceLevelBuy{1, now(), kOtherStock, 5, dollars(3)})});
  successor.on_packet({.payload = as_span(payload), .ts_recv = {kStart}}, 0);
  EXPECT_EQ(successor.normaliser().counters().unknown_instruments, 1u);
}

// --- books that are trusted again ---

TEST_F(IexDoubt, AnInstrumentOfTopsThatIsDefinedAgainStaysTrusted) {
  start(kTops);
  const QuoteUpdate quote{0, now(), kStock, 100, dollars(10), dollars(11), 100};
  (void)receive(packet({encode(quote)}));
  next_ += 5;
  (void)receive(packet({}));
  EXPECT_TRUE(plant_->book.is_maybe_bad(kFirst));
  (void)receive(packet({encode(quote)}));
  EXPECT_FALSE(plant_->book.is_maybe_bad(kFirst));
  (void)receive(packet({encode(SecurityDirectory{0, now(), kStock, 100, 0, 0})}));
  EXPECT_FALSE(plant_->book.is_maybe_bad(kFirst));
  (void)receive(packet({encode(SecurityDirectory{0, now(), kOtherStock, 100, 0, 0})}));
  EXPECT_TRUE(plant_->book.is_maybe_bad(kSecond)) << "one that comes after the gap may have been quoted in it";
}

TEST_F(IexDoubt, AQuoteDoesNotMakeABookOfLevelsTrusted) {
  const QuoteUpdate quote{0, now(), kStock, 100, dollars(10), dollars(11), 100};
  for (const Bytes& level :
       {bid(), encode(PriceLevelSell{1, now(), kStock, 5, dollars(11)}) /* one side, then the other */}) {
    start(kDeep);
    (void)receive(packet({level}));
    next_ += 5;
    (void)receive(packet({level}));
    ASSERT_TRUE(plant_->book.is_maybe_bad(kFirst));
    (void)receive(packet({encode(quote)}));
    EXPECT_TRUE(plant_->book.is_maybe_bad(kFirst)) << "levels that were lost are still missing";
  }
}

// --- prices that say nothing ---

TEST_F(IexDoubt, ATradeOfNothingOrAtAPriceThatWeCannotHoldCountsForNothing) {
  start(kTops);
  const auto eligibility = [&](std::uint32_t size, std::int64_t price) {
    TradeReport trade;
    trade.timestamp = now();
    trade.symbol = kStock;
    trade.size = size;
    trade.price = price;
    const Records records = receive(packet({encode(trade)}));
    return records.at(records.size() - 2).as<ringbuf::TradeBody>().eligibility;
  };
  EXPECT_NE(eligibility(100, dollars(10)), ringbuf::TradeEligibility::none);
  EXPECT_EQ(eligibility(0, dollars(10)), ringbuf::TradeEligibility::none);
  EXPECT_EQ(eligibility(100, std::int64_t{1} << 60), ringbuf::TradeEligibility::none);
}

TEST_F(IexDoubt, AnAuctionHasACollarWhereEitherEndIsSet) {
  const auto records_of = [&](std::int64_t lower, std::int64_t upper) {
    AuctionInformation auction;
    auction.timestamp = now();
    auction.symbol = kStock;
    auction.lower_collar = lower;
    auction.upper_collar = upper;
    return send(auction).size();
  };
  EXPECT_EQ(records_of(0, 0), 2u);
  EXPECT_EQ(records_of(dollars(9), 0), 3u);
  EXPECT_EQ(records_of(0, dollars(11)), 3u);
}

// --- symbols ---

TEST(IexSymbolTable, HoldsAsManyAsItWasMadeForAndNoNameIsNone) {
  SymbolTable table(2);
  EXPECT_FALSE(table.enter("", {1}));
  EXPECT_EQ(table.find(""), kNoInstrument);
  EXPECT_TRUE(table.enter("A", {1}));
  EXPECT_TRUE(table.enter("ABCDEFGH", {2}));
  EXPECT_FALSE(table.enter("C", {3}));
  EXPECT_TRUE(table.enter("A", {4})) << "a known one may change";
  EXPECT_EQ(table.find("A").value, 4u);
  EXPECT_EQ(table.find("ABCDEFGH").value, 2u);
  EXPECT_EQ(table.find("C"), kNoInstrument);
  table.clear();
  EXPECT_EQ(table.find("A"), kNoInstrument);
  EXPECT_TRUE(table.enter("C", {3}));
}

}  // namespace
}  // namespace tickplant::tests::iex::this_file
