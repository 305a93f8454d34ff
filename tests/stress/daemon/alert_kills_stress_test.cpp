// kill -9 of shards and the stage of alerts at random instants, over and over: each alert among the results is repeated
// once, under one number, and a reader that follows the ring sees it so.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>

#include "daemon/stages/alert_stage.hpp"
#include "daemon/stages/results_gate.hpp"
#include "ringbuf/clock_page.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/support/stress_size.hpp"

namespace tickplant::daemon::this_file {
namespace {

using ringbuf::AlertBody;
using ringbuf::DerivedRecord;
using ringbuf::ReadStatus;
using ringbuf::Sequence;

constexpr std::size_t kShards = 3;
constexpr std::uint64_t kSlots = 1024;
constexpr std::uint64_t kTurnsOfALife = 50;  // up to ten results of a shard each, two of five of them alerts
constexpr std::size_t kRing = sizeof(ringbuf::BroadcastControl<>) + kSlots * ringbuf::kDerivedSlotBytes;

/// The rings of all shards, then that of alerts.
std::span<std::byte> ring_at(std::span<std::byte> memory, std::size_t index) {
  return memory.subspan(index * kRing, kRing);
}

/// As whoever takes it over finds it.
Sequence newest_in(std::span<const std::byte> ring) {
  using Slot = ringbuf::BroadcastSlot<ringbuf::kDerivedSlotBytes>;
  std::uint64_t newest = 0;
  for (const Slot& slot : ringbuf::array_at<Slot>(ring, sizeof(ringbuf::BroadcastControl<>), kSlots)) {
    const std::uint64_t stamp = slot.stamp.load(std::memory_order_relaxed);
    if ((stamp & ringbuf::kWritingBit) == 0) newest = std::max(newest, stamp);
  }
  return {newest};
}

bool is_alert(std::size_t shard, std::uint64_t sequence) { return (sequence * 7 + shard) % 5 < 2; }

DerivedRecord result_of(std::size_t shard, std::uint64_t sequence) {
  if (!is_alert(shard, sequence)) return ringbuf::make_derived({}, ringbuf::ResultGapBody{});
  AlertBody body;
  body.rule = static_cast<std::uint32_t>(sequence * 31 + shard);
  body.shard = static_cast<std::uint8_t>(shard);
  return ringbuf::make_derived({.cause_seq = {sequence}, .instrument = {1}}, body);
}

/// A daemon: takes over what is there, and goes on until it is killed. It says less in a life than a ring holds.
[[noreturn]] void run(std::span<std::byte> memory) {
  ringbuf::PrivatePayload clock_bytes(ringbuf::ClockPageWriter::payload_bytes());
  platform::ClockParameters line;
  line.source = platform::ClockSource::system;
  ringbuf::ClockPageWriter(clock_bytes.bytes()).publish(line);
  const PlantClock clock(ringbuf::ClockPageReader(std::as_const(clock_bytes).bytes()));
  ringbuf::PrivatePayload counter_bytes(ringbuf::CountersWriter::payload_bytes(64));
  ringbuf::CountersWriter counters(counter_bytes.bytes(), 64);
  ringbuf::GatingLine<> no_journal{};
  std::array<ringbuf::GatingLine<>, kShards> lines{};
  std::vector<ringbuf::DerivedWriter> results;
  std::vector<ResultsGate> gates;
  std::vector<AlertStageSetup::Shard> shards;

  const auto alerts = ring_at(memory, kShards);
  const Sequence last = newest_in(alerts);
  const ringbuf::AlertPlaces places = ringbuf::find_alert_remains(alerts, kSlots, last);
  for (std::size_t i = 0; i < kShards; ++i) {
    const auto ring = ring_at(memory, i);
    results.push_back(ringbuf::DerivedWriter::over(ring, kSlots, newest_in(ring)));
    const Sequence next{places[i] + 1};
    shards.push_back({ringbuf::DerivedReader::over(ring, kSlots, next), ringbuf::GatingReader(lines[i], next)});
    gates.emplace_back(no_journal, lines[i], kSlots, clock);
  }
  AlertStage stage({std::move(shards),
                    ringbuf::AlertRingWriter::over(alerts, kSlots, last, places),
                    {},
                    {},
                    nullptr,
                    {},
                    counters,
                    clock});
  for (std::uint64_t turn = 1;; ++turn) {
    for (std::size_t i = 0; i < kShards && turn <= kTurnsOfALife; ++i) {
      const std::uint64_t count = (turn * (i + 3)) % 11;
      for (std::uint64_t n = 0; n < count && gates[i].room(results[i].last()) >= kSlots / 2; ++n) {
        const DerivedRecord record = result_of(i, results[i].last().value + 1);
        results[i].publish(&record);
      }
      results[i].complete_batch();
    }
    (void)stage.do_work();
  }
}

TEST(AlertKills, EachAlertIsRepeatedOnceUnderOneNumber) {
  const std::uint64_t kills = tests::stress_count("TICKPLANT_STRESS_KILLS", tests::some_where_slow(25, 100));
  const std::uint64_t seed = tests::test_seed();
  tests::Random random(seed);
  const tests::MemoryFile file((kShards + 1) * kRing);
  const auto memory = file.map_writable();
  const auto alerts = ring_at(memory.bytes(), kShards);
  auto reader = ringbuf::DerivedReader::over(alerts, kSlots, {1});
  std::array<std::uint64_t, kShards> repeated{};  // the source of the newest
  std::uint64_t seen = 0;
  const auto read = [&] {
    for (DerivedRecord record; reader.poll(&record) == ReadStatus::record; ++seen) {
      const auto alert = record.as<AlertBody>();
      ASSERT_LT(alert.shard, kShards);
      std::uint64_t& source = repeated[alert.shard];
      do ++source;
      while (!is_alert(alert.shard, source));
      ASSERT_EQ(alert.source, source) << "alert " << record.header.stamp;
      ASSERT_EQ(alert.rule, static_cast<std::uint32_t>(source * 31 + alert.shard));
    }
    ASSERT_EQ(reader.next().value, seen + 1) << "a reader that keeps up loses nothing";
  };
  for (std::uint64_t round = 1; round <= kills; ++round) {
    SCOPED_TRACE("kill " + std::to_string(round) + ", seed " + std::to_string(seed));
    tests::ChildProcess daemon([&] { run(memory.bytes()); });
    const Sequence before = newest_in(alerts);
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (newest_in(alerts) == before && std::chrono::steady_clock::now() < patience) ASSERT_NO_FATAL_FAILURE(read());
    const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(random.below(40'000));
    while (std::chrono::steady_clock::now() < end) ASSERT_NO_FATAL_FAILURE(read());
    daemon.kill();
    ASSERT_NO_FATAL_FAILURE(read());
    ASSERT_EQ(newest_in(alerts).value, seen) << "what a reader has is not forgotten";
  }
  EXPECT_GT(seen, kills);
  tests::record_count("kills", kills);
  tests::record_count("alerts", seen);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
