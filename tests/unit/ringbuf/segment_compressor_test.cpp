// Compressed segments: the same journal as before, to the byte, found damaged wherever a byte is not what was written.
#include "ringbuf/journal/segment_compressor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/setup_error.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/journal_salvage.hpp"
#include "tests/support/refused_system_call.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace fs = std::filesystem;
using tests::compress_in_place;
using tests::fill_journal;
using tests::JournalInFolder;
using tests::walk;
using tests::WalkedBlock;

class CompressedSegment : public testing::Test {
 protected:
  /// Segments of 3 MiB: three groups each.
  void fill(std::uint64_t rounds = 60, std::uint32_t ticks = 3000,
            std::uint64_t segment_bytes = 12 * kJournalUnitBytes) {
    journal_.emplace(folder_.path(), segment_bytes);
    fill_journal(*journal_, rounds, ticks, next_);
    before_ = walk(folder_.path());
  }
  [[nodiscard]] fs::path compressed(std::uint64_t segment) const {
    return folder_.path() / compressed_file_name(segment);
  }
  void flip(const fs::path& file, std::size_t at) const {
    std::vector<char> bytes = tests::bytes_of_file(file);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x20);
    tests::write_file(file, bytes);
  }
  [[nodiscard]] bool is_whole(std::uint64_t segment) const {
    const OpenedSegment opened = open_segment_file(compressed(segment), segment, true);
    return opened.file.fault == PageFault::none && opened.source.expanded()->is_whole();
  }

  tests::TempDirectory folder_{"/dev/shm"};
  std::optional<JournalInFolder> journal_;
  std::uint64_t next_ = 1;
  std::vector<WalkedBlock> before_;
};

TEST_F(CompressedSegment, IsReadAsIfItWereNotCompressed) {
  fill();
  ASSERT_GE(journal_->place().segment, 3u);
  const CompressionResult first = compress_in_place(folder_.path(), 1);
  EXPECT_EQ(first.bytes, 12 * kJournalUnitBytes);
  EXPECT_EQ(first.file_bytes, fs::file_size(first.path));
  EXPECT_LT(first.file_bytes * 4, first.bytes);
  EXPECT_EQ(walk(folder_.path()), before_);
  (void)compress_in_place(folder_.path(), 2);
  EXPECT_EQ(walk(folder_.path()), before_);
  JournalScanner scanner(folder_.path());
  for (const Payloads payloads : {Payloads::none, Payloads::facts}) {
    scanner.begin_at(2);
    std::size_t blocks = 0;
    while (scanner.next(payloads)) ++blocks;
    EXPECT_EQ(blocks, before_.size() - first.blocks);
    EXPECT_EQ(scanner.end(Search::thorough).kind, JournalEndKind::tail);
  }
  EXPECT_EQ(find_end(folder_.path()).place, journal_->place());
  const auto files = list_segments(folder_.path());
  ASSERT_EQ(files.size(), journal_->place().segment);
  EXPECT_TRUE(files[0].is_compressed);
  EXPECT_FALSE(files[2].is_compressed);
}

TEST_F(CompressedSegment, IsFoundInTheArchiveToo) {
  fill();
  fs::create_directory(folder_.path() / kArchiveName);
  (void)compress_in_place(folder_.path(), 1);
  fs::rename(compressed(1), folder_.path() / kArchiveName / compressed_file_name(1));
  fs::rename(journal_->path(2), folder_.path() / kArchiveName / segment_file_name(2));
  EXPECT_EQ(walk(folder_.path()), before_);
}

TEST_F(CompressedSegment, MayLieBesideWhatItWasMadeOf) {
  fill();
  ASSERT_EQ(compress_segment(folder_.path(), 1, {.to = folder_.path()}).path, compressed(1));
  EXPECT_EQ(walk(folder_.path()), before_);
  flip(journal_->path(1), 100);  // its page
  EXPECT_EQ(walk(folder_.path()), before_) << "the one that holds is read";
}

