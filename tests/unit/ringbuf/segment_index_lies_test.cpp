// An index of a segment whose checksums hold, and whose numbers cannot be: nothing is read beyond its tables, whatever
// they say. And one that cannot be read is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>

#include "platform/crc32c.hpp"
#include "ringbuf/journal/index_builder.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/journal_indexer.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/random_past.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using tests::FailingCall;
using tests::RandomPast;
using tests::with_failing;

void seal(std::vector<std::byte>& bytes) {
  IndexHead head;
  std::memcpy(static_cast<void*>(&head), bytes.data(), sizeof head);
  const std::uint64_t table_bytes = std::min<std::uint64_t>(index_table_bytes(head), bytes.size() - sizeof head);
  head.tables_crc = platform::crc32c(std::span(bytes).subspan(sizeof head, table_bytes));
  head.crc = platform::crc32c(std::as_bytes(std::span(&head, 1)).first(offsetof(IndexHead, crc)));
  std::memcpy(bytes.data(), &head, sizeof head);
}

class LyingIndex : public testing::Test {
 protected:
  LyingIndex() {
    RandomPast journal(folder_.path(), random_, {});
    journal.write_segments(3);
    JournalIndexer indexer(folder_.path());
    while (indexer.step()) continue;
    const std::vector<char> chars = tests::bytes_of_file(path());
    const auto bytes = std::as_bytes(std::span(chars));
    whole_.assign(bytes.begin(), bytes.end());
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / index_file_name(2); }
  [[nodiscard]] SegmentIndex open_whole() const {
    std::string why;
    return SegmentIndex::of(whole_, why).value();
  }
  /// As if it had been written so.
  [[nodiscard]] std::vector<std::byte> with_word(std::size_t at, std::uint32_t word) const {
    std::vector<std::byte> out = whole_;
    std::memcpy(out.data() + at, &word, sizeof word);
    seal(out);
    return out;
  }
  [[nodiscard]] std::vector<std::byte> with_head(const std::function<void(IndexHead&)>& change) const {
    std::vector<std::byte> out = whole_;
    IndexHead head;
    std::memcpy(static_cast<void*>(&head), out.data(), sizeof head);
    change(head);
    std::memcpy(out.data(), &head, sizeof head);
    seal(out);
    return out;
  }
  /// Asks for all that it has.
  static void look_at_all(const SegmentIndex& index) {
    std::size_t seen = 0;
    for (const IndexRing& ring : index.rings()) seen += index.blocks(ring).size();
    for (const IndexInstrument& each : index.instruments()) {
      seen += index.name_of(each).size();
      if (const auto postings = index.postings(each)) seen += postings->size();
      for (const IndexState& state : index.states(each)) seen += index.bytes_of(state) ? 1u : 0u;
    }
    for (const IndexEvent& event : index.events()) {
      EXPECT_LT(event.ring, index.rings().size());
      EXPECT_TRUE(event.feed == kNotIndexed || event.feed < index.feeds().size());
    }
    for (const IndexFeed& feed : index.feeds()) {
      EXPECT_TRUE(feed.ring == kNotIndexed || feed.ring < index.rings().size());
    }
    EXPECT_GT(seen, 0u);
    IndexBuilder builder;
    if (builder.restore(index)) builder.begin({});
  }

  tests::TempDirectory folder_{"/dev/shm"};
  tests::Random random_{tests::test_seed()};
  std::vector<std::byte> whole_;
};

TEST_F(LyingIndex, LeadsNobodyOutOfItsTables) {
  const std::size_t begin = sizeof(IndexHead), end = begin + index_table_bytes(open_whole().head());
  int refused = 0, taken = 0;
  std::string why;
  for (std::size_t at = begin; at < end; at += sizeof(std::uint32_t)) {
    for (const std::uint32_t word : {0xffffffffu, 0x7fffffffu, 0xfffffffeu, 7u}) {
      SCOPED_TRACE(std::to_string(at) + ": " + std::to_string(word));
      const auto index = SegmentIndex::of(with_word(at, word), why);
      ++(index ? taken : refused);
      EXPECT_TRUE(index || why == "its tables do not fit together") << why;
      if (index) look_at_all(*index);
    }
  }
  EXPECT_GT(refused, 50);
  EXPECT_GT(taken, 50) << "much of it is times and sequences";
}

