// Where an instrument was: the image equals the one that the live writer held, the book the one that was told.
#include "clients/cli/journal/past_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <vector>

#include "clients/cli/failure.hpp"
#include "clients/cpp/image_view.hpp"
#include "clients/cpp/subscriber.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/support/random.hpp"

namespace tickplant::cli::this_file {
namespace {

using namespace ringbuf;
using tests::JournalInFolder;
using tests::PlantInFolder;

/// A plant whose records are all journalled, with the image that it held behind each of them.
class PastStateTest : public testing::Test {
 protected:
  PastStateTest() : journal_(folder_.path(), 4 * kJournalUnitBytes) { made_.set_now({tests::kTestTime}); }

  void write(std::uint64_t first = 1) {
    FactsBuilder facts;
    FeedEntry feed;
    feed.id = {1};
    set_text(feed.name, "feed-ticks");
    set_text(feed.venue, "XNAS");
    set_text(feed.ring, "ticks");
    facts.add(feed);
    facts.add(JournalInFolder::instrument(1, "AAPL", "XNAS"));
    facts.add(JournalInFolder::instrument(2, "MSFT", "XNAS"));
    facts.add(JournalInFolder::ring_fact(1, "ticks", BlockKind::ticks, first));
    journal_.append_facts(facts);
    for (std::size_t at = first - 1; at < records_.size(); at += 50) {
      const std::vector<Record> some(
          records_.begin() + static_cast<std::ptrdiff_t>(at),
          records_.begin() + static_cast<std::ptrdiff_t>(std::min(at + 50, records_.size())));
      journal_.append(JournalInFolder::header_of(BlockKind::ticks, 1, at + 1, some), std::as_bytes(std::span(some)));
    }
  }
  /// What was published since.
  void look() {
    while (all_.poll([&](const Record& record) { records_.push_back(record); }) != 0) continue;
  }
  [[nodiscard]] ImageEntry image(InstrumentId id) {
    ImageEntry out;
    (void)clients::ImageView(plant_).read(id, out);
    return out;
  }
  [[nodiscard]] PastState at(const std::string& symbol, std::size_t index) const {
    return state_of(symbol, records_.at(index).header.ts_recv);
  }
  [[nodiscard]] PastState state_of(const std::string& symbol, UnixNanos at) const {
    clients::PastView past(folder_.path());
    return past_state(past, symbol, at);
  }
  void begin_day(std::int32_t date) {
    SessionBody session;
    session.trading_date = date;
    session.feed = {1};
    made_.set_now(made_.now() + PlantInFolder::kStepNanos);
    made_.publisher().begin_packet(made_.now(), 0);
    const std::array<InstrumentId, 2> ids{InstrumentId{1}, InstrumentId{2}};
    made_.publisher().begin_session(made_.now(), session, ids);
    made_.publisher().end_batch();
  }
  Sequence order(InstrumentId id, OrderAction action, std::uint64_t reference, Side side, double price,
                 std::uint64_t size) {
    OrderBody body;
    body.order_id = reference, body.price = tests::dollars(price), body.size = {size};
    body.action = action, body.side = side;
    return made_.publish(id, body);
  }

