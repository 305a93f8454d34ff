#include <gtest/gtest.h>

#include "feedhandlers/mdp3/continuity.hpp"

namespace tickplant::feedhandlers::mdp3::this_file {
namespace {

using State = Continuity::State;
using Step = Continuity::Step;

/// Heard of `first` to `last`, at `losses`.
Continuity heard(std::uint32_t first, std::uint32_t last, std::uint32_t losses = 0) {
  Continuity run;
  for (std::uint32_t number = first; number <= last; ++number) (void)run.on_entry({number}, losses, false);
  return run;
}

TEST(Mdp3Continuity, IsCompleteFromNumberOneOn) {
  Continuity run;
  EXPECT_EQ(run.state(0), State::unheard);
  EXPECT_EQ(run.on_entry({1}, 0, false).step, Step::first);
  EXPECT_EQ(run.state(0), State::complete);
  EXPECT_EQ(run.on_entry({2}, 0, false).step, Step::next);
  EXPECT_EQ(run.state(0), State::complete);
}

TEST(Mdp3Continuity, IsBrokenWhenJoinedInTheMiddle) {
  Continuity run;
  EXPECT_EQ(run.on_entry({17}, 0, false).step, Step::joined);
  EXPECT_EQ(run.state(0), State::broken);
  EXPECT_EQ(run.on_entry({18}, 0, false).step, Step::next);
  EXPECT_EQ(run.state(0), State::broken) << "what came before is still missing";
}

TEST(Mdp3Continuity, IsUncertainAfterALossUntilTheNextNumberClearsIt) {
  Continuity run = heard(1, 3);
  EXPECT_EQ(run.state(1), State::uncertain);
  const Continuity::Verdict verdict = run.on_entry({4}, 1, false);
  EXPECT_EQ(verdict.step, Step::next);
  EXPECT_TRUE(verdict.cleared);
  EXPECT_EQ(run.state(1), State::complete);
  EXPECT_FALSE(run.on_entry({5}, 1, false).cleared) << "once";
}

TEST(Mdp3Continuity, IsBrokenByAJumpWithOrWithoutALoss) {
  for (const std::uint32_t losses : {0U, 1U}) {
    Continuity run = heard(1, 3);
    EXPECT_EQ(run.on_entry({5}, losses, false).step, Step::jump);
    EXPECT_EQ(run.state(losses), State::broken);
    EXPECT_EQ(run.on_entry({6}, losses, false).step, Step::next);
    EXPECT_EQ(run.state(losses), State::broken);
  }
}

TEST(Mdp3Continuity, IsNotClearedByALatePacketSinceOthersMayBeMissing) {
  Continuity run = heard(1, 3);
  const Continuity::Verdict verdict = run.on_entry({4}, 1, true);
  EXPECT_EQ(verdict.step, Step::next);
  EXPECT_FALSE(verdict.cleared);
  EXPECT_EQ(run.state(1), State::uncertain);
  EXPECT_TRUE(run.on_entry({5}, 1, false).cleared) << "nothing was between them";
  Continuity first;
  EXPECT_EQ(first.on_entry({1}, 1, true).step, Step::first);
  EXPECT_EQ(first.state(1), State::uncertain);
}

TEST(Mdp3Continuity, PassesOverWhatALatePacketBringsTooLate) {
  Continuity run = heard(1, 3);
  (void)run.on_entry({6}, 1, false);
  EXPECT_EQ(run.on_entry({4}, 1, true).step, Step::stale);
  EXPECT_EQ(run.on_entry({6}, 1, true).step, Step::stale);
  EXPECT_EQ(run.last(), 6U);
  EXPECT_EQ(run.state(1), State::broken);
}

TEST(Mdp3Continuity, IsBrokenWhenNumbersComeAgainThoughNothingIsLate) {
  Continuity run = heard(1, 3);
  EXPECT_EQ(run.on_entry({1}, 0, false).step, Step::again);
  EXPECT_EQ(run.state(0), State::broken);
  for (std::uint32_t number = 2; number < 6; ++number) (void)run.on_entry({number}, 0, false);
  EXPECT_EQ(run.state(0), State::broken) << "passing the old number proves nothing";
}

TEST(Mdp3Continuity, IsCompleteAfterAResetOfItsBook) {
  Continuity run = heard(9, 9);
  run.on_book_reset(2);
  EXPECT_EQ(run.state(2), State::complete);
  EXPECT_EQ(run.on_entry({10}, 2, false).step, Step::next) << "its numbers go on";
  EXPECT_EQ(run.state(2), State::complete);
}

TEST(Mdp3Continuity, ExpectsNumberOneAfterAResetOfTheChannel) {
  Continuity run = heard(9, 12);
  run.on_channel_reset(0);
  EXPECT_EQ(run.state(0), State::complete);
  EXPECT_EQ(run.on_entry({1}, 0, false).step, Step::next);
  run = heard(9, 12);
  run.on_channel_reset(0);
  EXPECT_EQ(run.on_entry({2}, 0, false).step, Step::jump);
  EXPECT_EQ(run.state(0), State::broken);
}

TEST(Mdp3Continuity, IsBrokenByAMismatchAndUnheardWhenForgotten) {
  Continuity run = heard(1, 3);
  run.on_mismatch();
  EXPECT_EQ(run.state(0), State::broken);
  run.forget();
  EXPECT_EQ(run.state(5), State::unheard);
}

}  // namespace
}  // namespace tickplant::feedhandlers::mdp3::this_file
