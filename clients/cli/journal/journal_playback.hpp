// A journal played back for somebody who looks: its ticks in the order in which the plant applied them, at the pace at
// which they were received, or quicker.
//
// A plant that computes nothing has no such order; its ticks come as they lie in the journal, in order of each ring.
//
// Threads: one. Time and sleep are passed in.
// Not here: playing back into analytics (journal_audit.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/journal/replay_pace.hpp"
#include "clients/cpp/subscription.hpp"

namespace tickplant::cli {

struct PlaybackWish {
  ReplaySpeed speed = 1000;
  std::optional<platform::UnixNanos> from = {}, until = {};  // receive times; `until` is left out
  std::vector<std::string> symbols = {};                     // "AAPL", "AAPL@XNAS"; empty: all
  clients::RecordTypes types = clients::RecordTypes::all();
  bool json = false;
};

struct PlaybackWorld {
  std::function<void(const std::string&)> print;  // a line
  std::function<std::int64_t()> now_nanos;        // does not go back
  std::function<void(std::int64_t)> sleep_nanos;  // may end before, when is_stopped()
  std::function<bool()> is_stopped;
};

struct PlaybackResult {
  std::uint64_t records = 0;  // printed
  std::uint64_t lost = 0;     // had a place, and are not in the journal
  bool has_order = true;
  bool is_damaged = false;  // ended at a damage
  std::string end;          // of a damage: where
};

/// Until the journal's end as it is now, `until`, or a stop. Throws SetupError: no journal there.
[[nodiscard]] PlaybackResult play_journal(const std::filesystem::path& folder, const PlaybackWish& wish,
                                          const PlaybackWorld& world);

}  // namespace tickplant::cli
