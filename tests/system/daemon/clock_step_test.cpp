// A machine that comes up an hour behind where it went down: shared memory is gone, the journal has records received in
// what is the future now. Receive times in a ring go on where they were, flagged, so that the journal is searched by
// them; what is computed is the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "ringbuf/journal/checkpoint_files.hpp"
#include "tests/support/altered_journal.hpp"
#include "tests/system/daemon/recovering_plant.hpp"

namespace tickplant::this_file {
namespace {

using platform::UnixNanos;

constexpr std::int64_t kHour = 3'600 * platform::kNanosPerSecond;

/// As if all of it had been received, and its segments begun, an hour later.
void move_receive_times(const std::filesystem::path& folder) {
  tests::alter_journal(folder, [&](ringbuf::JournalBlockHeader& header, std::span<std::byte> payload) {
    const bool is_of_ticks = header.kind == ringbuf::BlockKind::ticks;
    if (!is_of_ticks && header.kind != ringbuf::BlockKind::derived) return;
    if (is_of_ticks) {
      header.first_recv += kHour;
      header.last_recv += kHour;
    }
    const std::size_t place =
        is_of_ticks ? offsetof(ringbuf::RecordHeader, ts_recv) : offsetof(ringbuf::DerivedHeader, ts_recv);
    for (std::size_t at = place; at < payload.size(); at += header.record_bytes) {
      UnixNanos time;
      std::memcpy(&time, payload.data() + at, sizeof time);
      time = time + kHour;
      std::memcpy(payload.data() + at, &time, sizeof time);
    }
  });
}

/// Receive times of the ticks of a journal from `from` on, in its order.
std::vector<UnixNanos> times_from(const std::filesystem::path& folder, UnixNanos from) {
  std::vector<UnixNanos> times;
  ringbuf::JournalReader reader(folder, {.rings = {"ticks"}, .from_recv = from});
  while (const auto item = reader.next()) {
    const auto* const records = std::get_if<ringbuf::JournalRecords>(&*item);
    for (std::size_t i = 0; records != nullptr && i < records->count(); ++i) {
      times.push_back(records->as<ringbuf::Record>(i).header.ts_recv);
    }
  }
  return times;
}

TEST(ClockStep, AnHourBackOverARestartReceiveTimesGoOnFlaggedAndResultsAreTheSame) {
  // Without rules of alerts: those on silence speak of receive times, which are moved under them.
  tests::RecoveringPlant plant("segment: 2MiB, checkpoint: 3600s", tests::RecoveringPlant::kAnalytics);
  ASSERT_NO_FATAL_FAILURE(plant.begin());
  plant.trade_for(20'000);
  EXPECT_EQ(plant.live().daemon().stop(), 0);
  for (const auto& file : ringbuf::CheckpointFiles(plant.journal()).list()) std::filesystem::remove(file);
  move_receive_times(plant.journal());
  const UnixNanos last = times_from(plant.journal(), platform::kNoTime).back();
  std::filesystem::remove_all(plant.live().folder());

  ASSERT_NO_FATAL_FAILURE(plant.go_on());
  clients::Plant attached = plant.live().attach();
  clients::Subscriber client(attached, {.join = clients::Join::oldest});
  std::uint64_t seen = 0, unflagged = 0;
  UnixNanos newest = last;
  ASSERT_TRUE(tests::eventually([&] {
    return client.poll([&](const ringbuf::Record& record) {
      ++seen;
      unflagged += ringbuf::has(record.header.flags, ringbuf::RecordFlags::bad_clock) ? 0 : 1;
      EXPECT_GE(record.header.ts_recv, newest);
      newest = record.header.ts_recv;
    }) != 0 &&
           seen > 40'000;
  }));
  EXPECT_EQ(unflagged, 0u);
  EXPECT_EQ(newest, last) << "it stands until the clock has caught up";
  plant.join();
  plant.end();
  plant.expect_equal_to_the_bit();

  const std::vector<UnixNanos> all = times_from(plant.journal(), platform::kNoTime);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  for (const std::size_t index : {all.size() / 9, all.size() / 5, all.size() / 2, all.size() - 1}) {
    const auto first = std::lower_bound(all.begin(), all.end(), all[index]);
    EXPECT_EQ(times_from(plant.journal(), all[index]).size(), static_cast<std::size_t>(all.end() - first));
  }
}

}  // namespace
}  // namespace tickplant::this_file