TEST_F(LyingIndex, IsRefusedForWhatItsHeadSays) {
  std::string why;
  const auto refusal = [&](const std::function<void(IndexHead&)>& change) {
    return SegmentIndex::of(with_head(change), why) ? std::string() : why;
  };
  EXPECT_EQ(refusal([](IndexHead&) {}), "");
  EXPECT_EQ(refusal([](IndexHead& head) { head.magic = {}; }), "it does not begin as one");
  EXPECT_THAT(refusal([](IndexHead& head) { head.major += 1; }), testing::HasSubstr("of version 2"));
  EXPECT_THAT(refusal([](IndexHead& head) { head.file_bytes -= 8; }), testing::HasSubstr("not as long"));
  using Change = void (*)(IndexHead&);
  const std::vector<Change> too_many{[](IndexHead& head) { head.ring_count = UINT32_MAX; },
                                     [](IndexHead& head) { head.feed_count = UINT32_MAX; },
                                     [](IndexHead& head) { head.block_count = UINT32_MAX; },
                                     [](IndexHead& head) { head.event_count = UINT32_MAX; },
                                     [](IndexHead& head) { head.state_count = UINT32_MAX; },
                                     [](IndexHead& head) { head.name_bytes = UINT32_MAX; },
                                     [](IndexHead& head) { head.instrument_count = UINT32_MAX; }};
  for (const Change change : too_many) EXPECT_THAT(refusal(change), testing::HasSubstr("not as long"));
  // Fewer, and others lie where they lay: what is behind is read as what it is not.
  const std::vector<Change> one_less{
      [](IndexHead& head) { head.ring_count -= 1; },  [](IndexHead& head) { head.feed_count -= 1; },
      [](IndexHead& head) { head.block_count -= 1; }, [](IndexHead& head) { head.event_count -= 1; },
      [](IndexHead& head) { head.state_count -= 1; }, [](IndexHead& head) { head.instrument_count -= 1; }};
  for (const Change change : one_less) {
    if (const auto index = SegmentIndex::of(with_head(change), why)) look_at_all(*index);
  }
}

TEST_F(LyingIndex, ThatNamesAnotherSegmentIsNotItsOwn) {
  const std::vector<JournalSegmentFile> segments = list_segments(folder_.path());
  using Change = void (*)(IndexHead&);
  const std::vector<Change> others{
      [](IndexHead& head) { head.journal_id += 1; },   [](IndexHead& head) { head.segment_number += 1; },
      [](IndexHead& head) { head.first_block += 1; },  [](IndexHead& head) { head.last_block += 1; },
      [](IndexHead& head) { head.previous_crc += 1; }, [](IndexHead& head) { head.last_header_crc += 1; }};
  std::string why;
  for (const Change change : others) {
    write_index(folder_.path(), 2, with_head(change));
    EXPECT_FALSE(open_index(folder_.path(), segments[1], segments[2], why));
    EXPECT_THAT(why, testing::HasSubstr("another journal"));
  }
  write_index(folder_.path(), 2, whole_);
  EXPECT_TRUE(open_index(folder_.path(), segments[1], segments[2], why)) << why;
  const auto is_followed_by = [&](const std::function<void(JournalSegmentFile&)>& change) {
    JournalSegmentFile next = segments[2];
    change(next);
    return is_followed(segments[1], next);
  };
  EXPECT_TRUE(is_followed_by([](JournalSegmentFile&) {}));
  EXPECT_FALSE(is_followed_by([](JournalSegmentFile& next) { next.fault = PageFault::crc; }));
  EXPECT_FALSE(is_followed_by([](JournalSegmentFile& next) { next.page.journal_id += 1; }));
  EXPECT_FALSE(is_followed_by([](JournalSegmentFile& next) { next.page.first_block = 0; }));
}

TEST_F(LyingIndex, ThatCannotBeReadIsNone) {
  for (const int error : {EIO, FailingCall::kHalf}) {
    for (std::uint64_t nth = 1;; ++nth) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      bool is_whole = false;
      std::string why;
      const bool has_failed = with_failing({tests::kReadingCalls, error, nth, ".index"}, [&] {
        const auto index = SegmentIndex::open(path(), why);
        is_whole = index && index->is_whole();
      });
      EXPECT_EQ(is_whole, !has_failed || error == FailingCall::kHalf) << why;
      if (!has_failed) break;
    }
  }
  std::string why;
  std::filesystem::remove(path());
  std::filesystem::create_directory(path());
  EXPECT_FALSE(SegmentIndex::open(path(), why));
  EXPECT_EQ(why, "it cannot be read");
}

TEST_F(LyingIndex, FindsFeedsByName) {
  const SegmentIndex index = open_whole();
  ASSERT_NE(index.find_feed("feed-2"), nullptr);
  EXPECT_EQ(index.find_feed("feed-2")->ring, 0u);
  EXPECT_EQ(index.find_feed("feed-4"), nullptr);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
