// kill -9 at instants that no system call marks: something is in shared memory already, and what follows from it is
// not, or the other way round. A thread is held there, or stops behind the word that it writes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <tuple>

#include "ringbuf/broadcast_layout.hpp"
#include "ringbuf/segment.hpp"
#include "ringbuf/sequencer_layout.hpp"
#include "tests/support/held_thread.hpp"
#include "tests/system/daemon/recovering_plant.hpp"

namespace tickplant::this_file {
namespace {

namespace counter = ringbuf::counter;
using platform::UnixNanos;
using ringbuf::DerivedRecord;
using ringbuf::SegmentExpectation;
using tests::HeldThread;
using tests::LivePlant;

constexpr SegmentExpectation kResults{ringbuf::SegmentKind::broadcast, ringbuf::kBroadcastSchema};

constexpr const char* kNoWatching = "the processor watches no memory for us here (debug registers)";

/// A ring of the daemon's, seen by us, with the places where the daemon has it.
template <class Record>
class SeenRing {
 public:
  SeenRing(const LivePlant& live, const char* name, SegmentExpectation kind, pid_t daemon)
      : segment_(ringbuf::ReadOnlySegment::attach(ringbuf::segment_path(live.folder(), name), kind)),
        begin_(tests::mapping_of(daemon, segment_.path().string())) {}

  /// Complete, also where `published` does not say so yet.
  [[nodiscard]] std::uint64_t newest() const {
    std::uint64_t q = ringbuf::object_at<const ringbuf::BroadcastControl<>>(segment_.payload(), 0).published.load();
    while (stamp_of(q + 1) == q + 1) ++q;
    return q;
  }
  /// Its writing has begun, and is not over.
  [[nodiscard]] bool is_begun(std::uint64_t q) const { return stamp_of(q) == ringbuf::writing(q); }
  /// Complete, and not overwritten.
  [[nodiscard]] Record at(std::uint64_t q) const {
    Record record;
    std::memcpy(static_cast<void*>(&record), segment_.payload().data() + offset_of(q) - ringbuf::kSegmentHeaderBytes,
                sizeof record);
    return record;
  }
  /// The daemon's address of its first word, which is written when its writing begins and when it is complete.
  [[nodiscard]] std::uint64_t address_of(std::uint64_t q) const { return begin_ + offset_of(q); }

 private:
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t q) const {
    return ringbuf::kBroadcastSlotsOffset + q % segment_.header().slot_count * sizeof(Record);
  }
  [[nodiscard]] std::uint64_t stamp_of(std::uint64_t q) const {
    std::uint64_t stamp = 0;
    std::memcpy(&stamp, segment_.payload().data() + offset_of(q) - ringbuf::kSegmentHeaderBytes, sizeof stamp);
    return stamp;
  }

