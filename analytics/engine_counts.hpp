// What an engine has counted: how many trades, rows, revisions, and what was wrong with its input.
//
// Threads: plain values.
#pragma once

#include <cstdint>

namespace tickplant::analytics {

/// What has been counted since the start. Each is a function of the input.
struct EngineCounts {
  std::uint64_t trades = 0;        // taken, late ones too
  std::uint64_t late_trades = 0;   // behind the watermark
  std::uint64_t late_updates = 0;  // rows written again
  std::uint64_t dropped = 0;       // (trade, window) that came too late
  std::uint64_t rows_on_time = 0;
  std::uint64_t rows_provisional = 0;
  std::uint64_t rows_carried = 0;
  std::uint64_t final_windows = 0;
  std::uint64_t quarantined = 0;  // time stamps from the future
  std::uint64_t off_unit = 0;     // prices that are no multiple of the instrument's unit
  std::uint64_t overflows = 0;    // trades that a sum had no room for
  std::uint64_t cancelled = 0;    // trades taken back in time
  std::uint64_t corrected = 0;
  std::uint64_t corrections_late = 0;  // too late for at least one window
  std::uint64_t corrections_unknown = 0;
  std::uint64_t quotes = 0;               // taken for values of quotes on windows, late ones too
  std::uint64_t quotes_dropped = 0;       // of them, too late for a window
  std::uint64_t nbbo_changes = 0;         // of consolidated quotes
  std::uint64_t nbbo_refused = 0;         // instruments that no consolidated quote had room for
  std::uint64_t unknown_instruments = 0;  // records about instruments that nobody defined

  EngineCounts& operator+=(const EngineCounts& other) noexcept;
};

}  // namespace tickplant::analytics
