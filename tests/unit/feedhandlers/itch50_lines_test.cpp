// ITCH behind lines A and B: what is doubted when they disagree, how a session ends, and books from a snapshot as
// whoever fetches one sees them.
#include "tests/support/itch_published.hpp"
#include "tests/support/mold_writer.hpp"
#include "tests/unit/feedhandlers/feed_on_lines.hpp"

namespace tickplant::tests::this_file {
namespace {

using Wish = feedhandlers::SnapshotRecovery::Wish;
using Progress = feedhandlers::SnapshotRecovery::Progress;

itch::Header at(std::uint16_t locate) { return {{locate}, {}, {34'200'000'000'000}}; }

Bytes add(std::uint16_t locate, std::uint64_t id, std::uint32_t shares) {
  const itch::Symbol stock = itch::symbol(locate == 1 ? "AAPL" : locate == 2 ? "MSFT" : "IBM");
  const auto bytes = itch::encoded(itch::AddOrder{at(locate), {id}, itch::Side::bid, shares, stock, itch::dollars(10)});
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Itch50Lines : public FeedOnLines {
 protected:
  void SetUp() override {
    start(config::Protocol::itch50);
    std::vector<Bytes> messages;
    for (std::uint32_t i = 1; i < kCompared; ++i)
      messages.push_back(add(static_cast<std::uint16_t>(1 + i % 3), 100 + i, 100));
    receive_on_both(mold_packet("S", 1, messages));
  }
};

TEST_F(Itch50Lines, EqualCopiesRaiseNoDoubt) {
  receive_on_both(mold_packet("S", kCompared, {add(1, 4, 100)}));
  EXPECT_EQ(feed_->totals().compared_packets, 1u);
  EXPECT_EQ(feed_->totals().differing_packets, 0u);
  EXPECT_FALSE(is_doubted("AAPL"));
}

TEST_F(Itch50Lines, APacketThatWaitedWhileAHeartbeatToldALaterTimeIsNoBadClock) {
  feed_->publish_heartbeat({.now = {now_ + 10'000'000'000}});
  (void)take();
  receive(Line::a, mold_packet("S", kCompared, {add(1, 4, 100)}), {now_ + 1'000});
  std::size_t records = 0;
  for (ringbuf::Record record; reader_.poll(&record) == ringbuf::ReadStatus::record; ++records)
    EXPECT_FALSE(has(record.header.flags, ringbuf::RecordFlags::bad_clock));
  EXPECT_NE(records, 0u);
}

TEST_F(Itch50Lines, ACopyThatDiffersRaisesDoubtOfItsBookAtOnce) {
  receive(Line::a, mold_packet("S", kCompared, {add(1, 4, 100), add(2, 5, 100)}));
  receive(Line::b, mold_packet("S", kCompared, {add(1, 4, 100), add(2, 5, 900)}));
  EXPECT_EQ(feed_->totals().differing_packets, 1u);
  EXPECT_FALSE(is_doubted("AAPL")) << "its message is the same on both";
  EXPECT_TRUE(is_doubted("MSFT"));
  EXPECT_FALSE(is_doubted("IBM"));
}

TEST_F(Itch50Lines, WhereTheCopiesNameTwoInstrumentsBothAreDoubted) {
  receive(Line::b, mold_packet("S", kCompared, {add(1, 4, 100)}));
  receive(Line::a, mold_packet("S", kCompared, {add(3, 4, 100)}));
  EXPECT_TRUE(is_doubted("AAPL"));
  EXPECT_TRUE(is_doubted("IBM"));
  EXPECT_FALSE(is_doubted("MSFT"));
}

TEST_F(Itch50Lines, CopiesOfOtherLengthsHarmNobody) {
  receive(Line::a, mold_packet("S", kCompared, {add(1, 4, 100), add(2, 5, 100)}));
  receive(Line::b, mold_packet("S", kCompared, {Bytes("S"), Bytes(), add(2, 5, 100), Bytes(1'400, 'A')}));
  EXPECT_EQ(feed_->totals().differing_packets, 1u);
}

TEST_F(Itch50Lines, CopiesAreNotLookedAtUnlessAskedFor) {
  auto config = config_of(config::Protocol::itch50);
  config.source.compare_lines = false;
  start(config);
  receive(Line::a, mold_packet("S", kCompared, {add(1, 4, 100)}));
  receive(Line::b, mold_packet("S", kCompared, {add(1, 4, 900)}));
  EXPECT_EQ(feed_->totals().compared_packets, 0u);
  EXPECT_EQ(feed_->totals().differing_packets, 0u);
}

TEST_F(Itch50Lines, TheVenueEndsTheSession) {
  EXPECT_FALSE(feed_->totals().has_ended);
  receive(Line::a, mold_end_of_session("S", kCompared));
  EXPECT_TRUE(feed_->totals().has_ended);
  EXPECT_EQ(feed_->snapshot_recovery(), nullptr) << "no server is configured";
}

class Itch50SnapshotRecoveryTest : public Itch50Lines {
 protected:
  void SetUp() override {
    auto config = config_of(config::Protocol::itch50);
    config.source.glimpse.host = "venue";
    start(config);
    receive(Line::a, mold_packet("S", 1, {add(1, 1, 100), add(2, 2, 100)}));
  }
  feedhandlers::SnapshotRecovery& books() { return *feed_->snapshot_recovery(); }
  void snapshot(const Bytes& message) { books().on_snapshot_message(std::as_bytes(std::span{message}), {now_}); }
  void work() {
    for (int i = 0; i < 100 && books().progress() == Progress::working; ++i) (void)books().step({now_});
  }
};

TEST_F(Itch50SnapshotRecoveryTest, AfterALossAllBooksArePutRight) {
  EXPECT_EQ(books().wish(), Wish::nothing);
  receive(Line::a, mold_packet("S", 4, {add(1, 4, 100)}));
  feed_->flush();
  EXPECT_EQ(books().wish(), Wish::rebuild);
  EXPECT_TRUE(is_doubted("MSFT"));
  EXPECT_EQ(books().progress(), Progress::idle);
  books().begin(false);
  EXPECT_EQ(books().progress(), Progress::fetching);
  EXPECT_TRUE(books().on_snapshot_session(
      feedhandlers::sequencing::SessionId::from_bytes(std::as_bytes(std::span<const char, 10>{"S         ", 10}))));
  receive(Line::a, mold_packet("S", 5, {add(2, 5, 100)}));
  for (const Bytes& order : {add(1, 1, 100), add(2, 2, 100), add(2, 3, 700), add(1, 4, 100)}) snapshot(order);
  books().on_snapshot_end(5);
  EXPECT_EQ(books().progress(), Progress::working);
  work();
  EXPECT_EQ(books().wish(), Wish::nothing);
  EXPECT_EQ(books().totals().complete, 1u);
  EXPECT_EQ(books().totals().void_attempts, 0u);
  EXPECT_FALSE(is_doubted("MSFT"));
}

TEST_F(Itch50SnapshotRecoveryTest, ABookInDoubtAloneIsRepairedAlone) {
  receive(Line::a, mold_packet("S", 3, {add(1, 1, 100)}));  // the reference is open already
  EXPECT_EQ(books().wish(), Wish::repair);
  books().begin(false);
  for (const Bytes& order : {add(1, 1, 100), add(2, 2, 100)}) snapshot(order);
  books().on_snapshot_end(4);
  work();
  EXPECT_EQ(books().wish(), Wish::nothing);
  EXPECT_EQ(books().totals().told_books, 1u);
}

TEST_F(Itch50SnapshotRecoveryTest, AComparisonFindsTheBookThatIsWrong) {
  books().begin(true);
  for (const Bytes& order : {add(1, 1, 100), add(2, 2, 900)}) snapshot(order);
  books().on_snapshot_end(3);
  work();
  EXPECT_EQ(books().totals().complete, 1u);
  EXPECT_EQ(books().totals().differing_books, 1u);
}

}  // namespace
}  // namespace tickplant::tests::this_file
