// "Did you mean ...?": the nearest of some known words, by edit distance.
//
// Threads: any; a pure function.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tickplant::config {

/// The known word nearest to `word`: the fewest letters inserted, dropped, replaced or swapped with their neighbour,
/// the earlier one of equals. Empty when none is near: more than a third of the longer word (at least one letter)
/// differs.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> known);

}  // namespace tickplant::config
