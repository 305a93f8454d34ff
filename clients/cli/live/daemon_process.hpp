// The daemon as a process: who holds a plant's lock, starting one, asking it to end, clearing up behind it.
//
// <folder>/plant.lock is held by the daemon (flock, exclusive) and says "PID START_TIME\n"; the start time is that of
// /proc/PID/stat, so that a number given to another process later is not taken for the daemon.
//
// Threads: one.
// Not here: what the plant says about itself (plant_facts.hpp).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/unique_fd.hpp"

namespace tickplant::cli {

struct Process {
  std::uint32_t pid = 0;
  std::uint64_t start_time = 0;  // ringbuf::process_start_time
  friend bool operator==(const Process&, const Process&) = default;
};

/// "PID START_TIME\n"; none when it is not that.
[[nodiscard]] std::optional<Process> parse_lock(const std::string& text);

/// The process that holds the lock. None: nobody does, or there is no lock. Throws Failure: the lock is held, but not
/// by the process it names; no permission.
[[nodiscard]] std::optional<Process> lock_holder(const std::filesystem::path& folder);

/// tickplantd beside our own program, else by $PATH. Throws Failure when there is none.
[[nodiscard]] std::filesystem::path daemon_program();

/// Starts `program` in a session of its own, its output appended to `log`. Throws Failure.
[[nodiscard]] pid_t launch(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                           const std::filesystem::path& log);

/// The last `count` lines of a file; fewer when it has no more, none when it cannot be read.
[[nodiscard]] std::vector<std::string> last_lines(const std::filesystem::path& file, std::size_t count);

/// Sends SIGTERM and waits. `waiting` is called about every 100 ms with the time gone by. False: it still runs after
/// `timeout`. Throws Failure: no permission.
[[nodiscard]] bool end_process(const Process& process, std::chrono::nanoseconds timeout,
                               const std::function<void(std::chrono::nanoseconds)>& waiting);

/// Removes segments, lock and log of a plant nobody holds, in `folder` and its entitlement folders, then the folders
/// that are empty. Other files stay. Returns how many files went. Throws Failure: somebody holds the plant; SetupError:
/// the folder is not ours.
std::size_t remove_leftovers(const std::filesystem::path& folder);

}  // namespace tickplant::cli
