// Random streams of every operation against the obvious book; level changes replayed into plain vectors.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "feedhandlers/book/order_book.hpp"
#include "tests/property/feedhandlers/book_slow_model.hpp"

namespace tickplant::feedhandlers::this_file {
namespace {

using ringbuf::InstrumentId;
using ringbuf::Price;
using ringbuf::Side;
using ringbuf::Size;
using Kind = LevelChange::Kind;
using Levels = std::vector<OrderBook::Level>;

struct Shape {
  std::uint64_t seed;
  std::uint32_t instruments;
  int price_spread;  // few prices make busy levels, many make deep books
  bool level_feed;
  std::uint64_t adds_percent;
  int operations;
};

void PrintTo(const Shape& shape, std::ostream* out) {
  *out << "seed " << shape.seed << ", " << shape.instruments << " instruments, spread " << shape.price_spread;
}

class RandomStream : public testing::TestWithParam<Shape> {
 protected:
  static constexpr std::size_t kInstruments = 5;

  RandomStream() : random_(GetParam().seed) {}

  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random_);
  }

  Side random_side() { return below(2) == 0 ? Side::bid : Side::ask; }

  std::int64_t random_price() {
    std::normal_distribution<double> around(0, GetParam().price_spread);
    return 1'000'000 + static_cast<std::int64_t>(around(random_)) * 100;  // bids and asks overlap: crossed books
  }

  /// An open reference mostly, an unknown one sometimes.
  std::uint64_t random_reference() {
    if (below(20) == 0 || slow_.orders().empty()) return below(1000);
    const auto found = slow_.orders().lower_bound(below(next_reference_ + 1));
    return found == slow_.orders().end() ? slow_.orders().begin()->first : found->first;
  }

  std::uint64_t new_reference() {
    if (below(40) == 0) return random_reference();  // sometimes a duplicate
    return next_reference_ += 1 + below(3);
  }

  void replay(InstrumentId instrument, const LevelChange& change) {
    if (change.kind == Kind::none) return;
    Levels& levels = replayed_[instrument.value][change.side == Side::ask];
    const auto at = levels.begin() + change.index;
    const OrderBook::Level level{change.price, change.size, change.order_count};
    switch (change.kind) {
      case Kind::none: break;
      case Kind::inserted:
        ASSERT_LE(change.index, levels.size());
        levels.insert(at, level);
        break;
      case Kind::changed:
        ASSERT_LT(change.index, levels.size());
        ASSERT_EQ(at->price, change.price);
        *at = level;
        break;
      case Kind::removed:
        ASSERT_LT(change.index, levels.size());
        ASSERT_EQ(at->price, change.price);
        ASSERT_EQ(change.size.value, 0U);
        levels.erase(at);
        break;
    }
  }

  void compare(InstrumentId instrument) {
    for (const Side side : {Side::bid, Side::ask}) {
      const Levels expected = slow_.levels(instrument.value, side);
      Levels found;
      fast_.for_each_level(instrument, side, [&](const OrderBook::Level& level) { found.push_back(level); });
      ASSERT_EQ(found, expected);
      ASSERT_EQ(replayed_[instrument.value][side == Side::ask], expected);
      const auto bbo = fast_.bbo(instrument);
      const OrderBook::Level best = expected.empty() ? OrderBook::Level{ringbuf::kNoPrice, {}, 0} : expected.front();
      ASSERT_EQ(side == Side::bid ? bbo.bid_price : bbo.ask_price, best.price);
      ASSERT_EQ(side == Side::bid ? bbo.bid_size : bbo.ask_size, best.size);
    }
    ASSERT_EQ(fast_.open_orders(), slow_.orders().size());
  }

  void add(InstrumentId instrument) {
    const std::uint64_t reference = new_reference();
    const SlowBook::Order order{instrument.value, random_side(), random_price(), 1 + below(1000)};
    const OrderResult result = fast_.add({reference}, instrument, order.side, {order.price}, {order.size});
    if (slow_.has(reference)) {
      ASSERT_EQ(result.outcome, BookOutcome::duplicate_reference);
      ASSERT_EQ(result.level.kind, Kind::none);
      return;
    }
    ASSERT_EQ(result.outcome, BookOutcome::applied);
    slow_.add(reference, order);
    replay(instrument, result.level);
  }

  void take() {
    const std::uint64_t reference = random_reference();
    const bool known = slow_.has(reference);
    const SlowBook::Order before = known ? slow_.order(reference) : SlowBook::Order{};
    // Part of it, all of it or more than all of it.
    const std::uint64_t size = known ? 1 + below(before.size + before.size / 8 + 1) : 1;
    const bool whole = below(3) == 0;
    const OrderResult result = whole           ? fast_.remove({reference})
                               : below(2) == 0 ? fast_.execute({reference}, {size})
                                               : fast_.cancel({reference}, {size});
    if (!known) {
      ASSERT_EQ(result.outcome, BookOutcome::unknown_reference);
      return;
    }
    const std::uint64_t taken = whole ? before.size : std::min(size, before.size);
    ASSERT_EQ(result.outcome, !whole && size > before.size ? BookOutcome::over_executed : BookOutcome::applied);
    ASSERT_EQ(result.instrument.value, before.instrument);
    ASSERT_EQ(result.side, before.side);
    ASSERT_EQ(result.price.value, before.price);
    ASSERT_EQ(result.size_before.value, before.size);
    ASSERT_EQ(result.size_after.value, before.size - taken);
    slow_.reduce(reference, taken);
    replay(result.instrument, result.level);
    compare(result.instrument);
  }

