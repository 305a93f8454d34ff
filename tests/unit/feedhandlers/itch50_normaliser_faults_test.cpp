// What the normaliser does with messages that do not fit, and with a new day.
#include "tests/unit/feedhandlers/itch50_normaliser_fixture.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

// --- when something is wrong ---

TEST_F(Itch50Normaliser, CountsUnknownReferencesByTypeAndDoubtsTheirInstrumentAlone) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(remove(99), Texts{});
  EXPECT_EQ(send(OrderCancel{now(), {99}, 1}), Texts{});
  EXPECT_EQ(execute(99, 1), Texts{});
  EXPECT_EQ(send(OrderExecutedWithPrice{now(), {99}, 1, {1}, 'Y', dollars(1)}), Texts{});
  EXPECT_EQ(replace(99, 100, 1, 10), Texts{});
  for (const char type : {'D', 'X', 'E', 'C', 'U'}) {
    EXPECT_EQ(normaliser_->counters().unknown_references[message_index(type)], 1u) << type;
  }
  EXPECT_EQ(add(2, Side::bid, 9, 100), Texts{record(kApple, added(2, Side::bid, 9, 100), kEnd | kDoubt)});
  EXPECT_EQ(send(RegShoRestriction{now(), kAppleStock, '0'}).size(), 1u);
  EXPECT_TRUE(has(image(kApple).quality, ringbuf::Quality::gap_inside));
  EXPECT_EQ(send(AddOrder{now(kOtherLocate), {3}, Side::bid, 1, symbol("MSFT"), dollars(5)}).back(),
            record(kOther, quote(px(5), 1, kNoPrice, 0), kEnd))
      << "another instrument is as good as before";
  EXPECT_EQ(send(SystemEvent{now({}), 'M'}).size(), 1u);
}

TEST_F(Itch50Normaliser, DoubtsInstrumentsThatItLearnsOfOnlyAfterSomethingWasMissed) {
  EXPECT_EQ(remove(99), Texts{}) << "of a stock locate never seen: the stream was joined in its middle";
  EXPECT_EQ(add(1, Side::bid, 10, 100).back(), record(kApple, quote(px(10), 100, kNoPrice, 0), kEnd | kDoubt));
  normaliser_->begin_session(kMidnight, {});
  (void)published_.take();
  EXPECT_EQ(add(1, Side::bid, 10, 100).back(), record(kApple, quote(px(10), 100, kNoPrice, 0), kEnd));

  normaliser_->doubt_all_books();
  (void)send(StockDirectory{.header = now(kOtherLocate), .stock = symbol("MSFT")});
  EXPECT_TRUE(book_.is_maybe_bad(kOther)) << "an order of it may have been among what was lost";
}

TEST_F(Itch50Normaliser, CutsAnExecutionToWhatWasOpenAndFlagsIt) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(execute(1, 130), (Texts{record(kApple, order(OrderAction::execute, 1, Side::bid, 10, 100), kDoubt),
                                    record(kApple, trade(10, 130, 900, Side::bid, TradeKind::execution), kDoubt),
                                    record(kApple, quote(kNoPrice, 0, kNoPrice, 0), kEnd | kDoubt)}))
      << "the trade is what the venue said";
  EXPECT_EQ(normaliser_->counters().over_executions, 1u);
  (void)add(2, Side::bid, 10, 100);
  EXPECT_EQ(send(OrderCancel{now(), {2}, 101}).front(),
            record(kApple, order(OrderAction::cancel, 2, Side::bid, 10, 100), kDoubt));
  EXPECT_EQ(normaliser_->counters().over_executions, 2u);
}

TEST_F(Itch50Normaliser, RefusesCountsAndFlagsOrdersThatCannotBe) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(add(1, Side::ask, 11, 50), Texts{}) << "a reference that is open already";
  EXPECT_EQ(normaliser_->counters().refused_orders, 1u);
  EXPECT_EQ(book_.bbo(kApple), quote(px(10), 100, kNoPrice, 0));
  EXPECT_TRUE(book_.is_maybe_bad(kApple));

  const auto other = [&](std::uint64_t id, Side side, std::uint32_t shares) {
    return AddOrder{now(kOtherLocate), {id}, side, shares, symbol("MSFT"), dollars(5)};
  };
  EXPECT_EQ(send(other(2, Side::bid, 0)), Texts{}) << "no shares";
  EXPECT_TRUE(book_.is_maybe_bad(kOther));
  book_.clear(kOther);
  Buffer no_side = encoded(other(3, Side::bid, 1));
  no_side[19] = std::byte{'?'};
  EXPECT_EQ(parse(no_side, *normaliser_), feedhandlers::itch50::ParseOutcome::ok);
  EXPECT_TRUE(published_.take().empty());
  EXPECT_TRUE(book_.is_maybe_bad(kOther));
  EXPECT_EQ(normaliser_->counters().refused_orders, 3u);
}

