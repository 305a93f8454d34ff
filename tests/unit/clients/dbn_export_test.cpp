// A journal's ticks as DBN, read back by the reader of that format, and by the feed.
#include "clients/cli/journal/dbn_export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/journal_export.hpp"
#include "feedhandlers/dbn/dbn_source.hpp"
#include "tests/support/dbn_feed_in_memory.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

namespace dbn = feedhandlers::dbn;
using namespace ringbuf;
using dbn::Schema;
using testing::ElementsAre;
using testing::Pair;
using tests::JournalInFolder;

constexpr UnixNanos kEvent{1'700'000'000'000'000'000};  // 2023-11-14

class DbnExportTest : public testing::Test {
 protected:
  DbnExportTest() : journal_(folder_.path()) {
    FactsBuilder facts;
    facts.add(JournalInFolder::ring_fact(1, "ticks"));
    facts.add(JournalInFolder::ring_fact(2, "derived", BlockKind::derived));
    facts.add(JournalInFolder::instrument(1, "MSFT", "XNAS"));
    facts.add(JournalInFolder::instrument(2, "AAPL", "XNAS"));
    facts.add(JournalInFolder::instrument(3, "VOD", "XLON"));
    journal_.append_facts(facts);
  }
  template <class Body>
  void tell(std::uint32_t id, const Body& body, RecordFlags flags = RecordFlags::end_of_event) {
    const auto n = static_cast<std::int64_t>(records_.size());
    Record record = make_record({id}, kEvent + n, kEvent + n + 500, body, flags);
    record.header.stamp = records_.size() + 1;
    records_.push_back(record);
  }
  void tell_some() {
    tell(2, OrderBody{.order_id = 7, .price = {150'000'000'000}, .size = {100}, .side = Side::bid});
    tell(2, OrderBody{.order_id = 8, .price = {151'000'000'000}, .size = {50}, .side = Side::ask},
         RecordFlags::snapshot);
    tell(2, QuoteBody{{150'000'000'000}, {151'000'000'000}, {100}, {50}});
    tell(1, OrderBody{.order_id = 9, .price = {300'000'000'000}, .size = {10}, .side = Side::ask},
         RecordFlags::maybe_bad_book | RecordFlags::end_of_event);
    OrderBody fill{.order_id = 8, .price = {151'000'000'000}, .size = {20}, .action = OrderAction::execute};
    fill.side = Side::ask;
    tell(2, fill, RecordFlags::none);
    TradeBody trade;
    trade.price = {151'000'000'000}, trade.size = {20}, trade.trade_id = 4711, trade.side = Side::ask;
    tell(2, trade);
    OrderBody change{.order_id = 7, .price = {149'000'000'000}, .size = {60}, .action = OrderAction::modify};
    change.side = Side::bid;
    tell(2, change);
    OrderBody cancel{.order_id = 9, .price = {300'000'000'000}, .size = {4}, .action = OrderAction::cancel};
    cancel.side = Side::ask;
    tell(1, cancel);
    tell(3, QuoteBody{{1}, kNoPrice, {3}, {}});
  }
  void write() {
    journal_.append(JournalInFolder::header_of(BlockKind::ticks, 1, 1, records_), std::as_bytes(std::span(records_)));
  }
  ExportResult export_as(Schema schema, std::vector<std::string> symbols = {}) {
    ExportWish wish;
    wish.ring = "ticks";
    wish.format = ExportFormat::dbn;
    wish.schema = schema;
    wish.symbols = std::move(symbols);
    std::FILE* const out = std::fopen(path_.c_str(), "w");
    const ExportResult result = export_journal(folder_.path(), wish, out);
    std::fclose(out);
    return result;
  }

  /// What the file says, a line a record.
  struct Lines {
    std::vector<std::string> lines;

    template <class Message>
    void on(const Message&) {
      lines.emplace_back("another one");
    }
    void on(const dbn::Mbo& m) {
      lines.push_back(std::string(1, m.action()) + m.side() + ' ' + std::to_string(m.instrument().value) + " order " +
                      std::to_string(m.order().value) + ' ' + price(m.price()) + " x " + std::to_string(m.size()) +
                      " flags " + std::to_string(m.flags().bits) + " seq " + std::to_string(m.sequence()));
    }
    void on(const dbn::Trade& m) { lines.push_back(by_price(m)); }
    void on(const dbn::Mbp1& m) {
      lines.push_back(by_price(m) + " | " + price(m.level().bid_price()) + " x " +
                      std::to_string(m.level().bid_size()) + " / " + price(m.level().ask_price()) + " x " +
                      std::to_string(m.level().ask_size()));
    }
    template <class Message>
    static std::string by_price(const Message& m) {
      return std::string(1, m.action()) + m.side() + ' ' + std::to_string(m.instrument().value) + ' ' +
             price(m.price()) + " x " + std::to_string(m.size()) + " seq " + std::to_string(m.sequence());
    }
    static std::string price(Price value) {
      return is_present(value) ? std::to_string(value.value / 1'000'000'000) : "none";
    }
  };
  std::vector<std::string> lines() {
    dbn::DbnSource source = dbn::DbnSource::open(path_);
    metadata_ = source.metadata();
    Lines read;
    dbn::RecordBatch batch;
    dbn::DbnStatus status;
    while ((status = source.next(batch)) == dbn::DbnStatus::records) {
      for (const auto& record : batch.records)
        EXPECT_EQ(dbn::parse(record, metadata_.layout(), read), dbn::ParseOutcome::ok);
    }
    EXPECT_EQ(status, dbn::DbnStatus::end);
    return read.lines;
  }

  tests::TempDirectory folder_{"/dev/shm"};
  std::string path_ = folder_ / "out.dbn";
  JournalInFolder journal_;
  std::vector<Record> records_;
  dbn::Metadata metadata_;
};

TEST_F(DbnExportTest, WritesOrdersAndTradesAsTheyChangeTheBook) {
  tell_some();
  write();
  const ExportResult result = export_as(Schema::mbo);
  EXPECT_EQ(result.records, 8u);
  EXPECT_EQ(result.left_out, 0u);
  EXPECT_THAT(lines(), ElementsAre("AB 1 order 7 150 x 100 flags 128 seq 1", "AA 1 order 8 151 x 50 flags 32 seq 2",
                                   "AA 2 order 9 300 x 10 flags 132 seq 4", "FA 1 order 8 151 x 20 flags 0 seq 5",
                                   "CA 1 order 8 151 x 20 flags 0 seq 5", "TB 1 order 0 151 x 20 flags 128 seq 4711",
                                   "MB 1 order 7 149 x 60 flags 128 seq 7", "CA 2 order 9 300 x 4 flags 128 seq 8"));
}

TEST_F(DbnExportTest, WritesTradesWithTheirBuyersOrSellers) {
  tell_some();
  write();
  EXPECT_EQ(export_as(Schema::trades).records, 1u);
  EXPECT_THAT(lines(), ElementsAre("TB 1 151 x 20 seq 4711"));
}

TEST_F(DbnExportTest, WritesBestPricesAndTradesBehindThem) {
  tell_some();
  write();
  EXPECT_EQ(export_as(Schema::mbp_1, {"AAPL"}).records, 2u);
  EXPECT_THAT(lines(), ElementsAre("MN 1 none x 0 seq 3 | 150 x 100 / 151 x 50",
                                   "TB 1 151 x 20 seq 4711 | 150 x 100 / 151 x 50"));
}

TEST_F(DbnExportTest, SaysWhichNumberIsWhichSymbolOnWhichDays) {
  tell_some();
  write();
  (void)export_as(Schema::trades);
  (void)lines();
  EXPECT_EQ(metadata_.version, 3);
  EXPECT_EQ(metadata_.dataset, "XNAS.TICKPLANT");
  EXPECT_EQ(metadata_.schema, Schema::trades);
  EXPECT_EQ(metadata_.start, kEvent);
  EXPECT_EQ(metadata_.end, kEvent + 9);
  EXPECT_THAT(metadata_.symbols, ElementsAre("AAPL", "MSFT", "VOD"));
  ASSERT_EQ(metadata_.mappings.size(), 3u);
  EXPECT_EQ(metadata_.mappings[1].symbol, "MSFT");
  EXPECT_EQ(metadata_.mappings[1].intervals, (std::vector<dbn::MappingInterval>{{20231114, 20231115, "2"}}));
}

TEST_F(DbnExportTest, EmptiesEveryBookWhereTheFeedDid) {
  tell(2, OrderBody{.order_id = 7, .price = {150'000'000'000}, .size = {100}, .side = Side::bid});
  tell(0, BookClearBody{});
  tell(1, BookClearBody{});
  write();
  EXPECT_EQ(export_as(Schema::mbo, {"AAPL", "MSFT"}).records, 4u);
  EXPECT_THAT(lines(), ElementsAre("AB 1 order 7 150 x 100 flags 128 seq 1", "RN 1 order 0 none x 0 flags 128 seq 2",
                                   "RN 2 order 0 none x 0 flags 128 seq 2", "RN 2 order 0 none x 0 flags 128 seq 3"));
}

TEST_F(DbnExportTest, LeavesOutAndCountsWhatDoesNotFit) {
  TradeBody trade;
  trade.price = {1}, trade.size = {0xffff'ffff};
  tell(2, trade);
  trade.size = {0xffff'fffe};
  tell(2, trade);
  write();
  const ExportResult result = export_as(Schema::trades);
  EXPECT_EQ(result.records, 1u);
  EXPECT_EQ(result.left_out, 1u);
}

TEST_F(DbnExportTest, IsAFileWithoutRecordsWhereThereAreNone) {
  EXPECT_EQ(export_as(Schema::mbo).records, 0u);
  EXPECT_TRUE(lines().empty());
  EXPECT_EQ(metadata_.symbols.size(), 3u);
}

TEST_F(DbnExportTest, RefusesWhatIsNoTicks) {
  ExportWish wish;
  wish.ring = "derived";
  wish.format = ExportFormat::dbn;
  EXPECT_THROW((void)export_journal(folder_.path(), wish, stdout), Failure);
}

/// The feed makes of the file the same orders and trades, and the same book.
TEST_F(DbnExportTest, IsWhatTheFeedReads) {
  tell_some();
  write();
  (void)export_as(Schema::mbo);
  feedhandlers::OrderBook book(tests::dbn::FeedInMemory::kBookConfig);
  tests::dbn::FeedInMemory feed(book);
  dbn::DbnSource source = dbn::DbnSource::open(path_);
  std::vector<std::string> told;
  const auto status = feed.run(source, [&](const Record& record) {
    if (record.header.type == RecordType::order) {
      const auto order = record.as<OrderBody>();
      told.push_back("order " + std::to_string(static_cast<int>(order.action)) + ' ' + std::to_string(order.order_id) +
                     ' ' + std::to_string(order.size.value));
    }
    if (record.header.type == RecordType::trade) {
      const auto trade = record.as<TradeBody>();
      told.push_back("trade " + std::to_string(trade.trade_id) + ' ' + std::to_string(static_cast<int>(trade.side)));
    }
  });
  EXPECT_EQ(status, dbn::DbnStatus::end);
  const std::string ask = std::to_string(static_cast<int>(Side::ask));
  EXPECT_THAT(told, ElementsAre("order 1 7 100", "order 1 8 50", "order 1 9 10", "order 2 8 20", "trade 4711 " + ask,
                                "order 4 7 60", "order 2 9 4"));
}

}  // namespace
}  // namespace tickplant::cli::this_file
