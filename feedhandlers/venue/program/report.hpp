// What the program says of itself: a line at the start, one now and then, a summary at the end, for people or as JSON.
//
// Threads: any; pure functions.
#pragma once

#include <string>

#include "feedhandlers/venue/program/arguments.hpp"
#include "feedhandlers/venue/transmitter.hpp"

namespace tickplant::feedhandlers::venue::program {

/// What there is to tell of a session beside how the transmitter fares.
struct Session {
  const Arguments& arguments;
  const SimulatedLines& lines;
  const std::vector<LineSender>& senders;
  Servers servers;
  std::string problem = {};  // of the replayed file; empty: none
};

/// "400 stocks, seed 1, 2,000 messages/s -> A 239.192.1.1:26400, B 239.192.1.2:26401 on lo, re-request ..., session".
[[nodiscard]] std::string start_line(const Session& session);

/// "20,000 messages (2,000/s), A 18,400 packets, B 18,390, ...".
[[nodiscard]] std::string status_line(const Session& session, const Transmitter& transmitter);

/// Some lines for a person.
[[nodiscard]] std::string summary_text(const Session& session, const Transmitter& transmitter);

/// One JSON object in a line. Keys: ../README.md.
[[nodiscard]] std::string summary_json(const Session& session, const Transmitter& transmitter);

/// "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t count);
/// "1.5", "10".
[[nodiscard]] std::string short_text(double value);
/// "300us".
[[nodiscard]] std::string time_text(std::int64_t nanos);

}  // namespace tickplant::feedhandlers::venue::program
