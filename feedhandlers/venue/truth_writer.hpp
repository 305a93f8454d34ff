// What the simulated exchange knows of itself, as JSON: for tests that compare a receiver with it, and for the curious.
//
//   {"messages":N,"stocks":[{"symbol":"NOVX","locate":17,"bids":[[price_e4,shares,orders],...],"asks":[...],
//    "open_orders":N,"trades":N,"shares":N,"notional_e4":N,"last_e4":N},...]}
//
// Levels best first; prices in 1e-4 dollars; what counts as a trade is said in market.hpp (StockBook).
//
// Threads: one.
#pragma once

#include <filesystem>
#include <string_view>

#include "feedhandlers/venue/market.hpp"

namespace tickplant::feedhandlers::venue {

/// `more`: members for the end of the JSON object, like "\"a\":1"; empty: none. Throws SetupError when the file cannot
/// be written.
void write_truth(const Market& market, const std::filesystem::path& file, std::string_view more = {});

}  // namespace tickplant::feedhandlers::venue
