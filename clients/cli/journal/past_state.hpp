// Where one instrument was at a time, as image and book show it.
//
// Threads: one. Not here: finding it (clients/cpp/past_view.hpp).
#pragma once

#include <string>

#include "clients/cli/live/market_scan.hpp"
#include "clients/cpp/past_view.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::cli {

struct PastState : clients::PastState {
  MarketRow row;  // the same; no rate
};

/// Throws SetupError: as PastView::state(); Failure (usage): the journal knows no such instrument, or several.
[[nodiscard]] PastState past_state(clients::PastView& past, const std::string& symbol, platform::UnixNanos at);

}  // namespace tickplant::cli
