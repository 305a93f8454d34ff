// Instruments as people and scripts see them: one a row, or one in full.
//
// Threads: any; pure functions.
// Not here: reading them (market_scan.hpp).
#pragma once

#include <string>
#include <vector>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/market_scan.hpp"
#include "clients/cli/live/record_context.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

/// Where each instrument is, a row each, in the order given.
[[nodiscard]] std::string market_table(const std::vector<MarketRow>& rows, const Style& style);

/// All that its image says, a line a subject. `clock`: of its feed.
[[nodiscard]] std::string image_text(const MarketRow& row, WallClock& clock, const Style& style);

/// {"symbol", "image"} for scripts; the image is null while nothing was said about the instrument.
[[nodiscard]] Json row_json(const MarketRow& row);
/// All that an image says, an object.
[[nodiscard]] Json image_json(const ringbuf::ImageEntry& image);

/// "+1.25" or "-".
[[nodiscard]] std::string change_text(const ringbuf::ImageEntry& image);
/// rise, fall or plain.
[[nodiscard]] Look look_of_change(const ringbuf::ImageEntry& image) noexcept;

}  // namespace tickplant::cli
