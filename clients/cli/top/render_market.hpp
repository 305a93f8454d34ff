// The table of instruments: titles, then a page of rows.
//
// Threads: any; a pure function.
#pragma once

#include <cstddef>
#include <vector>

#include "clients/cli/top/line.hpp"
#include "clients/cli/top/view.hpp"

namespace tickplant::cli::top {

/// Titles and at most `page` rows from view.first on. Below 110 columns sizes are short; what has no room is left out,
/// the least important first.
[[nodiscard]] Frame market_lines(const std::vector<MarketRow>& shown, const View& view, std::size_t page,
                                 std::size_t width);

}  // namespace tickplant::cli::top
