// Where a feed stood, out of an index, against all that was told of its day; and when an index does not say it all.
#include "daemon/told_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "platform/crc32c.hpp"
#include "ringbuf/journal/index_layout.hpp"
#include "ringbuf/journal/journal_indexer.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/status.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using namespace ringbuf;

/// What a feed keeps of what it is told: of each instrument its venue key, whether it trades, and its open orders.
struct Stand {
  struct Instrument {
    std::uint16_t venue_key = 0;
    bool is_trading = false, is_maybe_bad = false;
    std::map<std::uint64_t, std::tuple<Side, std::int64_t, std::uint64_t>> orders;

    bool operator==(const Instrument&) const = default;
  };
  std::int32_t trading_date = 0;
  std::map<std::uint32_t, Instrument> instruments;

  void take(const Record& record) {
    if (record.header.type == RecordType::session) {
      *this = {record.as<SessionBody>().trading_date, {}};
      return;
    }
    if (record.header.instrument == kNoInstrument) return;
    Instrument& instrument = instruments[record.header.instrument.value];
    instrument.is_maybe_bad = has(record.header.flags, RecordFlags::maybe_bad_book);
    if (record.header.type == RecordType::definition) instrument.venue_key = record.as<DefinitionBody>().venue_key;
    if (record.header.type == RecordType::status) instrument.is_trading = record.as<StatusBody>().code == 'T';
    if (record.header.type != RecordType::order) return;
    const auto order = record.as<OrderBody>();
    auto& [side, price, size] = instrument.orders[order.order_id];
    if (order.action == OrderAction::add) side = order.side, price = order.price.value, size = order.size.value;
    if (order.action == OrderAction::cancel) size -= order.size.value;
    if (size == 0) instrument.orders.erase(order.order_id);
  }
  bool operator==(const Stand&) const = default;
};

class ToldIndexTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kInstruments = 9;

  ToldIndexTest() : journal_(folder_.path()) {
    for (std::uint32_t id = 1; id <= kInstruments; ++id) define(directory_, id);
    journal_.restate = [this] {
      before_ = now_;
      tell_facts();
    };
    tell_facts();
  }
  static void define(InstrumentDirectoryWriter& directory, std::uint32_t id) {
    const std::string symbol = "S" + std::to_string(id);
    InstrumentSpec spec;
    spec.symbol = symbol, spec.venue = "XNAS", spec.feed = {1}, spec.price_unit = 100'000;
    (void)directory.find_or_add(spec);
  }
  void tell_facts() {
    FactsBuilder facts;
    facts.add(PlantFact{});
    facts.add(JournalInFolder::ring_fact(1, "ticks", BlockKind::ticks, next_));
    FeedEntry feed;
    feed.id = {1};
    set_text(feed.name, "nasdaq");
    set_text(feed.venue, "XNAS");
    set_text(feed.ring, "ticks");
    facts.add(feed);
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      facts.add(JournalInFolder::instrument(id, "S" + std::to_string(id), "XNAS"));
    }
    journal_.append_facts(facts);
  }
  template <class Body>
  void tell(std::uint32_t id, const Body& body, RecordFlags flags = RecordFlags::none) {
    const UnixNanos time{tests::kTestTime + static_cast<std::int64_t>(next_)};
    Record record = make_record({id}, time, time, body, flags);
    record.header.stamp = next_++;
    records_.push_back(record);
    if (records_.size() == 500) write();
  }
  void write() {
    if (records_.empty()) return;
    // What begins a segment is not in what is before it.
    const std::uint64_t first = records_.front().header.stamp;
    journal_.append(JournalInFolder::header_of(BlockKind::ticks, 1, first, records_),
                    std::as_bytes(std::span(records_)));
    for (const Record& record : records_) now_.take(record);
    records_.clear();
  }
  void begin_day(std::int32_t date, std::uint16_t keys_from) {
    SessionBody session;
    session.trading_date = date, session.feed = {1};
    tell(0, session);
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      DefinitionBody definition;
      definition.feed = {1}, definition.venue_key = static_cast<std::uint16_t>(keys_from + id);
      if (id != kInstruments || date == 20240102) tell(id, definition);
    }
  }
  /// Until so many segments have begun.
  void trade_until(std::uint64_t segments) {
    while (journal_.place().segment < segments) trade();
  }
  void trade() {
    const std::uint32_t id = 1 + random_.below(kInstruments - 1);
    const auto flags = random_.chance(1, 30) ? RecordFlags::maybe_bad_book : RecordFlags::none;
    if (random_.chance(1, 20)) {
      StatusBody status;
      status.code = random_.chance(1, 2) ? 'T' : 'H';
      status.trading_status = status.code == 'T' ? TradingStatus::trading : TradingStatus::halted;
      return tell(id, status, flags);
    }
    auto& open = open_[id];
    OrderBody order;
    if (open.size() < 40) {
      order = {.order_id = next_, .price = {1'000 * (1 + random_.below(50))}, .size = {3}};
      order.side = random_.chance(1, 2) ? Side::bid : Side::ask;
      open[next_] = 3;
    } else {
      const auto at = std::next(open.begin(), random_.below(static_cast<std::uint32_t>(open.size())));
      order = {.order_id = at->first, .size = {1}, .action = OrderAction::cancel};
      if (--at->second == 0) open.erase(at);
    }
    tell(id, order, flags);
  }
  void index() {
    JournalIndexer indexer(folder_.path());
    while (indexer.step()) continue;
  }
  std::optional<ToldIndex> told(Stand& stand) { return told(stand, directory_.reader()); }
  std::optional<ToldIndex> told(Stand& stand, const InstrumentDirectoryReader& directory) {
    return tell_from_index(folder_.path(), "ticks", "nasdaq", directory,
                           [&](const Record& record) { stand.take(record); });
  }

  using JournalInFolder = tests::JournalInFolder;
  tests::TempDirectory folder_{"/dev/shm"};
  tests::Random random_{tests::test_seed()};
  PrivatePayload directory_bytes_{InstrumentDirectoryWriter::payload_bytes(64)};
  InstrumentDirectoryWriter directory_{directory_bytes_.bytes(), 64};
  JournalInFolder journal_;
  std::uint64_t next_ = 1;
  std::vector<Record> records_;
  std::map<std::uint32_t, std::map<std::uint64_t, int>> open_;
  Stand now_, before_;  // before the segment that is written
};

TEST_F(ToldIndexTest, SaysWhatAllThatWasToldOfTheDaySays) {
  begin_day(20240101, 700);
  trade_until(2);
  begin_day(20240102, 20);
  open_.clear();
  trade_until(5);
  // The newest one that is indexed is the one before the last.
  const Stand expected = before_;
  trade_until(6);
  index();
  Stand stand;
  const auto index = told(stand);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->segment, 5u);
  EXPECT_EQ(index->instruments, kInstruments);
  EXPECT_GT(index->orders, 200u);
  EXPECT_EQ(stand.trading_date, 20240102);
  EXPECT_TRUE(stand == expected);
}

