// Where each packet stands in the run of sequence numbers of one session: expected, seen before, or behind a gap.
//
// Arbitration of the lines A and B is the same thing: both feed one tracker, and the first copy of a message wins.
// After a gap it goes on at once and remembers the gap, so that a late copy from the other line is recognised as new.
// At most kMaxOpenGaps are remembered; beyond that the oldest is given up, and its messages then count as seen.
//
//   seen .......... [open gap] .... [open gap] ......... next expected
//
// Threads: one. Fixed memory, no allocation, noexcept.
// Not here: several sessions (session_table.hpp), asking again for what is missing, time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "feedhandlers/sequencing/sequence_range.hpp"

namespace tickplant::feedhandlers::sequencing {

enum class Position : std::uint8_t {
  expected,     /// starts where the last one ended; also the first packet of a session
  overlap,      /// starts with what was seen, ends with what was not
  duplicate,    /// nothing new
  ahead,        /// messages before it are missing: a gap opens
  late,         /// holds messages of an open gap, perhaps others too
  unsequenced,  /// carries no number to compare (session_table.hpp)
};

struct Arrival {
  Position position = Position::expected;
  SequenceRange gap;                      /// with `ahead`: what is missing before this packet
  std::span<const SequenceRange> unseen;  /// what to deliver, ascending; valid until the tracker's next call
};

struct SequenceCounters {
  std::uint64_t packets = 0;             /// heartbeats included
  std::uint64_t messages = 0;            /// unseen, so delivered
  std::uint64_t duplicate_messages = 0;  /// seen before, or given up
  std::uint64_t gaps = 0;                /// times messages were found missing
  std::uint64_t missed_messages = 0;     /// how many that were
  std::uint64_t late_messages = 0;       /// of those, arrived after all
  std::uint64_t lost_messages = 0;       /// of those, given up

  SequenceCounters& operator+=(const SequenceCounters& other) noexcept;
};

class SequenceTracker {
 public:
  static constexpr std::size_t kMaxOpenGaps = 32;

  /// A packet with the messages of `range`; a heartbeat has an empty range that starts at the next expected number.
  /// The first call starts the run wherever it is: joining in mid-session is no gap.
  [[nodiscard]] Arrival on_packet(SequenceRange range) noexcept {
    ++counters_.packets;
    if (range.begin == next_ && started_) [[likely]] {
      next_ = range.end;
      counters_.messages += range.count();
      unseen_[0] = range;
      return {.position = Position::expected, .gap = {}, .unseen = {unseen_.data(), range.empty() ? 0U : 1U}};
    }
    return on_unexpected(range);
  }

  /// Starts the run as if all before `next` had been seen. Call before the first packet.
  void start_at(std::uint64_t next) noexcept {
    started_ = true;
    first_ = next_ = next;
  }

  /// Gives up all open gaps: nobody will send them again.
  void close_gaps() noexcept;

  /// The first number of the session that was seen, and the next one expected.
  [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
  [[nodiscard]] std::uint64_t next_expected() const noexcept { return next_; }
  /// What is missing and may still come, ascending, never touching each other.
  [[nodiscard]] std::span<const SequenceRange> open_gaps() const noexcept { return {gaps_.data(), gap_count_}; }
  [[nodiscard]] const SequenceCounters& counters() const noexcept { return counters_; }

 private:
  Arrival on_unexpected(SequenceRange range) noexcept;
  [[nodiscard]] Position position_of(SequenceRange range) const noexcept;
  void open_gap(SequenceRange gap) noexcept;
  std::size_t fill_gaps(SequenceRange range) noexcept;
  void give_up_oldest_gap() noexcept;

  std::uint64_t next_ = 0;
  std::uint64_t first_ = 0;
  bool started_ = false;
  std::size_t gap_count_ = 0;
  std::array<SequenceRange, kMaxOpenGaps + 1> gaps_;    // one more than allowed: a fill may split one in two
  std::array<SequenceRange, kMaxOpenGaps + 1> unseen_;  // pieces of open gaps, then what lies beyond next_
  SequenceCounters counters_;
};

}  // namespace tickplant::feedhandlers::sequencing
