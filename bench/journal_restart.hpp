// A plant that computes and journals a million records a second is killed; how long until its successor tells the next
// one? The real tickplantd, fed from a recorded journal.
//
// Threads: one; the daemon is a process beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace tickplant::bench {

struct RestartWish {
  std::filesystem::path recorded;  // a journal with a ring `ticks`
  std::string analytics;           // text of the file
  std::uint64_t instruments = 0;
  std::uint64_t speed = 1;    // times as fast as recorded
  std::uint64_t records = 0;  // published when it is killed; none of them is in a checkpoint
};

struct RestartTimes {
  double ready_ms = 0;       // from exec to ready
  double first_live_ms = 0;  // from exec to the first record behind those of its predecessor
  std::string told;          // what its log says of what it computed again
};

/// Throws SetupError: the daemon does not start, or does not go on.
[[nodiscard]] RestartTimes restart_after_kill(const RestartWish& wish);

}  // namespace tickplant::bench
