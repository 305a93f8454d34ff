// What a program reads: the keys of docs/inspect.md and no others.
#include "clients/cli/inspect/facts_json.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace tickplant::cli::this_file {
namespace {

using Json = nlohmann::json;
using Names = std::set<std::string>;

/// What stands between back quotes in `text`; "a, b" are two names.
Names quoted_names(std::string_view text) {
  Names names;
  std::size_t begin;
  while ((begin = text.find('`')) != std::string_view::npos) {
    const std::size_t end = text.find('`', begin + 1);
    std::string_view list = text.substr(begin + 1, end - begin - 1);
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(", "), list.size());
      names.emplace(list.substr(0, comma));
      list.remove_prefix(std::min(comma + 2, list.size()));
    }
    text.remove_prefix(end + 1);
  }
  return names;
}

/// The document: the keys of its two tables, and the members that the rows of `sessions` and `gaps` name.
struct DocumentedKeys {
  Names file, session, gap, instrument;

  DocumentedKeys() {
    std::ifstream document(TICKPLANT_SOURCE_DIR "/docs/inspect.md");
    Names* table = &file;
    for (std::string line; std::getline(document, line);) {
      if (line == "An instrument:") table = &instrument;
      if (!line.starts_with("| `")) continue;
      const std::size_t second = line.find('|', 1);
      const Names keys = quoted_names(std::string_view(line).substr(0, second));
      const std::string_view meaning = std::string_view(line).substr(second);
      table->insert(keys.begin(), keys.end());
      if (keys.contains("sessions")) session = quoted_names(meaning);
      if (keys.contains("gaps")) gap = quoted_names(meaning);
    }
  }
};

Names keys_of(const Json& object) {
  Names names;
  for (const auto& [key, value] : object.items()) names.insert(key);
  return names;
}

Json parsed(const Facts& facts) { return Json::parse(to_json(facts)); }

Facts facts_with(const InstrumentFacts& instrument) {
  Facts facts;
  facts.instruments.push_back(instrument);
  return facts;
}

TEST(FactsJson, HasTheKeysThatAreDocumentedAndNoOthers) {
  Facts facts = facts_with({.symbol = "AAPL"});
  facts.sessions.emplace_back();
  facts.gaps.emplace_back();
  const Json json = parsed(facts);
  const DocumentedKeys documented;
  EXPECT_EQ(keys_of(json), documented.file);
  EXPECT_EQ(keys_of(json["sessions"][0]), documented.session);
  EXPECT_EQ(keys_of(json["gaps"][0]), documented.gap);
  EXPECT_EQ(keys_of(json["instruments"]["AAPL"]), documented.instrument);
}

TEST(FactsJson, SaysNullForWhatDoesNotExist) {
  const Json json = parsed(facts_with({.symbol = "AAPL"}));
  for (const char* key : {"trading_date", "trading_date_from", "problem", "first_time", "last_time",
                          "first_time_utc_ns", "last_time_utc_ns", "packets"}) {
    EXPECT_TRUE(json[key].is_null()) << key;
  }
  for (const char* key :
       {"vwap", "first", "last", "high", "low", "best_bid", "best_bid_size", "best_ask", "best_ask_size"}) {
    EXPECT_TRUE(json["instruments"]["AAPL"][key].is_null()) << key;
  }
  EXPECT_EQ(json["instruments"]["AAPL"]["trades"], 0);
  EXPECT_EQ(json["messages_by_type"], Json::object());
}

TEST(FactsJson, GivesUtcOnlyWithATradingDate) {
  Facts facts;
  facts.first_time = 34'200'000'000'001;
  facts.last_time = 34'200'000'000'002;
  facts.midnight = {1'548'824'400'000'000'000};
  EXPECT_EQ(parsed(facts)["first_time"], "09:30:00.000000001");
  EXPECT_TRUE(parsed(facts)["first_time_utc_ns"].is_null());

  facts.trading_date = platform::make_date(2019, 1, 30);
  facts.trading_date_from = "option";
  EXPECT_EQ(parsed(facts)["trading_date"], "2019-01-30");
  EXPECT_EQ(parsed(facts)["trading_date_from"], "option");
  EXPECT_EQ(parsed(facts)["first_time_utc_ns"], 1'548'858'600'000'000'001);
  EXPECT_EQ(parsed(facts)["last_time_utc_ns"], 1'548'858'600'000'000'002);
}

TEST(FactsJson, WritesPricesAsTheDecimalTheyAre) {
  InstrumentFacts aapl{.symbol = "AAPL"};
  aapl.first = {321'200'000'000};
  aapl.best_bid = {6'966'700'000};
  aapl.best_bid_size = 25;
  const std::string text = to_json(facts_with(aapl));
  EXPECT_NE(text.find("\"first\": 321.2,"), std::string::npos) << text;
  EXPECT_NE(text.find("\"best_bid\": 6.9667,"), std::string::npos) << text;
  EXPECT_NE(text.find("\"best_bid_size\": 25,"), std::string::npos) << text;
}

TEST(FactsJson, RoundsVwapOnceToSixDecimals) {
  InstrumentFacts facts{.symbol = "A"};
  facts.shares = 2'000'001;
  facts.notional = static_cast<ringbuf::Int128>(500) * 2'000'001 - 1;  // just below half of a millionth
  facts.trades = 1;
  EXPECT_EQ(facts.vwap(), ringbuf::Price{0}) << "rounding to 1e-9 first would make it a whole one";
  facts.notional += 1;
  EXPECT_EQ(facts.vwap(), ringbuf::Price{1000});
}

TEST(FactsJson, HoldsVwapOfMoreThanSixtyFourBitsCanCount) {
  InstrumentFacts facts{.symbol = "BRK.A"};
  facts.shares = 4'000'000'000;
  facts.notional = static_cast<ringbuf::Int128>(429'496'729'500'000) * 4'000'000'000;
  EXPECT_EQ(facts.vwap(), ringbuf::Price{429'496'729'500'000}) << "the dearest price ITCH can say";
}

TEST(FactsJson, CountsBothEndsOfAGap) {
  Facts facts;
  facts.gaps = {{"S", 5, 5}, {"S", 7, 10}};
  EXPECT_EQ(parsed(facts)["gaps"][0]["count"], 1);
  EXPECT_EQ(parsed(facts)["gaps"][1]["count"], 4);
}

TEST(FactsJson, TakesBytesThatAreNoText) {
  Facts facts = facts_with({.symbol = "\xff\xc0\x80"});
  facts.file = "a\xfe.itch";
  facts.sessions.push_back({.session = "\xff"});
  EXPECT_EQ(parsed(facts)["instruments"].size(), 1u);
}

}  // namespace
}  // namespace tickplant::cli::this_file
