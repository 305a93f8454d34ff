// A disk that fails at the nth thing it is asked while an old segment is compressed, for every n: the journal is read
// as ever, that is counted, and the next try does.
#include <gtest/gtest.h>

#include <optional>

#include "daemon/journal/retention.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/compressed_journal.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace fs = std::filesystem;
namespace counter = ringbuf::counter;
using tests::FailingCall;
using tests::kTestTime;
using tests::walk;

constexpr std::int64_t kDay = config::JournalSection::kDayNanos;

class RetentionFaults : public testing::Test {
 protected:
  static constexpr std::uint64_t kSegmentBytes = 4 * ringbuf::kJournalUnitBytes;

  RetentionFaults() {
    tests::JournalInFolder journal(whole_.path(), kSegmentBytes);
    std::uint64_t next = 1;
    while (journal.place().segment <= ringbuf::untouched_segments(kSegmentBytes) + 1)
      fill_journal(journal, 1, 3000, next);
    before_ = walk(whole_.path());
  }
  /// The segment that is old is compressed, with and without an archive, whichever of `calls` fails.
  void expect_readable_whichever_fails(const std::vector<long>& calls, int error, bool has_archive) {
    for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      const tests::TempDirectory folder("/dev/shm"), archive("/dev/shm");
      fs::copy(whole_.path(), folder.path());
      ringbuf::PrivatePayload bytes(ringbuf::CountersWriter::payload_bytes(16));
      ringbuf::CountersWriter counters(bytes.bytes(), 16);
      config::JournalSection config;
      config.folder = folder.path().string();
      config.segment_bytes = kSegmentBytes;
      if (has_archive) config.archive = archive.path().string();
      Retention retention({folder.path(), config, "test", tests::kTestJournalId, counters});
      const auto count = [&](std::string_view name) {
        return ringbuf::CountersReader(std::as_const(bytes).bytes()).find(counter::kJournal, name).value_or(0);
      };
      const bool has_failed = tests::with_failing({calls, error, nth, "tickplant-test-"},
                                                  [&] { (void)retention.step({kTestTime + 8 * kDay}); });
      ASSERT_EQ(walk(folder.path()), before_);
      ASSERT_LE(count(counter::kRetentionErrors), has_failed ? 1u : 0u);
      ASSERT_TRUE(count(counter::kCompressedSegments) + count(counter::kRetentionErrors) >= 1 || has_failed);
      while (retention.step({kTestTime + 9 * kDay})) continue;
      ASSERT_EQ(walk(folder.path()), before_);
      const fs::path compressed = has_archive ? folder.path() / ringbuf::kArchiveName : folder.path();
      ASSERT_TRUE(fs::exists(compressed / ringbuf::compressed_file_name(1)));
      ASSERT_FALSE(fs::exists(folder.path() / ringbuf::segment_file_name(1)));
      if (!has_failed) break;
    }
  }

  tests::TempDirectory whole_{"/dev/shm"};
  std::vector<tests::WalkedBlock> before_;
};

TEST_F(RetentionFaults, OfWritingLeaveAJournalThatCanBeRead) {
  for (const int error : {ENOSPC, FailingCall::kHalf}) {
    expect_readable_whichever_fails(tests::kWritingCalls, error, false);
    if (HasFatalFailure()) return;
  }
  expect_readable_whichever_fails(tests::kWritingCalls, EIO, true);
}

TEST_F(RetentionFaults, OfReadingCompressNothingHalf) {
  expect_readable_whichever_fails(tests::kReadingCalls, EIO, false);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
