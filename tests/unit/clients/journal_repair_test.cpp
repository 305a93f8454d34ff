// A damaged journal becomes a whole one that has every intact record and says which are lost; the old one stays as it
// is.
#include "clients/cli/journal/journal_repair.hpp"

#include <gtest/gtest.h>

#include <set>

#include "clients/cli/failure.hpp"
#include "tests/support/journal_golden.hpp"
#include "tests/support/journal_salvage.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using namespace ringbuf;
using tests::JournalInFolder;

struct Content {
  std::set<std::uint64_t> records;
  std::vector<JournalLoss> losses;
};

Content content_of(const std::filesystem::path& folder, std::uint32_t ring) {
  Content out;
  JournalReader reader(folder, {});
  while (const auto item = reader.next()) {
    if (const auto* loss = std::get_if<JournalLoss>(&*item)) {
      if (loss->ring == ring) out.losses.push_back(*loss);
    } else if (const auto& records = std::get<JournalRecords>(*item); records.ring->ring == ring) {
      for (std::uint64_t i = 0; i < records.count(); ++i) {
        const Record record = records.as<Record>(i);
        const Record expected = JournalInFolder::tick(records.first + i);
        EXPECT_EQ(std::memcmp(&record, &expected, sizeof record), 0);
        out.records.insert(records.first + i);
      }
    }
  }
  EXPECT_EQ(reader.end().kind, JournalEndKind::tail);
  return out;
}

class JournalRepair : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kRing = 3;
  static constexpr std::uint64_t kBlocks = 40;
  static constexpr std::uint32_t kRecords = 700;

  JournalRepair() {
    FactsBuilder facts;
    facts.add(JournalInFolder::ring_fact(kRing, "ticks"));
    facts.add(JournalInFolder::instrument(1, "AAPL", "XNAS"));
    journal_.append_facts(facts);
    for (std::uint64_t i = 0; i < kBlocks; ++i) journal_.append_ticks(kRing, 1 + i * kRecords, kRecords);
  }

  /// Block i of ticks, from 0; the first block of all has the facts.
  void damage(std::uint64_t i, std::uint64_t at = 500) {
    const JournalPlace place = journal_.place_of(i + 2);
    std::vector<char> bytes = tests::bytes_of_file(journal_.path(place.segment));
    bytes[place.offset + at] ^= 4;
    tests::write_file(journal_.path(place.segment), bytes);
  }

  tests::TempDirectory old_, new_;
  JournalInFolder journal_{old_.path(), 2 * kJournalUnitBytes};
};

TEST_F(JournalRepair, KeepsEveryIntactRecordAndSaysWhatIsLost) {
  ASSERT_GE(journal_.place().segment, 3u);
  for (const std::uint64_t i : {3u, 11u, 12u, 30u}) damage(i);
  const std::vector<char> before = tests::bytes_of_file(journal_.path(1));
  const RepairResult result = repair_journal(old_.path(), new_ / "journal");
  EXPECT_EQ(tests::bytes_of_file(journal_.path(1)), before);
  EXPECT_EQ(result.records, (kBlocks - 4) * kRecords);
  EXPECT_EQ(result.holes, 3u);
  EXPECT_EQ(result.lost, (std::map<std::string, std::uint64_t>{{"ticks", 4 * kRecords}}));

  const Content content = content_of(new_ / "journal", kRing);
  EXPECT_EQ(content.records.size(), (kBlocks - 4) * kRecords);
  ASSERT_EQ(content.losses.size(), 3u);
  EXPECT_EQ(content.losses[0].range, (SequenceRange{3 * kRecords + 1, 4 * kRecords}));
  EXPECT_EQ(content.losses[1].range, (SequenceRange{11 * kRecords + 1, 13 * kRecords}));
  EXPECT_EQ(content.losses[0].reason, LossReason::damage);

  const JournalSurvey survey = survey_journal(new_ / "journal", SurveyDepth::all);
  EXPECT_FALSE(survey.is_damaged());
  EXPECT_NE(survey.journal_id, tests::kTestJournalId);
  for (const std::uint64_t segment : {1u, 2u, 3u}) {
    JournalScanner scanner(new_ / "journal");
    scanner.begin_at(segment);
    EXPECT_EQ(scanner.next()->header.kind, BlockKind::facts) << "any segment can be read by itself";
  }
}

