#include "config/segment_sizes.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/temp_directory.hpp"

namespace tickplant::config::this_file {
namespace {

PlantConfig small_plant() {
  PlantConfig config;
  config.instruments.capacity = 1024;
  config.text.size_bytes = 65'536;
  config.rings = {{.name = "ticks", .slot_count = 4096},
                  {.name = "bars", .kind = SlotKind::derived, .slot_count = 4096},
                  {.name = "order", .kind = SlotKind::sequencer, .slot_count = 128}};
  return config;
}

std::map<std::string, std::uint64_t> by_name(const PlantConfig& config) {
  std::map<std::string, std::uint64_t> bytes;
  for (const SegmentSize& segment : segment_sizes(config)) bytes[segment.name] = segment.bytes;
  return bytes;
}

TEST(SegmentSizes, CountHeadersSlotsAndEntriesInWholePages) {
  constexpr std::uint64_t kPage = 4096;  // what the control bytes or entry 0 begin
  const std::map<std::string, std::uint64_t> expected{{"ticks", 8192 + 4096 * 64},
                                                      {"bars", 8192 + 4096 * 256},
                                                      {"order", 8192 + 128 * 64},
                                                      {"instruments", 4096 + 1024 * (256 + 16) + kPage},
                                                      {"image.ticks", 4096 + 1024 * 256 + kPage},
                                                      {"newest.ticks", 4096 + 1024 * 32 + kPage},
                                                      {"depth.ticks", 4096 + 1024 * 512 + kPage},
                                                      {"gating.ticks", 4096 + 4 * kPage},
                                                      {"text", 4096 + 65'536 + kPage}};
  EXPECT_EQ(by_name(small_plant()), expected);
}

TEST(SegmentSizes, GiveEachRingOfTicksItsOwnTables) {
  PlantConfig config = small_plant();
  config.rings.push_back({.name = "more", .slot_count = 64});
  EXPECT_EQ(by_name(config).count("image.more"), 1u);
  EXPECT_EQ(by_name(config).count("image.bars"), 0u);
}

TEST(SegmentSizes, CountWhatAnalyticsWritesForEachShard) {
  PlantConfig config = small_plant();
  const auto before = by_name(config);
  config.analytics = {.file = "auto", .shards = 2, .ring_slots = 1024, .sequencer_slots = 256, .alert_slots = 128};
  auto added = by_name(config);
  for (const auto& [name, bytes] : before) added.erase(name);
  EXPECT_EQ(added, (std::map<std::string, std::uint64_t>{{"sequencer", 8192 + 256 * 64},
                                                         {"gating.sequencer", 4096 + 4 * 4096},
                                                         {"derived", 8192 + 1024 * 256},
                                                         {"derived.1", 8192 + 1024 * 256},
                                                         {"alerts", 8192 + 128 * 256},
                                                         {"derived_image", 4096 + 1024 * 1024 + 4096}}));
}

TEST(SegmentSizes, PutRingsOnWholeHugePages) {
  PlantConfig config = small_plant();
  for (const HugePages wish : {HugePages::prefer, HugePages::require}) {
    config.memory.huge_pages = wish;
    for (const SegmentSize& segment : segment_sizes(config)) {
      EXPECT_EQ(segment.is_on_huge_pages, config.find_ring(segment.name) != nullptr) << segment.name;
      EXPECT_EQ(segment.bytes == kHugePageBytes, segment.is_on_huge_pages) << segment.name;
    }
  }
}

TEST(FreeBytes, AreToldForAFolderThatDoesNotExistYet) {
  const tests::TempDirectory folder;
  ASSERT_TRUE(free_bytes(folder.path()).has_value());
  EXPECT_TRUE(free_bytes(folder / "not/yet").has_value());
  EXPECT_TRUE(free_bytes("/nowhere/at/all").has_value()) << "the root's";
  EXPECT_FALSE(free_bytes("nowhere").has_value());
  EXPECT_FALSE(free_bytes((folder.write("file", "") / "below").string()).has_value())
      << "a file has no free space below it";
}

}  // namespace
}  // namespace tickplant::config::this_file
