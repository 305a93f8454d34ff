// What a survey of a journal says: rings, losses, damages with their place and cost, and how it ends.
#include "clients/cli/journal/journal_survey.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/journal_choice.hpp"
#include "clients/cli/journal/survey_text.hpp"
#include "tests/support/journal_golden.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using namespace ringbuf;
using testing::HasSubstr;
using tests::JournalInFolder;

class JournalSurveyGolden : public ::testing::Test {
 protected:
  JournalSurveyGolden() { tests::write_golden_journal(folder_.path()); }
  void flip(std::uint64_t segment, std::uint64_t offset) const {
    const std::filesystem::path file = folder_ / segment_file_name(segment);
    std::vector<char> bytes = tests::bytes_of_file(file);
    bytes[offset] ^= 1;
    tests::write_file(file, bytes);
  }
  tests::TempDirectory folder_;
};

TEST_F(JournalSurveyGolden, KnowsRingsAndLosses) {
  for (const SurveyDepth depth : {SurveyDepth::headers, SurveyDepth::all}) {
    const JournalSurvey survey = survey_journal(folder_.path(), depth);
    EXPECT_EQ(survey.plant, "test");
    EXPECT_EQ(survey.blocks, 14u);
    ASSERT_EQ(survey.segments.size(), 2u);
    EXPECT_EQ(survey.segments[0].blocks, 8u);
    const SurveyedRing& ticks = survey.rings.at(tests::kGoldenTicks);
    EXPECT_EQ(ticks.name, "ticks");
    EXPECT_EQ(ticks.records, 36u);
    EXPECT_EQ(ticks.lost, 4u);
    EXPECT_EQ(ticks.first, 1u);
    EXPECT_EQ(ticks.last, 40u);
    EXPECT_EQ(ticks.first_recv, JournalInFolder::tick(1).header.ts_recv);
    EXPECT_EQ(ticks.last_recv, JournalInFolder::tick(40).header.ts_recv);
    EXPECT_FALSE(survey.rings.at(tests::kGoldenRuns).first_recv);
    EXPECT_FALSE(survey.is_damaged());
  }
}

TEST_F(JournalSurveyGolden, ShowsItselfToPeopleAndScripts) {
  const JournalSurvey survey = survey_journal(folder_.path(), SurveyDepth::headers);
  const std::string text = list_text(survey, {});
  EXPECT_THAT(text, HasSubstr("1122334455667788 of plant test, 14 blocks"));
  EXPECT_THAT(text, HasSubstr("golden 1"));
  EXPECT_THAT(text, HasSubstr("ticks 21 to 24, disk"));
  EXPECT_THAT(text, HasSubstr("2023-11-14 22:13:20.001000500 to 2023-11-14 22:13:20.040000500"));
  EXPECT_THAT(text, HasSubstr("closed in order"));
  const Json json = survey_json(survey);
  EXPECT_EQ(json["rings"][0]["name"], "ticks");
  EXPECT_EQ(json["rings"][0]["last"], 40);
  EXPECT_EQ(json["losses"][0]["reason"], "disk");
  EXPECT_EQ(json["end"]["kind"], "tail");
  EXPECT_EQ(json["is_closed"], true);
  EXPECT_EQ(json["damages"].size(), 0u);
}

TEST_F(JournalSurveyGolden, SaysWhereDamageIsAndWhatItCost) {
  JournalScanner scanner(folder_.path());
  JournalPlace place;
  while (const auto block = scanner.next()) {
    if (block->header.number == 6) place = block->place;  // ticks 11 to 20
  }
  flip(place.segment, place.offset + 200);
  EXPECT_FALSE(survey_journal(folder_.path(), SurveyDepth::headers).is_damaged()) << "payloads are not looked at";
  const JournalSurvey survey = survey_journal(folder_.path(), SurveyDepth::all);
  EXPECT_TRUE(survey.is_damaged());
  EXPECT_THAT(verdict_text(survey, {}),
              HasSubstr("0000000000000001.journal offset " + std::to_string(place.offset) +
                        ", block 6: the block's payload is not what was written; block 6 is missing; ticks 11 to 20"));
  const Json json = survey_json(survey);
  EXPECT_EQ(json["damages"][0]["block"], 6);
  EXPECT_EQ(json["damages"][0]["missing"][0]["first"], 11);
  EXPECT_EQ(json["damages"][0]["missing"][0]["last"], 20);
}

