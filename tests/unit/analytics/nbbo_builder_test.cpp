#include "analytics/nbbo/nbbo_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tickplant::analytics::this_file {
namespace {

using ringbuf::InstrumentId;
using ringbuf::kNoPrice;
using ringbuf::RecordFlags;
using ringbuf::StatusBody;
using ringbuf::StatusKind;
using ringbuf::TradingStatus;
using testing::ElementsAre;

/// Instruments 10 x s + v are symbol s at venue v, in 100 + s; 90 to 99 are no part of anything.
class Directory final : public NbboLookup {
 public:
  std::optional<NbboPart> find(InstrumentId id) const noexcept override {
    ++asked;
    if (id.value >= 90) return std::nullopt;
    return NbboPart{{100 + id.value / 10}, static_cast<std::uint8_t>(id.value % 10), multiplier};
  }
  mutable int asked = 0;
  std::uint64_t multiplier = 1;
};

QuoteBody quote(std::int64_t bid, std::uint64_t bid_size, std::int64_t ask, std::uint64_t ask_size) {
  return {{bid}, {ask}, {bid_size}, {ask_size}};
}
constexpr InstrumentId at(std::uint32_t venue, std::uint32_t symbol = 1) { return {10 * symbol + venue}; }
constexpr InstrumentId kBest{101};

class Nbbos : public testing::Test {
 protected:
  /// The consolidated quote behind this one.
  Nbbo say(InstrumentId id, const QuoteBody& body, RecordFlags flags = RecordFlags::none) {
    const Nbbo* changed = builder_.on_quote(id, flags, body);
    said_ = changed != nullptr;
    return changed != nullptr ? *changed : builder_.newest({100 + id.value / 10});
  }
  Nbbo halt(InstrumentId id, TradingStatus status, StatusKind kind = StatusKind::trading_action) {
    StatusBody body;
    body.kind = kind;
    body.trading_status = status;
    said_ = builder_.on_status(id, body) != nullptr;
    return builder_.newest({100 + id.value / 10});
  }
  std::vector<Nbbo> sweep_all() {
    std::vector<Nbbo> changed;
    while (builder_.is_sweeping()) builder_.sweep(3, [&](const Nbbo& nbbo) { changed.push_back(nbbo); });
    return changed;
  }

