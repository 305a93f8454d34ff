// The ring of alerts: what its writer tells of where it was, when it dies between any two of its stores.
#include "ringbuf/alert_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/interrupted_atomic.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint64_t kSlots = 64;
constexpr std::uint64_t kBytes = sizeof(BroadcastControl<>) + kSlots * kDerivedSlotBytes;
using DyingWriter = BasicAlertRingWriter<tests::InterruptedAtomic>;

DerivedRecord alert_of(std::uint8_t shard, std::string_view name = "dip") {
  AlertBody body;
  body.shard = shard;
  set_text(body.name, name);
  return make_derived({.cause_seq = {7}, .instrument = {1}}, body);
}

/// The newest complete record, as who takes over finds it.
Sequence newest_in(std::span<const std::byte> payload) {
  std::uint64_t newest = 0;
  for (const auto& slot : array_at<BroadcastSlot<kDerivedSlotBytes>>(payload, sizeof(BroadcastControl<>), kSlots)) {
    const std::uint64_t stamp = slot.stamp.load();
    if ((stamp & kWritingBit) == 0) newest = std::max(newest, stamp);
  }
  return {newest};
}

std::vector<AlertBody> alerts_in(std::span<const std::byte> payload) {
  std::vector<AlertBody> all;
  auto reader = DerivedReader::over(payload, kSlots, {1});
  for (DerivedRecord record; reader.poll(&record) == ReadStatus::record;) all.push_back(record.as<AlertBody>());
  return all;
}

TEST(AlertRing, RepeatsAnAlertWithItsSourceAndHowFarEachShardWasLookedThrough) {
  PrivatePayload payload(kBytes);
  auto writer = AlertRingWriter::over(payload.bytes(), kSlots, {0}, {4, 0x1'0000'0009});
  const DerivedRecord alert = alert_of(0);
  EXPECT_EQ(writer.publish(alert, 0, {6}).value, 1u);
  writer.look_past(0, {8});
  EXPECT_EQ(writer.publish(alert_of(1), 1, {0x1'0000'000b}).value, 2u);
  writer.complete_batch();

  auto reader = DerivedReader::over(payload.bytes(), kSlots, {1});
  DerivedRecord found;
  ASSERT_EQ(reader.poll(&found), ReadStatus::record);
  auto body = found.as<AlertBody>();
  EXPECT_EQ(body.source, 6u);
  EXPECT_EQ(body.taken[0], 6u);
  EXPECT_EQ(body.taken[1], 9u) << "the low half";
  body.source = 0;
  body.taken = {};
  EXPECT_EQ(std::memcmp(&body, alert.body.data(), sizeof body), 0) << "the rest is as its shard said it";
  ASSERT_EQ(reader.poll(&found), ReadStatus::record);
  EXPECT_EQ(found.as<AlertBody>().taken[0], 8u);
  EXPECT_EQ(reader.published().value, 2u);
  EXPECT_EQ(find_alert_remains(payload.bytes(), kSlots, {2}), (AlertPlaces{8, 0x1'0000'000b}));
}

/// Three shards whose results are looked through in batches; every third result is an alert.
class Life {
 public:
  template <class Writer>
  static void run(Writer& writer, const AlertPlaces& until) {
    AlertPlaces places = writer.places();
    for (bool is_done = false; !is_done;) {
      is_done = true;
      for (std::size_t shard = 0; shard < 3; ++shard) {
        const std::uint64_t end = std::min(until[shard], places[shard] + 4 + shard);
        while (places[shard] < end) {
          ++places[shard];
          if (is_alert(places[shard])) {
            writer.publish(alert_of(static_cast<std::uint8_t>(shard)), shard, {places[shard]});
          }
        }
        writer.look_past(shard, {places[shard]});
        is_done = is_done && places[shard] == until[shard];
      }
      writer.complete_batch();
    }
  }
  static bool is_alert(std::uint64_t sequence) { return sequence % 3 == 0; }
};

TEST(AlertRing, WhoTakesOverFromADeadWriterRepeatsNothingAndLeavesNothingOut) {
  // The second shard's low half goes round on the way.
  const AlertPlaces from{0, 0xffff'fff8, 0x2'0000'0000}, until{12, 0x1'0000'0004, 0x2'0000'0007};
  std::size_t expected = 0;
  for (std::size_t shard = 0; shard < 3; ++shard) {
    for (std::uint64_t i = from[shard] + 1; i <= until[shard]; ++i) expected += Life::is_alert(i) ? 1 : 0;
  }
  int deaths = 0;
  for (bool has_died = true; has_died; ++deaths) {
    PrivatePayload alive(kBytes), left(kBytes);
    has_died = tests::Interruption::run(
        deaths, [&] { std::memcpy(left.bytes().data(), alive.bytes().data(), kBytes); },
        [&] {
          auto writer = DyingWriter::over(alive.bytes(), kSlots, {0}, from);
          Life::run(writer, until);
        });
    if (!has_died) break;
    // Nobody was told of a ring whose places were not there yet.
    const auto& control = object_at<BroadcastControl<>>(std::as_const(left).bytes(), 0);
    const Sequence last = newest_in(left.bytes());
    AlertPlaces places = find_alert_remains(left.bytes(), kSlots, last);
    if (last.value == 0 && (control.taken[1].load() == 0 || control.taken[2].load() == 0)) continue;
    auto successor = AlertRingWriter::over(left.bytes(), kSlots, last, places);
    Life::run(successor, until);
    const std::vector<AlertBody> alerts = alerts_in(left.bytes());
    ASSERT_EQ(alerts.size(), expected) << "death " << deaths;
    for (std::size_t shard = 0; shard < 3; ++shard) {
      std::uint64_t next = from[shard];
      for (const AlertBody& alert : alerts) {
        if (alert.shard != shard) continue;
        do ++next;
        while (!Life::is_alert(next));
        ASSERT_EQ(alert.source, next) << "death " << deaths << ", shard " << shard;
      }
    }
  }
  EXPECT_GT(deaths, 300) << "at each of its stores";
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
