// Where an export of a journal begins and ends, as a person writes it.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/unix_nanos.hpp"

namespace tickplant::cli {

/// A bound of what is exported: a sequence of the ring, or a receive time.
struct ExportBound {
  std::uint64_t sequence = 0;  // 0: not by sequence
  std::optional<platform::UnixNanos> time;
};

/// "17": a sequence. "2026-11-22", "2026-11-22T09:30", "2026-11-22T09:30:00.25Z": a time, UTC. Throws Failure (usage).
[[nodiscard]] ExportBound parse_bound(std::string_view option, std::string_view text);

}  // namespace tickplant::cli
