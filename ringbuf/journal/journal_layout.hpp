// The journal: bytes of its files. Little-endian; docs/journal.md says the same for strangers.
//
//   folder   NNNNNNNNNNNNNNNN.journal   segment number, sixteen decimal digits; numbers rise, the newest is written
//            spare-N.journal            prepared, not part of the journal
//
//   segment  0x0000     4096   SegmentPage
//            0x1000     ...    units
//            unit k is bytes [k, k + 1) x 256 KiB of the file: what is written at once; the first one holds the page,
//            too
//
//   unit     blocks, one behind the other, each at a multiple of 64 from the start of the file; none reaches into the
//   next unit.
//            Where no block begins (no kBlockMagic) the rest of the unit is empty
//
//   block    JournalBlockHeader, 128 bytes; payload, a multiple of 64: every byte of it is under one of the two CRCs
//
// What makes a chain: blocks are numbered from 1 over the journal's life, each names the CRC of the header before it,
// and epochs never fall. A block is part of the journal if all of this holds from the segment's page on; what lies
// behind the last one that does is not: an unfinished write, or what a file held when it was used before.
//
// Version rule: kJournalMajor grows when a field moves, changes width or changes meaning, and readers refuse;
// kJournalMinor when a reserved field or a new kind of block or fact gets a meaning that old readers may skip.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tickplant::ringbuf {

inline constexpr std::array<char, 8> kJournalMagic{'T', 'I', 'C', 'K', 'J', 'R', 'N', 'L'};
inline constexpr std::uint32_t kBlockMagic = 0x424a5054;  // "TPJB"
inline constexpr std::uint16_t kJournalMajor = 1;
inline constexpr std::uint16_t kJournalMinor = 1;  // 1: blocks of kind alerts
inline constexpr std::size_t kJournalPageBytes = 4096;
inline constexpr std::size_t kJournalUnitBytes = std::size_t{256} * 1024;
inline constexpr std::size_t kBlockAlignment = 64;
inline constexpr const char* kJournalSuffix = ".journal";

/// The first page of a segment.
struct JournalSegmentPage {
  std::array<char, 8> magic = kJournalMagic;
  std::uint16_t major = kJournalMajor;
  std::uint16_t minor = kJournalMinor;
  std::uint32_t endian_probe = 0x01020304;
  std::uint32_t page_bytes = kJournalPageBytes;
  std::uint32_t unit_bytes = kJournalUnitBytes;
  std::uint64_t journal_id = 0;      // chance, drawn when the journal was begun: blocks of others are foreign
  std::uint64_t segment_number = 0;  // from 1, no holes while all are kept
  std::uint64_t segment_bytes = 0;   // of the file, a multiple of unit_bytes
  std::uint64_t first_block = 0;     // number of the first block in it
  std::uint64_t epoch = 0;           // of the writer that began it
  std::int64_t created_at = 0;       // ns UTC
  std::uint32_t previous_crc = 0;    // header_crc of the last block before it; 0: there is none
  std::uint32_t reserved_0 = 0;
  std::array<char, 64> plant_name{};
  std::array<std::byte, 3948> reserved_1{};
  std::uint32_t crc = 0;  // CRC32C of all before
};
static_assert(sizeof(JournalSegmentPage) == kJournalPageBytes && std::is_trivially_copyable_v<JournalSegmentPage>);
static_assert(offsetof(JournalSegmentPage, journal_id) == 24 && offsetof(JournalSegmentPage, first_block) == 48);
static_assert(offsetof(JournalSegmentPage, previous_crc) == 72 && offsetof(JournalSegmentPage, plant_name) == 80);
static_assert(offsetof(JournalSegmentPage, crc) == 4092);

enum class BlockKind : std::uint8_t {
  none = 0,
  ticks = 1,    // slots of a ring of ticks
  runs = 2,     // of the sequencer ring
  derived = 3,  // of a derived ring
  facts = 4,    // what is needed to understand the others (journal_facts.hpp)
  alerts = 5,   // of the ring of alerts: derived records that say again what shards said
};