TEST_F(JournalSurveyGolden, ATornEndIsNoDamage) {
  flip(2, std::filesystem::file_size(folder_ / segment_file_name(2)) - 1);
  const JournalSurvey survey = survey_journal(folder_.path(), SurveyDepth::all);
  EXPECT_FALSE(survey.is_damaged());
  EXPECT_THAT(verdict_text(survey, {}), HasSubstr("torn before block 14"));
}

TEST_F(JournalSurveyGolden, ForeignFilesAreDamage) {
  tests::TempDirectory other;
  JournalInFolder foreign(other.path(), kJournalUnitBytes, 4711);
  foreign.begin_segment();
  foreign.begin_segment();
  std::filesystem::copy_file(foreign.path(), folder_ / segment_file_name(3));
  const JournalSurvey survey = survey_journal(folder_.path(), SurveyDepth::all);
  EXPECT_TRUE(survey.is_damaged());
  EXPECT_THAT(verdict_text(survey, {}), HasSubstr("0000000000000003.journal: it is of another journal"));
}

TEST_F(JournalSurveyGolden, ProgressIsTold) {
  JournalInFolder journal(folder_ / ".", 64 * kJournalUnitBytes);
  for (std::uint64_t i = 0; i < 66; ++i) journal.append_ticks(1, 1 + i * 4000, 4000);
  std::uint64_t told = 0;
  (void)survey_journal(folder_.path(), SurveyDepth::headers, [&](std::uint64_t bytes) { told = bytes; });
  EXPECT_GE(told, std::uint64_t{16} << 20);
}

TEST_F(JournalSurveyGolden, IsFoundByThePlantsName) {
  tests::TempDirectory root;
  JournalEnvironment environment{std::nullopt, (root / "home").string(), root.path()};
  EXPECT_THROW((void)chosen_journal("demo", environment), Failure);
  const auto at_home = root / "home/.local/state/tickplant/demo/journal";
  std::filesystem::create_directories(at_home);
  EXPECT_THROW((void)chosen_journal("demo", environment), Failure) << "an empty one is none";
  tests::write_golden_journal(at_home);
  EXPECT_EQ(chosen_journal("demo", environment), at_home);
  environment.xdg_state_home = (root / "state").string();
  const auto in_state = root / "state/tickplant/demo/journal";
  std::filesystem::create_directories(in_state);
  tests::write_golden_journal(in_state);
  EXPECT_EQ(chosen_journal("demo", environment), in_state);
  EXPECT_EQ(chosen_journal(folder_.path().string(), environment), folder_.path());
  const auto plant = root / "runtime/demo";
  std::filesystem::create_directories(plant);
  environment.runtime = ringbuf::RuntimeEnvironment{plant.string(), std::nullopt, ::geteuid(), root.path()};
  EXPECT_EQ(chosen_journal("demo", environment), in_state) << "the plant has no journal";
  std::filesystem::create_directory_symlink("elsewhere", plant / "journal");
  EXPECT_EQ(chosen_journal("demo", environment), in_state) << "such a link is none of ours";
  std::filesystem::remove(plant / "journal");
  std::filesystem::create_directory_symlink(at_home, plant / "journal");
  EXPECT_EQ(chosen_journal("demo", environment), at_home) << "the daemon's word counts first";
}

}  // namespace
}  // namespace tickplant::cli::this_file
