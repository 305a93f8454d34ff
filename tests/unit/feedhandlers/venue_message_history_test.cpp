#include "feedhandlers/venue/message_history.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "tests/support/mold_writer.hpp"
#include "tests/support/random.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

using tests::as_span;
using tests::Bytes;

/// Blocks of the messages from `first` on, at most `count`, as many as fit into `room`.
Bytes copied(const MessageHistory& history, std::uint64_t first, std::uint64_t count, std::size_t room = 1 << 20) {
  Bytes out(room, '\0');
  const auto answer = history.copy({first, first + count}, std::as_writable_bytes(std::span(out)));
  out.resize(answer.bytes);
  return out;
}

TEST(MessageHistory, IsEmptyAtFirst) {
  const MessageHistory history(MessageHistory::kLeastBytes);
  EXPECT_TRUE(history.range().empty());
  EXPECT_EQ(history.range().begin, 1U);
}

TEST(MessageHistory, GivesMessagesBackAsBlocks) {
  MessageHistory history(MessageHistory::kLeastBytes);
  for (const char* message : {"one", "", "three"}) history.add(as_span(message));
  EXPECT_EQ(history.range(), (sequencing::SequenceRange{1, 4}));
  EXPECT_EQ(copied(history, 1, 3), tests::mold_block("one") + tests::mold_block("") + tests::mold_block("three"));
  EXPECT_EQ(copied(history, 2, 1), tests::mold_block(""));
  EXPECT_EQ(copied(history, 3, 100), tests::mold_block("three")) << "what is not there yet is left out";
}

TEST(MessageHistory, GivesWholeMessagesOnly) {
  MessageHistory history(MessageHistory::kLeastBytes);
  for (const char* message : {"one", "three"}) history.add(as_span(message));
  EXPECT_EQ(copied(history, 1, 2, 5 + 7), tests::mold_block("one") + tests::mold_block("three"));
  EXPECT_EQ(copied(history, 1, 2, 5 + 6), tests::mold_block("one"));
  EXPECT_EQ(copied(history, 1, 2, 4), "");
}

TEST(MessageHistory, KeepsTheNewestWhateverTheirSizes) {
  const std::uint64_t seed = tests::test_seed();
  SCOPED_TRACE(seed);
  tests::Random random(seed);
  MessageHistory history(MessageHistory::kLeastBytes);
  std::deque<Bytes> all;  // of sequence 1 on
  // First large ones, that the circle is soon used up; then the smallest there are, that have the most marks.
  for (std::uint32_t most : {65'536U, 65'536U, 300U, 1U}) {
    const std::uint32_t count = most == 1 ? 2'200'000 : most == 300 ? 60'000 : 150;
    for (std::uint32_t i = 0; i < count; ++i) {
      Bytes message(random.below(most), static_cast<char>('a' + i % 26));
      history.add(as_span(message));
      all.push_back(std::move(message));
    }
    const auto range = history.range();
    ASSERT_EQ(range.end, all.size() + 1);
    std::size_t kept_bytes = 0;
    for (std::uint64_t sequence = range.begin; sequence < range.end; ++sequence)
      kept_bytes += 2 + all[sequence - 1].size();
    EXPECT_LE(kept_bytes, MessageHistory::kLeastBytes);
    EXPECT_GT(kept_bytes + 64 * (2 + std::size_t{most}) + 65'537, MessageHistory::kLeastBytes)
        << "no more goes than must";
    for (int i = 0; i < 200; ++i) {
      const std::uint64_t first =
          i == 0 ? range.begin : range.begin + random.below(static_cast<std::uint32_t>(range.count()));
      ASSERT_EQ(copied(history, first, 1), tests::mold_block(all[first - 1])) << "sequence " << first;
    }
  }
}

TEST(MessageHistoryDeathTest, HasNothingBeforeAndBehindItsRange) {
  MessageHistory history(MessageHistory::kLeastBytes);
  history.add(as_span("x"));
  EXPECT_DEATH((void)copied(history, 2, 1), "wanted.begin");
  EXPECT_DEATH((void)copied(history, 0, 1), "wanted.begin");
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
