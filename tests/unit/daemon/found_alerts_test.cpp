// Alerts that a dead plant's journal has among results and not in its ring of alerts.
#include "daemon/found_alerts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using ringbuf::AlertBody;
using ringbuf::AlertPlaces;
using ringbuf::BlockKind;
using ringbuf::DerivedRecord;
using testing::ElementsAre;
using testing::IsEmpty;
using tests::JournalInFolder;

constexpr std::uint32_t kFirst = 3, kSecond = 4, kAlerts = 5;

class FoundAlertsTest : public testing::Test {
 protected:
  using Place = std::pair<std::size_t, std::uint64_t>;

  FoundAlertsTest() {
    tell_rings();
    journal_.restate = [this] { tell_rings(); };
  }
  void tell_rings() {
    ringbuf::FactsBuilder facts;
    facts.add(JournalInFolder::ring_fact(kFirst, "derived", BlockKind::derived, next_[0]));
    facts.add(JournalInFolder::ring_fact(kSecond, "derived.1", BlockKind::derived, next_[1]));
    facts.add(JournalInFolder::ring_fact(kAlerts, "alerts", BlockKind::alerts, next_alert_));
    journal_.append_facts(facts);
  }
  /// Results of a shard; those that `are_alerts`.
  void results(std::size_t shard, std::uint64_t count, bool are_alerts = false) {
    std::vector<DerivedRecord> records;
    for (std::uint64_t i = 0; i < count; ++i) {
      AlertBody body;
      body.shard = static_cast<std::uint8_t>(shard);
      records.push_back(are_alerts ? ringbuf::make_derived({}, body)
                                   : ringbuf::make_derived({}, ringbuf::ResultGapBody{}));
      records.back().header.stamp = next_[shard] + i;
    }
    journal_.append(
        JournalInFolder::header_of(BlockKind::derived, shard == 0 ? kFirst : kSecond, next_[shard], records),
        std::as_bytes(std::span(records)));
    next_[shard] += count;
  }
  void alert(std::size_t shard, std::uint64_t first, std::uint64_t second) {
    AlertBody body;
    body.shard = static_cast<std::uint8_t>(shard);
    body.taken[0] = static_cast<std::uint32_t>(first);
    body.taken[1] = static_cast<std::uint32_t>(second);
    std::vector<DerivedRecord> records{ringbuf::make_derived({}, body)};
    records.back().header.stamp = next_alert_;
    journal_.append(JournalInFolder::header_of(BlockKind::alerts, kAlerts, next_alert_, records),
                    std::as_bytes(std::span(records)));
    ++next_alert_;
  }
  [[nodiscard]] AlertsInJournal find(const std::optional<AlertPlaces>& places = std::nullopt) const {
    return find_alerts_in_journal(folder_.path(), places, {{"derived", next_[0]}, {"derived.1", next_[1]}});
  }
  [[nodiscard]] static std::vector<Place> places_of(const AlertsInJournal& told) {
    std::vector<Place> places;
    for (const FoundAlert& alert : told.found) places.emplace_back(alert.shard, alert.record.header.stamp);
    return places;
  }

  tests::TempDirectory folder_{"/dev/shm"};
  std::array<std::uint64_t, 2> next_{1, 1};
  std::uint64_t next_alert_ = 1;
  JournalInFolder journal_{folder_.path(), 4 * ringbuf::kJournalUnitBytes};
};

TEST_F(FoundAlertsTest, AreNoneInAJournalWithoutResults) {
  EXPECT_THAT(places_of(find()), IsEmpty());
  EXPECT_EQ(find().next, AlertPlaces{});
  const tests::TempDirectory empty("/dev/shm");
  EXPECT_THROW((void)find_alerts_in_journal(empty.path(), std::nullopt, {}), std::exception);
}

TEST_F(FoundAlertsTest, AreThoseThatNoAlertBehindThemCovers) {
  results(0, 3, true);
  results(1, 2, true);
  alert(0, 2, 0);
  results(0, 5);
  results(1, 1, true);
  alert(1, 2, 1);
  results(0, 1, true);
  const AlertsInJournal told = find();
  EXPECT_THAT(places_of(told), ElementsAre(Place{0, 3}, Place{1, 2}, Place{1, 3}, Place{0, 9}));
  EXPECT_EQ(told.next[0], 10u);
  EXPECT_EQ(told.next[1], 4u);
}

TEST_F(FoundAlertsTest, AreToldApartWhereTheLowHalvesGoRound) {
  next_[0] = 0xffff'fffd;
  results(0, 6, true);
  alert(0, 0x1'0000'0000, 0);
  EXPECT_THAT(places_of(find()), ElementsAre(Place{0, 0x1'0000'0001}, Place{0, 0x1'0000'0002}));
}

TEST_F(FoundAlertsTest, AreSoughtInTheNewestRingFullOrBehindWhatIsKnown) {
  results(0, 1, true);
  results(0, 900);
  for (int i = 0; i < 12; ++i) results(0, 900);  // several segments
  ASSERT_GT(ringbuf::list_segments(folder_.path()).size(), 2u);
  results(0, 1, true);
  EXPECT_THAT(places_of(find()), ElementsAre(Place{0, next_[0] - 1}))
      << "a stage that is never a ring behind has repeated the first";
  EXPECT_THAT(places_of(find(AlertPlaces{})), ElementsAre(Place{0, 1}, Place{0, next_[0] - 1}))
      << "unless it is known that it has not";
}

TEST_F(FoundAlertsTest, OfARingThatWasReplacedAreWhatItStillHas) {
  constexpr std::uint64_t kFew = 8;
  ringbuf::PrivatePayload payload(sizeof(ringbuf::BroadcastControl<>) + kFew * ringbuf::kDerivedSlotBytes);
  auto ring = ringbuf::DerivedWriter::over(payload.bytes(), kFew);
  const DerivedRecord record = ringbuf::make_derived({}, AlertBody{});
  for (int i = 0; i < 5; ++i) ring.publish(&record);
  ring.complete_batch();
  AlertsInRing left = find_alerts_in_ring(payload.bytes(), kFew, 7, 3, {5});
  ASSERT_EQ(left.found.size(), 2u);
  EXPECT_EQ(left.found[0].shard, 7u);
  EXPECT_EQ(left.found[0].record.header.stamp, 4u);
  EXPECT_EQ(left.lost, 0u);
  for (int i = 0; i < 10; ++i) ring.publish(&record);
  ring.complete_batch();
  left = find_alerts_in_ring(payload.bytes(), kFew, 7, 3, {15});
  EXPECT_EQ(left.found.size() + left.lost, 12u);
  EXPECT_GT(left.lost, 0u);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
