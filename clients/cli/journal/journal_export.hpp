// Records of one ring of a journal as CSV or JSON: symbols by name, prices as exact decimals, times in nanoseconds. Or,
// ticks, as DBN (dbn_export.hpp).
//
// Threads: one.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "clients/cli/journal/export_bound.hpp"
#include "feedhandlers/dbn/metadata.hpp"

namespace tickplant::cli {

enum class ExportFormat { csv, json, dbn };

struct ExportWish {
  std::string ring;  // empty: the only one of ticks
  ExportFormat format = ExportFormat::csv;
  feedhandlers::dbn::Schema schema = feedhandlers::dbn::Schema::trades;  // of DBN
  std::vector<std::string> symbols;                                      // "AAPL", "AAPL@XNAS"; empty: all
  ExportBound from, until;                                               // `until` is left out
};

struct ExportResult {
  std::uint64_t records = 0;
  std::uint64_t lost = 0;      // in the range, not in the journal
  std::uint64_t left_out = 0;  // sizes that the format has no room for
  bool is_damaged = false;     // ended at a damage
  std::string end;             // of a damage: where
};

/// Writes to `out`; says on stderr what is not there. Throws SetupError: no such ring, or none of ticks where
/// the format has only these.
[[nodiscard]] ExportResult export_journal(const std::filesystem::path& folder, const ExportWish& wish, std::FILE* out);

}  // namespace tickplant::cli
