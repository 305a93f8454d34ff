// What `inspect` says about real captures, against facts that independent decoders computed (facts/*.json beside them).
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "clients/cli/inspect/facts_json.hpp"
#include "clients/cli/inspect/inspection.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/shared_data.hpp"

namespace tickplant::cli::this_file {
namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;

Json inspected(const Path& file) { return Json::parse(to_json(inspect_file(file, {}))); }

Json read_json(const Path& file) {
  std::ifstream in(file);
  return Json::parse(in);
}

/// A price of the facts in 1e-9, whatever the decimal text went through; null stays null.
Json nanos(const Json& price) {
  return price.is_null() ? price : Json(std::llround(price.get<double>() * ringbuf::kPriceScale));
}

void expect_side(const Json& found, const std::string& side, const Json& expected) {
  EXPECT_EQ(nanos(found["best_" + side]), expected.is_null() ? Json() : nanos(expected[0]));
  EXPECT_EQ(found["best_" + side + "_size"], expected.is_null() ? Json() : expected[1]);
}

void expect_instrument(const Json& found, const Json& expected) {
  EXPECT_EQ(found["trades"], expected["executions"].get<int>() + expected["P_trades"].get<int>());
  EXPECT_EQ(found["shares"], expected["exec_shares"].get<int>() + expected["P_shares"].get<int>());
  EXPECT_EQ(found["vwap"], expected["vwap_EC_P"]);
  EXPECT_EQ(found["first"], expected["first_px"]);
  EXPECT_EQ(found["last"], expected["last_px"]);
  EXPECT_EQ(found["high"], expected["hi"]);
  EXPECT_EQ(found["low"], expected["lo"]);
  EXPECT_EQ(found["crosses"], expected["Q_crosses"]);
  EXPECT_EQ(found["cross_shares"], expected["Q_shares"]);
  EXPECT_EQ(found["non_printable"], expected["nonprintable_C"]);
  EXPECT_EQ(found["open_orders"], expected["open_orders"].is_null() ? Json(0) : expected["open_orders"]);
  EXPECT_EQ(found["bid_levels"], expected["bid_levels"]);
  EXPECT_EQ(found["ask_levels"], expected["ask_levels"]);
  expect_side(found, "bid", expected["best_bid"]);
  expect_side(found, "ask", expected["best_ask"]);
}

/// Everything that both know about a day file.
void expect_facts(const Path& file, const Path& facts) {
  const Json found = inspected(file);
  const Json expected = read_json(facts);
  EXPECT_EQ(found["format"], "itch50/binaryfile");
  EXPECT_EQ(found["messages"], expected["messages"]);
  EXPECT_EQ(found["messages_by_type"], expected["by_type"]);
  EXPECT_EQ(found["bad_lengths"], expected["n_bad"]);
  EXPECT_EQ(found["unknown_types"], 0);
  EXPECT_EQ(found["truncated_tail"], expected["truncated_tail"]);
  EXPECT_EQ(found["unknown_references_by_type"], expected["unknown_refs"]);
  EXPECT_EQ(found["first_time"], expected["first_ts"]);
  EXPECT_EQ(found["last_time"], expected["last_ts"]);
  EXPECT_EQ(found["backward_times"], expected["backwards_ts"]);
  EXPECT_EQ(found["open_orders"], expected["open_orders"]);
  EXPECT_EQ(found["instruments"].size(), expected["symbols"]);
  for (const auto& [symbol, one] : expected["per_symbol"].items()) {
    SCOPED_TRACE(symbol);
    ASSERT_TRUE(found["instruments"].contains(symbol));
    expect_instrument(found["instruments"][symbol], one);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(InspectRealCaptures, AgreesOnAPreMarketMorningOfApple) {
  TP_SHARED_DATA(file, "itch/runk-locate-13-10k.bin");
  expect_facts(file, tests::shared_data() / "facts/runk-locate-13-10k.bin.json");
}

TEST(InspectRealCaptures, AgreesOnADirectoryWhoseLastMessageIsCut) {
  TP_SHARED_DATA(file, "itch/lync-real_sample_slice.itch");
  expect_facts(file, tests::shared_data() / "facts/lync-real_sample_slice.itch.json");
}

TEST(InspectRealCaptures, AgreesOnTheOpenOfApple) {
  TP_SHARED_DATA(file, "itch/aapl-20190130-open/aapl-20190130-open.rebuilt.itch");
  expect_facts(file, tests::shared_data() / "facts/aapl-20190130-open.rebuilt.itch.json");
}

TEST(InspectRealCaptures, AgreesOnCrossedBooksAndUnknownOrders) {
  TP_SHARED_DATA(file, "itch/ritch-ex20101224.reframed.itch");
  expect_facts(file, tests::shared_data() / "facts/ritch-ex20101224.reframed.itch.json");
}

/// "1632400,1849,": price in 1e-4, size; both empty at an absent level.
void append_levels(std::string& text, const std::array<ringbuf::DepthLevel, ringbuf::kDepthLevels>& side) {
  for (const ringbuf::DepthLevel& level : side) {
    if (ringbuf::is_present(level.price)) {
      text += ',' + std::to_string(level.price.value / 100'000) + ',' + std::to_string(level.size.value);
    } else {
      text += ",,";
    }
  }
}

TEST(InspectRealCaptures, HasTheTenLevelsOfAnotherVendorAfterEachEventOfTheOpen) {
  TP_SHARED_DATA(folder, "itch/aapl-20190130-open");
  std::map<std::uint64_t, std::string> rows;  // by the message's index
  InspectOptions options;
  options.on_depth = [&](const DepthRow& row) {
    std::string& text = rows[row.message];
    text = std::to_string(row.message) + ',' + std::to_string(row.time) + ',' + row.type;
    append_levels(text, row.depth->bid);
    append_levels(text, row.depth->ask);
  };
  (void)inspect_file(folder / "aapl-20190130-open.rebuilt.itch", options);

  std::ifstream expected(folder / "depth10_after_each_event.csv");
  std::string line;
  std::getline(expected, line);  // header
  int agreed = 0;
  while (std::getline(expected, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::uint64_t message = std::stoull(line);
    ASSERT_EQ(rows[message], line);
    ++agreed;
  }
  EXPECT_EQ(agreed, 10'000);
}

TEST(InspectRealCaptures, AgreesOnAMulticastCaptureFromMidStream) {
  TP_SHARED_DATA(file, "pcap/dhsilv-subset.pcap");
  const Json found = inspected(file);
  EXPECT_EQ(found["format"], "itch50/moldudp64/pcap");
  EXPECT_EQ(found["trading_date"], "2023-08-22");
  EXPECT_EQ(found["trading_date_from"], "capture time");
  EXPECT_EQ(found["packets"], 100);
  EXPECT_EQ(found["messages"], 269);
  EXPECT_EQ(found["messages_by_type"],
            Json({{"A", 125}, {"F", 6}, {"E", 3}, {"D", 30}, {"U", 99}, {"I", 5}, {"S", 1}}));
  EXPECT_EQ(found["unknown_references_by_type"], Json({{"U", 99}, {"D", 30}, {"E", 3}}));
  EXPECT_EQ(found["gaps"], Json::array());
  ASSERT_EQ(found["sessions"].size(), 1u);
  const Json& session = found["sessions"][0];
  EXPECT_EQ(session["session"], "000010059B");
  EXPECT_EQ(session["first_sequence"], 14'757'701);
  EXPECT_EQ(session["next_sequence"], 14'757'970);
  EXPECT_EQ(session["messages"], 269);
  EXPECT_EQ(session["duplicate_messages"], 0);
  EXPECT_EQ(session["missed_messages"], 0);
}

TEST(InspectRealCaptures, ReadsOneSampleOfEachMessageType) {
  TP_SHARED_DATA(folder, "pcap/omi/Nasdaq/Nasdaq.Equities.TotalView.Itch.v5.0.20230822");
  std::map<std::string, int> by_type;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path());
    const Json found = inspected(entry.path());
    EXPECT_EQ(found["messages_by_type"].size(), 1u);
    EXPECT_EQ(found["bad_lengths"], 0);
    EXPECT_EQ(found["unsequenced_packets"], found["packets"]) << "session and sequence are blanked";
    for (const auto& [type, count] : found["messages_by_type"].items()) by_type[type] += count.get<int>();
    ++files;
  }
  EXPECT_EQ(files, 15);
  const std::map<std::string, int> expected{{"A", 5}, {"C", 5}, {"D", 5}, {"E", 5}, {"F", 5},
                                            {"H", 5}, {"I", 5}, {"J", 5}, {"L", 5}, {"P", 5},
                                            {"Q", 5}, {"S", 1}, {"U", 5}, {"X", 5}, {"Y", 5}};
  EXPECT_EQ(by_type, expected);
}

TEST(InspectRealCaptures, ReadsAWholeSessionOfIexDeep) {
  TP_SHARED_DATA(file, "iex/20170826-iex-deep.pcap.gz");
  const Json found = inspected(file);
  EXPECT_EQ(found["format"], "iex-deep1.0/iextp/pcap");
  EXPECT_EQ(found["compression"], "gzip");
  EXPECT_EQ(found["packets"], 20'145);
  EXPECT_EQ(found["heartbeats"], 13'220);
  EXPECT_EQ(found["messages"], 48'635);
  EXPECT_EQ(found["messages_by_type"], Json({{"S", 5},
                                             {"D", 3},
                                             {"H", 8'895},
                                             {"O", 8'445},
                                             {"P", 8'697},
                                             {"E", 16'884},
                                             {"8", 138},
                                             {"5", 116},
                                             {"T", 165},
                                             {"B", 1},
                                             {"A", 5'286}}));
  ASSERT_EQ(found["sessions"].size(), 1u);
  EXPECT_EQ(found["sessions"][0]["next_sequence"], 48'636);
  EXPECT_EQ(found["gaps"], Json::array());
  EXPECT_EQ(found["backward_times"], 9);
  std::uint64_t trades = 0, shares = 0;
  for (const auto& [symbol, one] : found["instruments"].items()) {
    trades += one["trades"].get<std::uint64_t>() + one["crosses"].get<std::uint64_t>();
    shares += one["shares"].get<std::uint64_t>() + one["cross_shares"].get<std::uint64_t>();
  }
  EXPECT_EQ(trades, 165u);
  EXPECT_EQ(shares, 3'941'406u);
  const Json& zxiet = found["instruments"]["ZXIET"];
  EXPECT_EQ(zxiet["vwap_with_crosses"], 82.835856);
  EXPECT_EQ(zxiet["shares"].get<int>() + zxiet["cross_shares"].get<int>(), 3'108'274);
  EXPECT_EQ(zxiet["best_bid"], Json());
  EXPECT_EQ(zxiet["best_ask"], 89.98);
  EXPECT_EQ(zxiet["best_ask_size"], 4'400);
  EXPECT_EQ(found["instruments"]["ZEXIT"]["vwap_with_crosses"], 10.003906);
  EXPECT_EQ(found["instruments"]["ZIEXT"]["vwap_with_crosses"], 1.009033);
  EXPECT_EQ(found["instruments"]["WWE"]["vwap_with_crosses"], 20.895);
}

TEST(InspectRealCaptures, ReadsIexTopsInPcapng) {
  TP_SHARED_DATA(file, "iex/iextools-example1.pcapng");
  const Json found = inspected(file);
  EXPECT_EQ(found["format"], "iex-tops1.6/iextp/pcapng");
  EXPECT_EQ(found["heartbeats"], 1);
  EXPECT_EQ(found["messages_by_type"], Json({{"S", 1}, {"H", 13}, {"O", 13}, {"P", 13}, {"Q", 13}}));
}

TEST(InspectRealCaptures, KnowsEverySinglePacketOfIexTops) {
  TP_SHARED_DATA(tops, "pcap/omi/Iex");
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tops)) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path());
    const Json found = inspected(entry.path());
    EXPECT_EQ(found["format"], "iex-tops1.6/iextp/pcap");
    EXPECT_GE(found["messages"], 1);
    EXPECT_EQ(found["unknown_types"], 0);
    EXPECT_EQ(found["bad_lengths"], 0);
    ++files;
  }
  EXPECT_GE(files, 10);
}

TEST(InspectRealCaptures, CountsCmeLineByLine) {
  TP_SHARED_DATA(file, "cme/Cme.Mdp3.Sbe.v1.9.Example.pcap");
  const Json found = inspected(file);
  EXPECT_EQ(found["format"], "cme-mdp3/pcap");
  EXPECT_EQ(found["packets"], 99);
  EXPECT_EQ(found["skipped_frames"], 1) << "IGMP";
  EXPECT_EQ(found["messages"], 194);
  EXPECT_EQ(found["messages_by_type"], Json({{"46", 170}, {"47", 8}, {"48", 8}, {"37", 8}}));
  ASSERT_EQ(found["gaps"].size(), 4u);
  for (const Json& gap : found["gaps"]) EXPECT_EQ(gap["count"], 1);
  EXPECT_EQ(found["sessions"].size(), 18u) << "nine channels, two lines each";
}

TEST(InspectRealCaptures, ReadsDatabentoOrdersIntoTheBook) {
  TP_SHARED_DATA(file, "dbn/nautilus/esh4-glbx-mdp3-20231224.mbo.dbn.zst");
  const Json found = inspected(file);
  EXPECT_EQ(found["format"], "dbn/v1");
  EXPECT_EQ(found["compression"], "zstd");
  EXPECT_EQ(found["messages_by_type"], Json({{"mbo", 8'725}}));
  EXPECT_EQ(found["actions"], Json({{"A", 8'725}}));
  EXPECT_EQ(found["open_orders"], 8'725);
  const Json& es = found["instruments"]["ESH4"];
  EXPECT_EQ(es["bid_levels"], 892);
  EXPECT_EQ(es["ask_levels"], 559);
  EXPECT_EQ(es["best_bid"], 4'799.0);
  EXPECT_EQ(es["best_bid_size"], 16);
  EXPECT_EQ(es["best_ask"], 4'799.5);
  EXPECT_EQ(es["best_ask_size"], 23);
}

TEST(InspectRealCaptures, ReadsDatabentoQuotesAndTrades) {
  TP_SHARED_DATA(folder, "dbn/nautilus/historical_bars_catalog/databento");
  const std::string minutes = "2024-07-01T23-58_2024-07-02T00-02.dbn.zst";
  const Json quotes = inspected(folder / ("futures_mbp-1_" + minutes));
  EXPECT_EQ(quotes["messages_by_type"], Json({{"mbp-1", 2'288}}));
  EXPECT_EQ(quotes["actions"], Json({{"A", 1'061}, {"C", 989}, {"M", 118}, {"T", 120}}));
  EXPECT_EQ(quotes["trading_date"], "2024-07-01");
  const Json& es = quotes["instruments"]["ESU4"];
  EXPECT_EQ(es["trades"], 120);
  EXPECT_EQ(es["shares"], 253);
  EXPECT_EQ(es["vwap"], 5'529.033597);
  EXPECT_EQ(es["best_bid"], 5'529.0);
  EXPECT_EQ(es["best_bid_size"], 24);
  EXPECT_EQ(es["best_ask"], 5'529.25);
  EXPECT_EQ(es["best_ask_size"], 6);
  const Json trades = inspected(folder / ("futures_trades_" + minutes));
  EXPECT_EQ(trades["instruments"]["ESU4"]["shares"], 253);
  EXPECT_EQ(trades["instruments"]["ESU4"]["vwap"], es["vwap"]);
}

TEST(InspectRealCaptures, ReadsEveryDatabentoFixtureOrSaysWhyNot) {
  TP_SHARED_DATA(folder, "dbn/databento-dbn");
  std::map<std::string, int> refused;
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path());
    try {
      const Json found = inspected(entry.path());
      EXPECT_EQ(found["problem"], Json());
      EXPECT_EQ(found["unknown_types"], 0);
      EXPECT_EQ(found["bad_lengths"], 0);
      ++read;
    } catch (const platform::SetupError& error) {
      ++refused[error.problem().find("is a DBZ file") != std::string::npos       ? "dbz"
                : error.problem().find("is a DBN fragment") != std::string::npos ? "fragment"
                                                                                 : error.problem()];
      EXPECT_FALSE(error.remedy().empty());
    }
  }
  EXPECT_EQ(read, 64);
  EXPECT_EQ(refused, (std::map<std::string, int>{{"dbz", 10}, {"fragment", 7}}));
}

}  // namespace
}  // namespace tickplant::cli::this_file
