#include "ringbuf/stamped_entry.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/interrupted_atomic.hpp"
#include "tests/support/sample.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::size_t kBytes = 64;
using Value = tests::Sample<kBytes>;

template <class Entry>
void write(Entry& entry, std::uint64_t sequence) {
  const Value value(sequence);
  entry.begin({sequence});
  entry.store(8, value.word.data(), sizeof value.word);
  entry.end({sequence});
}

TEST(StampedEntry, SaysNeverBeforeTheFirstWrite) {
  const StampedEntry<kBytes> entry{};
  Value out;
  EXPECT_EQ(entry.read(&out), TableRead::never);
  EXPECT_EQ(out.number, 0u);
}

TEST(StampedEntry, ReadsTheNewestWriteWithItsStamp) {
  StampedEntry<kBytes> entry{};
  for (const std::uint64_t sequence : {1u, 2u, 50u}) {
    write(entry, sequence);
    Value out;
    ASSERT_EQ(entry.read(&out), TableRead::value);
    EXPECT_EQ(out.number, sequence);
    EXPECT_TRUE(out.is_whole());
  }
}

TEST(StampedEntry, KeepsTheWordsThatAWriteLeavesOut) {
  StampedEntry<kBytes> entry{};
  write(entry, 1);
  const std::array<std::uint64_t, 2> two{111, 222};
  entry.begin({2});
  entry.store(24, two.data(), sizeof two);
  entry.end({2});

  Value expected(1);
  expected.word[2] = 111;
  expected.word[3] = 222;
  Value out;
  ASSERT_EQ(entry.read(&out), TableRead::value);
  EXPECT_EQ(out.number, 2u);
  EXPECT_EQ(out.word, expected.word);
}

TEST(StampedEntry, SaysBusyAfterABoundedNumberOfTriesWhenTheWriterDiedHalfWay) {
  StampedEntry<kBytes> entry{};
  entry.begin({1});
  Value out;
  EXPECT_EQ(entry.read(&out), TableRead::busy);  // also before any complete write: not `never`
  write(entry, 1);
  EXPECT_EQ(entry.read(&out), TableRead::value);
  entry.begin({2});
  EXPECT_EQ(entry.read(&out), TableRead::busy);
  EXPECT_EQ(out.number, 1u);
}

TEST(StampedEntry, LetsASuccessorRepeatTheHalfDoneWrite) {
  StampedEntry<kBytes> entry{};
  write(entry, 6);
  entry.begin({7});
  write(entry, 7);
  Value out;
  ASSERT_EQ(entry.read(&out), TableRead::value);
  EXPECT_EQ(out.number, 7u);
  EXPECT_TRUE(out.is_whole());
}

#ifndef NDEBUG
TEST(StampedEntry, RefusesTwoWritesUnderOneStamp) {
  StampedEntry<kBytes> entry{};
  write(entry, 6);
  EXPECT_DEATH(entry.begin({6}), "may_follow");
  EXPECT_DEATH(entry.begin({5}), "may_follow");
  entry.begin({8});
  EXPECT_DEATH(entry.begin({7}), "may_follow");
}

TEST(StampedEntry, RefusesStoresOutsideOrAcrossWords) {
  StampedEntry<kBytes> entry{};
  const Value value(1);
  EXPECT_DEATH(entry.store(0, &value, 8), "offset");
  EXPECT_DEATH(entry.store(12, &value, 8), "offset");
  EXPECT_DEATH(entry.store(8, &value, 4), "bytes");
  EXPECT_DEATH(entry.store(8, &value, kBytes), "Bytes");
}
#endif

using Interrupted = StampedEntry<kBytes, tests::InterruptedAtomic>;

TEST(StampedEntryInterleaving, AReadInsideAWriteSeesTheOldValueTheNewOneOrBusy) {
  bool more = true;
  int busy = 0;
  for (int step = 0; more; ++step) {
    Interrupted entry{};
    write(entry, 1);
    const auto read = [&] {
      Value out;
      const TableRead result = entry.read(&out);
      ASSERT_NE(result, TableRead::never);
      if (result == TableRead::busy) {
        ++busy;
      } else {
        EXPECT_EQ(out.number, 1u) << "at step " << step;
        EXPECT_TRUE(out.is_whole()) << "torn at step " << step;
      }
    };
    more = tests::Interruption::run(step, read, [&] { write(entry, 2); });
  }
  EXPECT_EQ(busy, static_cast<int>(kBytes / 8));  // between any two of its nine stores
}

TEST(StampedEntryInterleaving, WritesInsideAReadAreRetriedUntilItIsWhole) {
  bool more = true;
  for (int step = 0; more; ++step) {
    Interrupted entry{};
    write(entry, 1);
    more = tests::Interruption::run(
        step, [&] { write(entry, 2); },
        [&] {
          Value out;
          ASSERT_EQ(entry.read(&out), TableRead::value);
          EXPECT_TRUE(out.is_whole()) << "torn at step " << step;
          // Eight words and a second look at the stamp; later than that nothing is interrupted.
          EXPECT_EQ(out.number, step < 9 ? 2u : 1u) << "at step " << step;
        });
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
