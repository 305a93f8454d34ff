// What was computed of an instrument last, for people and for scripts.
//
// Threads: one, the plant's.
// Not here: the image of its ticks (market_table.hpp), what single results say (derived_text.hpp).
#pragma once

#include <string>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/record_context.hpp"
#include "clients/cli/terminal.hpp"
#include "clients/cpp/derived_view.hpp"

namespace tickplant::cli {

/// A line a subject, below the image of the ticks.
[[nodiscard]] std::string derived_image_text(const clients::DerivedView& view, ringbuf::InstrumentId id, int size_scale,
                                             WallClock& clock, const Style& style);

/// null: nothing was computed of it.
[[nodiscard]] Json derived_image_json(const clients::DerivedView& view, ringbuf::InstrumentId id);

}  // namespace tickplant::cli
