// The index of a complete segment: what stood at its beginning, and where in it the records about each instrument are.
// For fast questions about the past; everything in it follows from the journal. Bytes of the file
// NNNNNNNNNNNNNNNN.index; little-endian; docs/journal.md says the same for strangers.
//
//   0x000  256  IndexHead
//   0x100  ...  tables, one behind the other: IndexRing, IndexFeed, IndexInstrument, IndexBlock, IndexEvent,
//   IndexState;
//               names, one behind the other; zeros up to a multiple of 8
//          ...  of each instrument: ordinals of its records, 4 bytes each
//          ...  states
//
//   ordinal    place of a record among those of its ring in this segment, from 0
//   state      of an instrument, InstrumentState::bytes(): everything of its ring before an ordinal is in it
//
// What it costs: 4 bytes a record about an instrument, 32 a block of ticks, 40 and its name an instrument. States take
// at most a sixteenth of the bytes of the records at the beginnings of segments (beginnings_are_due), and a sixteenth
// within segments (state_is_due).
//
// Version rule: kMajor grows when anything here or in a state changes its meaning. Readers do without such an index.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace tickplant::ringbuf {

inline constexpr std::array<char, 8> kIndexMagic{'T', 'I', 'C', 'K', 'I', 'N', 'D', 'X'};
inline constexpr const char* kIndexSuffix = ".index";
inline constexpr std::uint32_t kNotIndexed = 0xffffffff;  // in place of a number in a table
inline constexpr std::int64_t kBeforeAllRecords = std::numeric_limits<std::int64_t>::min();

enum class IndexFlags : std::uint32_t {
  none = 0,
  beginnings = 1,  // it has the states of all instruments at its beginning; else they are in an index before it
  feeds = 2,       // it says where feeds stood: venue keys, and whether books were in doubt
};

struct IndexHead {
  static constexpr std::uint16_t kMajor = 1;

  std::array<char, 8> magic = kIndexMagic;
  std::uint16_t major = kMajor;
  std::uint16_t reserved_0 = 0;
  IndexFlags flags = IndexFlags::none;
  std::uint64_t journal_id = 0;  // as in the segment's page, like the next two
  std::uint64_t segment_number = 0;
  std::uint64_t first_block = 0;
  std::uint64_t last_block = 0;    // of the segment
  std::uint32_t previous_crc = 0;  // as in the segment's page
  std::uint32_t last_header_crc =
      0;  // of the last block: the next segment's page says it, too, or this index is not of it
  std::uint64_t file_bytes = 0;
  std::uint32_t ring_count = 0;
  std::uint32_t feed_count = 0;
  std::uint32_t instrument_count = 0;
  std::uint32_t block_count = 0;
  std::uint32_t event_count = 0;
  std::uint32_t state_count = 0;
  std::uint32_t name_bytes = 0;
  std::uint32_t tables_crc = 0;  // CRC32C of the tables and names, and of the zeros behind
  std::array<std::byte, 156> reserved_1{};
  std::uint32_t crc = 0;  // CRC32C of all before
};
static_assert(sizeof(IndexHead) == 256 && std::is_trivially_copyable_v<IndexHead>);
static_assert(std::has_unique_object_representations_v<IndexHead>);
static_assert(offsetof(IndexHead, file_bytes) == 56 && offsetof(IndexHead, crc) == 252);

enum class IndexRingFlags : std::uint32_t {
  none = 0,
  disordered = 1,  // receive times fell in this segment: they find nothing in it
  renumbered = 2,  // it got another number once: what was lost is not known
};

/// A ring of ticks: what was before the segment, and what of it is in it.
struct IndexRing {
  std::array<char, 64> name{};
  std::uint32_t ring = 0;  // its number in blocks
  IndexRingFlags flags = IndexRingFlags::none;
  std::uint64_t first = 0;      // sequence of the first record of it in the journal; 0: there was none before
  std::uint64_t next = 0;       // sequence behind the last one before; 0: nothing was known
  std::uint64_t lost = 0;       // records that others followed
  std::uint64_t lost_last = 0;  // that none followed yet
  std::int64_t before_recv = kBeforeAllRecords;  // greatest of the records before
  std::int64_t first_recv = 0;                   // of the first record in it; without any of no meaning, 0
  std::int64_t last_recv = 0;                    // greatest up to its last record; likewise
  std::uint32_t count = 0;                       // of the records in it
  std::uint32_t first_row = 0;                   // its blocks
  std::uint32_t row_count = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(IndexRing) == 144 && std::has_unique_object_representations_v<IndexRing>);

