// What the indexes of a journal say of the past equals a replay from its beginning, whatever the journal, whichever
// indexes are there.
#include "clients/cpp/past_view.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "clients/cpp/past_replay.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/journal_indexer.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/random_past.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::clients::this_file {
namespace {

using namespace ringbuf;
using tests::Random;
using tests::RandomPast;

void expect_equal(const PastState& ours, const PastState& truth) {
  EXPECT_EQ(ours.name, truth.name);
  EXPECT_EQ(ours.ring, truth.ring);
  EXPECT_EQ(ours.time_zone, truth.time_zone);
  EXPECT_EQ(ours.id, truth.id);
  EXPECT_EQ(ours.size_scale, truth.size_scale);
  EXPECT_EQ(ours.has_image, truth.has_image);
  EXPECT_EQ(std::memcmp(&ours.image, &truth.image, sizeof ours.image), 0);
  EXPECT_EQ(ours.book.bytes(), truth.book.bytes());
  EXPECT_EQ(ours.records, truth.records);
  EXPECT_EQ(ours.first, truth.first);
  EXPECT_EQ(ours.lost, truth.lost);
  EXPECT_EQ(ours.has_session, truth.has_session);
  EXPECT_EQ(ours.is_damaged, truth.is_damaged);
}

class PastViewProperty : public testing::Test {
 protected:
  void index_all(IndexCheck check = IndexCheck::tables) {
    JournalIndexer indexer(folder_.path(), check);
    while (indexer.step()) continue;
  }
  [[nodiscard]] std::filesystem::path index_path(std::uint64_t segment) const {
    return folder_.path() / index_file_name(segment);
  }
  void damage(const std::filesystem::path& file) {
    std::vector<char> bytes = tests::bytes_of_file(file);
    const std::size_t count = 1 + random_.below(3);
    for (std::size_t i = 0; i < count; ++i) {
      bytes[random_.below(static_cast<std::uint32_t>(bytes.size()))] ^= static_cast<char>(1 + random_.below(255));
    }
    if (random_.chance(1, 4)) bytes.resize(random_.below(static_cast<std::uint32_t>(bytes.size())));
    tests::write_file(file, bytes);
  }
  /// Returns how many of them took a replay.
  std::uint64_t ask(RandomPast& journal, int count) {
    PastNames names;
    names.apply(folder_.path(), 0);
    PastView past(folder_.path());
    for (int i = 0; i < count; ++i) {
      const std::string name = RandomPast::name_of(journal.some_instrument());
      const UnixNanos at = journal.some_time();
      SCOPED_TRACE(name + " at " + std::to_string(at.value - tests::kTestTime) + " of " +
                   std::to_string(journal.now().value - tests::kTestTime));
      expect_equal(past.state(name, at), replay_past(folder_.path(), names.find(name), at));
      if (HasFailure()) break;
    }
    return past.replays();
  }