TEST_F(CompressedSegment, EndsWhereNothingFollows) {
  fill();
  const std::uint64_t last = journal_->place().segment;
  EXPECT_THROW((void)compress_segment(folder_.path(), last, {.to = folder_.path()}), platform::SetupError);
  EXPECT_THROW((void)compress_segment(folder_.path(), 77, {.to = folder_.path()}), platform::SetupError);
  EXPECT_THROW((void)compress_segment(folder_.path(), 1, {.to = folder_.path() / "none"}), platform::SetupError);
  flip(journal_->path(1), 300'000);
  EXPECT_THROW((void)compress_segment(folder_.path(), 1, {.to = folder_.path()}), platform::SetupError) << "damaged";
  EXPECT_THROW((void)compress_segment(folder_.path(), 2, {.to = folder_.path(), .is_unwanted = [] { return true; }}),
               platform::SetupError);
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    EXPECT_TRUE(segment_number_of(entry.path().filename().string())) << entry.path() << " was left behind";
  }
}

TEST_F(CompressedSegment, EveryByteThatChangedIsFound) {
  fill(8, 20, kJournalUnitBytes);
  journal_->begin_segment();
  (void)compress_in_place(folder_.path(), 1);
  const std::vector<char> bytes = tests::bytes_of_file(compressed(1));
  ASSERT_TRUE(is_whole(1));
  ASSERT_LT(bytes.size(), 9000u);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::vector<char> changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    tests::write_file(compressed(1), changed);
    ASSERT_FALSE(is_whole(1)) << at;
  }
  for (const std::size_t size :
       {bytes.size() - 1, bytes.size() - 64, std::size_t{5000}, std::size_t{4096}, std::size_t{1}}) {
    tests::write_file(compressed(1), std::span(bytes).first(size));
    EXPECT_FALSE(is_whole(1)) << size;
  }
}

TEST_F(CompressedSegment, LosesOnlyWhatADamagedPieceHeld) {
  fill();
  (void)compress_in_place(folder_.path(), 1);
  const ColumnsIndex index = open_segment(folder_.path(), 1).source.expanded()->index();
  ASSERT_EQ(index.groups.size(), 3u);
  const auto pieces = std::span(index.pieces).subspan(index.groups[1].first_piece, index.groups[1].piece_count);
  const auto ticks =
      std::ranges::find_if(pieces, [](const ColumnsIndexPiece& piece) { return piece.ring == tests::kTicksRing; });
  ASSERT_NE(ticks, pieces.end());
  flip(compressed(1), ticks->offset + 70);
  const auto is_lost = [](const WalkedBlock& block) {
    const bool is_tick = block.header[offsetof(JournalBlockHeader, kind)] == static_cast<std::byte>(BlockKind::ticks);
    return is_tick && block.place.segment == 1 && block.place.offset / kColumnsGroupBytes == 1;
  };
  const auto lost = static_cast<std::size_t>(std::ranges::count_if(before_, is_lost));
  ASSERT_GT(lost, 0u);
  const tests::JournalSalvage salvaged = tests::salvage(folder_.path());
  EXPECT_EQ(salvaged.first_end(), JournalEndKind::damaged);
  EXPECT_EQ(salvaged.numbers.size(), before_.size() - lost);
  EXPECT_EQ(salvaged.missing().size(), lost);
}

TEST_F(CompressedSegment, NeedsNoIndexToBeSalvaged) {
  fill();
  (void)compress_in_place(folder_.path(), 1);
  const std::size_t bytes = fs::file_size(compressed(1));
  flip(compressed(1), bytes - 70);
  EXPECT_FALSE(is_whole(1));
  EXPECT_EQ(walk(folder_.path()), before_) << "pieces say themselves what they are";
  flip(compressed(1), 40);  // the page, too
  EXPECT_TRUE(walk(folder_.path()).empty());
  EXPECT_EQ(tests::salvage(folder_.path()).numbers.size(), before_.size());
}