TEST_F(JournalRepair, SaysAgainWhatTheStartOfASegmentNoLongerSays) {
  FactsBuilder facts;
  facts.add(JournalInFolder::ring_fact(kRing, "ticks", BlockKind::ticks, kBlocks * kRecords + 1));
  journal_.begin_segment();
  const std::uint64_t segment = journal_.place().segment;
  journal_.append_facts(facts);
  for (std::uint64_t i = 0; i < 5; ++i) journal_.append_ticks(kRing, (kBlocks + i) * kRecords + 1, kRecords);
  damage(kBlocks, 140);  // block kBlocks + 2: the facts
  (void)repair_journal(old_.path(), new_.path());
  JournalReader reader(new_.path(), {.rings = {"ticks"}, .from_sequence = (kBlocks + 1) * kRecords});
  while (reader.next()) continue;
  EXPECT_GE(reader.scanner().place().segment, segment);
  EXPECT_EQ(reader.knowledge().symbol_of({1}), "AAPL@XNAS");
}

TEST_F(JournalRepair, OfAWholeJournalIsTheSameRecords) {
  const RepairResult result = repair_journal(old_.path(), new_.path());
  EXPECT_EQ(result.holes, 0u);
  EXPECT_TRUE(result.lost.empty());
  EXPECT_EQ(content_of(new_.path(), kRing).records, content_of(old_.path(), kRing).records);
}

TEST_F(JournalRepair, WritesOverNothing) {
  EXPECT_THROW((void)repair_journal(old_.path(), old_.path()), Failure);
  tests::TempDirectory full;
  full.write("x", "y");
  EXPECT_THROW((void)repair_journal(old_.path(), full.path()), Failure);
}

TEST(JournalRepairGolden, SaysOfEachLossOnce) {
  tests::TempDirectory old, fresh;
  tests::write_golden_journal(old.path());
  std::vector<char> bytes = tests::bytes_of_file(old / segment_file_name(1));
  bytes[7'852] ^= 1;  // ticks 11 to 20; what follows is the loss of 21 to 24
  tests::write_file(old / segment_file_name(1), bytes);
  (void)repair_journal(old.path(), fresh.path());
  const JournalSurvey survey = survey_journal(fresh.path(), SurveyDepth::all);
  EXPECT_EQ(survey.rings.at(tests::kGoldenTicks).lost, 14u);
  ASSERT_EQ(survey.losses.size(), 2u);
  EXPECT_EQ(survey.losses[0].range, (SequenceRange{11, 20}));
  EXPECT_EQ(survey.losses[0].reason, LossReason::damage);
}

TEST(JournalRepairGolden, KeepsEveryRingAndFact) {
  tests::TempDirectory old, fresh;
  tests::write_golden_journal(old.path());
  (void)repair_journal(old.path(), fresh.path());
  const JournalSurvey before = survey_journal(old.path(), SurveyDepth::all);
  const JournalSurvey after = survey_journal(fresh.path(), SurveyDepth::all);
  ASSERT_EQ(after.rings.size(), before.rings.size());
  for (const auto& [id, ring] : before.rings) {
    EXPECT_EQ(after.rings.at(id).name, ring.name);
    EXPECT_EQ(after.rings.at(id).records, ring.records);
    EXPECT_EQ(after.rings.at(id).lost, ring.lost);
  }
  EXPECT_EQ(after.knowledge.instruments().size(), 3u);
  EXPECT_TRUE(after.knowledge.is_closed());
}

}  // namespace
}  // namespace tickplant::cli::this_file
