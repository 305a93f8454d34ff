// A disk that fails at the nth thing it is asked while a checkpoint is written or read, for every n: there is always a
// whole one, and the next try does.
#include <gtest/gtest.h>

#include <string>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"
#include "tests/support/failing_system_call.hpp"
#include "tests/support/refused_system_call.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using platform::SetupError;
using tests::FailingCall;
using tests::with_failing;

class CheckpointFaults : public testing::Test {
 protected:
  CheckpointFaults() {
    for (std::uint64_t cause = 1; cause <= 3; ++cause) write(cause);
  }
  void write(std::uint64_t cause) {
    Checkpoint made;
    made.head.journal_id = 7;
    made.head.cause_seq = cause;
    set_text(made.head.plant_name, "demo");
    made.sections.push_back({SectionKind::analytics, 0, std::vector<std::byte>(3'001, std::byte{5})});
    (void)CheckpointFiles(folder_.path()).write(made);
  }
  [[nodiscard]] CheckpointFiles::Found newest() const {
    CheckpointFiles::Wanted wanted;
    wanted.journal_id = 7;
    wanted.plant_name = "demo";
    return CheckpointFiles(folder_.path()).newest(wanted);
  }
  [[nodiscard]] std::uint64_t newest_cause() const {
    const CheckpointFiles::Found found = newest();
    return found.checkpoint ? found.checkpoint->head.cause_seq : 0;
  }

  tests::TempDirectory folder_;
};

TEST_F(CheckpointFaults, OfWritingLeaveTheOneBeforeAndTheNextTryDoes) {
  for (const int error : {ENOSPC, EIO, FailingCall::kHalf}) {
    for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      const std::uint64_t before = newest_cause();
      bool is_written = true;
      const bool has_failed = with_failing({tests::kWritingCalls, error, nth, folder_.path().string()}, [&] {
        try {
          write(before + 1);
        } catch (const SetupError&) {
          is_written = false;
        }
      });
      ASSERT_GE(newest_cause(), is_written ? before + 1 : before);
      ASSERT_TRUE(newest().skipped.empty()) << "what is not whole has no such name";
      write(before + 2);
      ASSERT_EQ(newest_cause(), before + 2);
      ASSERT_LE(CheckpointFiles(folder_.path()).list().size(), CheckpointFiles::kKept + 1);
      if (!has_failed) break;
      EXPECT_TRUE(error != FailingCall::kHalf || is_written) << "a short write is gone on with";
    }
  }
}

TEST_F(CheckpointFaults, OfReadingLeadToTheOneBefore) {
  for (const int error : {EIO, FailingCall::kHalf}) {
    for (std::uint64_t nth = 1;; nth += tests::fault_stride()) {
      SCOPED_TRACE("call " + std::to_string(nth) + ", error " + std::to_string(error));
      std::uint64_t cause = 0;
      bool is_listed = true;
      std::size_t skipped = 0;
      const bool has_failed = with_failing({tests::kReadingCalls, error, nth, folder_.path().string()}, [&] {
        try {
          const CheckpointFiles::Found found = newest();
          cause = found.checkpoint ? found.checkpoint->head.cause_seq : 0;
          skipped = found.skipped.size();
        } catch (const SetupError&) {
          is_listed = false;
        }
      });
      if (is_listed) {
        EXPECT_EQ(cause, 3 - skipped) << "and it is said which were passed over";
      }
      if (!has_failed) break;
      EXPECT_TRUE(error != FailingCall::kHalf || cause == 3);
    }
  }
}

/// A signal that comes meanwhile changes nothing; a file that ends too soon is passed over, a disk that takes nothing
/// is told.
TEST_F(CheckpointFaults, OfSignalsAreGoneOnWith) {
  for (std::uint64_t nth = 1;; ++nth) {
    SCOPED_TRACE("call " + std::to_string(nth));
    CheckpointFiles::Found found;
    const bool has_failed = with_failing({{SYS_read, SYS_write}, EINTR, nth, folder_.path().string()}, [&] {
      write(10 + nth);
      found = newest();
    });
    ASSERT_TRUE(found.checkpoint);
    EXPECT_EQ(found.checkpoint->head.cause_seq, 10 + nth);
    if (!has_failed) break;
  }
}

TEST_F(CheckpointFaults, OfAFileThatIsShorterThanItWasAndOfADiskThatTakesNothing) {
  const auto size = std::filesystem::file_size(newest().path);
  tests::with_refused({{SYS_read, 0, 2, static_cast<std::uint32_t>(size)}}, [&] {
    const CheckpointFiles::Found found = newest();
    EXPECT_FALSE(found.checkpoint);
    EXPECT_EQ(found.skipped.size(), 3u);
  });
  tests::with_refused({{SYS_write, 0, 2, sizeof(CheckpointHead)}}, [&] { EXPECT_THROW(write(4), SetupError); });
  EXPECT_EQ(newest_cause(), 3u);
}

TEST_F(CheckpointFaults, OfListingAreTold) {
  for (std::uint64_t nth = 1;; ++nth) {
    std::size_t count = 0;
    bool is_told = false;
    const bool has_failed = with_failing({{SYS_openat, SYS_getdents64}, EIO, nth, folder_.path().string()}, [&] {
      try {
        count = CheckpointFiles(folder_.path()).list().size();
      } catch (const SetupError&) {
        is_told = true;
      }
    });
    EXPECT_TRUE(is_told || count == 3) << nth;
    if (!has_failed) break;
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
