// What to say to a misspelt word: the nearest that is known, else all there are.
//
// Threads: any; pure functions.
#pragma once

#include <string>
#include <vector>

namespace tickplant::cli {

/// "did you mean 'json'?", else "one of: csv, json, dbn"; "there is none" where none is known. At most twenty are
/// named.
[[nodiscard]] std::string nearest_or_all(const std::string& word, const std::vector<std::string>& known);

}  // namespace tickplant::cli
