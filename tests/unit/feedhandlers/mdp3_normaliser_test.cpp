#include "tests/unit/feedhandlers/mdp3_fixture.hpp"

namespace tickplant::tests::mdp3::this_file {
namespace {

class Mdp3Normaliser : public Mdp3Plant {};

TEST_F(Mdp3Normaliser, MakesLevelsAndAQuoteOfABookMessage) {
  EXPECT_EQ(book({level(kNew, '0', 100, 5, 1, 1), level(kNew, '1', 101, 7, 1, 2)}),
            (Texts{"definition", "level bid 100x5 at 0", "level ask 101x7 at 0", "quote 100x5 101x7 end"}));
  EXPECT_FALSE(is_doubtful()) << "known from number 1 on";
  EXPECT_EQ(plant().directory.reader().symbol_of({1}), "170506@XCME");
}

TEST_F(Mdp3Normaliser, GivesTheQuoteWhenTheEventEndsAndNotBefore) {
  open_book();
  EXPECT_EQ(send(packet().book(now(), 0x04, {level(kChange, '0', 100, 9, 1, 3)}), true),
            (Texts{"level bid 100x9 at 0", "position 3 of 0"}))
      << "the event goes on";
  EXPECT_EQ(send(packet().book(now(), 0x84, {level(kChange, '0', 100, 8, 1, 4)}), true),
            (Texts{"level bid 100x8 at 0", "quote 100x8 101x7 end", "position 4 of 0 end"}));
}

TEST_F(Mdp3Normaliser, MarksTheLastRecordOfAnEventThatMovedNoBestPrice) {
  open_book();
  EXPECT_EQ(book({level(kNew, '0', 99, 1, 2, 3)}), (Texts{"level bid 99x1 at 1 end"}));
  EXPECT_EQ(send(packet().book(now(), 0x04, {level(kNew, '0', 98, 1, 3, 4)}).book(now(), kEnd, {})),
            (Texts{"level bid 98x1 at 2 end"}))
      << "an empty message ends it";
}

TEST_F(Mdp3Normaliser, EndsAnEventWithThePositionWhenItsRecordsAreOut) {
  open_book();
  EXPECT_EQ(send(packet().book(now(), 0x04, {level(kNew, '0', 99, 1, 2, 3)}), true),
            (Texts{"level bid 99x1 at 1", "position 3 of 0"}));
  EXPECT_EQ(send(packet().book(now(), kEnd, {}), true), (Texts{"position 4 of 0 end"}));
}

TEST_F(Mdp3Normaliser, EndsAnEventWithMessagesThatItDoesNotRead) {
  open_book();
  EXPECT_EQ(send(packet().book(now(), 0x04, {level(kChange, '0', 100, 9, 1, 3)}).other(30, 30, 26)),
            (Texts{"level bid 100x9 at 0", "quote 100x9 101x7 end"}));
}

TEST_F(Mdp3Normaliser, ChangesAndDeletesLevels) {
  open_book();
  EXPECT_EQ(book({level(kDelete, '0', 100, 0, 1, 3)}), (Texts{"level bid 100x0 at 0", "quote nonex0 101x7 end"}));
  EXPECT_EQ(book({level(kChange, '1', 101, 3, 1, 4)}), (Texts{"level ask 101x3 at 0", "quote nonex0 101x3 end"}));
  EXPECT_EQ(plant().counters().book_mismatches, 0U);
}

TEST_F(Mdp3Normaliser, DeletesThruFromAndOverlays) {
  open_book();
  (void)book({level(kNew, '0', 99, 4, 2, 3), level(kNew, '0', 98, 3, 3, 4), level(kNew, '0', 97, 2, 4, 5)});
  EXPECT_EQ(side(Side::bid), (Texts{"100x5", "99x4", "98x3", "97x2"}));
  EXPECT_EQ(book({level(kOverlay, '0', 95, 8, 4, 6)}), (Texts{"level bid 97x0 at 3", "level bid 95x8 at 3 end"}));
  (void)book({level(kDeleteThru, '0', 99, 0, 2, 7)});
  EXPECT_EQ(side(Side::bid), (Texts{"98x3", "95x8"}));
  (void)book({level(kDeleteFrom, '0', 95, 0, 2, 8)});
  EXPECT_EQ(side(Side::bid), (Texts{"98x3"}));
  (void)book({level(kDeleteFrom, '0', 98, 0, 1, 9)});
  EXPECT_EQ(side(Side::bid), Texts{});
  EXPECT_EQ(side(Side::ask), (Texts{"101x7"}));
  EXPECT_FALSE(is_doubtful());
}

TEST_F(Mdp3Normaliser, DropsWhatFallsOffBehindTheMarketDepth) {
  start({.channels = {}, .market_depth = 2});
  open_book();
  (void)book({level(kNew, '0', 99, 4, 2, 3)});
  EXPECT_EQ(book({level(kNew, '0', 102, 1, 1, 4)}),
            (Texts{"level bid 102x1 at 0", "level bid 99x0 at 2", "quote 102x1 101x7 end"}));
  EXPECT_EQ(side(Side::bid), (Texts{"102x1", "100x5"}));
  EXPECT_FALSE(is_doubtful());
}

TEST_F(Mdp3Normaliser, KeepsImpliedPricesAndStatisticsOutOfTheBookAndCountsThem) {
  open_book();
  EXPECT_EQ(book({level(kNew, 'E', 100, 50, 1, 3), level(kNew, 'F', 101, 60, 1, 4), level(kNew, 'w', 99, 1, 1, 5)}),
            Texts{});
  EXPECT_EQ(side(Side::bid), (Texts{"100x5"}));
  EXPECT_EQ(plant().counters().implied_entries, 2U);
  EXPECT_EQ(plant().counters().statistics_entries, 1U);
  EXPECT_EQ(book({level(kNew, '0', 99, 1, 2, 6)}), (Texts{"level bid 99x1 at 1 end"})) << "their numbers count";
}

TEST_F(Mdp3Normaliser, FollowsTheNumbersOfVolumesAndStatistics) {
  open_book();
  std::uint32_t number = 2;
  for (const std::uint16_t id : std::to_array<std::uint16_t>({37, 49, 50, 51}))
    EXPECT_EQ(send(packet().numbered(id, now(), kEnd, {{kSecurity, ++number}})), Texts{});
  (void)book({level(kNew, '0', 99, 1, 2, ++number)});
  EXPECT_FALSE(is_doubtful());
  EXPECT_EQ(plant().counters().volume_entries, 1U);
  EXPECT_EQ(plant().counters().statistics_entries, 3U);
}

TEST_F(Mdp3Normaliser, PassesOrdersOfALevelMessageOnWithSideAndPriceOfTheirLevel) {
  open_book();
  EXPECT_EQ(book({level(kChange, '0', 100, 9, 1, 3), level(kChange, '1', 101, 6, 1, 4)},
                 {{11, 1, 4, 1, 0}, {12, 1, 6, 2, 1}, {13, 1, 1, 2, 2}}),
            (Texts{"level bid 100x9 at 0", "level ask 101x6 at 0", "add 11 bid 100x4", "modify 12 ask 101x6",
                   "cancel 13 ask 101x1", "quote 100x9 101x6 end"}));
  EXPECT_EQ(plant().book.open_orders(), 0U) << "the book is one of levels";
}

TEST_F(Mdp3Normaliser, CountsOrdersThatNameNoLevelOrNoSide) {
  open_book();
  EXPECT_EQ(book({level(kNew, 'E', 99, 1, 1, 3)}, {{11, 1, 4, 0, 0}, {12, 1, 4, 2, 0}, {13, 1, 4, 1, 0}}), Texts{});
  EXPECT_EQ(plant().counters().bad_references, 2U);
  EXPECT_EQ(plant().counters().refused_entries, 1U);
  EXPECT_FALSE(is_doubtful()) << "the levels are not concerned";
}

TEST_F(Mdp3Normaliser, KeepsTheOrdersOfAnInstrumentThatOnlyOrdersTellOf) {
  EXPECT_EQ(send(packet().order_book(
                now(), kEnd, {{11, 1, 100 * kUnit, 5, kSecurity, 0, '0'}, {12, 2, 100 * kUnit, 6, kSecurity, 0, '0'}})),
            (Texts{"definition", "add 11 bid 100x5", "add 12 bid 100x6", "quote 100x11 nonex0 end"}));
  EXPECT_EQ(send(packet().order_book(now(), kEnd, {{11, 1, 99 * kUnit, 4, kSecurity, 1, '0'}})),
            (Texts{"modify 11 bid 99x4", "quote 100x6 nonex0 end"}));
  EXPECT_EQ(side(Side::bid), (Texts{"100x6", "99x4"}));
  EXPECT_EQ(send(packet().order_book(now(), kEnd, {{12, 0, kNullPrice, kNullSize, kSecurity, 2, '0'}})),
            (Texts{"cancel 12 bid 100x6", "quote 99x4 nonex0 end"}))
      << "price and size of what was open";
  EXPECT_EQ(depth().bid_count, 1);
  EXPECT_EQ(depth().bid[0].price.value, 99 * kUnit);
  EXPECT_FALSE(is_doubtful());
}

TEST_F(Mdp3Normaliser, DoubtsABookOfOrdersThatMissesOne) {
  (void)send(packet().order_book(now(), kEnd, {{11, 1, 100 * kUnit, 5, kSecurity, 0, '0'}}));
  EXPECT_EQ(send(packet().order_book(now(), kEnd, {{99, 1, 100 * kUnit, 7, kSecurity, 2, '0'}})),
            (Texts{"cancel 99 bid 100x7 doubt end"}))
      << "passed on as it came";
  EXPECT_TRUE(is_doubtful());
  EXPECT_EQ(side(Side::bid), (Texts{"100x5"}));
}

TEST_F(Mdp3Normaliser, TakesNoOrderOfAnotherInstrumentAway) {
  (void)send(packet().order_book(now(), kEnd, {{11, 1, 100 * kUnit, 5, kSecurity, 0, '0'}}));
  (void)send(packet().order_book(now(), kEnd, {{11, 1, 100 * kUnit, 5, kOther, 2, '0'}}));
  EXPECT_EQ(side(Side::bid), (Texts{"100x5"}));
  EXPECT_FALSE(is_doubtful());
  EXPECT_TRUE(is_doubtful(kOther));
}

TEST_F(Mdp3Normaliser, StartsTheBookAnewWhereLevelsFollowOrders) {
  (void)send(packet().order_book(now(), kEnd, {{11, 1, 100 * kUnit, 5, kSecurity, 0, '0'}}));
  EXPECT_EQ(book({level(kNew, '0', 98, 1, 1, 1)}), (Texts{"clear 3", "level bid 98x1 at 0", "quote 98x1 nonex0 end"}));
  EXPECT_EQ(side(Side::bid), (Texts{"98x1"}));
  EXPECT_EQ(plant().book.open_orders(), 0U);
  EXPECT_EQ(send(packet().order_book(now(), kEnd, {{11, 1, 98 * kUnit, 1, kSecurity, 0, '0'}})),
            (Texts{"add 11 bid 98x1 end"}));
  EXPECT_EQ(side(Side::bid), (Texts{"98x1"})) << "orders pass through a book of levels";
}

TEST_F(Mdp3Normaliser, MakesTradesWithTheSideThatWasResting) {
  open_book();
  EXPECT_EQ(send(packet().trades(now(), kEnd,
                                 {{100 * kUnit, 1, kSecurity, 3, 2, 1, 0, 71},
                                  {100 * kUnit, 2, kSecurity, 4, 2, 2, 0, 72},
                                  {100 * kUnit, 3, kSecurity, 5, 2, 0, 0, 0xffff'ffff}},
                                 {{1, 2}})),
            (Texts{"trade 71 ask 100x1", "trade 72 bid 100x2", "trade 0 none 100x3 end"}));
  EXPECT_EQ(plant().counters().trade_orders, 1U);
}

TEST_F(Mdp3Normaliser, MakesCorrectionsAndCancelsOfTradesThatChange) {
  open_book();
  EXPECT_EQ(send(packet().trades(
                now(), kEnd,
                {{100 * kUnit, 9, kSecurity, 3, 2, 1, 1, 71}, {kNullPrice, kNullSize, kSecurity, 4, 2, 1, 2, 72}})),
            (Texts{"corrected 71 100x9", "cancelled 72 nonex0 end"}));
}

TEST_F(Mdp3Normaliser, LetsATradeWithoutAPriceCountForNothing) {
  open_book();
  plant().send(packet().trades(now(), kEnd, {{kNullPrice, 4, kSecurity, 3, 2, 1, 0, 71}}));
  const Records records = plant().take();
  ASSERT_EQ(records.front().header.type, RecordType::trade);
  EXPECT_EQ(records.front().as<ringbuf::TradeBody>().eligibility, ringbuf::TradeEligibility::none);
  EXPECT_EQ(records.front().as<ringbuf::TradeBody>().price, ringbuf::kNoPrice);
}

TEST_F(Mdp3Normaliser, RefusesEntriesWithoutWhatTheyNeedAndDoubtsTheBook) {
  const std::vector<Level> bad{level(kNew, '0', 99, 0, 2, 3),
                               level(kNew, '0', 99, -1, 2, 3),
                               level(kNew, '0', 99, kNullSize, 2, 3),
                               level(kChange, '0', 100, 0, 1, 3),
                               level(kOverlay, '0', 100, -5, 1, 3),
                               level(6, '0', 99, 1, 2, 3),
                               {kNullPrice, 1, kSecurity, 3, 1, 2, kNew, '0'},
                               {kNullPrice, 1, kSecurity, 3, 1, 1, kDelete, '0'}};
  for (const Level& entry : bad) {
    SetUp();
    sequence_ = 0;
    open_book();
    EXPECT_EQ(book({entry}), Texts{});
    EXPECT_EQ(plant().counters().refused_entries, 1U);
    EXPECT_TRUE(is_doubtful());
  }
}

TEST_F(Mdp3Normaliser, DoubtsABookThatIsNotAsTheVenueSays) {
  const std::vector<Level> odd{level(kNew, '0', 100, 9, 1, 3),    // is there already
                               level(kNew, '0', 99, 1, 3, 3),     // there is no second one
                               level(kChange, '0', 99, 1, 2, 3),  // is not there
                               level(kDelete, '0', 99, 0, 2, 3),  // neither
                               level(kDeleteThru, '0', 99, 0, 2, 3), level(kDeleteFrom, '0', 99, 0, 2, 3),
                               level(kOverlay, '0', 99, 1, 2, 3),    level(kNew, '0', 99, 1, 0, 3)};
  for (const Level& entry : odd) {
    SetUp();
    sequence_ = 0;
    open_book();
    (void)book({entry});
    EXPECT_EQ(plant().counters().book_mismatches, 1U) << int{entry.action};
    EXPECT_TRUE(is_doubtful());
  }
}

TEST_F(Mdp3Normaliser, EmptiesTheBookOfOneInstrumentOnABookReset) {
  open_book();
  open_book(kOther);
  (void)book({level(kNew, '0', 99, 1, 2, 9)});
  EXPECT_TRUE(is_doubtful()) << "numbers were missing";
  EXPECT_EQ(book({level(kNew, 'J', 0, 0, 0, 10)}), (Texts{"clear 4", "quote nonex0 nonex0 end"}));
  EXPECT_FALSE(is_doubtful());
  EXPECT_EQ(side(Side::bid, kOther), (Texts{"100x5"}));
  EXPECT_EQ(depth().bid_count, 0);
}

TEST_F(Mdp3Normaliser, EmptiesAllBooksOfTheChannelOnAChannelReset) {
  open_book();
  open_book(kOther);
  EXPECT_EQ(send(packet().channel_reset(now(), kEnd, {310})),
            (Texts{"clear 4", "clear 4", "quote nonex0 nonex0", "quote nonex0 nonex0 end"}));
  EXPECT_FALSE(is_doubtful());
  open_book();
  EXPECT_FALSE(is_doubtful()) << "numbers begin with 1 again";
  (void)book({level(kNew, '0', 100, 5, 1, 3, kOther)});
  EXPECT_TRUE(is_doubtful(kOther)) << "and not with 3";
}

TEST_F(Mdp3Normaliser, KeepsTheDepthTableCurrent) {
  open_book();
  (void)book({level(kNew, '0', 99, 4, 2, 3), level(kNew, '1', 102, 2, 2, 4)});
  const ringbuf::DepthEntry entry = depth();
  EXPECT_EQ(entry.bid_count, 2);
  EXPECT_EQ(entry.ask_count, 2);
  EXPECT_EQ(entry.bid[1].price.value, 99 * kUnit);
  EXPECT_EQ(entry.bid[1].size.value, 4U);
  EXPECT_EQ(entry.ask[0].price.value, 101 * kUnit);
  EXPECT_EQ(entry.flags, 0U);
}

TEST_F(Mdp3Normaliser, GivesLevelsOfABookOfOrdersOnlyWhereConfigured) {
  start({}, {.quotes = false, .levels = true, .depth = false});
  EXPECT_EQ(send(packet().order_book(now(), kEnd, {{11, 1, 100 * kUnit, 5, kSecurity, 0, '0'}})),
            (Texts{"definition", "add 11 bid 100x5", "level bid 100x5 at 0 end"}));
}

TEST_F(Mdp3Normaliser, CountsTimesThatGoBackAndMarksTheirRecords) {
  open_book();
  EXPECT_EQ(send(packet().book(1, kEnd, {level(kNew, '0', 99, 4, 2, 3)})), (Texts{"level bid 99x4 at 1 late end"}));
  EXPECT_EQ(plant().counters().backward_times, 1U);
}

TEST_F(Mdp3Normaliser, CountsInstrumentsThatFindNoPlace) {
  std::vector<Level> levels;
  for (std::int32_t security = 0; security < 250; ++security) levels.push_back(level(kNew, '0', 1, 1, 1, 1, security));
  for (int round = 0; round < 3; ++round) {
    (void)book(levels);
    for (Level& one : levels) one.security += 250;
  }
  EXPECT_EQ(plant().counters().unknown_instruments, 750U - FeedInMemory::kInstruments);
}

}  // namespace
}  // namespace tickplant::tests::mdp3::this_file
