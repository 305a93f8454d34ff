// What a feed behind lines doubts at once, in its images: all books after a gap, and when its lines disagree the books
// that the two forms of a message are about, and no other.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "feedhandlers/make_packet_feed.hpp"
#include "feedhandlers/sequencing/copy_comparison.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/iex_encoder.hpp"
#include "tests/support/itch_published.hpp"
#include "tests/support/mdp3_encoder.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::tests {
namespace {

using feedhandlers::Line;
using ringbuf::Quality;

constexpr std::uint32_t kFirst = feedhandlers::sequencing::CopyComparison::kEvery;

class NoHost : public feedhandlers::FeedHost {
 public:
  [[nodiscard]] feedhandlers::TradingDay day_of(platform::UnixNanos) const noexcept override {
    return {.midnight = {1'548'824'400'000'000'000}, .date = 20190130};
  }
  [[nodiscard]] std::int64_t publish_delay(platform::UnixNanos) noexcept override { return 0; }
};

class FeedDoubt : public testing::Test {
 protected:
  static constexpr std::uint32_t kInstruments = 16;
  static constexpr std::uint64_t kSlots = 1024;

  void start(config::Protocol protocol, bool compare = true) {
    config::FeedConfig config;
    config.name = "test";
    config.protocol = protocol;
    config.source.compare_lines = compare;
    feed_ = feedhandlers::make_packet_feed(config, {publisher_, directory_, "XNAS", {1}, {}}, kInstruments, host_);
  }
  void receive(Line line, std::string_view payload) {
    feedhandlers::Packet packet;
    packet.payload = std::as_bytes(std::span{payload});
    packet.ts_recv = {now_ += 1000};
    packet.line = line;
    feed_->on_packet(packet);
  }
  [[nodiscard]] bool is_doubted(std::string_view symbol) const {
    ringbuf::ImageEntry entry;
    const ringbuf::InstrumentId id = directory_.reader().find(symbol, "XNAS");
    EXPECT_EQ(ringbuf::ImageReader{image_}.read(id, entry), ringbuf::TableRead::value) << symbol;
    return has(entry.quality, Quality::gap_inside);
  }

