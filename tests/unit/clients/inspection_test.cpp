// `inspect` over made-up days: the facts are those of the slow and obvious model, whatever form the file has.
#include "clients/cli/inspect/inspection.hpp"

#include <nlohmann/json.hpp>

#include "clients/cli/inspect/facts_json.hpp"
#include "feedhandlers/itch50/messages.hpp"
#include "tests/unit/clients/inspect_files.hpp"

namespace tickplant::cli::this_file {
namespace {

using ringbuf::Price;
using tests::Bytes;
using tests::itch::Session;
using tests::itch::TruthBook;
using Json = nlohmann::json;

using Inspection = tests::InspectFiles;

constexpr std::uint64_t kMessages = 3000;

Price price_of(std::uint32_t raw) { return {std::int64_t{raw} * 100'000}; }

void expect_trades(const InstrumentFacts& found, const TruthBook& truth) {
  InstrumentFacts expected;
  for (const auto& trade : truth.trades) {
    const bool is_cross = trade.type == 'Q';
    ++(is_cross ? expected.crosses : trade.printable ? expected.trades : expected.non_printable);
    (is_cross          ? expected.cross_shares
     : trade.printable ? expected.shares
                       : expected.non_printable_shares) += trade.shares;
    if (is_cross || !trade.printable) continue;
    const Price price = price_of(trade.price.raw);
    expected.notional += static_cast<ringbuf::Int128>(price.value) * static_cast<ringbuf::Int128>(trade.shares);
    if (expected.trades == 1) expected.first = expected.high = expected.low = price;
    expected.last = price;
    expected.high = std::max(expected.high, price);
    expected.low = std::min(expected.low, price);
  }
  EXPECT_EQ(found.trades, expected.trades);
  EXPECT_EQ(found.shares, expected.shares);
  EXPECT_EQ(found.vwap(), expected.vwap());
  EXPECT_EQ(found.first, expected.first);
  EXPECT_EQ(found.last, expected.last);
  EXPECT_EQ(found.high, expected.high);
  EXPECT_EQ(found.low, expected.low);
  EXPECT_EQ(found.crosses, expected.crosses);
  EXPECT_EQ(found.cross_shares, expected.cross_shares);
  EXPECT_EQ(found.non_printable, expected.non_printable);
  EXPECT_EQ(found.non_printable_shares, expected.non_printable_shares);
}

template <class Levels>
void expect_side(const Levels& truth, std::uint64_t levels, Price best, std::uint64_t best_size) {
  EXPECT_EQ(levels, truth.size());
  EXPECT_EQ(best, truth.empty() ? ringbuf::kNoPrice : price_of(truth.begin()->first));
  EXPECT_EQ(best_size, truth.empty() ? 0 : truth.begin()->second.shares);
}

void expect_truth(const Facts& facts, const Session& day) {
  SCOPED_TRACE(testing::Message() << "TICKPLANT_TEST_SEED=" << tests::test_seed());
  EXPECT_EQ(facts.messages_by_type, tests::by_name(day.truth().messages()));
  EXPECT_EQ(facts.unknown_references_by_type, tests::by_name(day.truth().unknown_references()));
  EXPECT_EQ(facts.messages + facts.bad_lengths, day.written());
  EXPECT_EQ(facts.bad_lengths, day.bad_lengths());
  EXPECT_EQ(facts.open_orders, day.truth().open_orders());
  EXPECT_EQ(facts.problem, "");
  ASSERT_EQ(facts.instruments.size(), day.truth().books().size());
  std::size_t i = 0;
  for (const auto& [locate, book] : day.truth().books()) {
    const InstrumentFacts& found = facts.instruments[i++];
    SCOPED_TRACE(book.symbol);
    EXPECT_EQ(found.symbol, book.symbol);
    EXPECT_EQ(found.open_orders, book.open_orders);
    expect_trades(found, book);
    expect_side(book.bids, found.bid_levels, found.best_bid, found.best_bid_size);
    expect_side(book.asks, found.ask_levels, found.best_ask, found.best_ask_size);
  }
}

TEST_F(Inspection, AgreesWithTheModelOnAQuietDay) {
  Session day{{.seed = tests::test_seed(), .symbols = 5, .live_orders = 200}};
  const Facts facts = inspect(tests::day_file(day, kMessages));
  expect_truth(facts, day);
  EXPECT_EQ(facts.format, "itch50/binaryfile");
  EXPECT_EQ(facts.compression, "none");
  EXPECT_EQ(facts.crossed_after_add, 0u);
  EXPECT_FALSE(facts.instruments[0].maybe_bad_book);
  EXPECT_GT(facts.instruments[0].crosses, 0u) << "the day tests too little";
}

TEST_F(Inspection, AgreesWithTheModelWhenBooksCross) {
  Session day{{.seed = tests::test_seed() + 1, .symbols = 3, .live_orders = 200, .may_cross = true}};
  const Facts facts = inspect(tests::day_file(day, kMessages));
  expect_truth(facts, day);
  EXPECT_GT(facts.crossed_after_add, 0u);
}

TEST_F(Inspection, AgreesWithTheModelWhenMessagesAreMissingOrOfAWrongLength) {
  Session day{{.seed = tests::test_seed() + 2,
               .symbols = 3,
               .live_orders = 200,
               .dropped_per_million = 20'000,
               .bad_length_per_million = 10'000}};
  const Facts facts = inspect(tests::day_file(day, kMessages));
  expect_truth(facts, day);
  EXPECT_GT(facts.bad_lengths, 0u);
  EXPECT_FALSE(facts.unknown_references_by_type.empty());
  EXPECT_TRUE(facts.instruments[0].maybe_bad_book);
}

/// The facts that do not depend on the form of the file.
Json of_any_form(const Facts& facts) {
  Json json = Json::parse(to_json(facts));
  for (const char* key : {"file", "format", "compression", "trading_date", "trading_date_from", "first_time_utc_ns",
                          "last_time_utc_ns", "packets", "sessions", "records"}) {
    json.erase(key);
  }
  return json;
}

TEST_F(Inspection, SaysTheSameOfADayInEveryForm) {
  Session day{{.seed = tests::test_seed() + 3, .symbols = 4, .live_orders = 200}};
  const Bytes file = tests::day_file(day, kMessages);
  const auto packets = tests::mold_packets(tests::messages_of(file));
  const Bytes pcap = tests::pcap_file(packets);
  const Bytes pcapng = tests::pcapng_file(packets);
  const Json plain = of_any_form(inspect(file));
  ASSERT_EQ(plain["messages"], day.written());

  struct Form {
    const char* format;
    const char* compression;
    Bytes content;
  };
  const std::vector<Form> forms{{"itch50/binaryfile", "gzip", tests::gzip(file)},
                                {"itch50/binaryfile", "zstd", tests::zstd(file)},
                                {"itch50/moldudp64/pcap", "none", pcap},
                                {"itch50/moldudp64/pcap", "none", tests::pcap_file(packets, {0x8100})},
                                {"itch50/moldudp64/pcap", "none", tests::pcap_file(packets, {0x88a8, 0x8100})},
                                {"itch50/moldudp64/pcap", "gzip", tests::gzip(pcap)},
                                {"itch50/moldudp64/pcapng", "none", pcapng},
                                {"itch50/moldudp64/pcapng", "zstd", tests::zstd(pcapng)}};
  for (const Form& form : forms) {
    const Facts facts = inspect(form.content);
    EXPECT_EQ(facts.format, form.format);
    EXPECT_EQ(facts.compression, form.compression) << form.format;
    EXPECT_EQ(of_any_form(facts), plain) << form.format << ", " << form.compression;
    EXPECT_EQ(facts.packets, facts.is_capture ? packets.size() : 0u) << form.format;
  }
}

TEST_F(Inspection, TellsTheBookAfterEachOrderMessage) {
  Session day{{.seed = tests::test_seed() + 4, .symbols = 2, .live_orders = 100}};
  const Bytes file = tests::day_file(day, 500);
  const auto messages = tests::messages_of(file);
  InspectOptions options;
  std::map<std::string, DepthRow> last;
  std::map<std::string, ringbuf::DepthEntry> depth;
  std::uint64_t rows = 0;
  options.on_depth = [&](const DepthRow& row) {
    ++rows;
    ASSERT_LT(row.message, messages.size());
    EXPECT_EQ(messages[row.message].front(), row.type) << row.message;
    last[*row.symbol] = row;
    depth[*row.symbol] = *row.depth;
  };
  const Facts facts = inspect(file, "day", options);
  std::uint64_t order_messages = 0;
  for (const char type : {'A', 'F', 'E', 'C', 'X', 'D', 'U'}) {
    const auto found = facts.messages_by_type.find(std::string(1, type));
    order_messages += found == facts.messages_by_type.end() ? 0 : found->second;
  }
  EXPECT_EQ(rows, order_messages);
  for (const InstrumentFacts& one : facts.instruments) {
    EXPECT_EQ(depth[one.symbol].bid[0].price, one.best_bid);
    EXPECT_EQ(depth[one.symbol].ask[0].price, one.best_ask);
    EXPECT_EQ(depth[one.symbol].bid[0].size.value, one.best_bid_size);
  }
}

TEST_F(Inspection, ReportsProgressOfAllMessages) {
  Session day{{.seed = 5, .symbols = 1, .live_orders = 100}};
  const Bytes file = tests::day_file(day, kMessages);
  InspectOptions options;
  std::uint64_t seen = 0;
  options.on_progress = [&](std::uint64_t messages) {
    EXPECT_GE(messages, seen);
    seen = messages;
  };
  (void)inspect(file, "day", options);
  EXPECT_EQ(seen, day.written());
}

}  // namespace
}  // namespace tickplant::cli::this_file
