#include "feedhandlers/sequencing/session_table.hpp"

#include <algorithm>

namespace tickplant::feedhandlers::sequencing {

Arrival SessionTable::on_packet(const SessionId& id, SequenceRange range) noexcept {
  if (range.begin == 0) {
    ++unsequenced_.packets;
    unsequenced_.messages += range.count();
    unsequenced_range_ = range;
    return {.position = Position::unsequenced, .gap = {}, .unseen = {&unsequenced_range_, range.empty() ? 0U : 1U}};
  }
  Session& heard = session(id);
  heard.last_packet = ++packets_;
  return heard.tracker.on_packet(range);
}

void SessionTable::expect(const SessionId& id, std::uint64_t next) noexcept { session(id).tracker.start_at(next); }

SessionTable::Session& SessionTable::session(const SessionId& id) noexcept {
  if (current_ < session_count_ && sessions_[current_].id == id) return sessions_[current_];
  const auto begin = sessions_.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(session_count_);
  auto place = std::find_if(begin, end, [&](const Session& known) { return known.id == id; });
  if (place == end) {
    ++sessions_seen_;
    if (session_count_ < kMaxSessions) {
      ++session_count_;
    } else {
      place = std::min_element(begin, end,
                               [](const Session& a, const Session& b) { return a.last_packet < b.last_packet; });
      place->tracker.close_gaps();
      forgotten_ += place->tracker.counters();
    }
    *place = Session{.id = id, .tracker = {}, .last_packet = 0};
    // The first may be joined in its middle. The others are followed from their beginning: what came before is missed.
    if (sessions_seen_ > 1) place->tracker.start_at(1);
  }
  current_ = static_cast<std::size_t>(place - begin);
  return *place;
}

SequenceCounters SessionTable::totals() const noexcept {
  SequenceCounters sum = forgotten_;
  for (const Session& known : sessions()) sum += known.tracker.counters();
  return sum;
}

}  // namespace tickplant::feedhandlers::sequencing
