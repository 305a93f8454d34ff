// What holds the blocks of a journal together: numbers without holes, the CRC of the header before, epochs that rise.
// The writer seals with it, whoever reads asks it whether a block follows; both have the same rules from here.
//
// Threads: plain values.
// Not here: where blocks lie in files (journal_files.hpp, journal_scanner.hpp), what is in them (journal_facts.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "platform/crc32c.hpp"
#include "ringbuf/journal/journal_layout.hpp"

namespace tickplant::ringbuf {

/// Why some bytes are not the block that follows. The order is that of the checks: from `foreign` on the header is
/// whole.
enum class BlockFault : std::uint8_t {
  none = 0,
  no_block,      // no magic: empty, or the middle of something
  header_crc,    // a header that is not whole
  malformed,     // whole, and yet sizes do not fit together
  foreign,       // of another journal
  repeated,      // a number that has been: stale, or doubled
  ahead,         // a number that is not due yet: something is missing
  epoch,         // of a writer before the one that wrote last: left behind by a cut
  previous_crc,  // follows another block of the same number
  too_long,      // reaches beyond its unit or its file
  payload_crc,   // what the header speaks of is not there
};

/// For people: "a block of another journal".
[[nodiscard]] constexpr std::string_view text_of(BlockFault fault) noexcept {
  switch (fault) {
    case BlockFault::none: return "whole";
    case BlockFault::no_block: return "no block begins here";
    case BlockFault::header_crc: return "the block's header is not what was written";
    case BlockFault::malformed: return "the block's sizes do not fit together";
    case BlockFault::foreign: return "a block of another journal";
    case BlockFault::repeated: return "a block that has been before";
    case BlockFault::ahead: return "a later block";
    case BlockFault::epoch: return "a block of an earlier writer";
    case BlockFault::previous_crc: return "a block that follows another one";
    case BlockFault::too_long: return "the block reaches beyond the end";
    case BlockFault::payload_crc: return "the block's payload is not what was written";
  }
  return "unknown";
}

[[nodiscard]] inline std::uint32_t header_crc_of(JournalBlockHeader header) noexcept {
  header.header_crc = 0;
  return platform::crc32c(std::as_bytes(std::span(&header, 1)));
}

/// A header by itself, whichever journal it is of: none, no_block, header_crc or malformed.
[[nodiscard]] inline BlockFault header_fault(const JournalBlockHeader& header) noexcept {
  if (header.magic != kBlockMagic) return BlockFault::no_block;
  if (header.header_crc != header_crc_of(header)) return BlockFault::header_crc;
  const bool fits = header.payload_bytes != 0 && header.payload_bytes % kBlockAlignment == 0 &&
                    header.payload_bytes <= kJournalUnitBytes - sizeof(JournalBlockHeader) && header.number != 0;
  if (!fits) return BlockFault::malformed;
  std::size_t record_bytes = 0;
  switch (header.kind) {
    case BlockKind::ticks:
    case BlockKind::runs: record_bytes = 64; break;
    case BlockKind::derived:
    case BlockKind::alerts: record_bytes = 256; break;
    case BlockKind::facts: return header.record_bytes == 0 ? BlockFault::none : BlockFault::malformed;
    default: return BlockFault::none;  // a kind of a later minor version: passed over
  }
  const bool holds = header.record_bytes == record_bytes && header.ring != 0 && header.first != 0 &&
                     record_bytes * header.count == header.payload_bytes;
  return holds ? BlockFault::none : BlockFault::malformed;
}

/// Where a chain is: what the next block has to name.
class JournalChain {
 public:
  JournalChain() = default;
  /// `last_number`, `last_header_crc`: of the block before; 0, 0: there is none.
  JournalChain(std::uint64_t journal_id, std::uint64_t epoch, std::uint64_t last_number = 0,
               std::uint32_t last_header_crc = 0) noexcept
      : journal_id_(journal_id), epoch_(epoch), last_number_(last_number), last_header_crc_(last_header_crc) {}

  [[nodiscard]] std::uint64_t journal_id() const noexcept { return journal_id_; }
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }
  [[nodiscard]] std::uint64_t last_number() const noexcept { return last_number_; }
  [[nodiscard]] std::uint64_t next_number() const noexcept { return last_number_ + 1; }
  [[nodiscard]] std::uint32_t last_header_crc() const noexcept { return last_header_crc_; }

  /// A writer takes over: `epoch` is greater than any that has been.
  void begin_epoch(std::uint64_t epoch) noexcept { epoch_ = epoch; }

  /// Makes `header` and `payload` the next block: fills journal_id, number, epoch, payload_bytes, previous_crc and the
  /// CRCs, and goes on behind it. The rest of the header is the caller's, as is that payload is a multiple of 64.
  void seal(JournalBlockHeader& header, std::span<const std::byte> payload) noexcept {
    header.journal_id = journal_id_;
    header.number = next_number();
    header.epoch = epoch_;
    header.payload_bytes = static_cast<std::uint32_t>(payload.size());
    header.payload_crc = platform::crc32c(payload);
    header.previous_crc = last_header_crc_;
    header.header_crc = header_crc_of(header);
    advance(header);
  }

  /// Whether the block that `header` speaks of follows, as far as the header says.
  [[nodiscard]] BlockFault continues(const JournalBlockHeader& header) const noexcept {
    if (const BlockFault fault = header_fault(header); fault != BlockFault::none) return fault;
    if (header.journal_id != journal_id_) return BlockFault::foreign;
    if (header.number <= last_number_) return BlockFault::repeated;
    if (header.epoch < epoch_) return BlockFault::epoch;
    if (header.number != next_number()) return BlockFault::ahead;
    if (header.previous_crc != last_header_crc_) return BlockFault::previous_crc;
    return BlockFault::none;
  }

  /// Whether the block follows. `payload`: what lies behind the header, as much of it as there is in the unit.
  [[nodiscard]] BlockFault continues(const JournalBlockHeader& header,
                                     std::span<const std::byte> payload) const noexcept {
    const BlockFault fault = continues(header);
    return fault != BlockFault::none ? fault : payload_fault(header, payload);
  }

  /// none, too_long or payload_crc.
  [[nodiscard]] static BlockFault payload_fault(const JournalBlockHeader& header,
                                                std::span<const std::byte> payload) noexcept {
    if (header.payload_bytes > payload.size()) return BlockFault::too_long;
    if (platform::crc32c(payload.first(header.payload_bytes)) != header.payload_crc) return BlockFault::payload_crc;
    return BlockFault::none;
  }

  /// Goes on behind a block that follows.
  void advance(const JournalBlockHeader& header) noexcept {
    epoch_ = header.epoch;
    last_number_ = header.number;
    last_header_crc_ = header.header_crc;
  }

 private:
  std::uint64_t journal_id_ = 0;
  std::uint64_t epoch_ = 0;
  std::uint64_t last_number_ = 0;
  std::uint32_t last_header_crc_ = 0;
};

}  // namespace tickplant::ringbuf
