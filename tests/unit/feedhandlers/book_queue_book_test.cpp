#include "feedhandlers/book/queue_book.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests/support/random.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::BookOutcome;
using feedhandlers::OrderReference;
using feedhandlers::QueueBook;
using feedhandlers::StoredOrder;
using ringbuf::InstrumentId;
using ringbuf::Price;
using ringbuf::Side;

constexpr InstrumentId kFirst{1};
constexpr InstrumentId kSecond{2};
using References = std::vector<std::uint64_t>;

class QueueBookTest : public testing::Test {
 protected:
  BookOutcome add(std::uint64_t reference, InstrumentId id = kFirst) {
    return book_.add({reference}, id, Side::bid, {100}, {10}).outcome;
  }
  References queue(InstrumentId id = kFirst) const {
    References out;
    book_.for_each_order(id, [&](const StoredOrder& order) { out.push_back(order.reference.value); });
    return out;
  }

  QueueBook book_{{.instrument_count = 3, .order_capacity = 64, .level_capacity = 64, .max_levels_per_side = 16}};
};

TEST_F(QueueBookTest, IsEmptyAtFirst) { EXPECT_EQ(queue(), References{}); }

TEST_F(QueueBookTest, KeepsTheOrderInWhichOrdersCameInstrumentByInstrument) {
  for (const std::uint64_t reference : {9u, 3u, 7u}) EXPECT_EQ(add(reference), BookOutcome::applied);
  EXPECT_EQ(add(5, kSecond), BookOutcome::applied);
  EXPECT_EQ(queue(), (References{9, 3, 7}));
  EXPECT_EQ(queue(kSecond), References{5});
  EXPECT_EQ(book_.book().open_orders(), 4u);
}

TEST_F(QueueBookTest, ForgetsWhatIsGoneFirstMiddleAndLast) {
  for (std::uint64_t reference = 1; reference <= 5; ++reference) add(reference);
  EXPECT_EQ(book_.remove({3}).outcome, BookOutcome::applied);
  EXPECT_EQ(queue(), (References{1, 2, 4, 5}));
  EXPECT_EQ(book_.execute({1}, {10}).outcome, BookOutcome::applied);
  EXPECT_EQ(queue(), (References{2, 4, 5}));
  EXPECT_EQ(book_.cancel({5}, {11}).outcome, BookOutcome::over_executed) << "more than there was: gone";
  EXPECT_EQ(queue(), (References{2, 4}));
  add(6);
  EXPECT_EQ(queue(), (References{2, 4, 6}));
  book_.remove({2});
  book_.remove({4});
  book_.remove({6});
  EXPECT_EQ(queue(), References{});
  add(7);
  EXPECT_EQ(queue(), References{7});
}

TEST_F(QueueBookTest, KeepsThePlaceOfAnOrderThatIsReducedAndNotOfOneThatIsReplaced) {
  for (std::uint64_t reference = 1; reference <= 3; ++reference) add(reference);
  book_.execute({1}, {4});
  EXPECT_EQ(queue(), (References{1, 2, 3}));
  EXPECT_EQ(book_.replace({1}, {8}, {100}, {10}).outcome, BookOutcome::applied);
  EXPECT_EQ(queue(), (References{2, 3, 8}));
  EXPECT_EQ(book_.replace({2}, {2}, {100}, {10}).outcome, BookOutcome::applied) << "under its own name";
  EXPECT_EQ(queue(), (References{3, 8, 2}));
}

TEST_F(QueueBookTest, IsNotChangedByWhatIsRefused) {
  add(1);
  EXPECT_EQ(add(1, kSecond), BookOutcome::duplicate_reference);
  EXPECT_EQ(add(2, {3}), BookOutcome::unknown_instrument);
  EXPECT_EQ(book_.remove({9}).outcome, BookOutcome::unknown_reference);
  EXPECT_EQ(book_.execute({1}, {0}).outcome, BookOutcome::invalid);
  EXPECT_EQ(book_.replace({9}, {10}, {100}, {1}).outcome, BookOutcome::unknown_reference);
  EXPECT_EQ(queue(), References{1});
  EXPECT_EQ(queue(kSecond), References{});
  add(2);
  EXPECT_EQ(book_.replace({1}, {2}, {100}, {1}).outcome, BookOutcome::duplicate_reference) << "the old one is gone";
  EXPECT_EQ(queue(), References{2});
}

TEST_F(QueueBookTest, ClearsOneInstrumentOrAll) {
  add(1);
  add(2, kSecond);
  book_.clear(kFirst);
  EXPECT_EQ(queue(), References{});
  EXPECT_EQ(queue(kSecond), References{2});
  add(1);
  EXPECT_EQ(queue(), References{1}) << "the same reference, and perhaps the same slot";
  book_.clear_all();
  EXPECT_EQ(queue(), References{});
  EXPECT_EQ(queue(kSecond), References{});
}

TEST_F(QueueBookTest, AgreesWithAListWhateverHappens) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << test_seed());
  Random random{test_seed()};
  std::map<std::uint32_t, References> model;
  const auto forget = [&](std::uint64_t reference) {
    for (auto& [id, list] : model) std::erase(list, reference);
  };
  for (int i = 0; i < 20'000 && !HasFailure(); ++i) {
    const std::uint64_t reference = 1 + random.below(80);
    const std::uint64_t other = 1 + random.below(80);
    const std::uint32_t id = 1 + random.below(2);
    switch (random.below(6)) {
      case 0:
      case 1:
      case 2:
        if (book_.add({reference}, {id}, Side::ask, {100 + static_cast<std::int64_t>(random.below(8))}, {5}).outcome ==
            BookOutcome::applied)
          model[id].push_back(reference);
        break;
      case 3:
        book_.remove({reference});
        forget(reference);
        break;
      case 4:
        if (book_.execute({reference}, {1 + random.below(5)}).size_after.value == 0) forget(reference);
        break;
      default: {
        const auto result = book_.replace({reference}, {other}, {100}, {5});
        if (result.outcome == BookOutcome::unknown_reference) break;
        forget(reference);
        if (result.outcome == BookOutcome::applied) model[result.instrument.value].push_back(other);
      }
    }
    if (random.chance(1, 500)) {
      book_.clear({id});
      model[id].clear();
    }
    EXPECT_EQ(queue(kFirst), model[1]);
    EXPECT_EQ(queue(kSecond), model[2]);
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
