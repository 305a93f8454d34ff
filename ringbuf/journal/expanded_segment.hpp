// A compressed segment, read as if it were not: bytes at offsets of the segment that it was made of.
//
// A group is expanded when something of it is asked for: headers first, then each ring's payloads if they are. What is
// damaged reads as zeros, so that whoever walks the chain finds the damage where it is, and what is whole behind it.
//
// Threads: one. Memory: one group, at most 2 MiB, and the index.
// Not here: the chain (journal_scanner.hpp), which file it is (journal_files.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "platform/unique_fd.hpp"
#include "ringbuf/journal/columns.hpp"
#include "ringbuf/journal/columns_index.hpp"
#include "ringbuf/journal/columns_layout.hpp"

namespace tickplant::ringbuf {

class ExpandedSegment {
 public:
  /// `page`: as read, whatever it says; `file_bytes`: of the file.
  ExpandedSegment(platform::UniqueFd fd, const ColumnsPage& page, std::uint64_t file_bytes);

  /// The page of the segment. Nothing: damaged.
  [[nodiscard]] std::optional<JournalSegmentPage> segment_page();

  /// Bytes from `offset` on; returns how many there were, fewer at the segment's end.
  [[nodiscard]] std::ptrdiff_t read(std::uint64_t offset, std::span<std::byte> out);

  /// Whether the payload of such a block was kept.
  [[nodiscard]] bool keeps_payload(BlockKind kind) const noexcept;
  /// Whether a block of the group that was read last may be about one of these instruments, which rise.
  [[nodiscard]] bool may_hold(const JournalBlockHeader& header, std::span<const std::uint32_t> ids);

  [[nodiscard]] const ColumnsPage& page() const noexcept { return page_; }
  /// Up to where there are blocks.
  [[nodiscard]] std::uint64_t expanded_bytes() const noexcept { return expanded_bytes_; }
  [[nodiscard]] const ColumnsIndex& index();
  /// Reads and checks every byte. False: some piece is not what was written, or they do not belong together.
  [[nodiscard]] bool is_whole();

 private:
  static constexpr std::uint64_t kNoGroup = std::numeric_limits<std::uint64_t>::max();
  struct PlacedBlock {
    std::uint64_t offset = 0;  // in the segment
    JournalBlockHeader header;
    std::size_t piece = 0;       // among loaded_
    std::size_t payload_at = 0;  // in the piece
  };
  struct Loaded {
    ColumnsIndexPiece piece;
    bool is_tried = false;
    std::vector<std::byte> bytes;  // empty: damaged
  };

  void load_index();
  void rebuild_index();
  [[nodiscard]] std::vector<std::byte> expand(const ColumnsIndexPiece& piece, std::uint32_t group);
  void enter_group(std::uint64_t group);
  void place_blocks(std::span<const std::byte> rows);
  [[nodiscard]] std::span<const std::byte> payload_of(const PlacedBlock& block);
  [[nodiscard]] const ColumnsIndexPiece* piece_of(const JournalBlockHeader& header) const noexcept;

  platform::UniqueFd fd_;
  ColumnsPage page_;
  std::uint64_t file_bytes_;
  std::uint64_t expanded_bytes_;
  ColumnsCoder coder_;
  std::optional<ColumnsIndex> index_;
  std::vector<std::byte> stored_;  // a piece as it lies in the file
  std::uint64_t group_ = kNoGroup;
  std::vector<PlacedBlock> blocks_;  // of the group, by offset
  std::vector<Loaded> loaded_;       // pieces of payloads
};

}  // namespace tickplant::ringbuf
