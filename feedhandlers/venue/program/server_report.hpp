// What the program says of those who answer: re-request, SoupBinTCP and GLIMPSE servers.
//
// Threads: any; pure functions.
// Not here: lines and pace (report.hpp).
#pragma once

#include <string>

#include "feedhandlers/venue/program/arguments.hpp"
#include "feedhandlers/venue/program/json.hpp"
#include "feedhandlers/venue/transmitter.hpp"

namespace tickplant::feedhandlers::venue::program {

/// ", re-request 127.0.0.1:26499, SoupBinTCP ...": where they are. Empty for none.
[[nodiscard]] std::string servers_start_text(const Arguments& arguments, const Servers& servers);

/// ", 12 re-requests answered, ...".
[[nodiscard]] std::string servers_status_text(const Servers& servers);

/// A line each, for a person.
[[nodiscard]] std::string servers_summary_text(const Servers& servers);

/// A key each: rerequest, soupbintcp, glimpse.
void add_servers(Json& json, const Arguments& arguments, const Servers& servers);

}  // namespace tickplant::feedhandlers::venue::program
