// What a dead writer left in a TickMemory, looked at as a reader and as its successor: is every record whole and in its
// place, every table entry one the history had, and is all as if nobody had died once it is repaired?
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/tick_memory.hpp"

namespace tickplant::tests {

class TickAutopsy {
 public:
  static constexpr std::uint64_t kSlots = 16;
  static constexpr std::size_t kBytes = TickMemory::bytes_for(kSlots);

  /// For writers that get at most to record `last`.
  explicit TickAutopsy(std::uint64_t last) {
    for (std::uint64_t q = 0; q <= last + kNewRecords; ++q) {
      wanted_.push_back(std::make_unique<tick_history::Tables>());
      wanted_.back()->advance_to(q);
    }
  }

  /// A state to look at; the bytes stay as they are. `at_least`: the newest record that was complete earlier.
  /// Returns the newest complete record.
  std::uint64_t examine(std::span<const std::byte> left, std::uint64_t at_least) {
    load(left);
    examine_as_reader();
    return examine_as_successor(at_least);
  }

  /// The same for what a successor left that died in repair_ring(): there it may be at work in an entry that was whole.
  std::uint64_t examine_half_repaired(std::span<const std::byte> left, std::uint64_t at_least) {
    load(left);
    return examine_as_successor(at_least);
  }

 private:
  static constexpr std::uint64_t kNewRecords = 3;

  void load(std::span<const std::byte> left) { std::memcpy(bytes_.bytes().data(), left.data(), kBytes); }

  void examine_as_reader() const {
    ringbuf::TickReader ring = memory_.reader({1});
    const std::uint64_t published = ring.published().value;
    ringbuf::Record record;
    for (ringbuf::ReadStatus status; (status = ring.poll(&record)) != ringbuf::ReadStatus::empty;) {
      if (status == ringbuf::ReadStatus::overrun) continue;
      ASSERT_TRUE(tick_history::is_record_of(ring.next().value - 1, record)) << ring.next().value - 1;
    }
    ASSERT_GT(ring.next().value, published) << "a joiner at `published` would find no record";
    ASSERT_LE(ring.image_complete_through().value, published);
    for (std::uint32_t id = 1; id < tick_history::kInstruments; ++id) {
      examine_entry<ringbuf::ImageEntry>(memory_.image()[id], ring.image_complete_through().value,
                                         [&](tick_history::Tables& tables) { return &tables.image()[id]; });
      examine_entry<ringbuf::NewestEntry>(memory_.newest()[id], ring.image_complete_through().value,
                                          [&](tick_history::Tables& tables) { return &tables.newest()[id]; });
    }
  }

  template <class Entry, class Slot, class InTables>
  void examine_entry(const Slot& found, std::uint64_t complete, InTables&& in_tables) const {
    const std::uint64_t stamp = found.stamp.load() & ~ringbuf::kWritingBit;
    ASSERT_GE(stamp, in_tables(*wanted_[complete])->stamp.load()) << "a joiner would miss a record";
    Entry entry;
    if (found.read(&entry) != ringbuf::TableRead::value) return;
    ASSERT_LT(stamp, wanted_.size());
    ASSERT_TRUE(is_same_entry(found, *in_tables(*wanted_[stamp]))) << "torn entry of record " << stamp;
  }

  std::uint64_t examine_as_successor(std::uint64_t at_least) {
    const std::uint64_t last = memory_.repair().last.value;
    EXPECT_GE(last, at_least) << "a record is forgotten";
    EXPECT_LE(last, at_least + 1);
    if (testing::Test::HasFailure()) return last;
    expect_history(last);
    const std::uint64_t first_read = last + 1 >= kSlots ? last + 2 - kSlots : 1;  // the next slot may be taken already
    ringbuf::TickReader ring = memory_.reader({first_read});
    for (std::uint64_t q = first_read; q <= last; ++q) expect_next(ring, q);

    auto publisher = memory_.publisher({last});
    for (std::uint64_t q = last + 1; q <= last + kNewRecords; ++q) {
      tick_history::publish_next(publisher);
      expect_next(ring, q);
    }
    publisher.end_batch();
    expect_history(last + kNewRecords);
    examine_as_reader();
    return last;
  }

  static void expect_next(ringbuf::TickReader& ring, std::uint64_t q) {
    ringbuf::Record record;
    ASSERT_EQ(ring.poll(&record), ringbuf::ReadStatus::record) << "record " << q;
    ASSERT_TRUE(tick_history::is_record_of(q, record)) << "record " << q;
  }

  void expect_history(std::uint64_t last) const {
    for (std::uint32_t id = 0; id < tick_history::kInstruments; ++id) {
      EXPECT_TRUE(is_same_entry(memory_.image()[id], wanted_[last]->image()[id]))
          << "image of " << id << " behind record " << last << ": "
          << difference(memory_.image()[id], wanted_[last]->image()[id]);
      EXPECT_TRUE(is_same_entry(memory_.newest()[id], wanted_[last]->newest()[id]))
          << "newest of " << id << " behind record " << last << ": "
          << difference(memory_.newest()[id], wanted_[last]->newest()[id]);
    }
  }
  ringbuf::PrivatePayload bytes_{kBytes};
  TickMemory memory_{bytes_.bytes(), kSlots};
  std::vector<std::unique_ptr<tick_history::Tables>> wanted_;  // by record
};

}  // namespace tickplant::tests