  tests::TempDirectory folder_{"/dev/shm"};
  std::uint64_t seed_ = tests::test_seed();
  Random random_{seed_};
};

TEST_F(PastViewProperty, EqualsAReplayEverywhere) {
  RandomPast journal(folder_.path(), random_, {});
  journal.write_segments(7);
  index_all();
  for (std::uint64_t segment = 1; segment < 7; ++segment) ASSERT_TRUE(std::filesystem::exists(index_path(segment)));
  EXPECT_EQ(ask(journal, 60), 0u) << "each is found by the indexes";
}

TEST_F(PastViewProperty, EqualsAReplayWhereSegmentsAreCompressed) {
  RandomPast journal(folder_.path(), random_, {});
  journal.write_segments(6);
  for (const std::uint64_t segment : {1U, 3U, 4U}) tests::compress_in_place(folder_.path(), segment);
  index_all();
  tests::compress_in_place(folder_.path(), 2);  // the index of what it was made of is its own
  EXPECT_EQ(ask(journal, 60), 0u);
}

TEST_F(PastViewProperty, EqualsAReplayWhereTicksWereDroppedBefore) {
  RandomPast journal(folder_.path(), random_, {});
  journal.write_segments(6);
  for (const std::uint64_t segment : {1U, 3U}) tests::compress_in_place(folder_.path(), segment, true);
  index_all();
  EXPECT_EQ(ask(journal, 40), 0u);
}

TEST_F(PastViewProperty, KnowsWhatWasInSegmentsThatAreGone) {
  RandomPast journal(folder_.path(), random_, {});
  journal.write_segments(5);
  index_all();
  PastNames names;
  names.apply(folder_.path(), 0);
  const std::string name = RandomPast::name_of(1);
  const PastState before = replay_past(folder_.path(), names.find(name), journal.now());
  for (const std::uint64_t segment : {1U, 2U}) {
    std::filesystem::remove(journal.journal().path(segment));
    std::filesystem::remove(index_path(segment));
  }
  PastView past(folder_.path());
  expect_equal(past.state(name, journal.now()), before);
  EXPECT_EQ(past.replays(), 0u);
}

TEST_F(PastViewProperty, LeavesAnInstrumentThatChangedItsFeedToTheReplay) {
  tests::JournalInFolder journal(folder_.path(), kJournalUnitBytes);
  const auto tell = [&](std::uint16_t feed) {
    FactsBuilder facts;
    facts.add(tests::JournalInFolder::ring_fact(1, "ticks"));
    for (std::uint16_t id = 1; id <= 2; ++id) {
      FeedEntry entry;
      entry.id = {id};
      set_text(entry.name, "feed-" + std::to_string(id));
      set_text(entry.ring, "ticks");
      facts.add(entry);
    }
    InstrumentEntry entry = tests::JournalInFolder::instrument(1, "AAPL", "XNAS");
    entry.feed = {feed};
    facts.add(entry);
    journal.append_facts(facts);
  };
  tell(1);
  journal.restate = [&] { tell(2); };
  std::uint64_t next = 1;
  for (; journal.place().segment < 4; next += 500) journal.append_ticks(1, next, 500);
  index_all();
  PastNames names;
  names.apply(folder_.path(), 0);
  PastView past(folder_.path());
  const UnixNanos at = tests::JournalInFolder::tick(700).header.ts_recv;
  expect_equal(past.state("AAPL", at), replay_past(folder_.path(), names.find("AAPL"), at));
  EXPECT_EQ(past.replays(), 1u);
  EXPECT_FALSE(past.notes().empty());
}

TEST_F(PastViewProperty, SaysThatTheJournalIsDamagedWhereAnAnswerGetsThere) {
  RandomPast journal(folder_.path(), random_, {});
  journal.write_segments(4);
  index_all();
  std::vector<char> bytes = tests::bytes_of_file(journal.journal().path(3));
  const auto half = static_cast<std::ptrdiff_t>(bytes.size() / 2);
  std::fill(bytes.begin() + half, bytes.begin() + half + 1000, char{1});
  tests::write_file(journal.journal().path(3), bytes);
  std::filesystem::remove(index_path(3));
  PastNames names;
  names.apply(folder_.path(), 0);
  PastView past(folder_.path());
  const std::string name = RandomPast::name_of(2);
  const PastState found = past.state(name, journal.now());
  EXPECT_TRUE(found.is_damaged);
  expect_equal(found, replay_past(folder_.path(), names.find(name), journal.now()));
  EXPECT_FALSE(past.state(name, UnixNanos{tests::kTestTime + 1000}).is_damaged) << "long before";
}

TEST_F(PastViewProperty, SaysWhichInstrumentsItDoesNotKnow) {
  RandomPast journal(folder_.path(), random_, {});
  PastView past(folder_.path());
  EXPECT_THROW((void)past.state("NONE", journal.now()), UnknownInstrument);
  EXPECT_FALSE(past.image("S1", UnixNanos{1})) << "long before";
  EXPECT_FALSE(past.book("S1", UnixNanos{1}).is_told());
  const tests::TempDirectory empty;
  EXPECT_THROW(PastView{empty.path()}, platform::SetupError);
}

TEST_F(PastViewProperty, EqualsAReplayWhereIndexesAreMissingOrDamaged) {
  RandomPast journal(folder_.path(), random_, {});
  journal.write_segments(6);
  index_all();
  for (int round = 0; round < 6; ++round) {
    const std::uint64_t segment = 1 + random_.below(5);
    if (!std::filesystem::exists(index_path(segment))) continue;
    if (random_.chance(1, 3)) {
      std::filesystem::remove(index_path(segment));
    } else {
      damage(index_path(segment));
    }
    ask(journal, 15);
  }
  index_all(IndexCheck::all);
  EXPECT_EQ(ask(journal, 15), 0u) << "made anew";
}

TEST_F(PastViewProperty, EqualsAReplayWhenThereIsNoIndexAtAll) {
  RandomPast journal(folder_.path(), random_, {.instruments = 3});
  while (journal.journal().place().segment < 2) journal.write_block();
  EXPECT_EQ(ask(journal, 30), 0u) << "indexed in memory";
}

TEST_F(PastViewProperty, EqualsAReplayWhereBooksAreLargeAndBeginningsRare) {
  RandomPast journal(folder_.path(), random_, {.instruments = 5, .has_restarts = false, .has_large_books = true});
  journal.write_segments(8);
  index_all();
  std::uint64_t without = 0;
  for (std::uint64_t segment = 1; segment < 8; ++segment) {
    std::string why;
    const auto index = SegmentIndex::open(index_path(segment), why);
    ASSERT_TRUE(index) << why;
    without += index->has_beginnings() ? 0 : 1;
  }
  EXPECT_GT(without, 2u);
  EXPECT_EQ(ask(journal, 40), 0u);
}

TEST_F(PastViewProperty, GoesOnWhileTheJournalGrows) {
  RandomPast journal(folder_.path(), random_, {});
  JournalIndexer indexer(folder_.path());
  for (std::uint64_t segment = 2; segment < 6; ++segment) {
    journal.write_segments(segment);
    for (std::uint32_t i = random_.below(20); i != 0; --i) journal.write_block();
    if (random_.chance(2, 3)) {
      while (indexer.step()) continue;
    } else {
      index_all();  // a successor of it
    }
    EXPECT_EQ(ask(journal, 12), 0u);
  }
}

}  // namespace
}  // namespace tickplant::clients::this_file
