// What `tickplant compute` reads, and what it says of input that cannot be read.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "clients/cli/compute/compute.hpp"
#include "clients/cli/compute/tick_csv.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/records/trade.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

const std::string kHeader = "seq,ts_ns,symbol,xseq,px,size\n";

class ComputeTickCsv : public testing::Test {
 protected:
  /// A file of trades and what came out of it.
  struct Read {
    std::unique_ptr<cli::TickCsv> csv;
    std::vector<ringbuf::Record> records;
  };
  Read read(const std::string& text) {
    Read made{std::make_unique<cli::TickCsv>(folder_.write("in.csv", text).string()), {}};
    made.csv->read([&](const ringbuf::Record& record) { made.records.push_back(record); });
    return made;
  }
  /// The message of the error; empty: there was none.
  std::string refusal(const std::string& text) {
    try {
      static_cast<void>(read(text));
    } catch (const platform::SetupError& error) {
      return error.what();
    }
    return "";
  }
  void expect_refused(const std::string& line, const std::string& because) {
    const std::string said = refusal(kHeader + "0,1,A,1,100,1\n" + line + "\n");
    EXPECT_NE(said.find("in.csv:3: "), std::string::npos) << said;
    EXPECT_NE(said.find(because), std::string::npos) << said;
    EXPECT_NE(said.find("remedy: "), std::string::npos) << said;
  }

  TempDirectory folder_;
};

TEST_F(ComputeTickCsv, MakesTradesOfLinesInTheirOrder) {
  const auto [csv, records] = read(kHeader + "10,5000,B,7,1755000,300\n11,-1,A,8,-25,0\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(csv->symbol_count(), 2u);
  EXPECT_EQ(csv->symbol({1}), "A") << "ids follow the order of the symbols";
  const ringbuf::Record &first = records[0], &second = records[1];
  EXPECT_EQ(first.header.instrument.value, 2u);
  EXPECT_EQ(first.header.ts_event.value, 5000);
  const auto trade = first.as<ringbuf::TradeBody>();
  EXPECT_EQ(trade.price.value, 175'500'000'000) << "175.50";
  EXPECT_EQ(trade.size.value, 300u);
  EXPECT_EQ(trade.trade_id, 7u);
  EXPECT_EQ(second.header.ts_event.value, -1);
  EXPECT_EQ(second.header.ts_recv.value, 5000) << "the newest event time so far";
  EXPECT_EQ(second.as<ringbuf::TradeBody>().price.value, -2'500'000);
  EXPECT_EQ(csv->seq_of(1), 10u);
  EXPECT_EQ(csv->seq_of(2), 11u);
  EXPECT_EQ(csv->seq_of(3), 12u) << "the end of input";
}

TEST_F(ComputeTickCsv, ReadsLinesThatEndInCarriageReturnsAndSkipsEmptyOnes) {
  const auto [csv, records] = read("seq,ts_ns,symbol,xseq,px,size\r\n0,1,A,1,100,1\r\n\r\n\n1,2,A,2,100,1");
  EXPECT_EQ(records.size(), 2u);
}

TEST_F(ComputeTickCsv, IsEmptyWithAHeaderAlone) {
  const auto [csv, records] = read(kHeader);
  EXPECT_TRUE(records.empty());
  EXPECT_EQ(csv->find({1}), std::nullopt);
}

TEST_F(ComputeTickCsv, RefusesAFileThatIsNotThereOrHasAnotherHeader) {
  EXPECT_THROW(cli::TickCsv((folder_ / "absent.csv").string()), platform::SetupError);
  EXPECT_FALSE(refusal("").empty());
  EXPECT_NE(refusal("ts,px\n1,2\n").find("in.csv:1: the header is 'ts,px'"), std::string::npos);
}

TEST_F(ComputeTickCsv, RefusesALineByItsNumberAndSaysWhatIsWrong) {
  expect_refused("1,2,A,3,100", "has 5 fields, not 6");
  expect_refused("1,2,A,3,100,1,", "has 7 fields, not 6");
  expect_refused("1,2,,3,100,1", "the symbol is empty");
  expect_refused("1,2,A,3,175.5,1", "px is '175.5'");
  expect_refused("1,x,A,3,100,1", "ts_ns is 'x'");
  expect_refused("1,2,A,3,100,-1", "size is '-1'");
  expect_refused("1,2,A,3,100,18446744073709551616", "size is '18446744073709551616'");
  expect_refused(",2,A,3,100,1", "seq is ''");
  expect_refused("1,2,A, 3,100,1", "xseq is ' 3'");
  expect_refused("1,2,A,3,92233720368548,1", "px 92233720368548 is too large");
}

TEST_F(ComputeTickCsv, ReportsHowFarItIs) {
  std::string text = kHeader;
  for (int i = 0; i < 70'000; ++i) text += std::to_string(i) + ",1,A,1,100,1\n";
  std::uint64_t bytes = 0;
  const cli::TickCsv csv(folder_.write("in.csv", text).string(), [&](std::uint64_t done) { bytes = done; });
  EXPECT_GT(bytes, text.size() * 8 / 10);
  EXPECT_LE(bytes, text.size());
}

TEST_F(ComputeTickCsv, OfNoTradesMakesFilesWithNothingInThem) {
  cli::ComputeOptions options;
  options.input = folder_.write("in.csv", kHeader).string();
  options.config = std::string(TICKPLANT_SOURCE_DIR) + "/config/golden/P1.yaml";
  options.out = folder_ / "deep" / "out";
  const cli::ComputeSummary summary = cli::compute(options);
  EXPECT_EQ(summary.records + summary.rows + summary.signals + summary.output_hash, 0u);
  EXPECT_TRUE(std::filesystem::exists(options.out / "emissions_P1.csv"));
  EXPECT_TRUE(std::filesystem::exists(options.out / "summary.json"));
}

TEST_F(ComputeTickCsv, CannotBeComputedIntoAFile) {
  cli::ComputeOptions options;
  options.input = folder_.write("in.csv", kHeader).string();
  options.config = std::string(TICKPLANT_SOURCE_DIR) + "/config/golden/P1.yaml";
  options.out = folder_.write("taken", "") / "out";
  EXPECT_THROW(cli::compute(options), platform::SetupError);
}

TEST_F(ComputeTickCsv, GivesTheSameHashInOneShardAndInMany) {
  std::string text = kHeader;
  for (int i = 0; i < 500; ++i) {
    text += std::to_string(i) + "," + std::to_string(std::int64_t{i} * 1'000'000'000 - i % 7 * 3'000'000'000) + ",S" +
            std::to_string(i % 13) + "," + std::to_string(i) + "," + std::to_string(1'000'000 + i * 37 % 900) + ",10\n";
  }
  cli::ComputeOptions options;
  options.input = folder_.write("in.csv", text).string();
  options.config = std::string(TICKPLANT_SOURCE_DIR) + "/config/golden/P3.yaml";
  options.out = folder_ / "one";
  const cli::ComputeSummary one = cli::compute(options);
  EXPECT_GT(one.rows, 0u);
  for (const std::uint32_t shards : {2u, 13u, 64u}) {
    options.shards = shards;
    options.out = folder_ / std::to_string(shards);
    const cli::ComputeSummary several = cli::compute(options);
    EXPECT_EQ(several.output_hash, one.output_hash) << shards;
    EXPECT_EQ(several.rows, one.rows) << shards;
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
