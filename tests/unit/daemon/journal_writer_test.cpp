#include "daemon/journal/journal_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/journal_run.hpp"
#include "tests/support/stress_request.hpp"

namespace tickplant::daemon::this_file {
namespace {

using config::JournalSync;
using ringbuf::JournalEndKind;
using tests::FoundJournal;
using tests::JournalRun;
using tests::Random;

constexpr std::int64_t kMilli = JournalRun::kMilli;
constexpr std::uint64_t kUnit = ringbuf::kJournalUnitBytes;

TEST(JournalWriter, WritesWhatWasAppended) {
  JournalRun run;
  run.supply();
  run.append(10'000);
  run.finish();
  const FoundJournal found = run.found();
  EXPECT_EQ(found.last_sequence, 10'000u);
  EXPECT_EQ(found.last_block, run.writer().durable_block());
  EXPECT_EQ(run.writer().safe_sequence(0), 10'000u);
  EXPECT_EQ(run.writer().behind_nanos(), 0);
  EXPECT_EQ(run.writer().problem(), 0);
}

TEST(JournalWriter, HasNothingToDoWithoutRecords) {
  JournalRun run;
  run.supply();
  const std::uint64_t calls = run.disk().calls();
  for (int i = 0; i < 100; ++i) run.turn();
  EXPECT_EQ(run.disk().calls(), calls);
  EXPECT_TRUE(run.writer().is_settled());
}

TEST(JournalWriter, BeginsEachSegmentWithAllFacts) {
  JournalRun run;
  for (int i = 0; i < 20; ++i) {
    run.supply();
    run.append(3'000);
    run.turn(4 * kMilli);
  }
  run.finish();
  const FoundJournal found = run.found();
  EXPECT_EQ(found.last_sequence, run.last_sequence());
  EXPECT_GE(found.segments, 3u);
  EXPECT_EQ(found.plants, found.segments);
  EXPECT_EQ(found.facts, found.segments * 41);
  EXPECT_EQ(run.writer().segment(), found.segments);
  EXPECT_EQ(run.writer().counts().segments, found.segments);
}

TEST(JournalWriter, GoesOnInANewSegmentWhenItIsToldTo) {
  JournalRun run;
  EXPECT_TRUE(run.writer().rotate()) << "there is nothing to end";
  run.supply();
  run.append(100);
  run.turn(11 * kMilli);
  run.supply();
  const std::uint64_t first = run.writer().segment();
  EXPECT_TRUE(run.writer().rotate());
  EXPECT_EQ(run.writer().segment(), first + 1);
  run.append(100);
  run.finish();
  const FoundJournal found = run.found();
  EXPECT_EQ(found.last_sequence, 200u);
  EXPECT_EQ(found.segments, 2u);
  EXPECT_EQ(found.facts, found.segments * 41) << "each segment stands for itself";
}

TEST(JournalWriter, GoesOnWithFactsThatFillASegment) {
  JournalRun run({.segment_bytes = 2 * kUnit, .facts = 3'000});
  for (int i = 0; i < 10; ++i) {
    run.supply();
    run.append(100);
    run.turn(11 * kMilli);
  }
  // A segment that facts fill to its end begins the next one with all of them again: config refuses so small ones.
  EXPECT_EQ(run.found().last_sequence, run.last_sequence());
}

TEST(JournalWriter, WritesOnlyPagesThatChangedWhenItIsQuiet) {
  JournalRun run;
  run.supply();
  run.append(1);
  run.finish();
  const std::uint64_t before = run.writer().counts().written_bytes;
  for (int i = 0; i < 10; ++i) {
    run.append(1);
    run.turn(11 * kMilli);
    run.turn();
  }
  EXPECT_LE(run.writer().counts().written_bytes - before, 11u * 4096);
  run.finish();
  EXPECT_EQ(run.found().last_sequence, 11u);
}

TEST(JournalWriter, WritesLittleTwiceAtFullRate) {
  JournalRun run({.segment_bytes = 16 * kUnit, .facts = 0});
  for (int i = 0; i < 100; ++i) {
    run.supply();
    run.append(1'500);
    run.turn();
  }
  run.finish();
  const auto& counts = run.writer().counts();
  EXPECT_EQ(run.last_sequence(), 150'000u);
  EXPECT_LE(static_cast<double>(counts.written_bytes), 1.05 * 64 * 150'000);
}

TEST(JournalWriter, CallsNothingDurableBeforeItsSync) {
  JournalRun run;
  run.supply();
  run.append(100);
  run.turn(11 * kMilli);
  EXPECT_EQ(run.writer().durable_block(), 0u);
  run.disk().hold(true);
  for (int i = 0; i < 20; ++i) run.turn();
  EXPECT_EQ(run.writer().durable_block(), 0u);
  EXPECT_GT(run.writer().behind_nanos(), 10 * kMilli);
  run.disk().hold(false);
  run.finish();
  EXPECT_EQ(run.writer().durable_block(), run.writer().last_block());
}

TEST(JournalWriter, SyncsNothingWhereNothingIsToBeSynced) {
  JournalRun run({.sync = JournalSync::none});
  run.supply();
  run.append(100);
  run.finish();
  EXPECT_EQ(run.writer().counts().syncs, 0u);
  EXPECT_EQ(run.writer().durable_block(), 0u);
  EXPECT_EQ(run.writer().written_block(), run.writer().last_block());
  EXPECT_EQ(run.found().last_sequence, 100u);
}

TEST(JournalWriter, SyncsEachBlockWhereThatIsWished) {
  JournalRun run({.sync = JournalSync::block});
  run.supply();
  for (int i = 1; i <= 5; ++i) {
    run.append(1);
    for (int turns = 0; turns < 4; ++turns) run.turn(1'000);
    EXPECT_EQ(run.writer().safe_sequence(0), static_cast<std::uint64_t>(i));
  }
}

TEST(JournalWriter, WaitsForASegmentAndCountsThat) {
  JournalRun run;
  EXPECT_EQ(run.writer().room(64, 64), 0u);
  EXPECT_EQ(run.writer().room(64, 64), 0u);
  EXPECT_TRUE(run.writer().is_waiting());
  EXPECT_EQ(run.writer().counts().waits, 1u);
  EXPECT_EQ(run.writer().problem(), 0);
  run.supply();
  EXPECT_EQ(run.writer().room(64, 64), 64u);
  EXPECT_FALSE(run.writer().is_waiting());
}

TEST(JournalWriter, SaysWhyThereIsNoSegment) {
  JournalRun run;
  run.disk().set_free_bytes(0);
  run.supply();
  EXPECT_EQ(run.writer().room(64, 64), 0u);
  EXPECT_EQ(run.writer().problem(), ENOSPC);
  run.disk().set_free_bytes(1u << 30);
  run.supply();
  EXPECT_EQ(run.writer().room(64, 64), 64u);
  EXPECT_EQ(run.writer().problem(), 0);
}

TEST(JournalWriter, TakesTheNextSpareWhereSomebodyRemovedOne) {
  JournalRun run;
  run.supply();
  for (const std::string& name : run.disk().names()) EXPECT_EQ(run.disk().remove(name), 0);
  run.append(10);
  run.turn();
  EXPECT_EQ(run.writer().problem(), ENOENT);
  for (int i = 0; i < 3; ++i) {
    run.supply();
    run.turn(platform::kNanosPerSecond);
    run.append(10);
  }
  run.finish();
  EXPECT_EQ(run.writer().problem(), 0);
  EXPECT_EQ(run.found().last_sequence, run.last_sequence());
  EXPECT_NE(run.last_sequence(), 0u);
}

TEST(JournalWriter, TakesNoMoreThanItsMemoryHoldsWhileTheDiskDoesNotAnswer) {
  JournalRun run({.segment_bytes = 64 * kUnit});
  run.supply();
  run.disk().hold(true);
  for (int i = 0; i < 200; ++i) {
    run.append(3'000);
    run.turn(kMilli);
  }
  const std::uint64_t taken = run.last_sequence();
  EXPECT_LT(taken * 64, JournalWriter::kUnits * kUnit);
  EXPECT_GT(taken * 64, (JournalWriter::kUnits - 2) * kUnit);
  run.turn(JournalWriter::kSlowNanos);
  EXPECT_EQ(run.writer().problem(), ETIMEDOUT);
  run.disk().hold(false);
  run.finish();
  EXPECT_EQ(run.writer().problem(), 0);
  EXPECT_EQ(run.found().last_sequence, taken);
}

TEST(JournalWriter, WritesTheSameBytesAgainAfterAFailedSync) {
  JournalRun run;
  run.supply();
  run.append(1);
  run.finish();  // the segment's name is on disk
  const std::uint64_t durable = run.writer().durable_block();
  run.append(499);
  run.turn(11 * kMilli);  // written
  run.disk().fail_at(1, EIO, 1);
  for (int i = 0; i < 4; ++i) run.turn();
  EXPECT_EQ(run.writer().problem(), EIO);
  EXPECT_EQ(run.writer().durable_block(), durable);
  const std::uint64_t written = run.writer().counts().written_bytes;
  run.turn(JournalWriter::kRetryNanos);
  run.finish();
  EXPECT_EQ(run.writer().problem(), 0);
  EXPECT_GT(run.writer().counts().written_bytes, written) << "the kernel may have dropped what it could not write";
  Random random(1);
  run.disk().cut_power(random);
  EXPECT_EQ(run.found().last_sequence, 500u);
}

TEST(JournalWriter, TriesAShortWriteAgainAtOnce) {
  JournalRun run;
  run.supply();
  run.append(3'000);
  run.supply();
  run.disk().fail_at(1, 0, 1);
  run.finish();
  EXPECT_EQ(run.writer().counts().short_writes, 1u);
  EXPECT_EQ(run.writer().counts().errors, 0u);
  EXPECT_EQ(run.found().last_sequence, 3'000u);
}

TEST(JournalWriter, UsesSegmentsAgainThatNeedNotBeKept) {
  JournalRun run({.segment_bytes = 16 * kUnit, .facts = 3, .keep_bytes = 16 * kUnit});
  for (int i = 0; i < 400; ++i) {
    run.supply();
    run.append(2'000);
    run.turn(4 * kMilli);
  }
  run.finish();
  EXPECT_LE(run.disk().names().size(), 5u) << "two that may not be finished, the two newest, a spare";
  EXPECT_GT(run.writer().segment(), 10u);
  EXPECT_EQ(run.writer().durable_block(), run.writer().last_block());
}

/// One day, with the disk failing as `fail` says; then it is well again.
void expect_all_is_there_after(std::uint64_t call, int error, std::uint64_t times, JournalSync sync) {
  SCOPED_TRACE("call " + std::to_string(call) + ", error " + std::to_string(error));
  JournalRun run({.sync = sync, .segment_bytes = 2 * kUnit, .facts = 5});
  Random random(tests::test_seed());
  run.disk().fail_at(call, error, times);
  for (int i = 0; i < 40; ++i) run.step(random);
  run.disk().heal();
  run.turn(2 * JournalWriter::kRetryNanos);
  for (int i = 0; i < 10; ++i) run.step(random);
  run.finish();
  EXPECT_EQ(run.writer().problem(), 0);
  EXPECT_TRUE(run.writer().is_settled());
  const FoundJournal found = run.found();
  EXPECT_EQ(found.last_sequence, run.last_sequence());
  EXPECT_EQ(found.last_block, run.writer().last_block());
  EXPECT_EQ(found.end, JournalEndKind::tail);
}

TEST(JournalWriter, LosesNothingWhicheverCallFailsOnce) {
  for (std::uint64_t call = 1; call <= 90; call += tests::some_where_slow(7, 1)) {
    for (const int error : {EIO, ENOSPC, 0}) expect_all_is_there_after(call, error, 1, JournalSync::interval);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(JournalWriter, LosesNothingWhicheverCallIsTheFirstOfManyThatFail) {
  for (std::uint64_t call = 1; call <= 60; call += tests::some_where_slow(7, 1)) {
    for (const JournalSync sync : {JournalSync::none, JournalSync::interval, JournalSync::block}) {
      expect_all_is_there_after(call, call % 2 == 0 ? EIO : 0, 30, sync);
    }
    if (testing::Test::HasFailure()) return;
  }
}

TEST(JournalWriter, KeepsWhatItCalledDurableWhereverThePowerIsCut) {
  for (std::uint64_t seed = 1; seed <= tests::some_where_slow(20, 120); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(tests::test_seed() + seed);
    JournalRun run({.sync = random.chance(1, 4) ? JournalSync::block : JournalSync::interval,
                    .segment_bytes = 2 * kUnit,
                    .facts = random.below(300)});
    if (random.chance(1, 3)) run.disk().fail_at(1 + random.below(40), EIO, 1 + random.below(5));
    const std::uint32_t steps = random.below(60);
    for (std::uint32_t i = 0; i < steps; ++i) {
      run.disk().hold(random.chance(1, 5));
      run.step(random);
    }
    run.disk().heal();
    const std::uint64_t durable = run.writer().durable_block(), safe = run.writer().safe_sequence(0);
    run.disk().cut_power(random);

    const tests::TempDirectory folder("/dev/shm");
    run.disk().save(folder.path());
    const FoundJournal found = FoundJournal::in(folder.path());
    ASSERT_GE(found.last_block, durable);
    ASSERT_GE(found.last_sequence, safe);
    ASSERT_LE(found.last_sequence, run.last_sequence());
    ASSERT_NE(found.end, JournalEndKind::damaged);

    const OpenedJournal opened = open_journal(folder.path());
    ASSERT_EQ(opened.start.chain.last_number(), found.last_block);
    JournalStart start = opened.start;
    if (found.last_block == 0) start.chain = ringbuf::JournalChain(start.chain.journal_id(), start.chain.epoch());
    JournalRun successor({.segment_bytes = 2 * kUnit, .facts = 3}, start, &run.disk(), found.last_sequence + 1);
    for (int i = 0; i < 10; ++i) successor.step(random);
    successor.finish();
    if (found.last_block != 0) {
      const FoundJournal both = successor.found();
      ASSERT_EQ(both.last_sequence, successor.last_sequence());
      ASSERT_NE(both.end, JournalEndKind::damaged);
    }
  }
}

}  // namespace
}  // namespace tickplant::daemon::this_file
