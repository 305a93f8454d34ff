// The journal on real files: how they are written, prepared, locked and opened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "daemon/journal/disk_journal_io.hpp"
#include "daemon/journal/journal_opening.hpp"
#include "daemon/journal/segment_supply.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/journal_run.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using testing::HasSubstr;
using tests::FoundJournal;

constexpr std::uint64_t kUnit = ringbuf::kJournalUnitBytes;
const std::atomic<bool> kWanted{false};

class JournalOnDisk : public testing::TestWithParam<DiskJournalOptions>, public JournalFacts {
 protected:
  void restate(ringbuf::FactsBuilder& facts) override { facts.add(ringbuf::PlantFact{}); }

  [[nodiscard]] std::vector<platform::MemoryRange> units() {
    std::vector<platform::MemoryRange> all;
    for (std::size_t i = 0; i < JournalWriter::kBuffers; ++i) all.push_back(memory_.bytes().subspan(i * kUnit, kUnit));
    return all;
  }
  /// A writer's life: opens, appends `count` records, ends in order or as if killed.
  void live(std::uint64_t first, std::uint64_t count, bool in_order) {
    DiskJournalIo io(folder_.path(), units(), GetParam());
    SegmentSupply supply(io, 4 * kUnit);
    const OpenedJournal opened = open_journal(folder_.path());
    JournalWriter writer(io, supply, *this, memory_.bytes(), opened.start,
                         {"test", config::JournalSync::interval, 1, 1});
    const auto clock = [] { return platform::system_now(); };
    for (std::uint64_t next = first; next < first + count;) {
      (void)supply.step();
      writer.turn(clock());
      const std::size_t wanted = std::min<std::uint64_t>(first + count - next, 2'000) * 64;
      const std::size_t bytes = writer.room(wanted, 64);
      std::vector<tests::JournalRecord> records;
      for (std::size_t i = 0; i < bytes / 64; ++i) records.push_back(tests::journal_record(next++));
      if (records.empty()) continue;
      ringbuf::JournalBlockHeader header;
      header.kind = ringbuf::BlockKind::ticks;
      header.record_bytes = 64;
      header.ring = 1;
      header.first = next - records.size();
      header.count = static_cast<std::uint32_t>(records.size());
      writer.append(0, header, std::as_bytes(std::span(records)));
    }
    if (in_order) writer.facts().add_closed();
    (void)supply.step();
    writer.finish(clock, clock() + 5 * platform::kNanosPerSecond);
    EXPECT_TRUE(writer.is_settled());
    EXPECT_EQ(writer.durable_block(), writer.last_block());
  }

  tests::TempDirectory folder_;
  ringbuf::PrivatePayload memory_{JournalWriter::kBuffers * kUnit};
};

TEST_P(JournalOnDisk, GoesOnWhereTheLastWriterEnded) {
  live(1, 5'000, true);
  live(5'001, 20'000, false);
  live(25'001, 10, true);
  const FoundJournal found = FoundJournal::in(folder_.path());
  EXPECT_EQ(found.last_sequence, 25'010u);
  EXPECT_TRUE(found.is_closed);
  const OpenedJournal opened = open_journal(folder_.path());
  EXPECT_EQ(opened.start.chain.epoch(), 4u);
  EXPECT_THAT(opened.notes.back(), testing::Not(HasSubstr("did not end in order")));
  EXPECT_THAT(opened.warnings, testing::IsEmpty());
}

TEST_P(JournalOnDisk, SaysHowItWrites) {
  const DiskJournalIo io(folder_.path(), units(), GetParam());
  EXPECT_EQ(io.describe().find("io_uring") == 0, GetParam().io_uring) << io.describe();
  if (!GetParam().direct) {
    EXPECT_THAT(io.describe(), HasSubstr("through the page cache (not wished)"));
  }
}

TEST_P(JournalOnDisk, PreparesWholeFilesOrNone) {
  DiskJournalIo io(folder_.path(), units(), GetParam());
  EXPECT_EQ(io.prepare("a", 3 << 20, kWanted), 0);
  EXPECT_EQ(std::filesystem::file_size(folder_ / "a"), 3u << 20);
  const std::atomic<bool> is_unwanted{true};
  EXPECT_EQ(io.prepare("b", 3 << 20, is_unwanted), ECANCELED);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "b"));
  EXPECT_EQ(io.rename("a", "c"), 0);
  EXPECT_EQ(io.remove("a"), ENOENT);
  EXPECT_EQ(io.entries().size(), 1u);
  JournalIo::File file = 0;
  EXPECT_EQ(io.open("a", file), ENOENT);
}

INSTANTIATE_TEST_SUITE_P(Ways, JournalOnDisk,
                         testing::Values(DiskJournalOptions{true, true}, DiskJournalOptions{true, false},
                                         DiskJournalOptions{false, true}, DiskJournalOptions{false, false}));

TEST(SegmentSupply, UsesASpareThatIsThereAndRemovesHalves) {
  const tests::TempDirectory folder;
  DiskJournalIo io(folder.path(), {});
  EXPECT_EQ(io.prepare("spare-7.journal", 2 * kUnit, kWanted), 0);
  EXPECT_EQ(io.prepare("spare-8.journal", kUnit, kWanted), 0);
  (void)folder.write("spare-9.journal.part", "half");
  SegmentSupply supply(io, 2 * kUnit);
  EXPECT_FALSE(supply.step());
  EXPECT_EQ(supply.take()->name, "spare-7.journal");
  EXPECT_EQ(io.entries().size(), 1u);
  EXPECT_TRUE(supply.step());
  EXPECT_EQ(supply.take()->bytes, 2 * kUnit);
  EXPECT_FALSE(supply.take());
}

TEST(SegmentSupply, GivesNoneTheNameOfOneThatWasThere) {
  const tests::TempDirectory folder;
  DiskJournalIo io(folder.path(), {});
  const std::string left = ringbuf::spare_file_name(1);
  EXPECT_EQ(io.prepare(left, kUnit, kWanted), 0);
  SegmentSupply supply(io, kUnit);
  (void)supply.step();
  ASSERT_EQ(supply.take()->name, left);
  // Whoever took that one may not have renamed it yet.
  for (std::size_t more = 1; more <= 3; ++more) {
    EXPECT_TRUE(supply.step());
    EXPECT_NE(supply.take()->name, left);
    EXPECT_EQ(io.entries().size(), 1 + more);
  }
}

TEST(SegmentSupply, HasOneReadyByAThreadOfItsOwn) {
  const tests::TempDirectory folder;
  DiskJournalIo io(folder.path(), {});
  SegmentSupply supply(io, kUnit);
  supply.start();
  for (int i = 0; i < 3; ++i) {
    std::optional<SpareSegment> spare;
    for (int tries = 0; !spare && tries < 5'000; ++tries) {
      spare = supply.take();
      if (!spare) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_TRUE(spare);
    EXPECT_EQ(io.rename(spare->name, ringbuf::segment_file_name(static_cast<std::uint64_t>(i + 1))), 0);
  }
  supply.stop();
}

TEST(JournalFolder, RefusesASecondDaemon) {
  const tests::TempDirectory parent;
  const JournalFolder first(parent / "journal", "");
  try {
    const JournalFolder second(parent / "journal", "");
    FAIL();
  } catch (const platform::SetupError& error) {
    EXPECT_THAT(error.what(), HasSubstr("already written by process " + std::to_string(::getpid())));
    EXPECT_THAT(error.remedy(), HasSubstr("journal.folder"));
  }
}

TEST(JournalFolder, IsFreeAgainWhenItsDaemonHasEnded) {
  const tests::TempDirectory parent;
  { const JournalFolder first(parent / "journal", ""); }
  EXPECT_NO_THROW(JournalFolder(parent / "journal", ""));
}

TEST(JournalFolder, RefusesAFolderThatCannotBe) {
  const tests::TempDirectory parent;
  (void)parent.write("journal", "a file");
  EXPECT_THROW(JournalFolder(parent / "journal", ""), platform::SetupError);
}

TEST(OpenJournal, BeginsOneInAnEmptyFolder) {
  const tests::TempDirectory folder;
  const OpenedJournal first = open_journal(folder.path()), other = open_journal(folder.path());
  EXPECT_EQ(first.start.segment, 0u);
  EXPECT_EQ(first.start.chain.next_number(), 1u);
  EXPECT_NE(first.start.chain.journal_id(), other.start.chain.journal_id());
}

TEST(OpenJournal, LeavesWhatIsDamagedAndGoesOnBehindIt) {
  tests::JournalRun run;
  for (int i = 0; i < 8; ++i) {
    run.supply();
    run.append(3'000);
    run.finish();
  }
  const tests::TempDirectory folder;
  run.disk().save(folder.path());
  ringbuf::JournalPlace second;  // block of the newest segment
  ringbuf::JournalScanner scanner(folder.path());
  while (const auto block = scanner.next()) {
    if (block->header.number == scanner.page()->first_block + 1) second = block->place;
  }
  std::fstream file(folder / ringbuf::segment_file_name(second.segment),
                    std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(second.offset));
  file << "something else";
  file.close();
  const OpenedJournal opened = open_journal(folder.path());
  ASSERT_EQ(opened.warnings.size(), 1u);
  EXPECT_THAT(opened.warnings[0], HasSubstr("damaged"));
  EXPECT_EQ(opened.start.chain.last_number(), run.writer().last_block());
  EXPECT_EQ(opened.start.segment, run.writer().segment());
}

}  // namespace
}  // namespace tickplant::daemon::this_file
