// Ten levels of a book, drawn as traders draw it: asks above, bids below, the best in the middle, bars for how much
// stands up to each price.
//
// Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/terminal.hpp"
#include "ringbuf/depth_layout.hpp"

namespace tickplant::cli {

/// One line of the ladder: a level, or the spread between the sides.
struct LadderLine {
  std::string text;
  Look look = Look::plain;  // fall: ask, rise: bid
};

/// At most `levels` a side, the worst ask first. `bar_width`: places for the bar of the deepest level, 0 for none.
[[nodiscard]] std::vector<LadderLine> ladder(const ringbuf::DepthEntry& depth, std::size_t levels, int size_scale,
                                             std::size_t bar_width, bool unicode);

/// {"bids": [{"price", "size", "orders"}...], "asks": [...]}, best first.
[[nodiscard]] Json book_json(const ringbuf::DepthEntry& depth, std::size_t levels);

}  // namespace tickplant::cli