TEST_F(CompressedSegment, MayKeepResultsOnly) {
  fill();
  const CompressionResult all = compress_in_place(folder_.path(), 1);
  const CompressionResult results = compress_in_place(folder_.path(), 1, true);  // of a compressed one
  EXPECT_LT(results.file_bytes, all.file_bytes);
  EXPECT_TRUE(is_whole(1));
  EXPECT_TRUE(list_segments(folder_.path()).front().is_results_only);
  const std::vector<WalkedBlock> after = walk(folder_.path());
  ASSERT_EQ(after.size(), before_.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto kind = static_cast<BlockKind>(before_[i].header[offsetof(JournalBlockHeader, kind)]);
    const bool is_dropped = before_[i].place.segment == 1 && (kind == BlockKind::ticks || kind == BlockKind::runs);
    ASSERT_EQ(after[i].is_dropped, is_dropped) << i;
    ASSERT_EQ(after[i].header, before_[i].header);
    if (is_dropped) {
      ASSERT_TRUE(after[i].payload.empty());
    } else {
      ASSERT_EQ(after[i].payload, before_[i].payload);
    }
  }
  JournalReader ticks(folder_.path(), {.rings = {"ticks"}});
  const auto first = ticks.next();
  ASSERT_TRUE(first && std::holds_alternative<JournalRecords>(*first)) << "not told as lost";
  EXPECT_EQ(std::get<JournalRecords>(*first).place.segment, 2u);
  JournalReader derived(folder_.path(), {.rings = {"derived"}});
  const auto result = derived.next();
  ASSERT_TRUE(result && std::holds_alternative<JournalRecords>(*result));
  EXPECT_EQ(std::get<JournalRecords>(*result).first, 1u);
  EXPECT_EQ(tests::salvage(folder_.path()).holes.size(), 0u);
}

TEST_F(CompressedSegment, TellsWhatWasDroppedBetweenRecords) {
  fill();
  (void)compress_in_place(folder_.path(), 2, true);  // and the first one was left as it is
  JournalReader ticks(folder_.path(), {.rings = {"ticks"}});
  std::uint64_t next = 1, lost = 0;
  while (const auto item = ticks.next()) {
    if (const auto* records = std::get_if<JournalRecords>(&*item)) {
      ASSERT_EQ(records->first, next);
      next += records->count();
      continue;
    }
    const auto& loss = std::get<JournalLoss>(*item);
    EXPECT_EQ(loss.reason, LossReason::age);
    ASSERT_EQ(loss.range.first, next);
    next = loss.range.last + 1;
    lost += loss.range.count();
  }
  EXPECT_EQ(next, next_);
  EXPECT_GT(lost, 0u);
}

TEST_F(CompressedSegment, KnowsWhichInstrumentsAPieceIsAbout) {
  fill();
  (void)compress_in_place(folder_.path(), 1);
  const auto records_of = [&](const std::set<std::uint32_t>& instruments) {
    JournalWish wish{.rings = {"ticks"}};
    if (!instruments.empty()) {
      wish.likes = [&](const InstrumentEntry& entry) { return instruments.contains(entry.id.value); };
    }
    JournalReader reader(folder_.path(), wish);
    std::size_t first_segment = 0;
    while (const auto item = reader.next()) {
      const auto* records = std::get_if<JournalRecords>(&*item);
      if (records != nullptr && records->place.segment == 1) first_segment += records->count();
    }
    return first_segment;
  };
  const std::size_t all = records_of({});
  EXPECT_EQ(records_of({999}), 0u);
  EXPECT_GT(records_of({1}), 0u);
  EXPECT_LT(records_of({1}), all);
  EXPECT_EQ(records_of({1, 2, 3}), all);
  const ColumnsIndex index = open_segment(folder_.path(), 1).source.expanded()->index();
  const auto ring = std::ranges::find(index.rings, tests::kTicksRing, &ColumnsRing::ring);
  ASSERT_NE(ring, index.rings.end());
  EXPECT_EQ(ring->first, 1u);
  EXPECT_EQ(ring->count, all);
  EXPECT_EQ(ring->last, all);
  EXPECT_EQ(ring->first_recv, JournalInFolder::tick(1).header.ts_recv.value);
  EXPECT_EQ(ring->last_recv, JournalInFolder::tick(all).header.ts_recv.value);
}

