// After each quote, halt and venue in or out the consolidated quote is what a look at all venues finds, and it was said
// exactly when it changed.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "analytics/nbbo/nbbo_builder.hpp"
#include "tests/support/random.hpp"

namespace tickplant::analytics::this_file {
namespace {

using ringbuf::InstrumentId;

constexpr std::uint32_t kVenues = 5, kSymbols = 3;

class Directory final : public NbboLookup {
  std::optional<NbboPart> find(InstrumentId id) const noexcept override {
    return NbboPart{{1'000 + id.value / 10}, static_cast<std::uint8_t>(id.value % 10), 1};
  }
};

struct Shown {
  bool is_known = false, is_halted = false, is_doubtful = false;
  QuoteBody quote{};
};

/// What is known of every venue, and nothing that is carried from one look to the next.
struct SlowNbbo {
  bool one_sided_quotes_count = false;
  std::array<std::array<Shown, kVenues>, kSymbols> shown{};
  std::array<bool, kVenues> is_out{};

  [[nodiscard]] Nbbo look(std::uint32_t symbol) const {
    std::map<std::int64_t, std::pair<std::uint64_t, VenueSet>> bids, asks;
    for (std::uint32_t v = 0; v < kVenues; ++v) {
      const Shown& s = shown[symbol][v];
      if (!s.is_known || s.is_halted || s.is_doubtful || is_out[v]) continue;
      const bool bid = is_present(s.quote.bid_price) && s.quote.bid_size.value > 0;
      const bool ask = is_present(s.quote.ask_price) && s.quote.ask_size.value > 0;
      if (!one_sided_quotes_count && !(bid && ask)) continue;
      if (bid) add(bids[s.quote.bid_price.value], s.quote.bid_size.value, v);
      if (ask) add(asks[s.quote.ask_price.value], s.quote.ask_size.value, v);
    }
    Nbbo nbbo{.instrument = {1'000 + symbol}};
    if (!bids.empty()) {
      nbbo.quote.bid_price = {bids.rbegin()->first};
      nbbo.quote.bid_size = {bids.rbegin()->second.first};
      nbbo.bid_venues = bids.rbegin()->second.second;
    }
    if (!asks.empty()) {
      nbbo.quote.ask_price = {asks.begin()->first};
      nbbo.quote.ask_size = {asks.begin()->second.first};
      nbbo.ask_venues = asks.begin()->second.second;
    }
    nbbo.state = state_of(nbbo.quote);
    return nbbo;
  }
  static void add(std::pair<std::uint64_t, VenueSet>& level, std::uint64_t size, std::uint32_t venue) {
    level.first += size;
    level.second |= VenueSet{1} << venue;
  }
};

QuoteBody a_quote(tests::Random& random) {
  QuoteBody quote{{static_cast<std::int64_t>(95 + random.below(6))},
                  {static_cast<std::int64_t>(99 + random.below(6))},
                  {random.below(10)},
                  {random.below(10)}};
  if (random.chance(1, 12)) quote.bid_price = ringbuf::kNoPrice;
  if (random.chance(1, 12)) quote.ask_price = ringbuf::kNoPrice;
  return quote;
}

class NbboLaw : public testing::TestWithParam<bool> {};

TEST_P(NbboLaw, IsWhatALookAtAllVenuesFinds) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  tests::Random random{tests::test_seed()};
  const Directory directory;
  std::uint64_t changes = 0, rescans = 0, quotes = 0, states[6] = {};
  for (int run = 0; run < 200; ++run) {
    NbboBuilder builder({.venues = kVenues, .one_sided_quotes_count = GetParam()}, 1'010, kSymbols, directory);
    SlowNbbo slow{.one_sided_quotes_count = GetParam()};
    std::array<Nbbo, kSymbols> told{};
    for (std::uint32_t s = 0; s < kSymbols; ++s) told[s].instrument = {1'000 + s};
    for (int step = 0; step < 600; ++step) {
      const std::uint32_t symbol = random.below(kSymbols), venue = random.below(kVenues);
      const InstrumentId id{10 * symbol + venue};
      Shown& shown = slow.shown[symbol][venue];
      const auto whole_venue = [&] {
        builder.sweep(kSymbols, [&](const Nbbo& nbbo) {
          ASSERT_NE(nbbo, told[nbbo.instrument.value - 1'000]);
          told[nbbo.instrument.value - 1'000] = nbbo;
        });
        ASSERT_FALSE(builder.is_sweeping());
        for (std::uint32_t s = 0; s < kSymbols; ++s) ASSERT_EQ(told[s], slow.look(s));
      };
      const Nbbo* changed = nullptr;
      if (random.chance(9, 10)) {
        shown.is_known = true;
        shown.quote = a_quote(random);
        shown.is_doubtful = random.chance(1, 10);
        changed = builder.on_quote(
            id, shown.is_doubtful ? ringbuf::RecordFlags::maybe_bad_book : ringbuf::RecordFlags::none, shown.quote);
      } else if (random.chance(2, 3)) {
        ringbuf::StatusBody status;
        shown.is_halted = random.chance(1, 2);
        status.trading_status = shown.is_halted ? ringbuf::TradingStatus::halted : ringbuf::TradingStatus::trading;
        changed = builder.on_status(id, status);
      } else if (random.chance(1, 2)) {
        shown.is_known = false;
        changed = builder.forget(id);
      } else if (random.chance(1, 4)) {
        for (auto& one : slow.shown) one[venue].is_known = one[venue].is_halted = false;
        builder.forget_venue(static_cast<std::uint8_t>(venue));
        ASSERT_NO_FATAL_FAILURE(whole_venue());
        continue;
      } else {
        slow.is_out[venue] = !slow.is_out[venue];
        const auto number = static_cast<std::uint8_t>(venue);
        slow.is_out[venue] ? builder.exclude_venue(number) : builder.include_venue(number);
        if (random.chance(1, 2)) {  // else the symbols see it one by one
          ASSERT_NO_FATAL_FAILURE(whole_venue());
        }
        continue;
      }
      const Nbbo expected = slow.look(symbol);
      ASSERT_EQ(changed != nullptr, expected != told[symbol]) << "run " << run << " step " << step;
      if (changed != nullptr) {
        ASSERT_EQ(*changed, expected);
      }
      told[symbol] = expected;
      ++states[static_cast<std::size_t>(expected.state)];
    }
    changes += builder.counts().changes, rescans += builder.counts().rescans, quotes += builder.counts().quotes;
  }
  for (const QuoteState state : {QuoteState::empty, QuoteState::normal, QuoteState::locked, QuoteState::crossed}) {
    EXPECT_GT(states[static_cast<std::size_t>(state)], 100u);
  }
  EXPECT_GT(changes, 10'000u);
  EXPECT_LT(rescans, quotes) << "most quotes are taken without a look at all venues";
}

INSTANTIATE_TEST_SUITE_P(OneSidedQuotes, NbboLaw, testing::Bool(),
                         [](const auto& each) { return each.param ? "count" : "do_not_count"; });

}  // namespace
}  // namespace tickplant::analytics::this_file
