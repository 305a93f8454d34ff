// From what a person typed to an instrument, or to an error that helps.
//
// Threads: any; allocates and may scan the directory. Not here: aliases and primary venues (config).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ringbuf/instrument_directory.hpp"

namespace tickplant::ringbuf {

/// "AAPL@XNAS", or "AAPL" when that is unique. Throws SetupError: several venues have it (lists them), or nobody has
/// (suggests the nearest).
[[nodiscard]] InstrumentId resolve_symbol(const InstrumentDirectoryReader& directory, std::string_view text);

/// Up to `count_max` known symbols ("AAPL@XNAS") that `text` may have meant, nearest first; case is ignored, and at
/// most two letters may be wrong, missing, too many or swapped.
[[nodiscard]] std::vector<std::string> nearest_symbols(const InstrumentDirectoryReader& directory,
                                                       std::string_view text, std::size_t count_max);

}  // namespace tickplant::ringbuf
