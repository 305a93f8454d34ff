// The broadcast ring under permanent overrun, between threads and between processes, and with a writer that is killed.
// TICKPLANT_STRESS_RECORDS sets how many records each of them sees.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "platform/cpu_pause.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/sample.hpp"
#include "tests/support/stress_request.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using Tick = tests::Sample<kTickSlotBytes>;
using Derived = tests::Sample<kDerivedSlotBytes>;

struct Account {
  std::uint64_t records = 0;
  std::uint64_t lost = 0;
  std::uint64_t overruns = 0;
  std::uint64_t torn = 0;
  std::uint64_t misplaced = 0;  // not the sequence that was due
};

template <class Value, class Writer>
void publish_until(Writer& ring, std::uint64_t last) {
  while (ring.last().value < last) {
    const Value value(ring.last().value + 1);
    ring.publish(&value);
  }
  ring.flush();
}

/// Reads until `last` is behind us.
template <class Value, class Reader>
Account read_until(Reader& ring, std::uint64_t last) {
  Account account;
  Value value;
  std::uint64_t due = ring.next().value;
  while (due <= last) {
    switch (ring.poll(&value)) {
      case ReadStatus::record:
        ++account.records;
        account.torn += value.is_whole() ? 0 : 1;
        account.misplaced += value.number == due ? 0 : 1;
        break;
      case ReadStatus::overrun:
        ++account.overruns;
        account.lost += ring.lost().count();
        account.misplaced += ring.lost().first == due ? 0 : 1;
        break;
      case ReadStatus::empty: platform::cpu_pause(); break;
    }
    due = ring.next().value;
  }
  return account;
}

std::uint64_t records(std::uint64_t ordinary) { return tests::stress_count("TICKPLANT_STRESS_RECORDS", ordinary); }

void expect_sound(const Account& account, std::uint64_t last) {
  EXPECT_EQ(account.torn, 0u);
  EXPECT_EQ(account.misplaced, 0u);
  EXPECT_EQ(account.records + account.lost, last);
  EXPECT_GT(account.records, 0u);
}

void note(std::uint64_t last, std::span<const Account> accounts) {
  Account sum;
  for (const Account& account : accounts) {
    sum.records += account.records;
    sum.overruns += account.overruns;
    sum.torn += account.torn + account.misplaced;
  }
  tests::record_count("records", last);
  tests::record_count("readers", accounts.size());
  tests::record_count("records_read", sum.records);
  tests::record_count("overruns", sum.overruns);
  tests::record_count("torn", sum.torn);
}

template <class Value, std::size_t SlotBytes>
void run_threads(std::uint64_t slot_count, std::uint64_t last) {
  PrivatePayload memory(sizeof(BroadcastControl<>) + SlotBytes * slot_count);
  auto out = BroadcastWriter<SlotBytes>::over(memory.bytes(), slot_count);
  Account accounts[2];
  {
    std::jthread readers[2];
    for (int i = 0; i < 2; ++i) {
      readers[i] = std::jthread([&, i] {
        auto in = BroadcastReader<SlotBytes>::over(memory.bytes(), slot_count, {1});
        accounts[i] = read_until<Value>(in, last);
      });
    }
    publish_until<Value>(out, last);
  }
  for (const Account& account : accounts) expect_sound(account, last);
  note(last, accounts);
}

TEST(BroadcastStress, NoRecordIsTornUnderPermanentOverrun) {
  run_threads<Tick, kTickSlotBytes>(4, records(10'000'000));
}

TEST(BroadcastStress, NoRecordIsTornInARingOfOrdinaryUse) {
  run_threads<Tick, kTickSlotBytes>(1024, records(5'000'000));
}

TEST(BroadcastStress, NoDerivedRecordIsTorn) { run_threads<Derived, kDerivedSlotBytes>(4, records(10'000'000)); }

/// The writer in a process of its own, the reader with a read-only mapping.
template <class Value, std::size_t SlotBytes>
void run_processes(std::uint64_t slot_count, std::uint64_t last) {
  const tests::MemoryFile file(sizeof(BroadcastControl<>) + SlotBytes * slot_count);
  tests::ChildProcess writer([&] {
    const auto mapping = file.map_writable();
    auto out = BroadcastWriter<SlotBytes>::over(mapping.bytes(), slot_count);
    publish_until<Value>(out, last);
  });
  const auto mapping = file.map_read_only();
  auto in = BroadcastReader<SlotBytes>::over(mapping.bytes(), slot_count, {1});
  const Account account = read_until<Value>(in, last);
  expect_sound(account, last);
  EXPECT_TRUE(writer.wait());
  note(last, {&account, 1});
}

TEST(BroadcastStress, AReaderWithAReadOnlyMappingInAnotherProcessAccountsForEveryRecord) {
  run_processes<Tick, kTickSlotBytes>(64, records(5'000'000));
}

TEST(BroadcastStress, AReaderInAnotherProcessAccountsForEveryDerivedRecord) {
  run_processes<Derived, kDerivedSlotBytes>(16, records(1'000'000));
}

/// What a successor finds: the newest record from which on everything is unwritten or half-written.
Sequence newest_complete(std::span<std::byte> bytes, std::uint64_t slot_count) {
  const auto& control = *reinterpret_cast<const TickReader::Control*>(bytes.data());
  const auto* slots = reinterpret_cast<const TickReader::Slot*>(bytes.data() + sizeof control);
  std::uint64_t newest = control.published.load(std::memory_order_acquire);
  while (slots[(newest + 1) & (slot_count - 1)].stamp.load(std::memory_order_acquire) == ready(newest + 1)) ++newest;
  return {newest};
}

TEST(BroadcastStress, AKilledWriterLeavesOnlyWholeRecordsAndItsSuccessorGoesOn) {
  constexpr std::uint64_t kSlots = 1 << 12;
  const unsigned seed = 20240611;
  std::mt19937 random(seed);
  const tests::MemoryFile file(sizeof(TickWriter::Control) + kTickSlotBytes * kSlots);
  const auto successor_view = file.map_writable();
  const auto view = file.map_read_only();
  TickReader in = TickReader::over(view.bytes(), kSlots, {1});
  Account sum;
  for (int round = 0; round < 100; ++round) {
    const Sequence last = newest_complete(successor_view.bytes(), kSlots);
    tests::ChildProcess writer([&] {
      TickWriter out = TickWriter::over(successor_view.bytes(), kSlots, last);
      publish_until<Tick>(out, ~std::uint64_t{0});
    });
    std::this_thread::sleep_for(std::chrono::microseconds(500 + random() % 1000));
    writer.kill();
    const std::uint64_t newest = newest_complete(successor_view.bytes(), kSlots).value;
    const Account account = read_until<Tick>(in, newest);
    Tick none;
    EXPECT_EQ(in.poll(&none), ReadStatus::empty) << "round " << round << ", seed " << seed;
    EXPECT_EQ(in.next(), Sequence{newest + 1});
    sum.records += account.records;
    sum.lost += account.lost;
    sum.torn += account.torn;
    sum.misplaced += account.misplaced;
  }
  expect_sound(sum, in.next().value - 1);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
