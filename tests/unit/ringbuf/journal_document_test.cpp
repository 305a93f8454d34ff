// docs/journal.md against the code: every table of it is read here, so that neither moves without the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "ringbuf/journal/columns_layout.hpp"
#include "ringbuf/journal/index_layout.hpp"
#include "ringbuf/journal/journal_layout.hpp"
#include "tests/unit/ringbuf/shared_memory_document.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

const Document& journal_document() {
  static const Document read = read_document("docs/journal.md");
  return read;
}

template <class Struct>
Layout layout_of(std::vector<Field> fields) {
  return {0, sizeof(Struct), std::move(fields)};
}

std::map<std::string, Layout> journal_layouts() {
  using P = JournalSegmentPage;
  using H = JournalBlockHeader;
  using R = RingFact;
  using L = LossFact;
  using C = ColumnsPage;
  using E = ColumnsPiece;
  using I = ColumnsIndexHeader;
  using N = ColumnsRing;
  using X = ColumnsIndexPiece;
  return {
      {"ColumnsPage", layout_of<C>({FIELD(C, magic),          FIELD(C, major),          FIELD(C, minor),
                                    FIELD(C, endian_probe),   FIELD(C, page_bytes),     FIELD(C, group_bytes),
                                    FIELD(C, journal_id),     FIELD(C, segment_number), FIELD(C, segment_bytes),
                                    FIELD(C, expanded_bytes), FIELD(C, first_block),    FIELD(C, last_block),
                                    FIELD(C, epoch),          FIELD(C, previous_crc),   FIELD(C, last_header_crc),
                                    FIELD(C, index_offset),   FIELD(C, index_bytes),    FIELD(C, flags),
                                    FIELD(C, compressed_at),  FIELD(C, reserved),       FIELD(C, crc)})},
      {"ColumnsPiece",
       layout_of<E>({FIELD(E, magic), FIELD(E, crc), FIELD(E, raw_bytes), FIELD(E, stored_bytes), FIELD(E, group),
                     FIELD(E, ring), FIELD(E, kind), FIELD(E, block_kind), FIELD(E, columns), FIELD(E, reserved)})},
      {"ColumnsHeaderRow",
       layout_of<ColumnsHeaderRow>({FIELD(ColumnsHeaderRow, offset), FIELD(ColumnsHeaderRow, header)})},
      {"ColumnsIndexHeader",
       layout_of<I>({FIELD(I, ring_count), FIELD(I, group_count), FIELD(I, piece_count), FIELD(I, set_bytes)})},
      {"ColumnsRing", layout_of<N>({FIELD(N, ring), FIELD(N, kind), FIELD(N, reserved), FIELD(N, count),
                                    FIELD(N, first), FIELD(N, last), FIELD(N, first_recv), FIELD(N, last_recv),
                                    FIELD(N, first_event), FIELD(N, last_event)})},
      {"ColumnsGroup", layout_of<ColumnsGroup>({FIELD(ColumnsGroup, first_piece), FIELD(ColumnsGroup, piece_count)})},
      {"ColumnsIndexPiece",
       layout_of<X>({FIELD(X, offset), FIELD(X, bytes), FIELD(X, ring), FIELD(X, set_offset), FIELD(X, set_bytes),
                     FIELD(X, kind), FIELD(X, block_kind), FIELD(X, reserved)})},
      {"JournalSegmentPage",
       layout_of<P>({FIELD(P, magic), FIELD(P, major), FIELD(P, minor), FIELD(P, endian_probe), FIELD(P, page_bytes),
                     FIELD(P, unit_bytes), FIELD(P, journal_id), FIELD(P, segment_number), FIELD(P, segment_bytes),
                     FIELD(P, first_block), FIELD(P, epoch), FIELD(P, created_at), FIELD(P, previous_crc),
                     FIELD(P, reserved_0), FIELD(P, plant_name), FIELD(P, reserved_1), FIELD(P, crc)})},
      {"JournalBlockHeader",
       layout_of<H>({FIELD(H, magic),       FIELD(H, header_crc),    FIELD(H, journal_id),   FIELD(H, number),
                     FIELD(H, epoch),       FIELD(H, payload_bytes), FIELD(H, payload_crc),  FIELD(H, previous_crc),
                     FIELD(H, kind),        FIELD(H, reserved_0),    FIELD(H, record_bytes), FIELD(H, ring),
                     FIELD(H, count),       FIELD(H, first),         FIELD(H, first_recv),   FIELD(H, last_recv),
                     FIELD(H, first_event), FIELD(H, last_event),    FIELD(H, durable),      FIELD(H, written_at),
                     FIELD(H, reserved_1)})},
      {"FactHeader",
       layout_of<FactHeader>({FIELD(FactHeader, kind), FIELD(FactHeader, reserved), FIELD(FactHeader, bytes)})},
      {"PlantFact",
       layout_of<PlantFact>({FIELD(PlantFact, config_hash), FIELD(PlantFact, build), FIELD(PlantFact, reserved)})},
      {"RingFact", layout_of<R>({FIELD(R, ring), FIELD(R, kind), FIELD(R, reserved_0), FIELD(R, record_bytes),
                                 FIELD(R, slot_count), FIELD(R, next), FIELD(R, name), FIELD(R, reserved_1)})},
      {"ConfigFact",
       layout_of<ConfigFact>({FIELD(ConfigFact, hash), FIELD(ConfigFact, total_bytes), FIELD(ConfigFact, offset)})},
      {"TextFact", layout_of<TextFact>({FIELD(TextFact, offset), FIELD(TextFact, bytes), FIELD(TextFact, generation)})},
      {"LossFact", layout_of<L>({FIELD(L, ring), FIELD(L, reason), FIELD(L, first), FIELD(L, last), FIELD(L, runs)})},
  };
}

