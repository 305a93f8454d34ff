// Checkpoints on disk: what is written is read; what is not whole, or not ours, is passed over with the reason.
#include "ringbuf/journal/checkpoint_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "platform/crc32c.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace fs = std::filesystem;
using platform::SetupError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kJournal = 77;

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

Checkpoint checkpoint_at(std::uint64_t cause) {
  Checkpoint made;
  made.head.journal_id = kJournal;
  made.head.cause_seq = cause;
  made.head.config_hash = 5;
  set_text(made.head.plant_name, "demo");
  set_text(made.head.build, "1.2.3");
  const std::vector<RingPosition> positions{{1, 0, cause + 10}, {4, 0, cause + 20}};
  made.set_positions(positions);
  made.sections.push_back({SectionKind::analytics, 0, bytes_of("the state of shard 0")});
  made.sections.push_back({SectionKind::analytics, 1, bytes_of("that of shard 1")});
  made.sections.push_back({SectionKind::books, 3, {}});
  return made;
}

class CheckpointFilesTest : public testing::Test {
 protected:
  std::uint64_t write(std::uint64_t cause) {
    Checkpoint made = checkpoint_at(cause);
    newest_ = files_.write(made);
    return cause;
  }
  [[nodiscard]] CheckpointFiles::Found find(CheckpointFiles::Wanted wanted = {}) const {
    if (wanted.journal_id == 0) wanted.journal_id = kJournal;
    if (wanted.plant_name.empty()) wanted.plant_name = "demo";
    return files_.newest(wanted);
  }
  static std::vector<char> content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void put(const fs::path& file, const std::vector<char>& content) {
    std::ofstream(file, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  }

  tests::TempDirectory folder_;
  CheckpointFiles files_{folder_.path()};
  fs::path newest_;
};

TEST_F(CheckpointFilesTest, AreReadAsTheyWereWritten) {
  write(1'000);
  const CheckpointFiles::Found found = find();
  ASSERT_TRUE(found.checkpoint);
  EXPECT_EQ(found.path, newest_);
  EXPECT_THAT(found.skipped, IsEmpty());
  EXPECT_EQ(found.checkpoint->head.cause_seq, 1'000u);
  EXPECT_EQ(text_of(found.checkpoint->head.build), "1.2.3");
  EXPECT_THAT(found.checkpoint->positions(), ElementsAre(RingPosition{1, 0, 1'010}, RingPosition{4, 0, 1'020}));
  ASSERT_NE(found.checkpoint->find(SectionKind::analytics, 1), nullptr);
  EXPECT_EQ(found.checkpoint->find(SectionKind::analytics, 1)->bytes, bytes_of("that of shard 1"));
  EXPECT_TRUE(found.checkpoint->find(SectionKind::books, 3)->bytes.empty());
  EXPECT_EQ(found.checkpoint->find(SectionKind::images), nullptr);
}

TEST_F(CheckpointFilesTest, TheNewestThreeStayAndEachSavepoint) {
  Checkpoint made = checkpoint_at(5);
  const fs::path savepoint = files_.write_savepoint("before-upgrade", made);
  for (const std::uint64_t cause : {100u, 90'000'000u, 30u, 200u, 40u}) write(cause);
  const std::vector<fs::path> all = files_.list();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(CheckpointFiles::read(all[0]).head.cause_seq, 90'000'000u);
  EXPECT_EQ(CheckpointFiles::read(all[1]).head.cause_seq, 200u);
  EXPECT_EQ(CheckpointFiles::read(all[2]).head.cause_seq, 100u);
  EXPECT_EQ(all[3], savepoint);
  EXPECT_EQ(CheckpointFiles::read(savepoint).head.cause_seq, 5u);
  EXPECT_THROW(files_.write_savepoint("before-upgrade", made), SetupError);
  EXPECT_THROW(files_.write_savepoint("../elsewhere", made), SetupError);
  EXPECT_THROW(files_.write_savepoint("", made), SetupError);
}

TEST_F(CheckpointFilesTest, AnyFlippedByteIsFoundAndTheOneBeforeServes) {
  write(1'000);
  write(2'000);
  const std::vector<char> whole = content_of(newest_);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::vector<char> flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << i % 8));
    put(newest_, flipped);
    const CheckpointFiles::Found found = find();
    ASSERT_TRUE(found.checkpoint) << i;
    ASSERT_EQ(found.checkpoint->head.cause_seq, 1'000u) << i;
    ASSERT_THAT(found.skipped, ElementsAre(HasSubstr("is no checkpoint that can be read"))) << i;
  }
}

TEST_F(CheckpointFilesTest, AFileCutAnywhereOrGoneOnIsNone) {
  write(1'000);
  const std::vector<char> whole = content_of(newest_);
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    put(newest_, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes)});
    ASSERT_FALSE(find().checkpoint) << bytes;
  }
  std::vector<char> longer = whole;
  longer.resize(whole.size() + 8);
  put(newest_, longer);
  EXPECT_FALSE(find().checkpoint);
}

TEST_F(CheckpointFilesTest, OthersArePassedOverWithTheReason) {
  write(1'000);
  EXPECT_THAT(find({.journal_id = 78}).skipped, ElementsAre(HasSubstr("of another journal")));
  EXPECT_THAT(find({.plant_name = "other"}).skipped, ElementsAre(HasSubstr("it is of plant demo")));
  EXPECT_THAT(find({.cause_seq_max = 999}).skipped, ElementsAre(HasSubstr("the journal ends at 999")));
  EXPECT_THAT(find({.build = "1.2.4"}).skipped, ElementsAre(HasSubstr("computed by 1.2.3")));
  EXPECT_TRUE(find({.cause_seq_max = 1'000, .build = "1.2.3"}).checkpoint);
}

TEST_F(CheckpointFilesTest, WhatWasNotFinishedCountsForNothing) {
  write(1'000);
  const std::vector<char> whole = content_of(newest_);
  put(folder_ / "checkpoint-00000000000000002000.checkpoint.new", whole);
  put(folder_ / "checkpoint-2000.checkpoint", whole);
  EXPECT_EQ(find().checkpoint->head.cause_seq, 1'000u);
  EXPECT_EQ(files_.list().size(), 1u);
  EXPECT_THROW((void)CheckpointFiles("/nowhere/at/all").newest({}), SetupError);
}

TEST_F(CheckpointFilesTest, ADiskThatRefusesLeavesWhatWasThere) {
  write(1'000);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t limit : {rlim_t{0}, rlim_t{100}, rlim_t{300}}) {
    const rlimit small{limit, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    Checkpoint made = checkpoint_at(2'000);
    EXPECT_THROW((void)files_.write(made), SetupError) << limit;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(find().checkpoint->head.cause_seq, 1'000u);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1) << "nothing half-made stays";
  }
  std::signal(SIGXFSZ, handler);
}

/// The head of a checkpoint changed, and sealed again.
template <class Change>
std::vector<char> with_head(std::vector<char> content, Change&& change) {
  CheckpointHead head;
  std::memcpy(static_cast<void*>(&head), content.data(), sizeof head);
  change(head);
  head.crc = platform::crc32c(std::as_bytes(std::span(&head, 1)).first(offsetof(CheckpointHead, crc)));
  std::memcpy(content.data(), &head, sizeof head);
  return content;
}

TEST_F(CheckpointFilesTest, AHeadThatLiesIsNotBelievedThoughItsChecksumHolds) {
  write(1'000);
  const std::vector<char> whole = content_of(newest_);
  const auto refusal = [&](auto&& change) {
    put(newest_, with_head(whole, change));
    const CheckpointFiles::Found found = find();
    return found.checkpoint ? std::string() : found.skipped.at(0);
  };
  EXPECT_EQ(refusal([](CheckpointHead&) {}), "");
  EXPECT_THAT(refusal([](CheckpointHead& head) { head.magic = {}; }), HasSubstr("does not begin as one"));
  EXPECT_THAT(refusal([](CheckpointHead& head) { head.major += 1; }), HasSubstr("version 2, this program reads 1"));
  EXPECT_THAT(refusal([](CheckpointHead& head) { head.file_bytes += 1; }), HasSubstr("it was made with"));
  EXPECT_THAT(refusal([](CheckpointHead& head) { head.section_count += 1; }), HasSubstr("section 5 of 5 is missing"));
  EXPECT_THAT(refusal([](CheckpointHead& head) { head.section_count -= 1; }), HasSubstr("more bytes than"));
  EXPECT_THAT(refusal([](CheckpointHead& head) { head.section_count = UINT32_MAX; }), HasSubstr("is missing"));
}

TEST_F(CheckpointFilesTest, NamesThatAreAlmostOursAreNot) {
  write(1'000);
  const std::vector<char> whole = content_of(newest_);
  for (const char* const name :
       {"checkpoint-0000000000000000200x.checkpoint", "checkpoint-0000000000000000 001.checkpoint",
        "checkpoint_00000000000000002000.checkpoint", "checkpoint-00000000000000002000.checkpoinX",
        "savepoint-half.checkpoint.new", "other.checkpoint"}) {
    put(folder_ / name, whole);
  }
  EXPECT_EQ(find().path, newest_);
  EXPECT_THAT(files_.list(), ElementsAre(newest_));
}

TEST_F(CheckpointFilesTest, SavepointsHavePlainNames) {
  Checkpoint made = checkpoint_at(5);
  for (const char* const name : {"a", "Z.9_b-0", "AZaz09"}) {
    EXPECT_EQ(files_.write_savepoint(name, made), files_.savepoint_path(name));
  }
  const std::string longest(64, 'n');
  EXPECT_NO_THROW((void)files_.write_savepoint(longest, made));
  EXPECT_THROW((void)files_.write_savepoint(longest + "n", made), SetupError);
  // Those beside what is allowed.
  for (const char* const name : {"/", ":", "@", "[", "`", "{", ",", "a b", "\xc3\xa4"}) {
    EXPECT_THROW((void)files_.write_savepoint(name, made), SetupError) << name;
  }
}

TEST(Checkpoint, MayHaveNoPositions) {
  Checkpoint made;
  EXPECT_TRUE(made.positions().empty());
  made.set_positions({});
  EXPECT_TRUE(made.positions().empty());
  EXPECT_NE(made.find(SectionKind::positions), nullptr);
  EXPECT_EQ((RingPosition{1, 0, 2}), (RingPosition{1, 0, 2}));
  EXPECT_NE((RingPosition{1, 0, 2}), (RingPosition{2, 0, 2}));
  EXPECT_NE((RingPosition{1, 0, 2}), (RingPosition{1, 0, 3}));
  EXPECT_NE((RingPosition{1, 0, 2}), (RingPosition{1, 1, 2}));
}

TEST_F(CheckpointFilesTest, WhatADeathLeftHalfWrittenIsRemovedAndNothingElse) {
  write(5);
  Checkpoint named = checkpoint_at(6);
  const fs::path kept = files_.write_savepoint("one", named);
  const fs::path half = newest_.string() + ".new", other = kept.string() + ".new";
  std::ofstream(half) << "half";
  std::ofstream(other) << "a savepoint that somebody makes just now";
  files_.remove_unfinished();
  EXPECT_FALSE(fs::exists(half));
  EXPECT_TRUE(fs::exists(newest_) && fs::exists(kept) && fs::exists(other));
}

TEST_F(CheckpointFilesTest, ASnapshotIsFoundByItsPlaceAloneAndIsNoCheckpoint) {
  for (std::uint64_t cause = 1; cause <= CheckpointFiles::kSnapshotsKept + 2; ++cause) {
    Checkpoint made = checkpoint_at(cause);
    (void)files_.write_snapshot(made);
  }
  EXPECT_FALSE(files_.snapshot(1, kJournal));
  EXPECT_FALSE(files_.snapshot(2, kJournal)) << "the newest ones stay";
  const auto third = files_.snapshot(3, kJournal);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->head.cause_seq, 3u);
  EXPECT_EQ(third->sections.size(), 4u);
  EXPECT_FALSE(files_.snapshot(3, kJournal + 1)) << "of another journal";
  EXPECT_FALSE(find().checkpoint);
  EXPECT_THAT(find().skipped, IsEmpty());
  const std::vector<fs::path> all = files_.list();
  ASSERT_EQ(all.size(), CheckpointFiles::kSnapshotsKept);
  EXPECT_TRUE(CheckpointFiles::is_snapshot(all.front()));
  write(5);
  EXPECT_FALSE(CheckpointFiles::is_snapshot(newest_));

  std::ofstream(all.back(), std::ios::binary | std::ios::app) << "more";
  EXPECT_FALSE(files_.snapshot(3, kJournal));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
