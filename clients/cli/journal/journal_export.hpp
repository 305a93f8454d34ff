// Records of one ring of a journal as CSV or JSON: symbols by name, prices as exact decimals, times in nanoseconds.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "clients/cli/journal/export_bound.hpp"

namespace tickplant::cli {

enum class ExportFormat { csv, json };

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
