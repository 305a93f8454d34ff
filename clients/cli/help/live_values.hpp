// Words that only what runs can tell, for a shell that completes: asked at each press of Tab, so never an error, never
// a wait.
//
// Threads: one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tickplant::cli {

inline constexpr std::size_t kMostLiveValues = 500;  // more is no help to anybody

/// `what`: "plants", "symbols", ... (value_kinds.hpp). Those that begin with `prefix`, sorted, at most
/// kMostLiveValues; none when there is no plant. `plant`: as --plant; may be empty.
[[nodiscard]] std::vector<std::string> live_values(std::string_view what, const std::string& prefix,
                                                   const std::string& plant);

}  // namespace tickplant::cli
