#include "feedhandlers/sequencing/sequence_tracker.hpp"

#include <algorithm>

namespace tickplant::feedhandlers::sequencing {

SequenceCounters& SequenceCounters::operator+=(const SequenceCounters& other) noexcept {
  packets += other.packets;
  messages += other.messages;
  duplicate_messages += other.duplicate_messages;
  gaps += other.gaps;
  missed_messages += other.missed_messages;
  late_messages += other.late_messages;
  lost_messages += other.lost_messages;
  return *this;
}

Position SequenceTracker::position_of(SequenceRange range) const noexcept {
  if (range.begin == next_) return Position::expected;
  if (range.begin > next_) return Position::ahead;
  for (const SequenceRange& gap : open_gaps())
    if (!common(gap, range).empty()) return Position::late;
  return range.end > next_ ? Position::overlap : Position::duplicate;
}

Arrival SequenceTracker::on_unexpected(SequenceRange range) noexcept {
  if (!started_) {
    started_ = true;
    first_ = next_ = range.begin;
  }
  Arrival arrival{.position = position_of(range), .gap = {}, .unseen = {}};
  if (arrival.position == Position::ahead) {
    arrival.gap = {next_, range.begin};
    open_gap(arrival.gap);
    next_ = range.begin;
  }
  std::size_t pieces = arrival.position == Position::late ? fill_gaps(range) : 0;
  if (range.end > next_) {
    unseen_[pieces++] = {std::max(range.begin, next_), range.end};
    next_ = range.end;
  }
  arrival.unseen = {unseen_.data(), pieces};

  std::uint64_t unseen_messages = 0;
  for (const SequenceRange& piece : arrival.unseen) unseen_messages += piece.count();
  counters_.messages += unseen_messages;
  counters_.duplicate_messages += range.count() - unseen_messages;
  return arrival;
}

void SequenceTracker::open_gap(SequenceRange gap) noexcept {
  ++counters_.gaps;
  counters_.missed_messages += gap.count();
  if (gap_count_ > 0 && gaps_[gap_count_ - 1].end == gap.begin) {  // after a heartbeat that opened one
    gaps_[gap_count_ - 1].end = gap.end;
    return;
  }
  gaps_[gap_count_++] = gap;
  if (gap_count_ > kMaxOpenGaps) give_up_oldest_gap();
}

/// Takes `range` out of the open gaps; what was taken is put into unseen_, the number of pieces returned.
std::size_t SequenceTracker::fill_gaps(SequenceRange range) noexcept {
  // Only a range inside one gap leaves two rests of it, so the rests are one more than the gaps at most.
  std::array<SequenceRange, kMaxOpenGaps + 1> rests;
  std::size_t rest_count = 0;
  std::size_t pieces = 0;
  for (const SequenceRange& gap : open_gaps()) {
    const SequenceRange filled = common(gap, range);
    if (filled.empty()) {
      rests[rest_count++] = gap;
      continue;
    }
    unseen_[pieces++] = filled;
    counters_.late_messages += filled.count();
    if (gap.begin < filled.begin) rests[rest_count++] = {gap.begin, filled.begin};
    if (filled.end < gap.end) rests[rest_count++] = {filled.end, gap.end};
  }
  std::copy_n(rests.begin(), rest_count, gaps_.begin());
  gap_count_ = rest_count;
  if (gap_count_ > kMaxOpenGaps) give_up_oldest_gap();
  return pieces;
}

void SequenceTracker::give_up_oldest_gap() noexcept {
  counters_.lost_messages += gaps_[0].count();
  std::copy(gaps_.begin() + 1, gaps_.begin() + static_cast<std::ptrdiff_t>(gap_count_), gaps_.begin());
  --gap_count_;
}

void SequenceTracker::close_gaps() noexcept {
  while (gap_count_ > 0) give_up_oldest_gap();
}

}  // namespace tickplant::feedhandlers::sequencing
