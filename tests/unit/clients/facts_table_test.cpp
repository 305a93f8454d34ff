// What a person reads.
#include "clients/cli/inspect/facts_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tickplant::cli::this_file {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Style kPlain{};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

InstrumentFacts instrument(const std::string& symbol, std::uint64_t shares) {
  InstrumentFacts facts{.symbol = symbol};
  facts.trades = shares > 0 ? 1 : 0;
  facts.shares = shares;
  return facts;
}

/// The lines of the table of instruments, header first.
std::vector<std::string> instrument_lines(const Facts& facts, std::size_t most = 20) {
  std::vector<std::string> lines = lines_of(to_table(facts, most, kPlain));
  const auto header =
      std::find_if(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("symbol "); });
  return {header, lines.end()};
}

TEST(FactsTable, ShowsWhatTheFileIs) {
  Facts facts;
  facts.file = "a.gz";
  facts.format = "itch50/binaryfile";
  facts.compression = "gzip";
  facts.trading_date = platform::make_date(2019, 1, 30);
  facts.trading_date_from = "option";
  facts.time_zone = "America/New_York";
  facts.first_time = 34'200'000'000'000;
  facts.last_time = 34'200'000'000'001;
  facts.messages = 12'345;
  facts.messages_by_type = {{"A", 12'345}};
  facts.message_types = {{"A", "add order"}};
  const std::string text = to_table(facts, 20, kPlain);
  EXPECT_THAT(text, HasSubstr("itch50/binaryfile, gzip\n"));
  EXPECT_THAT(text, HasSubstr("2019-01-30 (option)\n"));
  EXPECT_THAT(text, HasSubstr("09:30:00.000000000 - 09:30:00.000000001 America/New_York\n"));
  EXPECT_THAT(text, HasSubstr("messages       12,345\n"));
  EXPECT_THAT(text, HasSubstr("A  add order "));
  EXPECT_THAT(text, Not(HasSubstr("!"))) << "nothing to warn of";
  EXPECT_THAT(text, Not(HasSubstr("packets"))) << "no capture";
}

TEST(FactsTable, ShowsEveryWarningThatApplies) {
  Facts facts;
  facts.problem = "the file stops inside a message";
  facts.truncated_tail = true;
  facts.bad_lengths = 11;
  facts.unknown_types = 12;
  facts.damaged_packets = 13;
  facts.skipped_frames = 14;
  facts.unsequenced_packets = 15;
  facts.refused_orders = 16;
  facts.over_executions = 17;
  facts.unknown_instruments = 18;
  facts.backward_times = 19;
  facts.left_out_packets = 20;
  facts.crossed_after_add = 1;
  facts.messages_by_type = {{"D", 30}};
  facts.message_types = {{"D", "order delete"}};
  facts.unknown_references_by_type = {{"D", 21}};
  const std::string text = to_table(facts, 20, kPlain);
  EXPECT_THAT(text, HasSubstr("! the file is cut: the file stops inside a message\n"));
  EXPECT_THAT(text, HasSubstr("! trading date unknown"));
  for (int count = 11; count <= 20; ++count) EXPECT_THAT(text, HasSubstr("  ! " + std::to_string(count) + ' '));
  EXPECT_THAT(text, HasSubstr("! 1 order that left the book locked or crossed\n"));
  EXPECT_THAT(text, HasSubstr("21 about an order never seen\n"));
}

TEST(FactsTable, ShowsTheFirstGapsAndCountsTheRest) {
  Facts facts;
  for (std::uint64_t i = 0; i < 6; ++i) facts.gaps.push_back({"S1", 10 * i, 10 * i + i});
  const std::string text = to_table(facts, 20, kPlain);
  EXPECT_THAT(text, HasSubstr("! gap in session S1: 0 to 0, 1 message\n"));
  EXPECT_THAT(text, HasSubstr("! gap in session S1: 40 to 44, 5 messages\n"));
  EXPECT_THAT(text, HasSubstr("! and 1 more gap\n"));
  EXPECT_THAT(text, Not(HasSubstr("50 to 55")));
}

TEST(FactsTable, ShowsEachSession) {
  Facts facts;
  facts.is_capture = true;
  facts.packets = 3;
  facts.heartbeats = 1;
  facts.sessions = {{"", 1, 1, 1, 0, 0, 0, 0}, {"000010059B", 5, 9, 2, 4, 1, 3, 2}};
  const std::string text = to_table(facts, 20, kPlain);
  EXPECT_THAT(text, HasSubstr("3, 1 heartbeat\n"));
  EXPECT_THAT(text, HasSubstr("(blank), no messages, next 1, no gap\n"));
  EXPECT_THAT(text, HasSubstr("000010059B, messages 5 to 8, missed 3, of these came too late 2, 1 duplicate\n"));
}

TEST(FactsTable, HasTheBusiestInstrumentsFirstAndSaysHowManyItLeftOut) {
  Facts facts;
  facts.instruments = {instrument("QUIET", 0), instrument("SOME", 10), instrument("BUSY", 99)};
  facts.instruments[0].open_orders = 1;
  EXPECT_EQ(instrument_lines(facts, 3).size(), 4u) << "a header and three rows";
  const std::vector<std::string> lines = instrument_lines(facts, 2);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_TRUE(lines[1].starts_with("BUSY "));
  EXPECT_TRUE(lines[2].starts_with("SOME "));
  EXPECT_EQ(lines[3], "and 1 more instrument (--all shows them, --json too)");
}

TEST(FactsTable, PutsMoreOpenOrdersFirstAmongUntraded) {
  Facts facts;
  facts.instruments = {instrument("A", 0), instrument("B", 0), instrument("C", 0)};
  facts.instruments[1].open_orders = 5;
  const std::vector<std::string> lines = instrument_lines(facts);
  EXPECT_TRUE(lines[1].starts_with("B "));
  EXPECT_TRUE(lines[2].starts_with("A ")) << "the venue's order among equals";
}

TEST(FactsTable, LinesColumnsUpHoweverWideTheirNumbers) {
  Facts facts;
  facts.instruments = {instrument("A", 1), instrument("ABCDEFGH", 18'446'744'073'709'551'615u)};
  facts.instruments[1].last = {199'999'990'000'000};
  facts.instruments[1].best_bid = {199'999'990'000'000};
  facts.instruments[1].best_bid_size = 4'294'967'295;
  facts.instruments[1].open_orders = 16'777'216;
  const std::vector<std::string> lines = instrument_lines(facts);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].size(), lines[1].size());
  EXPECT_EQ(lines[0].size(), lines[2].size());
  for (const char* name : {"trades", "shares", "vwap", "last", "high", "low", "bid", "ask", "orders"}) {
    const std::size_t end = lines[0].find(name) + std::string_view(name).size();
    for (const std::string& line : lines) {
      EXPECT_NE(line[end - 1], ' ') << name;
      EXPECT_TRUE(end == line.size() || line.substr(end, 2) == "  ") << name << " runs into its neighbour: " << line;
    }
  }
}

