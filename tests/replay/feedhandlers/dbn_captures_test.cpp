// Real DBN files through the whole feed, against facts that independent decoders computed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/support/dbn_feed_in_memory.hpp"
#include "tests/support/shared_data.hpp"

namespace tickplant::tests::dbn::this_file {
namespace {

using feedhandlers::OrderBook;
using feedhandlers::dbn::DbnSource;
using feedhandlers::dbn::DbnStatus;
using ringbuf::Record;
using ringbuf::RecordType;
using Path = std::filesystem::path;

constexpr std::int64_t kCents = ringbuf::kPriceScale / 100;

std::vector<Record> replay(FeedInMemory& plant, const Path& file) {
  std::vector<Record> records;
  DbnSource source = DbnSource::open(file);
  EXPECT_EQ(plant.run(source, [&](const Record& record) { records.push_back(record); }), DbnStatus::end) << file;
  EXPECT_EQ(source.truncated_bytes(), 0U);
  return records;
}

template <class Body>
std::vector<Body> all_of(const std::vector<Record>& records) {
  std::vector<Body> bodies;
  for (const Record& record : records) {
    if (record.header.type == Body::kType) bodies.push_back(record.as<Body>());
  }
  return bodies;
}

std::uint64_t sum(const auto& counts) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  return total;
}

TEST(DbnCaptures, EveryFixtureIsReadToItsEndOrRefusedByItsName) {
  TP_SHARED_DATA(folder, "dbn/databento-dbn");
  OrderBook book{FeedInMemory::kBookConfig};
  std::map<std::string, std::uint64_t> records_of;
  int read = 0;
  int legacy = 0;
  int fragments = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Path& file = entry.path();
    const std::string name = file.filename().string();
    if (name.find(".dbz") != std::string::npos || name.find(".frag") != std::string::npos) {
      const bool is_dbz = name.find(".dbz") != std::string::npos;
      ++(is_dbz ? legacy : fragments);
      try {
        (void)DbnSource::open(file);
        ADD_FAILURE() << name << " was accepted";
      } catch (const platform::SetupError& error) {
        EXPECT_NE(error.problem().find(is_dbz ? "a DBZ file" : "a DBN fragment"), std::string::npos) << error.what();
        EXPECT_FALSE(error.remedy().empty());
      }
      continue;
    }
    ++read;
    for (std::uint32_t id = 0; id <= FeedInMemory::kInstruments; ++id) book.clear({id});
    FeedInMemory plant{book};
    (void)replay(plant, file);
    EXPECT_EQ(plant.feed.counters().bad_lengths, 0U) << name;
    EXPECT_EQ(plant.feed.counters().unknown_rtypes, 0U) << name;
    records_of[name] = sum(plant.feed.counters().records);
  }
  EXPECT_EQ(read + legacy + fragments, 81);
  EXPECT_EQ(legacy, 10);
  EXPECT_EQ(fragments, 7);
  for (const auto& [name, count] : records_of) {
    const bool is_day = name.find("ohlcv-1d") != std::string::npos;
    const bool has_four = name.find(".bbo-") != std::string::npos || name.find("status") != std::string::npos;
    EXPECT_EQ(count, is_day ? 0U : has_four ? 4U : 2U) << name;
  }
}

/// The same content was published in each version: it must become the same records.
TEST(DbnCaptures, EveryVersionOfAFixtureBecomesTheSameRecords) {
  TP_SHARED_DATA(folder, "dbn/databento-dbn");
  OrderBook book{FeedInMemory::kBookConfig};
  std::map<std::string, std::vector<std::string>> by_schema;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.find(".dbz") != std::string::npos || name.find(".frag") != std::string::npos) continue;
    for (std::uint32_t id = 0; id <= FeedInMemory::kInstruments; ++id) book.clear({id});
    FeedInMemory plant{book};
    std::string text;
    for (const Record& record : replay(plant, entry.path())) {
      if (record.header.type == RecordType::source_position) continue;  // headers differ in size
      const auto* const bytes = static_cast<const char*>(static_cast<const void*>(&record));
      text.append(bytes + 8, sizeof record - 8);
    }
    const std::uint32_t count = plant.directory.reader().count();
    for (ringbuf::InstrumentId id{1}; id.value <= count; ++id.value) {
      ringbuf::InstrumentEntry entry_of;
      ASSERT_EQ(plant.directory.reader().read(id, entry_of), ringbuf::TableRead::value);
      text += plant.directory.reader().symbol_of(id) + " " + std::to_string(entry_of.price_unit) + " " +
              std::string(entry_of.currency.data()) + " " + std::to_string(static_cast<int>(entry_of.kind));
    }
    const std::string schema = name.substr(10, name.find('.', 10) - 10);
    by_schema[schema].push_back(text);
  }
  EXPECT_EQ(by_schema.size(), 17U);
  for (const auto& [schema, texts] : by_schema) {
    EXPECT_GE(texts.size(), 3U) << schema;
    EXPECT_EQ(std::count(texts.begin(), texts.end(), texts.front()), static_cast<std::ptrdiff_t>(texts.size()))
        << schema;
  }
}