TEST_F(CompressedSegment, MayBeEmptyOrOfOldResultsOrOfKindsThatWeDoNotKnow) {
  fill(8, 100);
  JournalBlockHeader later;
  later.kind = static_cast<BlockKind>(99);
  later.ring = 8, later.first = 1, later.count = 2, later.record_bytes = 512;
  journal_->append(later, std::vector<std::byte>(1024, std::byte{7}));
  std::vector<Record> records;
  for (std::uint64_t i = 0; i < 50; ++i) {
    records.push_back(JournalInFolder::tick(next_ + i));
    records.back().header.instrument = {static_cast<std::uint32_t>(i / 3 % 5)};
  }
  journal_->append(JournalInFolder::header_of(BlockKind::ticks, tests::kTicksRing, next_, records),
                   std::as_bytes(std::span(records)));
  journal_->begin_segment();
  journal_->begin_segment();
  fill_journal(*journal_, 1, 10, next_);
  before_ = walk(folder_.path());
  for (const std::uint64_t segment : {1u, 2u}) {
    (void)compress_in_place(folder_.path(), segment);
    EXPECT_TRUE(is_whole(segment));
    EXPECT_EQ(walk(folder_.path()), before_);
  }
  (void)compress_in_place(folder_.path(), 1, true);
  const std::vector<WalkedBlock> old = walk(folder_.path());
  const CompressionResult again = compress_in_place(folder_.path(), 1, false);
  EXPECT_TRUE(list_segments(folder_.path()).front().is_results_only) << "what is gone does not come back";
  EXPECT_EQ(again.file_bytes, fs::file_size(compressed(1)));
  EXPECT_EQ(walk(folder_.path()), old);
}

TEST_F(CompressedSegment, IsMadeOverSignalsAndNotOnADiskThatTakesNothing) {
  fill(8, 100);
  journal_->begin_segment();
  for (std::uint64_t nth = 1;; ++nth) {
    const bool has_failed = tests::with_failing({{SYS_pwrite64}, EINTR, nth, folder_.path().string()}, [&] {
      EXPECT_NO_THROW(
          (void)compress_segment(folder_.path(), 1, {.to = folder_.path(), .is_unwanted = [] { return false; }}));
    });
    EXPECT_TRUE(is_whole(1));
    fs::remove(compressed(1));
    if (!has_failed) break;
  }
  tests::with_refused({{SYS_pwrite64, 0}}, [&] {
    EXPECT_THROW((void)compress_segment(folder_.path(), 1, {.to = folder_.path()}), platform::SetupError);
  });
  EXPECT_EQ(walk(folder_.path()), before_);
}

TEST(ColumnsIndex, ListsInstrumentsOfAnySize) {
  ColumnsIndex index;
  const std::vector<std::uint32_t> ids{0, 1, 127, 128, 129, 16'383, 16'384, 4'000'000'000, 4'294'967'295};
  ColumnsIndexPiece piece, many;
  index.list_instruments(piece, ids);
  for (const std::uint32_t id : ids) EXPECT_TRUE(index.may_hold(piece, std::vector{id})) << id;
  for (const std::uint32_t id : {2u, 126u, 130u, 16'385u, 4'294'967'294u}) {
    EXPECT_FALSE(index.may_hold(piece, std::vector{id})) << id;
  }
  index.list_instruments(many, std::vector<std::uint32_t>(kColumnsInstrumentsMax + 1));
  EXPECT_TRUE(index.may_hold(many, std::vector{5u})) << "too many to be listed";
  index.pieces = {piece, many};
  const std::vector<std::byte> bytes = index.bytes();
  const auto again = ColumnsIndex::of(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->sets, index.sets);
  EXPECT_FALSE(ColumnsIndex::of(std::span(bytes).first(20)));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
