// `tickplant compute` as scripts meet it: exit codes, what goes to stdout and what to stderr.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/itch_session.hpp"
#include "tests/support/mold_writer.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

class ComputeCommand : public testing::Test {
 protected:
  std::string config() const {
    return files_.write("a.yaml", "name: a\nsets:\n  all:\n    windows:\n      - {name: T60, size: 1m}\n");
  }
  /// A day of some hundred messages.
  std::string day_file(std::size_t cut_bytes = 0) const {
    itch::Session day{{.seed = 1, .symbols = 2, .live_orders = 100}};
    itch::Buffer file;
    day.open(file);
    day.trade(500, file);
    file.resize(file.size() - cut_bytes);
    return files_.write("day-20190130.itch", to_bytes(file));
  }
  Answer compute(const std::string& input, const Command::Arguments& more = {}) const {
    Command::Arguments arguments{"compute", "--input",          input,      "--config", config(),
                                 "--out",   files_ / "results", "--orders", "4096"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return command_.run(arguments);
  }

  TempDirectory files_;
  Command command_;
};

TEST_F(ComputeCommand, SaysWhatItRead) {
  const Answer answer = compute(files_.write("t.csv", "seq,ts_ns,symbol,xseq,px,size\n0,0,X,1,100,1\n"));
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  EXPECT_THAT(answer.out, AllOf(HasSubstr("trades: 1 record of 1 instrument -> 1 row"), HasSubstr("state hash ")));
  EXPECT_THAT(answer.err, IsEmpty());
}

TEST_F(ComputeCommand, AnswersInJson) {
  const Answer answer = compute(day_file(), {"--json", "--shards", "2"});
  EXPECT_EQ(answer.exit_code, 0) << answer.err;
  const Json json = Json::parse(answer.out);
  EXPECT_EQ(json["format"], "itch50/binaryfile");
  EXPECT_EQ(json["instruments"], 2);
  EXPECT_GT(json["rows"], 0);
  EXPECT_EQ(json["state_hash"].get<std::string>().size(), 16u);
  EXPECT_EQ(json["problem"], "");
}

TEST_F(ComputeCommand, TellsByItsExitCodeThatTheInputIsCut) {
  const Answer answer = compute(day_file(3));
  EXPECT_EQ(answer.exit_code, 4);
  EXPECT_THAT(answer.out, HasSubstr("itch50/binaryfile"));
  EXPECT_THAT(answer.err, HasSubstr("stops inside a message"));
}

TEST_F(ComputeCommand, RefusesWithTheLineAndARemedy) {
  const Answer answer = compute(files_.write("t.csv", "seq,ts_ns,symbol,xseq,px,size\n0,0,X,1,1.5,1\n"));
  EXPECT_EQ(answer.exit_code, 2);
  EXPECT_THAT(answer.out, IsEmpty());
  EXPECT_THAT(answer.err, AllOf(HasSubstr("t.csv:2: px is '1.5'"), HasSubstr("remedy: px is in 1e-4")));
  EXPECT_THAT(compute(day_file(), {"--date", "tomorrow"}).err, HasSubstr("--date is 'tomorrow'"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
