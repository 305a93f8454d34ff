#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/mdp3_decoder.hpp"

namespace tickplant::tests::mdp3::this_file {
namespace {

using namespace feedhandlers::mdp3;

/// The outcome of the one message of a packet, and what the handler got.
struct Parsed {
  ParseOutcome outcome = ParseOutcome::unknown_template;
  std::vector<Decoded> messages;
};
Parsed parsed(const Bytes& bytes) {
  Parsed result;
  Decoder decoder;
  for_each_message(parse_packet(bytes), [&](const Message& message) { result.outcome = parse(message, decoder); });
  result.messages = decoder.messages;
  return result;
}
constexpr std::size_t kSizeAt = 12;
constexpr std::size_t kBlockLengthAt = 14;
constexpr std::size_t kSchemaAt = 18;
constexpr std::size_t kBodyAt = 22;
void set_u16(Bytes& bytes, std::size_t at, std::size_t value) {
  bytes[at] = static_cast<std::byte>(value & 0xff);
  bytes[at + 1] = static_cast<std::byte>(value >> 8);
}
/// The packet with its message cut to `body` bytes behind the header, and saying so.
Bytes cut(Bytes bytes, std::size_t body) {
  bytes.resize(kBodyAt + body);
  set_u16(bytes, kSizeAt, 10 + body);
  return bytes;
}

/// One message of each template that is read, each group with two entries.
std::vector<Bytes> one_of_each() {
  return {PacketWriter(1).book(1, kEnd, {Level{}, Level{}}, {LevelOrder{}, LevelOrder{}}).bytes(),
          PacketWriter(1).order_book(1, kEnd, {Order{}, Order{}}).bytes(),
          PacketWriter(1).trades(1, kEnd, {Trade{}, Trade{}}, {TradedOrder{}, TradedOrder{}}).bytes(),
          PacketWriter(1).numbered(37, 1, kEnd, {Numbered{}, Numbered{}}).bytes(),
          PacketWriter(1).numbered(49, 1, kEnd, {Numbered{}, Numbered{}}).bytes(),
          PacketWriter(1).numbered(50, 1, kEnd, {Numbered{}, Numbered{}}).bytes(),
          PacketWriter(1).numbered(51, 1, kEnd, {Numbered{}, Numbered{}}).bytes(),
          PacketWriter(1).channel_reset(1, kEnd, {310, 311}).bytes()};
}

TEST(Mdp3Parser, RefusesEveryMessageThatIsCutAnywhere) {
  for (const Bytes& whole : one_of_each()) {
    const std::size_t body = whole.size() - kBodyAt;
    ASSERT_EQ(parsed(whole).outcome, ParseOutcome::ok);
    const std::size_t root = std::to_integer<std::size_t>(whole[kBlockLengthAt]);
    for (std::size_t size = 0; size < body; ++size) {
      const Parsed result = parsed(cut(whole, size));
      EXPECT_EQ(result.outcome, size < root ? ParseOutcome::bad_block : ParseOutcome::bad_group)
          << "template " << std::to_integer<int>(whole[16]) << " cut to " << size;
      EXPECT_TRUE(result.messages.empty());
    }
  }
}

TEST(Mdp3Parser, IgnoresBytesBehindTheLastGroup) {
  for (Bytes bytes : one_of_each()) {
    const Parsed before = parsed(bytes);
    bytes.insert(bytes.end(), 5, std::byte{0xff});
    set_u16(bytes, kSizeAt, bytes.size() - kSizeAt);
    const Parsed after = parsed(bytes);
    EXPECT_EQ(after.outcome, ParseOutcome::ok);
    EXPECT_EQ(after.messages, before.messages);
  }
}

TEST(Mdp3Parser, RefusesRootBlocksThatAreShorterThanWhatIsRead) {
  for (const Bytes& whole : one_of_each()) {
    for (std::size_t length = 0; length < 9; ++length) {
      Bytes bytes = whole;
      set_u16(bytes, kBlockLengthAt, length);
      EXPECT_EQ(parsed(bytes).outcome, ParseOutcome::bad_block);
    }
    Bytes bytes = whole;
    set_u16(bytes, kBlockLengthAt, whole.size() - kBodyAt + 1);
    EXPECT_EQ(parsed(bytes).outcome, ParseOutcome::bad_block) << "longer than the message";
    set_u16(bytes, kBlockLengthAt, whole.size() - kBodyAt);
    EXPECT_EQ(parsed(bytes).outcome, ParseOutcome::bad_group) << "no place for the groups";
  }
}

TEST(Mdp3Parser, RefusesEntriesThatAreShorterThanWhatIsRead) {
  for (const Bytes& whole : one_of_each()) {
    const std::size_t group_at = kBodyAt + std::to_integer<std::size_t>(whole[kBlockLengthAt]);
    const std::uint16_t id = std::to_integer<std::uint8_t>(whole[16]);
    const std::size_t needed = id == 46   ? BookEntry::kReadBytes
                               : id == 47 ? OrderEntry::kReadBytes
                               : id == 48 ? TradeEntry::kReadBytes
                               : id == 37 ? VolumeEntry::kReadBytes
                               : id == 49 ? DailyStatisticsEntry::kReadBytes
                               : id == 50 ? LimitsBandingEntry::kReadBytes
                               : id == 51 ? SessionStatisticsEntry::kReadBytes
                                          : ChannelResetEntry::kReadBytes;
    for (std::size_t length = 0; length < needed; ++length) {
      Bytes bytes = whole;
      set_u16(bytes, group_at, length);
      EXPECT_EQ(parsed(bytes).outcome, ParseOutcome::bad_group) << "template " << id << " entries of " << length;
    }
  }
}

TEST(Mdp3Parser, NeverReadsMoreEntriesThanThereAre) {
  for (const Bytes& whole : one_of_each()) {
    const std::size_t count_at = kBodyAt + std::to_integer<std::size_t>(whole[kBlockLengthAt]) + 2;
    Bytes bytes = whole;
    bytes[count_at] = std::byte{255};
    EXPECT_EQ(parsed(bytes).outcome, ParseOutcome::bad_group);
  }
}

TEST(Mdp3Parser, TakesAnEmptyGroupWhateverItsBlockLength) {
  Bytes bytes = PacketWriter(1).book(1, kEnd, {}).bytes();
  set_u16(bytes, kBodyAt + 11, 0);
  const Parsed result = parsed(bytes);
  EXPECT_EQ(result.outcome, ParseOutcome::ok);
  ASSERT_EQ(result.messages.size(), 1U);
  EXPECT_TRUE(result.messages[0].levels.empty());
}

TEST(Mdp3Parser, RefusesOtherSchemas) {
  Bytes bytes = one_of_each()[0];
  set_u16(bytes, kSchemaAt, 8);
  EXPECT_EQ(parsed(bytes).outcome, ParseOutcome::other_schema);
  EXPECT_TRUE(parsed(bytes).messages.empty());
}

TEST(Mdp3Parser, KnowsTemplatesByNameThatItDoesNotRead) {
  for (const std::uint16_t id : std::to_array<std::uint16_t>({12, 15, 16, 30, 39, 52, 53, 54, 55, 56, 57, 58, 63})) {
    const Parsed result = parsed(PacketWriter(1).other(id, 40).bytes());
    EXPECT_EQ(result.outcome, ParseOutcome::ok) << id;
    ASSERT_EQ(result.messages.size(), 1U);
    EXPECT_EQ(result.messages[0].template_id, id);
    EXPECT_FALSE(result.messages[0].ends_event);
    EXPECT_FALSE(template_name(id).empty());
  }
  for (const std::uint16_t id : std::to_array<std::uint16_t>({4, 37, 46, 47, 48, 49, 50, 51}))
    EXPECT_FALSE(template_name(id).empty()) << id;
}

TEST(Mdp3Parser, CallsEveryOtherTemplateUnknown) {
  std::size_t known = 0;
  for (std::uint32_t id = 0; id <= 0xffff; ++id) {
    const auto template_id = static_cast<std::uint16_t>(id);
    known += template_index(template_id) == kUnknownTemplate ? 0 : 1;
  }
  EXPECT_EQ(known, kTemplateCount);
  EXPECT_EQ(parsed(PacketWriter(1).other(32, 40).bytes()).outcome, ParseOutcome::unknown_template);
  EXPECT_EQ(template_name(32), "");
}

TEST(Mdp3Parser, FindsTheEndOfTheEventInStatusAndQuoteRequest) {
  EXPECT_TRUE(parsed(PacketWriter(1).other(30, 30, 26).bytes()).messages.at(0).ends_event);
  EXPECT_TRUE(parsed(PacketWriter(1).other(39, 35, 31).bytes()).messages.at(0).ends_event);
  EXPECT_FALSE(parsed(PacketWriter(1).other(30, 26).bytes()).messages.at(0).ends_event)
      << "a block that ends before it";
}

}  // namespace
}  // namespace tickplant::tests::mdp3::this_file
