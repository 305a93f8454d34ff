#include "ringbuf/journal/columns_index.hpp"

#include <algorithm>
#include <cstring>

#include "platform/crc32c.hpp"

namespace tickplant::ringbuf {
namespace {

constexpr std::size_t kUnsealedBytes = offsetof(ColumnsPiece, raw_bytes);  // before what `crc` is of

template <class Row>
void append_rows(const std::vector<Row>& rows, std::vector<std::byte>& out) {
  const auto bytes = std::as_bytes(std::span(rows));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class Row>
bool take_rows(std::span<const std::byte>& bytes, std::size_t count, std::vector<Row>& out) {
  if (bytes.size() / sizeof(Row) < count) return false;
  out.resize(count);
  if (count != 0) std::memcpy(static_cast<void*>(out.data()), bytes.data(), count * sizeof(Row));
  bytes = bytes.subspan(count * sizeof(Row));
  return true;
}

std::uint32_t columns_page_crc(const ColumnsPage& page) noexcept {
  return platform::crc32c(std::as_bytes(std::span(&page, 1)).first(offsetof(ColumnsPage, crc)));
}

}  // namespace

std::vector<std::byte> ColumnsIndex::bytes() const {
  const ColumnsIndexHeader header{static_cast<std::uint32_t>(rings.size()), static_cast<std::uint32_t>(groups.size()),
                                  static_cast<std::uint32_t>(pieces.size()), static_cast<std::uint32_t>(sets.size())};
  std::vector<std::byte> out;
  append_rows(std::vector(1, header), out);
  append_rows(rings, out);
  append_rows(groups, out);
  append_rows(pieces, out);
  append_rows(sets, out);
  return out;
}

std::optional<ColumnsIndex> ColumnsIndex::of(std::span<const std::byte> bytes) {
  ColumnsIndex out;
  std::vector<ColumnsIndexHeader> header;
  if (!take_rows(bytes, 1, header)) return std::nullopt;
  const bool fits = take_rows(bytes, header[0].ring_count, out.rings) &&
                    take_rows(bytes, header[0].group_count, out.groups) &&
                    take_rows(bytes, header[0].piece_count, out.pieces) &&
                    take_rows(bytes, header[0].set_bytes, out.sets) && bytes.empty();
  if (!fits) return std::nullopt;
  for (const ColumnsGroup& group : out.groups) {
    if (std::uint64_t{group.first_piece} + group.piece_count > out.pieces.size()) return std::nullopt;
  }
  return out;
}

void ColumnsIndex::list_instruments(ColumnsIndexPiece& piece, std::span<const std::uint32_t> ids) {
  if (ids.size() > kColumnsInstrumentsMax) return;
  piece.set_offset = static_cast<std::uint32_t>(sets.size());
  std::uint32_t before = 0;
  for (const std::uint32_t id : ids) {
    std::uint32_t gap = id - before;
    before = id;
    for (; gap >= 0x80; gap >>= 7) sets.push_back(static_cast<std::byte>(gap | 0x80U));
    sets.push_back(static_cast<std::byte>(gap));
  }
  piece.set_bytes = static_cast<std::uint32_t>(sets.size() - piece.set_offset);
}

bool ColumnsIndex::may_hold(const ColumnsIndexPiece& piece, std::span<const std::uint32_t> ids) const noexcept {
  if (piece.set_offset == kColumnsNotListed) return true;
  if (std::uint64_t{piece.set_offset} + piece.set_bytes > sets.size()) return true;
  std::uint32_t id = 0, gap = 0;
  unsigned shift = 0;
  for (const std::byte byte : std::span(sets).subspan(piece.set_offset, piece.set_bytes)) {
    gap |= (static_cast<std::uint32_t>(byte) & 0x7fU) << (shift & 31U);
    shift += 7;
    if ((byte & std::byte{0x80}) != std::byte{0}) continue;
    id += gap;
    gap = shift = 0;
    if (std::ranges::binary_search(ids, id)) return true;
  }
  return false;
}

void seal_columns_page(ColumnsPage& page) noexcept { page.crc = columns_page_crc(page); }

PageFault check_columns_page(const ColumnsPage& page, std::uint64_t file_bytes) noexcept {
  if (page.magic != kColumnsMagic) return PageFault::not_a_journal;
  if (page.endian_probe != ColumnsPage{}.endian_probe) return PageFault::endian;
  if (page.crc != columns_page_crc(page)) return PageFault::crc;
  if (page.major != kColumnsMajor) return PageFault::version;
  const bool has_our_sizes = page.page_bytes == kColumnsPageBytes && page.group_bytes == kColumnsGroupBytes &&
                             page.first_block != 0 && page.last_block + 1 >= page.first_block &&
                             page.expanded_bytes >= kJournalPageBytes && page.expanded_bytes <= page.segment_bytes &&
                             page.expanded_bytes / kColumnsGroupBytes <= groups_max(file_bytes);
  return has_our_sizes ? PageFault::none : PageFault::sizes;
}

void seal_piece(std::span<std::byte> bytes) noexcept {
  const std::uint32_t crc = platform::crc32c(bytes.subspan(kUnsealedBytes));
  std::memcpy(bytes.data() + offsetof(ColumnsPiece, crc), &crc, sizeof crc);
}

std::optional<ColumnsPiece> checked_piece(std::span<const std::byte> bytes) noexcept {
  ColumnsPiece piece;
  if (bytes.size() < sizeof piece) return std::nullopt;
  std::memcpy(static_cast<void*>(&piece), bytes.data(), sizeof piece);
  if (piece.magic != kColumnsPieceMagic || piece.raw_bytes > raw_bytes_max(piece.kind)) return std::nullopt;
  if (piece_bytes(piece) > bytes.size()) return std::nullopt;
  const auto sealed = bytes.first(piece_bytes(piece)).subspan(kUnsealedBytes);
  if (platform::crc32c(sealed) != piece.crc) return std::nullopt;
  return piece;
}

}  // namespace tickplant::ringbuf
