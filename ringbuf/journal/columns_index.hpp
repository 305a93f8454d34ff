// The index of a compressed segment: where its pieces are, which sequences and times of which rings it has, which
// instruments a piece is about. And the checks of pieces and pages.
//
// Threads: plain values. Not here: what pieces hold (expanded_segment.hpp), making them (segment_compressor.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ringbuf/journal/columns_layout.hpp"
#include "ringbuf/journal/segment_page.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::ringbuf {

struct ColumnsIndex {
  std::vector<ColumnsRing> rings;
  std::vector<ColumnsGroup> groups;  // [k]: of group k
  std::vector<ColumnsIndexPiece> pieces;
  std::vector<std::byte> sets;  // of instruments: ids that rise, each less the one before as LEB128

  /// As it lies in its piece.
  [[nodiscard]] std::vector<std::byte> bytes() const;
  /// Nothing: sizes do not fit together.
  [[nodiscard]] static std::optional<ColumnsIndex> of(std::span<const std::byte> bytes);

  /// Lists the instruments of a piece; more than kColumnsInstrumentsMax are not listed. `ids` rise.
  void list_instruments(ColumnsIndexPiece& piece, std::span<const std::uint32_t> ids);
  /// Whether the piece is about one of them, as far as the index tells. `ids` rise.
  [[nodiscard]] bool may_hold(const ColumnsIndexPiece& piece, std::span<const std::uint32_t> ids) const noexcept;
};

[[nodiscard]] constexpr bool is_results_only(const ColumnsPage& page) noexcept {
  return (static_cast<std::uint32_t>(page.flags) & static_cast<std::uint32_t>(ColumnsFlags::results_only)) != 0;
}

void seal_columns_page(ColumnsPage& page) noexcept;
/// Groups that a file of this size may have: each takes a piece.
[[nodiscard]] constexpr std::uint64_t groups_max(std::uint64_t file_bytes) noexcept {
  return file_bytes / kColumnsAlignment;
}
[[nodiscard]] PageFault check_columns_page(const ColumnsPage& page, std::uint64_t file_bytes) noexcept;

/// Fills `crc` of the piece at the start of `bytes`, which are all of it.
void seal_piece(std::span<std::byte> bytes) noexcept;

/// The header of the piece that `bytes` begin with; nothing: no piece, not all of it there, or not what was written.
[[nodiscard]] std::optional<ColumnsPiece> checked_piece(std::span<const std::byte> bytes) noexcept;

/// Bytes of a piece in its file.
[[nodiscard]] inline std::size_t piece_bytes(const ColumnsPiece& piece) noexcept {
  return columns_padded(sizeof(ColumnsPiece) + piece.stored_bytes);
}

/// The greatest number of bytes that a piece of this kind may expand to.
[[nodiscard]] constexpr std::size_t raw_bytes_max(PieceKind kind) noexcept {
  switch (kind) {
    case PieceKind::page: return kJournalPageBytes;
    case PieceKind::headers: return kColumnsGroupBytes / kBlockBytesMin * sizeof(ColumnsHeaderRow);
    case PieceKind::payloads: return kColumnsGroupBytes;
    case PieceKind::index: return kColumnsIndexBytesMax;
    default: return 0;
  }
}

}  // namespace tickplant::ringbuf
