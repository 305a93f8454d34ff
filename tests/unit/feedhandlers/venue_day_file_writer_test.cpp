#include "feedhandlers/venue/day_file_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "feedhandlers/itch50/messages.hpp"
#include "feedhandlers/sources/day_file_source.hpp"
#include "feedhandlers/venue/truth_writer.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::itch50::SystemEvent;
using feedhandlers::sources::ByteStream;
using feedhandlers::sources::DayFileSource;
using feedhandlers::sources::DayFileStatus;
using feedhandlers::sources::MessageBatch;
using feedhandlers::venue::kDaySessionSeconds;
using feedhandlers::venue::Market;
using feedhandlers::venue::MarketOptions;
using feedhandlers::venue::write_day_file;
using feedhandlers::venue::write_truth;

constexpr MarketOptions kOptions{.seed = 7, .symbols = 30, .live_orders = 1'000, .session_seconds = kDaySessionSeconds};
constexpr std::uint64_t kHourNanos = 3'600'000'000'000;

struct ReadBack {
  DayFileStatus status{};
  std::uint64_t messages = 0;
  std::uint64_t bytes_after_end = 0;
  int times_go_back = 0;
  std::uint64_t first_nanos = 0;
  std::uint64_t last_nanos = 0;
  std::vector<std::uint64_t> by_half_hour = std::vector<std::uint64_t>(48);
};

ReadBack read(const std::filesystem::path& file) {
  ReadBack result;
  DayFileSource source{ByteStream::open(file)};
  MessageBatch batch;
  while ((result.status = source.next(batch)) == DayFileStatus::messages)
    for (const auto& message : batch.messages) {
      const std::uint64_t nanos = SystemEvent{message.data()}.timestamp().nanos;
      if (result.messages++ == 0) result.first_nanos = nanos;
      result.times_go_back += nanos < result.last_nanos;
      result.last_nanos = nanos;
      ++result.by_half_hour.at(nanos / (kHourNanos / 2));
    }
  result.bytes_after_end = source.bytes_after_end();
  return result;
}

TEST(VenueDayFile, IsReadBackWholeWithTheMarkAtItsEnd) {
  const TempDirectory folder;
  Market market{kOptions};
  const std::uint64_t written = write_day_file(market, folder / "day.itch", 20'000);
  EXPECT_EQ(written, market.messages());
  EXPECT_GE(written, 20'000u);
  EXPECT_LT(written, 20'000u + 10 * kOptions.symbols);
  const ReadBack day = read(folder / "day.itch");
  EXPECT_EQ(day.status, DayFileStatus::end_of_session);
  EXPECT_EQ(day.bytes_after_end, 0u);
  EXPECT_EQ(day.messages, written);
}

TEST(VenueDayFile, LastsFromThreeToFourAndIsBusierAtOpenAndCloseThanAtNoon) {
  const TempDirectory folder;
  Market market{kOptions};
  write_day_file(market, folder / "day.itch", 40'000);
  const ReadBack day = read(folder / "day.itch");
  EXPECT_EQ(day.times_go_back, 0);
  EXPECT_EQ(day.first_nanos, 3 * kHourNanos);
  EXPECT_EQ(day.last_nanos, 16 * kHourNanos);
  const auto& counts = day.by_half_hour;
  for (std::size_t i = 7; i < 19; ++i) EXPECT_EQ(counts[i], 0u) << "before the open";
  for (std::size_t i = 19; i < 32; ++i) EXPECT_GT(counts[i], 1'000u) << "half hour " << i;
  EXPECT_GT(counts[19], 3 * counts[25] / 2);
  EXPECT_GT(counts[31], 3 * counts[25] / 2);
}

TEST(VenueDayFile, TellsItsProgressUpToTheEnd) {
  const TempDirectory folder;
  Market market{kOptions};
  std::vector<std::uint64_t> told;
  const auto written =
      write_day_file(market, folder / "day.itch", 200'000, [&](std::uint64_t n) { told.push_back(n); });
  ASSERT_GE(told.size(), 2u) << "6 MB are more than one piece";
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), written);
}

TEST(VenueDayFile, OfFewerMessagesThanTheBeginHasStillOpensAndCloses) {
  const TempDirectory folder;
  Market market{kOptions};
  const std::uint64_t written = write_day_file(market, folder / "day.itch", 0);
  EXPECT_EQ(read(folder / "day.itch").messages, written);
  EXPECT_GT(written, 3 * kOptions.symbols);
}

TEST(VenueDayFile, ThatCannotBeMadeSaysWhatToDo) {
  Market market{kOptions};
  try {
    write_day_file(market, "/nowhere/day.itch", 10);
    FAIL() << "no error";
  } catch (const platform::SetupError& error) {
    EXPECT_NE(error.problem().find("/nowhere/day.itch cannot be made: No such file or directory"), std::string::npos)
        << error.problem();
    EXPECT_NE(error.remedy().find("existing folder"), std::string::npos);
  }
}

TEST(VenueDayFile, OnAFullDiskSaysSo) {
  Market market{kOptions};
  try {
    write_day_file(market, "/dev/full", 10);
    FAIL() << "no error";
  } catch (const platform::SetupError& error) {
    EXPECT_NE(error.problem().find("No space left on device"), std::string::npos) << error.problem();
    EXPECT_NE(error.remedy().find("free space"), std::string::npos);
  }
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string levels_text(const std::vector<feedhandlers::venue::StockBook::Level>& levels) {
  std::string text;
  for (const auto& level : levels)
    text += (text.empty() ? "[" : ",[") + std::to_string(level.price_e4) + "," + std::to_string(level.shares) + "," +
            std::to_string(level.orders) + "]";
  return "[" + text + "]";
}

TEST(VenueTruth, HoldsEachStocksBookAndTotals) {
  const TempDirectory folder;
  Market market{kOptions};
  const std::uint64_t written = write_day_file(market, folder / "day.itch", 5'000);
  write_truth(market, folder / "truth.json");
  std::string expected = "{\"messages\":" + std::to_string(written) + ",\"stocks\":[\n";
  for (std::uint32_t i = 0; i < market.symbols(); ++i) {
    const auto book = market.book(i);
    if (i > 0) expected += ",\n";
    expected += "{\"symbol\":\"" + book.symbol + "\",\"locate\":" + std::to_string(i + 1) +
                ",\"bids\":" + levels_text(book.bids) + ",\"asks\":" + levels_text(book.asks) +
                ",\"open_orders\":" + std::to_string(book.open_orders) + ",\"trades\":" + std::to_string(book.trades) +
                ",\"shares\":" + std::to_string(book.shares) + ",\"notional_e4\":" + std::to_string(book.notional_e4) +
                ",\"last_e4\":" + std::to_string(book.last_e4) + "}";
  }
  EXPECT_EQ(content_of(folder / "truth.json"), expected + "\n]}\n");
}

TEST(VenueTruth, ThatCannotBeWrittenSaysSo) {
  const Market market{kOptions};
  EXPECT_THROW(write_truth(market, "/nowhere/truth.json"), platform::SetupError);
  EXPECT_THROW(write_truth(market, "/dev/full"), platform::SetupError);
}

}  // namespace
}  // namespace tickplant::tests::this_file
