// A compressed segment whose checksums hold, and whose numbers cannot be: what it says is not believed, nothing is read
// that is not there, and what a walk finds is what was written, or nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "ringbuf/journal/columns_index.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/journal_salvage.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace fs = std::filesystem;
using tests::WalkedBlock;

PageFault fault_of_page(const std::function<void(ColumnsPage&)>& change) {
  ColumnsPage page;
  page.segment_bytes = 8 * kColumnsGroupBytes;
  page.expanded_bytes = kColumnsGroupBytes;
  page.first_block = 5, page.last_block = 9;
  change(page);
  seal_columns_page(page);
  return check_columns_page(page, 10'000);
}

TEST(ColumnsPageThatLies, IsRefused) {
  EXPECT_EQ(fault_of_page([](ColumnsPage&) {}), PageFault::none);
  EXPECT_EQ(fault_of_page([](ColumnsPage& page) { page.last_block = 4; }), PageFault::none) << "it may be empty";
  EXPECT_EQ(fault_of_page([](ColumnsPage& page) { page.magic = {}; }), PageFault::not_a_journal);
  EXPECT_EQ(fault_of_page([](ColumnsPage& page) { page.endian_probe += 1; }), PageFault::endian);
  EXPECT_EQ(fault_of_page([](ColumnsPage& page) { page.major += 1; }), PageFault::version);
  using Change = void (*)(ColumnsPage&);
  const std::vector<Change> impossible{
      [](ColumnsPage& page) { page.page_bytes *= 2; },
      [](ColumnsPage& page) { page.group_bytes *= 2; },
      [](ColumnsPage& page) { page.first_block = 0; },
      [](ColumnsPage& page) { page.last_block = 3; },
      [](ColumnsPage& page) { page.expanded_bytes = kJournalPageBytes - 1; },
      [](ColumnsPage& page) { page.expanded_bytes = page.segment_bytes + 1; },
      [](ColumnsPage& page) { page.expanded_bytes = page.segment_bytes = std::uint64_t{1} << 50; },
  };
  for (const Change change : impossible) EXPECT_EQ(fault_of_page(change), PageFault::sizes);
}

TEST(ColumnsIndexThatLies, IsNone) {
  ColumnsIndex index;
  index.rings.resize(2);
  index.groups.resize(2);
  index.groups[1] = {1, 2};
  index.pieces.resize(3);
  index.list_instruments(index.pieces[0], std::vector{1u, 200u, 70'000u});
  const std::vector<std::byte> whole = index.bytes();
  ASSERT_TRUE(ColumnsIndex::of(whole));
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    EXPECT_FALSE(ColumnsIndex::of(std::span(whole).first(bytes))) << bytes;
  }
  std::vector<std::byte> longer = whole;
  longer.resize(whole.size() + 1);
  EXPECT_FALSE(ColumnsIndex::of(longer));
  for (std::size_t field = 0; field < sizeof(ColumnsIndexHeader); field += sizeof(std::uint32_t)) {
    std::vector<std::byte> other = whole;
    std::fill_n(other.begin() + static_cast<std::ptrdiff_t>(field), sizeof(std::uint32_t), std::byte{0xff});
    EXPECT_FALSE(ColumnsIndex::of(other)) << field;
  }
  index.groups[1].piece_count = 3;
  EXPECT_FALSE(ColumnsIndex::of(index.bytes())) << "pieces that there are not";
  index.pieces[0].set_bytes += 1;
  EXPECT_TRUE(index.may_hold(index.pieces[0], std::vector{5u})) << "a list that cannot be says nothing";
}

TEST(ColumnsPiece, IsNoneWhereItIsNotWhole) {
  std::vector<std::byte> bytes(columns_padded(sizeof(ColumnsPiece) + 40));
  ColumnsPiece piece;
  piece.kind = PieceKind::headers;
  piece.raw_bytes = 136, piece.stored_bytes = 40;
  const auto sealed = [&] {
    std::memcpy(bytes.data(), &piece, sizeof piece);
    seal_piece(bytes);
    return checked_piece(bytes).has_value();
  };
  EXPECT_TRUE(sealed());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(checked_piece(std::span(bytes).first(size)));
  piece.kind = PieceKind::none;
  EXPECT_FALSE(sealed()) << "nothing comes out of it";
  piece.kind = PieceKind::index;
  EXPECT_TRUE(sealed());
  piece.raw_bytes = static_cast<std::uint32_t>(kColumnsIndexBytesMax + 1);
  EXPECT_FALSE(sealed()) << "more than is foreseen";
}

/// A journal of three segments of which the first is compressed, and written otherwise.
class AlteredColumns : public testing::Test {
 protected:
  AlteredColumns() {
    tests::JournalInFolder journal(folder_.path(), 8 * kJournalUnitBytes);
    std::uint64_t next = 1;
    fill_journal(journal, 6, 3000, next);
    journal.begin_segment();
    fill_journal(journal, 2, 100, next);
    before_ = tests::walk(folder_.path());
    (void)tests::compress_in_place(folder_.path(), 1);
    const std::vector<char> chars = tests::bytes_of_file(file());
    const auto bytes = std::as_bytes(std::span(chars));
    whole_.assign(bytes.begin(), bytes.end());
    OpenedSegment opened = open_segment(folder_.path(), 1);
    index_ = opened.source.expanded()->index();
    page_ = opened.source.expanded()->page();
  }
  [[nodiscard]] fs::path file() const { return folder_.path() / compressed_file_name(1); }
  void write(std::span<const std::byte> bytes) const {
    tests::write_file(file(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  /// With another index, which is the last piece.
  void write_index_piece(std::span<const std::byte> raw) {
    std::vector<std::byte> out(whole_.begin(), whole_.begin() + static_cast<std::ptrdiff_t>(page_.index_offset));
    ColumnsPiece piece;
    piece.kind = PieceKind::index;
    const std::vector<std::byte> stored = piece_of(piece, raw);
    out.insert(out.end(), stored.begin(), stored.end());
    ColumnsPage page = page_;
    page.index_bytes = static_cast<std::uint32_t>(stored.size());
    put_page(out, page);
    write(out);
  }
  std::vector<std::byte> piece_of(ColumnsPiece piece, std::span<const std::byte> raw) {
    std::vector<std::byte> out(sizeof piece);
    coder_.encode(raw, piece.columns, out);
    piece.raw_bytes = static_cast<std::uint32_t>(raw.size());
    piece.stored_bytes = static_cast<std::uint32_t>(out.size() - sizeof piece);
    std::memcpy(out.data(), &piece, sizeof piece);
    out.resize(columns_padded(out.size()));
    seal_piece(out);
    return out;
  }
  static void put_page(std::vector<std::byte>& bytes, ColumnsPage page) {
    seal_columns_page(page);
    std::memcpy(bytes.data(), &page, sizeof page);
  }
  [[nodiscard]] bool is_whole() const {
    const OpenedSegment opened = open_segment_file(file(), 1, true);
    return opened.file.fault == PageFault::none && opened.source.expanded()->is_whole();
  }
  /// Walked, it gives what was written up to somewhere; salvaged, blocks that were. Says whether all of it.
  bool look() const {
    const std::vector<WalkedBlock> found = tests::walk(folder_.path());
    const bool is_beginning = found.size() <= before_.size() && std::equal(found.begin(), found.end(), before_.begin());
    EXPECT_TRUE(is_beginning);
    return found.size() == before_.size();
  }
  /// The piece at `row` of the index, raw.
  std::vector<std::byte> raw_of(const ColumnsIndexPiece& row, ColumnsPiece& piece) {
    const auto stored = std::span(whole_).subspan(row.offset, row.bytes);
    piece = checked_piece(stored).value();
    std::vector<std::byte> raw(piece.raw_bytes);
    EXPECT_TRUE(coder_.decode(stored.subspan(sizeof piece, piece.stored_bytes), piece.columns, raw));
    return raw;
  }
  /// The file with that piece made otherwise, where it fits in the old one's room.
  [[nodiscard]] bool write_piece(std::size_t which, const ColumnsPiece& piece, std::span<const std::byte> raw) {
    ColumnsIndex index = index_;
    ColumnsIndexPiece& row = index.pieces.at(which);
    const std::vector<std::byte> stored = piece_of(piece, raw);
    std::vector<std::byte> out = whole_;
    if (stored.size() > row.bytes) return false;
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(row.offset), row.bytes, std::byte{0});
    std::copy(stored.begin(), stored.end(), out.begin() + static_cast<std::ptrdiff_t>(row.offset));
    row.bytes = static_cast<std::uint32_t>(stored.size());
    std::swap(whole_, out);
    write_index_piece(index.bytes());
    std::swap(whole_, out);
    return true;
  }

  tests::TempDirectory folder_{"/dev/shm"};
  ColumnsCoder coder_;
  std::vector<WalkedBlock> before_;
  std::vector<std::byte> whole_;
  ColumnsIndex index_;
  ColumnsPage page_;
};

TEST_F(AlteredColumns, AnIndexThatLeadsElsewhereLosesBlocksAndInventsNone) {
  const std::vector<std::byte> bytes = index_.bytes();
  write_index_piece(bytes);
  ASSERT_TRUE(is_whole());
  ASSERT_TRUE(look());
  const std::size_t groups_at = sizeof(ColumnsIndexHeader) + index_.rings.size() * sizeof(ColumnsRing);
  int lost = 0;
  for (std::size_t at = groups_at; at + sizeof(std::uint32_t) <= bytes.size(); at += sizeof(std::uint32_t)) {
    for (const std::uint32_t word : {1u, 0xffffffffu}) {
      SCOPED_TRACE(std::to_string(at) + ": " + std::to_string(word));
      std::vector<std::byte> other = bytes;
      std::memcpy(other.data() + at, &word, sizeof word);
      if (other == bytes) continue;
      write_index_piece(other);
      lost += look() ? 0 : 1;
      (void)is_whole();
    }
  }
  EXPECT_GT(lost, 10);
}

TEST_F(AlteredColumns, AnIndexWithoutGroupsHasNoBlocks) {
  ColumnsIndex none = index_;
  none.groups.clear();
  write_index_piece(none.bytes());
  EXPECT_FALSE(is_whole());
  EXPECT_FALSE(look());
  none = index_;
  for (ColumnsGroup& group : none.groups) group.piece_count = 0;
  write_index_piece(none.bytes());
  EXPECT_FALSE(is_whole());
  EXPECT_FALSE(look());
}

TEST_F(AlteredColumns, HeadersThatSayWhatCannotBeEndTheGroup) {
  ColumnsPiece piece;
  const std::size_t which = index_.groups[0].first_piece;
  const std::vector<std::byte> raw = raw_of(index_.pieces[which], piece);
  ASSERT_GE(raw.size(), 4 * sizeof(ColumnsHeaderRow));
  using Change = std::function<void(ColumnsHeaderRow&)>;
  const auto reseal = [](ColumnsHeaderRow& row) { row.header.header_crc = header_crc_of(row.header); };
  const std::vector<Change> changes{
      [](ColumnsHeaderRow& row) { row.offset = 0; },                        // before the one before
      [](ColumnsHeaderRow& row) { row.offset += kColumnsGroupBytes; },      // of another group
      [](ColumnsHeaderRow& row) { row.offset = kJournalUnitBytes - 128; },  // no room in its unit
      [](ColumnsHeaderRow& row) { row.header.number += 1; },                // without its checksum
      [&](ColumnsHeaderRow& row) { row.header.number += 1, reseal(row); },  // with it
      [&](ColumnsHeaderRow& row) { row.header.ring += 40, reseal(row); },   // of no piece
      [&](ColumnsHeaderRow& row) { row.header.payload_crc += 1, reseal(row); },
      [&](ColumnsHeaderRow& row) { row.header.payload_bytes += 64, row.header.count += 1, reseal(row); },
  };
  int tried = 0;
  for (const std::size_t nth : {1u, 2u, 3u}) {
    for (const Change& change : changes) {
      std::vector<std::byte> other = raw;
      ColumnsHeaderRow row;
      std::byte* const at = other.data() + nth * sizeof row;
      std::memcpy(static_cast<void*>(&row), at, sizeof row);
      change(row);
      std::memcpy(at, &row, sizeof row);
      if (!write_piece(which, piece, other)) continue;
      ++tried;
      EXPECT_FALSE(is_whole());
      EXPECT_FALSE(look());
    }
  }
  EXPECT_GT(tried, 6);
}

TEST_F(AlteredColumns, APieceThatIsNotTheOneThatIsNamedIsNotTaken) {
  const std::size_t which = index_.groups[0].first_piece + std::size_t{1};
  ColumnsPiece piece;
  const std::vector<std::byte> raw = raw_of(index_.pieces[which], piece);
  ASSERT_TRUE(write_piece(which, piece, raw));
  EXPECT_TRUE(look());
  using Change = void (*)(ColumnsPiece&);
  const std::vector<Change> others{[](ColumnsPiece& each) { each.group += 1; },
                                   [](ColumnsPiece& each) { each.ring += 1; },
                                   [](ColumnsPiece& each) { each.kind = PieceKind::headers; },
                                   [](ColumnsPiece& each) { each.block_kind = BlockKind::none; }};
  for (const Change change : others) {
    ColumnsPiece other = piece;
    change(other);
    std::vector<std::byte> less = raw;
    if (other.kind == PieceKind::headers) less.resize(std::min(raw.size(), raw_bytes_max(other.kind)) / 64 * 64);
    ASSERT_TRUE(write_piece(which, other, less));
    EXPECT_FALSE(is_whole());
    EXPECT_FALSE(look());
  }
  EXPECT_TRUE(write_piece(which, piece, std::span(raw).first(raw.size() - 64))) << "shorter than its blocks";
  EXPECT_FALSE(look());
  std::vector<std::byte> longer = raw;
  longer.resize(raw.size() + 64 * piece.columns);
  if (write_piece(which, piece, longer)) {
    EXPECT_TRUE(look()) << "nobody asks for what lies behind";
    EXPECT_FALSE(is_whole());
  }
}

TEST_F(AlteredColumns, FramesThatDoNotExpandAreDamage) {
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    std::vector<std::byte> out = whole_;
    const ColumnsIndexPiece& row = index_.pieces.at(which);
    const auto stored = std::span(out).subspan(row.offset, row.bytes);
    std::fill_n(stored.begin() + sizeof(ColumnsPiece), 20, std::byte{0});
    seal_piece(stored);
    write(out);
    EXPECT_FALSE(is_whole());
    EXPECT_FALSE(look());
  }
}

/// The page says where the index is, the segment's own page who it is.
TEST_F(AlteredColumns, PagesThatContradictEachOtherAreDamage) {
  using Change = void (*)(ColumnsPage&);
  const std::vector<Change> others{
      [](ColumnsPage& page) { page.first_block += 1; }, [](ColumnsPage& page) { page.journal_id += 1; },
      [](ColumnsPage& page) { page.previous_crc += 1; }, [](ColumnsPage& page) { page.segment_number += 1; }};
  for (const Change change : others) {
    std::vector<std::byte> out = whole_;
    ColumnsPage page = page_;
    change(page);
    put_page(out, page);
    write(out);
    EXPECT_EQ(open_segment_file(file(), 1, true).file.fault, PageFault::crc);
    EXPECT_FALSE(look());
  }
  for (const std::uint64_t offset : {std::uint64_t{0}, page_.index_offset + 64, std::uint64_t{1} << 40}) {
    std::vector<std::byte> out = whole_;
    ColumnsPage page = page_;
    page.index_offset = offset;
    put_page(out, page);
    write(out);
    EXPECT_FALSE(is_whole());
    EXPECT_TRUE(look()) << "pieces say themselves what they are";
  }
  std::vector<std::byte> out = whole_;
  ColumnsPage page = page_;
  page.last_block += 1;
  put_page(out, page);
  write(out);
  EXPECT_FALSE(is_whole());
}

TEST_F(AlteredColumns, WithoutItsPageOrIndexItIsFoundFromThePieces) {
  std::vector<std::byte> out = whole_;
  std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(page_.index_offset), 32, std::byte{0});
  // Lying heads on the way are passed over: too long, of a group that cannot be, not what was written.
  ColumnsPiece far;
  far.kind = PieceKind::headers;
  far.group = 0x7fffffff;
  const std::vector<std::byte> raw(sizeof(ColumnsHeaderRow));
  far.columns = sizeof(ColumnsHeaderRow) / 8;
  const std::vector<std::byte> piece = piece_of(far, raw);
  out.insert(out.end(), piece.begin(), piece.end());
  ColumnsPiece beyond;
  beyond.stored_bytes = 1 << 30;
  std::vector<std::byte> head(kColumnsAlignment);
  std::memcpy(head.data(), &beyond, sizeof beyond);
  out.insert(out.end(), head.begin(), head.end());
  beyond.stored_bytes = 8;
  std::memcpy(head.data(), &beyond, sizeof beyond);
  out.insert(out.end(), head.begin(), head.end());
  write(out);
  EXPECT_FALSE(is_whole());
  EXPECT_TRUE(look());
}

TEST_F(AlteredColumns, IsReadInPiecesOfAnySizeFromAnyPlace) {
  OpenedSegment opened = open_segment(folder_.path(), 1);
  std::vector<std::byte> all(page_.expanded_bytes);
  ASSERT_EQ(opened.source.read(0, all), static_cast<std::ptrdiff_t>(all.size()));
  EXPECT_EQ(std::memcmp(all.data(), &opened.file.page, sizeof opened.file.page), 0) << "its page, too";
  EXPECT_EQ(opened.source.read(all.size(), std::span(all).first(10)), 0);
  for (const std::size_t bytes : {std::size_t{7}, std::size_t{130}, std::size_t{5'000}, std::size_t{300'000}}) {
    for (std::size_t at = 0; at < all.size(); at += all.size() / 37) {
      std::vector<std::byte> part(bytes, std::byte{0x55});
      const std::size_t expected = std::min(bytes, all.size() - at);
      ASSERT_EQ(opened.source.read(at, part), static_cast<std::ptrdiff_t>(expected));
      ASSERT_EQ(std::memcmp(part.data(), all.data() + at, expected), 0) << at << ' ' << bytes;
    }
  }
  JournalBlockHeader other;
  other.kind = BlockKind::ticks;
  other.ring = 99;
  EXPECT_TRUE(opened.source.may_hold(other, std::vector{1u})) << "of a ring that it does not know";
}

TEST_F(AlteredColumns, OnAFaultyDiskIsSalvagedInPartAtMost) {
  std::vector<std::byte> out = whole_;
  std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(page_.index_offset), 32, std::byte{0});
  for (const bool has_index : {true, false}) {
    write(has_index ? whole_ : out);
    for (const int error : {EIO, tests::FailingCall::kHalf}) {
      for (std::uint64_t nth = 1;; ++nth) {
        SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
        bool is_all = false;
        const bool has_failed =
            tests::with_failing({tests::kReadingCalls, error, nth, ".columns"}, [&] { is_all = look(); });
        EXPECT_TRUE(is_all || (has_failed && error == EIO));
        if (!has_failed) break;
      }
    }
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
