#include "feedhandlers/iex/parser.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/support/iex_decoder.hpp"

namespace tickplant::feedhandlers::iex::this_file {
namespace {

/// Remembers which views it was given, and where they point.
struct Recorder {
  template <class Message>
  void on(Message message) {
    types += Message::kType;
    last_bytes = message.bytes();
  }
  std::string types;
  std::span<const std::byte> last_bytes;
};

std::vector<std::byte> message_of(char type, std::size_t bytes) {
  std::vector<std::byte> message(bytes);
  if (!message.empty()) message.front() = static_cast<std::byte>(type);
  return message;
}

TEST(IexParser, HandsEachOfTheFourteenMessagesToItsOwnOverload) {
  Recorder recorder;
  std::string expected;
  for (const MessageType& row : kMessageTypes) {
    const auto message = message_of(row.type, row.bytes);
    EXPECT_EQ(parse(message, recorder), ParseOutcome::ok) << row.name;
    EXPECT_EQ(recorder.last_bytes.data(), message.data()) << "read in place";
    EXPECT_EQ(recorder.last_bytes.size(), message.size());
    expected += row.type;
  }
  EXPECT_EQ(recorder.types, expected);
  EXPECT_EQ(expected, "SDHIOPEQTXBA85");
}

TEST(IexParser, RefusesEveryShorterLength) {
  Recorder recorder;
  for (const MessageType& row : kMessageTypes)
    for (std::size_t bytes = 1; bytes < row.bytes; ++bytes)
      EXPECT_EQ(parse(message_of(row.type, bytes), recorder), ParseOutcome::bad_length) << row.name << ' ' << bytes;
  EXPECT_EQ(recorder.types, "") << "a message that is cut must not reach the handler";
}

TEST(IexParser, ReadsWhatItKnowsOfAMessageThatHasGrownAndSaysSo) {
  for (const MessageType& row : kMessageTypes)
    for (const std::size_t more : {1u, 2u, 7u, 1000u}) {
      Recorder recorder;
      const auto message = message_of(row.type, row.bytes + more);
      EXPECT_EQ(parse(message, recorder), ParseOutcome::grown) << row.name << ' ' << more;
      EXPECT_EQ(recorder.types, std::string(1, row.type));
      EXPECT_EQ(recorder.last_bytes.size(), row.bytes) << "nothing behind it is shown";
    }
}

TEST(IexParser, RefusesEveryOtherType) {
  Recorder recorder;
  std::size_t unknown = 0;
  for (int type = 0; type < 256; ++type) {
    if (message_bytes(static_cast<char>(type)) != 0) continue;
    EXPECT_EQ(parse(message_of(static_cast<char>(type), 80), recorder), ParseOutcome::unknown_type) << type;
    ++unknown;
  }
  EXPECT_EQ(unknown, 256 - kMessageTypeCount);
  EXPECT_EQ(recorder.types, "");
}

TEST(IexParser, CallsAnEmptyMessageABadLength) {
  Recorder recorder;
  EXPECT_EQ(parse({}, recorder), ParseOutcome::bad_length);
  EXPECT_EQ(recorder.types, "");
}

TEST(IexParser, TakesAHandlerByReferenceOrAsATemporary) {
  const auto message = message_of('S', SystemEvent::kBytes);
  EXPECT_EQ(parse(message, Recorder{}), ParseOutcome::ok);
}

TEST(IexMessages, HaveTheSizesOfTheSpecification) {
  std::string sizes;
  for (const MessageType& row : kMessageTypes) sizes += row.type + std::to_string(row.bytes) + ' ';
  EXPECT_EQ(sizes, "S10 D31 H22 I18 O18 P19 E18 Q42 T38 X26 B38 A80 830 530 ");
}

/// Byte i of the message holds i.
TEST(IexMessages, ReadTheAuctionAtTheOffsetsOfTheSpecification) {
  std::vector<std::byte> bytes(80);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  const AuctionInformation message{bytes.data()};
  EXPECT_EQ(message.auction_type(), 1);
  EXPECT_EQ(message.timestamp().value, 0x0908070605040302);
  EXPECT_EQ(message.symbol(), "\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11");
  EXPECT_EQ(message.paired_shares().value, 0x15141312u);
  EXPECT_EQ(message.reference_price().raw, 0x1d1c1b1a19181716);
  EXPECT_EQ(message.indicative_clearing_price().raw, 0x2524232221201f1e);
  EXPECT_EQ(message.imbalance_shares().value, 0x29282726u);
  EXPECT_EQ(message.imbalance_side(), 0x2a);
  EXPECT_EQ(message.extension_number(), 0x2b);
  EXPECT_EQ(message.scheduled_time_seconds(), 0x2f2e2d2cu);
  EXPECT_EQ(message.auction_book_clearing_price().raw, 0x3736353433323130);
  EXPECT_EQ(message.collar_reference_price().raw, 0x3f3e3d3c3b3a3938);
  EXPECT_EQ(message.lower_collar().raw, 0x4746454443424140);
  EXPECT_EQ(message.upper_collar().raw, 0x4f4e4d4c4b4a4948);
}

TEST(IexMessages, CutTheSpacesOffASymbol) {
  for (const std::string text : {"", "A", "ZXIET", "ABC.PR", "EIGHTLET"}) {
    const std::string bytes = tests::iex::encode(tests::iex::SecurityEvent{.symbol = tests::iex::symbol(text)});
    EXPECT_EQ(SecurityEvent{tests::as_span(bytes).data()}.symbol(), text);
  }
}

TEST(IexPrices, ChangeIntoOursUpToTheEdgeOfSixtyFourBits) {
  EXPECT_EQ(to_price({1}).value, 100'000);
  EXPECT_EQ(to_price({-1}).value, -100'000);
  EXPECT_EQ(to_price({899'800}).value, 89'980'000'000);
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max() / 100'000;
  EXPECT_EQ(to_price({largest}).value, largest * 100'000);
  EXPECT_EQ(to_price({-largest}).value, -largest * 100'000);
  EXPECT_EQ(to_price({largest + 1}), ringbuf::kNoPrice);
  EXPECT_EQ(to_price({-largest - 1}), ringbuf::kNoPrice);
  EXPECT_EQ(to_price({std::numeric_limits<std::int64_t>::min()}), ringbuf::kNoPrice);
  EXPECT_EQ(to_price({0}).value, 0);
  EXPECT_EQ(price_or_none({0}), ringbuf::kNoPrice);
  EXPECT_EQ(price_or_none({1}).value, 100'000);
}

}  // namespace
}  // namespace tickplant::feedhandlers::iex::this_file
