// Writes the chain of blocks: packs them into units of 256 KiB, has several writes under way, syncs, goes on in the
// next segment, and says how far everything is on disk.
//
//   room(), append()   a block more; facts() go before it
//   turn()             what the disk has done is taken, what is full is written, what has waited long enough, too
//
// A unit stays in memory until it is on disk for certain, so that after a write or sync that failed the same bytes go
// to the same place again: a disk that comes back costs nothing but what rings overwrote meanwhile, and the chain goes
// on.
//
// Never two writes of one page are under way at once: a unit has one at a time, and what is written of a unit that is
// still filled is a copy.
//
// Threads: one, the stage's; no clock of its own. Takes its memory when it is made, but for facts and segments begun.
// Not here: which records (journal_stage.hpp), files made ready (segment_supply.hpp), the disk (journal_io.hpp), the
// rules of the chain (ringbuf/journal/journal_chain.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "config/plant_config.hpp"
#include "daemon/journal/journal_io.hpp"
#include "daemon/journal/segment_supply.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/journal/journal_chain.hpp"
#include "ringbuf/journal/journal_facts.hpp"

namespace tickplant::daemon {

/// What a segment begins with.
class JournalFacts {
 public:
  virtual ~JournalFacts() = default;
  virtual void restate(ringbuf::FactsBuilder& facts) = 0;
};

/// Where the chain goes on.
struct JournalStart {
  ringbuf::JournalChain chain = {};  // behind the last block there is, in our epoch
  std::uint64_t segment = 0;         // number of the newest; 0: there is none
  std::uint64_t segment_bytes = 0;   // of its file
  std::uint64_t next_unit = 0;       // offset in it; segment_bytes: it is full
};

struct JournalWriterSettings {
  std::string plant = {};
  config::JournalSync sync = config::JournalSync::interval;
  std::int64_t interval_ns =
      10'000'000;         // no record waits longer for its write; for its sync neither, where it has one
  std::size_t rings = 0;  // append() names them by index
};

class JournalWriter {
 public:
  static constexpr std::size_t kUnits = 24;
  static_assert(kUnits * ringbuf::kJournalUnitBytes <= SegmentSupply::kUnfinishedBytes);
  static constexpr std::size_t kFlushBuffers = 2;
  static constexpr std::size_t kBuffers = kUnits + kFlushBuffers;
  static constexpr std::size_t kDepth = 8;  // writes under way
  static constexpr std::int64_t kRetryNanos = platform::kNanosPerSecond;
  static constexpr std::int64_t kSlowNanos = platform::kNanosPerSecond;  // a write that takes longer is a problem
  static constexpr std::size_t kNoRing = ~std::size_t{0};

  /// Since it was made.
  struct Counts {
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;          // of blocks
    std::uint64_t written_bytes = 0;  // to files, all that was told twice included
    std::uint64_t syncs = 0;          // that succeeded
    std::uint64_t segments = 0;       // begun
    std::uint64_t waits = 0;          // for a segment that was not ready
    std::uint64_t errors = 0;         // times that the disk refused
    std::uint64_t short_writes = 0;
  };

  /// All outlive it. `memory`: kBuffers units, page-aligned, buffers 0, 1, ... of `io`.
  JournalWriter(JournalIo& io, SegmentSupply& supply, JournalFacts& restated, std::span<std::byte> memory,
                const JournalStart& place, JournalWriterSettings settings);
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;
  /// What is under way may still be so: `io` goes before the memory.
  ~JournalWriter();

  /// To be written before the next block of records.
  [[nodiscard]] ringbuf::FactsBuilder& facts() noexcept { return facts_; }
  /// Writes facts as far as there is room. True: none is left.
  bool write_facts();

  /// How many bytes of `wanted`, a multiple of `step`, the next block can have; 0: none for now, or facts come first.
  [[nodiscard]] std::size_t room(std::size_t wanted, std::size_t step);
  /// The next block. `payload`: as room() said. `ring`: its index; `fields`: kind, ring, records and times of its
  /// header.
  void append(std::size_t ring, ringbuf::JournalBlockHeader fields, std::span<const std::byte> payload);

  /// Goes on in a new segment, whatever room there is in this one. True: it has; false: call again. A journal without
  /// segments has nothing to end.
  [[nodiscard]] bool rotate();

  /// Takes what is over, writes what is due. Call about every millisecond.
  void turn(platform::UnixNanos now);
  /// Everything appended is written and, where it is synced at all, synced; the disk failed; or `until` has come.
  /// `clock`: the time.
  template <class Clock>
  void finish(Clock&& clock, platform::UnixNanos until) {
    for (platform::UnixNanos now = clock(); now < until; now = clock()) {
      hurry_ = true;
      turn(now);
      if (problem() != 0 || (write_facts() && is_settled())) break;
      take_done(kFinishWaitNanos);
    }
  }

  /// errno of what keeps the journal from being written; 0: nothing. ETIMEDOUT: the disk does not answer.
  [[nodiscard]] int problem() const noexcept;
  /// All that was appended, facts too, is safe: written and, where it is synced at all, synced.
  [[nodiscard]] bool is_settled() const noexcept;
  /// The next segment is not ready.
  [[nodiscard]] bool is_waiting() const noexcept { return is_waiting_; }