/// Blocks of 256-byte records.
[[nodiscard]] constexpr bool has_derived_records(BlockKind kind) noexcept {
  return kind == BlockKind::derived || kind == BlockKind::alerts;
}

//  +0 magic 4   +4 header_crc 4   +8 journal_id 8   +16 number 8   +24 epoch 8   +32 payload_bytes 4   +36 payload_crc
//  4 +40 previous_crc 4   +44 kind 1   +45 reserved 1   +46 record_bytes 2   +48 ring 4   +52 count 4   +56 first 8 +64
//  first_recv 8   +72 last_recv 8   +80 first_event 8   +88 last_event 8   +96 durable 8   +104 written_at 8 +112
//  reserved 16
struct JournalBlockHeader {
  std::uint32_t magic = kBlockMagic;
  std::uint32_t header_crc = 0;  // CRC32C of the header with this field 0
  std::uint64_t journal_id = 0;
  std::uint64_t number = 0;         // from 1 over the journal's life
  std::uint64_t epoch = 0;          // of its writer, rises with each
  std::uint32_t payload_bytes = 0;  // multiple of 64, not 0
  std::uint32_t payload_crc = 0;    // CRC32C
  std::uint32_t previous_crc = 0;   // header_crc of the block before; 0: there is none
  BlockKind kind = BlockKind::none;
  std::uint8_t reserved_0 = 0;
  std::uint16_t record_bytes = 0;  // 64 or 256; facts: 0
  std::uint32_t ring = 0;          // RingId in the catalog; facts: 0
  std::uint32_t count = 0;         // records, or facts
  std::uint64_t first = 0;         // sequence of the first record; the others follow without a hole. Facts: 0
  // Least and greatest times of its records, ns UTC; runs and facts: of no meaning, 0.
  std::int64_t first_recv = 0, last_recv = 0, first_event = 0, last_event = 0;
  std::uint64_t durable = 0;    // when this was written, blocks up to here were on disk for certain
  std::int64_t written_at = 0;  // ns UTC, the plant's clock
  std::array<std::byte, 16> reserved_1{};
};
static_assert(sizeof(JournalBlockHeader) == 128 && std::is_trivially_copyable_v<JournalBlockHeader>);
static_assert(offsetof(JournalBlockHeader, payload_bytes) == 32 && offsetof(JournalBlockHeader, kind) == 44);
static_assert(offsetof(JournalBlockHeader, ring) == 48 && offsetof(JournalBlockHeader, first) == 56);
static_assert(offsetof(JournalBlockHeader, first_recv) == 64 && offsetof(JournalBlockHeader, durable) == 96);

