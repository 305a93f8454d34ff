// Records out of a journal: those wished for, in stored order, with what is known about them and what is missing.
#include "ringbuf/journal/journal_reader.hpp"

#include <gtest/gtest.h>

#include "platform/setup_error.hpp"
#include "ringbuf/journal/segment_page.hpp"
#include "ringbuf/sequencer_layout.hpp"
#include "tests/support/journal_golden.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
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

/// Five segments, ten ticks, a run and a result in each; each begins with what is needed to understand it.
class JournalReaderOverSegments : public ::testing::Test {
 protected:
  JournalReaderOverSegments() {
    for (std::uint64_t segment = 1; segment <= 5; ++segment) {
      if (segment != 1) journal_.begin_segment();
      tell(segment);
      journal_.append_ticks(1, first_of(segment), 10);
      append_runs(segment);
    }
  }
  static std::uint64_t first_of(std::uint64_t segment) { return 1 + (segment - 1) * 10; }
  static UnixNanos recv_of(std::uint64_t sequence) { return JournalInFolder::tick(sequence).header.ts_recv; }
  void tell(std::uint64_t segment) {
    FactsBuilder facts;
    facts.add(JournalInFolder::ring_fact(1, "ticks", BlockKind::ticks, first_of(segment)));
    facts.add(JournalInFolder::ring_fact(2, "sequencer", BlockKind::runs, segment));
    journal_.append_facts(facts);
  }
  void append_runs(std::uint64_t first) {
    SequencerRun run{};
    std::memcpy(static_cast<void*>(&run), &first, sizeof first);
    journal_.append(JournalInFolder::header_of(BlockKind::runs, 2, first, std::vector(1, run)),
                    std::as_bytes(std::span(&run, 1)));
  }
  void spoil_page(std::uint64_t segment, bool is_of_later_version) const {
    std::vector<char> bytes = tests::bytes_of_file(journal_.path(segment));
    JournalSegmentPage page;
    std::memcpy(static_cast<void*>(&page), bytes.data(), sizeof page);
    if (is_of_later_version) {
      page.major += 1;
      seal_page(page);
    } else {
      page.crc ^= 1;
    }
    std::memcpy(bytes.data(), &page, sizeof page);
    tests::write_file(journal_.path(segment), bytes);
  }
  tests::TempDirectory folder_;
  JournalInFolder journal_{folder_.path()};
};

TEST_F(JournalReaderOverSegments, BeginsAtASegmentThatIsThere) {
  for (std::uint64_t segment = 1; segment <= 5; ++segment) {
    EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_segment = segment}).ticks,
              sequences(first_of(segment), 50));
  }
  EXPECT_THROW(JournalReader(folder_.path(), {.rings = {}, .from_segment = 6}), platform::SetupError);
}

TEST_F(JournalReaderOverSegments, BeginsWhereAllOfItIsWhateverIsAsked) {
  for (std::uint64_t from = 2; from <= 51; ++from) {
    SCOPED_TRACE(from);
    const std::vector<std::uint64_t> expected = sequences(from, 50);
    EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_sequence = from}).ticks, expected);
    EXPECT_EQ(read(folder_.path(), {.rings = {}, .from_sequence = from}).ticks, expected);
    if (from > 50) continue;
    EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_recv = recv_of(from)}).ticks, expected);
    EXPECT_EQ(read(folder_.path(), {.rings = {}, .from_recv = recv_of(from)}).ticks, expected);
  }
}

TEST_F(JournalReaderOverSegments, DoesNotBeginAtASegmentThatSaysTooLittle) {
  const auto all_from = [&](std::uint64_t sequence) {
    EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_sequence = sequence}).ticks.front(), sequence);
    EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_recv = recv_of(sequence)}).ticks.front(), sequence);
  };
  journal_.begin_segment();
  all_from(45);
  tell(6);
  all_from(45);
  journal_.begin_segment();
  journal_.append_ticks(1, 51, 10);  // and nothing before it says which ring that is
  all_from(45);
  all_from(55);
  spoil_page(5, false);
  EXPECT_EQ(read(folder_.path(), {.rings = {"ticks"}, .from_sequence = 35}).ticks, sequences(35, 40));
}

TEST_F(JournalReaderOverSegments, RefusesAJournalOfALaterVersion) {
  spoil_page(4, true);
  EXPECT_THROW(JournalReader(folder_.path(), {}), platform::SetupError);
}

TEST_F(JournalReaderOverSegments, PassesOverWhatItDoesNotKnowAndLossesThatCannotBe) {
  JournalBlockHeader later;
  later.kind = static_cast<BlockKind>(99);
  later.ring = 1, later.first = 51, later.count = 7, later.record_bytes = 8;
  journal_.append(later, std::vector<std::byte>(64));
  journal_.append_ticks(9, 1, 5);  // of a ring that nobody spoke of
  FactsBuilder facts;
  facts.add(LossFact{1, LossReason::disk, 0, 70, 0});
  facts.add(LossFact{1, LossReason::disk, 70, 60, 0});
  facts.add(LossFact{1, LossReason::disk, 55, 60, 0});
  journal_.append_facts(facts);
  const Read out = read(folder_.path(), {.rings = {"ticks"}});
  EXPECT_EQ(out.ticks, sequences(1, 50));
  ASSERT_EQ(out.losses.size(), 2u);
  EXPECT_EQ(out.losses[0].range, (SequenceRange{51, 54})) << "of these nobody said that they are";
  EXPECT_FALSE(out.losses[0].reason);
  EXPECT_EQ(out.losses[1].range, (SequenceRange{55, 60}));
  EXPECT_EQ(read(folder_.path()).ticks.size(), 55u);
}

TEST_F(JournalReaderOverSegments, LikesAnInstrumentAsLongAsItIsTheOne) {
  std::vector<std::string> asked;
  JournalWish wish;
  wish.likes = [&](const InstrumentEntry& entry) {
    asked.emplace_back(text_of(entry.symbol));
    return text_of(entry.symbol) == "LIKED";
  };
  FactsBuilder facts;
  for (const char* const symbol : {"LIKED", "LIKED", "OTHER", "OTHER"}) {
    facts.add(JournalInFolder::instrument(7, symbol, "XNAS"));
  }
  facts.add(JournalInFolder::instrument(9, "LIKED", "XNAS"));
  facts.add(JournalInFolder::instrument(8, "LIKED", "XNAS"));
  journal_.append_facts(facts);
  journal_.append_ticks(1, 51, 5);
  const Read out = read(folder_.path(), wish);
  EXPECT_EQ(asked.size(), 6u);
  EXPECT_EQ(out.ticks, sequences(1, 55)) << "of segments that are not compressed all are given";
  EXPECT_EQ(out.runs, 5u);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
