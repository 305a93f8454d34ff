// Records of one ring of a journal as CSV or JSON: symbols by name, prices as exact decimals, times in nanoseconds.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/unix_nanos.hpp"

namespace tickplant::cli {

enum class ExportFormat { csv, json };

/// A bound of what is exported: a sequence of the ring, or a receive time.
struct ExportBound {
  std::uint64_t sequence = 0;  // 0: not by sequence
  std::optional<platform::UnixNanos> time;
};

/// "17": a sequence. "2026-11-22", "2026-11-22T09:30", "2026-11-22T09:30:00.25Z": a time, UTC. Throws Failure (usage).
[[nodiscard]] ExportBound parse_bound(std::string_view option, std::string_view text);

struct ExportWish {
  std::string ring;  // empty: the only one of ticks
  ExportFormat format = ExportFormat::csv;
  std::vector<std::string> symbols;  // "AAPL", "AAPL@XNAS"; empty: all
  ExportBound from, until;           // `until` is left out
};

struct ExportResult {
  std::uint64_t records = 0;
  std::uint64_t lost = 0;   // in the range, not in the journal
  bool is_damaged = false;  // ended at a damage
  std::string end;          // of a damage: where
};

/// Writes to `out`; says on stderr what is not there. Throws SetupError: no such ring.
[[nodiscard]] ExportResult export_journal(const std::filesystem::path& folder, const ExportWish& wish, std::FILE* out);

}  // namespace tickplant::cli
