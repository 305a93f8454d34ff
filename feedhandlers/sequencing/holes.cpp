#include "feedhandlers/sequencing/holes.hpp"

#include <algorithm>

#include "platform/check.hpp"

namespace tickplant::feedhandlers::sequencing {

void Holes::open(SequenceRange range, platform::UnixNanos now) noexcept {
  TP_DCHECK(!overflows());
  if (count_ > 0 && holes_[count_ - 1].range.end == range.begin) {
    holes_[count_ - 1].range.end = range.end;
    return;
  }
  holes_[count_++] = {.range = range, .opened = now};
}

std::uint64_t Holes::fill(SequenceRange range, bool is_answer) noexcept {
  TP_DCHECK(!overflows());
  if (!meets(range)) return 0;
  // Only a range inside one hole leaves two rests of it, so the rests are one more than the holes at most.
  std::array<Hole, kMax + 1> rests;
  std::size_t rest_count = 0;
  std::uint64_t filled = 0;
  for (const Hole& hole : all()) {
    const SequenceRange part = common(hole.range, range);
    filled += part.count();
    Hole rest = hole;
    if (is_answer && !part.empty()) rest.asked = platform::kNoTime;
    for (const SequenceRange left : {SequenceRange{hole.range.begin, part.empty() ? hole.range.end : part.begin},
                                     SequenceRange{part.empty() ? hole.range.end : part.end, hole.range.end}}) {
      if (left.empty()) continue;
      rest.range = left;
      rests[rest_count++] = rest;
    }
  }
  std::copy_n(rests.begin(), rest_count, holes_.begin());
  count_ = rest_count;
  return filled;
}

bool Holes::meets(SequenceRange range) const noexcept {
  return std::any_of(all().begin(), all().end(), [&](const Hole& hole) { return !common(hole.range, range).empty(); });
}

void Holes::pop_front() noexcept {
  TP_DCHECK(!empty());
  std::copy(holes_.begin() + 1, holes_.begin() + static_cast<std::ptrdiff_t>(count_), holes_.begin());
  --count_;
}

void Holes::set_clock_back(platform::UnixNanos now) noexcept {
  for (Hole& hole : all()) {
    hole.opened = std::min(hole.opened, now);
    if (hole.asked <= now) continue;
    hole.ask_again = now + (hole.ask_again - hole.asked);
    hole.asked = now;
  }
}

}  // namespace tickplant::feedhandlers::sequencing
