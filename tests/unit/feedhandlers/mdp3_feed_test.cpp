#include "tests/unit/feedhandlers/mdp3_fixture.hpp"

namespace tickplant::tests::mdp3::this_file {
namespace {

constexpr feedhandlers::TradingDay kDay{.midnight = {5'000}, .date = 20180912, .utc_offset_seconds = 0};

class Mdp3FeedTest : public Mdp3Plant {
 protected:
  /// A packet of its own that changes the best bid of `security`.
  PacketWriter bid(std::uint32_t sequence, std::int32_t size, std::uint32_t rpt_seq,
                   std::int32_t security = kSecurity) {
    return PacketWriter(sequence, 1'000 + sequence)
        .book(1'000 + sequence, kEnd, {level(kChange, '0', 100, size, 1, rpt_seq, security)});
  }
  void open_two() {
    open_book();
    open_book(kOther);
  }
};

TEST_F(Mdp3FeedTest, TakesTheFirstCopyOfEachPacketAndPassesOverTheOther) {
  open_book();
  const Texts once{"level bid 100x9 at 0", "quote 100x9 101x7 end", "position 3 of 0 end"};
  EXPECT_EQ(send(bid(2, 9, 3), true), once);
  EXPECT_EQ(send(bid(2, 9, 3), true), Texts{});
  EXPECT_EQ(plant().feed.packets().duplicate_messages, 1U);
}

TEST_F(Mdp3FeedTest, TellsExactlyWhichPacketsAreMissing) {
  open_book();
  EXPECT_EQ(send(bid(5, 9, 3), true),
            (Texts{"gap 2-4 of 0 end", "level bid 100x9 at 0", "quote 100x9 101x7 end", "position 6 of 0 end"}))
      << "and the instrument was not concerned";
  EXPECT_EQ(plant().feed.packets().gaps, 1U);
  EXPECT_EQ(plant().feed.packets().missed_messages, 3U);
}

TEST_F(Mdp3FeedTest, DoubtsAfterALossTheInstrumentsWhoseNumbersJumpAndClearsTheOthers) {
  open_two();
  EXPECT_EQ(send(bid(9, 9, 4)),
            (Texts{"gap 3-8 of 0 end", "level bid 100x9 at 0 doubt", "quote 100x9 101x7 doubt end"}));
  EXPECT_TRUE(is_doubtful());
  EXPECT_TRUE(is_doubtful(kOther)) << "not heard of since";
  EXPECT_EQ(send(bid(10, 9, 3, kOther)), (Texts{"level bid 100x9 at 0", "quote 100x9 101x7 end"}));
  EXPECT_FALSE(is_doubtful(kOther));
  EXPECT_TRUE(is_doubtful());
  EXPECT_EQ(plant().counters().rpt_seq_jumps, 1U);
  EXPECT_EQ(plant().counters().missed_entries, 1U);
  EXPECT_EQ(plant().counters().cleared_instruments, 1U);
}

TEST_F(Mdp3FeedTest, FillsAGapFromTheOtherLineAndAppliesNothingOutOfTurn) {
  open_two();
  (void)send(bid(4, 8, 4));  // 3 is missing: it had number 3 of the one and of the other
  const PacketWriter late = PacketWriter(3, 1'003).book(
      1'003, kEnd, {level(kChange, '0', 100, 7, 1, 3), level(kChange, '0', 100, 6, 1, 3, kOther)});
  EXPECT_EQ(send(late, true),
            (Texts{"level bid 100x6 at 0 doubt late", "quote 100x6 101x7 doubt late end", "position 5 of 0 end"}));
  EXPECT_EQ(side(Side::bid), (Texts{
                                 "100x8",
                             }));
  EXPECT_EQ(plant().counters().stale_entries, 1U);
  EXPECT_TRUE(is_doubtful(kOther)) << "more could be missing";
  EXPECT_EQ(send(bid(5, 5, 4, kOther)), (Texts{"level bid 100x5 at 0", "quote 100x5 101x7 end"}));
  EXPECT_TRUE(is_doubtful());
}

TEST_F(Mdp3FeedTest, EmptiesBooksOnALateResetAndKeepsThemInDoubt) {
  open_two();
  (void)send(PacketWriter(4, 1'004).book(1'004, kEnd, {level(kNew, '0', 90, 1, 1, 1)}));
  (void)send(PacketWriter(3, 1'003).channel_reset(1'003, kEnd, {310}));
  EXPECT_EQ(side(Side::bid), Texts{});
  (void)send(PacketWriter(5, 1'005).book(1'005, kEnd, {level(kNew, '0', 89, 1, 2, 2)}));
  EXPECT_TRUE(is_doubtful());
  EXPECT_TRUE(is_doubtful(kOther));
}

TEST_F(Mdp3FeedTest, PublishesTradesOfALatePacketSinceTheyHappened) {
  open_book();
  (void)send(bid(3, 8, 4));
  EXPECT_EQ(send(PacketWriter(2, 1'001).trades(1'002, kEnd, {{100 * kUnit, 1, kSecurity, 3, 2, 1, 0, 71}})),
            (Texts{"trade 71 ask 100x1 doubt late end"}));
}

TEST_F(Mdp3FeedTest, ClosesAnEventWhoseEndWasLost) {
  open_book();
  (void)send(packet().book(now(), 0x04, {level(kChange, '0', 100, 9, 1, 3)}));
  EXPECT_EQ(send(PacketWriter(9, 2'000), true),
            (Texts{"quote 100x9 101x7 doubt end", "gap 3-8 of 0 end", "position 10 of 0 end"}));
}

TEST_F(Mdp3FeedTest, DoubtsWhatItHadJoinedInTheMiddle) {
  sequence_ = 500;
  open_book();
  EXPECT_FALSE(is_doubtful()) << "an instrument that begins later is known whole";
  (void)send(packet().order_book(now(), kEnd, {{11, 1, 100 * kUnit, 5, kOther, 0, '0'}}));
  EXPECT_TRUE(is_doubtful(kOther)) << "orders have no numbers: some may have been open before";
  EXPECT_EQ(plant().feed.packets().gaps, 0U);
}

TEST_F(Mdp3FeedTest, StartsAnewWhenNumbersDoInAPacketThatWasSentLater) {
  open_book();
  EXPECT_EQ(send(PacketWriter(1, 5'000).book(5'000, kEnd, {level(kNew, '0', 90, 1, 1, 1)}), true),
            (Texts{"clear 1", "quote nonex0 nonex0 end", "level bid 90x1 at 0", "quote 90x1 nonex0 end",
                   "position 2 of 0 end"}));
  EXPECT_FALSE(is_doubtful());
  EXPECT_EQ(plant().feed.counters().restarts, 1U);
  EXPECT_EQ(send(PacketWriter(1, 5'000).book(5'000, kEnd, {level(kNew, '0', 90, 1, 1, 1)}), true), Texts{})
      << "the other line's copy";
}

TEST_F(Mdp3FeedTest, TellsWhatItMissedOfARunThatBeganAnew) {
  open_book();
  (void)send(PacketWriter(20, 3'000));
  EXPECT_EQ(send(PacketWriter(4, 5'000), true),
            (Texts{"clear 1", "quote nonex0 nonex0 end", "gap 1-3 of 0 end", "position 5 of 0 end"}));
  EXPECT_TRUE(is_doubtful());
}

TEST_F(Mdp3FeedTest, DoubtsAllBooksOfTheChannelWhenAPacketIsDamaged) {
  open_two();
  Bytes bytes = bid(3, 9, 3).bytes();
  bytes.resize(bytes.size() + 4);
  plant().send(bytes);
  EXPECT_EQ(plant().feed.counters().damaged[static_cast<std::size_t>(Damage::short_message)], 1U);
  EXPECT_EQ(side(Side::bid), (Texts{"100x9"})) << "what was whole was worked on";
  EXPECT_TRUE(is_doubtful());
  EXPECT_TRUE(is_doubtful(kOther));
  (void)send(bid(4, 8, 4));
  EXPECT_FALSE(is_doubtful());
}

TEST_F(Mdp3FeedTest, CountsMessagesThatItCannotReadAndGoesOn) {
  open_book();
  PacketWriter writer = PacketWriter(2, 2'000).numbered(37, 1, kEnd, {{kSecurity, 3}}).other(999, 20);
  Bytes bytes = writer.bytes();
  bytes[12 + 10 + 11] = std::byte{1};  // entries of the first message are 1 byte long
  plant().send(bytes);
  EXPECT_EQ(plant().feed.counters().refused[static_cast<std::size_t>(ParseOutcome::bad_group)], 1U);
  EXPECT_EQ(plant().feed.counters().refused[static_cast<std::size_t>(ParseOutcome::unknown_template)], 1U);
  EXPECT_TRUE(is_doubtful()) << "until its next number";
  (void)send(bid(3, 8, 4));
  EXPECT_TRUE(is_doubtful()) << "which jumped";
}

TEST_F(Mdp3FeedTest, IgnoresDatagramsThatAreTooShortToBePackets) {
  plant().send(Bytes(11));
  EXPECT_EQ(plant().feed.counters().damaged[static_cast<std::size_t>(Damage::short_header)], 1U);
  EXPECT_TRUE(plant().take().empty());
}

TEST_F(Mdp3FeedTest, KeepsChannelsApart) {
  const std::array<ChannelLines, 2> channels{ChannelLines{310, {1, 14'310}, {2, 15'310}},
                                             ChannelLines{314, {1, 14'314}, {2, 15'314}}};
  start({.channels = channels});
  const auto send_to = [&](Endpoint to, const PacketWriter& writer) {
    Packet packet;
    packet.payload = writer.bytes();
    packet.destination_address = to.address;
    packet.destination_port = to.port;
    plant().feed.on_packet(packet, 0);
    Texts texts;
    for (const ringbuf::Record& record : plant().take()) texts.push_back(text_of(record));
    return texts;
  };
  const auto first = [&](std::int32_t security) {
    return PacketWriter(1, 1'000).book(1'000, 0x04, {level(kNew, '0', 100, 5, 1, 1, security)});
  };
  EXPECT_EQ(send_to(channels[0].a, first(kSecurity)),
            (Texts{"definition", "level bid 100x5 at 0", "position 2 of 310"}));
  EXPECT_EQ(send_to(channels[1].b, first(kOther)), (Texts{"definition", "level bid 100x5 at 0", "position 2 of 314"}));
  EXPECT_EQ(send_to(channels[0].b, first(kSecurity)), Texts{}) << "a copy";
  EXPECT_EQ(send_to({1, 9}, first(kSecurity)), Texts{});
  EXPECT_EQ(plant().feed.counters().foreign_packets, 1U);
  EXPECT_EQ(send_to(channels[1].a, PacketWriter(5, 2'000)),
            (Texts{"quote 100x5 nonex0 doubt end", "gap 2-4 of 314 end", "position 6 of 314 end"}));
  EXPECT_TRUE(is_doubtful(kOther));
  EXPECT_FALSE(is_doubtful(kSecurity));
  EXPECT_EQ(send_to(channels[0].a, PacketWriter(2, 2'000).channel_reset(2'000, kEnd, {310})).front(),
            "quote 100x5 nonex0 end");
  EXPECT_EQ(side(Side::bid, kSecurity), Texts{});
  EXPECT_EQ(side(Side::bid, kOther), (Texts{"100x5"}));
  EXPECT_EQ(send_to(channels[0].a, PacketWriter(3, 3'000).book(3'000, kEnd, {level(kNew, '0', 1, 1, 1, 2, kOther)})),
            (Texts{"position 4 of 310 end"}));
  EXPECT_EQ(plant().counters().other_channel_entries, 1U);
}

TEST_F(Mdp3FeedTest, BeginsADayWithEmptyBooks) {
  open_book();
  plant().feed.begin_day(kDay);
  EXPECT_EQ(plant().take().back().header.type, RecordType::session);
  EXPECT_EQ(side(Side::bid), Texts{});
  EXPECT_EQ(depth().bid_count, 0);
  sequence_ = 0;
  open_book();
  EXPECT_FALSE(is_doubtful());
  EXPECT_EQ(plant().feed.packets().gaps, 0U);
}

TEST_F(Mdp3FeedTest, ResumesBehindAPredecessorWithEmptyBooksAndTheGapBetween) {
  open_book();
  plant().feed.resume(kDay, {5'000});
  plant().feed.expect(0, 7);
  EXPECT_EQ(text_of(plant().take().back()), "clear 3 doubt end");
  EXPECT_EQ(send(PacketWriter(9, 9'000).book(9'000, kEnd, {level(kChange, '0', 100, 9, 1, 17)})),
            (Texts{"gap 7-8 of 0 end", "level bid 100x9 at 0 doubt", "quote 100x9 nonex0 doubt end"}));
}

TEST_F(Mdp3FeedTest, TellsThatTimePasses) {
  plant().feed.publish_heartbeat({{77}, 5, 3, 2});
  const Records records = plant().take();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].header.type, RecordType::heartbeat);
  EXPECT_EQ(records[0].as<ringbuf::HeartbeatBody>().idle_nanos, 3U);
}

TEST_F(Mdp3FeedTest, CallsTheObserverOnceAMessage) {
  const PacketWriter writer = packet().other(12, 0).other(999, 3).book(now(), kEnd, {});
  std::vector<std::uint16_t> seen;
  Packet packet;
  packet.payload = writer.bytes();
  plant().feed.on_packet(packet, 0, [&](const Message& message) { seen.push_back(message.template_id); });
  EXPECT_EQ(seen, (std::vector<std::uint16_t>{12, 999, 46}));
}

}  // namespace
}  // namespace tickplant::tests::mdp3::this_file
