// The command line of tickplant-venue as it was typed, and which words there are.
//
// Threads: one. Not here: what the words mean (arguments.cpp).
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "feedhandlers/venue/program/arguments.hpp"

namespace tickplant::feedhandlers::venue::program {

/// One value for both lines, and one for each that overrides it.
struct PerLine {
  std::string both, a, b;
  [[nodiscard]] const std::string& of(std::size_t line) const {
    const std::string& own = line == 0 ? a : b;
    return own.empty() ? both : own;
  }
};

/// As typed.
struct Typed {
  std::string rate, speed, burst, pre_open = "2s", duration, session;
  std::string line_a = "239.192.1.1:26400", line_b = "239.192.1.2:26401", interface = "lo";
  int ttl = 1;
  std::string flush = "200us", heartbeat = "1s", linger = "500ms";
  std::string rerequest = "127.0.0.1:26499", history = "64MiB";
  std::string soupbintcp = "none", glimpse = "none";
  std::string rerequest_delay, rerequest_fault, burst_loss, roll_session_at;
  PerLine loss, duplicate, reorder, delay, jitter;
  std::uint32_t reorder_depth = 3;
  std::uint64_t fault_seed = 0;
};

extern const char* const kAbout;

/// All options; what needs no reading goes into `arguments` at once.
void declare(CLI::App& app, Arguments& arguments, Typed& typed);

/// What is wrong with the words, and how to help it.
[[nodiscard]] std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

}  // namespace tickplant::feedhandlers::venue::program