TEST(FactsTable, MarksBooksThatMayLackSomething) {
  Facts facts;
  facts.instruments = {instrument("A", 2), instrument("B", 1)};
  facts.instruments[0].maybe_bad_book = true;
  const std::vector<std::string> lines = instrument_lines(facts);
  EXPECT_THAT(lines[1], HasSubstr("book incomplete"));
  EXPECT_THAT(lines[2], Not(HasSubstr("book incomplete")));
}

TEST(FactsTable, HasColourCodesOnlyWhenAskedFor) {
  Facts facts;
  facts.bad_lengths = 1;
  facts.instruments = {instrument("A", 1), instrument("B", 1)};
  EXPECT_THAT(to_table(facts, 1, kPlain), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_table(facts, 1, Style{true}), HasSubstr("\x1b[33m  ! 1 message of a wrong length\x1b[0m\n"));
}

TEST(FactsTable, LetsNoBytesOfAFileSteerTheTerminal) {
  Facts facts;
  facts.instruments = {instrument("\x1b[2J\n\xff", 1)};
  facts.sessions.push_back({.session = "\x1b]0;x\a"});
  facts.gaps.push_back({"\x1b", 1, 1});
  const std::string text = to_table(facts, 20, kPlain);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("?[2J??  "));
}

}  // namespace
}  // namespace tickplant::cli::this_file
