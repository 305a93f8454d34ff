// Old segments of a real daemon's journal: compressed and archived while it is written and killed; and a copy of such a
// journal, made while it is written, restored for a daemon that has nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/system/daemon/live_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
namespace fs = std::filesystem;
using testing::HasSubstr;
using tests::LivePlant;
using Json = nlohmann::json;

class JournalRetention : public testing::Test {
 protected:
  void configure(const std::string& more) {
    live_.configure({.ring_slots = 1 << 18,
                     .instruments = 256,
                     .extra = "analytics: {file: auto, ring_slots: 262144, sequencer_slots: 262144}\n"
                              "journal: {folder: auto, segment: 2MiB, " +
                              more + "}\n"});
  }
  [[nodiscard]] fs::path folder() const { return fs::path(live_.state_folder()) / "journal"; }
  [[nodiscard]] std::uint64_t journal(std::string_view name) const { return live_.counter(counter::kJournal, name); }
  bool has_compressed(std::uint64_t count) {
    return tests::eventually([&] { return journal(counter::kCompressedSegments) >= count; });
  }
  void expect_whole(const fs::path& where) {
    std::string output;
    EXPECT_EQ(live_.command({"journal", "verify", where.string()}, &output), 0) << output;
    EXPECT_EQ(live_.command({"journal", "audit", where.string()}, &output), 0) << output;
  }
  /// Compressed segments of `where`, the archive's too.
  static std::size_t compressed_in(const fs::path& where) {
    std::size_t count = 0;
    for (const auto& segment : ringbuf::list_segments(where)) count += segment.is_compressed ? 1U : 0U;
    return count;
  }
  /// As `cp -rL` does it: one file after the other, each as it is just then. One that was compressed meanwhile is
  /// missing.
  static void copy_of_live(const fs::path& from, const fs::path& to) {
    fs::create_directories(to);
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(from)) {
      if (entry.is_regular_file(gone)) {
        fs::copy_file(entry.path(), to / entry.path().filename(), fs::copy_options::overwrite_existing, gone);
      }
    }
  }

  LivePlant live_;
};

TEST_F(JournalRetention, CompressesIntoTheArchiveWhileTheDaemonWritesAndIsKilled) {
  configure("compress_after: 1s, archive: " + live_.file("archive").string());
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "50", "--rate", "60000", "--pre-open", "100ms"});
  ASSERT_TRUE(has_compressed(1)) << live_.daemon().output();
  live_.daemon().kill();
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  const std::uint64_t before = journal(counter::kCompressedSegments);
  ASSERT_TRUE(has_compressed(before + 2));
  live_.venue().kill();
  live_.daemon().signal(SIGTERM);
  EXPECT_EQ(live_.daemon().wait(), 0);
  EXPECT_GE(compressed_in(folder()), 3u);
  EXPECT_GT(journal(counter::kSavedBytes), 2u << 20);
  EXPECT_EQ(journal(counter::kRetentionErrors), 0u);
  EXPECT_THAT(live_.daemon().output(), HasSubstr("in the archive now"));
  expect_whole(folder());
  std::string output;
  EXPECT_EQ(live_.command({"journal", "list", folder().string()}, &output), 0);
  EXPECT_THAT(output, HasSubstr("compressed, archive"));
}

TEST_F(JournalRetention, ACopyMadeMeanwhileIsRestoredAndGoneOnWith) {
  if (tests::is_quick()) GTEST_SKIP() << "the daemon looks every five seconds what there is to compress";
  configure("compress_after: 1s");
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "50", "--rate", "60000", "--pre-open", "100ms"});
  ASSERT_TRUE(has_compressed(2)) << live_.daemon().output();
  const fs::path copy = live_.file("copy");
  copy_of_live(folder(), copy);
  copy_of_live(folder(), copy);
  live_.venue().kill();
  live_.daemon().kill();
  fs::remove_all(folder());
  fs::remove_all(live_.folder());  // of the plant's memory

  std::string output;
  ASSERT_EQ(live_.command({"journal", "restore", copy.string(), folder().string(), "--json"}, &output), 0) << output;
  const Json restored = Json::parse(output);
  EXPECT_GE(restored["compressed"].get<int>(), 1);
  EXPECT_GT(restored["blocks"].get<std::uint64_t>(), 0u);
  expect_whole(folder());
  EXPECT_EQ(live_.command({"journal", "restore", copy.string(), folder().string()}, &output), 2);
  EXPECT_THAT(output, HasSubstr("is not an empty folder"));

  const ringbuf::JournalOpening before = ringbuf::find_end(folder());
  ASSERT_TRUE(live_.start_daemon()) << live_.daemon().output();
  live_.start_venue({"--symbols", "50", "--rate", "60000", "--pre-open", "100ms"});
  ASSERT_TRUE(tests::eventually([&] { return journal(counter::kNewestBlock) > before.chain.last_number() + 5; }))
      << live_.daemon().output();
  live_.venue().kill();
  live_.daemon().signal(SIGTERM);
  EXPECT_EQ(live_.daemon().wait(), 0);
  const ringbuf::JournalOpening after = ringbuf::find_end(folder());
  EXPECT_EQ(after.chain.journal_id(), before.chain.journal_id());
  EXPECT_GT(after.chain.epoch(), before.chain.epoch());
  for (const auto& [ring, next] : before.next) EXPECT_GE(after.next.at(ring), next) << ring;
  EXPECT_EQ(after.end.kind, ringbuf::JournalEndKind::tail);
  expect_whole(folder());
}

}  // namespace
}  // namespace tickplant::this_file
