// `inspect` over files that are cut, damaged, refused or full of nonsense: counted and reported, never a crash.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "clients/cli/inspect/facts_json.hpp"
#include "tests/unit/clients/inspect_files.hpp"

namespace tickplant::cli::this_file {
namespace {

using testing::HasSubstr;
using tests::Bytes;
using namespace tests::itch;

class InspectionOfFaults : public tests::InspectFiles {
 protected:
  Bytes whole_day(std::uint64_t count = 300) { return tests::day_file(day_, count); }

  Session day_{{.seed = tests::test_seed(), .symbols = 2, .live_orders = 50}};
};

TEST_F(InspectionOfFaults, ReadsWhatIsWholeWhereverTheFileIsCut) {
  Bytes file = whole_day(50);
  const auto messages = tests::messages_of(file);
  std::size_t whole = messages.size();
  for (int records = 0; records < 3; ++records) {
    const std::size_t record_bytes = 2 + messages[--whole].size();
    const std::size_t begin = file.size() - record_bytes;
    for (std::size_t left = record_bytes - 1; left > 0; --left) {
      const Facts facts = inspect(file.substr(0, begin + left));
      ASSERT_EQ(facts.messages, whole) << left << " bytes of the last record";
      ASSERT_TRUE(facts.truncated_tail);
      ASSERT_EQ(facts.problem,
                "the file stops inside a message (" + std::to_string(left) + " bytes of a message at the end)");
    }
    file.resize(begin);
    EXPECT_FALSE(inspect(file).truncated_tail) << "cut between two records: nobody can tell";
  }
}

TEST_F(InspectionOfFaults, ReadsWhatIsWholeWhereverACaptureIsCut) {
  const auto packets = tests::mold_packets(tests::messages_of(whole_day(50)));
  const Bytes capture = tests::pcap_file(packets);
  const Bytes without_last = tests::pcap_file({packets.begin(), packets.end() - 1});
  const std::uint64_t whole = inspect(without_last).messages;
  for (std::size_t size = capture.size() - 1; size > without_last.size(); size -= 7) {
    const Facts facts = inspect(capture.substr(0, size));
    ASSERT_EQ(facts.messages, whole) << size;
    ASSERT_TRUE(facts.truncated_tail) << size;
    ASSERT_NE(facts.problem, "");
    if (size < 7) break;
  }
}

TEST_F(InspectionOfFaults, ReadsToTheDamageInCompressedFiles) {
  const Bytes file = whole_day(20'000);
  for (Bytes compressed : {tests::gzip(file), tests::zstd(file)}) {
    const Facts cut = inspect(compressed.substr(0, compressed.size() / 2));
    EXPECT_TRUE(cut.truncated_tail);
    EXPECT_NE(cut.problem, "");
    EXPECT_LT(cut.messages, day_.written());

    compressed[compressed.size() / 2] = static_cast<char>(compressed[compressed.size() / 2] ^ 0x55);
    const Facts damaged = inspect(compressed);
    EXPECT_NE(damaged.problem, "") << damaged.compression;
    EXPECT_LE(damaged.messages, day_.written());
  }
}

TEST_F(InspectionOfFaults, StopsAtTheEndOfSessionAndSaysWhatFollows) {
  Bytes file = whole_day() + Bytes(2, '\0');
  EXPECT_EQ(inspect(file).problem, "");
  file += "junk!";
  const Facts facts = inspect(file);
  EXPECT_EQ(facts.messages, day_.written());
  EXPECT_FALSE(facts.truncated_tail);
  EXPECT_EQ(facts.problem, "5 bytes follow the end-of-session mark and were left alone");
}

TEST_F(InspectionOfFaults, CountsMessagesOfAWrongLengthOrAnUnknownType) {
  const Bytes extra = tests::day_record("A") + tests::day_record(Bytes("A") + Bytes(36, '\0')) +
                      tests::day_record("?what") + tests::day_record("\xff");
  const Facts facts = inspect(whole_day() + extra);
  EXPECT_EQ(facts.messages, day_.written());
  EXPECT_EQ(facts.bad_lengths, 2u);
  EXPECT_EQ(facts.unknown_types, 2u);
  EXPECT_EQ(facts.problem, "");
}

TEST_F(InspectionOfFaults, RefusesWhatItCannotRead) {
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal("# Notes\n\nnot market data at all\n"), HasSubstr("of no format known here"));
  EXPECT_THAT(refusal(Bytes(100, '\0')), HasSubstr("of no format known here"));
  EXPECT_THAT(refusal("x"), HasSubstr("of no format known here"));
  EXPECT_THAT(refusal(tests::gzip("")), HasSubstr("gzip compression, first bytes none"));
  EXPECT_THAT(refusal(tests::gzip("plain text in a gzip file, long enough")), HasSubstr("gzip compression"));
}

std::string refusal_of(const std::string& path, InspectOptions options = {}) {
  try {
    (void)inspect_file(path, options);
    return "";
  } catch (const platform::SetupError& error) {
    return error.what();
  }
}

TEST_F(InspectionOfFaults, SaysWhyAFileCannotBeOpened) {
  EXPECT_THAT(refusal_of(directory_.path()), HasSubstr("is a directory"));
  EXPECT_THAT(refusal_of(directory_ / "none"), HasSubstr("No such file"));
  const auto secret = directory_.write("secret", whole_day());
  ::chmod(secret.c_str(), 0);
  if (::geteuid() == 0) return;  // root may read anything
  EXPECT_THAT(refusal_of(secret), HasSubstr("Permission denied"));
}

TEST_F(InspectionOfFaults, ReadsAPipe) {
  const std::string pipe = directory_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const Bytes file = whole_day();
  std::thread writer([&] { std::ofstream(pipe, std::ios::binary) << file; });
  InspectOptions options;
  options.order_capacity = kOrders;
  const Facts facts = inspect_file(pipe, options);
  writer.join();
  EXPECT_EQ(facts.messages, day_.written());
}

TEST_F(InspectionOfFaults, RefusesOrdersWhenThereIsNoRoom) {
  InspectOptions options;
  options.order_capacity = 10;
  const Facts facts = inspect(whole_day(), "day", options);
  EXPECT_GT(facts.refused_orders, 0u);
  EXPECT_LE(facts.open_orders, 10u);
  EXPECT_EQ(facts.messages, day_.written());
  EXPECT_TRUE(facts.instruments[0].maybe_bad_book);
}

TEST_F(InspectionOfFaults, CountsWhatMakesNoSense) {
  Buffer out;
  const Header first{{1}, {1}, {34'200'000'000'000}};
  const Header earlier{{1}, {1}, {34'100'000'000'000}};
  encode_framed(StockDirectory{.header = first, .stock = symbol("A")}, out);
  encode_framed(AddOrder{first, {7}, Side::bid, 100, symbol("A"), {10'000}}, out);
  encode_framed(AddOrder{first, {7}, Side::bid, 100, symbol("A"), {10'000}}, out);  // the reference is open
  encode_framed(AddOrder{first, {8}, Side::bid, 0, symbol("A"), {10'000}}, out);    // no shares
  encode_framed(OrderCancel{first, {7}, 101}, out);                                 // more than is open
  encode_framed(OrderDelete{earlier, {7}}, out);                                    // gone, and back in time
  const Facts facts = inspect(tests::to_bytes(out));
  EXPECT_EQ(facts.messages, 6u);
  EXPECT_EQ(facts.refused_orders, 2u);
  EXPECT_EQ(facts.over_executions, 1u);
  EXPECT_EQ(facts.unknown_references_by_type, (std::map<std::string, std::uint64_t>{{"D", 1}}));
  EXPECT_EQ(facts.backward_times, 1u);
  EXPECT_EQ(facts.open_orders, 0u);
  EXPECT_EQ(facts.first_time, 34'200'000'000'000);
  EXPECT_EQ(facts.last_time, 34'200'000'000'000) << "the newest, not the last";
  EXPECT_TRUE(facts.instruments[0].maybe_bad_book);
}

TEST_F(InspectionOfFaults, KeepsPrintableExecutionsCrossesAndTheRestApart) {
  Buffer out;
  const Header header{{1}, {1}, {34'200'000'000'000}};
  encode_framed(StockDirectory{.header = header, .stock = symbol("A")}, out);
  encode_framed(AddOrder{header, {7}, Side::bid, 100, symbol("A"), {10'000}}, out);
  encode_framed(OrderExecutedWithPrice{header, {7}, 10, {1}, 'Y', {20'000}}, out);
  encode_framed(OrderExecutedWithPrice{header, {7}, 20, {2}, 'N', {90'000}}, out);
  encode_framed(OrderExecuted{header, {7}, 30, {3}}, out);
  encode_framed(CrossTrade{header, 4'000'000'000'000, symbol("A"), {90'000}, {4}, 'O'}, out);
  const Facts facts = inspect(tests::to_bytes(out));
  const InstrumentFacts& one = facts.instruments.at(0);
  EXPECT_EQ(one.trades, 2u);
  EXPECT_EQ(one.shares, 40u);
  EXPECT_EQ(one.vwap(), ringbuf::Price{1'250'000'000});
  EXPECT_EQ(one.first, ringbuf::Price{2'000'000'000}) << "at the execution's price, not the order's";
  EXPECT_EQ(one.last, ringbuf::Price{1'000'000'000});
  EXPECT_EQ(one.high, one.first);
  EXPECT_EQ(one.low, one.last);
  EXPECT_EQ(one.non_printable, 1u);
  EXPECT_EQ(one.non_printable_shares, 20u);
  EXPECT_EQ(one.crosses, 1u);
  EXPECT_EQ(one.cross_shares, 4'000'000'000'000u);
  EXPECT_EQ(one.best_bid_size, 40u);
  // session; definition; order, quote; three times order, trade, quote; cross; source position
  EXPECT_EQ(facts.records, 1u + 1 + 2 + 3 * 3 + 1 + 1);
}

TEST_F(InspectionOfFaults, CountsInstrumentsBeyondItsDirectory) {
  Buffer out;
  constexpr std::uint32_t kRoom = 1 << 15;
  for (std::uint32_t i = 1; i <= kRoom + 10; ++i) {
    encode_framed(
        StockDirectory{.header = {{static_cast<std::uint16_t>(i)}, {}, {i}}, .stock = symbol("S" + std::to_string(i))},
        out);
  }
  const Facts facts = inspect(tests::to_bytes(out));
  EXPECT_EQ(facts.messages, kRoom + 10);
  EXPECT_EQ(facts.instruments.size() + facts.unknown_instruments, kRoom + 10);
  EXPECT_GE(facts.instruments.size(), kRoom - 1);
}

TEST_F(InspectionOfFaults, SurvivesSymbolsThatAreNoText) {
  Buffer out;
  const Header header{{1}, {1}, {1}};
  for (const char* odd : {"\xff\xfe", "\x1b[2J", "A@B", "\"quote\"", "", "      x"})
    encode_framed(StockDirectory{.header = header, .stock = symbol(odd)}, out);
  const Facts facts = inspect(tests::to_bytes(out));
  EXPECT_EQ(facts.messages, 6u);
  EXPECT_NO_THROW((void)to_json(facts));
}

TEST_F(InspectionOfFaults, SurvivesAnyDamageToAFile) {
  const Bytes day = whole_day();
  const Bytes capture = tests::pcap_file(tests::mold_packets(tests::messages_of(day)));
  tests::Random random(tests::test_seed());
  for (int i = 0; i < 60; ++i) {
    SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed() << ", file " << i);
    Bytes file = i % 2 == 0 ? day : capture;
    for (int j = 0; j < 20; ++j) {
      // Behind the first records, which tell the format.
      const std::size_t at = 1000 + random.below(static_cast<std::uint32_t>(file.size()) - 1000);
      file[at] = static_cast<char>(random.below(256));
    }
    const Facts facts = inspect(file);
    EXPECT_GT(facts.messages, 0u);
    EXPECT_FALSE(to_json(facts).empty());
  }
}

}  // namespace
}  // namespace tickplant::cli::this_file
