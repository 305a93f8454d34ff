// Records out of a journal: those wished for, in stored order, with what is known about them and what is missing.
#include "ringbuf/journal/journal_reader.hpp"

#include <gtest/gtest.h>

#include "platform/setup_error.hpp"
#include "tests/support/journal_golden.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf {
namespace {

using tests::JournalInFolder;

struct Read {
  std::vector<std::uint64_t> ticks;
  std::uint64_t runs = 0, derived = 0, items = 0;
  std::vector<JournalLoss> losses;
};

void read_on(JournalReader& reader, Read& out) {
  while (const auto item = reader.next()) {
    ++out.items;
    if (const auto* loss = std::get_if<JournalLoss>(&*item)) {
      out.losses.push_back(*loss);
      continue;
    }
    const auto& records = std::get<JournalRecords>(*item);
    if (records.kind == BlockKind::runs) out.runs += records.count();
    if (records.kind == BlockKind::derived) out.derived += records.count();
    if (records.kind != BlockKind::ticks) continue;
    for (std::size_t i = 0; i < records.count(); ++i) {
      EXPECT_EQ(records.as<Record>(i).sequence().value, records.first + i);
      out.ticks.push_back(records.first + i);
    }
  }
}

Read read(const std::filesystem::path& folder, JournalWish wish = {}) {
  JournalReader reader(folder, std::move(wish));
  Read out;
  read_on(reader, out);
  return out;
}

std::vector<std::uint64_t> sequences(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) out.push_back(sequence);
  return out;
}

class JournalReaderGolden : public ::testing::Test {
 protected:
  JournalReaderGolden() { tests::write_golden_journal(folder_.path()); }
  tests::TempDirectory folder_;
};

TEST_F(JournalReaderGolden, GivesAllRingsWithLosses) {
  const Read all = read(folder_.path());
  std::vector<std::uint64_t> expected = sequences(1, 20);
  for (const std::uint64_t sequence : sequences(25, 40)) expected.push_back(sequence);
  EXPECT_EQ(all.ticks, expected);
  EXPECT_EQ(all.runs, 3u);
  EXPECT_EQ(all.derived, 2u);
  ASSERT_EQ(all.losses.size(), 1u);
  EXPECT_EQ(all.losses[0].ring, tests::kGoldenTicks);
  EXPECT_EQ(all.losses[0].range, (SequenceRange{21, 24}));
  EXPECT_EQ(all.losses[0].reason, LossReason::disk);
}

TEST_F(JournalReaderGolden, GivesOneRing) {
  const Read derived = read(folder_.path(), {.rings = {"derived"}});
  EXPECT_EQ(derived.derived, 2u);
  EXPECT_TRUE(derived.ticks.empty());
  EXPECT_TRUE(derived.losses.empty());
}

TEST_F(JournalReaderGolden, BeginsAtASequence) {
  EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_sequence = 28}).ticks, sequences(28, 40));
  EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_sequence = 35}).ticks, sequences(35, 40));
  EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_sequence = 22}).losses.size(), 1u);
  EXPECT_TRUE(read(folder_.path(), {.rings = {"ticks"}, .from_sequence = 41}).ticks.empty());
  JournalReader late(folder_.path(), {.rings = {"ticks"}, .from_sequence = 33});
  Read out;
  read_on(late, out);
  EXPECT_EQ(out.items, 1u) << "the first segment is not looked at";
}

TEST_F(JournalReaderGolden, BeginsAndEndsAtATime) {
  const auto recv = [](std::uint64_t sequence) { return JournalInFolder::tick(sequence).header.ts_recv; };
  for (const std::uint64_t from : {1u, 2u, 10u, 11u, 30u, 31u, 32u, 40u}) {
    const Read out = read(folder_.path(), {.rings = {"ticks"}, .from_recv = recv(from)});
    EXPECT_EQ(out.ticks.front(), from);
    EXPECT_EQ(out.ticks.back(), 40u);
  }
  EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_recv = recv(5), .until_recv = recv(13)}).ticks,
            sequences(5, 12));
}

