// What the MDP 3.0 feed does where fields are missing, tables are full, or not all forms are wanted.
#include "tests/unit/feedhandlers/mdp3_fixture.hpp"

namespace tickplant::tests::mdp3::this_file {
namespace {

class Mdp3Faults : public Mdp3Plant {
 protected:
  Order order(std::uint8_t action, std::uint64_t id, std::int64_t price, std::int32_t size, char type = '0') {
    return {id, 1, price == kNullPrice ? price : price * kUnit, size, kSecurity, action, type};
  }
  Texts orders(const std::vector<Order>& entries) { return send(packet().order_book(now(), kEnd, entries)); }
  Trade trade(std::uint8_t action, std::int32_t size, std::uint32_t rpt_seq) {
    return {100 * kUnit, size, kSecurity, rpt_seq, 1, 1, action, 71};
  }
};

// --- fields that are missing ---

TEST_F(Mdp3Faults, ALevelWithoutACountOfOrdersHasNone) {
  open_book();
  for (const std::int32_t count : {-1, kNullSize}) {
    plant().send(packet().book(now(), kEnd, {{100 * kUnit, 9, kSecurity, 0, count, 1, kChange, '0'}}));
    (void)plant().take();
    EXPECT_EQ(plant().book.level(plant().feed.normaliser().known_instrument({kSecurity}), Side::bid, 0).order_count,
              0U);
  }
}

TEST_F(Mdp3Faults, LevelsWithoutAPriceAreRefusedWhateverTheirAction) {
  for (const std::uint8_t action : {kNew, kChange, kDelete, kOverlay}) {
    SetUp();
    sequence_ = 0;
    open_book();
    EXPECT_EQ(book({{kNullPrice, 5, kSecurity, 3, 1, 1, action, '0'}}), Texts{});
    EXPECT_EQ(plant().counters().refused_entries, 1U) << int{action};
    EXPECT_EQ(side(Side::bid), (Texts{"100x5"}));
  }
}

TEST_F(Mdp3Faults, OrdersBehindALevelNeedASizeUnlessTheyGo) {
  open_book();
  EXPECT_EQ(book({level(kChange, '0', 100, 9, 1, 3)},
                 {{11, 1, -1, 1, 0}, {12, 1, kNullSize, 1, 1}, {13, 1, 4, 1, 3}, {14, 1, kNullSize, 1, 2}}),
            (Texts{"level bid 100x9 at 0", "cancel 14 bid 100x0", "quote 100x9 101x7 end"}));
  EXPECT_EQ(plant().counters().refused_entries, 3U);
  EXPECT_FALSE(is_doubtful()) << "the levels are not concerned";
}

TEST_F(Mdp3Faults, OrdersOfALevelThatCameTooLateArePassedOver) {
  open_book();
  (void)send(PacketWriter(3, 1'003).book(1'003, kEnd, {level(kChange, '0', 100, 8, 1, 4)}));
  EXPECT_EQ(send(PacketWriter(2, 1'002).book(1'002, kEnd, {level(kChange, '0', 100, 7, 1, 3)}, {{11, 1, 4, 1, 0}})),
            Texts{});
  EXPECT_EQ(plant().counters().stale_entries, 1U);
  EXPECT_EQ(plant().counters().order_entries, 0U);
}

TEST_F(Mdp3Faults, OrdersThatMakeABookNeedSidePriceAndSizeUnlessTheyGo) {
  (void)orders({order(0, 11, 100, 5)});
  const std::vector<Order> bad{order(0, 12, 100, 0),        order(0, 12, 100, -5),      order(0, 12, 100, kNullSize),
                               order(0, 12, kNullPrice, 5), order(0, 12, 100, 5, 'x'),  order(3, 12, 100, 5),
                               order(1, 11, 100, 0),        order(1, 11, kNullPrice, 5)};
  for (std::size_t i = 0; i < bad.size(); ++i) {
    EXPECT_EQ(orders({bad[i]}), Texts{});
    EXPECT_EQ(plant().counters().refused_entries, i + 1);
  }
  EXPECT_TRUE(is_doubtful());
  EXPECT_EQ(side(Side::bid), (Texts{"100x5"}));
  EXPECT_EQ(orders({order(2, 11, kNullPrice, kNullSize, 'x')}),
            (Texts{"cancel 11 bid 100x5 doubt", "quote nonex0 nonex0 doubt end"}));
}

TEST_F(Mdp3Faults, AnOrderThatIsThereAlreadyIsRefused) {
  (void)orders({order(0, 11, 100, 5)});
  EXPECT_EQ(orders({order(0, 11, 99, 5)}), Texts{});
  EXPECT_EQ(plant().counters().refused_entries, 1U);
  EXPECT_TRUE(is_doubtful());
}

TEST_F(Mdp3Faults, ALateOrderDoesNotTouchABookOfOrders) {
  (void)orders({order(0, 11, 100, 5)});
  (void)send(PacketWriter(3, 1'003));
  EXPECT_EQ(send(PacketWriter(2, 1'002).order_book(1'002, kEnd, {order(0, 12, 101, 5)})), Texts{});
  EXPECT_EQ(side(Side::bid), (Texts{"100x5"}));
  EXPECT_TRUE(is_doubtful());
}

TEST_F(Mdp3Faults, TradesNeedASizeUnlessTheyAreDeleted) {
  open_book();
  EXPECT_EQ(send(packet().trades(
                now(), kEnd,
                {trade(0, 0, 3), trade(0, kNullSize, 4), trade(1, -1, 5), trade(3, 1, 6), trade(2, kNullSize, 7)})),
            (Texts{"cancelled 71 100x0 end"}));
  EXPECT_EQ(plant().counters().refused_entries, 4U);
  EXPECT_EQ(plant().counters().trades, 1U);
  EXPECT_FALSE(is_doubtful()) << "trades are not in the book";
}

// --- no room ---

TEST_F(Mdp3Faults, LevelsAndOrdersThatFindNoRoomLeaveTheirBookInDoubt) {
  const OrderBookConfig small{
      .instrument_count = 64, .order_capacity = 4, .level_capacity = 64, .max_levels_per_side = 8};
  OrderBook book_of_few(small);
  FeedInMemory few({}, {}, book_of_few);
  std::vector<Level> levels;
  for (std::uint8_t i = 0; i < 9; ++i)
    levels.push_back(level(kNew, '0', 100 - i, 1, static_cast<std::uint8_t>(i + 1), i + 1U));
  few.send(PacketWriter(1, 1).book(1, kEnd, levels));
  EXPECT_EQ(few.counters().refused_entries, 1U);
  EXPECT_TRUE(few.feed.normaliser().is_doubtful({kSecurity}));
  const Records records = few.take();
  EXPECT_TRUE(has(records.at(records.size() - 2).header.flags, RecordFlags::maybe_bad_book)) << "its quote says so";
  std::vector<Order> orders;
  for (std::uint64_t i = 0; i < 5; ++i) orders.push_back({i + 1, 1, 100 * kUnit, 5, kOther, 0, '0'});
  few.send(PacketWriter(2, 2).order_book(2, kEnd, orders));
  EXPECT_EQ(few.counters().refused_entries, 2U) << "four orders at a time";
  EXPECT_TRUE(few.feed.normaliser().is_doubtful({kOther}));
}

TEST_F(Mdp3Faults, AnOrderThatFindsNoRoomAtItsNewPriceIsGoneFromItsOldOne) {
  const OrderBookConfig small{
      .instrument_count = 64, .order_capacity = 16, .level_capacity = 64, .max_levels_per_side = 8};
  OrderBook book_of_few(small);
  FeedInMemory few({}, {}, book_of_few);
  std::vector<Order> orders{{99, 1, 100 * kUnit, 5, kSecurity, 0, '0'}};
  for (std::uint64_t i = 0; i < 8; ++i)
    orders.push_back({i + 1, 1, (100 - static_cast<std::int64_t>(i)) * kUnit, 5, kSecurity, 0, '0'});
  few.send(PacketWriter(1, 1).order_book(1, kEnd, orders));
  ASSERT_EQ(few.counters().refused_entries, 0U);
  few.send(PacketWriter(2, 2).order_book(2, kEnd, {{99, 1, 50 * kUnit, 5, kSecurity, 1, '0'}}));
  EXPECT_EQ(few.counters().refused_entries, 1U);
  EXPECT_EQ(book_of_few.open_orders(), 8U);
  EXPECT_TRUE(few.feed.normaliser().is_doubtful({kSecurity}));
}

TEST_F(Mdp3Faults, InstrumentsBeyondTheBookAreCountedAndNotKept) {
  const OrderBookConfig small{
      .instrument_count = 3, .order_capacity = 4, .level_capacity = 64, .max_levels_per_side = 8};
  OrderBook book_of_two(small);  // ids 1 and 2
  FeedInMemory few({}, {}, book_of_two);
  std::vector<Level> levels;
  for (std::int32_t security = 1; security <= 5; ++security) levels.push_back(level(kNew, '0', 1, 1, 1, 1, security));
  few.send(PacketWriter(1, 1).book(1, kEnd, levels, {{11, 1, 4, 5, 0}}));
  EXPECT_EQ(few.counters().unknown_instruments, 3U);
  EXPECT_EQ(few.counters().level_entries, 2U);
  EXPECT_EQ(few.counters().order_entries, 0U);
  few.send(PacketWriter(2, 2)
               .order_book(2, kEnd, {{11, 1, kUnit, 5, 4, 0, '0'}})
               .trades(2, kEnd, {{1, 1, 5, 2, 1, 1, 0, 1}}));
  EXPECT_EQ(few.counters().unknown_instruments, 5U);
}

// --- forms, times and ends of events ---

TEST_F(Mdp3Faults, ADayBeginsWithoutDepthWhereNoneIsWanted) {
  start({}, {.quotes = true, .levels = false, .depth = false});
  open_book();
  plant().feed.begin_day({.midnight = {5'000}, .date = 20180912, .utc_offset_seconds = 0});
  ringbuf::DepthEntry entry;
  EXPECT_EQ(ringbuf::DepthReader{plant().depth}.read({1}, entry), ringbuf::TableRead::never);
  EXPECT_EQ(side(Side::bid), Texts{});
}

TEST_F(Mdp3Faults, AMessageThatIsNotReadEndsNoEventThatIsNotOpen) {
  open_book();
  EXPECT_EQ(send(packet().other(30, 30, 26), true), (Texts{"position 3 of 0 end"}));
}

TEST_F(Mdp3Faults, ATimeThatOurRecordsCannotHoldIsTheLargestTheyCan) {
  open_book();
  plant().send(packet().book(~std::uint64_t{0}, kEnd, {level(kChange, '0', 100, 9, 1, 3)}));
  EXPECT_EQ(plant().take().front().header.ts_event.value, std::numeric_limits<std::int64_t>::max());
}

// --- lines and runs ---

TEST_F(Mdp3Faults, APacketIsOfAChannelByAddressAndPortAndNoPortIsNoLine) {
  const std::array<ChannelLines, 2> lines{ChannelLines{310, {1, 14'310}, {}},
                                          ChannelLines{0, {2, 14'000}, {3, 15'000}}};
  const Channels channels(lines);
  const auto find = [&](std::uint32_t address, std::uint16_t port) {
    Packet packet;
    packet.destination_address = address;
    packet.destination_port = port;
    return channels.find(packet);
  };
  EXPECT_EQ(find(1, 14'310), 0U);
  EXPECT_EQ(find(3, 15'000), 1U);
  EXPECT_EQ(find(1, 14'311), Channels::kNone) << "the group of another channel's line";
  EXPECT_EQ(find(2, 14'310), Channels::kNone);
  EXPECT_EQ(find(0, 0), Channels::kNone) << "a line that is not there takes nothing";
  EXPECT_EQ(channels.session_text(1)[0], '0');
}

TEST_F(Mdp3Faults, PacketsWithoutASendingTimeNeverStartAnew) {
  plant().send(PacketWriter(5, 0));
  plant().send(PacketWriter(2, 0));
  plant().send(PacketWriter(2, 7));
  EXPECT_EQ(plant().feed.counters().restarts, 0U) << "nobody knows which came first";
}

TEST_F(Mdp3Faults, ARunMayBeginWithNumberZero) {
  plant().send(PacketWriter(5, 100));
  (void)plant().take();
  EXPECT_EQ(send(PacketWriter(0, 200), true), (Texts{"position 1 of 0 end"})) << "nothing of it is missing";
  EXPECT_EQ(plant().feed.counters().restarts, 1U);
}

TEST_F(Mdp3Faults, AMessageWhoseRootIsTooShortIsAsGoodAsLost) {
  open_book();
  Bytes bytes = packet().book(now(), kEnd, {level(kChange, '0', 100, 9, 1, 3)}).bytes();
  bytes[12 + 2] = std::byte{8};  // of the root block, of which 9 are read
  plant().send(bytes);
  EXPECT_EQ(plant().feed.counters().refused[static_cast<std::size_t>(ParseOutcome::bad_block)], 1U);
  EXPECT_TRUE(is_doubtful());
}

}  // namespace
}  // namespace tickplant::tests::mdp3::this_file
