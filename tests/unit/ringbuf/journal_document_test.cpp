// docs/journal.md against the code: every table of it is read here, so that neither moves without the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "ringbuf/journal/journal_layout.hpp"
#include "tests/unit/ringbuf/shared_memory_document.hpp"

namespace tickplant::ringbuf {
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
  return {
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
      {"LossFact",
       layout_of<L>({FIELD(L, ring), FIELD(L, reason), FIELD(L, first), FIELD(L, last), FIELD(L, reserved)})},
  };
}

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): the name as text
#define VALUE(Enum, name) \
  EnumValue { static_cast<std::uint64_t>(Enum::name), #name }

TEST(JournalDocument, ShowsEveryFieldWhereTheCodeHasIt) {
  const std::map<std::string, Layout> code = journal_layouts();
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
        VALUE(BlockKind, facts)}},
      {"FactKind",
       {VALUE(F, none), VALUE(F, plant), VALUE(F, ring), VALUE(F, feed), VALUE(F, instrument), VALUE(F, function),
        VALUE(F, config), VALUE(F, loss), VALUE(F, text), VALUE(F, closed)}},
      {"LossReason", {VALUE(R, overrun), VALUE(R, disk), VALUE(R, restart), VALUE(R, damage)}}};
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
}  // namespace tickplant::ringbuf