TEST_F(JournalReaderGolden, KnowsWhatTheFactsSay) {
  JournalReader reader(folder_.path(), {});
  while (reader.next()) continue;
  const JournalKnowledge& known = reader.knowledge();
  EXPECT_EQ(known.symbol_of({1}), "AAPL@XNAS");
  EXPECT_EQ(known.symbol_of({3}), "GOOG@XNAS");
  EXPECT_EQ(known.symbol_of({4}), "");
  EXPECT_EQ(text_of(known.ring(tests::kGoldenDerived)->name), "derived");
  EXPECT_EQ(known.find_ring("sequencer")->ring, tests::kGoldenRuns);
  EXPECT_EQ(known.config(), "sets:\n  - name: standard\n");
  EXPECT_EQ(known.config_hash(), 0xabcdefu);
  EXPECT_EQ(known.build(), "golden 1");
  EXPECT_EQ(text_of(known.function({1})->name), "T60");
  EXPECT_EQ(known.feeds().size(), 1u);
  EXPECT_EQ(known.text({64, 11, 1}), "halt lifted");
  EXPECT_EQ(known.text({69, 6, 1}), "lifted");
  EXPECT_FALSE(known.text({64, 12, 1}));
  EXPECT_FALSE(known.text({64, 11, 2}));
  EXPECT_TRUE(known.is_closed());
}

TEST(JournalReader, LooksIntoBlocksThatDoNotTellTheirTimes) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  for (std::uint64_t i = 0; i < 3; ++i) {
    FactsBuilder facts;
    facts.add(JournalInFolder::ring_fact(1, "ticks", BlockKind::ticks, 1 + 10 * i));
    if (i != 0) journal.begin_segment();
    journal.append_facts(facts);
    std::vector<Record> records;
    for (std::uint64_t sequence = 1 + 10 * i; sequence <= 10 + 10 * i; ++sequence) {
      records.push_back(JournalInFolder::tick(sequence));
    }
    JournalBlockHeader header = JournalInFolder::header_of(BlockKind::ticks, 1, 1 + 10 * i, records);
    header.first_recv = header.last_recv = header.first_event = header.last_event = 0;
    journal.append(header, std::as_bytes(std::span(records)));
  }
  const UnixNanos from = JournalInFolder::tick(15).header.ts_recv;
  EXPECT_EQ(read(folder.path(), {.rings = {"ticks"}, .from_recv = from}).ticks, sequences(15, 30));
}

TEST(JournalKnowledge, KeepsTheNewestTexts) {
  FactsBuilder facts;
  const std::string text(kFactPieceBytes, 'x');
  JournalKnowledge knowledge;
  const auto tell = [&](std::uint64_t offset, std::string_view what) {
    facts.add_text(offset, 1, what);
    FactsReader reader(facts.take().bytes);
    while (const auto fact = reader.next()) knowledge.apply(*fact);
  };
  const std::uint64_t pieces = JournalKnowledge::kTextBytesMax / kFactPieceBytes;
  for (std::uint64_t i = 0; i <= pieces; ++i) {
    tell(i * kFactPieceBytes, text);
    tell(i * kFactPieceBytes, i % 2 == 0 ? std::string_view(text) : "short");
    tell(i * kFactPieceBytes, text);
  }
  EXPECT_FALSE(knowledge.text({0, 1, 1}));
  EXPECT_TRUE(knowledge.text({kFactPieceBytes, 1, 1}));
  EXPECT_EQ(knowledge.text({pieces * kFactPieceBytes - 2, 4, 1}), "xxxx") << "over the edge of a piece";
}

TEST(JournalReader, FollowsAWriter) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  JournalReader reader(folder.path(), {});
  Read out;
  std::uint64_t sequence = 1;
  for (int i = 0; i < 30; ++i) {
    journal.append_ticks(1, sequence, 700);
    sequence += 700;
    read_on(reader, out);
    ASSERT_EQ(out.ticks.size(), sequence - 1);
  }
  EXPECT_TRUE(out.losses.empty());
}

TEST(JournalReader, TellsOfHolesThatNobodyExplained) {
  tests::TempDirectory folder;
  JournalInFolder journal(folder.path());
  journal.append_ticks(1, 1, 5);
  journal.append_ticks(2, 1, 5);
  journal.append_ticks(1, 9, 5);
  const Read out = read(folder.path());
  ASSERT_EQ(out.losses.size(), 1u);
  EXPECT_EQ(out.losses[0].range, (SequenceRange{6, 8}));
  EXPECT_FALSE(out.losses[0].reason);
}

TEST(JournalReader, RefusesWhatIsNoJournal) {
  tests::TempDirectory folder;
  EXPECT_THROW(JournalReader(folder.path(), {}), platform::SetupError);
  EXPECT_THROW(JournalReader(folder / "nowhere", {}), platform::SetupError);
}

}  // namespace
}  // namespace tickplant::ringbuf
