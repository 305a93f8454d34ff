// What `tickplant feed status` prints: a feed down the ladder by which it mends its losses, from the lines to its
// books.
//
// Threads: any; pure functions.
// Not here: all feeds in one table (status_table.hpp).
#pragma once

#include <string>

#include "clients/cli/live/feed_facts.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_facts.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

[[nodiscard]] Look look_of(FeedState state) noexcept;
/// "all books in doubt, 8 messages lost so far": snapshots may have mended some of those losses. Empty: none is.
[[nodiscard]] std::string doubt_text(const FeedFacts& feed);
/// "the capture's disk refuses: No space left on device"; empty: it does not.
[[nodiscard]] std::string disk_error_text(const CaptureFacts& capture);

/// Null: nothing was looked at.
[[nodiscard]] Json delay_json(const DelayFacts& delay);

/// Lines of at most 100 places. What does not apply to the kind of source is left out.
[[nodiscard]] std::string feed_status_text(const PlantFacts& facts, const FeedFacts& feed, const Style& style);
/// All of it; null: does not apply.
[[nodiscard]] Json feed_status_json(const PlantFacts& facts, const FeedFacts& feed);

}  // namespace tickplant::cli
