// A stranger's bars: every trade of IBM on 2013-10-08 through the engine, against the minutes that the vendor of those
// trades made of them. 387 of the 390 regular minutes agree in all five fields; in the three others the vendor counts
// some prints of the opening and the close elsewhere.
#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/analytics_run.hpp"
#include "tests/support/analytics_zip.hpp"
#include "tests/support/shared_data.hpp"

namespace tickplant::tests::this_file {
namespace {

constexpr Time kMidnight = 1'381'204'800 * kSecond;  // of New York, 04:00 UTC
constexpr Time kMillisecond = 1'000'000;
constexpr std::int64_t kPriceUnit = 100'000;  // 1e-4

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream text(line);
  for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
  return fields;
}

struct Minute {
  std::array<std::int64_t, 4> prices{};  // open, high, low, close
  std::uint64_t volume = 0;
  friend bool operator==(const Minute&, const Minute&) = default;
};
TEST(VendorBars, OfARealDayAreOursInAllMinutesThatTheVendorFilesAlike) {
  TP_SHARED_DATA(ticks, "bars/lean/equity/usa/tick/ibm/20131008_trade.zip");
  TP_SHARED_DATA(bars, "bars/lean/equity/usa/minute/ibm/20131008_trade.zip");
  AnalyticsInstruments instruments;
  const auto ibm = instruments.add("IBM", 1, kPriceUnit);
  AnalyticsRun run(windows_yaml({}, {"{name: T60, size: 1m}"}), instruments);

  // ms since midnight, price in 1e-4, size, exchange, sale condition in hex, suspicious
  std::istringstream tick_lines(read_zip(ticks));
  std::uint64_t count = 0, volume = 0;
  for (std::string line; std::getline(tick_lines, line);) {
    const std::vector<std::string> fields = fields_of(line);
    ASSERT_EQ(fields.size(), 6u) << line;
    const unsigned long condition = std::stoul(fields[4], nullptr, 16);
    ringbuf::TradeBody body;
    body.price = {std::stoll(fields[1]) * kPriceUnit};
    body.size = {std::stoull(fields[2])};
    body.trade_id = ++count;
    volume += body.size.value;
    if ((condition & 0x220) != 0) body.eligibility = ringbuf::TradeEligibility::volume;
    const Time time = kMidnight + std::stoll(fields[0]) * kMillisecond;
    run.on(ringbuf::make_record(ibm, {time}, {time}, body));
  }
  run.finish();
  EXPECT_EQ(count, 33'381u);
  EXPECT_EQ(volume, 5'564'671u);
  EXPECT_EQ(run.counts().late_trades, 0u);
  EXPECT_EQ(run.counts().off_unit, 0u);

  std::map<Time, Minute> ours;  // by ms since midnight
  for (const auto& record : run.finals()) {
    const auto row = record.as<ringbuf::WindowRowBody>();
    Minute& minute = ours[(row.start.value - kMidnight) / kMillisecond];
    minute.prices = {row.open.value / kPriceUnit, row.high.value / kPriceUnit, row.low.value / kPriceUnit,
                     row.close.value / kPriceUnit};
    minute.volume = row.volume.value;
  }
  std::istringstream bar_lines(read_zip(bars));
  int regular = 0;
  std::vector<Time> different;
  for (std::string line; std::getline(bar_lines, line);) {
    const std::vector<std::string> fields = fields_of(line);
    ASSERT_EQ(fields.size(), 6u) << line;
    const Time start = std::stoll(fields[0]);
    if (start < 34'200'000 || start >= 57'600'000) continue;  // 09:30 to 16:00
    ++regular;
    const Minute theirs{{std::stoll(fields[1]), std::stoll(fields[2]), std::stoll(fields[3]), std::stoll(fields[4])},
                        std::stoull(fields[5])};
    if (ours[start] != theirs) different.push_back(start);
  }
  EXPECT_EQ(regular, 390);
  EXPECT_EQ(different, (std::vector<Time>{34'200'000, 34'260'000, 57'540'000})) << "09:30, 09:31 and 15:59";
}

}  // namespace
}  // namespace tickplant::tests::this_file
