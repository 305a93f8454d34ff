// A disk that fails at the nth thing it is asked, for every n: what was written stays readable, nobody goes on with
// half of it, and the next try does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/journal/disk_journal_io.hpp"
#include "daemon/journal/journal_opening.hpp"
#include "daemon/journal/segment_supply.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/journal_run.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using platform::SetupError;
using tests::FailingCall;
using tests::with_failing;

/// One that was killed: the last blocks may be whole or not, so that they are read.
class OpeningAJournal : public testing::Test {
 protected:
  OpeningAJournal() {
    tests::JournalInFolder journal(folder_.path(), 2 * ringbuf::kJournalUnitBytes);
    journal.call_durable_behind(20);
    std::uint64_t next = 1;
    fill_journal(journal, 12, 1500, next);
    before_ = tests::walk(folder_.path());
    whole_ = open_journal(folder_.path());
  }
  /// What it found with that failure; nothing: it refused.
  std::optional<OpenedJournal> open() {
    try {
      return open_journal(folder_.path());
    } catch (const SetupError& error) {
      refusal_ = error.what();
      return std::nullopt;
    }
  }

  tests::TempDirectory folder_{"/dev/shm"};
  std::vector<tests::WalkedBlock> before_;
  OpenedJournal whole_;
  std::string refusal_;
};

TEST_F(OpeningAJournal, EitherFindsItsEndOrRefusesWhicheverCallFails) {
  ASSERT_GT(whole_.start.segment, 1u);
  for (const int error : {EIO, FailingCall::kHalf}) {
    int refused = 0;
    for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      std::optional<OpenedJournal> opened;
      refusal_.clear();
      const bool has_failed =
          with_failing({tests::kReadingCalls, error, nth, folder_.path().string()}, [&] { opened = open(); });
      if (!opened) {
        ++refused;
        EXPECT_THAT(refusal_, testing::HasSubstr("cannot")) << "says what it could not do";
      } else {
        ASSERT_EQ(opened->start.chain.last_number(), whole_.start.chain.last_number())
            << "whoever goes on before the end writes over what is there";
        ASSERT_EQ(opened->start.segment, whole_.start.segment);
        ASSERT_EQ(opened->start.next_unit, whole_.start.next_unit);
        ASSERT_EQ(opened->next, whole_.next);
      }
      if (!has_failed) break;
    }
    EXPECT_EQ(refused == 0, error == FailingCall::kHalf) << error;
  }
  EXPECT_EQ(tests::walk(folder_.path()), before_);
}

/// Plain calls instead of io_uring, so that the kernel's answers are ours.
class WritingAJournal : public testing::Test, public JournalFacts {
 protected:
  void restate(ringbuf::FactsBuilder& facts) override { facts.add(ringbuf::PlantFact{}); }

  /// A writer's life, with time that is the test's. Everything is written in the end, whatever failed once.
  void live(const std::filesystem::path& folder) {
    std::vector<platform::MemoryRange> units;
    for (std::size_t i = 0; i < JournalWriter::kBuffers; ++i)
      units.push_back(memory_.bytes().subspan(i * kUnit, kUnit));
    DiskJournalIo io(folder, units, {.io_uring = false, .direct = false});
    SegmentSupply supply(io, 2 * kUnit);
    const OpenedJournal opened = open_journal(folder);
    JournalWriter writer(io, supply, *this, memory_.bytes(), opened.start,
                         {"test", config::JournalSync::interval, 1'000'000, 1});
    platform::UnixNanos now{tests::kTestTime};
    for (std::uint64_t next = 1; next <= kRecords || !writer.is_settled();) {
      ASSERT_LT(now, platform::UnixNanos{tests::kTestTime + 60 * platform::kNanosPerSecond}) << "it recovers by itself";
      now = now + 20'000'000;
      (void)supply.step();
      writer.turn(now);
      const std::size_t wanted = std::min<std::uint64_t>(kRecords + 1 - next, 1'500) * 64;
      const std::size_t bytes = wanted == 0 ? 0 : writer.room(wanted, 64);
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
    EXPECT_EQ(writer.durable_block(), writer.last_block());
  }

  static constexpr std::uint64_t kUnit = ringbuf::kJournalUnitBytes, kRecords = 18'000;
  ringbuf::PrivatePayload memory_{JournalWriter::kBuffers * kUnit};
};

TEST_F(WritingAJournal, LosesNothingWhicheverCallFails) {
  std::uint64_t refused_to_begin = 0, calls = 0;
  for (const int error : {ENOSPC, EIO, FailingCall::kHalf}) {
    for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      const tests::TempDirectory folder("/dev/shm");
      bool has_begun = true;
      const auto act = [&] {
        try {
          live(folder.path());
        } catch (const SetupError&) {
          has_begun = false;  // no file can be made in the folder, or it cannot be looked through
        }
      };
      const bool has_failed = with_failing({tests::kWritingCalls, error, nth, folder.path().string()}, act);
      refused_to_begin += has_begun ? 0 : 1;
      if (!has_begun) live(folder.path());
      const tests::FoundJournal found = tests::FoundJournal::in(folder.path());
      ASSERT_EQ(found.last_sequence, kRecords);
      ASSERT_EQ(found.end, ringbuf::JournalEndKind::tail);
      if (HasFatalFailure()) return;
      if (!has_failed) break;
      ++calls;
    }
  }
  EXPECT_GT(calls * tests::fault_stride(), 60u);
  EXPECT_LT(refused_to_begin, 12u);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