  Directory directory_;
  NbboBuilder builder_{{.venues = 4}, 200, 5, directory_};
  bool said_ = false;
};

TEST_F(Nbbos, AreTheQuoteItselfOfASingleVenue) {
  const Nbbo nbbo = say(at(2), quote(99, 5, 101, 7));
  EXPECT_TRUE(said_);
  EXPECT_EQ(nbbo, (Nbbo{kBest, 0b100, 0b100, QuoteState::normal, quote(99, 5, 101, 7)}));
}

TEST_F(Nbbos, TakeTheBestPriceOfEachSide) {
  say(at(0), quote(98, 5, 101, 7));
  const Nbbo nbbo = say(at(1), quote(99, 2, 102, 3));
  EXPECT_EQ(nbbo, (Nbbo{kBest, 0b10, 0b01, QuoteState::normal, quote(99, 2, 101, 7)}));
}

TEST_F(Nbbos, SumTheSizesAtTheBestPrice) {
  say(at(0), quote(99, 5, 101, 7));
  say(at(1), quote(99, 2, 102, 3));
  const Nbbo nbbo = say(at(2), quote(99, 4, 101, 1));
  EXPECT_EQ(nbbo, (Nbbo{kBest, 0b111, 0b101, QuoteState::normal, quote(99, 11, 101, 8)}));
  EXPECT_EQ(say(at(0), quote(99, 1, 101, 7)).quote.bid_size.value, 7u);
}

TEST_F(Nbbos, KeepSilentWhereNothingChanges) {
  say(at(0), quote(99, 5, 101, 7));
  say(at(0), quote(99, 5, 101, 7));
  EXPECT_FALSE(said_) << "the same twice";
  say(at(1), quote(98, 5, 102, 7));
  EXPECT_FALSE(said_) << "behind the best";
  say(at(1), quote(97, 9, 103, 9));
  EXPECT_FALSE(said_);
}

TEST_F(Nbbos, FallBackToTheNextBestVenueWhenTheBestOneLeaves) {
  say(at(0), quote(97, 5, 103, 5));
  say(at(1), quote(99, 5, 101, 5));
  say(at(2), quote(98, 6, 102, 6));
  EXPECT_EQ(say(at(1), quote(90, 5, 110, 5)).quote, quote(98, 6, 102, 6));
  EXPECT_EQ(builder_.newest(kBest).bid_venues, 0b100u);
}

TEST_F(Nbbos, LookAtAllVenuesOnlyWhenTheLastOneLeavesTheBest) {
  say(at(0), quote(99, 5, 101, 5));
  say(at(1), quote(99, 5, 101, 5));
  say(at(2), quote(98, 5, 102, 5));
  const std::uint64_t before = builder_.counts().rescans;
  say(at(0), quote(97, 5, 103, 5));
  EXPECT_EQ(builder_.counts().rescans, before) << "venue 1 is still there";
  EXPECT_EQ(builder_.newest(kBest).quote, quote(99, 5, 101, 5));
  say(at(1), quote(97, 5, 101, 5));
  EXPECT_EQ(builder_.counts().rescans, before + 1) << "bids only";
}

TEST_F(Nbbos, KnowLockedAndCrossedMarkets) {
  say(at(0), quote(99, 5, 101, 7));
  EXPECT_EQ(say(at(1), quote(101, 5, 105, 7)).state, QuoteState::locked);
  EXPECT_EQ(say(at(1), quote(102, 5, 105, 7)).state, QuoteState::crossed);
  EXPECT_EQ(say(at(1), quote(100, 5, 105, 7)).state, QuoteState::normal);
}

TEST_F(Nbbos, LeaveOutQuotesOfOneSide) {
  say(at(0), quote(99, 5, 101, 7));
  EXPECT_EQ(say(at(1), {{100}, kNoPrice, {5}, {}}).quote, quote(99, 5, 101, 7));
  EXPECT_EQ(say(at(0), {kNoPrice, {101}, {}, {7}}).state, QuoteState::empty);
  EXPECT_TRUE(said_);
}

TEST_F(Nbbos, CountTheSideThereIsWhereAsked) {
  NbboBuilder builder({.venues = 4, .one_sided_quotes_count = true}, 200, 5, directory_);
  ASSERT_NE(builder.on_quote(at(0), {}, {{100}, kNoPrice, {5}, {}}), nullptr);
  EXPECT_EQ(builder.newest(kBest).state, QuoteState::bid_only);
  const Nbbo* nbbo = builder.on_quote(at(1), {}, {kNoPrice, {101}, {}, {3}});
  ASSERT_NE(nbbo, nullptr);
  EXPECT_EQ(*nbbo, (Nbbo{kBest, 0b01, 0b10, QuoteState::normal, quote(100, 5, 101, 3)}));
}

TEST_F(Nbbos, TakeASideWithoutSizeForAbsent) {
  say(at(0), quote(99, 5, 101, 7));
  EXPECT_EQ(say(at(1), quote(100, 0, 101, 7)).quote, quote(99, 5, 101, 7));
}

TEST_F(Nbbos, LeaveOutABookInDoubtUntilItIsSureAgain) {
  say(at(0), quote(99, 5, 101, 7));
  say(at(1), quote(100, 5, 101, 7));
  EXPECT_EQ(say(at(1), quote(100, 5, 101, 7), RecordFlags::maybe_bad_book).quote, quote(99, 5, 101, 7));
  EXPECT_EQ(say(at(1), quote(100, 5, 101, 7)).quote, quote(100, 5, 101, 14));
}

TEST_F(Nbbos, CountOnlyVenuesThatTrade) {
  say(at(0), quote(99, 5, 101, 7));
  say(at(1), quote(100, 5, 101, 7));
  for (const TradingStatus status : {TradingStatus::halted, TradingStatus::paused, TradingStatus::quote_only,
                                     TradingStatus::auction, TradingStatus::pre_open, TradingStatus::closed}) {
    EXPECT_EQ(halt(at(1), status).quote, quote(99, 5, 101, 7));
    EXPECT_TRUE(said_);
    EXPECT_EQ(halt(at(1), TradingStatus::trading).quote, quote(100, 5, 101, 14));
  }
}

TEST_F(Nbbos, RememberTheQuoteThatCameDuringAHalt) {
  say(at(0), quote(99, 5, 101, 7));
  halt(at(1), TradingStatus::halted);
  EXPECT_EQ(say(at(1), quote(100, 5, 101, 7)).quote, quote(99, 5, 101, 7));
  EXPECT_EQ(halt(at(1), TradingStatus::trading, StatusKind::operational).quote, quote(100, 5, 101, 14));
}

TEST_F(Nbbos, PassOverStatusThatIsNotAboutTrading) {
  say(at(0), quote(99, 5, 101, 7));
  EXPECT_EQ(halt(at(0), TradingStatus::halted, StatusKind::short_sale).quote, quote(99, 5, 101, 7));
}

TEST_F(Nbbos, SeeAVenueThatIsOutWithTheSweep) {
  for (std::uint32_t symbol = 1; symbol <= 3; ++symbol) {
    say(at(0, symbol), quote(99, 5, 101, 7));
    say(at(1, symbol), quote(symbol == 2 ? 90 : 100, 5, 110, 7));
  }
  builder_.exclude_venue(1);
  EXPECT_TRUE(builder_.is_sweeping());
  const std::vector<Nbbo> changed = sweep_all();
  ASSERT_EQ(changed.size(), 2u) << "of the second it was not the best";
  EXPECT_EQ(changed[0].instrument.value, 101u);
  EXPECT_EQ(changed[1].instrument.value, 103u);
  EXPECT_EQ(changed[0].quote, quote(99, 5, 101, 7));
  builder_.include_venue(1);
  EXPECT_EQ(sweep_all().size(), 2u);
  EXPECT_EQ(builder_.newest(kBest).quote, quote(100, 5, 101, 7));
}

TEST_F(Nbbos, SeeAVenueThatIsOutBeforeTheirOwnNextQuote) {
  say(at(0), quote(99, 5, 101, 7));
  say(at(1), quote(100, 5, 102, 7));
  builder_.exclude_venue(1);
  EXPECT_EQ(say(at(2), quote(98, 1, 103, 1)).quote, quote(99, 5, 101, 7));
  EXPECT_TRUE(said_);
  EXPECT_TRUE(sweep_all().empty()) << "said already";
}

TEST_F(Nbbos, SweepAFewSymbolsACall) {
  for (std::uint32_t symbol = 1; symbol <= 3; ++symbol) say(at(0, symbol), quote(99, 5, 101, 7));
  builder_.exclude_venue(0);
  std::vector<std::uint32_t> changed;
  const auto note = [&](const Nbbo& nbbo) { changed.push_back(nbbo.instrument.value); };
  builder_.sweep(2, note);
  EXPECT_THAT(changed, ElementsAre(101, 102));
  EXPECT_TRUE(builder_.is_sweeping());
  builder_.sweep(2, note);
  EXPECT_THAT(changed, ElementsAre(101, 102, 103));
  EXPECT_FALSE(builder_.is_sweeping());
}

TEST_F(Nbbos, ExcludingWhatIsOutChangesNothing) {
  say(at(0), quote(99, 5, 101, 7));
  builder_.include_venue(1);
  EXPECT_FALSE(builder_.is_sweeping());
}

TEST_F(Nbbos, ForgetYesterdaysQuotesAndHaltsOfAVenue) {
  say(at(0), quote(99, 5, 101, 7));
  say(at(1), quote(100, 5, 102, 7));
  halt(at(1), TradingStatus::halted);
  builder_.forget_venue(1);
  builder_.forget_venue(0);
  ASSERT_EQ(sweep_all().size(), 1u);
  EXPECT_EQ(builder_.newest(kBest).state, QuoteState::empty);
  EXPECT_EQ(say(at(1), quote(100, 5, 102, 7)).quote, quote(100, 5, 102, 7)) << "not halted today";
}

TEST_F(Nbbos, ForgetABookThatIsCleared) {
  say(at(0), quote(99, 5, 101, 7));
  say(at(1), quote(100, 5, 102, 7));
  const Nbbo* nbbo = builder_.on_record(ringbuf::make_record(at(1), {}, {}, ringbuf::BookClearBody{}));
  ASSERT_NE(nbbo, nullptr);
  EXPECT_EQ(nbbo->quote, quote(99, 5, 101, 7));
}

TEST_F(Nbbos, ReadRecordsByType) {
  ASSERT_NE(builder_.on_record(ringbuf::make_record(at(0), {}, {}, quote(99, 5, 101, 7))), nullptr);
  EXPECT_EQ(builder_.on_record(ringbuf::make_record(at(0), {}, {}, ringbuf::OrderBody{})), nullptr);
  StatusBody halted;
  halted.trading_status = TradingStatus::halted;
  ASSERT_NE(builder_.on_record(ringbuf::make_record(at(0), {}, {}, halted)), nullptr);
  EXPECT_EQ(builder_.on_record(ringbuf::make_record(at(0), {}, {}, quote(1, 1, 2, 1), RecordFlags::maybe_bad_book)),
            nullptr);
}

TEST_F(Nbbos, BringSizesToOneScale) {
  directory_.multiplier = 1'000;
  EXPECT_EQ(say(at(0), quote(99, 5, 101, 7)).quote, quote(99, 5'000, 101, 7'000));
}

TEST_F(Nbbos, HoldTheLargestSizesOfAllVenuesWithoutOverflow) {
  const std::uint64_t most = ~std::uint64_t{0};
  for (std::uint32_t v = 0; v < 4; ++v) say(at(v), quote(99, most, 101, most));
  EXPECT_GE(builder_.newest(kBest).quote.bid_size.value, std::uint64_t{1} << 60);
  for (std::uint32_t v = 1; v < 4; ++v) say(at(v), quote(98, 1, 102, 1));
  say(at(0), quote(99, 5, 101, 7));
  EXPECT_EQ(builder_.newest(kBest).quote, quote(99, 5, 101, 7)) << "what was added is taken back";
}

TEST_F(Nbbos, OrderNegativeAndExtremePrices) {
  say(at(0), quote(-5, 1, -1, 1));
  EXPECT_EQ(say(at(1), quote(-4, 1, -2, 1)).quote, quote(-4, 1, -2, 1));
  EXPECT_EQ(say(at(2), quote(INT64_MIN + 1, 1, INT64_MIN, 1)).quote, quote(-4, 1, INT64_MIN, 1));
  EXPECT_EQ(builder_.newest(kBest).state, QuoteState::crossed);
}

TEST_F(Nbbos, PassOverWhatIsNoPartOfAny) {
  EXPECT_EQ(builder_.on_quote({95}, {}, quote(99, 5, 101, 7)), nullptr);
  EXPECT_EQ(builder_.on_quote({95}, {}, quote(99, 5, 101, 7)), nullptr);
  EXPECT_EQ(directory_.asked, 1) << "once is enough";
  EXPECT_EQ(builder_.on_quote({5'000}, {}, quote(99, 5, 101, 7)), nullptr);
  EXPECT_EQ(builder_.counts().quotes, 0u);
  EXPECT_EQ(builder_.newest({5'000}), Nbbo{.instrument = {5'000}});
}

TEST_F(Nbbos, RefuseWhatThereIsNoRoomFor) {
  EXPECT_EQ(builder_.on_quote(at(4), {}, quote(99, 5, 101, 7)), nullptr) << "four venues: 0 to 3";
  EXPECT_EQ(builder_.counts().refused, 1u);
  for (std::uint32_t symbol = 1; symbol <= 5; ++symbol) say(at(0, symbol), quote(99, 5, 101, 7));
  EXPECT_EQ(builder_.on_quote(at(0, 6), {}, quote(99, 5, 101, 7)), nullptr) << "five symbols";
  EXPECT_EQ(builder_.counts().refused, 2u);
  EXPECT_EQ(builder_.counts().quotes, 5u);
}

TEST_F(Nbbos, RefuseASecondInstrumentOfOneVenue) {
  class Doubled final : public NbboLookup {
    std::optional<NbboPart> find(InstrumentId) const noexcept override { return NbboPart{kBest, 1, 1}; }
  } doubled;
  NbboBuilder builder({.venues = 4}, 200, 5, doubled);
  EXPECT_NE(builder.on_quote({1}, {}, quote(99, 5, 101, 7)), nullptr);
  EXPECT_EQ(builder.on_quote({2}, {}, quote(100, 5, 101, 7)), nullptr);
  EXPECT_EQ(builder.counts().refused, 1u);
  EXPECT_EQ(builder.newest(kBest).quote, quote(99, 5, 101, 7));
}

TEST(NbboBuilder, RefusesMoreVenuesThanItHasBitsFor) {
  const Directory directory;
  for (const std::size_t venues : {0u, 33u}) {
    EXPECT_THROW(NbboBuilder({.venues = venues}, 10, 1, directory), platform::SetupError);
  }
  EXPECT_NO_THROW(NbboBuilder({.venues = 32}, 10, 1, directory));
}

}  // namespace
}  // namespace tickplant::analytics::this_file