  [[nodiscard]] std::uint64_t last_block() const noexcept { return chain_.last_number(); }
  [[nodiscard]] std::uint64_t written_block() const noexcept { return written_; }
  /// On disk for certain.
  [[nodiscard]] std::uint64_t durable_block() const noexcept { return durable_; }
  /// Newest sequence of a ring in blocks that are durable; where nothing is synced, written. 0: none since the start.
  [[nodiscard]] std::uint64_t safe_sequence(std::size_t ring) const noexcept { return safe_sequences_[ring]; }
  /// Newest sequence of a ring in blocks that are written: they outlive the process. 0: none since the start.
  [[nodiscard]] std::uint64_t written_sequence(std::size_t ring) const noexcept { return written_sequences_[ring]; }
  /// Somebody waits: what there is goes to the disk with the next turn, however little.
  void flush_soon() noexcept { is_awaited_ = true; }
  /// How long the oldest block that is not safe in that sense has waited; 0: all are.
  [[nodiscard]] std::int64_t behind_nanos() const noexcept;
  /// Number of the segment that is written; 0: none yet.
  [[nodiscard]] std::uint64_t segment() const noexcept { return segments_.empty() ? 0 : segments_.back().number; }
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  static constexpr std::int64_t kFinishWaitNanos = 1'000'000;
  /// So little at the end of a unit is left empty, when more is wanted.
  static constexpr std::size_t kPoorBytes = 4096;
  static constexpr std::size_t kMarks = kUnits * ringbuf::kJournalUnitBytes / ringbuf::kBlockBytesMin;

  struct Segment {
    JournalIo::File file = 0;
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;
    std::uint64_t next_unit = 0;   // offset
    std::uint64_t last_block = 0;  // in it; 0: none
    bool is_named = false;         // its name is on disk
  };
  /// One write under way.
  struct Flight {
    bool is_under_way = false;
    bool is_void = false;  // what became of it does not matter: it is written again
    std::size_t from = 0, to = 0, bytes = 0;
    std::size_t flush_buffer = 0;  // kUnits: straight from the unit
    std::uint64_t block = 0;
    std::uint64_t attempt = 0;
    platform::UnixNanos began{};
  };
  struct Unit {
    std::uint64_t segment = 0;  // number
    std::uint64_t offset = 0;   // in its file
    std::size_t filled = 0;     // bytes, of which
    std::size_t sent = 0;       // are written or under way
    std::uint64_t last_block = 0, written_block = 0;
    bool is_closed = false;
    Flight flight{};
  };
  /// When a block is written, or safe, so is this.
  struct Mark {
    std::uint64_t block = 0, sequence = 0;
    std::size_t ring = 0;
    platform::UnixNanos at{};
  };

  [[nodiscard]] Unit& unit(std::uint64_t index) noexcept { return units_[index % kUnits]; }
  [[nodiscard]] std::span<std::byte> buffer(std::uint64_t index) noexcept;
  [[nodiscard]] Segment* segment_of(const Unit& unit) noexcept;
  [[nodiscard]] bool has_unit() const noexcept { return end_ != begin_ && !units_[(end_ - 1) % kUnits].is_closed; }
  [[nodiscard]] std::size_t rest() const noexcept;
  [[nodiscard]] bool syncs() const noexcept { return settings_.sync != config::JournalSync::none; }
  [[nodiscard]] std::uint64_t safe_block() const noexcept { return syncs() ? durable_ : written_; }

  bool write_some(ringbuf::FactsBuilder& facts);
  bool open_unit();
  bool begin_segment();
  bool wants_segment_ = false;
  void take_done(std::int64_t wait_nanos);
  void on_written(std::uint64_t index, std::int32_t result);
  void on_synced(std::int32_t result);
  void on_folder_synced(std::int32_t result);
  void settle();
  void send_full();
  void flush();
  bool send(std::uint64_t index, bool as_copy);
  void sync();
  void fail(int error);
  void succeed(std::uint64_t attempt) noexcept;
  void look_for_slowness() noexcept;
  [[nodiscard]] bool may_try() const noexcept { return error_ == 0 || now_ >= next_try_; }

  JournalIo& io_;
  SegmentSupply& supply_;
  JournalFacts& restated_source_;
  std::span<std::byte> memory_;
  JournalWriterSettings settings_;
  ringbuf::JournalChain chain_;
  ringbuf::FactsBuilder restated_, facts_;  // in this order
  std::deque<Segment> segments_;            // the newest is written; before it, those that are not safe yet
  std::uint64_t next_segment_ = 1;

  std::array<Unit, kUnits> units_{};
  std::uint64_t begin_ = 0, end_ = 0;  // of units in use, counted since the start
  std::array<bool, kFlushBuffers> flush_buffer_taken_{};
  std::size_t under_way_ = 0;

  struct {
    bool is_under_way = false;
    bool is_of_folder = false;
    std::uint64_t covers = 0;  // block, or of the folder segment
    std::uint64_t attempt = 0;
    platform::UnixNanos began{};
  } sync_{};

  std::vector<Mark> marks_;
  std::uint64_t marks_begin_ = 0, marks_written_ = 0, marks_end_ = 0;  // of the first two: before it they are
  std::vector<std::uint64_t> safe_sequences_, written_sequences_;

  platform::UnixNanos now_{}, last_flush_{}, next_try_{};
  std::uint64_t flushed_ = 0;  // block: a sync waits until it is written
  std::uint64_t released_ = 0, written_ = 0, durable_ = 0;
  std::uint64_t attempt_ = 0;
  int error_ = 0;
  unsigned short_in_a_row_ = 0;
  bool is_slow_ = false, is_waiting_ = false, hurry_ = false, is_awaited_ = false;
  Counts counts_;
};

}  // namespace tickplant::daemon
