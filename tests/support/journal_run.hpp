// A journal's writer over a disk in memory, and what is read back from it: for tests of what a disk may do.
//
// Records carry their sequence in every word, so that a wrong one is seen. One ring; time is the test's.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/journal/journal_opening.hpp"
#include "daemon/journal/journal_writer.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/support/journal_disk.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests {

using JournalRecord = std::array<std::uint64_t, 8>;

[[nodiscard]] inline JournalRecord journal_record(std::uint64_t sequence) {
  JournalRecord record;
  for (std::size_t word = 0; word < record.size(); ++word) record[word] = sequence + word * 1'000'000'007;
  return record;
}

/// What a reader finds in a folder.
struct FoundJournal {
  std::uint64_t last_block = 0;
  std::uint64_t last_sequence = 0;  // sequences 1 to this one are there, each once, whole
  std::size_t facts = 0, losses = 0, segments = 0, plants = 0;
  bool is_closed = false;
  std::uint64_t durable_claimed = 0;  // greatest that a block says
  ringbuf::JournalEndKind end = ringbuf::JournalEndKind::tail;

  static FoundJournal in(const std::filesystem::path& folder) {
    FoundJournal found;
    ringbuf::JournalScanner scanner(folder);
    std::uint64_t segment = 0;
    while (const auto block = scanner.next()) {
      found.segments += block->place.segment != segment ? 1 : 0;
      if (block->place.segment != segment) {
        EXPECT_EQ(block->header.kind, ringbuf::BlockKind::facts);
      }
      segment = block->place.segment;
      EXPECT_LT(block->header.durable, block->header.number);
      EXPECT_GE(block->header.durable, found.durable_claimed);
      found.durable_claimed = block->header.durable;
      found.last_block = block->header.number;
      block->header.kind == ringbuf::BlockKind::facts ? found.take_facts(*block) : found.take_records(*block);
    }
    found.end = scanner.end().kind;
    return found;
  }

 private:
  void take_facts(const ringbuf::JournalBlock& block) {
    ringbuf::FactsReader reader(block.payload);
    while (const auto fact = reader.next()) {
      ++facts;
      plants += fact->kind == ringbuf::FactKind::plant ? 1 : 0;
      is_closed = fact->kind == ringbuf::FactKind::closed;
      if (fact->kind != ringbuf::FactKind::loss) continue;
      const auto loss = fact->as<ringbuf::LossFact>();
      EXPECT_EQ(loss.first, last_sequence + 1);
      last_sequence = loss.last;
      ++losses;
    }
    EXPECT_FALSE(reader.is_damaged());
  }
  void take_records(const ringbuf::JournalBlock& block) {
    is_closed = false;
    ASSERT_EQ(block.header.first, last_sequence + 1);
    for (std::uint32_t i = 0; i < block.header.count; ++i) {
      JournalRecord record;
      std::memcpy(record.data(), block.payload.data() + i * sizeof record, sizeof record);
      ASSERT_EQ(record, journal_record(++last_sequence));
    }
  }
};

class JournalRun final : public daemon::JournalFacts {
 public:
  static constexpr std::int64_t kMilli = 1'000'000;

  struct Options {
    config::JournalSync sync = config::JournalSync::interval;
    std::uint64_t segment_bytes = 4 * ringbuf::kJournalUnitBytes;
    std::size_t facts = 40;  // that each segment begins with, beside the plant's
    std::uint64_t keep_bytes = 0;
  };

  explicit JournalRun(Options options) : JournalRun(options, {}, nullptr, 1) {}
  JournalRun() : JournalRun(Options{}) {}
  /// A successor over what `before` left, where its reader found the end.
  JournalRun(Options options, const daemon::JournalStart& start, const JournalDisk* before, std::uint64_t next_sequence)
      : next_(next_sequence),
        memory_(daemon::JournalWriter::kBuffers * ringbuf::kJournalUnitBytes),
        options_(options),
        disk_(before != nullptr ? std::make_unique<JournalDisk>(memory_.bytes(), *before)
                                : std::make_unique<JournalDisk>(memory_.bytes())),
        supply_(*disk_, options.segment_bytes, options.keep_bytes) {
    daemon::JournalStart from = start;
    if (before == nullptr) from.chain = ringbuf::JournalChain(77, 1);
    writer_ =
        std::make_unique<daemon::JournalWriter>(*disk_, supply_, *this, memory_.bytes(), from,
                                                daemon::JournalWriterSettings{"test", options.sync, 10 * kMilli, 1});
  }

  void restate(ringbuf::FactsBuilder& facts) override {
    facts.add(ringbuf::PlantFact{});
    for (std::size_t i = 0; i < options_.facts; ++i) facts.add(ringbuf::InstrumentEntry{});
  }

  /// Up to `count` records, as many as there is room for.
  void append(std::size_t count) {
    while (count != 0) {
      const std::size_t bytes =
          writer_->room(std::min<std::size_t>(count, 3000) * sizeof(JournalRecord), sizeof(JournalRecord));
      if (bytes == 0) return;
      std::vector<JournalRecord> records;
      for (std::size_t i = 0; i < bytes / sizeof(JournalRecord); ++i) records.push_back(journal_record(next_ + i));
      ringbuf::JournalBlockHeader header;
      header.kind = ringbuf::BlockKind::ticks;
      header.record_bytes = sizeof(JournalRecord);
      header.ring = 1;
      header.first = next_;
      header.count = static_cast<std::uint32_t>(records.size());
      writer_->append(0, header, std::as_bytes(std::span(records)));
      next_ += records.size();
      count -= records.size();
    }
  }
  void turn(std::int64_t nanos = kMilli) {
    now_ = now_ + nanos;
    writer_->turn(now_);
  }
  /// Makes a segment ready when none is.
  void supply() { (void)supply_.step(); }
  void finish() {
    for (int tries = 0; tries < 50 && !writer_->is_settled(); ++tries) {
      supply();
      turn(5 * kMilli);
    }
  }
  /// A step of a day: some records, some time.
  void step(Random& random) {
    if (random.chance(1, 3)) supply();
    if (random.chance(1, 12)) writer_->facts().add(ringbuf::InstrumentEntry{});
    append(random.chance(1, 4) ? random.below(6000) : random.below(20));
    turn(static_cast<std::int64_t>(random.below(4'000)) * 1'000);
  }

  [[nodiscard]] FoundJournal found() const {
    const TempDirectory folder("/dev/shm");
    disk_->save(folder.path());
    return FoundJournal::in(folder.path());
  }

  [[nodiscard]] daemon::JournalWriter& writer() noexcept { return *writer_; }
  [[nodiscard]] JournalDisk& disk() noexcept { return *disk_; }
  [[nodiscard]] daemon::SegmentSupply& segments() noexcept { return supply_; }
  [[nodiscard]] std::uint64_t last_sequence() const noexcept { return next_ - 1; }
  [[nodiscard]] platform::UnixNanos now() const noexcept { return now_; }

 private:
  std::uint64_t next_;
  platform::UnixNanos now_{platform::kNanosPerSecond};
  ringbuf::PrivatePayload memory_;
  Options options_;
  std::unique_ptr<JournalDisk> disk_;
  daemon::SegmentSupply supply_;
  std::unique_ptr<daemon::JournalWriter> writer_;
};

}  // namespace tickplant::tests
