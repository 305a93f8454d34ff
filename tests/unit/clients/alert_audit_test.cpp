// The ring of alerts against the results that it repeats.
#include "clients/cli/journal/alert_audit.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "clients/cli/journal/journal_audit.hpp"
#include "ringbuf/alert_ring.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::cli::this_file {
namespace {

using ringbuf::AlertBody;
using ringbuf::BlockKind;
using ringbuf::DerivedRecord;
using tests::JournalInFolder;

constexpr std::uint64_t kSlots = 64;

/// Two shards say alerts; a ring repeats them.
class AlertAuditTest : public testing::Test {
 protected:
  DerivedRecord said(std::uint8_t shard, std::uint64_t sequence, std::uint32_t rule = 1) {
    AlertBody body;
    body.rule = rule;
    body.shard = shard;
    DerivedRecord record = ringbuf::make_derived({.cause_seq = {sequence}, .instrument = {1}}, body);
    record.header.stamp = sequence;
    return record;
  }
  DerivedRecord repeated(const DerivedRecord& result) {
    const ringbuf::Sequence number = ring_.publish(result, result.as<AlertBody>().shard, {result.header.stamp});
    ring_.complete_batch();
    DerivedRecord record;
    auto reader = ringbuf::DerivedReader::over(std::as_const(payload_).bytes(), kSlots, number);
    EXPECT_EQ(reader.poll(&record), ringbuf::ReadStatus::record);
    return record;
  }

  ringbuf::PrivatePayload payload_{sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kDerivedSlotBytes};
  ringbuf::AlertRingWriter ring_ = ringbuf::AlertRingWriter::over(payload_.bytes(), kSlots, {0}, {});
  AlertAudit audit_;
};

TEST_F(AlertAuditTest, FindsEachEqualToTheResultThatItNames) {
  for (std::uint64_t i = 3; i < 9; ++i) {
    const DerivedRecord first = said(0, i), second = said(1, i);
    audit_.on_result(first);
    audit_.on_result(ringbuf::make_derived({}, ringbuf::ResultGapBody{}));
    audit_.on_result(second);
    audit_.on_alert(repeated(second));
    audit_.on_alert(repeated(first));
  }
  audit_.on_result(said(0, 20));
  const AuditedAlerts found = audit_.result();
  EXPECT_EQ(found.equal, 12u);
  EXPECT_EQ(found.waiting, 1u) << "it was killed before it came";
  EXPECT_EQ(found.missing + found.uncompared, 0u);
  EXPECT_FALSE(found.difference);
}

TEST_F(AlertAuditTest, FindsAnotherContentAndTheSameTwice) {
  const DerivedRecord result = said(1, 5);
  audit_.on_result(result);
  audit_.on_alert(repeated(said(1, 5, 2)));
  ASSERT_TRUE(audit_.result().difference);
  EXPECT_EQ(audit_.result().difference->alert_seq, 1u);
  EXPECT_EQ(audit_.result().difference->source, 5u);
  EXPECT_FALSE(audit_.result().difference->is_twice);

  AlertAudit other;
  other.on_result(result);
  other.on_alert(repeated(result));
  other.on_alert(repeated(result));
  ASSERT_TRUE(other.result().difference);
  EXPECT_TRUE(other.result().difference->is_twice);
  EXPECT_EQ(other.result().equal, 1u);
}

TEST_F(AlertAuditTest, CountsWhatWasPassedOverAndWhatLiesBeforeItsBeginning) {
  audit_.on_alert(repeated(said(0, 2)));
  audit_.on_result(said(0, 3));
  audit_.on_result(said(0, 4));
  audit_.on_result(said(1, 9));
  audit_.on_alert(repeated(said(0, 4)));
  const AuditedAlerts found = audit_.result();
  EXPECT_EQ(found.uncompared, 1u);
  EXPECT_EQ(found.missing, 1u) << "3 was overwritten before the stage came";
  EXPECT_EQ(found.equal, 1u);
  EXPECT_EQ(found.waiting, 1u);
}

TEST_F(AlertAuditTest, IsAPartOfTheAuditOfAJournal) {
  for (const bool is_right : {true, false}) {
    const tests::TempDirectory folder("/dev/shm");
    JournalInFolder journal(folder.path());
    ringbuf::FactsBuilder facts;
    facts.add(JournalInFolder::ring_fact(3, "derived", BlockKind::derived));
    facts.add(JournalInFolder::ring_fact(4, "alerts", BlockKind::alerts));
    journal.append_facts(facts);
    const std::vector<DerivedRecord> results{said(0, 1)};
    journal.append(JournalInFolder::header_of(BlockKind::derived, 3, 1, results), std::as_bytes(std::span(results)));
    std::vector<DerivedRecord> alerts{repeated(said(0, 1, is_right ? 1 : 2))};
    alerts.front().header.stamp = 1;
    journal.append(JournalInFolder::header_of(BlockKind::alerts, 4, 1, alerts), std::as_bytes(std::span(alerts)));
    ringbuf::FactsBuilder loss;
    loss.add(ringbuf::LossFact{4, ringbuf::LossReason::restart, 2, 3, 0});
    journal.append_facts(loss);
    const JournalAudit found = audit_journal(folder.path());
    EXPECT_EQ(found.is_equal(), is_right) << "lost copies are no lost results";
    EXPECT_EQ(found.alerts.equal, is_right ? 1u : 0u);
    EXPECT_EQ(found.results_before, 1u) << "a copy is no result";
  }
}

}  // namespace
}  // namespace tickplant::cli::this_file
