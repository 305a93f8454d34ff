// An old segment of a journal, compressed: bytes of its file. Little-endian; docs/journal.md says the same for
// strangers.
//
//   0x0000     4096   ColumnsPage
//   0x1000     ...    pieces, each at a multiple of 64, one behind the other without a hole:
//                       the segment's page, as it was
//                       of each group: the headers of its blocks, then the payloads of one ring after the other
//                       the index
//
//   group k    the blocks that began in bytes [k, k + 1) x 1 MiB of the segment: what is expanded at once
//   piece      ColumnsPiece, 32 bytes; a byte for each column; a zstd frame; zeros up to a multiple of 64
//
// Expanded it is the segment: page, headers and payloads are the same bytes at the same offsets, so the chain holds and
// places in it stay valid. What lay between blocks is zero.
//
// Version rule: as for the journal (journal_layout.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ringbuf/journal/journal_layout.hpp"

namespace tickplant::ringbuf {

inline constexpr std::array<char, 8> kColumnsMagic{'T', 'I', 'C', 'K', 'C', 'O', 'L', 'S'};
inline constexpr std::uint32_t kColumnsPieceMagic = 0x50435054;  // "TPCP"
inline constexpr std::uint16_t kColumnsMajor = 1;
inline constexpr std::uint16_t kColumnsMinor = 0;
inline constexpr std::size_t kColumnsPageBytes = 4096;
inline constexpr std::size_t kColumnsGroupBytes = std::size_t{1} << 20;
inline constexpr std::size_t kColumnsAlignment = 64;
inline constexpr std::size_t kColumnsMax = 32;                               // 8-byte words of a row
inline constexpr std::size_t kColumnsIndexBytesMax = std::size_t{64} << 20;  // expanded
inline constexpr std::size_t kColumnsInstrumentsMax = 4096;                  // of a piece, listed in the index
inline constexpr std::uint32_t kColumnsNotListed = 0xffffffff;
inline constexpr const char* kColumnsSuffix = ".columns";

enum class ColumnsFlags : std::uint32_t {
  none = 0,
  results_only = 1,  // no payloads of ticks and runs: they were old. Their headers are there
};

struct ColumnsPage {
  std::array<char, 8> magic = kColumnsMagic;
  std::uint16_t major = kColumnsMajor;
  std::uint16_t minor = kColumnsMinor;
  std::uint32_t endian_probe = 0x01020304;
  std::uint32_t page_bytes = kColumnsPageBytes;
  std::uint32_t group_bytes = kColumnsGroupBytes;
  std::uint64_t journal_id = 0;
  std::uint64_t segment_number = 0;
  std::uint64_t segment_bytes = 0;   // of the file that was compressed, as its page says
  std::uint64_t expanded_bytes = 0;  // up to the end of its last block
  std::uint64_t first_block = 0;
  std::uint64_t last_block = 0;  // first_block - 1: there was none
  std::uint64_t epoch = 0;       // of the last block
  std::uint32_t previous_crc = 0;
  std::uint32_t last_header_crc = 0;
  std::uint64_t index_offset = 0;  // of the piece in this file
  std::uint32_t index_bytes = 0;   // of the piece, with its header and filling; it ends the file
  ColumnsFlags flags = ColumnsFlags::none;
  std::int64_t compressed_at = 0;  // ns UTC
  std::array<std::byte, 3980> reserved{};
  std::uint32_t crc = 0;  // CRC32C of all before
};
static_assert(sizeof(ColumnsPage) == kColumnsPageBytes && std::is_trivially_copyable_v<ColumnsPage>);
static_assert(offsetof(ColumnsPage, first_block) == 56 && offsetof(ColumnsPage, index_offset) == 88);
static_assert(offsetof(ColumnsPage, reserved) == 112 && offsetof(ColumnsPage, crc) == 4092);

enum class PieceKind : std::uint8_t {
  none = 0,
  page = 1,      // the segment's JournalSegmentPage
  headers = 2,   // rows of ColumnsHeaderRow
  payloads = 3,  // of the group's blocks of one ring and kind, one behind the other
  index = 4,     // ColumnsIndexHeader, then what it counts
};

//  +0 magic 4   +4 crc 4   +8 raw_bytes 4   +12 stored_bytes 4   +16 group 4   +20 ring 4   +24 kind 1
//  +25 block_kind 1   +26 columns 1   +27 reserved 5
struct ColumnsPiece {
  std::uint32_t magic = kColumnsPieceMagic;
  std::uint32_t crc = 0;           // CRC32C of all behind this field, the filling, too
  std::uint32_t raw_bytes = 0;     // expanded; a multiple of 8 x columns
  std::uint32_t stored_bytes = 0;  // behind this header, without the filling
  std::uint32_t group = 0;
  std::uint32_t ring = 0;  // payloads
  PieceKind kind = PieceKind::none;
  BlockKind block_kind = BlockKind::none;  // payloads
  std::uint8_t columns = 0;                // 8-byte words of a row; 0: the frame is the bytes themselves
  std::array<std::byte, 5> reserved{};
};
static_assert(sizeof(ColumnsPiece) == 32 && offsetof(ColumnsPiece, kind) == 24);

/// How a column's words are stored, before their bytes are put apart.
enum class ColumnCoding : std::uint8_t {
  plain = 0,   // as they are
  delta = 1,   // less the word above, zigzag; above the first one is 0
  differ = 2,  // exclusive-or with the word above
  beside = 3,  // less the word left of it in the same row, zigzag; not in the first column
};

//  +0 offset 8   +8 header 128
struct ColumnsHeaderRow {
  std::uint64_t offset = 0;  // of the block in the segment
  JournalBlockHeader header;
};
static_assert(sizeof(ColumnsHeaderRow) == 136);

//  +0 ring_count 4   +4 group_count 4   +8 piece_count 4   +12 set_bytes 4   then the rings, groups, pieces, sets
struct ColumnsIndexHeader {
  std::uint32_t ring_count = 0;
  std::uint32_t group_count = 0;
  std::uint32_t piece_count = 0;
  std::uint32_t set_bytes = 0;
};
static_assert(sizeof(ColumnsIndexHeader) == 16);

//  +0 ring 4   +4 kind 1   +5 reserved 3   +8 count 8   +16 first 8   +24 last 8   +32 first_recv 8   +40 last_recv 8
//  +48 first_event 8   +56 last_event 8
struct ColumnsRing {
  std::uint32_t ring = 0;
  BlockKind kind = BlockKind::none;
  std::array<std::byte, 3> reserved{};
  std::uint64_t count = 0;                                                      // records
  std::uint64_t first = 0, last = 0;                                            // sequences
  std::int64_t first_recv = 0, last_recv = 0, first_event = 0, last_event = 0;  // 0: it has none
};
static_assert(sizeof(ColumnsRing) == 64 && offsetof(ColumnsRing, first_recv) == 32);

//  +0 first_piece 4   +4 piece_count 4
struct ColumnsGroup {
  std::uint32_t first_piece = 0;  // among the index's; the first one holds the headers
  std::uint32_t piece_count = 0;
};
static_assert(sizeof(ColumnsGroup) == 8);

//  +0 offset 8   +8 bytes 4   +12 ring 4   +16 set_offset 4   +20 set_bytes 4   +24 kind 1   +25 block_kind 1
//  +26 reserved 6
struct ColumnsIndexPiece {
  std::uint64_t offset = 0;                      // in the file
  std::uint32_t bytes = 0;                       // there, with header and filling
  std::uint32_t ring = 0;                        // payloads
  std::uint32_t set_offset = kColumnsNotListed;  // of its instruments among the sets
  std::uint32_t set_bytes = 0;
  PieceKind kind = PieceKind::none;
  BlockKind block_kind = BlockKind::none;
  std::array<std::byte, 6> reserved{};
};
static_assert(sizeof(ColumnsIndexPiece) == 32 && offsetof(ColumnsIndexPiece, kind) == 24);

[[nodiscard]] constexpr std::size_t columns_padded(std::size_t bytes) noexcept {
  return (bytes + kColumnsAlignment - 1) / kColumnsAlignment * kColumnsAlignment;
}

}  // namespace tickplant::ringbuf
