// What a file of input is, by its first bytes.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>

namespace tickplant::cli {

enum class InputKind : std::uint8_t { trades, bars, capture };

/// Text with commas is CSV, and must be one that we know; all else is for inspect to say. Throws SetupError.
[[nodiscard]] InputKind kind_of(const std::string& path);

}  // namespace tickplant::cli
