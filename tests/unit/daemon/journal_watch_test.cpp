#include "daemon/journal_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "ringbuf/private_payload.hpp"

namespace tickplant::daemon::this_file {
namespace {

namespace counter = ringbuf::counter;
using counter::JournalState;
using testing::HasSubstr;

class JournalWatchTest : public testing::Test {
 protected:
  void set(JournalState state, int error, std::uint64_t lost) {
    state_.set(static_cast<std::uint64_t>(state));
    error_.set(static_cast<std::uint64_t>(error));
    lost_.set(lost);
  }
  /// "" when there is no news; "! " before what is bad.
  [[nodiscard]] std::string news() {
    const auto found = watch_.look(reader_);
    return found ? (found->is_bad ? "! " : "") + found->text : "";
  }

  ringbuf::PrivatePayload bytes_{ringbuf::CountersWriter::payload_bytes(16)};
  ringbuf::CountersWriter writer_{bytes_.bytes(), 16};
  ringbuf::Counter state_ = writer_.add(counter::kJournal, {counter::kJournalState, "m", "u"});
  ringbuf::Counter error_ = writer_.add(counter::kJournal, {counter::kErrorNumber, "m", "u"});
  ringbuf::Counter lost_ = writer_.add(counter::kJournal, {counter::kLostRecords, "m", "u"});
  ringbuf::Counter times_ = writer_.add(counter::kJournal, {counter::kDegradations, "m", "u"});
  ringbuf::Counter last_error_ = writer_.add(counter::kJournal, {counter::kLastError, "m", "u"});
  ringbuf::CountersReader reader_{std::as_const(bytes_).bytes()};
  JournalWatch watch_{reader_, "/var/lib/tickplant/journal"};
};

TEST_F(JournalWatchTest, HasNothingToSayOfAJournalThatIsWritten) {
  set(JournalState::preparing, 0, 0);
  EXPECT_EQ(news(), "");
  set(JournalState::writing, 0, 0);
  EXPECT_EQ(news(), "");
  set(JournalState::closed, 0, 0);
  EXPECT_EQ(news(), "");
}

TEST_F(JournalWatchTest, TellsOnceThatItIsDegradedAndWhatWasLostWhenItIsBack) {
  set(JournalState::degraded, ENOSPC, 0);
  EXPECT_EQ(news(),
            "! degraded: journal: No space left on device; nobody waits for it, it is tried again every second; "
            "make room in /var/lib/tickplant/journal (journal.keep bounds what it takes)");
  set(JournalState::degraded, ENOSPC, 5);
  EXPECT_EQ(news(), "");
  set(JournalState::degraded, EIO, 5);
  EXPECT_THAT(news(), HasSubstr("Input/output error"));
  set(JournalState::writing, 0, 7);
  EXPECT_EQ(news(), "! the journal is written again; 7 records are missing in it");
  set(JournalState::degraded, EIO, 7);
  EXPECT_NE(news(), "");
  set(JournalState::writing, 0, 7);
  EXPECT_EQ(news(), "the journal is written again; 0 records are missing in it");
}

TEST_F(JournalWatchTest, TellsOfTroubleThatCameAndWentBetweenTwoLooks) {
  times_.set(1);
  last_error_.set(ENOSPC);
  set(JournalState::writing, 0, 3);
  EXPECT_EQ(news(),
            "! degraded: journal: No space left on device, between two looks; the journal is written again; 3 records "
            "are missing in it");
  EXPECT_EQ(news(), "");
  times_.set(2);
  set(JournalState::degraded, ENOSPC, 3);
  EXPECT_THAT(news(), HasSubstr("it is tried again every second"));
  set(JournalState::writing, 0, 3);
  EXPECT_EQ(news(), "the journal is written again; 0 records are missing in it");
}

TEST_F(JournalWatchTest, TellsOfRecordsThatItWasTooSlowFor) {
  set(JournalState::writing, 0, 1);
  EXPECT_EQ(news(), "! the journal was too slow: 1 record is missing in it");
  EXPECT_EQ(news(), "");
}

}  // namespace
}  // namespace tickplant::daemon::this_file
