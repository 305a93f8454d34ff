#include "ringbuf/text_segment.hpp"

#include <gmock/gmock.h>

#include "ringbuf/private_payload.hpp"
#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kCapacity = 256;  // longest text: 64

class TextSegment : public testing::Test {
 protected:
  /// The text, or "!overwritten", "!unknown".
  [[nodiscard]] std::string read(TextReference reference) const {
    std::string text = "left over";
    const TextRead outcome = reader_.read(reference, text);
    if (outcome == TextRead::value) return text;
    EXPECT_EQ(text, "");
    return outcome == TextRead::overwritten ? "!overwritten" : "!unknown";
  }

  PrivatePayload memory_{TextWriter::payload_bytes(kCapacity)};
  TextWriter writer_{memory_.bytes(), kCapacity, 5};
  TextReader reader_{std::as_const(memory_).bytes()};
};

TEST_F(TextSegment, GivesBackTextsOfEveryLengthRoundTheCircle) {
  for (std::size_t round = 0; round < 20; ++round) {
    for (std::size_t bytes = 0; bytes <= writer_.longest(); ++bytes) {
      const std::string text(bytes, static_cast<char>('a' + (bytes + round) % 26));
      const TextReference reference = writer_.append(text);
      EXPECT_EQ(reference.bytes, bytes);
      ASSERT_EQ(read(reference), text);
    }
  }
}

TEST_F(TextSegment, HasTheDocumentedBytes) {
  writer_.append("12345678");
  writer_.append("headline");
  const auto at = [&](std::size_t offset) {
    std::uint64_t value;
    std::memcpy(&value, memory_.bytes().data() + offset, 8);
    return value;
  };
  EXPECT_EQ(at(0x00), 16u);
  EXPECT_EQ(at(0x08), kCapacity);
  EXPECT_EQ(at(0x10), 5u);
  EXPECT_EQ(at(0x40), 16u);
  EXPECT_EQ(std::memcmp(memory_.bytes().data() + 0x80, "12345678headline", 16), 0);
}

TEST_F(TextSegment, OffsetsOnlyGrowAndStartAtMultiplesOfEight) {
  EXPECT_EQ(writer_.append("a").offset, 0u);
  EXPECT_EQ(writer_.append("12345678").offset, 8u);
  EXPECT_EQ(writer_.append("").offset, 16u);
  EXPECT_EQ(writer_.append("123456789").offset, 16u);
  EXPECT_EQ(writer_.append("z").offset, 32u);
}

TEST_F(TextSegment, KeepsATextUntilTheVeryWordIsTaken) {
  const TextReference first = writer_.append("first");
  for (std::uint64_t used = 8; used < kCapacity; used += 8) {
    writer_.append("other");
    ASSERT_EQ(read(first), "first") << used;
  }
  writer_.append("one more");
  EXPECT_EQ(read(first), "!overwritten");
}

TEST_F(TextSegment, NeverShowsATextWhoseEndIsStillThere) {
  const TextReference first = writer_.append(std::string(64, 'x'));
  for (int i = 0; i < 3; ++i) writer_.append(std::string(64, 'y'));
  ASSERT_EQ(read(first), std::string(64, 'x'));
  writer_.append("z");
  EXPECT_EQ(read(first), "!overwritten");
}

TEST_F(TextSegment, CutsWhatIsTooLongAndSaysSo) {
  const TextReference reference = writer_.append(std::string(64, 'x') + "cut");
  EXPECT_EQ(reference.bytes, 64u);
  EXPECT_EQ(read(reference), std::string(64, 'x'));
}

TEST_F(TextSegment, KnowsNothingOfWhatWasNeverAppended) {
  const TextReference known = writer_.append("known");
  EXPECT_EQ(read({8, 1, 5}), "!unknown");
  EXPECT_EQ(read({0, 9, 5}), "!unknown");
  EXPECT_EQ(read({4, 1, 5}), "!unknown");
  EXPECT_EQ(read({~std::uint64_t{7}, 8, 5}), "!unknown");
  EXPECT_EQ(read({0, ~std::uint32_t{0}, 5}), "!unknown");
  EXPECT_EQ(read(known), "known");
}

TEST_F(TextSegment, ATextOfAnotherGenerationIsGone) {
  TextReference reference = writer_.append("text");
  reference.generation = 4;
  EXPECT_EQ(read(reference), "!overwritten");
}

TEST_F(TextSegment, ASuccessorKeepsTheTextsAndSkipsWhatWasCutShort) {
  const TextReference before = writer_.append("before");
  object_at<TextControl<>>(memory_.bytes(), 0).reserved_through = 40;  // four words reserved, then death
  TextWriter successor(memory_.bytes(), kCapacity, 6);
  const TextReference after = successor.append("after");
  EXPECT_EQ(after.offset, 40u);
  EXPECT_EQ(after.generation, 5u);
  EXPECT_EQ(read(before), "before");
  EXPECT_EQ(read(after), "after");
}

TEST_F(TextSegment, RefusesACircleThatDoesNotFitItsSegment) {
  EXPECT_THAT(error_of([&] { TextReader reader(std::as_const(memory_).bytes().first(128 + 255)); }),
              testing::HasSubstr("text table claims 256 bytes, its segment has 255"));
  EXPECT_THAT(error_of([&] { TextReader reader(std::as_const(memory_).bytes().first(127)); }),
              testing::HasSubstr("text table claims 128 bytes, its segment has 127"));
  object_at<TextControl<>>(memory_.bytes(), 0).capacity_bytes = 24;
  EXPECT_THAT(error_of([&] { TextReader reader(std::as_const(memory_).bytes()); }), testing::HasSubstr("text table"));
}

using TextSegmentDeath = TextSegment;

TEST_F(TextSegmentDeath, ASuccessorWithAnotherCapacityIsAProgrammersMistake) {
  EXPECT_DEATH(TextWriter(memory_.bytes(), 128, 1), "capacity_bytes");
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