enum class IndexFeedFlags : std::uint32_t {
  none = 0,
  has_session = 1,  // one began before
  changed = 2,      // it was in another ring once: its instruments are not to be found by indexes
  doubted = 4,  // since then something was missed, all books were emptied, or records lost but with a daemon's death
};

struct IndexFeed {
  std::array<char, 32> name{};
  std::array<char, 40> time_zone{};
  std::uint32_t ring = kNotIndexed;  // among the rings
  IndexFeedFlags flags = IndexFeedFlags::none;
  std::uint64_t lost = 0;         // of its ring when its last session before the segment began
  std::int32_t trading_date = 0;  // of that session
  std::uint32_t reserved = 0;
};
static_assert(sizeof(IndexFeed) == 96 && std::has_unique_object_representations_v<IndexFeed>);

enum class IndexInstrumentFlags : std::uint8_t {
  none = 0,
  changed = 1,  // it was of another feed once, or of other sizes: not to be found by indexes
};

struct IndexInstrument {
  std::uint32_t name = 0;  // "AAPL@XNAS": where it begins among the names
  std::uint16_t name_bytes = 0;
  IndexInstrumentFlags flags = IndexInstrumentFlags::none;
  std::int8_t size_scale = 0;
  std::uint32_t feed = kNotIndexed;  // among the feeds
  std::uint32_t first_state = 0;     // among the states; its own rise
  std::uint32_t state_count = 0;
  std::uint32_t posting_count = 0;  // of its ordinals, which rise
  std::uint64_t postings = 0;       // where in the file they are
  std::uint32_t postings_crc = 0;   // CRC32C
  std::uint16_t venue_key = 0;      // DefinitionBody::venue_key that day, before the segment; 0: none
  std::uint16_t reserved = 0;
};
static_assert(sizeof(IndexInstrument) == 40 && std::has_unique_object_representations_v<IndexInstrument>);

/// A block of ticks; those of a ring follow each other.
struct IndexBlock {
  std::uint64_t offset = 0;         // in the segment
  std::uint64_t first = 0;          // sequence of its first record
  std::uint32_t first_ordinal = 0;  // of that record
  std::uint32_t count = 0;          // records
  std::uint32_t header_crc = 0;     // as in its header
  std::uint32_t reserved = 0;
};
static_assert(sizeof(IndexBlock) == 32 && std::has_unique_object_representations_v<IndexBlock>);

enum class IndexEventKind : std::uint32_t {
  none = 0,
  session = 1,  // the record at `ordinal` begins a session of `feed`
  clear = 2,    // the record at `ordinal` empties the books of its ring
  loss = 3,     // before the record at `ordinal`, `count` were lost
};

/// What touches more than one instrument, in the order of the journal.
struct IndexEvent {
  IndexEventKind kind = IndexEventKind::none;
  std::uint32_t ring = 0;  // among the rings
  std::uint32_t ordinal = 0;
  std::uint32_t feed = kNotIndexed;  // among the feeds
  std::int64_t recv = 0;             // greatest of its ring up to the record at `ordinal`
  std::uint64_t count = 0;
};
static_assert(sizeof(IndexEvent) == 32 && std::has_unique_object_representations_v<IndexEvent>);

struct IndexState {
  std::uint32_t ordinal = 0;  // what is before it is in the state
  std::uint32_t posting = 0;  // among the instrument's: the first one that is not
  std::int64_t recv = 0;      // greatest of its ring up to the last record that is
  std::uint64_t offset = 0;   // in the file
  std::uint32_t bytes = 0;
  std::uint32_t crc = 0;  // CRC32C
};
static_assert(sizeof(IndexState) == 32 && std::has_unique_object_representations_v<IndexState>);

inline constexpr std::uint64_t kBytesOfRecordsAStateByte = 16;

/// Whether an instrument's state of about `state_bytes` is to be put down, behind so many bytes of records about it
/// since that was done last.
[[nodiscard]] constexpr bool state_is_due(std::uint64_t record_bytes, std::uint64_t state_bytes) noexcept {
  return record_bytes >= kBytesOfRecordsAStateByte * state_bytes;
}
/// The same of all states at the beginning of a segment, and of all records since a segment that has them.
[[nodiscard]] constexpr bool beginnings_are_due(std::uint64_t record_bytes, std::uint64_t state_bytes) noexcept {
  return state_is_due(record_bytes, state_bytes);
}

}  // namespace tickplant::ringbuf