TEST_F(Itch50Normaliser, PassesOverExecutionsAndCancelsOfNoShares) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(execute(1, 0), Texts{});
  EXPECT_EQ(send(OrderCancel{now(), {1}, 0}), Texts{});
  EXPECT_EQ(book_.bbo(kApple), quote(px(10), 100, kNoPrice, 0));
  EXPECT_EQ(book_.counters().count(feedhandlers::BookOutcome::invalid), 2u);
  EXPECT_FALSE(book_.is_maybe_bad(kApple));
}

TEST_F(Itch50Normaliser, FlagsTheBookThatFoundNoRoom) {
  define_both();
  std::uint64_t id = 0;
  while (normaliser_->counters().refused_orders == 0 && id < 2 * FeedInMemory::kBookConfig.order_capacity) {
    (void)add(++id, Side::bid, 10, 1);
  }
  EXPECT_GE(id, FeedInMemory::kBookConfig.order_capacity);
  const std::uint64_t left = id - 2;  // one was refused, one is taken off here
  EXPECT_EQ(remove(1).back(), record(kApple, quote(px(10), left, kNoPrice, 0), kEnd | kDoubt));
}

TEST_F(Itch50Normaliser, FlagsTimesThatGoBackward) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  const std::uint64_t newest = nanos_;
  nanos_ -= 1'000;
  EXPECT_EQ(add(2, Side::bid, 9, 100), Texts{record(kApple, added(2, Side::bid, 9, 100), kEnd | RecordFlags::late)});
  EXPECT_EQ(send(StockDirectory{.header = now({20}), .stock = symbol("Z")}),
            Texts{definition({3}, {20}, kEnd | RecordFlags::late)})
      << "with its own time";
  EXPECT_EQ(normaliser_->counters().backward_times, 2u);
  EXPECT_EQ(normaliser_->last_time(), kMidnight + static_cast<std::int64_t>(newest));
  nanos_ = newest - 1;
  EXPECT_EQ(add(3, Side::bid, 9, 100), Texts{record(kApple, added(3, Side::bid, 9, 100), kEnd)})
      << "the same time as the newest is not late";
}

TEST_F(Itch50Normaliser, CountsOrdersThatFindTheBookLockedOrCrossed) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(normaliser_->counters().crossed_after_add, 0u);
  EXPECT_EQ(add(2, Side::ask, 10, 50).back(), record(kApple, quote(px(10), 100, px(10), 50), kEnd)) << "locked";
  EXPECT_EQ(replace(2, 3, 50, 9).back(), record(kApple, quote(px(10), 100, px(9), 50), kEnd)) << "crossed";
  EXPECT_EQ(normaliser_->counters().crossed_after_add, 2u);
  EXPECT_FALSE(book_.is_maybe_bad(kApple));
}

// --- days ---

TEST_F(Itch50Normaliser, StartsADayWithEmptyBooksDepthsAndLocates) {
  define_both();
  (void)add(1, Side::bid, 10, 100);
  (void)add(2, Side::ask, 11, 100);
  (void)remove(99);
  constexpr platform::UnixNanos tomorrow = kMidnight + platform::kNanosPerDay;
  normaliser_->begin_session(tomorrow, {.trading_date = 20190131});
  const Records session = published_.take();
  ASSERT_EQ(session.size(), 1u);
  EXPECT_EQ(session[0].header.type, ringbuf::RecordType::session);
  EXPECT_EQ(session[0].header.ts_event, tomorrow);
  EXPECT_EQ(normaliser_->first_time(), platform::kNoTime);
  EXPECT_EQ(book_.open_orders(), 0u);
  EXPECT_EQ(normaliser_->known_instrument(kAppleLocate), kNoInstrument);
  EXPECT_EQ(image(kApple).bid_price, kNoPrice);

  ringbuf::DepthEntry depth;
  ASSERT_EQ(ringbuf::DepthReader{plant_.depth}.read(kApple, depth), ringbuf::TableRead::value);
  EXPECT_EQ(depth.bid_count + depth.ask_count, 0);
  EXPECT_EQ(depth.bid[0], ringbuf::DepthLevel{});
  EXPECT_EQ(depth.flags, 0u);

  const AddOrder first{{kOtherLocate, {}, {5}}, {1}, Side::bid, 7, kAppleStock, dollars(10)};
  ASSERT_EQ(parse(encoded(first), *normaliser_), feedhandlers::itch50::ParseOutcome::ok);
  const Records records = published_.take();
  ASSERT_EQ(records.size(), 3u) << "definition under its new locate, order, quote";
  EXPECT_EQ(records[0].header.instrument, kApple) << "the same instrument as yesterday";
  EXPECT_EQ(records[0].as<ringbuf::DefinitionBody>().venue_key, kOtherLocate.value);
  EXPECT_EQ(records[0].as<ringbuf::DefinitionBody>().directory_stamp, entry_of(kApple).stamp);
  EXPECT_EQ(records[2].header.flags, kEnd) << "yesterday's doubts are gone";
  EXPECT_EQ(records[2].header.ts_event, tomorrow + 5);
  EXPECT_EQ(normaliser_->first_time(), tomorrow + 5);
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
