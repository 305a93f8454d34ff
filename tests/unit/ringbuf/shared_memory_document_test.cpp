// docs/shared-memory.md against the code: every table of it is read here, so that neither moves without the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/ringbuf/shared_memory_record_layouts.hpp"
#include "tests/unit/ringbuf/shared_memory_segment_layouts.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

TEST(SharedMemoryDocument, ShowsEveryFieldWhereTheCodeHasIt) {
  std::map<std::string, Layout> code = segment_layouts();
  code.merge(record_layouts());
  for (const auto& [name, layout] : code) {
    SCOPED_TRACE(name);
    const auto found = document().layouts.find(name);
    ASSERT_NE(found, document().layouts.end()) << "no table";
    EXPECT_EQ(found->second.base, layout.base);
    EXPECT_EQ(found->second.size, layout.size);
    std::vector<Field> shown;
    for (Field field : found->second.fields) {
      field.offset -= layout.base;
      if (field.name != "–") shown.push_back(field);
    }
    EXPECT_THAT(shown, testing::ElementsAreArray(layout.fields));
  }
  EXPECT_EQ(document().layouts.size(), code.size()) << "a table about a struct that this test does not know";
}

TEST(SharedMemoryDocument, LeavesNoByteOut) {
  for (const auto& [name, layout] : document().layouts) {
    SCOPED_TRACE(name);
    std::uint64_t next = layout.base;
    for (const Field& field : layout.fields) {
      EXPECT_EQ(field.offset, next) << field.name;
      next = field.offset + field.bytes;
    }
    EXPECT_EQ(next, layout.base + layout.size);
  }
}

TEST(SharedMemoryDocument, KnowsEverySchema) {
  const auto schema = [](SegmentKind kind, std::uint64_t hash) {
    return Schema(static_cast<std::uint64_t>(kind), name_of(kind), hash);
  };
  EXPECT_THAT(
      document().schemas,
      testing::ElementsAre(
          schema(SegmentKind::catalog, kCatalogSchema), schema(SegmentKind::broadcast, kBroadcastSchema),
          schema(SegmentKind::sequencer, kSequencerSchema), schema(SegmentKind::spsc_queue, kQueueSchema),
          schema(SegmentKind::mpmc_queue, kQueueSchema), schema(SegmentKind::instruments, kInstrumentsSchema),
          schema(SegmentKind::image, kImageSchema), schema(SegmentKind::newest, kNewestSchema),
          schema(SegmentKind::depth, kDepthSchema), schema(SegmentKind::text, kTextSchema),
          schema(SegmentKind::counters, kCountersSchema), schema(SegmentKind::clock, kClockSchema),
          schema(SegmentKind::functions, kFunctionsSchema), schema(SegmentKind::derived_image, kDerivedImageSchema)));
}

TEST(SharedMemoryDocument, IsAboutThisVersionOfTheLayout) {
  std::ifstream in(TICKPLANT_SOURCE_DIR "/docs/shared-memory.md");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(text, testing::HasSubstr("| layout_major | " + std::to_string(kLayoutMajor) + ". "));
  EXPECT_THAT(text, testing::HasSubstr("| layout_minor | " + std::to_string(kLayoutMinor) + ". "));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