TEST(DbnCaptures, RebuildsTheBookOfAnOrderSnapshot) {
  TP_SHARED_DATA(file, "dbn/nautilus/esh4-glbx-mdp3-20231224.mbo.dbn.zst");
  OrderBook book{FeedInMemory::kBookConfig};
  FeedInMemory plant{book};
  const std::vector<Record> records = replay(plant, file);

  const auto orders = all_of<ringbuf::OrderBody>(records);
  const auto adds = [&](ringbuf::Side side) {
    return std::count_if(orders.begin(), orders.end(), [&](const ringbuf::OrderBody& order) {
      return order.action == ringbuf::OrderAction::add && order.side == side;
    });
  };
  EXPECT_EQ(orders.size(), 8'725U);
  EXPECT_EQ(adds(ringbuf::Side::bid), 5'192);
  EXPECT_EQ(adds(ringbuf::Side::ask), 3'533);
  EXPECT_EQ(plant.feed.normaliser().counters().actions['A'], 8'725U);
  EXPECT_EQ(plant.feed.normaliser().counters().refused_orders, 0U);

  const ringbuf::InstrumentId id = plant.directory.reader().find("ESH4", "GLBX");
  ASSERT_NE(id, ringbuf::kNoInstrument);
  const ringbuf::QuoteBody best{{479'900 * kCents}, {479'950 * kCents}, {16}, {23}};
  EXPECT_EQ(book.bbo(id), best);
  EXPECT_EQ(book.level_count(id, ringbuf::Side::bid), 892U);
  EXPECT_EQ(book.level_count(id, ringbuf::Side::ask), 559U);
  EXPECT_FALSE(book.is_maybe_bad(id));

  // One event, told as a snapshot: one quote, at its end.
  const auto quotes = all_of<ringbuf::QuoteBody>(records);
  ASSERT_EQ(quotes.size(), 1U);
  EXPECT_EQ(quotes.front(), best);
  for (const Record& record : records) {
    if (record.header.type != RecordType::order && record.header.type != RecordType::quote) continue;
    EXPECT_TRUE(has(record.header.flags, ringbuf::RecordFlags::snapshot));
    EXPECT_TRUE(has(record.header.flags, ringbuf::RecordFlags::bad_clock));
    EXPECT_EQ(has(record.header.flags, ringbuf::RecordFlags::end_of_event), record.header.type == RecordType::quote);
  }
  ringbuf::DepthEntry depth;
  ASSERT_EQ(ringbuf::DepthReader{plant.depth}.read(id, depth), ringbuf::TableRead::value);
  EXPECT_EQ(depth.bid_count, 10);
  EXPECT_EQ(depth.ask_count, 10);
  for (std::uint32_t i = 0; i < 10; ++i) {
    const OrderBook::Level bid = book.level(id, ringbuf::Side::bid, i);
    const OrderBook::Level ask = book.level(id, ringbuf::Side::ask, i);
    EXPECT_EQ(depth.bid[i], (ringbuf::DepthLevel{bid.price, bid.size, bid.order_count, 0}));
    EXPECT_EQ(depth.ask[i], (ringbuf::DepthLevel{ask.price, ask.size, ask.order_count, 0}));
  }
}

/// Rounded to 1e-9.
std::string vwap_of(const std::vector<ringbuf::TradeBody>& trades) {
  __extension__ using Wide = __int128;
  Wide notional = 0;
  Wide volume = 0;
  for (const ringbuf::TradeBody& trade : trades) {
    notional += Wide{trade.price.value} * trade.size.value;
    volume += trade.size.value;
  }
  const auto nanos = static_cast<std::int64_t>((2 * notional + volume) / (2 * volume));
  const std::string digits = std::to_string(nanos);
  return digits.substr(0, digits.size() - 9) + "." + digits.substr(digits.size() - 9);
}

std::uint64_t volume_of(const std::vector<ringbuf::TradeBody>& trades) {
  std::uint64_t volume = 0;
  for (const ringbuf::TradeBody& trade : trades) volume += trade.size.value;
  return volume;
}

class DbnHistoricalBars : public testing::Test {
 protected:
  static constexpr const char* kFolder = "dbn/nautilus/historical_bars_catalog/databento/";
  OrderBook book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{book_};
};

TEST_F(DbnHistoricalBars, BestPricesAndTradesAreThoseOfTheFile) {
  TP_SHARED_DATA(file, std::string(kFolder) + "futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst");
  const std::vector<Record> records = replay(plant_, file);
  EXPECT_EQ(plant_.feed.counters().records[0x01], 2'288U);
  const auto& actions = plant_.feed.normaliser().counters().actions;
  EXPECT_EQ(actions['A'], 1'061U);
  EXPECT_EQ(actions['C'], 989U);
  EXPECT_EQ(actions['M'], 118U);
  EXPECT_EQ(actions['T'], 120U);

  const auto trades = all_of<ringbuf::TradeBody>(records);
  EXPECT_EQ(trades.size(), 120U);
  EXPECT_EQ(volume_of(trades), 253U);
  EXPECT_EQ(vwap_of(trades), "5529.033596838");
  const auto quotes = all_of<ringbuf::QuoteBody>(records);
  ASSERT_FALSE(quotes.empty());
  EXPECT_EQ(quotes.back(), (ringbuf::QuoteBody{{552'900 * kCents}, {552'925 * kCents}, {24}, {6}}));

  const ringbuf::InstrumentId id = plant_.directory.reader().find("ESU4", "GLBX");
  ASSERT_NE(id, ringbuf::kNoInstrument);
  ringbuf::ImageEntry image;
  ASSERT_EQ(ringbuf::ImageReader{plant_.image}.read(id, image), ringbuf::TableRead::value);
  EXPECT_EQ(image.volume.value, 253U);

  // The last record about the instrument ends an event: none is left open.
  const auto last = std::find_if(records.rbegin(), records.rend(),
                                 [&](const Record& record) { return record.header.instrument == id; });
  EXPECT_TRUE(has(last->header.flags, ringbuf::RecordFlags::end_of_event));
}

TEST_F(DbnHistoricalBars, TheFileOfTradesHasTheSameTrades) {
  TP_SHARED_DATA(with_quotes, std::string(kFolder) + "futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst");
  TP_SHARED_DATA(alone, std::string(kFolder) + "futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst");
  const auto trades_in = [](const Path& file) {
    OrderBook book{FeedInMemory::kBookConfig};
    FeedInMemory plant{book};
    std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::uint64_t, std::uint64_t, int>> trades;
    for (const Record& record : replay(plant, file)) {
      if (record.header.type != RecordType::trade) continue;
      const auto trade = record.as<ringbuf::TradeBody>();
      trades.emplace_back(record.header.ts_event.value, record.header.ts_recv.value, trade.price.value,
                          trade.size.value, trade.trade_id, static_cast<int>(trade.side));
    }
    return trades;
  };
  const auto trades = trades_in(alone);
  EXPECT_EQ(trades.size(), 120U);
  EXPECT_EQ(trades, trades_in(with_quotes));
}

TEST_F(DbnHistoricalBars, DefinitionsFillTheDirectory) {
  TP_SHARED_DATA(file, std::string(kFolder) + "futures_definition.dbn.zst");
  (void)replay(plant_, file);
  for (const char* symbol : {"ESU4", "NQU4"}) {
    const ringbuf::InstrumentId id = plant_.directory.reader().find(symbol, "GLBX");
    ASSERT_NE(id, ringbuf::kNoInstrument);
    ringbuf::InstrumentEntry entry;
    ASSERT_EQ(plant_.directory.reader().read(id, entry), ringbuf::TableRead::value);
    EXPECT_EQ(entry.price_unit, 25 * kCents);
    EXPECT_EQ(entry.kind, ringbuf::InstrumentKind::future);
    EXPECT_STREQ(entry.currency.data(), "USD");
  }
}

TEST_F(DbnHistoricalBars, BarsAreReadAndCountedAndNotPublished) {
  TP_SHARED_DATA(file, std::string(kFolder) + "futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst");
  const std::vector<Record> records = replay(plant_, file);
  EXPECT_EQ(plant_.feed.counters().records[0x21], 60U);
  EXPECT_TRUE(std::all_of(records.begin(), records.end(),
                          [](const Record& record) { return record.header.type == RecordType::source_position; }));
}

}  // namespace
}  // namespace tickplant::tests::dbn::this_file