/// Of the indexes.
std::map<std::string, Layout> index_layouts() {
  return {
      {"IndexHead", layout_of<IndexHead>({FIELD(IndexHead, magic),        FIELD(IndexHead, major),
                                          FIELD(IndexHead, reserved_0),   FIELD(IndexHead, flags),
                                          FIELD(IndexHead, journal_id),   FIELD(IndexHead, segment_number),
                                          FIELD(IndexHead, first_block),  FIELD(IndexHead, last_block),
                                          FIELD(IndexHead, previous_crc), FIELD(IndexHead, last_header_crc),
                                          FIELD(IndexHead, file_bytes),   FIELD(IndexHead, ring_count),
                                          FIELD(IndexHead, feed_count),   FIELD(IndexHead, instrument_count),
                                          FIELD(IndexHead, block_count),  FIELD(IndexHead, event_count),
                                          FIELD(IndexHead, state_count),  FIELD(IndexHead, name_bytes),
                                          FIELD(IndexHead, tables_crc),   FIELD(IndexHead, reserved_1),
                                          FIELD(IndexHead, crc)})},
      {"IndexRing",
       layout_of<IndexRing>({FIELD(IndexRing, name), FIELD(IndexRing, ring), FIELD(IndexRing, flags),
                             FIELD(IndexRing, first), FIELD(IndexRing, next), FIELD(IndexRing, lost),
                             FIELD(IndexRing, lost_last), FIELD(IndexRing, before_recv), FIELD(IndexRing, first_recv),
                             FIELD(IndexRing, last_recv), FIELD(IndexRing, count), FIELD(IndexRing, first_row),
                             FIELD(IndexRing, row_count), FIELD(IndexRing, reserved)})},
      {"IndexFeed", layout_of<IndexFeed>({FIELD(IndexFeed, name), FIELD(IndexFeed, time_zone), FIELD(IndexFeed, ring),
                                          FIELD(IndexFeed, flags), FIELD(IndexFeed, lost),
                                          FIELD(IndexFeed, trading_date), FIELD(IndexFeed, reserved)})},
      {"IndexInstrument",
       layout_of<IndexInstrument>({FIELD(IndexInstrument, name), FIELD(IndexInstrument, name_bytes),
                                   FIELD(IndexInstrument, flags), FIELD(IndexInstrument, size_scale),
                                   FIELD(IndexInstrument, feed), FIELD(IndexInstrument, first_state),
                                   FIELD(IndexInstrument, state_count), FIELD(IndexInstrument, posting_count),
                                   FIELD(IndexInstrument, postings), FIELD(IndexInstrument, postings_crc),
                                   FIELD(IndexInstrument, venue_key), FIELD(IndexInstrument, reserved)})},
      {"IndexBlock",
       layout_of<IndexBlock>({FIELD(IndexBlock, offset), FIELD(IndexBlock, first), FIELD(IndexBlock, first_ordinal),
                              FIELD(IndexBlock, count), FIELD(IndexBlock, header_crc), FIELD(IndexBlock, reserved)})},
      {"IndexEvent",
       layout_of<IndexEvent>({FIELD(IndexEvent, kind), FIELD(IndexEvent, ring), FIELD(IndexEvent, ordinal),
                              FIELD(IndexEvent, feed), FIELD(IndexEvent, recv), FIELD(IndexEvent, count)})},
      {"IndexState",
       layout_of<IndexState>({FIELD(IndexState, ordinal), FIELD(IndexState, posting), FIELD(IndexState, recv),
                              FIELD(IndexState, offset), FIELD(IndexState, bytes), FIELD(IndexState, crc)})},
  };
}

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): the name as text
#define VALUE(Enum, name) \
  EnumValue { static_cast<std::uint64_t>(Enum::name), #name }

TEST(JournalDocument, ShowsEveryFieldWhereTheCodeHasIt) {
  std::map<std::string, Layout> code = journal_layouts();
  code.merge(index_layouts());
  for (const auto& [name, layout] : code) {
    SCOPED_TRACE(name);
    const auto found = journal_document().layouts.find(name);
    ASSERT_NE(found, journal_document().layouts.end()) << "no table";
    EXPECT_EQ(found->second.size, layout.size);
    EXPECT_THAT(found->second.fields, testing::ElementsAreArray(layout.fields));
    std::uint64_t next = 0;
    for (const Field& field : found->second.fields) {
      EXPECT_EQ(field.offset, next) << field.name << ": a byte is left out";
      next = field.offset + field.bytes;
    }
    EXPECT_EQ(next, layout.size);
  }
  EXPECT_EQ(journal_document().layouts.size(), code.size()) << "a table about a struct that this test does not know";
}

TEST(JournalDocument, ShowsEveryValueOfEveryEnum) {
  using F = FactKind;
  using R = LossReason;
  const std::map<std::string, std::vector<EnumValue>> code{
      {"BlockKind",
       {VALUE(BlockKind, none), VALUE(BlockKind, ticks), VALUE(BlockKind, runs), VALUE(BlockKind, derived),
        VALUE(BlockKind, facts), VALUE(BlockKind, alerts)}},
      {"FactKind",
       {VALUE(F, none), VALUE(F, plant), VALUE(F, ring), VALUE(F, feed), VALUE(F, instrument), VALUE(F, function),
        VALUE(F, config), VALUE(F, loss), VALUE(F, text), VALUE(F, closed)}},
      {"LossReason",
       {VALUE(R, overrun), VALUE(R, disk), VALUE(R, restart), VALUE(R, damage), VALUE(R, age), VALUE(R, skipped)}},
      {"ColumnsFlags", {VALUE(ColumnsFlags, none), VALUE(ColumnsFlags, results_only)}},
      {"PieceKind",
       {VALUE(PieceKind, none), VALUE(PieceKind, page), VALUE(PieceKind, headers), VALUE(PieceKind, payloads),
        VALUE(PieceKind, index)}},
      {"ColumnCoding",
       {VALUE(ColumnCoding, plain), VALUE(ColumnCoding, delta), VALUE(ColumnCoding, differ),
        VALUE(ColumnCoding, beside)}},
      {"IndexFlags", {VALUE(IndexFlags, none), VALUE(IndexFlags, beginnings), VALUE(IndexFlags, feeds)}},
      {"IndexRingFlags",
       {VALUE(IndexRingFlags, none), VALUE(IndexRingFlags, disordered), VALUE(IndexRingFlags, renumbered)}},
      {"IndexFeedFlags",
       {VALUE(IndexFeedFlags, none), VALUE(IndexFeedFlags, has_session), VALUE(IndexFeedFlags, changed),
        VALUE(IndexFeedFlags, doubted)}},
      {"IndexInstrumentFlags", {VALUE(IndexInstrumentFlags, none), VALUE(IndexInstrumentFlags, changed)}},
      {"IndexEventKind",
       {VALUE(IndexEventKind, none), VALUE(IndexEventKind, session), VALUE(IndexEventKind, clear),
        VALUE(IndexEventKind, loss)}}};
  EXPECT_EQ(journal_document().enums, code);
}

TEST(JournalDocument, IsAboutThisVersion) {
  std::ifstream in(TICKPLANT_SOURCE_DIR "/docs/journal.md");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(text, testing::HasSubstr("| major | " + std::to_string(kJournalMajor) + ". "));
  EXPECT_THAT(text, testing::HasSubstr("| minor | " + std::to_string(kJournalMinor) + ". "));
  EXPECT_THAT(text, testing::HasSubstr("| unit_bytes | " + std::to_string(kJournalUnitBytes) + " |"));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
