// Many questions about the past in one run: times on the command line and lines of a file.
#include "clients/cli/journal/past_question.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "clients/cli/failure.hpp"
#include "ringbuf/journal/journal_indexer.hpp"
#include "tests/support/random_past.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using testing::ElementsAre;

class PastQuestionTest : public testing::Test {
 protected:
  PastQuestionTest() : past_(folder_.path(), random_, {.instruments = 6}) {
    past_.write_segments(3);
    ringbuf::JournalIndexer indexer(folder_.path());
    while (indexer.step()) continue;
    question_.journal = folder_.path().string();
  }
  /// "NAME at NANOSECONDS" of each answer.
  std::vector<std::string> ask(const std::vector<std::string>& symbols) {
    std::vector<std::string> out;
    code_ = answer_past(question_, symbols, "", [&](const PastState& state, platform::UnixNanos at) {
      out.push_back(state.name + " at " + std::to_string(at.value));
    });
    return out;
  }
  void write_lines(const std::string& lines) {
    question_.at_file = (other_ / "questions").string();
    tests::write_file(question_.at_file, lines);
  }

  tests::TempDirectory folder_{"/dev/shm"}, other_;
  tests::Random random_{tests::test_seed()};
  tests::RandomPast past_;
  PastQuestion question_;
  ExitCode code_ = ExitCode::ok;
};

TEST_F(PastQuestionTest, IsAskedOfEachSymbolAtEachTime) {
  EXPECT_TRUE(question_.is_asked());
  EXPECT_THROW(ask({"S1"}), Failure) << "at what time?";
  question_.at = {"1700000000000000009", "2023-11-14T22:13:20.0001"};
  EXPECT_TRUE(question_.is_many());
  EXPECT_THAT(ask({"S1", "S2@XNAS"}), ElementsAre("S1@XNAS at 1700000000000000009", "S2@XNAS at 1700000000000000009",
                                                  "S1@XNAS at 1700000000000100000", "S2@XNAS at 1700000000000100000"));
}

TEST_F(PastQuestionTest, ReadsThemFromAFile) {
  write_lines("S3 1700000000000000009\n\n2023-11-14T22:13:20.0001\n");
  EXPECT_THAT(ask({"S1"}), ElementsAre("S3@XNAS at 1700000000000000009", "S1@XNAS at 1700000000000100000"));
  EXPECT_THROW(ask({}), Failure) << "a time of no symbol";
  write_lines("S3 1700000000000000009 more\n");
  EXPECT_THROW(ask({}), Failure);
  write_lines("S3 yesterday\n");
  EXPECT_THROW(ask({}), Failure);
  write_lines("NONE 1700000000000000009\n");
  EXPECT_THROW(ask({}), Failure);
  question_.at_file = (other_ / "none").string();
  EXPECT_THROW(ask({}), Failure);
}

TEST_F(PastQuestionTest, SaysOnceWhatIsMissing) {
  question_.at = {std::to_string(past_.now().value), std::to_string(past_.now().value)};
  testing::internal::CaptureStderr();
  (void)ask({"S1", "S2", "S3"});
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(said.find("replay"), std::string::npos) << said;
  std::set<std::string> lines;
  std::istringstream in(said);
  for (std::string line; std::getline(in, line);) EXPECT_TRUE(lines.insert(line).second) << line;
  EXPECT_EQ(code_ == ExitCode::ok, said.empty());
}

}  // namespace
}  // namespace tickplant::cli::this_file
