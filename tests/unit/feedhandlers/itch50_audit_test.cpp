// What speaks against a book, and that it is quarantined alone.
#include "tests/unit/feedhandlers/itch50_normaliser_fixture.hpp"

namespace tickplant::tests::itch::this_file {
namespace {

using feedhandlers::AuditFinding;

class Itch50Audit : public Itch50Normaliser {
 protected:
  void SetUp() override {
    Itch50Normaliser::SetUp();
    define_both();
    set_state('T');
    (void)add(1, Side::bid, 10, 100);
    (void)add(2, Side::ask, 11, 100);
  }
  void set_state(char state) {
    (void)send(StockTradingAction{.header = now(), .stock = kAppleStock, .trading_state = state});
  }
  [[nodiscard]] std::uint64_t found(AuditFinding finding) const {
    return normaliser_->counters().findings[static_cast<std::size_t>(finding)];
  }
  [[nodiscard]] std::uint64_t found_at_all() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : normaliser_->counters().findings) sum += count;
    return sum;
  }
};

TEST_F(Itch50Audit, FlagsABookThatCrossesWhileItTradesWithTheRecordThatCrossedIt) {
  EXPECT_EQ(add(3, Side::bid, 11.5, 100).front(), record(kApple, added(3, Side::bid, 11.5, 100), kDoubt));
  EXPECT_EQ(found(AuditFinding::crossed), 1u);
  EXPECT_EQ(found_at_all(), 1u);
  EXPECT_TRUE(book_.is_maybe_bad(kApple));
  EXPECT_FALSE(book_.is_maybe_bad(kOther));
  (void)remove(3);
  EXPECT_TRUE(book_.is_maybe_bad(kApple)) << "that it looks good again proves nothing";
}

TEST_F(Itch50Audit, FlagsALockedBookAndOneThatAReplaceHasCrossed) {
  (void)add(3, Side::bid, 11, 100);
  EXPECT_EQ(found(AuditFinding::locked), 1u);
  (void)remove(3);
  (void)replace(1, 4, 100, 12);
  EXPECT_EQ(found(AuditFinding::crossed), 1u);
}

TEST_F(Itch50Audit, LetsOrdersLieAcrossEachOtherWhereNothingTrades) {
  for (const char state : {'H', 'P', 'Q'}) {
    set_state(state);
    (void)add(10, Side::bid, 11.5, 100);
    (void)remove(10);
  }
  (void)send(AddOrder{now(kOtherLocate), {20}, Side::bid, 1, symbol("MSFT"), dollars(5)});
  (void)send(AddOrder{now(kOtherLocate), {21}, Side::ask, 1, symbol("MSFT"), dollars(4)});
  EXPECT_EQ(found_at_all(), 0u) << "nobody said that MSFT trades";
  EXPECT_EQ(normaliser_->counters().crossed_after_add, 4u);
  set_state('T');
  (void)add(10, Side::bid, 11.5, 100);
  EXPECT_EQ(found(AuditFinding::crossed), 1u);
}

TEST_F(Itch50Audit, CountsEachKindOfFinding) {
  (void)remove(99);
  EXPECT_EQ(found(AuditFinding::unknown_reference), 1u);
  (void)add(1, Side::bid, 10, 100);
  EXPECT_EQ(found(AuditFinding::duplicate_reference), 1u);
  (void)add(5, Side::bid, 10, 0);
  EXPECT_EQ(found(AuditFinding::refused_order), 1u);
  (void)execute(1, 500);
  EXPECT_EQ(found(AuditFinding::over_execution), 1u);
  // The level goes, its order stays.
  (void)book_.set_level(kApple, Side::ask, px(11), {}, 0);
  (void)remove(2);
  EXPECT_EQ(found(AuditFinding::level_mismatch), 1u);
  EXPECT_EQ(found_at_all(), 5u);
  EXPECT_TRUE(book_.is_maybe_bad(kApple));
  EXPECT_FALSE(book_.is_maybe_bad(kOther));
}

TEST_F(Itch50Audit, FreesABookFromQuarantineWithANewSession) {
  (void)add(3, Side::bid, 11.5, 100);
  normaliser_->begin_session(kMidnight, {});
  (void)published_.take();
  EXPECT_FALSE(book_.is_maybe_bad(kApple));
  (void)add(1, Side::bid, 10, 100);
  (void)add(2, Side::ask, 9, 100);
  EXPECT_FALSE(book_.is_maybe_bad(kApple)) << "nobody said today that it trades";
}

}  // namespace
}  // namespace tickplant::tests::itch::this_file
