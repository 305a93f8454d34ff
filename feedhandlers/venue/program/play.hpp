// Plays a day on the network, and the next one where the session rolls.
//
// Threads: one. Not here: a day file instead (tickplant_venue.cpp).
#pragma once

#include <string>

#include "feedhandlers/venue/market.hpp"
#include "feedhandlers/venue/program/arguments.hpp"

namespace tickplant::feedhandlers::venue::program {

/// Until all is said or a signal stops it. Returns what is wrong with the replayed file; empty: nothing. Throws
/// SetupError.
[[nodiscard]] std::string play(const Arguments& arguments);

/// A reader of the file sees the old books or the new ones, never half of them. `more`: as write_truth() takes it.
void replace_truth(const Market& market, const std::string& file, const std::string& more = {});

/// One line of talk on stderr.
void say(const std::string& text);

}  // namespace tickplant::feedhandlers::venue::program
