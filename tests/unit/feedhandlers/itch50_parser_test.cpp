#include "feedhandlers/itch50/parser.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tickplant::feedhandlers::itch50::this_file {
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

TEST(Itch50Parser, HandsEachOfTheTwentyThreeMessagesToItsOwnOverload) {
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
}

TEST(Itch50Parser, RefusesEveryOtherLength) {
  Recorder recorder;
  for (const MessageType& row : kMessageTypes)
    for (std::size_t bytes = 1; bytes <= 64; ++bytes)
      if (bytes != row.bytes) {
        EXPECT_EQ(parse(message_of(row.type, bytes), recorder), ParseOutcome::bad_length) << row.name << ' ' << bytes;
      }
  EXPECT_EQ(recorder.types, "") << "a message of the wrong size must not reach the handler";
}

TEST(Itch50Parser, RefusesEveryOtherType) {
  Recorder recorder;
  std::size_t unknown = 0;
  for (int type = 0; type < 256; ++type) {
    if (message_bytes(static_cast<char>(type)) != 0) continue;
    EXPECT_EQ(parse(message_of(static_cast<char>(type), 36), recorder), ParseOutcome::unknown_type) << type;
    ++unknown;
  }
  EXPECT_EQ(unknown, 256 - kMessageTypeCount);
  EXPECT_EQ(recorder.types, "");
}

TEST(Itch50Parser, CallsAnEmptyMessageABadLength) {
  Recorder recorder;
  EXPECT_EQ(parse({}, recorder), ParseOutcome::bad_length);
  EXPECT_EQ(recorder.types, "");
}

TEST(Itch50Parser, TakesAHandlerByReferenceOrAsATemporary) {
  const auto message = message_of('D', OrderDelete::kBytes);
  EXPECT_EQ(parse(message, Recorder{}), ParseOutcome::ok);
}

}  // namespace
}  // namespace tickplant::feedhandlers::itch50::this_file
