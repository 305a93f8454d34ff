// `tickplant compute` over made-up days of NASDAQ: what the feed handler publishes is in the windows, whatever form the
// file has.
#include <algorithm>
#include <map>

#include "ringbuf/records/trade.hpp"
#include "tests/support/compute_folder.hpp"
#include "tests/support/golden_csv.hpp"
#include "tests/unit/clients/inspect_files.hpp"

namespace tickplant::tests::this_file {
namespace {

using itch::Session;

constexpr std::uint64_t kMessages = 3000;
/// Everything in one window of a day.
constexpr const char* kDay =
    "name: day\nwatermarks:\n  default: {bound: 24h, lateness: 0s, max_future: 24h}\nsets:\n  all:\n    windows:\n"
    "      - {name: D, size: 24h}\n";

class ComputeCapture : public InspectFiles {
 protected:
  cli::ComputeSummary compute(const Bytes& file, const std::string& config, std::uint32_t shards = 1,
                              std::optional<platform::CalendarDate> date = platform::CalendarDate{2019, 1, 30}) {
    cli::ComputeOptions options;
    options.shards = shards;
    options.trading_date = date;
    options.order_capacity = kOrders;
    return folder_.run(folder_.write("day", file), folder_.write("config.yaml", config), options);
  }

  Session day_{{.seed = test_seed(), .symbols = 3, .live_orders = 50}};
  ComputeFolder folder_;
};

/// Of the trades that count.
struct Traded {
  std::uint64_t volume = 0;
  std::int64_t high = 0, low = 0;  // 1e-4
  friend bool operator==(const Traded&, const Traded&) = default;
};

TEST_F(ComputeCapture, HasTheTradesThatTheFeedHandlerPublishes) {
  const Bytes file = day_file(day_, kMessages);
  std::map<std::string, Traded> expected, found;
  cli::InspectOptions options;
  options.on_record = [&](const ringbuf::Record& record, const ringbuf::InstrumentDirectoryReader& directory) {
    if (record.header.type != ringbuf::RecordType::trade) return;
    const auto trade = record.as<ringbuf::TradeBody>();
    if (!has(trade.eligibility, ringbuf::TradeEligibility::volume)) return;
    Traded& one = expected[directory.symbol_of(record.header.instrument)];
    one.volume += trade.size.value;
    if (!has(trade.eligibility, ringbuf::TradeEligibility::open_high_low)) return;
    const std::int64_t px = trade.price.value / 100'000;
    one.low = one.high == 0 ? px : std::min(one.low, px);
    one.high = std::max(one.high, px);
  };
  const cli::Facts facts = inspect(file, "day", options);
  const cli::ComputeSummary summary = compute(file, kDay);
  EXPECT_EQ(summary.format, "itch50/binaryfile");
  EXPECT_EQ(summary.records, facts.records);
  EXPECT_EQ(summary.instruments, facts.instruments.size());
  EXPECT_TRUE(summary.problem.empty());
  EXPECT_TRUE(summary.notes.empty());

  const GoldenCsv finals(folder_.out() / "final_BL86400.csv");
  for (std::size_t row = 0; row < finals.rows.size(); ++row) {
    EXPECT_TRUE(
        found
            .emplace(finals.text(row, "symbol"), Traded{static_cast<std::uint64_t>(finals.integer(row, "volume")),
                                                        finals.integer(row, "high"), finals.integer(row, "low")})
            .second);
  }
  EXPECT_EQ(found.size(), 3u);
  EXPECT_EQ(found, expected);
}

TEST_F(ComputeCapture, SaysTheSameOfACaptureAndOfADayFile) {
  const Bytes file = day_file(day_, kMessages);
  (void)compute(file, kDay);
  const std::string of_day_file = folder_.result("final_BL86400.csv");
  const cli::ComputeSummary summary = compute(pcap_file(mold_packets(messages_of(file))), kDay);
  EXPECT_EQ(summary.format, "itch50/moldudp64/pcap");
  EXPECT_EQ(folder_.result("final_BL86400.csv"), of_day_file);
}

TEST_F(ComputeCapture, ShardsWriteTheSameFiles) {
  const Bytes file = day_file(day_, kMessages);
  const std::string config = text_of(ComputeFolder::shipped("analytics/standard.yaml"));
  (void)compute(file, config);
  const auto of_one = folder_.results();
  (void)compute(file, config, 3);
  EXPECT_EQ(folder_.results(), of_one);
}

TEST_F(ComputeCapture, ComputesWhatIsWholeOfAFileThatIsCut) {
  const Bytes file = day_file(day_, 300);
  const cli::ComputeSummary summary = compute(file.substr(0, file.size() - 3), kDay);
  EXPECT_NE(summary.problem.find("stops inside a message"), std::string::npos) << summary.problem;
  EXPECT_GT(summary.records, 0u);
}

TEST_F(ComputeCapture, SaysWhenNothingTellsTheDay) {
  const cli::ComputeSummary summary = compute(day_file(day_, 300), kDay, 1, std::nullopt);
  ASSERT_EQ(summary.notes.size(), 1u);
  EXPECT_NE(summary.notes.front().find("--date"), std::string::npos);
}

}  // namespace
}  // namespace tickplant::tests::this_file
