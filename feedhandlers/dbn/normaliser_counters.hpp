// What the DBN normaliser counts.
//
// Threads: one writes.
#pragma once

#include <array>
#include <cstdint>

#include "feedhandlers/dbn/instruments.hpp"

namespace tickplant::feedhandlers::dbn {

struct NormaliserCounters : InstrumentCounters {
  std::array<std::uint64_t, 256> actions{};  // by the action's character: of MBO, MBP, consolidated and trade records
  std::uint64_t unknown_actions = 0;
  std::uint64_t unknown_references = 0;  // a cancel of an order that is not open
  std::uint64_t modified_as_added = 0;   // a modify of an order that was not open: an add, as Databento has it
  std::uint64_t refused_orders = 0;      // adds and modifies that the book could not take
  std::uint64_t over_cancels = 0;        // more was cancelled than was open
  std::uint64_t mixed_books = 0;         // orders about a book of levels, or the reverse: refused
  std::uint64_t backward_times = 0;      // events before the newest of their instrument
};

}  // namespace tickplant::feedhandlers::dbn
