// `tickplant journal` as a process, on the journal that is kept in tests/golden.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/journal_in_folder.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kGoldenJournal = TICKPLANT_SOURCE_DIR "/tests/golden/journal/v1";

class JournalCommand : public ::testing::Test {
 protected:
  Answer run(Command::Arguments arguments) const {
    arguments.insert(arguments.begin(), "journal");
    return command_.run(arguments);
  }
  Command command_;
  TempDirectory folder_;
};

TEST_F(JournalCommand, ListsAndVerifies) {
  const Answer list = run({"list", kGoldenJournal});
  EXPECT_EQ(list.exit_code, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("sequencer"));
  const Answer json = run({"list", kGoldenJournal, "--json"});
  EXPECT_EQ(nlohmann::json::parse(json.out)["blocks"], 14);
  const Answer verify = run({"verify", kGoldenJournal});
  EXPECT_EQ(verify.exit_code, 0) << verify.err;
  EXPECT_THAT(verify.out, HasSubstr("14 blocks"));
  EXPECT_THAT(verify.out, HasSubstr("MB/s"));
}

TEST_F(JournalCommand, ExportsTicksAsCsv) {
  const Answer csv = run({"export", kGoldenJournal, "--from", "25", "--until", "27"});
  EXPECT_EQ(csv.exit_code, 0) << csv.err;
  EXPECT_EQ(csv.out,
            "sequence,ts_event,ts_recv,symbol,type,flags,price,size,bid_price,bid_size,ask_price,ask_size,fields\n"
            "25,1700000000025000000,1700000000025000500,AAPL@XNAS,trade,,25.00,25,,,,,25.00 x 25  unknown  #0\n"
            "26,1700000000026000000,1700000000026000500,AAPL@XNAS,trade,,26.00,26,,,,,26.00 x 26  unknown  #0\n");
}

TEST_F(JournalCommand, ExportsEveryRingAsJson) {
  const Answer ticks = run({"export", kGoldenJournal, "--ring", "ticks", "--format", "json", "--from", "31"});
  const auto tick = nlohmann::json::parse(ticks.out.substr(0, ticks.out.find('\n')));
  EXPECT_EQ(tick["symbol"], "AAPL@XNAS");
  EXPECT_EQ(tick["price"], "31.00");
  EXPECT_EQ(tick["ring"], "ticks");
  const Answer runs = run({"export", kGoldenJournal, "--ring", "sequencer", "--json"});
  EXPECT_THAT(runs.out, StartsWith(R"({"type":"records","sequence":1,)"));
  const Answer derived = run({"export", kGoldenJournal, "--ring", "derived", "--json"});
  EXPECT_THAT(derived.out, HasSubstr(R"("function":"T60")"));
  EXPECT_THAT(run({"export", kGoldenJournal, "--ring", "derived"}).out, HasSubstr(",AAPL@XNAS,T60,window_row,"));
  EXPECT_THAT(run({"export", kGoldenJournal, "--ring", "sequencer"}).out, HasSubstr("records,ticks,25,30\n"));
}

TEST_F(JournalCommand, ExportsByTimeAndSymbol) {
  const Answer some = run({"export", kGoldenJournal, "--from", "2023-11-14T22:13:20.039Z"});
  EXPECT_EQ(std::count(some.out.begin(), some.out.end(), '\n'), 3);
  EXPECT_EQ(std::count_if(some.out.begin(), some.out.end(), [](char c) { return c == '@'; }), 2);
  EXPECT_EQ(run({"export", kGoldenJournal, "--symbols", "MSFT", "--from", "30"}).out.find("trade"), std::string::npos);
  EXPECT_THAT(run({"export", kGoldenJournal, "--symbols", "MSFT,AAPL", "--from", "30"}).out, HasSubstr("trade"));
}

TEST_F(JournalCommand, ExportSaysWhatIsMissing) {
  const std::string file = folder_ / "ticks.csv";
  const Answer all = run({"export", kGoldenJournal, "--ring", "ticks", "--out", file});
  EXPECT_EQ(all.exit_code, 4);
  EXPECT_THAT(all.err, HasSubstr("ticks 21 to 24 are not in the journal (disk)"));
  const std::vector<char> lines = bytes_of_file(file);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 37);
  const Answer again = run({"export", kGoldenJournal, "--ring", "ticks", "--out", file});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("name a file that is not there yet"));
}

TEST_F(JournalCommand, RefusesWithARemedy) {
  EXPECT_THAT(run({"list", folder_.path().string()}).err, HasSubstr("there is no journal in"));
  EXPECT_EQ(run({"list", "nosuchplant"}).exit_code, 2);
  EXPECT_THAT(run({"export", kGoldenJournal, "--ring", "tick"}).err, HasSubstr("name one: --ring ticks, sequencer"));
  EXPECT_THAT(run({"export", kGoldenJournal, "--from", "noon"}).err, HasSubstr("neither a sequence nor a time"));
  EXPECT_EQ(run({"verfy", kGoldenJournal}).exit_code, 2);
}

TEST_F(JournalCommand, RepairsWhatVerifyFound) {
  const std::filesystem::path old = folder_ / "old", repaired = folder_ / "new";
  std::filesystem::copy(kGoldenJournal, old);
  const std::filesystem::path file = old / "0000000000000001.journal";
  std::vector<char> bytes = bytes_of_file(file);
  bytes[bytes.size() - 1300] ^= 1;
  write_file(file, bytes);
  const Answer verify = run({"verify", old.string()});
  EXPECT_EQ(verify.exit_code, 1);
  EXPECT_THAT(verify.out, HasSubstr("is missing"));
  EXPECT_THAT(verify.err, HasSubstr("remedy: tickplant journal repair"));
  const Answer exported = run({"export", old.string(), "--ring", "ticks"});
  EXPECT_EQ(exported.exit_code, 4);
  EXPECT_THAT(exported.err, HasSubstr("is damaged at"));
  const Answer repair = run({"repair", old.string(), "--out", repaired.string()});
  EXPECT_EQ(repair.exit_code, 0) << repair.err;
  EXPECT_THAT(repair.out, HasSubstr("13 blocks"));
  EXPECT_EQ(run({"verify", repaired.string()}).exit_code, 0);
  EXPECT_EQ(bytes_of_file(file), bytes);
  EXPECT_EQ(run({"repair", old.string(), "--out", repaired.string()}).exit_code, 2);
}

}  // namespace
}  // namespace tickplant::tests::this_file
