// What the MDP 3.0 normaliser counts.
//
// Threads: one writes.
#pragma once

#include <cstdint>

namespace tickplant::feedhandlers::mdp3 {

struct NormaliserCounters {
  std::uint64_t level_entries = 0;       // outright bids and offers applied to a book
  std::uint64_t implied_entries = 0;     // implied ones: not part of the outright book
  std::uint64_t statistics_entries = 0;  // of template 46 with other entry types, and of 49 to 51
  std::uint64_t volume_entries = 0;
  std::uint64_t order_entries = 0;  // of templates 46 and 47 that became order records
  std::uint64_t trades = 0;
  std::uint64_t trade_orders = 0;           // orders named by trade summaries: not used
  std::uint64_t book_resets = 0;            // of one instrument
  std::uint64_t channel_resets = 0;         // messages
  std::uint64_t joined_instruments = 0;     // first heard of in the middle of their run
  std::uint64_t rpt_seq_jumps = 0;          // instruments that turned out to miss entries
  std::uint64_t missed_entries = 0;         // how many
  std::uint64_t cleared_instruments = 0;    // uncertain after a loss, and it was not about them
  std::uint64_t stale_entries = 0;          // of late packets, overtaken by newer ones: not applied
  std::uint64_t rpt_seq_restarts = 0;       // numbers seen before, out of the blue: a reset was lost
  std::uint64_t book_mismatches = 0;        // a complete book had not what an entry changes, or not where it says
  std::uint64_t refused_entries = 0;        // no size or price where one is needed, unknown action, no room in the book
  std::uint64_t bad_references = 0;         // orders of template 46 that name no level of it
  std::uint64_t unknown_instruments = 0;    // the directory or our table is full
  std::uint64_t backward_times = 0;         // of a message before the one ahead in its channel
  std::uint64_t other_channel_entries = 0;  // about an instrument that was first heard of on another channel
};

}  // namespace tickplant::feedhandlers::mdp3
