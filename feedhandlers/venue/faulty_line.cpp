#include "feedhandlers/venue/faulty_line.hpp"

#include <algorithm>

namespace tickplant::feedhandlers::venue {

FaultyLine::FaultyLine(const FaultOptions& options, std::size_t packet_bytes) : plan_(options), queue_(packet_bytes) {}

void FaultyLine::send(std::span<const std::byte> packet, SinceStart now, bool is_lost) {
  const Fate fate = plan_.next();
  if (fate.lost || is_lost) {
    ++counters_.lost;
    return;
  }
  if (fate.overtaken_by > 0) {
    ++counters_.reordered;
    held_.push_back({{packet.begin(), packet.end()}, fate});
    return;
  }
  enqueue(packet, fate, now);
  for (std::size_t i = 0; i < held_.size();) {
    if (++held_[i].overtaken == held_[i].fate.overtaken_by)
      let_go(i, now);
    else
      ++i;
  }
}

void FaultyLine::release_held(SinceStart now) {
  while (!held_.empty()) let_go(0, now);
}

void FaultyLine::let_go(std::size_t index, SinceStart now) {
  enqueue(held_[index].packet, held_[index].fate, now);
  held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(index));
}

void FaultyLine::enqueue(std::span<const std::byte> packet, const Fate& fate, SinceStart now) {
  last_due_ = std::max(last_due_, now + fate.delay_nanos);
  queue_.push(packet, last_due_);
  if (fate.delay_nanos > 0) ++counters_.delayed;
  if (!fate.duplicated) return;
  queue_.push(packet, last_due_);
  ++counters_.duplicated;
}

}  // namespace tickplant::feedhandlers::venue
