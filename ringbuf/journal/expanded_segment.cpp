#include "ringbuf/journal/expanded_segment.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include "ringbuf/journal/journal_chain.hpp"
#include "ringbuf/journal/segment_page.hpp"

namespace tickplant::ringbuf {
namespace {

/// Copies what of `bytes`, which begin at `at`, lies within `out`, which begins at `offset`.
void copy_overlap(std::uint64_t at, std::span<const std::byte> bytes, std::uint64_t offset, std::span<std::byte> out) {
  const std::uint64_t begin = std::max(at, offset), end = std::min(at + bytes.size(), offset + out.size());
  if (begin >= end) return;
  std::memcpy(out.data() + (begin - offset), bytes.data() + (begin - at), static_cast<std::size_t>(end - begin));
}

bool overlaps(std::uint64_t begin, std::size_t bytes, std::uint64_t offset, std::size_t out_bytes) noexcept {
  return begin < offset + out_bytes && offset < begin + bytes;
}

}  // namespace

ExpandedSegment::ExpandedSegment(platform::UniqueFd fd, const ColumnsPage& page, std::uint64_t file_bytes)
    : fd_(std::move(fd)), page_(page), file_bytes_(file_bytes), expanded_bytes_(page.expanded_bytes) {
  if (check_columns_page(page_, file_bytes_) == PageFault::none) return;
  page_.flags = ColumnsFlags::none;
  expanded_bytes_ = 0;
  (void)index();  // of what is there
}

std::optional<JournalSegmentPage> ExpandedSegment::segment_page() {
  ColumnsIndexPiece piece;
  piece.offset = kColumnsPageBytes;
  piece.kind = PieceKind::page;
  ColumnsPiece header;
  if (read_at(fd_.get(), piece.offset, std::as_writable_bytes(std::span(&header, 1))) !=
      static_cast<std::ptrdiff_t>(sizeof header)) {
    return std::nullopt;
  }
  if (header.stored_bytes > kJournalPageBytes) return std::nullopt;
  piece.bytes = static_cast<std::uint32_t>(piece_bytes(header));
  const std::vector<std::byte> bytes = expand(piece, 0);
  JournalSegmentPage out;
  if (bytes.size() != sizeof out) return std::nullopt;
  std::memcpy(static_cast<void*>(&out), bytes.data(), sizeof out);
  return out;
}

const ColumnsIndex& ExpandedSegment::index() {
  if (!index_) load_index();
  if (!index_) rebuild_index();
  return *index_;
}

void ExpandedSegment::load_index() {
  if (check_columns_page(page_, file_bytes_) != PageFault::none) return;
  ColumnsIndexPiece piece;
  piece.offset = page_.index_offset;
  piece.bytes = page_.index_bytes;
  piece.kind = PieceKind::index;
  index_ = ColumnsIndex::of(expand(piece, 0));
}

/// From the pieces themselves: the index is lost, or the page that says where it is.
void ExpandedSegment::rebuild_index() {
  index_.emplace();
  std::map<std::uint32_t, std::vector<ColumnsIndexPiece>> groups;
  for (std::uint64_t at = kColumnsPageBytes; at + sizeof(ColumnsPiece) <= file_bytes_;) {
    ColumnsPiece header;
    if (read_at(fd_.get(), at, std::as_writable_bytes(std::span(&header, 1))) < 0) break;
    std::size_t step = kColumnsAlignment;
    if (header.magic == kColumnsPieceMagic && at + piece_bytes(header) <= file_bytes_) {
      stored_.resize(piece_bytes(header));
      const auto piece = read_at(fd_.get(), at, stored_) < 0 ? std::nullopt : checked_piece(stored_);
      if (piece) {
        step = stored_.size();
        if (piece->kind == PieceKind::headers || piece->kind == PieceKind::payloads) {
          ColumnsIndexPiece& row = groups[piece->group].emplace_back();
          row.offset = at;
          row.bytes = static_cast<std::uint32_t>(step);
          row.ring = piece->ring;
          row.kind = piece->kind;
          row.block_kind = piece->block_kind;
        }
      }
    }
    at += step;
  }
  for (auto& [number, pieces] : groups) {
    if (number >= groups_max(file_bytes_)) break;
    index_->groups.resize(number + std::size_t{1});
    index_->groups[number] = {static_cast<std::uint32_t>(index_->pieces.size()),
                              static_cast<std::uint32_t>(pieces.size())};
    index_->pieces.insert(index_->pieces.end(), pieces.begin(), pieces.end());
  }
  expanded_bytes_ = std::max<std::uint64_t>(expanded_bytes_, index_->groups.size() * kColumnsGroupBytes);
}

/// Empty: not what was written.
std::vector<std::byte> ExpandedSegment::expand(const ColumnsIndexPiece& piece, std::uint32_t group) {
  if (piece.offset > file_bytes_ || piece.bytes > file_bytes_ - piece.offset) return {};
  stored_.resize(piece.bytes);
  if (read_at(fd_.get(), piece.offset, stored_) != static_cast<std::ptrdiff_t>(stored_.size())) return {};
  const std::optional<ColumnsPiece> header = checked_piece(stored_);
  const bool is_it = header && header->kind == piece.kind && header->group == group &&
                     header->block_kind == piece.block_kind && header->ring == piece.ring &&
                     piece_bytes(*header) == piece.bytes;
  if (!is_it) return {};
  std::vector<std::byte> out(header->raw_bytes);
  const auto coded = std::span<const std::byte>(stored_).subspan(sizeof(ColumnsPiece), header->stored_bytes);
  if (!coder_.decode(coded, header->columns, out)) out.clear();
  return out;
}

void ExpandedSegment::enter_group(std::uint64_t group) {
  if (group_ == group) return;
  group_ = group;
  blocks_.clear();
  loaded_.clear();
  const ColumnsIndex& all = index();
  if (group >= all.groups.size()) return;
  const auto pieces = std::span(all.pieces).subspan(all.groups[group].first_piece, all.groups[group].piece_count);
  for (const ColumnsIndexPiece& piece : pieces) {
    if (piece.kind == PieceKind::payloads) loaded_.push_back({piece, false, {}});
  }
  for (const ColumnsIndexPiece& piece : pieces) {
    if (piece.kind == PieceKind::headers) return place_blocks(expand(piece, static_cast<std::uint32_t>(group)));
  }
}

/// Where each block is, and where in its piece its payload. Believes nothing that would lead out of the group.
void ExpandedSegment::place_blocks(std::span<const std::byte> rows) {
  std::vector<std::size_t> ends(loaded_.size());
  std::uint64_t end = 0;
  for (; rows.size() >= sizeof(ColumnsHeaderRow); rows = rows.subspan(sizeof(ColumnsHeaderRow))) {
    ColumnsHeaderRow row;
    std::memcpy(static_cast<void*>(&row), rows.data(), sizeof row);
    const JournalBlockHeader& header = row.header;
    const bool fits = header_fault(header) == BlockFault::none && row.offset >= end &&
                      row.offset / kColumnsGroupBytes == group_ &&
                      block_bytes(header.payload_bytes) <= room_in_unit(row.offset);
    if (!fits) return;
    end = row.offset + block_bytes(header.payload_bytes);
    PlacedBlock block{row.offset, header, loaded_.size(), 0};
    for (std::size_t i = 0; i < loaded_.size(); ++i) {
      if (loaded_[i].piece.ring != header.ring || loaded_[i].piece.block_kind != header.kind) continue;
      block.piece = i;
      block.payload_at = ends[i];
      ends[i] += header.payload_bytes;
      break;
    }
    blocks_.push_back(block);
  }
}

/// Empty: damaged, or not kept.
std::span<const std::byte> ExpandedSegment::payload_of(const PlacedBlock& block) {
  if (block.piece >= loaded_.size()) return {};
  Loaded& loaded = loaded_[block.piece];
  if (!loaded.is_tried) loaded.bytes = expand(loaded.piece, static_cast<std::uint32_t>(group_));
  loaded.is_tried = true;
  if (block.payload_at + block.header.payload_bytes > loaded.bytes.size()) return {};
  return std::span<const std::byte>(loaded.bytes).subspan(block.payload_at, block.header.payload_bytes);
}

std::ptrdiff_t ExpandedSegment::read(std::uint64_t offset, std::span<std::byte> out) {
  if (offset >= expanded_bytes_) return 0;
  if (out.size() > expanded_bytes_ - offset) out = out.first(static_cast<std::size_t>(expanded_bytes_ - offset));
  std::ranges::fill(out, std::byte{0});
  if (offset < kJournalPageBytes) {
    if (const auto page = segment_page()) copy_overlap(0, std::as_bytes(std::span(&*page, 1)), offset, out);
  }
  const std::uint64_t last = (offset + out.size() - 1) / kColumnsGroupBytes;
  for (std::uint64_t group = offset / kColumnsGroupBytes; group <= last; ++group) {
    enter_group(group);
    auto block = std::ranges::partition_point(blocks_, [&](const PlacedBlock& each) {
      return each.offset + block_bytes(each.header.payload_bytes) <= offset;
    });
    for (; block != blocks_.end() && block->offset < offset + out.size(); ++block) {
      copy_overlap(block->offset, std::as_bytes(std::span(&block->header, 1)), offset, out);
      const std::uint64_t at = block->offset + sizeof block->header;
      if (overlaps(at, block->header.payload_bytes, offset, out.size())) {
        copy_overlap(at, payload_of(*block), offset, out);
      }
    }
  }
  return static_cast<std::ptrdiff_t>(out.size());
}

bool ExpandedSegment::keeps_payload(BlockKind kind) const noexcept {
  const bool is_result = kind != BlockKind::ticks && kind != BlockKind::runs;
  return is_result || !is_results_only(page_);
}

const ColumnsIndexPiece* ExpandedSegment::piece_of(const JournalBlockHeader& header) const noexcept {
  for (const Loaded& loaded : loaded_) {
    if (loaded.piece.ring == header.ring && loaded.piece.block_kind == header.kind) return &loaded.piece;
  }
  return nullptr;
}

bool ExpandedSegment::may_hold(const JournalBlockHeader& header, std::span<const std::uint32_t> ids) {
  const ColumnsIndexPiece* const piece = piece_of(header);
  return piece == nullptr || index().may_hold(*piece, ids);
}

bool ExpandedSegment::is_whole() {
  if (check_columns_page(page_, file_bytes_) != PageFault::none || !segment_page()) return false;
  if (page_.index_offset + page_.index_bytes != file_bytes_) return false;
  index_.reset();
  group_ = kNoGroup;
  load_index();
  if (!index_) return false;
  std::uint64_t next = page_.first_block;
  for (std::uint64_t group = 0; group < index_->groups.size(); ++group) {
    enter_group(group);
    std::vector<std::size_t> seen(loaded_.size());
    for (const PlacedBlock& block : blocks_) {
      if (block.header.number != next++) return false;
      if (!keeps_payload(block.header.kind)) continue;
      const auto payload = payload_of(block);
      if (payload.empty() || JournalChain::payload_fault(block.header, payload) != BlockFault::none) return false;
      seen[block.piece] += payload.size();
    }
    for (std::size_t i = 0; i < loaded_.size(); ++i) {
      if (seen[i] != loaded_[i].bytes.size()) return false;
    }
  }
  return next == page_.last_block + 1;
}

}  // namespace tickplant::ringbuf