  void replace_or_modify() {
    const std::uint64_t old_reference = random_reference();
    const bool known = slow_.has(old_reference);
    const SlowBook::Order before = known ? slow_.order(old_reference) : SlowBook::Order{};
    const bool modify = below(3) == 0;
    const std::uint64_t reference = modify || below(10) == 0 ? old_reference : new_reference();
    const std::int64_t price = below(2) == 0 ? before.price : random_price();
    const std::uint64_t size = 1 + below(1000);
    const ReplaceResult result = modify ? fast_.modify({reference}, {price}, {size})
                                        : fast_.replace({old_reference}, {reference}, {price}, {size});
    if (!known) {
      ASSERT_EQ(result.outcome, BookOutcome::unknown_reference);
      return;
    }
    ASSERT_EQ(result.old_price.value, before.price);
    ASSERT_EQ(result.old_size.value, before.size);
    slow_.reduce(old_reference, before.size);
    const bool duplicate = slow_.has(reference);
    ASSERT_EQ(result.outcome, duplicate ? BookOutcome::duplicate_reference : BookOutcome::applied);
    if (!duplicate) slow_.add(reference, {before.instrument, before.side, price, size});
    if (modify && price == before.price) {
      ASSERT_EQ(result.removed.kind, Kind::none);
      ASSERT_EQ(result.added.kind, Kind::changed);
    }
    replay(result.instrument, result.removed);
    replay(result.instrument, result.added);
    compare(result.instrument);
  }

  void set_level(InstrumentId instrument) {
    const Side side = random_side();
    const std::int64_t price = random_price();
    const SlowBook::Amount amount{below(3) == 0 ? 0 : 1 + below(4), static_cast<std::uint32_t>(below(2))};
    const LevelResult result = fast_.set_level(instrument, side, {price}, {amount.size}, amount.order_count);
    ASSERT_EQ(result.outcome, BookOutcome::applied);
    const Levels before = slow_.levels(instrument.value, side);
    slow_.set_level(instrument.value, side, price, amount);
    ASSERT_EQ(result.level.kind == Kind::none, slow_.levels(instrument.value, side) == before);
    replay(instrument, result.level);
  }

  void step() {
    const InstrumentId instrument{static_cast<std::uint32_t>(below(GetParam().instruments))};
    const std::uint64_t choice = below(100);
    if (choice == 0 && below(GetParam().instruments == 1 ? 20 : 2) == 0) {
      fast_.clear(instrument);
      slow_.clear(instrument.value);
      replayed_[instrument.value][0].clear();
      replayed_[instrument.value][1].clear();
    } else if (GetParam().level_feed) {
      set_level(instrument);
    } else if (choice < GetParam().adds_percent) {
      add(instrument);
    } else if (choice < GetParam().adds_percent + 35) {
      take();
    } else {
      replace_or_modify();
    }
    compare(instrument);
  }

  std::mt19937_64 random_;
  OrderBook fast_{{kInstruments, 20'000, 1 << 15, 1 << 12}};
  SlowBook slow_;
  std::uint64_t next_reference_ = 1000;
  std::array<std::array<Levels, 2>, kInstruments> replayed_;
};

TEST_P(RandomStream, EveryLevelCountAndBboEqualsTheObviousBookAfterEveryOperation) {
  for (int i = 0; i < GetParam().operations; ++i) {
    step();
    if (HasFatalFailure()) FAIL() << "operation " << i;
  }
  EXPECT_EQ(fast_.counters().level_mismatches, 0U);
  EXPECT_EQ(fast_.counters().count(BookOutcome::levels_full), 0U);
  std::vector<std::size_t> open(kInstruments);
  for (const auto& [reference, order] : slow_.orders()) {
    ++open[order.instrument];
    const StoredOrder* const found = fast_.find({reference});
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->size.value, order.size);
    EXPECT_EQ(found->price.value, order.price);
  }
  for (std::uint32_t id = 0; id < kInstruments; ++id) EXPECT_EQ(fast_.open_orders(InstrumentId{id}), open[id]);
}

INSTANTIATE_TEST_SUITE_P(Books, RandomStream,
                         testing::Values(Shape{1, 5, 3, false, 48, 30'000}, Shape{2, 1, 60, false, 60, 8'000},
                                         Shape{3, 2, 1'000, false, 64, 5'000}, Shape{4, 3, 8, true, 0, 20'000},
                                         Shape{5, 1, 400, true, 0, 5'000}));

}  // namespace
}  // namespace tickplant::feedhandlers::this_file
