// A feed's writer, killed over and over in mid-publish: what a reader in another process takes meanwhile, and what the
// successor finds and makes whole. TICKPLANT_STRESS_KILLS sets how often.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/support/child_process.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stress_request.hpp"
#include "tests/support/tick_memory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

namespace history = tests::tick_history;
using tests::TickMemory;

constexpr std::uint64_t kSlots = 1 << 12;
/// On a busy machine a writer may live long; the history is gone through record by record.
constexpr std::uint64_t kRecordsOfALife = 1000;

/// Reads with a read-only mapping and compares every byte with the history.
class Reader {
 public:
  explicit Reader(std::span<std::byte> read_only) : ring_(TickMemory(read_only, kSlots).reader({1})) {}

  /// Takes what there is, at most `limit` records.
  void read(std::uint64_t limit) {
    for (Record record; limit > 0; --limit) {
      const std::uint64_t due = ring_.next().value;
      switch (ring_.poll(&record)) {
        case ReadStatus::record:
          ++records;
          wrong += history::is_record_of(due, record) ? 0 : 1;
          break;
        case ReadStatus::overrun:
          lost += ring_.lost().count();
          wrong += ring_.lost().first == due ? 0 : 1;
          break;
        case ReadStatus::empty: return;
      }
    }
  }
  [[nodiscard]] std::uint64_t next() const { return ring_.next().value; }

  std::uint64_t records = 0;
  std::uint64_t lost = 0;
  std::uint64_t wrong = 0;  // torn, repeated, or not what was due

 private:
  TickReader ring_;
};

std::uint64_t stamp_of_slot(const TickMemory& memory, std::uint64_t q) {
  return array_at<BroadcastSlot<kTickSlotBytes>>(memory.ring(), sizeof(BroadcastControl<>), kSlots)[q % kSlots].stamp;
}

std::uint64_t half_written_entries(const TickMemory& memory) {
  const auto count = [](const auto& entries) {
    return std::count_if(entries.begin(), entries.end(),
                         [](const auto& entry) { return tests::is_half_written(entry); });
  };
  return static_cast<std::uint64_t>(count(memory.image()) + count(memory.newest()));
}

void expect_tables(const TickMemory& memory, history::Tables& wanted) {
  for (std::uint32_t id = 0; id < history::kInstruments; ++id) {
    ASSERT_TRUE(tests::is_same_entry(memory.image()[id], wanted.image()[id]))
        << "image of " << id << ": " << tests::difference(memory.image()[id], wanted.image()[id]);
    ASSERT_TRUE(tests::is_same_entry(memory.newest()[id], wanted.newest()[id]))
        << "newest of " << id << ": " << tests::difference(memory.newest()[id], wanted.newest()[id]);
  }
}

TEST(KillPublish, ReadersTakeWholeRecordsOnceAndTheTablesOfTheSuccessorEqualTheHistory) {
  // A sanitized process takes longer to fork than to publish a thousand records.
  const std::uint64_t kills =
      tests::stress_count("TICKPLANT_STRESS_KILLS", tests::kStressDivisor == 1 ? 20'000 : 4'000);
  const std::uint64_t seed = tests::test_seed();
  tests::Random random(seed);
  const tests::MemoryFile file(TickMemory::bytes_for(kSlots));
  const auto successor_view = file.map_writable();
  const auto view = file.map_read_only();
  const TickMemory memory(successor_view.bytes(), kSlots);
  Reader reader(view.bytes());
  history::Tables wanted;

  std::uint64_t in_slot = 0, in_entry = 0, between = 0;
  std::uint64_t last = 0;
  for (std::uint64_t round = 1; round <= kills; ++round) {
    SCOPED_TRACE("kill " + std::to_string(round) + ", seed " + std::to_string(seed));
    tests::ChildProcess writer([&] {
      auto publisher = memory.publisher({last});
      while (publisher.last().value < last + kRecordsOfALife) history::publish_next(publisher);
      for (;;) ::pause();
    });
    // Mostly amidst the records; sometimes before the first one.
    const bool wait_for_first = random.below(16) != 0;
    const bool is_reading = random.below(4) == 0;  // at the head; else the writer is left alone
    const auto pass_time = [&] {
      if (!is_reading) return std::this_thread::sleep_for(std::chrono::microseconds(1));  // in truth some fifty
      const std::uint64_t before = reader.next();
      reader.read(16);
      if (reader.next() == before) std::this_thread::yield();  // the writer may wait for our core
    };
    while (wait_for_first && stamp_of_slot(memory, last + 1) != ready(last + 1)) pass_time();
    const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(random.below(30'000));
    while (std::chrono::steady_clock::now() < end) pass_time();
    writer.kill();

    in_entry += half_written_entries(memory);
    const RingRepair repair = memory.repair();
    ASSERT_GE(repair.last.value + 1, reader.next()) << "a record that a reader has is not forgotten";
    last = repair.last.value;
    between += repair.re_entered > 0 ? 1 : 0;
    in_slot += stamp_of_slot(memory, last + 1) == writing(last + 1) ? 1 : 0;
    reader.read(~std::uint64_t{0});
    ASSERT_EQ(reader.next(), last + 1);
    ASSERT_EQ(reader.wrong, 0u);
    wanted.advance_to(last);
    ASSERT_NO_FATAL_FAILURE(expect_tables(memory, wanted));
  }
  EXPECT_EQ(reader.records + reader.lost, last);
  EXPECT_GT(reader.records, 0u);
  tests::record_count("kills", kills);
  tests::record_count("records", last);
  tests::record_count("records_read", reader.records);
  tests::record_count("killed_in_a_slot", in_slot);
  tests::record_count("killed_in_a_table_entry", in_entry);
  tests::record_count("killed_before_the_batch_was_complete", between);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
