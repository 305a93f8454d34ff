// What an ITCH 5.0 feed counts, as operators see it.
//
// Threads: the feed's own.
#pragma once

#include "feedhandlers/feed.hpp"
#include "feedhandlers/itch50/itch50_feed.hpp"

namespace tickplant::feedhandlers::itch50 {

inline void add_totals(const Itch50Feed& feed, FeedTotals& totals) noexcept {
  const FeedCounters& counters = feed.counters();
  for (const std::uint64_t count : counters.messages) totals.messages += count;
  for (const std::uint64_t count : feed.normaliser().counters().unknown_references) totals.unknown_orders += count;
  totals.bad_messages = counters.unknown_types + counters.bad_lengths;
  totals.damaged_packets = counters.damaged_packets;
  totals.venue_heartbeats = counters.heartbeats;
}

}  // namespace tickplant::feedhandlers::itch50
