#include "feedhandlers/sequencing/copy_comparison.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::Line;
using feedhandlers::sequencing::CopyComparison;
using feedhandlers::sequencing::SessionId;

constexpr std::uint64_t kFirst = CopyComparison::kEvery;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span{text}); }

SessionId session(std::uint64_t number) {
  SessionId id;
  id.words[0] = number;
  return id;
}

class CopyComparisonTest : public testing::Test {
 protected:
  /// What the other copy held, where they differ.
  std::string see(Line line, std::string_view messages, std::uint64_t first = kFirst, std::uint64_t of_session = 1) {
    const std::span<const std::byte> other = copies_.see(line, session(of_session), first, bytes(messages));
    return {reinterpret_cast<const char*>(other.data()), other.size()};
  }
  [[nodiscard]] std::uint64_t compared() const { return copies_.counters().compared_packets; }
  [[nodiscard]] std::uint64_t differing() const { return copies_.counters().differing_packets; }

  CopyComparison copies_;
};

TEST_F(CopyComparisonTest, EqualCopiesAreComparedAndNothingMore) {
  EXPECT_EQ(see(Line::a, "add 100"), "");
  EXPECT_EQ(compared(), 0u) << "there is no second one yet";
  EXPECT_EQ(see(Line::b, "add 100"), "");
  EXPECT_EQ(compared(), 1u);
  EXPECT_EQ(differing(), 0u);
}

TEST_F(CopyComparisonTest, ACopyThatDiffersGivesTheOtherOne) {
  (void)see(Line::b, "add 100");
  EXPECT_EQ(see(Line::a, "add 108"), "add 100");
  EXPECT_EQ(compared(), 1u);
  EXPECT_EQ(differing(), 1u);
}

TEST_F(CopyComparisonTest, ALineIsNotComparedWithItself) {
  (void)see(Line::a, "add 100");
  EXPECT_EQ(see(Line::a, "add 108"), "");
  EXPECT_EQ(compared(), 0u);
  EXPECT_EQ(see(Line::recovery, "add 108"), "add 100") << "an answer of the server is a copy, too";
}

TEST_F(CopyComparisonTest, WhereTheLinesCutAtDifferentMessagesTheCommonPartIsCompared) {
  (void)see(Line::a, "one two");
  EXPECT_EQ(see(Line::b, "one two three"), "");
  EXPECT_EQ(compared(), 1u);
  (void)see(Line::a, "one two three", 2 * kFirst);
  EXPECT_EQ(see(Line::b, "one tWo", 2 * kFirst), "one two three");
}

TEST_F(CopyComparisonTest, OnlyNumbersThatTheRateDividesAreLookedAt) {
  for (std::uint64_t first = 1; first < kFirst; ++first) {
    (void)see(Line::a, "x", first);
    EXPECT_EQ(see(Line::b, "y", first), "");
  }
  EXPECT_EQ(compared(), 0u);
}

TEST_F(CopyComparisonTest, PacketsWithoutNumberOrMessagesAreNone) {
  (void)see(Line::a, "x", 0);
  EXPECT_EQ(see(Line::b, "y", 0), "");
  (void)see(Line::a, "");
  EXPECT_EQ(see(Line::b, ""), "");
  EXPECT_EQ(compared(), 0u);
}

TEST_F(CopyComparisonTest, TheSameNumberOfAnotherSessionIsAnotherPacket) {
  (void)see(Line::a, "yesterday", kFirst, 1);
  EXPECT_EQ(see(Line::b, "today", kFirst, 2), "");
  EXPECT_EQ(see(Line::a, "today", kFirst, 2), "");
  EXPECT_EQ(compared(), 1u);
}

TEST_F(CopyComparisonTest, ALineThatIsTooFarBehindIsNotComparedAny) {
  (void)see(Line::a, "old");
  (void)see(Line::a, "new", kFirst + CopyComparison::kWaiting * CopyComparison::kEvery);
  EXPECT_EQ(see(Line::b, "old"), "") << "its place is taken";
  EXPECT_EQ(differing(), 0u);
}

TEST_F(CopyComparisonTest, OfALongPacketTheBeginningIsCompared) {
  const std::string long_one(CopyComparison::kBytesMax + 100, 'a');
  std::string other = long_one;
  other.back() = 'b';
  (void)see(Line::a, long_one);
  EXPECT_EQ(see(Line::b, other), "");
  EXPECT_EQ(compared(), 1u);
  (void)see(Line::a, long_one, 2 * kFirst);
  other.front() = 'b';
  EXPECT_EQ(see(Line::b, other, 2 * kFirst).size(), CopyComparison::kBytesMax);
}

}  // namespace
}  // namespace tickplant::tests::this_file
