// Laws of books that come back from a snapshot, over many days with losses at random moments, snapshots at random later
// ones, in random pieces between the live packets:
//
//   a book that is not flagged is the exchange's own, in the feed and for a reader of the ring, queue included
//   live messages are delivered once and in order all the while
//   when nothing gets lost any more, soon no book is flagged
#include "tests/property/feedhandlers/book_recovery_run.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::itch50::BookRecovery;
using feedhandlers::itch50::RecoveryOptions;
using feedhandlers::itch50::RecoveryOutcome;
using feedhandlers::itch50::RecoveryPurpose;
using feedhandlers::itch50::RecoveryState;

class BookRecoveryLaw : public testing::Test {
 protected:
  static constexpr std::uint32_t kFaultyHappenings = 700;
  static constexpr std::uint32_t kCalmHappenings = 1500;  // within these all is clean again

  /// One day: losses for a while, recovery all the time, then calm.
  void live_a_day(const RecoveryRunOptions& options, std::uint32_t one_in) {
    SCOPED_TRACE(testing::Message() << "seed " << options.seed << ", TICKPLANT_TEST_SEED=" << test_seed());
    RecoveryRun run{options, book_, recovery_};
    const std::uint64_t complete_before = completed();
    for (std::uint32_t i = 0; i < kFaultyHappenings; ++i) {
      run.happen(one_in);
      if (run.random().chance(1, 2) && run.lost_packets() > 0) run.recover_a_bit();
      if (run.random().chance(1, 50)) check(run);
      if (HasFailure()) return;
    }
    std::uint32_t left = kCalmHappenings;
    for (; left > 0 && check(run) > 0; --left) {
      run.happen(0);
      run.recover_a_bit();
      if (HasFailure()) return;
    }
    EXPECT_GT(left, 0u) << "books stay flagged";
    for (int i = 0; i < 200; ++i) run.happen(0);
    run.catch_up();
    EXPECT_EQ(run.compare(), 0u);
    EXPECT_TRUE(run.lost_packets() == 0 || completed() > complete_before);
    lost_packets_ += run.lost_packets();
  }

  std::size_t check(RecoveryRun& run) {
    run.catch_up();
    return run.compare();
  }

  [[nodiscard]] std::uint64_t completed() const { return recovery_.counters().count(RecoveryOutcome::complete); }
  [[nodiscard]] std::uint64_t count(RecoveryOutcome outcome) const { return recovery_.counters().count(outcome); }

  OrderBook book_{RecoveryRun::kBook};
  BookRecovery recovery_{RecoveryOptions{.kept_messages_max = 4096, .messages_per_step = 16, .records_per_step = 40},
                         RecoveryRun::kBook};
  std::uint64_t lost_packets_ = 0;
};

TEST_F(BookRecoveryLaw, HoldsWhenPacketsGetLost) {
  for (std::uint64_t run = 0; run < 60 && !HasFailure(); ++run)
    live_a_day({.seed = test_seed() + run}, run % 2 == 0 ? 60 : 400);
  EXPECT_GT(lost_packets_, 100u) << "or little was recovered";
  EXPECT_GT(count(RecoveryOutcome::lost_messages), 10u) << "gaps within attempts";
  EXPECT_EQ(recovery_.counters().unsound_instruments, 0u);
  EXPECT_EQ(recovery_.counters().snapshot_unexpected, 0u);
  EXPECT_EQ(recovery_.counters().snapshot_malformed, 0u);
}

TEST_F(BookRecoveryLaw, HoldsForAFeedThatJoinsInMidDay) {
  for (std::uint64_t run = 0; run < 20 && !HasFailure(); ++run) {
    SCOPED_TRACE(testing::Message() << "run " << run << ", TICKPLANT_TEST_SEED=" << test_seed());
    RecoveryRun day{{.seed = test_seed() + run, .joins_before = 2000}, book_, recovery_};
    const bool before_the_first_packet = day.random().chance(1, 2);
    if (before_the_first_packet) day.begin();
    day.catch_up();
    EXPECT_EQ(day.compare(), day.exchange().stocks().size()) << "nobody knows a book";
    std::uint32_t left = kCalmHappenings;
    for (; left > 0 && check(day) > 0 && !HasFailure(); --left) {
      day.happen(0);
      day.recover_a_bit();
    }
    EXPECT_GT(left, 0u) << "books stay flagged";
  }
}

TEST_F(BookRecoveryLaw, HoldsWhenLostPacketsComeLateAndOutOfOrder) {
  for (std::uint64_t run = 0; run < 30 && !HasFailure(); ++run)
    live_a_day({.seed = test_seed() + run, .late_packets = true}, 40);
}

TEST_F(BookRecoveryLaw, HoldsWhenThereIsNoRoomForAllLiveMessages) {
  BookRecovery small{{.kept_messages_max = 30, .messages_per_step = 8, .records_per_step = 40}, RecoveryRun::kBook};
  for (std::uint64_t run = 0; run < 20 && !HasFailure(); ++run) {
    RecoveryRun day{{.seed = test_seed() + run}, book_, small};
    for (int i = 0; i < 600 && !HasFailure(); ++i) {
      day.happen(i < 300 ? 60 : 0);
      if (day.lost_packets() > 0) day.recover_a_bit();
      if (day.random().chance(1, 50)) check(day);
    }
    check(day);
  }
  EXPECT_GT(small.counters().count(RecoveryOutcome::no_room), 20u);
}

TEST_F(BookRecoveryLaw, HoldsWhenASecondCopyIsCompared) {
  for (std::uint64_t run = 0; run < 20 && !HasFailure(); ++run) {
    SCOPED_TRACE(testing::Message() << "run " << run << ", TICKPLANT_TEST_SEED=" << test_seed());
    RecoveryRun day{{.seed = test_seed() + run}, book_, recovery_};
    for (int i = 0; i < 300; ++i) day.happen(0);
    day.catch_up();
    const auto before = recovery_.counters();
    // An order vanishes from our books, and nobody noticed.
    const auto& stock = day.exchange().stocks()[day.random().below(24)];
    const auto& bids = stock.engine.displayed(ringbuf::Side::bid);
    const bool damaged = !bids.empty();
    const auto id = day.plant().feed.normaliser().known_instrument(stock.engine.locate());
    if (damaged) (void)book_.remove(stock.engine.order(bids.best().newest).reference);
    const std::uint64_t attempts = completed();
    day.begin(RecoveryPurpose::compare);
    for (int i = 0; i < 1000 && completed() == attempts && !HasFailure(); ++i) {
      if (i % 4 == 0) day.happen(0);
      day.recover_a_bit(RecoveryPurpose::compare);
    }
    ASSERT_EQ(completed(), attempts + 1);
    EXPECT_EQ(check(day), 0u);
    const auto& after = recovery_.counters();
    // Trading in the damaged stock may have flagged it first; then it is told without a comparison.
    EXPECT_EQ(after.told_instruments - before.told_instruments, damaged ? 1u : 0u);
    EXPECT_LE(after.differing_instruments - before.differing_instruments, damaged ? 1u : 0u);
    EXPECT_EQ(after.equal_instruments - before.equal_instruments, 24u - (damaged ? 1u : 0u));
    EXPECT_FALSE(book_.is_maybe_bad(id));
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
