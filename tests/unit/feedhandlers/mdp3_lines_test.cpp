// CME MDP 3.0 behind lines A and B, channel by channel: what is doubted after a loss, and when they disagree.
#include <cstdint>

#include "tests/support/mdp3_encoder.hpp"
#include "tests/unit/feedhandlers/feed_on_lines.hpp"

namespace tickplant::tests::this_file {
namespace {

using namespace mdp3;

class Mdp3Lines : public FeedOnLines {
 protected:
  void SetUp() override { start(config::Protocol::mdp3); }

  /// One bid of an instrument; the first is new, those behind it change it.
  static std::string packet(std::uint32_t sequence, std::int32_t security, std::uint32_t rpt_seq, std::int32_t size = 5,
                            std::uint64_t sent_after = 0) {
    const Level bid{.price = 1'000'000'000,
                    .size = size,
                    .security = security,
                    .rpt_seq = rpt_seq,
                    .price_level = 1,
                    .action = static_cast<std::uint8_t>(rpt_seq > 1)};
    const auto bytes = PacketWriter(sequence, 1'000 + sequence + sent_after).book(1'000, kEnd, {bid}).bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

TEST_F(Mdp3Lines, TheFirstCopyWinsAndTheSecondIsADuplicate) {
  for (std::uint32_t i = 1; i <= 3; ++i) receive_on_both(packet(i, 7, i));
  EXPECT_EQ(feed_->totals().messages, 3u);
  EXPECT_EQ(feed_->totals().duplicate_messages, 3u);
  EXPECT_EQ(feed_->totals().next_sequence, 4u);
}

TEST_F(Mdp3Lines, WhatOneLineLostTheOtherBrings) {
  receive(Line::a, packet(1, 7, 1));
  receive(Line::a, packet(3, 7, 3));
  EXPECT_EQ(feed_->totals().held_packets, 1u);
  EXPECT_TRUE(feed_->next_deadline().has_value());
  receive(Line::b, packet(2, 7, 2));
  EXPECT_FALSE(feed_->next_deadline().has_value());
  EXPECT_EQ(feed_->totals().messages, 3u);
  EXPECT_EQ(feed_->totals().gaps, 0u);
}

TEST_F(Mdp3Lines, ALossIsInAllImagesOfTheChannelAtOnceAndGoesWhereItDidNotConcern) {
  receive(Line::a, packet(1, 7, 1));
  receive(Line::a, packet(2, 8, 1));
  EXPECT_FALSE(is_doubted("8"));
  receive(Line::a, packet(4, 7, 2));
  feed_->on_time({now_ + 1'000'000'000});
  EXPECT_EQ(feed_->totals().gaps, 1u);
  EXPECT_TRUE(is_doubted("8"));
  EXPECT_FALSE(is_doubted("7")) << "its own numbers say that it missed nothing";
}

TEST_F(Mdp3Lines, CopiesThatDifferAreAsGoodAsLost) {
  for (std::uint32_t i = 1; i <= kCompared; ++i) receive_on_both(packet(i, 7, i));
  ASSERT_EQ(feed_->totals().compared_packets, 1u);
  EXPECT_EQ(feed_->totals().differing_packets, 0u);
  EXPECT_FALSE(is_doubted("7"));
  for (std::uint32_t i = kCompared + 1; i <= 2 * kCompared; ++i) {
    receive(Line::a, packet(i, 7, i));
    receive(Line::b, packet(i, 7, i, i == 2 * kCompared ? 6 : 5));
  }
  EXPECT_EQ(feed_->totals().differing_packets, 1u);
  EXPECT_TRUE(is_doubted("7"));
}

TEST_F(Mdp3Lines, NumbersThatStartAnewInALaterPacketAreAnotherRun) {
  receive_on_both(packet(1, 7, 1));
  receive_on_both(packet(2, 7, 2));
  (void)take();
  receive_on_both(packet(1, 7, 1, 5, 1'000));
  EXPECT_EQ(feed_->totals().messages, 3u);
  EXPECT_EQ(take().front(), RecordType::book_clear);
}

TEST_F(Mdp3Lines, EachChannelHasItsNumbersAndWhatIsOfNoneIsCounted) {
  using feedhandlers::mdp3::ChannelLines;
  const std::vector<ChannelLines> channels{{310, {0, 14310}, {0, 15310}}, {312, {0, 14312}, {0, 15312}}};
  start(config_of(config::Protocol::mdp3), channels);
  receive(Line::a, packet(1, 7, 1), {now_ + 1}, 14310);
  receive(Line::b, packet(1, 7, 1), {now_ + 2}, 15310);
  receive(Line::a, packet(1, 9, 1), {now_ + 3}, 14312);
  receive(Line::a, packet(3, 9, 3), {now_ + 4}, 14312);
  receive(Line::a, packet(5, 7, 2), {now_ + 5}, 14310);
  receive(Line::a, packet(1, 7, 1), {now_ + 6}, 9);
  EXPECT_EQ(feed_->totals().foreign_packets, 1u);
  EXPECT_EQ(feed_->totals().duplicate_messages, 1u);
  EXPECT_EQ(feed_->totals().next_sequence, 0u) << "there is no one number of two channels";
  EXPECT_TRUE(feed_->next_deadline().has_value());
  feed_->flush();
  EXPECT_EQ(feed_->totals().gaps, 2u);
}

TEST_F(Mdp3Lines, APacketWithoutWholeHeaderIsDamagedAndOneWithoutTimeIsTakenAsItComes) {
  receive(Line::a, "short");
  EXPECT_EQ(feed_->totals().damaged_packets, 1u);
  receive(Line::a, packet(1, 7, 1), platform::kNoTime);
  EXPECT_EQ(feed_->totals().messages, 1u);
}

TEST_F(Mdp3Lines, GoesOnWhereAPredecessorWas) {
  ringbuf::SourcePositionBody reached;
  reached.next_sequence = 5;
  reached.session = {'0'};
  EXPECT_FALSE(feed_->resume(kDay, reached, {}, {now_})) << "books are in doubt";
  EXPECT_EQ(take().front(), RecordType::book_clear);
  receive(Line::a, packet(8, 7, 8));
  feed_->flush();
  EXPECT_EQ(feed_->totals().gaps, 1u);
  EXPECT_EQ(feed_->totals().missed_messages, 3u);
}

TEST_F(Mdp3Lines, APacketThatWaitedWhileAHeartbeatToldALaterTimeIsNoBadClock) {
  receive(Line::a, packet(1, 7, 1));
  feed_->publish_heartbeat({.now = {now_ + 10'000'000'000}});
  (void)take();
  receive(Line::a, packet(2, 7, 2), {now_ + 1'000});
  for (ringbuf::Record record; reader_.poll(&record) == ringbuf::ReadStatus::record;)
    EXPECT_FALSE(has(record.header.flags, ringbuf::RecordFlags::bad_clock));
  EXPECT_EQ(feed_->totals().messages, 2u);
}

TEST_F(Mdp3Lines, ADayMayBeginBeforeItsFirstPacket) {
  feed_->begin_day(kDay, {}, {now_});
  EXPECT_EQ(take().front(), RecordType::session);
  receive(Line::a, packet(1, 7, 1));
  const std::vector<RecordType> types = take();
  EXPECT_EQ(std::count(types.begin(), types.end(), RecordType::session), 0);
}

}  // namespace
}  // namespace tickplant::tests::this_file