  ringbuf::ReadOnlySegment segment_;
  std::uint64_t begin_;
};

using SeenResults = SeenRing<DerivedRecord>;

/// Of a row; of other records 0.
UnixNanos end_of_row(const DerivedRecord& record) {
  return record.header.type == ringbuf::DerivedType::window_row ? record.header.ts_event : UnixNanos{};
}

class RecoveryFromAnInstant : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(plant_.begin());
    plant_.trade_for(5'000);
  }
  [[nodiscard]] pid_t daemon() { return plant_.live().daemon().pid(); }
  [[nodiscard]] std::uint64_t ticks() {
    plant_.look();
    return plant_.ticks.records;
  }
  [[nodiscard]] std::size_t rows_of(UnixNanos end) const {
    std::size_t count = 0;
    for (const auto& [number, record] : plant_.shown.results) count += end_of_row(record) == end ? 1 : 0;
    return count;
  }
  void kill(HeldThread& held) {
    held.kill();
    plant_.live().daemon().kill();
  }
  void trade_and_end() {
    plant_.trade_for(3'000);
    plant_.expect_one_life();
  }
  /// Holds that thread until `is_behind()`, and kills.
  template <class IsBehind>
  void fall_behind_and_die(const char* thread, IsBehind&& is_behind) {
    HeldThread held(daemon(), thread);
    if (held.is_refused()) GTEST_SKIP() << tests::kNoTracing;
    ASSERT_TRUE(held.hold());
    ASSERT_TRUE(tests::eventually(is_behind));
    kill(held);
  }

  /// To the row that makes `rows` of a boundary that was not there before. The boundary; 0: it cannot be watched.
  [[nodiscard]] static UnixNanos go_on_to_a_fire(HeldThread& analytics, const SeenResults& results, int rows) {
    UnixNanos newest{}, fired{};
    std::uint64_t q = results.newest();
    for (std::uint64_t back = q; newest == UnixNanos{} && back > 0; --back) newest = end_of_row(results.at(back));
    for (int seen = 0; seen < rows;) {
      for (++q; results.newest() < q;) {
        if (!analytics.go_on_until_it_writes(results.address_of(q))) return UnixNanos{};
      }
      const UnixNanos end = end_of_row(results.at(q));
      if (end <= newest) continue;
      seen = end == fired ? seen + 1 : 1;
      fired = end;
    }
    return fired;
  }

  tests::RecoveringPlant plant_;
};

TEST_F(RecoveryFromAnInstant, ResultsPublishedAndNotJournalled) {
  for (int i = 0; i < 2; ++i) {
    const std::size_t shown = plant_.shown.results.size();
    fall_behind_and_die("tp-journal", [&] { return plant_.look(), plant_.shown.results.size() > shown + 100; });
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_NO_FATAL_FAILURE(plant_.go_on());
  }
  EXPECT_EQ(plant_.live().counter(counter::kJournal, counter::kLostRecords), 0u);
  trade_and_end();
}

TEST_F(RecoveryFromAnInstant, TicksPublishedThatHaveNoPlaceYet) {
  fall_behind_and_die("tp-analytics", [&, before = ticks()] { return ticks() > before + 2'000; });
  if (IsSkipped() || HasFatalFailure()) return;
  ASSERT_NO_FATAL_FAILURE(plant_.go_on());
  trade_and_end();
}

/// A run is written before its records are applied: behind the word that completes it, none of them is.
TEST_F(RecoveryFromAnInstant, ARunWrittenAndNotApplied) {
  constexpr ringbuf::SegmentExpectation kOrder{ringbuf::SegmentKind::sequencer, ringbuf::kSequencerSchema};
  for (const int writes : {1, 2, 2}) {  // half written, complete
    HeldThread analytics(daemon(), "tp-analytics");
    if (analytics.is_refused()) GTEST_SKIP() << tests::kNoTracing;
    ASSERT_TRUE(analytics.hold());
    const SeenRing<ringbuf::SequencerRun> order(plant_.live(), "sequencer", kOrder, daemon());
    std::uint64_t next = order.newest() + 1;
    if (order.is_begun(next)) {  // held right there
      if (!analytics.go_on_until_it_writes(order.address_of(next))) GTEST_SKIP() << kNoWatching;
      ++next;
    }
    for (int i = 0; i < writes; ++i) {
      if (!analytics.go_on_until_it_writes(order.address_of(next))) GTEST_SKIP() << kNoWatching;
    }
    EXPECT_EQ(order.newest(), writes == 2 ? next : next - 1);
    kill(analytics);
    ASSERT_NO_FATAL_FAILURE(plant_.go_on());
    plant_.trade_for(1'000);
  }
  trade_and_end();
}

/// All instruments have rows at a boundary: some are published when it dies, the others come from its successor.
TEST_F(RecoveryFromAnInstant, InsideAFireOfManyRows) {
  for (const int rows_before : {1, 5, 12}) {
    HeldThread analytics(daemon(), "tp-analytics");
    if (analytics.is_refused()) GTEST_SKIP() << tests::kNoTracing;
    ASSERT_TRUE(analytics.hold());
    const SeenResults results(plant_.live(), "derived", kResults, daemon());
    const UnixNanos end = go_on_to_a_fire(analytics, results, rows_before);
    if (end == UnixNanos{}) GTEST_SKIP() << kNoWatching;
    plant_.look();
    const std::size_t rows = rows_of(end);
    EXPECT_GE(rows, static_cast<std::size_t>(rows_before));
    kill(analytics);
    ASSERT_NO_FATAL_FAILURE(plant_.go_on());
    plant_.trade_for(3'000);
    EXPECT_GT(rows_of(end), rows) << "its successor has the others";
  }
  trade_and_end();
}

/// What is said in the morning is said shortly before the market opens: nobody wants to wait for it.
void wait_no_longer_than_the_opening(std::string& message) {
  constexpr std::uint64_t kBeforeOpening = (9 * 3'600 + 29 * 60) * std::uint64_t{platform::kNanosPerSecond};
  constexpr std::size_t kStamp = 5, kStampBytes = 6;
  std::uint64_t stamp = 0;
  for (std::size_t i = 0; i < kStampBytes; ++i) stamp = stamp << 8 | static_cast<unsigned char>(message[kStamp + i]);
  stamp = std::max(stamp, kBeforeOpening);
  for (std::size_t i = kStampBytes; i-- > 0; stamp >>= 8) message[kStamp + i] = static_cast<char>(stamp & 0xff);
}

/// A day file of a simulated market, in which every fourth trade is broken a while later.
void write_day_with_broken_trades(const LivePlant& live, const std::filesystem::path& file) {
  const std::filesystem::path whole = live.file("whole.itch");
  tests::Program venue("tickplant-venue",
                       {"--write", whole.string(), "--messages", "200000", "--symbols", "20", "--pre-open", "100ms"},
                       {}, {live.file("write.log")});
  ASSERT_EQ(venue.wait(), 0) << venue.output();
  std::ifstream in(whole, std::ios::binary);
  std::ofstream out(file, std::ios::binary);
  constexpr std::size_t kHead = 11, kMatchInExecution = 23, kMatchInTrade = 36, kMatchBytes = 8, kTradesBetween = 120;
  std::deque<std::string> trades;  // head and match number of each
  std::size_t count = 0;
  for (char length[2]; in.read(length, sizeof length);) {
    std::string message(
        static_cast<std::size_t>(static_cast<unsigned char>(length[0]) * 256 + static_cast<unsigned char>(length[1])),
        '\0');
    in.read(message.data(), static_cast<std::streamsize>(message.size()));
    wait_no_longer_than_the_opening(message);
    out.write(length, sizeof length) << message;
    if (message[0] != 'E' && message[0] != 'P') continue;
    const std::size_t match = message[0] == 'E' ? kMatchInExecution : kMatchInTrade;
    trades.push_back(message.substr(0, kHead) + message.substr(match, kMatchBytes));
    if (trades.size() <= kTradesBetween) continue;
    std::string broken = "B" + trades.front().substr(1);
    broken.replace(5, 6, message, 5, 6);  // now
    if (++count % 4 == 0) out << '\0' << static_cast<char>(broken.size()) << broken;
    trades.pop_front();
  }
}

/// The venue breaks trades: the row of a window that has fired and takes late ones is said again. The day is a file: it
/// waits while no daemon lives, however long the next one takes to start.
TEST(RecoveryOfLateUpdates, BetweenTheFirstFireOfAWindowAndItsLateUpdate) {
  constexpr const char* kDay = "day.itch";
  tests::RecoveringPlant plant("segment: 4MiB, checkpoint: 150ms",
                               "watermarks: {default: {bound: 0s, lateness: 600s}}\nsets:\n  all:\n"
                               "    windows: [{name: M1, size: 60s}]\n    indicators: [{on: M1, of: [sma(3)]}]\n",
                               "2020-01-30", kDay, 1'000);
  ASSERT_NO_FATAL_FAILURE(write_day_with_broken_trades(plant.live(), plant.live().file(kDay)));
  ASSERT_NO_FATAL_FAILURE(plant.begin_with_file());
  using Window = std::tuple<std::uint32_t, std::uint16_t, UnixNanos>;
  const auto windows = [&](auto&& is_meant) {
    std::set<Window> found;
    for (const auto& [number, record] : plant.shown.results) {
      if (end_of_row(record) == UnixNanos{} || !is_meant(record.header)) continue;
      found.insert({record.header.instrument.value, record.header.function.value, record.header.ts_event});
    }
    return found;
  };
  const auto compute = [&] {
    const std::size_t behind = plant.shown.results.size() + 100;
    return tests::eventually([&] { return plant.look(), plant.shown.results.size() > behind; });
  };
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(compute()) << plant.live().daemon().output();
    plant.live().daemon().kill();
    plant.look();
    const std::uint64_t last = plant.shown.results.rbegin()->first;
    const auto fired = windows([](const auto&) { return true; });
    ASSERT_NO_FATAL_FAILURE(plant.go_on());
    const auto updated_by_successor = [&] {
      std::size_t count = 0;
      for (const Window& window : windows([&](const auto& header) { return header.stamp > last; })) {
        count += fired.contains(window) ? 1 : 0;
      }
      return count;
    };
    ASSERT_TRUE(tests::eventually([&] { return plant.look(), updated_by_successor() > 2; }))
        << plant.live().daemon().output();
  }
  plant.expect_one_life();
}

}  // namespace
}  // namespace tickplant::this_file