  tests::TempDirectory folder_{"/dev/shm"};
  JournalInFolder journal_;
  PlantInFolder made_;
  clients::Plant plant_ = clients::Plant::in_folder(made_.folder());
  clients::Subscriber all_{plant_, {.join = clients::Join::oldest}};
  std::vector<Record> records_;
};

TEST_F(PastStateTest, IsTheImageOfThatTimeBehindEachRecord) {
  tests::Random random(tests::test_seed());
  const std::array<InstrumentId, 2> ids{made_.define("AAPL"), made_.define("MSFT")};
  look();
  std::map<std::size_t, std::array<ImageEntry, 2>> truth;  // by index of the record
  for (int i = 0; i < 400; ++i) {
    const InstrumentId id = ids[random.below(2)];
    const double price = 100 + random.below(50);
    if (random.chance(1, 60)) {
      begin_day(20200101 + i);
    } else if (random.chance(1, 2)) {
      made_.quote(id, price, price + 1);
    } else {
      made_.trade(id, price, 1 + random.below(9));
    }
    look();
    truth[records_.size() - 1] = {image(ids[0]), image(ids[1])};
  }
  write();
  for (int i = 0; i < 40; ++i) {
    const std::size_t index = 2 + random.below(400);
    const PastState apple = at("AAPL", index), microsoft = at("MSFT@XNAS", index);
    EXPECT_EQ(std::memcmp(&apple.row.image, &truth.at(index)[0], sizeof(ImageEntry)), 0) << index;
    EXPECT_EQ(std::memcmp(&microsoft.row.image, &truth.at(index)[1], sizeof(ImageEntry)), 0) << index;
    EXPECT_EQ(apple.lost, 0u);
  }
}

TEST_F(PastStateTest, HasTheBookThatOrdersMake) {
  const InstrumentId apple = made_.define("AAPL"), microsoft = made_.define("MSFT");
  order(apple, OrderAction::add, 1, Side::bid, 100, 10);     // 3
  order(apple, OrderAction::add, 2, Side::bid, 100, 5);      // 4
  order(apple, OrderAction::add, 3, Side::bid, 99, 7);       // 5
  order(apple, OrderAction::add, 4, Side::ask, 101, 8);      // 6
  order(microsoft, OrderAction::add, 5, Side::bid, 300, 1);  // 7
  order(apple, OrderAction::execute, 1, Side::bid, 100, 4);  // 8
  order(apple, OrderAction::cancel, 2, Side::bid, 100, 5);   // 9
  order(apple, OrderAction::modify, 4, Side::ask, 102, 9);   // 10
  begin_day(20200102);                                       // 11
  look();
  write();
  const DepthEntry before = at("AAPL", 6).book.depth();
  ASSERT_EQ(before.bid_count, 2u);
  EXPECT_EQ(before.bid[0], (DepthLevel{tests::dollars(100), {15}, 2, 0}));
  EXPECT_EQ(before.bid[1], (DepthLevel{tests::dollars(99), {7}, 1, 0}));
  EXPECT_EQ(before.ask[0], (DepthLevel{tests::dollars(101), {8}, 1, 0}));
  EXPECT_EQ(before.stamp, 6u);
  const DepthEntry behind = at("AAPL", 9).book.depth();
  EXPECT_EQ(behind.bid[0], (DepthLevel{tests::dollars(100), {6}, 1, 0}));
  ASSERT_EQ(behind.ask_count, 1u);
  EXPECT_EQ(behind.ask[0], (DepthLevel{tests::dollars(102), {9}, 1, 0}));
  const PastState next_day = at("AAPL", 10);
  EXPECT_EQ(next_day.book.depth().bid_count, 0u);
  EXPECT_TRUE(next_day.has_session);
}

TEST_F(PastStateTest, HasTheBookThatLevelsMakeWhereThereAreNoOrders) {
  const InstrumentId apple = made_.define("AAPL");
  LevelBody level;
  level.price = tests::dollars(100), level.size = {10}, level.order_count = 2, level.side = Side::bid;
  made_.publish(apple, level);
  level.price = tests::dollars(101);
  made_.publish(apple, level);
  level.size = {0};
  made_.publish(apple, level);
  look();
  write();
  EXPECT_EQ(at("AAPL", 2).book.depth().bid[0].price, tests::dollars(101));
  const DepthEntry last = at("AAPL", 3).book.depth();
  ASSERT_EQ(last.bid_count, 1u);
  EXPECT_EQ(last.bid[0], (DepthLevel{tests::dollars(100), {10}, 2, 0}));
}

TEST_F(PastStateTest, SaysWhatIsMissing) {
  const InstrumentId apple = made_.define("AAPL");
  for (int i = 0; i < 10; ++i) made_.trade(apple, 100, 1);
  look();
  write(5);
  const PastState state = at("AAPL", 8);
  EXPECT_EQ(state.first, 5u);
  EXPECT_FALSE(state.has_session);
  EXPECT_EQ(state.row.image.trade_count, 5u);
  FactsBuilder facts;
  facts.add(LossFact{1, LossReason::disk, 12, 20, 0});
  journal_.append_facts(facts);
  EXPECT_EQ(at("AAPL", 8).lost, 0u) << "later";
  journal_.append_ticks(1, 21, 1);
  EXPECT_EQ(state_of("AAPL", JournalInFolder::tick(21).header.ts_recv).lost, 9u);
}

TEST_F(PastStateTest, RefusesAnInstrumentThatTheJournalDoesNotKnow) {
  made_.define("AAPL");
  look();
  write();
  EXPECT_THROW((void)state_of("NONE", {}), Failure);
  FactsBuilder facts;
  facts.add(JournalInFolder::instrument(3, "AAPL", "XLON"));
  journal_.append_facts(facts);
  EXPECT_THROW((void)state_of("AAPL", {}), Failure) << "two of them";
  EXPECT_FALSE(state_of("AAPL@XNAS", {}).row.has_image) << "long before";
}

}  // namespace
}  // namespace tickplant::cli::this_file