/// Bytes of a block in its unit.
[[nodiscard]] constexpr std::size_t block_bytes(std::size_t payload_bytes) noexcept {
  return sizeof(JournalBlockHeader) + (payload_bytes + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
}

inline constexpr std::size_t kBlockBytesMin = sizeof(JournalBlockHeader) + kBlockAlignment;

/// Bytes of its unit from `offset` of the file on. Fewer than kBlockBytesMin: the next block begins in the next unit.
[[nodiscard]] constexpr std::size_t room_in_unit(std::uint64_t offset) noexcept {
  return kJournalUnitBytes - static_cast<std::size_t>(offset % kJournalUnitBytes);
}

/// Where the unit behind that of `offset` begins.
[[nodiscard]] constexpr std::uint64_t unit_behind(std::uint64_t offset) noexcept {
  return offset + room_in_unit(offset);
}

/// The longest payload that fits into any unit, the first one of a segment, too.
inline constexpr std::size_t kPayloadBytesMax = kJournalUnitBytes - kJournalPageBytes - sizeof(JournalBlockHeader);
static_assert(kPayloadBytesMax % kBlockAlignment == 0);

// ---- facts: items of a block of kind facts, one behind the other, each at a multiple of 8; a fact of kind none fills
// the payload up to a multiple of 64. What has no fixed size comes in pieces, so that each fits into a block.

enum class FactKind : std::uint16_t {
  none = 0,        // filling
  plant = 1,       // PlantFact: who wrote it; first of each segment, and again when a writer takes over
  ring = 2,        // RingFact
  feed = 3,        // FeedEntry of the catalog, as in shared memory; stamp 0
  instrument = 4,  // InstrumentEntry of the directory, as in shared memory; stamp 0
  function = 5,    // FunctionEntry of the functions table, as in shared memory
  config = 6,      // ConfigFact, then a piece of the text of the analytics config in canonical form
  loss = 7,        // LossFact: records that were published and are not in the journal
  text = 8,        // TextFact, then a piece of the text segment that records refer to
  closed = 9,      // an orderly end: nothing more was published by this writer
};

//  +0 kind 2   +2 reserved 2   +4 bytes 4 (of what follows, without padding)
struct FactHeader {
  FactKind kind = FactKind::none;
  std::uint16_t reserved = 0;
  std::uint32_t bytes = 0;
};
static_assert(sizeof(FactHeader) == 8);

//  +0 config_hash 8   +8 build 64 (text)   +72 reserved 56
struct PlantFact {
  std::uint64_t config_hash = 0;  // of the analytics config; 0: nothing is computed
  std::array<char, 64> build{};   // version and commit
  std::array<std::byte, 56> reserved{};
};
static_assert(sizeof(PlantFact) == 128);

//  +0 ring 4   +4 kind 1   +5 reserved 1   +6 record_bytes 2   +8 slot_count 8   +16 next 8   +24 name 64   +88
//  reserved 40
struct RingFact {
  std::uint32_t ring = 0;
  BlockKind kind = BlockKind::none;
  std::uint8_t reserved_0 = 0;
  std::uint16_t record_bytes = 0;
  std::uint64_t slot_count = 0;
  std::uint64_t next = 0;  // sequence of the ring's next record in the journal from here on
  std::array<char, 64> name{};
  std::array<std::byte, 40> reserved_1{};
};
static_assert(sizeof(RingFact) == 128 && offsetof(RingFact, next) == 16 && offsetof(RingFact, name) == 24);

enum class LossReason : std::uint32_t { overrun = 1, disk = 2, restart = 3, damage = 4, age = 5, skipped = 6 };

/// It went with a daemon: a source was asked for it again, a successor computes results again.
[[nodiscard]] constexpr bool is_of_a_death(LossReason reason) noexcept {
  return reason == LossReason::restart || reason == LossReason::skipped;
}

//  +0 ring 4   +4 reason 4   +8 first 8   +16 last 8   +24 runs 8
struct LossFact {
  std::uint32_t ring = 0;
  LossReason reason = LossReason::overrun;
  std::uint64_t first = 0, last = 0;  // sequences, both missing
  std::uint64_t runs = 0;  // of a death: newest that the order had then; a begin or resume behind it sees to it
};
static_assert(sizeof(LossFact) == 32);

//  +0 hash 8   +8 total_bytes 4   +12 offset 4
struct ConfigFact {
  std::uint64_t hash = 0;         // of the whole text
  std::uint32_t total_bytes = 0;  // of the whole text
  std::uint32_t offset = 0;       // where in it this piece begins; pieces come in order
};
static_assert(sizeof(ConfigFact) == 16);

//  +0 offset 8   +8 bytes 4   +12 generation 4
struct TextFact {
  std::uint64_t offset = 0;  // in the circle, as in the references of records (text_layout.hpp)
  std::uint32_t bytes = 0;
  std::uint32_t generation = 0;
};
static_assert(sizeof(TextFact) == 16);

}  // namespace tickplant::ringbuf
