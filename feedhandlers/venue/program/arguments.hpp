// The command line of tickplant-venue: what was asked for, checked.
//
// Threads: one. Not here: how one value is written (values.hpp), what comes of it all (tickplant_venue.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "feedhandlers/venue/line_sender.hpp"
#include "feedhandlers/venue/market.hpp"
#include "feedhandlers/venue/pacer.hpp"
#include "feedhandlers/venue/packetiser.hpp"
#include "feedhandlers/venue/program/values.hpp"
#include "feedhandlers/venue/transmitter.hpp"

namespace tickplant::feedhandlers::venue::program {

struct Arguments {
  std::string replay_file;  // empty: the simulated market
  std::string write_file;   // not empty: a day file instead of a network
  std::uint64_t write_messages = 0;
  std::string truth_file;  // empty: none

  MarketOptions market;
  PaceOptions pace;
  std::int64_t pre_open_nanos = 0;
  SinceStart end = kNever;

  std::optional<SessionName> session;  // none: from the start time
  std::vector<LineOptions> lines;
  SimulatedLinesOptions simulated;  // its lines are those, in the same order
  std::optional<HostPort> rerequest;
  RerequestFaultOptions rerequest_faults;
  std::optional<HostPort> soupbintcp;
  std::optional<HostPort> glimpse;
  SinceStart roll_at = kNever;   // when the session ends and another begins
  std::uint64_t roll_after = 0;  // messages, 0: never
  TransmitterOptions transmitter;

  bool verbose = false;
  bool json = false;

  [[nodiscard]] bool rolls() const noexcept { return roll_at != kNever || roll_after > 0; }
};

/// Nothing where the answer was help, the version, or what is wrong: then `exit_code` is what to exit with. Throws
/// SetupError for a value that is not possible.
[[nodiscard]] std::optional<Arguments> parse_arguments(int argc, char** argv, int& exit_code);

}  // namespace tickplant::feedhandlers::venue::program