TEST_F(ToldIndexTest, KnowsNothingOfInstrumentsOfAnotherDay) {
  begin_day(20240102, 20);
  trade_until(2);
  begin_day(20240103, 500);
  trade_until(4);
  index();
  Stand stand;
  ASSERT_TRUE(told(stand));
  EXPECT_EQ(stand.instruments.size(), kInstruments - 1);
  EXPECT_EQ(stand.instruments.at(3).venue_key, 503);
}

TEST_F(ToldIndexTest, DoesNotSpeakOfADayOnWhichSomethingWasMissed) {
  begin_day(20240101, 700);
  trade_until(2);
  GapBody gap;
  gap.reason = GapReason::lost, gap.feed = {1};
  tell(0, gap);
  trade_until(4);
  index();
  Stand stand;
  EXPECT_FALSE(told(stand));
  begin_day(20240102, 20);
  trade_until(6);
  index();
  EXPECT_TRUE(told(stand)) << "the next day is another one";
}

TEST_F(ToldIndexTest, NorWhenAllBooksWereEmptied) {
  begin_day(20240102, 20);
  trade_until(2);
  tell(0, BookClearBody{});
  trade_until(4);
  index();
  Stand stand;
  EXPECT_FALSE(told(stand));
}

TEST_F(ToldIndexTest, NorWhenTheJournalLostSomething) {
  begin_day(20240102, 20);
  trade_until(2);
  write();
  next_ += 10;
  trade_until(4);
  index();
  Stand stand;
  EXPECT_FALSE(told(stand));
}

/// Its source was asked for it again.
TEST_F(ToldIndexTest, SpeaksOfADayOfWhichADeathTookSomething) {
  begin_day(20240102, 20);
  trade_until(2);
  write();
  FactsBuilder facts;
  facts.add(LossFact{1, LossReason::restart, next_, next_ + 9, 0});
  journal_.append_facts(facts);
  next_ += 10;
  trade_until(4);
  index();
  Stand stand;
  EXPECT_TRUE(told(stand));
  write();
  facts.add(LossFact{1, LossReason::disk, next_, next_ + 9, 0});
  journal_.append_facts(facts);
  next_ += 10;
  trade_until(6);
  index();
  EXPECT_FALSE(told(stand));
}

TEST_F(ToldIndexTest, NorWhereInstrumentsHaveOtherNumbersNow) {
  begin_day(20240102, 20);
  trade_until(3);
  index();
  PrivatePayload bytes(InstrumentDirectoryWriter::payload_bytes(64));
  InstrumentDirectoryWriter directory(bytes.bytes(), 64);
  for (std::uint32_t id = kInstruments; id >= 1; --id) define(directory, id);
  Stand stand;
  EXPECT_FALSE(told(stand, directory.reader()));
  EXPECT_TRUE(told(stand));
}

TEST_F(ToldIndexTest, IsSilentAboutAFeedThatIsNotThereAndWithoutIndexes) {
  begin_day(20240102, 20);
  trade_until(3);
  Stand stand;
  EXPECT_FALSE(told(stand));
  index();
  EXPECT_FALSE(tell_from_index(folder_.path(), "ticks", "other", directory_.reader(), [](const Record&) {}));
  EXPECT_FALSE(tell_from_index(folder_.path(), "other", "nasdaq", directory_.reader(), [](const Record&) {}));
}

/// As those were that an earlier version made.
TEST_F(ToldIndexTest, AsksNoIndexThatSaysNothingOfFeeds) {
  begin_day(20240102, 20);
  trade_until(3);
  const auto path = folder_.path() / "0000000000000002.index";
  index();
  std::vector<char> bytes = tests::bytes_of_file(path);
  IndexHead head;
  std::memcpy(static_cast<void*>(&head), bytes.data(), sizeof head);
  head.flags = IndexFlags::beginnings;
  head.crc = platform::crc32c(std::as_bytes(std::span(&head, 1)).first(offsetof(IndexHead, crc)));
  std::memcpy(bytes.data(), &head, sizeof head);
  tests::write_file(path, bytes);
  std::filesystem::remove(folder_.path() / "0000000000000001.index");
  trade_until(5);
  index();
  Stand stand;
  EXPECT_FALSE(told(stand)) << "nobody knows what was before it";
  begin_day(20240103, 50);
  trade_until(7);
  index();
  EXPECT_TRUE(told(stand));
}

}  // namespace
}  // namespace tickplant::daemon::this_file