  ringbuf::PrivatePayload ring_{sizeof(ringbuf::TickWriter::Control) + ringbuf::kRecordBytes * kSlots};
  ringbuf::PrivatePayload directory_bytes_{ringbuf::InstrumentDirectoryWriter::payload_bytes(kInstruments)};
  std::vector<ringbuf::ImageSlot> image_{kInstruments + 1};
  std::vector<ringbuf::NewestSlot> newest_{kInstruments + 1};
  std::vector<ringbuf::DepthSlot> depth_{kInstruments + 1};
  feedhandlers::TickPublisher publisher_{ringbuf::TickWriter::over(ring_.bytes(), kSlots), ringbuf::ImageWriter{image_},
                                         ringbuf::NewestWriter{newest_}, ringbuf::DepthWriter{depth_}};
  ringbuf::InstrumentDirectoryWriter directory_{directory_bytes_.bytes(), kInstruments};
  NoHost host_;
  std::unique_ptr<feedhandlers::PacketFeed> feed_;
  std::int64_t now_ = 1'548'860'000'000'000'000;
};

// --- ITCH ---

itch::Header at(std::uint16_t locate) { return {{locate}, {}, {34'200'000'000'000}}; }

Bytes add(std::uint16_t locate, std::uint64_t id, std::uint32_t shares) {
  const itch::Symbol stock = itch::symbol(locate == 1 ? "AAPL" : locate == 2 ? "MSFT" : "IBM");
  const auto bytes = itch::encoded(itch::AddOrder{at(locate), {id}, itch::Side::bid, shares, stock, itch::dollars(10)});
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ItchCopies : public FeedDoubt {
 protected:
  void SetUp() override {
    start(config::Protocol::itch50);
    std::vector<Bytes> messages;
    for (std::uint32_t i = 1; i < kFirst; ++i)
      messages.push_back(add(static_cast<std::uint16_t>(1 + i % 3), 100 + i, 100));
    for (const Line line : {Line::a, Line::b}) receive(line, mold_packet("S", 1, messages));
  }
};

TEST_F(ItchCopies, EqualOnesRaiseNoDoubt) {
  for (const Line line : {Line::a, Line::b}) receive(line, mold_packet("S", kFirst, {add(1, 4, 100)}));
  EXPECT_EQ(feed_->totals().compared_packets, 1u);
  EXPECT_EQ(feed_->totals().differing_packets, 0u);
  EXPECT_FALSE(is_doubted("AAPL"));
}

TEST_F(ItchCopies, OneThatDiffersRaisesDoubtOfItsBookAtOnce) {
  receive(Line::a, mold_packet("S", kFirst, {add(1, 4, 100), add(2, 5, 100)}));
  receive(Line::b, mold_packet("S", kFirst, {add(1, 4, 100), add(2, 5, 900)}));
  EXPECT_EQ(feed_->totals().differing_packets, 1u);
  EXPECT_FALSE(is_doubted("AAPL")) << "its message is the same on both";
  EXPECT_TRUE(is_doubted("MSFT"));
  EXPECT_FALSE(is_doubted("IBM"));
}

TEST_F(ItchCopies, WhereTheFormsNameTwoInstrumentsBothAreDoubted) {
  receive(Line::b, mold_packet("S", kFirst, {add(1, 4, 100)}));
  receive(Line::a, mold_packet("S", kFirst, {add(3, 4, 100)}));
  EXPECT_TRUE(is_doubted("AAPL"));
  EXPECT_TRUE(is_doubted("IBM"));
  EXPECT_FALSE(is_doubted("MSFT"));
}

TEST_F(ItchCopies, OtherLengthsHarmNobody) {
  receive(Line::a, mold_packet("S", kFirst, {add(1, 4, 100), add(2, 5, 100)}));
  receive(Line::b, mold_packet("S", kFirst, {Bytes("S"), Bytes(), add(2, 5, 100), Bytes(1'400, 'A')}));
  EXPECT_EQ(feed_->totals().differing_packets, 1u);
}

TEST_F(ItchCopies, AreNotLookedAtUnlessAskedFor) {
  start(config::Protocol::itch50, false);
  receive(Line::a, mold_packet("S", kFirst, {add(1, 4, 100)}));
  receive(Line::b, mold_packet("S", kFirst, {add(1, 4, 900)}));
  EXPECT_EQ(feed_->totals().compared_packets, 0u);
  EXPECT_EQ(feed_->totals().differing_packets, 0u);
}

// --- IEX ---

TEST_F(FeedDoubt, CopiesOfIexThatDifferRaiseDoubtOfTheirBookAlone) {
  using namespace iex;
  start(config::Protocol::iex);
  const auto packet = [](std::uint64_t first, std::uint32_t shares) {
    return segment({.protocol = 0x8004, .first_sequence = first},
                   {encode(PriceLevelBuy{1, 1, symbol("ZXIET"), shares, dollars(10)}),
                    encode(PriceLevelBuy{1, 1, symbol("WWE"), 100, dollars(10)})});
  };
  static_assert(kFirst % 2 == 0);
  receive(Line::a, segment({.protocol = 0x8004, .first_sequence = 1}, {encode(SystemEvent{'O', 1})}));
  for (std::uint64_t first = 2; first <= kFirst; first += 2)
    for (const Line line : {Line::a, Line::b}) receive(line, packet(first, 100 + static_cast<std::uint32_t>(first)));
  ASSERT_EQ(feed_->totals().compared_packets, 1u);
  EXPECT_FALSE(is_doubted("ZXIET"));
  for (std::uint64_t first = kFirst + 2; first <= 2 * kFirst; first += 2) {
    receive(Line::a, packet(first, 100));
    receive(Line::b, packet(first, first == 2 * kFirst ? 900 : 100));
  }
  EXPECT_EQ(feed_->totals().differing_packets, 1u);
  EXPECT_TRUE(is_doubted("ZXIET"));
  EXPECT_FALSE(is_doubted("WWE"));
}

TEST_F(FeedDoubt, AGapOfIexIsInAllImagesAtOnce) {
  using namespace iex;
  start(config::Protocol::iex);
  const auto packet = [](std::uint64_t first, std::string_view stock) {
    return segment({.protocol = 0x8004, .first_sequence = first},
                   {encode(PriceLevelBuy{1, 1, symbol(stock), 100, dollars(10)})});
  };
  receive(Line::a, packet(1, "ZXIET"));
  receive(Line::a, packet(2, "WWE"));
  EXPECT_FALSE(is_doubted("WWE"));
  receive(Line::a, packet(4, "ZXIET"));
  feed_->flush();
  EXPECT_EQ(feed_->totals().gaps, 1u);
  EXPECT_TRUE(is_doubted("WWE")) << "nobody knows what the lost message was about";
}

// --- MDP 3.0 ---

TEST_F(FeedDoubt, AGapOfMdp3IsInAllImagesOfTheChannelAtOnce) {
  using namespace mdp3;
  start(config::Protocol::mdp3);
  const auto send = [&](std::uint32_t sequence, std::int32_t security, std::uint32_t rpt_seq) {
    const Level bid{.price = 1'000'000'000,
                    .size = 5,
                    .security = security,
                    .rpt_seq = rpt_seq,
                    .price_level = 1,
                    .action = static_cast<std::uint8_t>(rpt_seq > 1)};
    const std::vector<std::byte> bytes = PacketWriter(sequence, 1'000 + sequence).book(1'000, kEnd, {bid}).bytes();
    receive(Line::a, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  send(1, 7, 1);
  send(2, 8, 1);
  EXPECT_FALSE(is_doubted("8"));
  send(4, 7, 2);
  feed_->flush();
  EXPECT_TRUE(is_doubted("8"));
  EXPECT_FALSE(is_doubted("7")) << "its own numbers say that it missed nothing";
}

TEST_F(FeedDoubt, CopiesOfMdp3ThatDifferAreAsGoodAsLost) {
  using namespace mdp3;
  start(config::Protocol::mdp3);
  const auto send = [&](Line line, std::uint32_t sequence, std::int32_t size) {
    const Level bid{.price = 1'000'000'000, .size = size, .security = 7, .rpt_seq = sequence, .price_level = 1};
    const std::vector<std::byte> bytes = PacketWriter(sequence, 1'000 + sequence).book(1'000, kEnd, {bid}).bytes();
    receive(line, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  for (std::uint32_t i = 1; i <= kFirst; ++i)
    for (const Line line : {Line::a, Line::b}) send(line, i, 5);
  ASSERT_EQ(feed_->totals().compared_packets, 1u);
  EXPECT_EQ(feed_->totals().differing_packets, 0u);
  EXPECT_FALSE(is_doubted("7"));
  for (std::uint32_t i = kFirst + 1; i <= 2 * kFirst; ++i) {
    send(Line::a, i, 5);
    send(Line::b, i, i == 2 * kFirst ? 6 : 5);
  }
  EXPECT_EQ(feed_->totals().differing_packets, 1u);
  EXPECT_TRUE(is_doubted("7"));
}

}  // namespace
}  // namespace tickplant::tests
